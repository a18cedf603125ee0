"""Questions about consignment notes."""

from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.ecpmr.note import DeviceId, Language
from rt.contracts.ecpmr.shown import (
    DocumentsOfDay,
    DocumentsPage,
    DocumentView,
    OfficerPage,
    VerificationView,
    WarningView,
)
from rt.kernel.model.messages import OPEN, Cursor, Download, Query, View
from rt.trade.references import NoteId, OrderId, OrderIds


class FindDocuments(
    Query[DocumentsPage], route="/api/ecpmr/documents", needs="ecpmr.read", closed_to=("driver",)
):
    """Consignment notes that my organization has a part in, of one order or several.

    `q` looks at number, names, places and plates.
    """

    order_id: OrderId = ""
    order_ids: OrderIds = field(default_factory=list)
    state: Literal["", "new", "loading", "in_transport", "delivered"] = ""
    q: Annotated[str, Meta(max_length=100)] = ""
    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class MyDocuments(Query[DocumentsOfDay], route="/api/ecpmr/day", needs="ecpmr.read"):
    """Whole notes of at most 50 orders, for a driver's day offline; `order_ids` separated by commas."""

    order_ids: Annotated[str, Meta(min_length=1, max_length=3000)]


class GetDocument(
    Query[DocumentView], route="/api/ecpmr/documents/{document_id}", needs="ecpmr.read", link="sign_delivery"
):
    """One consignment note with everything signed on it."""

    document_id: NoteId


class GetTakeover(
    Query[DocumentView],
    route="/api/ecpmr/documents/{document_id}/takeover",
    needs="ecpmr.read",
    link="sign_takeover",
):
    """The note as the sender's side sees it before the goods leave; the same as GetDocument."""

    document_id: NoteId


class GetPdf(
    Query[Download], route="/api/ecpmr/documents/{document_id}/pdf", needs="ecpmr.read", link="sign_delivery"
):
    """The note as an A4 PDF, the same content as the data."""

    document_id: NoteId
    language: Language = "fr"


class GetLoadingList(Query[Download], route="/api/ecpmr/legs/{order_id}/loading-list", needs="ecpmr.read"):
    """The notes that travel on a leg, as an A4 PDF: bordereau récapitulatif de chargement."""

    order_id: OrderId
    language: Language = "fr"


class OfficerView(Query[OfficerPage], route="/api/ecpmr/documents/{document_id}/officer", needs="ecpmr.read"):
    """The mandatory mentions for a roadside check."""

    document_id: NoteId


class VerifyDocument(Query[VerificationView], route="/api/ecpmr/verify/{verification_id}", needs=OPEN):
    """Recompute the hash chain of the note behind a printed code; `hash` says which paper is in hand."""

    verification_id: Annotated[str, Meta(max_length=64)]
    hash: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""


class ReserveAdvice(View):
    """Whether a reserve is precise enough to hold, and what to add."""

    vague: bool
    warnings: list[WarningView] = field(default_factory=list)


class CheckReserve(Query[ReserveAdvice], route="/api/ecpmr/reserves/check", needs=OPEN):
    """Is this reserve precise enough? Case law disregards « sous réserve de déballage »."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]


class GetPhoto(
    Query[Download],
    route="/api/ecpmr/documents/{document_id}/photos/{photo_id}",
    needs="ecpmr.read",
    link="sign_delivery",
):
    """A photo as kept (JPEG)."""

    document_id: NoteId
    photo_id: DeviceId
