"""Maintenance windows: announced, called off, ended, and turned by the clock."""

from typing import Any

from rt.contracts.admin_gateway import (
    AnnounceWindow,
    CancelWindow,
    EndWindow,
    FindWindows,
    WindowsPage,
    WindowView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for
from rt.kernel.service.jobs import Timers
from rt.services.admin_gateway.domain.flags import OPERATOR
from rt.services.admin_gateway.domain.maintenance import CALENDAR_ID, Window
from rt.services.admin_gateway.store import GatewayStore

TURN = "turn_window"


class Maintenance:
    """The calendar, as the platform's people use it."""

    def __init__(self, store: GatewayStore, timers: Timers) -> None:
        self._store = store
        self._timers = timers

    async def find(self, asked: FindWindows) -> WindowsPage:
        calendar = await self._store.calendar()
        starts_at, ends_at = calendar.next_regular(now())
        latest = sorted(calendar.windows, key=lambda one: one.starts_at, reverse=True)
        return WindowsPage(
            items=[one.view() for one in latest], next_starts_at=starts_at, next_ends_at=ends_at
        )

    async def announce(self, asked: AnnounceWindow) -> WindowView:
        calendar = await self._store.calendar()
        window = Window(
            window_id=new_id("win"),
            kind=asked.kind,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            fr=asked.fr,
            en=asked.en,
            units=asked.units,
            reason=asked.reason,
            announced_at=now(),
        )
        with acting_for(OPERATOR):
            for moment in (window.foreseen_from, window.starts_at, window.ends_at):
                await self._timers.at(moment, TURN, {"window_id": window.window_id})
        async with self._store.calendars.change(calendar.id) as kept:
            kept.announce(window)
        return kept.window(window.window_id).view()

    async def cancel(self, asked: CancelWindow) -> WindowView:
        calendar = await self._store.calendar()
        async with self._store.calendars.change(calendar.id) as kept:
            kept.cancel(asked.window_id, asked.reason, now())
        return kept.window(asked.window_id).view()

    async def end(self, asked: EndWindow) -> WindowView:
        calendar = await self._store.calendar()
        async with self._store.calendars.change(calendar.id) as kept:
            kept.end(asked.window_id, now())
        return kept.window(asked.window_id).view()

    async def turn(self, payload: dict[str, Any]) -> None:
        """The clock says that a window is near, begins or ends; one that was refused is not there."""
        calendar = await self._store.calendar()
        if not any(one.window_id == payload["window_id"] for one in calendar.windows):
            return
        async with self._store.calendars.change(CALENDAR_ID) as kept:
            kept.turn(payload["window_id"], now())
