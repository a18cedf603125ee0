"""An incident of the platform: its flow by severity, what users are told, and the post-mortem it owes."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from rt.contracts.admin_gateway import (
    AnnouncementView,
    OutageAcknowledged,
    OutageClosed,
    OutageOpened,
    OutageResolved,
    OutageState,
    OutageStepTicked,
    OutageUpdatePosted,
    OutageView,
    PostMortemAwaited,
    PublicOutageView,
    Severity,
    StepName,
    StepView,
    SupportLevel,
    UpdateView,
)
from rt.kernel.core.errors import Conflict, Invalid, NotFound
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import personal_of
from rt.services.admin_gateway.domain.support import LEVEL_OF, answer_by

FLOWS: Final[dict[Severity, tuple[StepName, ...]]] = {
    "p1": ("page_on_call", "open_channel", "investigate", "roll_back", "post_mortem"),
    "p2": ("notify_team", "find_cause", "fix", "monitor"),
    "p3": ("create_ticket", "prioritize", "fix_in_release"),
}
"""The specification's runbook."""
IF_NEEDED: Final[frozenset[StepName]] = frozenset({"roll_back"})
POST_MORTEM_WITHIN = timedelta(hours=48)
"""From the moment it is resolved: what is learnt can be written only then."""
REMIND_BEFORE = timedelta(hours=24)


class IncidentUnknown(NotFound):
    fr = "Cet incident n'existe pas."
    en = "There is no such incident."


class StepNotInFlow(Invalid):
    fr = "Cette étape n'est pas de ce déroulement."
    en = "This step is not part of this flow."


class StepNotOptional(Conflict):
    fr = "Cette étape ne se saute pas."
    en = "This step cannot be left out."


class PostMortemTooEarly(Conflict):
    fr = "Le bilan s'écrit une fois l'incident résolu."
    en = "The post-mortem is written once the incident is resolved."


class PostMortemNowhere(Invalid):
    fr = "Dites où se trouve le bilan."
    en = "Say where the post-mortem is kept."


class IncidentOver(Conflict):
    fr = "Cet incident est déjà résolu."
    en = "This incident is resolved already."


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A step done, or found not to be needed."""

    step: StepName
    state: Literal["done", "skipped"]
    at: datetime
    by: Annotated[str, personal_of("by_id", "authz.people")]
    by_id: str = ""
    note: str = ""


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What users were told."""

    at: datetime
    fr: str
    en: str


