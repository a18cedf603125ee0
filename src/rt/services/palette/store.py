"""Where movements, vouchers, policies and statements are kept."""

from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.entity import Entity
from rt.kernel.persistence import Collection, Database, Index
from rt.kernel.tenancy import current_org
from rt.services.palette.domain.ledger import Movement
from rt.services.palette.domain.policy import Call, Policy, Rule
from rt.services.palette.domain.statement import Statement, StatementLine
from rt.services.palette.domain.voucher import Voucher


class Notice(Entity, kw_only=True):
    """That a claim will lapse was told, once."""

    movement_id: str
    partner_id: str


class PaletteStore:
    """Collections of the service; movements, vouchers, calls and statements are seen by all their parties."""

    def __init__(self, database: Database) -> None:
        self.movements = Collection(
            database,
            Movement,
            "movements",
            Index("-moved_at"),
            Index("order_id"),
            Index("reverses"),
            shared=True,
        )
        self.vouchers = Collection(
            database,
            Voucher,
            "vouchers",
            Index("-created_at"),
            Index("number"),
            Index("order_id"),
            shared=True,
        )
        self.statements = Collection(database, Statement, "statements", Index("-created_at"), shared=True)
        self.calls = Collection(database, Call, "calls", Index("order_id", unique=True), shared=True)
        self.policies = Collection(database, Policy, "policies", Index("partner_id"))
        self.rules = Collection(database, Rule, "rules", Index("kind", "valid_from", unique=True))
        self.notices = Collection(database, Notice, "notices")

    async def balances(self, partner_id: str, until: datetime | None) -> list[dict[str, Any]]:
        """The fold of the organization's movements, by partner, site, type and quality.

        Nothing is kept beside the movements, so that nothing can differ from them.
        """
        mine: dict[str, Any] = {"lines.holder_id": current_org()}
        if partner_id:
            mine["lines.partner_id"] = partner_id
        return await self.movements.aggregate(
            [
                {"$match": {"moved_at": {"$lt": until}} if until else {}},
                {"$sort": {"moved_at": 1, "_id": 1}},
                {"$unwind": "$lines"},
                {"$match": mine},
                {
                    "$group": {
                        "_id": {
                            "partner_id": "$lines.partner_id",
                            "site_name": "$lines.site_name",
                            "pallet_type": "$lines.pallet_type",
                            "quality": "$lines.quality",
                        },
                        "quantity": {"$sum": "$lines.quantity"},
                        "last_moved_at": {"$last": "$moved_at"},
                        "parties": {"$last": "$parties"},
                    }
                },
                {"$match": {"quantity": {"$ne": 0}}},
                {"$sort": {"_id": 1}},
            ]
        )

    async def account(self, partner_id: str) -> tuple[list[StatementLine], str]:
        """Every entry of the organization's account with a partner, oldest first, and the partner's name."""
        me = current_org()
        found = await self.movements.aggregate(
            [
                {"$match": {"lines": {"$elemMatch": {"holder_id": me, "partner_id": partner_id}}}},
                {"$sort": {"moved_at": 1, "_id": 1}},
                {"$unwind": {"path": "$lines", "includeArrayIndex": "nth"}},
                {"$match": {"lines.holder_id": me, "lines.partner_id": partner_id}},
                {"$project": {"told": 0, "done": 0, "exchanges": 0}},
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
        return [(holder, partner) for holder, partner in pairs if not holder.startswith("name:")]


def _entry(document: dict[str, Any]) -> StatementLine:
    line = document["lines"]
    return msgspec.convert(
        {
            "id": f"{document['_id']}.{document['nth']}",
            "movement_id": document["_id"],
            "kind": document["kind"],
            "moved_at": document["moved_at"],
            "document_number": document["document_number"],
            "site_name": document["site_name"],
            "pallet_type": line["pallet_type"],
            "quality": line["quality"],
            "quantity": line["quantity"],
        },
        StatementLine,
    )
