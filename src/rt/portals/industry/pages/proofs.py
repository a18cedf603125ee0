"""Consignment notes and proofs of delivery: found, read one after the other, downloaded together."""

import zipfile
from io import BytesIO
from urllib.parse import urlencode

from starlette.responses import Response

from rt.contracts.core_orders import GetOrder
from rt.contracts.ecpmr import DocumentRow, DocumentView, FindDocuments, GetDocument, GetPdf
from rt.contracts.ecpmr.note import Language
from rt.kernel.errors import NotFound
from rt.kernel.messages import Download
from rt.portals.industry.asking import attempt_all
from rt.ui.asking import sent
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

VIEWS = (
    ("delivered", marked("Livrées")),
    ("in_transport", marked("En transport")),
    ("loading", marked("En chargement")),
    ("new", marked("À prendre en charge")),
    ("", marked("Toutes")),
)
MOST_AT_ONCE = 50


class ProofsPage(Page):
    """Notes of one state."""

    template, part = "proofs.html", "_proofs.html"
    tabs: list[tuple[str, str, int | None]]
    current: str
    state: str
    rows: list[DocumentRow]
    q: str
    more: str


class BatchPage(Page):
    """The chosen notes one below the other, each with what there is to judge."""

    template = "batch.html"
    notes: list[DocumentView]
    acceptable: set[str]
    archive: str
    here: str


async def proofs(visit: Visit) -> Page | Response:
    state = visit.query.get("state", "delivered")
    word = visit.asked(FindDocuments, state=state if state in dict(VIEWS) else "")
    found = await visit.ask(word)
    q = visit.query.get("q", "")
    known = {"state": state, "q": q}
    return ProofsPage(
        title=_("Lettres de voiture et preuves"),
        tabs=[(f"/documents?state={code}", _(name), None) for code, name in VIEWS],
        current=f"/documents?state={state}",
        state=state,
        rows=found.items,
        q=q,
        more=f"/documents?{urlencode(known | {'after': found.next})}" if found.next else "",
    )


def chosen(visit: Visit) -> list[str]:
    """The ticked notes, in the address so that the page can be shared and printed."""
    return list(dict.fromkeys(visit.query.getlist("id")))[:MOST_AT_ONCE]


async def batch(visit: Visit) -> Page | Response:
    ids = chosen(visit)
    if not ids:
        return visit.go("/documents", _("Cochez d'abord des lettres de voiture."))
    found = await attempt_all(visit, [GetDocument(document_id=one) for one in ids])
    notes = [note for note in found if note]
    orders = await attempt_all(visit, [GetOrder(order_id=note.order_id) for note in notes])
    address = urlencode([("id", one) for one in ids])
    return BatchPage(
        title=_("Preuves à lire d'affilée"),
        crumbs=[("/documents", _("Lettres de voiture et preuves"))],
        notes=notes,
        acceptable={
            order.order_id
            for order in orders
            if order and "AcceptProof" in order.may and visit.session.may("core_orders.write")
        },
        archive=f"/documents.zip?{address}",
        here=f"/documents/batch?{address}",
    )


async def archive(visit: Visit) -> Response:
    """The PDF of each chosen note in one ZIP file; what cannot be read now is named in it."""
    ids = chosen(visit)
    told: Language = "en" if language() == "en" else "fr"
    files = await attempt_all(visit, [GetPdf(document_id=one, language=told) for one in ids])
    if not any(files):
        raise NotFound()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for one, file in zip(ids, files, strict=True):
            if file is None:
                made.writestr(
                    f"{one}.txt", _("Cette lettre de voiture n'a pas pu être lue. Réessayez plus tard.")
                )
            else:
                made.writestr(f"{one[-6:]}-{file.filename}", file.content)
    return sent(Download(content=packed.getvalue(), media_type="application/zip", filename="preuves.zip"))


PAGES = [
    page("/documents", proofs, methods=("GET",)),
    page("/documents/batch", batch, methods=("GET",)),
    page("/documents.zip", archive, methods=("GET",)),
]
