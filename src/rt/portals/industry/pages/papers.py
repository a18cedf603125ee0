"""Papers of an order: the consignment note read, verified and as PDF; documents out and in."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from rt.contracts.core_orders import AddDocument, DocumentKind, GetOrder, OrderView
from rt.contracts.core_orders import GetDocument as GetPaper
from rt.contracts.ecpmr import DocumentView, GetDocument, GetPdf, GetPhoto, VerificationView, VerifyDocument
from rt.contracts.ecpmr.note import Language
from rt.ui.asking import attempt, pressed, sent, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

KINDS: dict[str, DocumentKind] = {
    "waybill": "waybill",
    "cmr": "cmr",
    "pod": "pod",
    "photo": "photo",
    "invoice": "invoice",
    "other": "other",
}


class NotePage(Page):
    """One consignment note: who signed what when, reserves, pallets, and whether it is intact."""

    template = "note.html"
    order_id: str
    note: DocumentView
    verification: VerificationView | None
    proof: dict[str, str]
    english: bool


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


async def pdf(visit: Visit) -> Response:
    """The consignment note in the language of the page."""
    chosen: Language = "en" if language() == "en" else "fr"
    return sent(await visit.ask(GetPdf(document_id=visit.path["document_id"], language=chosen)))


async def photo(visit: Visit) -> Response:
    word = GetPhoto(document_id=visit.path["document_id"], photo_id=visit.path["photo_id"])
    return sent(await visit.ask(word))


async def document(visit: Visit) -> Response:
    word = GetPaper(order_id=visit.path["order_id"], document_id=visit.path["document_id"])
    return sent(await visit.ask(word))


async def add(visit: Visit) -> Response:
    """Keep the posted file with the order."""
    back = f"/orders/{visit.path['order_id']}#papers"
    file = visit.posted.get("file") if visit.posted is not None else None
    if not isinstance(file, UploadFile) or not file.filename:
        return visit.go(back, _("Choisissez d'abord un fichier."))
    word = AddDocument(
        order_id=visit.path["order_id"],
        kind=KINDS.get(typed(visit, "kind"), "other"),
        filename=file.filename[-120:],
        content=await file.read(),
        media_type=file.content_type or "application/octet-stream",
    )
    return await pressed(visit, word, back, _("Document ajouté."))


PAGES = [
    page("/orders/{order_id}/cmr/{document_id}", note, methods=("GET",)),
    page("/orders/{order_id}/cmr/{document_id}/pdf", pdf, methods=("GET",)),
    page("/orders/{order_id}/cmr/{document_id}/photos/{photo_id}", photo, methods=("GET",)),
    page("/orders/{order_id}/documents", add, methods=("POST",)),
    page("/orders/{order_id}/documents/{document_id}", document, methods=("GET",)),
]
