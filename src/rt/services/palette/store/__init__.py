"""Where movements, vouchers, policies and statements are kept."""

from datetime import date
from typing import Any

import msgspec

from rt.contracts.palette import RuleKind
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.entity import Entity
from rt.kernel.storage.persistence import OUTSIDE, Collection, Database, Index
from rt.services.palette.domain.ledger import NAMED, account
from rt.services.palette.domain.movement import Movement
from rt.services.palette.domain.policy import Call, Policy, Rule, in_force
from rt.services.palette.domain.statement import Statement, StatementLine
from rt.services.palette.domain.voucher import Voucher
from rt.services.palette.store.balances import Balances
from rt.services.palette.store.folding import BOUND, COUNTS, standing
from rt.services.palette.store.listings import CLAIMS, MOVEMENTS, STATEMENTS, VOUCHERS

REVERSALS = 50
"""Reversals of one movement, those that came to nothing included."""


class Notice(Entity, kw_only=True):
    """That a claim will lapse was told, once."""

    movement_id: str
    partner_id: str


class PaletteStore:
    """Collections of the service; all but rules and notices are seen by all their parties."""

    def __init__(self, database: Database) -> None:
        self.movements = Collection(
            database,
            Movement,
            "movements",
            Index("reverses"),
            Index("settled_at"),
            Index("reverses", "nth", unique=True, when={"reverses": {"$gt": ""}}),
            shared=True,
            listings=(MOVEMENTS, CLAIMS),
        )
        self.vouchers = Collection(
            database,
            Voucher,
            "vouchers",
            shared=True,
            listings=(VOUCHERS,),
        )
        self.statements = Collection(database, Statement, "statements", shared=True, listings=(STATEMENTS,))
        self.calls = Collection(database, Call, "calls", Index("order_id", unique=True), shared=True)
        self.policies = Collection(database, Policy, "policies", Index("partner_id"), shared=True)
        self.rules = Collection(database, Rule, "rules", Index("kind", "valid_from", unique=True))
        self.notices = Collection(database, Notice, "notices")
        self.balances = Balances(database, self.movements)
        self.database = database

    async def derive(self) -> None:
        """Say of older movements in which accounts they stand."""
        await self.movements.derive(lambda _: None)

    async def figure(self, kind: RuleKind, day: date) -> int:
        """The figure of the organization that holds on a day, else that of the platform."""
        begun = {"kind": kind, "valid_from": {"$lte": day.isoformat()}}
        return in_force(await self.rules.find(begun, sort="-valid_from", limit=1), kind, day)

    async def reversals(self, movement_id: str) -> list[Movement]:
        """Every reversal of a movement, also those that came to nothing, in the order they were claimed."""
        return await self.movements.find({"reverses": movement_id}, sort="nth", limit=REVERSALS)

    async def have_account(self, partner_id: str) -> bool:
        """Whether something between the organization and a partner was ever agreed by both."""
        between = account(current_org(), partner_id, "")
        both = {"accounts": between, "bound": {"$all": [current_org(), partner_id]}}
        return await self.movements.first(both) is not None

    async def account(self, partner_id: str) -> tuple[list[StatementLine], str]:
        """Every entry of the organization's account with a partner, oldest first, and the partner's name."""
        me = current_org()
        found = await self.movements.aggregate(
            [
                {"$match": {"accounts": account(me, partner_id, "")}},
                {"$sort": {"moved_at": 1, "_id": 1}},
                {"$unwind": {"path": "$lines", "includeArrayIndex": "nth_line"}},
                {"$match": {"lines.holder_id": me, "lines.partner_id": partner_id}},
                {"$set": {"standing": standing(), "by_maker": {"$in": [me, BOUND]}}},
                {"$project": OUTSIDE | {"exchanges": 0}},
            ]
        )
        entries = [_entry(document) for document in found]
        parties = found[-1]["parties"] if found else []
        return entries, next((party["name"] for party in parties if party["id"] == partner_id), "")

    async def debtors(self) -> list[tuple[str, str]]:
        """Every (creditor organization, debtor) between whom something is owed, over all organizations."""
        found = await self.movements.everywhere.aggregate(
            [
                {"$unwind": "$lines"},
                {"$set": {"standing": standing()}},
                {"$match": {"standing": {"$in": [*COUNTS]}}},
                {
                    "$group": {
                        "_id": {
                            "holder": "$lines.holder_id",
                            "partner": "$lines.partner_id",
                            "type": "$lines.pallet_type",
                            "quality": "$lines.quality",
                        },
                        "quantity": {"$sum": "$lines.quantity"},
                    }
                },
                {"$match": {"quantity": {"$lt": 0}}},
                {"$group": {"_id": {"holder": "$_id.holder", "partner": "$_id.partner"}}},
            ]
        )
        pairs = [(row["_id"]["holder"], row["_id"]["partner"]) for row in found]
        return [(holder, partner) for holder, partner in pairs if not holder.startswith(NAMED)]


def _entry(document: dict[str, Any]) -> StatementLine:
    line = document["lines"]
    return msgspec.convert(
        {
            "id": f"{document['_id']}.{document['nth_line']}",
            "movement_id": document["_id"],
            "kind": document["kind"],
            "moved_at": document["moved_at"],
            "document_number": document["document_number"],
            "site_name": document["site_name"],
            "pallet_type": line["pallet_type"],
            "quality": line["quality"],
            "quantity": line["quantity"],
            "standing": document["standing"],
            "by_maker": document["by_maker"],
            "lapses_at": document.get("lapses_at"),
        },
        StatementLine,
    )
