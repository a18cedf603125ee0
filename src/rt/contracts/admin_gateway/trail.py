"""Words about the audit trail: read, exported, verified."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from rt.kernel.messages import Download, Query, SearchText, View
from rt.trade.references import OrganizationId, TrailSubject

Limit = Annotated[int, Meta(ge=1, le=500)]


class AuditLineView(View):
    """One line of the audit trail, bound to the one before by its hash."""

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
    """Audit lines, newest first; go on with `before_seq`."""

    items: list[AuditLineView]
    next_seq: int | None


class FindAudit(Query[AuditPage], route="/admin/audit", needs="admin_gateway.read"):
    """The audit trail of all organizations, by organization, actor, object, act or time."""

    org_id: OrganizationId = ""
    actor_id: TrailSubject = ""
    entity_id: TrailSubject = ""
    did: SearchText = ""
    since: datetime | None = None
    until: datetime | None = None
    before_seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    limit: Limit = 100


class ExportAudit(Query[Download], route="/admin/audit/export", needs="admin_gateway.read"):
    """The same lines as a CSV file (at most 50,000; formula cells quoted)."""

    org_id: OrganizationId = ""
    actor_id: TrailSubject = ""
    entity_id: TrailSubject = ""
    did: SearchText = ""
    since: datetime | None = None
    until: datetime | None = None


class VerificationView(View):
    """Whether the chain holds; else the number of the first line that was altered, removed or moved.

    `checkpoint_seq` is the newest line that a signed checkpoint outside the database vouches for.
    """

    intact: bool
    lines: int
    broken_at: int | None
    checkpoint_seq: int = 0


class VerifyAudit(Query[VerificationView], route="/admin/audit/verify", needs="admin_gateway.read"):
    """Recompute the whole chain."""
