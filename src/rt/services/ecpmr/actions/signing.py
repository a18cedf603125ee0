"""Notes amended and signed; times and photos recorded."""

from datetime import UTC, datetime

from rt.contracts.ecpmr import (
    AddPhoto,
    AmendDocument,
    DocumentView,
    Moment,
    PhotoView,
    RecordArrival,
    RecordDeparture,
    SignAmendment,
    SignDelivery,
    SignHandover,
    SignTakeover,
    Step,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.files import Files
from rt.services.ecpmr.adapters import pictures
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Photo, Who
from rt.services.ecpmr.store import EcpmrStore


class Signing:
    """Does what changes a note."""

    def __init__(self, store: EcpmrStore, files: Files, verification_page: str) -> None:
        self._store = store
        self._files = files
        self._page = verification_page

    async def amend(self, asked: AmendDocument) -> DocumentView:
        async with self._store.notes.change(asked.document_id) as note:
            note.amend(asked.content_hash, asked.consignment, asked.reason, _who())
        return self._whole(note)

    async def take_over(self, asked: SignTakeover) -> DocumentView:
        return await self._sign("takeover", asked)

    async def hand_over(self, asked: SignHandover) -> DocumentView:
        return await self._sign("handover", asked, leg_id=asked.leg_id)

    async def deliver(self, asked: SignDelivery) -> DocumentView:
        return await self._sign("delivery", asked)

    async def agree(self, asked: SignAmendment) -> DocumentView:
        wrong: Refusal | None = None
        async with self._store.notes.change(asked.document_id) as note:
            at = _instant(asked.happened_at)
            wrong = note.sign(
                "amendment",
                asked.content_hash,
                at,
                [asked.signature],
                _who(),
                asked.code,
                device_time=asked.device_time,
            )
        if wrong:
            raise wrong
        return self._whole(note)

    async def arrive(self, asked: RecordArrival) -> DocumentView:
        return await self._record("arrived", asked)

    async def depart(self, asked: RecordDeparture) -> DocumentView:
        return await self._record("departed", asked)

    async def add_photo(self, asked: AddPhoto) -> PhotoView:
        """The first picture under an id stays; sent again, it is answered and not kept twice."""
        note = await self._store.notes.get(asked.document_id)
        kept = _photo(note, asked.photo_id)
        if kept is None:
            note.refuse_more_photos()
            taken = note.photo_time(asked.happened_at and _instant(asked.happened_at), asked.device_time)
            picture = await pictures.cleaned(asked.content, asked.media_type)
            name = derived_id("pho", note.id, asked.photo_id)
            kept = Photo(
                photo_id=asked.photo_id,
                stop=asked.stop,
                file_key=await self._files.put("images", picture.content, "image/jpeg", name),
                sha256=picture.sha256,
                width=picture.width,
                height=picture.height,
                happened_at=taken.at if taken else None,
                received_at=now(),
                device_time=taken.device_time if taken else "",
            )
            async with self._store.notes.change(asked.document_id) as note:
                note.add_photo(kept)
            kept = _photo(note, asked.photo_id) or kept
        return kept.view()

    async def _sign(
        self, step: Step, asked: SignTakeover | SignHandover | SignDelivery, leg_id: str = ""
    ) -> DocumentView:
        given = [asked.signature, *([asked.countersignature] if asked.countersignature else [])]
        wrong: Refusal | None = None
        async with self._store.notes.change(asked.document_id) as note:
            wrong = note.sign(
                step,
                asked.content_hash,
                _instant(asked.happened_at),
                given,
                _who(),
                asked.code,
                asked.reserves,
                () if isinstance(asked, SignHandover) else asked.pallets,
                pallets_confirmed=not isinstance(asked, SignHandover) and asked.pallets_confirmed,
                countersigns=asked.countersigns,
                device_time=asked.device_time,
                leg_id=leg_id,
            )
        if wrong:
            raise wrong
        return self._whole(note)

    async def _record(self, moment: Moment, asked: RecordArrival | RecordDeparture) -> DocumentView:
        async with self._store.notes.change(asked.document_id) as note:
            at = _instant(asked.happened_at)
            note.record_time(asked.stop, moment, at, asked.device_time, asked.leg_id, current_org())
        return self._whole(note)

    def _whole(self, note: Note) -> DocumentView:
        return note.view(self._page)


def _who() -> Who:
    actor = current_actor()
    return Who(kind=actor.kind, id=actor.person, org_id=current_org(), drives=actor.roles == {"driver"})


def _instant(at: datetime) -> datetime:
    """As the database keeps times: UTC, to the millisecond."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def _photo(note: Note, photo_id: str) -> Photo | None:
    return next((photo for photo in note.photos if photo.photo_id == photo_id), None)
