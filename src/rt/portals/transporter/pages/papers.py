"""Papers of an order: the consignment note as PDF, documents out and in."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from rt.contracts.core_orders import AddDocument, DocumentKind, GetDocument
from rt.contracts.ecpmr import GetPdf
from rt.contracts.ecpmr.note import Language
from rt.ui.asking import pressed, sent, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.visit import Visit, page

KINDS: dict[str, DocumentKind] = {
    "waybill": "waybill",
    "cmr": "cmr",
    "pod": "pod",
    "photo": "photo",
    "invoice": "invoice",
    "other": "other",
}


async def note(visit: Visit) -> Response:
    """The consignment note in the language of the page."""
    chosen: Language = "en" if language() == "en" else "fr"
    return sent(await visit.ask(GetPdf(document_id=visit.path["document_id"], language=chosen)))


async def document(visit: Visit) -> Response:
    word = GetDocument(order_id=visit.path["order_id"], document_id=visit.path["document_id"])
    return sent(await visit.ask(word))


async def add(visit: Visit) -> Response:
    return await added(visit, f"/orders/{visit.path['order_id']}#papers")


async def added(visit: Visit, back: str) -> Response:
    """Keep the posted file with the order and go back."""
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
    page("/orders/{order_id}/documents", add, methods=("POST",)),
    page("/orders/{order_id}/documents/{document_id}", document, methods=("GET",)),
]
