"""Consignment notes and proofs of delivery: found, read one after the other, downloaded together."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from urllib.parse import urlencode

from starlette.responses import Response

from rt.contracts.core_orders import GetOrder
from rt.contracts.ecpmr import DocumentRow, DocumentView, FindDocuments, GetDocument, GetPdf
from rt.contracts.ecpmr.note import Language
from rt.kernel.model.messages import Download, Query
from rt.pages.papers import acceptable
from rt.ui.asking import attempt, attempt_all, sent
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
    proofs: dict[str, dict[str, str]]
    archive: str
    here: str
    missing: list[str] = []


async def proofs(visit: Visit) -> Page | Response:
    state = visit.query.get("state", "delivered")
    message = visit.asked(FindDocuments, state=state if state in dict(VIEWS) else "")
    found = await visit.ask(message)
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
        return visit.go("/documents", _("Cochez d'abord des lettres de voiture."), kind="bad")
    return await read_together(visit, ids, ())


async def read_together(visit: Visit, ids: list[str], unprinted: Sequence[str]) -> BatchPage:
    """The chosen notes; `unprinted` are those of which no PDF could be had."""
    found = await attempt_all(visit, [GetDocument(document_id=one) for one in ids])
    notes = [note for note in found if note]
    orders = await attempt_all(visit, [GetOrder(order_id=note.order_id) for note in notes])
    address = urlencode([("id", one) for one in ids])
    return BatchPage(
        title=_("Preuves à lire d'affilée"),
        crumbs=[("/documents", _("Lettres de voiture et preuves"))],
        notes=notes,
        proofs={
            note.document_id: acceptable(visit, order, note) if order else {}
            for note, order in zip(notes, orders, strict=True)
        },
        archive=f"/documents.zip?{address}",
        here=f"/documents/batch?{address}",
        missing=[note.number for note in notes if note.document_id in unprinted],
    )


async def archive(visit: Visit) -> Page | Response:
    """The PDF of each chosen note in one ZIP file.

    One that cannot be had is asked for once more by itself; if it is still missing, the reader is told before
    anything is downloaded, and takes the rest with `rest=yes`.
    """
    ids = chosen(visit)
    if not ids:
        return visit.go("/documents", _("Cochez d'abord des lettres de voiture."), kind="bad")
    told: Language = "en" if language() == "en" else "fr"
    messages: list[Query[Download]] = [GetPdf(document_id=one, language=told) for one in ids]
    files = await attempt_all(visit, messages)
    for place, message in enumerate(messages):
        if files[place] is None:
            files[place] = await attempt(visit, message)
    unprinted = [one for one, file in zip(ids, files, strict=True) if file is None]
    if unprinted and (visit.query.get("rest") != "yes" or len(unprinted) == len(ids)):
        return await read_together(visit, ids, unprinted)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for one, file in zip(ids, files, strict=True):
            if file is not None:
                made.writestr(f"{one[-6:]}-{file.filename}", file.content)
    return sent(Download(content=packed.getvalue(), media_type="application/zip", filename="preuves.zip"))


PAGES = [
    page("/documents", proofs, methods=("GET",)),
    page("/documents/batch", batch, methods=("GET",)),
    page("/documents.zip", archive, methods=("GET",)),
]
