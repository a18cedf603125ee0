"""Messages about incidents of the platform: their steps, what users are told, what is learnt from them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.admin_gateway.maintenance import Sentence, UnitNames
from rt.kernel.model.messages import Command, Cursor, Event, Query, View
from rt.trade.references import OutageId

Severity = Literal["p1", "p2", "p3"]
"""P1 critical (a service is down), P2 major (degraded), P3 minor (a bug)."""
OutageState = Literal["open", "acknowledged", "resolved", "closed"]
StepName = Literal[
    "page_on_call", "open_channel", "investigate", "roll_back", "post_mortem",
    "notify_team", "find_cause", "fix", "monitor",
    "create_ticket", "prioritize", "fix_in_release",
]  # fmt: skip
SupportLevel = Literal["l1", "l2", "l3"]


class StepView(View):
    """One step of the flow: to do, done, or not needed."""

    step: StepName
    state: Literal["to_do", "done", "skipped"]
    may_skip: bool
    at: datetime | None = None
    by: str = ""
    note: str = ""


class UpdateView(View):
    """What users were told of an incident at a moment."""

    at: datetime
    fr: str
    en: str


class OutageView(View):
    """An incident of the platform.

    `answer_due_at` is when somebody must be at work on it (support level of its severity);
    `post_mortem_due_at` is set when a critical one is resolved. `closed`: resolved and every step ticked.
    """

    incident_id: str
    severity: Severity
    state: OutageState
    title_fr: str
    title_en: str
    units: list[str]
    steps: list[StepView]
    updates: list[UpdateView]
    opened_at: datetime
    opened_by: str
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    level: SupportLevel
    answer_due_at: datetime
    post_mortem_due_at: datetime | None


class OutagesPage(View):
    """Incidents, the latest first."""

    items: list[OutageView]
    next: str = ""


class FindOutages(Query[OutagesPage], route="/admin/incidents", needs="admin_gateway.read"):
    """Incidents of the platform; `state` is one of them, or `going` for all that are not closed."""

    state: Literal["", "going", "open", "acknowledged", "resolved", "closed"] = ""
    after: Cursor = ""


class GetOutage(Query[OutageView], route="/admin/incidents/{incident_id}", needs="admin_gateway.read"):
    """One incident."""

    incident_id: OutageId


class OpenOutage(Command[OutageView], route="/admin/incidents", needs="admin_gateway.write", status=201):
    """Open an incident; it stands on the public status page at once."""

    severity: Severity
    title_fr: Annotated[str, Meta(min_length=5, max_length=120)]
    title_en: Annotated[str, Meta(min_length=5, max_length=120)]
    units: UnitNames = []


class AcknowledgeOutage(
    Command[OutageView], route="/admin/incidents/{incident_id}/acknowledge", needs="admin_gateway.write"
):
    """Say that one is at work on it."""

    incident_id: OutageId


class TickStep(
    Command[OutageView], route="/admin/incidents/{incident_id}/steps", needs="admin_gateway.write"
):
    """Tick a step, or say that it is not needed; the post-mortem's note says where it is kept."""

    incident_id: OutageId
    step: StepName
    skipped: bool = False
    note: Annotated[str, Meta(max_length=300)] = ""


class PostOutageUpdate(
    Command[OutageView], route="/admin/incidents/{incident_id}/updates", needs="admin_gateway.write"
):
    """Tell users how it stands, on the status page."""

    incident_id: OutageId
    fr: Sentence
    en: Sentence


class ResolveOutage(
    Command[OutageView], route="/admin/incidents/{incident_id}/resolve", needs="admin_gateway.write"
):
    """Say that it is over for users, and how; a critical one then waits for its post-mortem."""

    incident_id: OutageId
    fr: Sentence
    en: Sentence


class OutageOpened(Event, topic="admin_gateway.incident.opened"):
    """An incident was opened."""

    incident_id: str
    severity: Severity
    title_fr: str
    title_en: str
    units: list[str]


class OutageAcknowledged(Event, topic="admin_gateway.incident.acknowledged"):
    """Somebody is at work on an incident."""

    incident_id: str


class OutageStepTicked(Event, topic="admin_gateway.incident.step_ticked"):
    """A step of an incident's flow was ticked."""

    incident_id: str
    step: StepName
    skipped: bool


class OutageUpdatePosted(Event, topic="admin_gateway.incident.told"):
    """Users were told how an incident stands."""

    incident_id: str


class OutageResolved(Event, topic="admin_gateway.incident.resolved"):
    """An incident is over for users."""

    incident_id: str


class OutageClosed(Event, topic="admin_gateway.incident.closed"):
    """An incident is over and every step of its flow ticked."""

    incident_id: str


class PostMortemAwaited(Event, topic="admin_gateway.post_mortem.awaited"):
    """A critical incident's post-mortem is not written yet: a day before it is due, and when it is late."""

    incident_id: str
    title_fr: str
    title_en: str
    due_at: datetime
    late: bool