class Outage(Entity, kw_only=True):
    """Open, acknowledged, resolved; closed when every step of its flow is ticked too."""

    severity: Severity
    title_fr: str
    title_en: str
    units: list[str]
    opened_at: datetime
    opened_by: Annotated[str, personal_of("opened_by_id", "authz.people")]
    opened_by_id: str = ""
    answer_due_at: datetime
    state: OutageState = "open"
    ticks: list[Tick] = []
    sayings: list[Saying] = []
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    post_mortem_due_at: datetime | None = None
    reminded: int = 0

    @property
    def level(self) -> SupportLevel:
        return LEVEL_OF[self.severity]

    @property
    def over(self) -> bool:
        return self.resolved_at is not None

    def tick_of(self, step: StepName) -> Tick | None:
        return next((one for one in self.ticks if one.step == step), None)

    def acknowledge(self, moment: datetime) -> None:
        """Somebody is at work; said twice it is said once."""
        if self.state != "open":
            return
        self.state, self.acknowledged_at = "acknowledged", moment
        self.emit(OutageAcknowledged(incident_id=self.id))

    def tick(self, tick: Tick) -> None:
        """Note a step; whoever does one is at work."""
        if tick.step not in FLOWS[self.severity]:
            raise StepNotInFlow(field="step")
        if tick.state == "skipped" and tick.step not in IF_NEEDED:
            raise StepNotOptional(field="skipped")
        if tick.step == "post_mortem":
            if not self.over:
                raise PostMortemTooEarly(field="step")
            if not tick.note.strip():
                raise PostMortemNowhere(field="note")
        self.acknowledge(tick.at)
        self.ticks = [*(one for one in self.ticks if one.step != tick.step), tick]
        self.emit(OutageStepTicked(incident_id=self.id, step=tick.step, skipped=tick.state == "skipped"))
        self._close_if_done(tick.at)

    def say(self, saying: Saying) -> None:
        """Tell users how it stands, also after it is over."""
        self.sayings = [*self.sayings, saying]
        self.emit(OutageUpdatePosted(incident_id=self.id))

    def resolve(self, saying: Saying) -> None:
        """Over for users; a critical one owes its post-mortem from now on."""
        if self.over:
            raise IncidentOver
        self.acknowledge(saying.at)
        self.say(saying)
        self.state, self.resolved_at = "resolved", saying.at
        if "post_mortem" in FLOWS[self.severity]:
            self.post_mortem_due_at = saying.at + POST_MORTEM_WITHIN
        self.emit(OutageResolved(incident_id=self.id))
        self._close_if_done(saying.at)

    def remind(self, moment: datetime) -> None:
        """Say that the post-mortem is awaited: a day before it is due and when it is late, each once."""
        due_at = self.post_mortem_due_at
        if due_at is None or self.tick_of("post_mortem") is not None:
            return
        stage = (moment >= due_at - REMIND_BEFORE) + (moment >= due_at)
        if stage <= self.reminded:
            return
        self.reminded = stage
        self.emit(
            PostMortemAwaited(
                incident_id=self.id,
                title_fr=self.title_fr,
                title_en=self.title_en,
                due_at=due_at,
                late=moment >= due_at,
            )
        )

    def view(self) -> OutageView:
        return OutageView(
            incident_id=self.id,
            severity=self.severity,
            state=self.state,
            title_fr=self.title_fr,
            title_en=self.title_en,
            units=self.units,
            steps=[self._step_view(step) for step in FLOWS[self.severity]],
            updates=[UpdateView(at=one.at, fr=one.fr, en=one.en) for one in reversed(self.sayings)],
            opened_at=self.opened_at,
            opened_by=self.opened_by,
            acknowledged_at=self.acknowledged_at,
            resolved_at=self.resolved_at,
            closed_at=self.closed_at,
            level=self.level,
            answer_due_at=self.answer_due_at,
            post_mortem_due_at=self.post_mortem_due_at,
        )

    def public_view(self) -> PublicOutageView:
        return PublicOutageView(
            incident_id=self.id,
            severity=self.severity,
            state=self.state,
            title_fr=self.title_fr,
            title_en=self.title_en,
            units=self.units,
            updates=[UpdateView(at=one.at, fr=one.fr, en=one.en) for one in reversed(self.sayings)],
            opened_at=self.opened_at,
            resolved_at=self.resolved_at,
        )

    def told_view(self) -> AnnouncementView:
        """As it stands above every page."""
        severity = "" if self.severity == "p3" else self.severity
        return AnnouncementView(
            notice_id=self.id, kind="incident", fr=self.title_fr, en=self.title_en, severity=severity
        )

    def _step_view(self, step: StepName) -> StepView:
        tick = self.tick_of(step)
        may_skip = step in IF_NEEDED
        if tick is None:
            return StepView(step=step, state="to_do", may_skip=may_skip)
        return StepView(
            step=step, state=tick.state, may_skip=may_skip, at=tick.at, by=tick.by, note=tick.note
        )

    def _close_if_done(self, moment: datetime) -> None:
        if self.state == "resolved" and all(self.tick_of(step) for step in FLOWS[self.severity]):
            self.state, self.closed_at = "closed", moment
            self.emit(OutageClosed(incident_id=self.id))


def opened(outage: Outage) -> Outage:
    """The same incident, with the deadline of its support level and what it tells."""
    outage.answer_due_at = answer_by(outage.level, outage.opened_at)
    outage.emit(
        OutageOpened(
            incident_id=outage.id,
            severity=outage.severity,
            title_fr=outage.title_fr,
            title_en=outage.title_en,
            units=outage.units,
        )
    )
    return outage
