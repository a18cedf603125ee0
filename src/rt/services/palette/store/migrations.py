"""What was stored before movements bound by consent, read on: signed ones agreed, one-sided ones claims."""

from datetime import timedelta

from rt.kernel.core.clock import now
from rt.kernel.storage.persistence import Database

ANSWERED_WITHIN = timedelta(days=30)


class ConsentFilled:
    """Says of each older document who is bound by it; run again it changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expand(self) -> None:
        movements = self._database["palette.movements"]
        older = {"bound": {"$exists": False}}
        names = {"$map": {"input": "$parties", "in": "$$this.id"}}
        nobody = {
            "$filter": {"input": names, "cond": {"$regexMatch": {"input": "$$this", "regex": "^name:"}}}
        }
        fill = {"absent": nobody, "lapses_at": now() + ANSWERED_WITHIN, "closed": ""}
        signed = {"bound": "$seen_by", "awaits": [], "teller_id": "$org_id"}
        await movements.update_many({**older, "kind": "delivery"}, [{"$set": {**fill, **signed}}])
        unsaid = {"bound": [], "awaits": "$seen_by", "teller_id": ""}
        await movements.update_many({**older, "kind": "voucher"}, [{"$set": {**fill, **unsaid}}])
        others = {"$setDifference": ["$seen_by", ["$org_id"]]}
        said = {"bound": ["$org_id"], "awaits": others, "teller_id": "$org_id"}
        await movements.update_many(older, [{"$set": {**fill, **said}}])
        from_notes = {"entrusted": {"$exists": False}, "order_id": {"$ne": ""}}
        await self._database["palette.vouchers"].update_many(from_notes, {"$set": {"entrusted": True}})
        await self._database["palette.policies"].update_many(
            {"seen_by": []}, [{"$set": {"seen_by": ["$org_id"]}}]
        )
