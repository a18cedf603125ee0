"""Where consignment notes and their number series are kept."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from rt.kernel.core.clock import today
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.entity import Entity
from rt.kernel.storage.listing import Filter, Listing, Page
from rt.kernel.storage.persistence import Collection, Database, Index, transaction
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.refusals import NoteUnknown

NOTES = Listing(
    Note,
    {"newest": "-created_at"},
    {"order_id": Filter("issue.order_id", first=True), "state": Filter("state", first=True)},
)

NOTES_AT_ONCE = 200
"""Notes of fifty orders at most: a leg carries up to fifty consignments."""


class Series(Entity):
    """The last number given by one organization in one year."""

    last: int = 0

    def following(self) -> int:
        self.last += 1
        return self.last


class EcpmrStore:
    """The collections of the service and what is asked of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.notes = Collection(
            database,
            Note,
            "notes",
            Index("carrier_id", "-created_at"),
            Index("issue.verification_id", unique=True, everywhere=True),
            Index("leg_ids", everywhere=True),
            shared=True,
            listings=(NOTES,),
            missing=NoteUnknown,
        )
        self.series = Collection(database, Series, "series")

    async def add_numbered(self, prefix: str, make: Callable[[str], Note]) -> Note:
        """Store a new note under the next number of its year: both are written, or nothing."""
        year = today().year
        series_id = await self._series_of(year)
        async with transaction(self._database):
            async with self.series.change(series_id) as series:
                number = f"{prefix}-{year}-{series.following():06d}"
            return await self.notes.add(make(number))

    async def find(
        self, *, order_ids: Sequence[str], state: str, words: str, after: str, limit: int
    ) -> Page[Note]:
        travelling = await self._of_legs(order_ids)
        named: dict[str, object] = {"order_id": {"$in": [*order_ids, *travelling]}} if order_ids else {}
        named |= {"state": state} if state else {}
        return await self.notes.rows(NOTES, named, q=words, after=after, limit=limit)

    async def of_orders(self, order_ids: Sequence[str]) -> list[Note]:
        """The notes of orders, and those under which legs travel."""
        ids = list(order_ids)
        where = {"$or": [{"issue.order_id": {"$in": ids}}, {"leg_ids": {"$in": ids}}]}
        return await self.notes.find(where, sort="created_at", limit=NOTES_AT_ONCE)

    async def _of_legs(self, order_ids: Sequence[str]) -> list[str]:
        """The orders under whose notes these travel as legs."""
        if not order_ids:
            return []
        notes = await self.notes.find({"leg_ids": {"$in": list(order_ids)}}, limit=NOTES_AT_ONCE)
        return [note.order_id for note in notes]

    async def verified_by(self, verification_id: str) -> Note | None:
        """The note behind a public code, whoever's it is."""
        return await self.notes.everywhere.first({"issue.verification_id": verification_id})

    async def _series_of(self, year: int) -> str:
        """The id of this organization's series of a year, made if need be."""
        series_id = derived_id("ser", current_org(), str(year))
        if await self.series.first({"id": series_id}) is None:
            with suppress(AlreadyExists):
                await self.series.add(Series(id=series_id))
        return series_id
