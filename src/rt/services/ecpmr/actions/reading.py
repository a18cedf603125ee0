"""Notes found, shown, printed and verified."""

import asyncio

from rt.contracts.ecpmr import (
    CheckReserve,
    DocumentsOfDay,
    DocumentsPage,
    DocumentView,
    FindDocuments,
    GetDocument,
    GetLoadingList,
    GetPdf,
    GetPhoto,
    GetTakeover,
    MyDocuments,
    OfficerPage,
    OfficerView,
    ReserveAdvice,
    VerificationView,
    VerifyDocument,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import today
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Download
from rt.kernel.storage.files import Files
from rt.services.ecpmr.adapters import paper
from rt.services.ecpmr.domain.loading import loading_list
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.precision import advice
from rt.services.ecpmr.domain.refusals import NoteUnknown, PhotoUnknown
from rt.services.ecpmr.store import EcpmrStore

ORDERS_A_DAY = 50


class Reading:
    """Answers every question about notes."""

    def __init__(self, store: EcpmrStore, files: Files, verification_page: str) -> None:
        self._store = store
        self._files = files
        self._page = verification_page

    async def find(self, asked: FindDocuments) -> DocumentsPage:
        page = await self._store.find(
            order_ids=[*asked.order_ids, *filter(None, [asked.order_id])],
            state=asked.state,
            words=asked.q,
            after=asked.after,
            limit=asked.limit,
        )
        return DocumentsPage(items=[note.row() for note in page.items], next=page.next)

    async def day(self, asked: MyDocuments) -> DocumentsOfDay:
        order_ids = [order_id.strip() for order_id in asked.order_ids.split(",") if order_id.strip()]
        notes = await self._store.of_orders(order_ids[:ORDERS_A_DAY])
        mine = [note for note in notes if not note.hidden_from(_reader(), current_org())]
        return DocumentsOfDay(items=[self.whole(note) for note in mine])

    async def get(self, asked: GetDocument | GetTakeover) -> DocumentView:
        return self.whole(await self._read(asked.document_id))

    async def officer(self, asked: OfficerView) -> OfficerPage:
        return (await self._read(asked.document_id)).officer_view(self._page)

    async def verify(self, asked: VerifyDocument) -> VerificationView:
        note = await self._store.verified_by(asked.verification_id)
        if note is None:
            raise NoteUnknown
        return note.public_view(asked.hash)

    async def check_reserve(self, asked: CheckReserve) -> ReserveAdvice:
        return advice(asked.text, today())

    async def photo(self, asked: GetPhoto) -> Download:
        note = await self._read(asked.document_id)
        kept = next((photo for photo in note.photos if photo.photo_id == asked.photo_id), None)
        if kept is None:
            raise PhotoUnknown
        content = await self._files.get(kept.file_key)
        return Download(content=content, media_type="image/jpeg", filename=f"{asked.photo_id}.jpg")

    async def pdf(self, asked: GetPdf) -> Download:
        note = await self._read(asked.document_id)
        content = await paper.pdf(note, asked.language, self._url(note), await self._photos(note))
        name = f"{note.number}.pdf"
        return Download(content=content, media_type="application/pdf", filename=name, inline=True)

    async def loading_list(self, asked: GetLoadingList) -> Download:
        notes = await self._store.of_orders([asked.order_id])
        mine = [one for one in notes if not one.cancelled and not one.hidden_from(_reader(), current_org())]
        legs = [leg for note in mine if (leg := note.leg(asked.order_id))]
        if not legs:
            raise NoteUnknown
        sheet = loading_list(legs[0], mine, asked.language)
        content = await paper.loading_pdf(sheet, max(note.changed_at for note in mine))
        name = f"{asked.order_id}.pdf"
        return Download(content=content, media_type="application/pdf", filename=name, inline=True)

    async def _read(self, document_id: str) -> Note:
        """A note, for a driver only if it may be the own drive."""
        note = await self._store.notes.get(document_id)
        if note.hidden_from(_reader(), current_org()):
            raise NoteUnknown
        return note

    def whole(self, note: Note) -> DocumentView:
        return note.view(self._page)

    def _url(self, note: Note) -> str:
        return f"{self._page}/{note.issue.verification_id}"

    async def _photos(self, note: Note) -> dict[str, bytes]:
        kept = note.photos[: paper.PHOTOS_SHOWN]
        contents = await asyncio.gather(*(self._files.get(photo.file_key) for photo in kept))
        return {photo.photo_id: content for photo, content in zip(kept, contents, strict=True)}


def _reader() -> str:
    """Whose account it is that drives; "" for everybody who does not."""
    actor = current_actor()
    return actor.id if actor.roles == {"driver"} else ""
