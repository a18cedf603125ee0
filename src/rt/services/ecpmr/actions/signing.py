"""Notes amended and signed; times and photos recorded; links and codes sent to those without an account."""

from datetime import UTC, datetime, timedelta

from rt.contracts.authz import AddPartner, IssueLink
from rt.contracts.ecpmr import (
    AddPhoto,
    AmendDocument,
    AskDeliveryCode,
    AskTakeoverCode,
    CodeSentView,
    DocumentView,
    LinkSent,
    MakeSigningLink,
    Moment,
    Party,
    PhotoView,
    RecordArrival,
    RecordDeparture,
    SignAmendment,
    SignDelivery,
    SigningLinkView,
    SignTakeover,
    Step,
)
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import Refusal
from rt.kernel.files import Files
from rt.kernel.identity import current_actor
from rt.kernel.ids import derived_id
from rt.kernel.tenancy import acting_for, current_org
from rt.services.ecpmr.adapters import pictures
from rt.services.ecpmr.domain import shown
from rt.services.ecpmr.domain.codes import TRIES
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Photo, Who
from rt.services.ecpmr.domain.refusals import MayNotSendLink, NoCarrier
from rt.services.ecpmr.store import EcpmrStore

LINK_LIFE = timedelta(days=7)
AFTER_DELIVERY = timedelta(days=3)
LINK_LIMIT = timedelta(days=89)
"""authz makes links for 90 days at most."""


class Signing:
    """Does what changes a note."""

    def __init__(self, store: EcpmrStore, services: Services, files: Files, verification_page: str) -> None:
        self._store = store
        self._services = services
        self._files = files
        self._page = verification_page

    async def amend(self, asked: AmendDocument) -> DocumentView:
        async with self._store.notes.change(asked.document_id) as note:
            note.amend(asked.content_hash, asked.consignment, asked.reason, _who())
        return self._whole(note)

    async def take_over(self, asked: SignTakeover) -> DocumentView:
        return await self._sign("takeover", asked)

    async def deliver(self, asked: SignDelivery) -> DocumentView:
        return await self._sign("delivery", asked)

    async def agree(self, asked: SignAmendment) -> DocumentView:
        wrong: Refusal | None = None
        async with self._store.notes.change(asked.document_id) as note:
            at = _instant(asked.happened_at)
            wrong = note.sign("amendment", asked.content_hash, at, [asked.signature], _who(), asked.code)
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
            picture = await pictures.cleaned(asked.content, asked.media_type)
            name = derived_id("pho", note.id, asked.photo_id)
            kept = Photo(
                photo_id=asked.photo_id,
                stop=asked.stop,
                file_key=await self._files.put("images", picture.content, "image/jpeg", name),
                sha256=picture.sha256,
                width=picture.width,
                height=picture.height,
                happened_at=_instant(asked.happened_at) if asked.happened_at else None,
                received_at=now(),
            )
            async with self._store.notes.change(asked.document_id) as note:
                note.add_photo(kept)
            kept = _photo(note, asked.photo_id) or kept
        return shown.photo(kept)

    async def send_link(self, asked: MakeSigningLink) -> SigningLinkView:
        note = await self._store.notes.get(asked.document_id)
        if current_org() not in (note.org_id, note.carrier_id, note.logistician_id):
            raise MayNotSendLink
        with acting_for(note.org_id):
            signer_org = await self._signer(note, asked)
            link = await self._services.ask(
                IssueLink(
                    scope="sign_delivery" if asked.party == "consignee" else "sign_takeover",
                    object_id=note.id,
                    organization_id=signer_org,
                    expires_at=_link_end(note),
                    claims={"party": asked.party, "email": asked.email},
                )
            )
        async with self._store.notes.change(asked.document_id) as note:
            note.expect(asked.party, signer_org, asked.email, asked.phone, asked.language)
            note.tell(
                LinkSent(
                    document_id=note.id,
                    order_id=note.order_id,
                    number=note.number,
                    party=asked.party,
                    email=asked.email,
                    sender_name=note.consignment.sender.name,
                    site_name=(
                        note.consignment.delivery if asked.party == "consignee" else note.consignment.pickup
                    ).name,
                    token=link.token,
                    expires_at=link.expires_at,
                    language=asked.language,
                )
            )
        return SigningLinkView(
            link_id=link.link_id, email=asked.email, party=asked.party, expires_at=link.expires_at
        )

    async def ask_takeover_code(self, asked: AskTakeoverCode) -> CodeSentView:
        party: Party = "carrier" if current_actor().claims.get("party") == "carrier" else "sender"
        return await self._send_code(party, asked.document_id)

    async def ask_delivery_code(self, asked: AskDeliveryCode) -> CodeSentView:
        return await self._send_code("consignee", asked.document_id)

    async def _sign(self, step: Step, asked: SignTakeover | SignDelivery) -> DocumentView:
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
                asked.pallets,
            )
        if wrong:
            raise wrong
        return self._whole(note)

    async def _record(self, moment: Moment, asked: RecordArrival | RecordDeparture) -> DocumentView:
        async with self._store.notes.change(asked.document_id) as note:
            note.record_time(asked.stop, moment, _instant(asked.happened_at))
        return self._whole(note)

    async def _send_code(self, party: Party, document_id: str) -> CodeSentView:
        async with self._store.notes.change(document_id) as note:
            note.request_code(party)
        code = next(kept for kept in note.codes if kept.party == party)
        return CodeSentView(
            sent_to=_masked(note.contacts[party]["email"]), expires_at=code.expires_at, tries=TRIES
        )

    async def _signer(self, note: Note, asked: MakeSigningLink) -> str:
        """Whom the link acts for; a consignee without an organization becomes a guest of the shipper."""
        known = {"sender": note.org_id, "carrier": note.carrier_id, "consignee": note.consignee_id}
        if signer := known[asked.party]:
            return signer
        if asked.party == "carrier":
            raise NoCarrier
        partner = await self._services.ask(
            AddPartner(
                name=note.consignment.consignee.name,
                kind="recipient",
                email=asked.email,
                country=note.consignment.delivery.address.country,
                language=asked.language,
            )
        )
        return partner.id

    def _whole(self, note: Note) -> DocumentView:
        return shown.whole(note, self._page)


def _who() -> Who:
    actor = current_actor()
    return Who(kind=actor.kind, id=actor.claims.get("for", actor.id), org_id=current_org())


def _instant(at: datetime) -> datetime:
    """As the database keeps times: UTC, to the millisecond."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def _photo(note: Note, photo_id: str) -> Photo | None:
    return next((photo for photo in note.photos if photo.photo_id == photo_id), None)


def _link_end(note: Note) -> datetime:
    planned = note.consignment.delivery_at
    latest = max(now() + LINK_LIFE, planned + AFTER_DELIVERY) if planned else now() + LINK_LIFE
    return min(latest, now() + LINK_LIMIT)


def _masked(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
