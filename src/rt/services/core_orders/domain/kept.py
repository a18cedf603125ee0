"""What is kept with an order: offers and their ends, papers, incidents."""

from datetime import datetime
from typing import Literal

import msgspec

from rt.contracts.core_orders import DocumentKind, IncidentKind, Responsible
from rt.kernel.messages import Personal


class Tender(msgspec.Struct, kw_only=True):
    """An offer to one carrier and what became of it."""

    tender_id: str
    carrier_id: str
    carrier_name: str
    price_cents: int
    currency: str
    deadline: datetime
    sent_at: datetime
    stranger: bool = False
    state: Literal["open", "accepted", "refused", "expired", "withdrawn"] = "open"
    answered_at: datetime | None = None
    reason: Personal = ""


class Document(msgspec.Struct, kw_only=True):
    """A file kept with the order, or the consignment note of ecpmr (then `file_key` is empty).

    `content_hash` is the file's SHA-256, or that of the note as it was signed; `reserves` counts those of the
    note, made at takeover and at delivery; `signed_at` is when the consignee signed it.
    """

    document_id: str
    kind: DocumentKind
    filename: Personal
    media_type: str
    added_at: datetime
    added_by: Personal
    file_key: str = ""
    size_bytes: int = 0
    original_sha256: str = ""
    """Of what was sent: it is kept drawn or built anew."""
    number: int = 1
    latest: bool = True
    ecpmr_document_id: str = ""
    org_id: str = ""
    content_hash: str = ""
    signed_at: datetime | None = None
    signed_by: Personal = ""
    reserves: int = 0

    def sign(self, at: datetime, by_name: str, content_hash: str) -> None:
        """The consignee has signed this note: it proves the delivery."""
        self.signed_at, self.signed_by, self.content_hash = at, by_name, content_hash


class Incident(msgspec.Struct, kw_only=True):
    """Something that went wrong, and how it ended."""

    incident_id: str
    org_id: str
    kind: IncidentKind
    text: Personal
    reported_at: datetime
    reported_by: Personal
    shared: bool
    responsible: Responsible = ""
    cost_cents: int | None = None
    photos: list[str] = msgspec.field(default_factory=list)
    resolution: Personal = ""
    resolved_at: datetime | None = None
