"""Balances folded from movements: what is settled of past months is carried forward, the rest is added."""

from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.persistence import Collection, Database
from rt.services.palette.domain.balance import Balance, CarriedForward, added, carried_until, standing_open
from rt.services.palette.domain.ledger import account
from rt.services.palette.domain.movement import Movement
from rt.services.palette.store.folding import BOUND, COUNTS, standing, sum_of


class Balances:
    """What an organization holds of its partners' pallets, and they of its own."""

    def __init__(self, database: Database, movements: Collection[Movement]) -> None:
        self._movements = movements
        self._carried = Collection(database, CarriedForward, "carried", quiet=True)

    async def now(self, partner_id: str) -> list[Balance]:
        """Those of the moment, with one partner or ("") with all."""
        before = await self._forward()
        if before is None:
            return standing_open(await self._folded({}, partner_id))
        rest = {"$or": [{"settled_at": None}, {"settled_at": {"$gte": before.until}}]}
        known = [one for one in before.balances if partner_id in ("", one.partner_id)]
        return standing_open([*known, *await self._folded(rest, partner_id)])

    async def at(self, partner_id: str, moment: datetime) -> list[Balance]:
        """Those of an earlier moment, as the answers that have come since have it."""
        return standing_open(await self._folded({"moved_at": {"$lt": moment}}, partner_id))

    async def _forward(self) -> CarriedForward | None:
        """What is carried forward to this month: the first who asks in a month brings it there."""
        carried_id = derived_id("cfw", current_org())
        try:
            kept = await self._carried.get(carried_id)
        except NotFound:
            kept = None
        until = carried_until(now())
        if kept is not None and kept.until >= until:
            return kept
        settled = {"$lt": until} if kept is None else {"$lt": until, "$gte": kept.until}
        balances = added([*(kept.balances if kept else ()), *await self._folded({"settled_at": settled}, "")])
        try:
            if kept is None:
                return await self._carried.add(CarriedForward(id=carried_id, until=until, balances=balances))
            async with self._carried.change(carried_id) as carried:
                carried.until, carried.balances = until, balances
        except (AlreadyExists, ChangedMeanwhile):
            return kept
        return carried

    async def _folded(self, where: dict[str, Any], partner_id: str) -> list[Balance]:
        """The sums of some movements, by partner, site, type and quality."""
        mine: dict[str, Any] = {"lines.holder_id": current_org()}
        if partner_id:
            mine["lines.partner_id"] = partner_id
            where = {**where, "accounts": account(current_org(), partner_id, "")}
        found = await self._movements.aggregate(
            [
                {"$match": where},
                {"$sort": {"moved_at": 1, "_id": 1}},
                {"$unwind": "$lines"},
                {"$match": mine},
                {"$set": {"standing": standing()}},
                {"$match": {"standing": {"$in": [*COUNTS, "claimed"]}}},
                {
                    "$group": {
                        "_id": {
                            "partner_id": "$lines.partner_id",
                            "site_name": "$lines.site_name",
                            "pallet_type": "$lines.pallet_type",
                            "quality": "$lines.quality",
                        },
                        "confirmed": sum_of("confirmed"),
                        "own": sum_of("own"),
                        "claimed_by_us": sum_of("claimed", {"$in": ["$lines.holder_id", BOUND]}),
                        "claimed_by_others": sum_of(
                            "claimed", {"$not": [{"$in": ["$lines.holder_id", BOUND]}]}
                        ),
                        "last_moved_at": {"$last": "$moved_at"},
                        "parties": {"$last": "$parties"},
                    }
                },
            ]
        )
        return [_balance(row) for row in found]


def _balance(row: dict[str, Any]) -> Balance:
    of = row.pop("_id")
    parties = row.pop("parties")
    name = next((party["name"] for party in parties if party["id"] == of["partner_id"]), "")
    return msgspec.convert({**of, **row, "partner_name": name}, Balance, builtin_types=(datetime,))
