"""Documents and incidents of an order."""

import hashlib
from datetime import timedelta

from rt.contracts.core_orders import (
    AddDocument,
    DocumentsPage,
    DocumentView,
    FindDocuments,
    GetDocument,
    GetDocumentUrl,
    OrderView,
    ReportIncident,
    ResolveIncident,
    SignedUrlView,
)
from rt.contracts.ecpmr import GetPdf
from rt.kernel.core import offload
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict
from rt.kernel.core.ids import new_id
from rt.kernel.model.messages import Download
from rt.kernel.service.client import Services
from rt.kernel.storage.files import Files
from rt.services.core_orders.actions.orders import shown
from rt.services.core_orders.adapters import author
from rt.services.core_orders.domain.kept import Document, Incident
from rt.services.core_orders.domain.letter.paper import packed_paper
from rt.services.core_orders.domain.order import OrderNotFound
from rt.services.core_orders.domain.proving import DocumentNotFound
from rt.services.core_orders.store import OrderStore
from rt.trade.papers import Paper, clean

PUBLIC_PATH = "/api/orders"
CLEANING_SECONDS = 12
WRITTEN = ("text/plain", "message/rfc822")
"""What a letter may be that is no PDF: shown to nobody but its owner, and saved, never opened in a page."""
URL_LIFE = timedelta(minutes=10)


class NoteKeptElsewhere(Conflict):
    fr = "La lettre de voiture se lit dans le service eCMR, document {document_id}."
    en = "The consignment note is read in the eCMR service, document {document_id}."


class Papers:
    """What partners attach to orders and report about them."""

    def __init__(self, store: OrderStore, files: Files, services: Services) -> None:
        self._store = store
        self._files = files
        self._services = services

    async def add(self, asked: AddDocument) -> DocumentView:
        by, order = author(), await self._store.orders.get(asked.order_id)
        if asked.replaces:
            order.replaced_document(by, asked.replaces)
        paper = await self._cleaned(asked)
        document_id = new_id("doc")
        picture = paper.media_type.startswith("image/")
        key = await self._files.put(
            "images" if picture else "documents", paper.content, paper.media_type, id=document_id
        )
        document = Document(
            document_id=document_id,
            kind=asked.kind,
            filename=asked.filename,
            media_type=paper.media_type,
            added_at=now(),
            added_by=by.name,
            added_by_id=by.actor_id,
            file_key=key,
            size_bytes=len(paper.content),
            org_id=by.org_id,
            content_hash=hashlib.sha256(paper.content).hexdigest(),
            original_sha256=paper.original_sha256,
        )
        async with self._store.orders.change(asked.order_id) as order:
            order.attach(by, document, asked.replaces)
        return order.document(document_id).view(order.id)

    async def _cleaned(self, asked: AddDocument) -> Paper:
        """Safe to keep: drawn or built anew; as a letter also a text or a mail as it came."""
        if asked.kind == "letter" and asked.media_type in WRITTEN:
            seconds = CLEANING_SECONDS
            await offload.run(packed_paper, asked.content, asked.media_type, seconds=seconds, field="content")
            sha256 = hashlib.sha256(asked.content).hexdigest()
            return Paper(asked.content, asked.media_type, sha256)
        invoice = asked.kind == "invoice"
        return await offload.run(
            clean, asked.content, asked.media_type, invoice, seconds=CLEANING_SECONDS, field="content"
        )

    async def find(self, asked: FindDocuments) -> DocumentsPage:
        order = await self._store.orders.get(asked.order_id)
        by = author()
        roles = order.roles_of(by)
        if not roles:
            raise OrderNotFound
        return DocumentsPage(items=order.document_views(roles, by))

    async def get(self, asked: GetDocument) -> Download:
        document = await self._visible(asked.order_id, asked.document_id)
        if document.ecpmr_document_id:
            return await self._services.ask(GetPdf(document_id=document.ecpmr_document_id))
        content = await self._files.get(document.file_key)
        return Download(content=content, media_type=document.media_type, filename=document.filename)

    async def url(self, asked: GetDocumentUrl) -> SignedUrlView:
        document = await self._visible(asked.order_id, asked.document_id)
        if document.ecpmr_document_id:
            raise NoteKeptElsewhere(document_id=document.ecpmr_document_id)
        url = self._files.signed_url(PUBLIC_PATH, document.file_key, int(URL_LIFE.total_seconds()))
        return SignedUrlView(url=url, expires_at=now() + URL_LIFE)

    async def report(self, asked: ReportIncident) -> OrderView:
        by = author()
        incident = Incident(
            incident_id=new_id("inc"),
            org_id=by.org_id,
            kind=asked.kind,
            text=asked.text,
            reported_at=now(),
            reported_by=by.name,
            reported_by_id=by.actor_id,
            shared=asked.shared,
            responsible=asked.responsible,
            cost_cents=asked.cost_cents,
            photos=asked.photos,
        )
        async with self._store.orders.change(asked.order_id) as order:
            order.report_incident(by, incident)
        return shown(order)

    async def resolve(self, asked: ResolveIncident) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.resolve_incident(author(), asked.incident_id, asked.resolution)
        return shown(order)

    async def _visible(self, order_id: str, document_id: str) -> Document:
        """The document, if the reader's role may see it."""
        page = await self.find(FindDocuments(order_id=order_id))
        if not any(one.document_id == document_id for one in page.items):
            raise DocumentNotFound
        order = await self._store.orders.get(order_id)
        return order.document(document_id)
