"""Messages open to anybody: what the status page tells, what stands above every page, how support answers."""

from datetime import date, datetime
from typing import Literal

from rt.contracts.admin_gateway.incidents import OutageState, Severity, SupportLevel, UpdateView
from rt.contracts.admin_gateway.maintenance import WindowKind, WindowState
from rt.kernel.model.messages import OPEN, Query, View


class PublicWindowView(View):
    """A maintenance window as everybody sees it."""

    window_id: str
    kind: WindowKind
    state: WindowState
    starts_at: datetime
    ends_at: datetime
    fr: str
    en: str
    units: list[str]


class PublicOutageView(View):
    """An incident as everybody sees it; updates with the latest first."""

    incident_id: str
    severity: Severity
    state: OutageState
    title_fr: str
    title_en: str
    units: list[str]
    updates: list[UpdateView]
    opened_at: datetime
    resolved_at: datetime | None


class NewsView(View):
    """Windows to come or under way, and the incidents of the last ninety days, the latest first."""

    windows: list[PublicWindowView]
    incidents: list[PublicOutageView]


class GetNews(Query[NewsView], route="/admin/status/news", needs=OPEN):
    """Maintenance and incidents, for the public status page."""


class UnitHistoryView(View):
    """The share of good answers of a unit on each day, the latest last; none where nothing is known."""

    unit: str
    days: list[float | None]


class HistoryView(View):
    """How every unit did on the last ninety days."""

    first_day: date
    units: list[UnitHistoryView]


class GetHistory(Query[HistoryView], route="/admin/status/history", needs=OPEN):
    """How every unit did on the last ninety days (of Paris), for the public status page."""


class AnnouncementView(View):
    """One thing said above every page; its id changes with what it says, so that it can be put away."""

    notice_id: str
    kind: Literal["notice", "window", "under_way", "incident"]
    fr: str
    en: str
    severity: Literal["", "p1", "p2"] = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class AnnouncementsView(View):
    """What is said above every page now, the most urgent first."""

    items: list[AnnouncementView]


class GetAnnouncements(Query[AnnouncementsView], route="/admin/notices", needs=OPEN):
    """The operator's notice, maintenance near or under way, major incidents: for the head of every page."""


class SupportLevelView(View):
    """A level of support: how it is reached, when it works, how soon it answers.

    `answer_by`: when a question asked now would be answered at the latest.
    """

    level: SupportLevel
    since: date
    address: str
    always: bool
    answer_minutes: int
    answer_by: datetime


class SupportView(View):
    """The levels of support in force."""

    levels: list[SupportLevelView]


class GetSupport(Query[SupportView], route="/admin/support", needs=OPEN):
    """How support is reached and how soon it answers."""
