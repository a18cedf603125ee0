"""Papers of an order: its consignment note read, verified and sent to be signed; documents out and in."""

from collections.abc import Sequence
from typing import get_args

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import AddDocument, DocumentKind, GetOrder, OrderView
from rt.contracts.core_orders import GetDocument as GetPaper
from rt.contracts.ecpmr import (
    DocumentRow,
    DocumentView,
    FindDocuments,
    GetDocument,
    GetLoadingList,
    GetPdf,
    GetPhoto,
    Language,
    MakeSigningLink,
    Party,
    SigningLinkView,
    VerificationView,
    VerifyDocument,
)
from rt.kernel.core.errors import NotFound
from rt.ui.asking import attempt, pressed, sent, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

ORDER = "/orders/{order_id}"
NOTE = f"{ORDER}/cmr/{{document_id}}"
KINDS: dict[str, DocumentKind] = {
    kind: kind for kind in get_args(DocumentKind) if kind in ("waybill", "cmr", "pod", "photo", "invoice")
}


class NotePage(Page):
    """One consignment note: who signed what when, reserves, pallets, and whether it is intact."""

    template = "pages/note.html"
    order_id: str
    note: DocumentView
    verification: VerificationView | None
    proof: dict[str, str]
    english: bool


class SigningLinkPage(Page):
    """A link to sign a consignment note is sent; once sent, to where and until when it lives."""

    template = "pages/signing_link.html"
    note: DocumentRow
    form: Form
    made: SigningLinkView | None
    back: str


async def note(visit: Visit) -> Page | Response:
    order_id, document_id = visit.path["order_id"], visit.path["document_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    read = await visit.ask(GetDocument(document_id=document_id))
    checked = await attempt(
        visit, VerifyDocument(verification_id=read.verification_id, hash=read.content_hash)
    )
    return NotePage(
        title=_("Lettre de voiture %(number)s") % {"number": read.number},
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", order.reference)],
        order_id=order_id,
        note=read,
        verification=checked,
        proof=acceptable(visit, order, read),
        english=language() == "en",
    )


def acceptable(visit: Visit, order: OrderView, note: DocumentView) -> dict[str, str]:
    """What accepting this note as a proof names; nothing when it cannot be accepted now."""
    kept = next((one for one in order.documents if one.ecpmr_document_id == note.document_id), None)
    may = "AcceptProof" in order.may and visit.session.may("core_orders.write")
    if kept is None or note.delivered_at is None or not may:
        return {}
    return {"document_id": kept.document_id, "content_hash": note.content_hash}


def signers(note: DocumentRow) -> list[Party]:
    """Who can still be asked to sign by a link: who is missing now, and the consignee beforehand."""
    ahead: list[Party] = ["consignee"] if note.delivered_at is None else []
    if isinstance(note, DocumentView) and any(
        leg.leg_id == note.held_by and leg.next_leg_id for leg in note.legs
    ):
        ahead.insert(0, "successor")
    return [] if note.cancelled else list(dict.fromkeys([*note.to_sign, *ahead]))


async def signing_link(visit: Visit) -> Page:
    """The link itself is in the mail alone: who opens it shows that the mailbox is theirs."""
    order_id, document_id = visit.path["order_id"], visit.path["document_id"]
    note = await visit.ask(GetDocument(document_id=document_id))
    of_order = FindDocuments(order_id=order_id)
    if document_id not in {one.document_id for one in (await visit.ask(of_order)).items}:
        raise NotFound
    legs = {leg.leg_id: leg for leg in note.legs}
    held = legs.get(note.held_by)
    names = {"sender": note.sender_name, "carrier": note.carrier_name, "consignee": note.consignee_name}
    names["successor"] = legs[held.next_leg_id].carrier_name if held and held.next_leg_id else ""
    form = visit.form(
        MakeSigningLink,
        fixed={"document_id": document_id},
        values={"language": language()},
        only=("party", "email", "language"),
        choices={
            "party": [
                (party, " · ".join(filter(None, (named("choice", party), names[party]))))
                for party in signers(note)
            ]
        },
        labels={"party": _("Qui signe"), "email": _("E-mail"), "language": _("Langue du message")},
        hints={"email": _("Laissez vide pour l'adresse que la partie ou la commande a donnée.")},
        submit=_("Envoyer le lien"),
    )
    made = await form.submit() if visit.posted is not None else None
    back = f"/orders/{order_id}"
    return SigningLinkPage(
        title=_("Faire signer par lien"),
        crumbs=[("/orders", _("Commandes")), (back, _("Commande"))],
        note=note,
        form=form,
        made=made,
        back=f"{back}#papers",
    )


async def pdf(visit: Visit) -> Response:
    """The consignment note in the language of the page."""
    chosen: Language = "en" if language() == "en" else "fr"
    return sent(await visit.ask(GetPdf(document_id=visit.path["document_id"], language=chosen)))


async def loading_list(visit: Visit) -> Response:
    """What travels on a leg, note by note."""
    chosen: Language = "en" if language() == "en" else "fr"
    return sent(await visit.ask(GetLoadingList(order_id=visit.path["order_id"], language=chosen)))


async def photo(visit: Visit) -> Response:
    message = GetPhoto(document_id=visit.path["document_id"], photo_id=visit.path["photo_id"])
    return sent(await visit.ask(message))


async def document(visit: Visit) -> Response:
    message = GetPaper(order_id=visit.path["order_id"], document_id=visit.path["document_id"])
    return sent(await visit.ask(message))


async def add(visit: Visit) -> Response:
    return await added(visit, f"/orders/{visit.path['order_id']}#papers")


async def added(visit: Visit, back: str) -> Response:
    """Keep the posted file with the order and go back."""
    file = visit.posted.get("file") if visit.posted is not None else None
    if not isinstance(file, UploadFile) or not file.filename:
        return visit.go(back, _("Choisissez d'abord un fichier."), kind="bad")
    message = AddDocument(
        order_id=visit.path["order_id"],
        kind=KINDS.get(typed(visit, "kind"), "other"),
        filename=file.filename[-120:],
        content=await file.read(),
        media_type=file.content_type or "application/octet-stream",
    )
    return await pressed(visit, message, back, _("Document ajouté."))


def pages(*, links: bool) -> Sequence[Route]:
    """To be put among a portal's pages; `links`: notes are sent to be signed from here."""
    return [
        page(NOTE, note, methods=("GET",)),
        page(f"{NOTE}/pdf", pdf, methods=("GET",)),
        page(f"{ORDER}/loading-list", loading_list, methods=("GET",)),
        page(f"{NOTE}/photos/{{photo_id}}", photo, methods=("GET",)),
        *((page(f"{NOTE}/link", signing_link),) if links else ()),
        page(f"{ORDER}/documents", add, methods=("POST",)),
        page(f"{ORDER}/documents/{{document_id}}", document, methods=("GET",)),
    ]
