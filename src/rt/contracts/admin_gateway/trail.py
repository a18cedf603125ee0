"""Messages about the audit trail: read, exported, verified."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from rt.kernel.model.messages import Cursor, Download, Query, SearchText, View
from rt.trade.references import OrganizationId, TrailSubject

Limit = Annotated[int, Meta(ge=1, le=500)]


class AuditLineView(View):
    """One event of the log: `seq` numbers its partition; `hash` is what its segment is sealed with.

    `before` and `after` have what the act changed, each by its path.
    """

    event_id: str
    partition: str
    seq: int
    at: datetime
    org_id: str
    actor_kind: str
    actor_id: str
    actor_name: str
    did: str
    entity: str
    entity_id: str
    trace: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str


class AuditPage(View):
    """Audit lines, newest first."""

    items: list[AuditLineView]
    next: str


class FindAudit(Query[AuditPage], route="/admin/audit", needs="admin_gateway.read"):
    """The audit trail of all organizations, by organization, actor, object, act or time."""

    org_id: OrganizationId = ""
    actor_id: TrailSubject = ""
    entity_id: TrailSubject = ""
    did: SearchText = ""
    since: datetime | None = None
    until: datetime | None = None
    after: Cursor = ""
    limit: Limit = 100


class ExportAudit(Query[Download], route="/admin/audit/export", needs="admin_gateway.read"):
    """The same lines as a CSV file (at most 50,000; formula cells quoted)."""

    org_id: OrganizationId = ""
    actor_id: TrailSubject = ""
    entity_id: TrailSubject = ""
    did: SearchText = ""
    since: datetime | None = None
    until: datetime | None = None


class BrokenView(View):
    """The first event of a partition that was altered, removed, moved or put in."""

    partition: str
    seq: int


class VerificationView(View):
    """Whether the log holds: every sealed event recomputed, every segment bound to the one before.

    `unsealed` events are newer than the last seal. `vouched` is how many a signed checkpoint outside the
    database vouches for.
    """

    intact: bool
    lines: int
    unsealed: int
    broken: list[BrokenView]
    vouched: int


class VerifyAudit(Query[VerificationView], route="/admin/audit/verify", needs="admin_gateway.read"):
    """Recompute the whole chain."""
