"""What the gateway can be asked: health of the house, stories of objects, audit, tenants, flags, letters."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from rt.kernel.messages import OPEN, SIGNED_IN, Command, Download, Empty, Event, Query, View

Limit = Annotated[int, Meta(ge=1, le=500)]
HealthState = Literal["up", "down", "not_built", "unknown"]
Reason = Annotated[str, Meta(min_length=5, max_length=300)]


class HealthView(View):
    """A unit as the board sees it: up after two good answers, down after three bad ones."""

    unit: str
    name: str
    state: HealthState
    since: datetime | None
    checked_at: datetime | None
    milliseconds: float | None
    availability_24h: float | None


class StatusView(View):
    """The whole house; `state` is the worst of its units that are built."""

    state: Literal["up", "degraded", "down"]
    units: list[HealthView]
    notice_fr: str = ""
    notice_en: str = ""


class GetStatus(Query[StatusView], route="/admin/status", needs=OPEN):
    """The public status page's content."""


class EventView(View):
    """One thing that happened, as the event log holds it; personal values masked."""

    event_id: str
    source: str
    topic: str
    at: datetime
    org_id: str
    entity: str
    entity_id: str
    actor_kind: str
    actor_id: str
    actor_name: str
    trace: str
    body: dict[str, Any]
    change: dict[str, dict[str, Any]]


class StoryView(View):
    """Everything known about one object or one trace over all units, in the order it happened."""

    subject: str
    events: list[EventView]
    related: list[str]
    units: list[str]


class GetStory(Query[StoryView], route="/admin/stories/{subject}", needs="admin_gateway.read"):
    """The story of an object by its id, or of a request by its trace id, across units."""

    subject: Annotated[str, Meta(min_length=4, max_length=80)]


class FoundView(View):
    """An object that a search found."""

    subject: str
    entity: str
    org_id: str
    label: str
    last_at: datetime


class FoundPage(View):
    """What a search found, newest first."""

    items: list[FoundView]


class FindAnything(Query[FoundPage], route="/admin/search", needs="admin_gateway.read"):
    """Any object of any unit by its id, trace, or a number written on it."""

    q: Annotated[str, Meta(min_length=3, max_length=80)]


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

    org_id: str = ""
    actor_id: str = ""
    entity_id: str = ""
    did: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before_seq: int | None = None
    limit: Limit = 100


class ExportAudit(Query[Download], route="/admin/audit/export", needs="admin_gateway.read"):
    """The same lines as a CSV file (at most 50,000; formula cells quoted)."""

    org_id: str = ""
    actor_id: str = ""
    entity_id: str = ""
    did: str = ""
    since: datetime | None = None
    until: datetime | None = None


class VerificationView(View):
    """Whether the chain holds; else the number of the first line that was altered, removed or moved."""

    intact: bool
    lines: int
    broken_at: int | None


class VerifyAudit(Query[VerificationView], route="/admin/audit/verify", needs="admin_gateway.read"):
    """Recompute the whole chain."""


class LetterView(View):
    """An event that a listener could not hear, with the last error."""

    letter_id: str
    unit: str
    listener: str
    topic: str
    entity_id: str
    org_id: str
    reason: str
    tries: int
    state: Literal["waiting", "dead"]
    put_aside_at: datetime
    next_try_at: datetime
    trace: str


class LettersPage(View):
    """Events put aside, oldest first."""

    items: list[LetterView]


class FindLetters(Query[LettersPage], route="/admin/letters", needs="admin_gateway.read"):
    """Events put aside after a failure, over all units."""

    unit: str = ""
    state: Literal["waiting", "dead"] | None = None


class ReplayLetter(Command[Empty], route="/admin/letters/{letter_id}/replay", needs="admin_gateway.write"):
    """Have a listener hear a dead event again."""

    letter_id: str


class QueueView(View):
    """How far a unit's listeners are behind the log."""

    unit: str
    behind: int
    letters: int
    timers: int


class QueuesView(View):
    """Every unit's queues."""

    items: list[QueueView]


class GetQueues(Query[QueuesView], route="/admin/queues", needs="admin_gateway.read"):
    """What waits to be heard, tried again or woken."""


class FlagView(View):
    """A feature switch: off, on, or on for some organizations and roles."""

    name: str
    description: str
    on: bool
    organizations: list[str]
    roles: list[str]
    version: int


class FlagsView(View):
    """All switches."""

    items: list[FlagView]


class FindFlags(Query[FlagsView], route="/admin/flags", needs="admin_gateway.read"):
    """All feature switches."""


class SetFlag(Command[FlagView], route="/admin/flags/{name}", needs="admin_gateway.write"):
    """Set a switch for all, or for the organizations and roles named; effective without restart."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{2,40}$")]
    on: bool
    description: Annotated[str, Meta(max_length=200)] = ""
    organizations: list[str] = []
    roles: list[str] = []


class MyFlagsView(View):
    """The switches that are on for the person who asks."""

    on: list[str]


class MyFlags(Query[MyFlagsView], route="/admin/flags/mine", needs=SIGNED_IN):
    """Which features the person who asks has."""


class TenantView(View):
    """An organization as the platform's people see it, with what it uses."""

    organization_id: str
    name: str
    kind: str
    guest: bool
    suspended: bool
    objects: dict[str, int]


class TenantsPage(View):
    """Organizations by name."""

    items: list[TenantView]
    next: str = ""


class FindTenants(Query[TenantsPage], route="/admin/tenants", needs="admin_gateway.read"):
    """Organizations with the number of objects each has in every collection."""

    q: str = ""
    after: str = ""


class ExportTenant(
    Query[Download], route="/admin/tenants/{organization_id}/export", needs="admin_gateway.admin"
):
    """Everything of one organization as one JSON-lines file (RGPD art. 20)."""

    organization_id: str


class EraseView(View):
    """What an erasure removed and that nothing was left."""

    organization_id: str
    removed: dict[str, int]
    left: int


class EraseTenant(
    Command[EraseView], route="/admin/tenants/{organization_id}/erase", needs="admin_gateway.admin"
):
    """Erase a suspended organization; its name must be typed again. The audit trail keeps the fact."""

    organization_id: str
    name: str
    reason: Reason


class NoticeView(View):
    """A sentence shown at the top of every portal, or none."""

    fr: str
    en: str


class SetNotice(Command[NoticeView], route="/admin/notice", needs="admin_gateway.write"):
    """Say something to every user: an incident, a maintenance window."""

    fr: Annotated[str, Meta(max_length=200)] = ""
    en: Annotated[str, Meta(max_length=200)] = ""


class TenantErased(Event, topic="admin_gateway.tenant.erased"):
    """An organization's data was erased."""

    organization_id: str
    removed: dict[str, int]


class FlagSet(Event, topic="admin_gateway.flag.set"):
    """A feature switch was set."""

    name: str
    on: bool
