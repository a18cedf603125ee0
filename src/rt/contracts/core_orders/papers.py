"""The messages for documents and incidents of an order."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from rt.contracts.core_orders.shown import (
    Cents,
    DocumentView,
    OrderView,
    Reason,
)
from rt.contracts.core_orders.vocabulary import (
    DocumentKind,
    IncidentKind,
    Responsible,
)
from rt.kernel.model.messages import Command, Download, MediaType, Query, View
from rt.trade.references import OrderId, OrderIncidentId, OrderPaperId

DOCUMENT_LIMIT = 10_000_000
"""Bytes of one document (10 MB)."""


class DocumentsPage(View):
    """The documents of an order that the reader's role may see, newest first."""

    items: list[DocumentView]


class SignedUrlView(View):
    """Where the document can be fetched without signing in, until `expires_at`."""

    url: str
    expires_at: datetime


class AddDocument(
    Command[DocumentView],
    route="/api/orders/{order_id}/documents",
    needs="core_orders.write",
    status=201,
    upload=DOCUMENT_LIMIT,
    link="accept_tender",
):
    """Attach a PDF or image, as a letter also a text or mail.

    `replaces` names the document of which this is the next version.
    """

    order_id: OrderId
    kind: DocumentKind
    filename: Annotated[str, Meta(min_length=1, max_length=120)]
    replaces: OrderPaperId = ""
    content: bytes = b""
    media_type: MediaType = ""


class FindDocuments(
    Query[DocumentsPage],
    route="/api/orders/{order_id}/documents",
    needs="core_orders.read",
    link="accept_tender",
):
    """All versions of all documents of an order."""

    order_id: OrderId


class GetDocument(
    Query[Download],
    route="/api/orders/{order_id}/documents/{document_id}",
    needs="core_orders.read",
    link="accept_tender",
):
    """The document itself."""

    order_id: OrderId
    document_id: OrderPaperId


class GetDocumentUrl(
    Query[SignedUrlView],
    route="/api/orders/{order_id}/documents/{document_id}/url",
    needs="core_orders.read",
):
    """A signed address of the document, good for ten minutes."""

    order_id: OrderId
    document_id: OrderPaperId


class ReportIncident(
    Command[OrderView],
    route="/api/orders/{order_id}/incidents",
    needs="core_orders.write",
    link="accept_tender",
):
    """Say what went wrong; `shared` shows it to the other partners, `photos` are document ids."""

    order_id: OrderId
    kind: IncidentKind
    text: Reason
    shared: bool = False
    responsible: Responsible = ""
    cost_cents: Cents | None = None
    photos: Annotated[list[OrderPaperId], Meta(max_length=20)] = field(default_factory=list)


class ResolveIncident(
    Command[OrderView],
    route="/api/orders/{order_id}/incidents/{incident_id}/resolve",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Close an incident and say how it ended."""

    order_id: OrderId
    incident_id: OrderIncidentId
    resolution: Reason
