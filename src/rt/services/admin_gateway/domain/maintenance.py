"""The calendar of maintenance: what may be announced when, and what becomes of it as time goes by."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from rt.contracts.admin_gateway import (
    AnnouncementView,
    PublicWindowView,
    WindowAnnounced,
    WindowBegan,
    WindowCancelled,
    WindowEnded,
    WindowForeseen,
    WindowKind,
    WindowState,
    WindowView,
)
from rt.kernel.core.errors import Conflict, Invalid, NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity
from rt.services.admin_gateway.domain.flags import OPERATOR
from rt.services.admin_gateway.domain.units import known

SUNDAY = 6
REGULAR_FROM, REGULAR_UNTIL = time(2), time(6)
"""UTC, as the specification says."""
AHEAD = timedelta(days=7)
"""How long before a regular window everybody knows."""
URGENT_AHEAD = timedelta(hours=24)
LONGEST = timedelta(hours=24)
"""An urgent window that lasts longer is a slip of the pen."""
KEPT = 200


class NotRegularTime(Invalid):
    fr = "Une fenêtre régulière est un dimanche, entre 02:00 et 06:00 UTC."
    en = "A regular window is on a Sunday, between 02:00 and 06:00 UTC."


class AnnouncedTooLate(Invalid):
    fr = "Une fenêtre régulière s'annonce au moins sept jours avant : au plus tôt le {day} (dimanche)."
    en = "A regular window is announced at least seven days ahead: {day} (a Sunday) at the earliest."


class MonthTaken(Conflict):
    fr = "Ce mois a déjà sa fenêtre régulière."
    en = "This month has its regular window already."


class WindowsOverlap(Conflict):
    fr = "Une autre fenêtre est annoncée à ce moment."
    en = "Another window is announced for that time."


class EndsBeforeItStarts(Invalid):
    fr = "La fin vient après le début, de 24 heures au plus."
    en = "The end comes after the start, by 24 hours at most."


class WindowPassed(Invalid):
    fr = "Une fenêtre s'annonce avant son début."
    en = "A window is announced before it starts."


class ReasonMissing(Invalid):
    fr = "Une fenêtre urgente dit pourquoi."
    en = "An urgent window says why."


class WindowBegunAlready(Conflict):
    fr = "Cette fenêtre n'est plus à venir : elle ne s'annule plus."
    en = "This window is no longer to come: it cannot be called off."


class WindowNotUnderWay(Conflict):
    fr = "Cette fenêtre n'est pas en cours."
    en = "This window is not under way."


class WindowUnknown(NotFound):
    fr = "Cette fenêtre de maintenance n'existe pas."
    en = "There is no such maintenance window."


class Window(msgspec.Struct, kw_only=True):
    """A stretch of time in which the platform may be away."""

    window_id: str
    kind: WindowKind
    starts_at: datetime
    ends_at: datetime
    fr: str
    en: str
    units: list[str]
    reason: str
    announced_at: datetime
    state: WindowState = "announced"
    foreseen_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_because: str = ""

    @property
    def short_notice(self) -> bool:
        return self.starts_at - self.announced_at < URGENT_AHEAD

    @property
    def coming(self) -> bool:
        return self.state in ("announced", "under_way")

    @property
    def foreseen_from(self) -> datetime:
        """When everybody is written to."""
        return self.starts_at - AHEAD

    def meets(self, other: "Window") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def view(self) -> WindowView:
        return WindowView(**{name: getattr(self, name) for name in WindowView.__struct_fields__})

    def public_view(self) -> PublicWindowView:
        names = PublicWindowView.__struct_fields__
        return PublicWindowView(**{name: getattr(self, name) for name in names})

    def told_view(self, moment: datetime) -> AnnouncementView:
        away = self.state == "under_way" or moment >= self.starts_at
        return AnnouncementView(
            notice_id=f"{self.window_id}{'-now' if away else ''}",
            kind="under_way" if away else "window",
            fr=self.fr,
            en=self.en,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )


class Calendar(Entity, kw_only=True):
    """All windows in one document, so that two announced at the same moment cannot overlap."""

    windows: list[Window] = []

    def window(self, window_id: str) -> Window:
        found = next((one for one in self.windows if one.window_id == window_id), None)
        if found is None:
            raise WindowUnknown
        return found

    def announce(self, window: Window) -> None:
        """Take a window up, or say what speaks against it."""
        window.units = known(window.units)
        if not timedelta() < window.ends_at - window.starts_at <= LONGEST:
            raise EndsBeforeItStarts(field="ends_at")
        if window.kind == "regular":
            self._allow_regular(window)
        elif window.starts_at < window.announced_at:
            raise WindowPassed(field="starts_at")
        elif not window.reason.strip():
            raise ReasonMissing(field="reason")
        if any(one.coming and one.meets(window) for one in self.windows):
            raise WindowsOverlap(field="starts_at")
        self.windows = [*self.windows, window][-KEPT:]
        told = {name: getattr(window, name) for name in ("window_id", "kind", "starts_at", "ends_at")}
        self.emit(WindowAnnounced(**told))
        self._foresee(window, window.announced_at)

    def turn(self, window_id: str, moment: datetime) -> None:
        """What the clock does to a window; nothing when it is not time or it was done before."""
        window = self.window(window_id)
        self._foresee(window, moment)
        if window.state == "announced" and moment >= window.starts_at:
            window.state = "under_way"
            self.emit(WindowBegan(window_id=window_id))
        if window.state == "under_way" and moment >= window.ends_at:
            self._end(window, moment)

    def cancel(self, window_id: str, reason: str, moment: datetime) -> None:
        window = self.window(window_id)
        if window.state != "announced" or moment >= window.starts_at:
            raise WindowBegunAlready
        window.state, window.cancelled_because = "cancelled", reason
        self.emit(
            WindowCancelled(
                window_id=window_id,
                starts_at=window.starts_at,
                ends_at=window.ends_at,
                foreseen=window.foreseen_at is not None,
            )
        )

    def end(self, window_id: str, moment: datetime) -> None:
        """End it before its time."""
        window = self.window(window_id)
        if window.state != "under_way":
            raise WindowNotUnderWay
        self._end(window, moment)

    def _allow_regular(self, window: Window) -> None:
        starts, ends = window.starts_at.astimezone(UTC), window.ends_at.astimezone(UTC)
        same_day = starts.date() == ends.date()
        in_hours = starts.time() >= REGULAR_FROM and ends.time() <= REGULAR_UNTIL
        if not (same_day and in_hours and starts.weekday() == SUNDAY):
            raise NotRegularTime(field="starts_at")
        if starts - window.announced_at < AHEAD:
            earliest, _ = next_regular(window.announced_at, ())
            raise AnnouncedTooLate(field="starts_at", day=f"{earliest:%d/%m/%Y}")
        if month_of(starts) in self._months():
            raise MonthTaken(field="starts_at")

    def _months(self) -> set[tuple[int, int]]:
        """Months that have their regular window."""
        return {
            month_of(one.starts_at)
            for one in self.windows
            if one.kind == "regular" and one.state != "cancelled"
        }

    def next_regular(self, moment: datetime) -> tuple[datetime, datetime]:
        """The first regular window that may still be announced."""
        return next_regular(moment, self._months())

    def _foresee(self, window: Window, moment: datetime) -> None:
        """Have everybody written to, once, as soon as it is near."""
        if window.state != "announced" or window.foreseen_at is not None or moment < window.foreseen_from:
            return
        window.foreseen_at = moment
        names = ("window_id", "kind", "starts_at", "ends_at", "fr", "en")
        self.emit(WindowForeseen(**{name: getattr(window, name) for name in names}))

    def _end(self, window: Window, moment: datetime) -> None:
        window.state, window.ended_at = "done", moment
        self.emit(WindowEnded(window_id=window.window_id))


CALENDAR_ID = derived_id("cal", OPERATOR)


def next_regular(
    moment: datetime, taken: Sequence[tuple[int, int]] | set[tuple[int, int]]
) -> tuple[datetime, datetime]:
    """The first Sunday, 02:00 to 06:00 UTC, at least seven days ahead, of a month that is free."""
    day = _sunday(moment.astimezone(UTC).date())
    while True:
        starts = datetime.combine(day, REGULAR_FROM, UTC)
        if starts - moment >= AHEAD and month_of(starts) not in taken:
            return starts, datetime.combine(day, REGULAR_UNTIL, UTC)
        day += timedelta(days=7)


def month_of(moment: datetime) -> tuple[int, int]:
    at = moment.astimezone(UTC)
    return at.year, at.month


def _sunday(day: date) -> date:
    """That day, or the first Sunday after it."""
    return day + timedelta(days=(SUNDAY - day.weekday()) % 7)
