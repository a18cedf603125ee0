"""What is kept with an order: offers and their ends, papers, incidents."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from rt.contracts.core_orders import (
    ChangingRole,
    DocumentKind,
    DocumentView,
    IncidentKind,
    IncidentView,
    OrderChangeView,
    OrderPart,
    ProofView,
    Responsible,
    TenderView,
)
from rt.kernel.model.messages import Personal, personal_of
from rt.services.core_orders.domain.sight import part_shown
from rt.services.core_orders.domain.states import Author
from rt.trade.roles import Roles


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

    def view(self) -> TenderView:
        return TenderView(
            tender_id=self.tender_id,
            carrier_id=self.carrier_id,
            carrier_name=self.carrier_name,
            price_cents=self.price_cents,
            currency=self.currency,
            deadline=self.deadline,
            state=self.state,
            sent_at=self.sent_at,
            answered_at=self.answered_at,
            reason=self.reason,
            stranger=self.stranger,
        )

    def is_between(self, roles: Roles, by: Author) -> bool:
        """Whether the reader is one of the two between whom the offer stands."""
        return "owner" in roles or self.carrier_id == by.org_id


class OrderChange(msgspec.Struct, kw_only=True):
    """A change that was asked for, and what became of it.

    `asked_by` and `asked_of`, who have to agree still, are organizations; `roles` says which parts they and
    whoever else it concerns play: they alone see it, and not who carries or pays later.
    """

    change_id: str
    asked_at: datetime
    asked_by: str
    reason: Personal
    before: OrderPart
    after: OrderPart
    asked_of: list[str]
    roles: dict[str, ChangingRole]
    state: Literal["open", "agreed", "refused", "withdrawn", "lapsed"] = "open"
    closed_at: datetime | None = None
    answer: Personal = ""

    def view(self, roles: Roles, by: Author) -> OrderChangeView:
        waiting = self.asked_of if self.state == "open" else []
        return OrderChangeView(
            change_id=self.change_id,
            asked_at=self.asked_at,
            asked_by=self.roles[self.asked_by],
            reason=self.reason,
            state=self.state,
            before=part_shown(self.before, roles),
            after=part_shown(self.after, roles),
            asked_of=[self.roles[one] for one in waiting],
            mine=self.asked_by == by.org_id,
            for_me=by.org_id in waiting,
            closed_at=self.closed_at,
            answer=self.answer,
        )


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
    added_by: Annotated[str, personal_of("added_by_id", "authz.people")]
    added_by_id: str = ""
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

    def view(self, order_id: str) -> DocumentView:
        return DocumentView(
            document_id=self.document_id,
            order_id=order_id,
            kind=self.kind,
            filename=self.filename,
            media_type=self.media_type,
            size_bytes=self.size_bytes,
            version=self.number,
            latest=self.latest,
            added_at=self.added_at,
            added_by=self.added_by,
            ecpmr_document_id=self.ecpmr_document_id,
        )

    def proof_view(self) -> ProofView:
        """As what proves the delivery."""
        return ProofView(
            document_id=self.document_id,
            content_hash=self.content_hash,
            filename=self.filename,
            ecpmr_document_id=self.ecpmr_document_id,
            reserves=self.reserves,
            signed_at=self.signed_at,
            signed_by=self.signed_by,
        )


class Incident(msgspec.Struct, kw_only=True):
    """Something that went wrong, and how it ended."""

    incident_id: str
    org_id: str
    kind: IncidentKind
    text: Personal
    reported_at: datetime
    reported_by: Annotated[str, personal_of("reported_by_id", "authz.people")]
    shared: bool
    reported_by_id: str = ""
    responsible: Responsible = ""
    cost_cents: int | None = None
    photos: list[str] = msgspec.field(default_factory=list)
    resolution: Personal = ""
    resolved_at: datetime | None = None

    def view(self, costs: bool) -> IncidentView:
        return IncidentView(
            incident_id=self.incident_id,
            kind=self.kind,
            text=self.text,
            reported_at=self.reported_at,
            reported_by=self.reported_by,
            shared=self.shared,
            open=self.resolved_at is None,
            responsible=self.responsible,
            cost_cents=self.cost_cents if costs else None,
            photos=self.photos,
            resolution=self.resolution,
            resolved_at=self.resolved_at,
        )
