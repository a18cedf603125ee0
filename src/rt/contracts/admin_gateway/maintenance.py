"""Messages about maintenance: windows announced ahead, under way, done or called off."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import Command, Event, Query, View
from rt.trade.references import WindowId

WindowKind = Literal["regular", "urgent"]
WindowState = Literal["announced", "under_way", "done", "cancelled"]
UnitNames = Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=40)]
Moment = Annotated[datetime, Meta(tz=True)]
Sentence = Annotated[str, Meta(min_length=5, max_length=300)]
"""What every user reads."""
Why = Annotated[str, Meta(min_length=5, max_length=300)]
"""What the platform's people read."""


class WindowView(View):
    """A maintenance window as the platform's people see it.

    `foreseen_at` is when the organizations were written to; `short_notice`: announced less than a day ahead.
    """

    window_id: str
    kind: WindowKind
    state: WindowState
    starts_at: datetime
    ends_at: datetime
    fr: str
    en: str
    units: list[str]
    reason: str
    short_notice: bool
    announced_at: datetime
    foreseen_at: datetime | None
    ended_at: datetime | None
    cancelled_because: str


class WindowsPage(View):
    """Windows, the latest first, and the next regular one that may still be announced."""

    items: list[WindowView]
    next_starts_at: datetime
    next_ends_at: datetime


class FindWindows(Query[WindowsPage], route="/admin/windows", needs="admin_gateway.read"):
    """All maintenance windows."""


class AnnounceWindow(Command[WindowView], route="/admin/windows", needs="admin_gateway.write", status=201):
    """Announce a window: a regular one (once a month, a Sunday from 02:00 to 06:00 UTC) seven days ahead.

    An urgent one says why; a day ahead where that can be.
    """

    kind: WindowKind
    starts_at: Moment
    ends_at: Moment
    fr: Sentence
    en: Sentence
    units: UnitNames = []
    reason: Annotated[str, Meta(max_length=300)] = ""


class CancelWindow(
    Command[WindowView], route="/admin/windows/{window_id}/cancel", needs="admin_gateway.write"
):
    """Call a window off before it begins; whoever was told of it is told."""

    window_id: WindowId
    reason: Why


class EndWindow(Command[WindowView], route="/admin/windows/{window_id}/end", needs="admin_gateway.write"):
    """End a window that is under way before its time."""

    window_id: WindowId


class WindowAnnounced(Event, topic="admin_gateway.window.announced"):
    """A window was announced."""

    window_id: str
    kind: WindowKind
    starts_at: datetime
    ends_at: datetime


class WindowForeseen(Event, topic="admin_gateway.window.foreseen"):
    """A window is near: seven days ahead, or at once when there is less; told once."""

    window_id: str
    kind: WindowKind
    starts_at: datetime
    ends_at: datetime
    fr: str
    en: str


class WindowBegan(Event, topic="admin_gateway.window.began"):
    """The maintenance began."""

    window_id: str


class WindowEnded(Event, topic="admin_gateway.window.ended"):
    """The maintenance is over."""

    window_id: str


class WindowCancelled(Event, topic="admin_gateway.window.cancelled"):
    """A window was called off; `foreseen` when the organizations had been written to."""

    window_id: str
    starts_at: datetime
    ends_at: datetime
    foreseen: bool
