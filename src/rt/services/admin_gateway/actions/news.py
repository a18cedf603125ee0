"""What anybody may know: the news of the status page, ninety days of health, what stands above every page."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from rt.contracts.admin_gateway import (
    AnnouncementsView,
    GetAnnouncements,
    GetHistory,
    GetNews,
    GetSupport,
    HistoryView,
    NewsView,
    SupportView,
    UnitHistoryView,
)
from rt.kernel.core.clock import now, today
from rt.services.admin_gateway.domain.health import DAYS, Pulse
from rt.services.admin_gateway.domain.news import above_pages, outages_shown, windows_shown
from rt.services.admin_gateway.domain.support import LEVEL_OF, promised
from rt.services.admin_gateway.domain.units import UNITS
from rt.services.admin_gateway.store import GatewayStore
from rt.trade.calendars import paris_day

KEPT_SECONDS = 5.0
"""How long an answer to everybody is kept: it is asked most when the platform is least well."""


class News:
    """The same answer for everybody, so that a crowd costs no more than one."""

    def __init__(self, store: GatewayStore) -> None:
        self._store = store
        self._kept: dict[str, tuple[float, Any]] = {}

    def forget(self) -> None:
        """Something was changed here: the next answer is made anew."""
        self._kept.clear()

    async def news(self, asked: GetNews) -> NewsView:
        found: NewsView = await self._once("news", self._news)
        return found

    async def history(self, asked: GetHistory) -> HistoryView:
        found: HistoryView = await self._once("history", self._history)
        return found

    async def announcements(self, asked: GetAnnouncements) -> AnnouncementsView:
        found: AnnouncementsView = await self._once("told", self._announcements)
        return found

    async def support(self, asked: GetSupport) -> SupportView:
        moment = now()
        levels = (promised(level, paris_day(moment)) for level in sorted(LEVEL_OF.values()))
        return SupportView(levels=[level.view(moment) for level in levels])

    async def _once(self, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        kept = self._kept.get(name)
        if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
            kept = self._kept[name] = time.monotonic(), await make()
        return kept[1]

    async def _news(self) -> NewsView:
        calendar, outages, moment = await self._store.calendar(), await self._store.outages_announced(), now()
        return NewsView(
            windows=windows_shown(calendar.windows, moment), incidents=outages_shown(outages, moment)
        )

    async def _announcements(self) -> AnnouncementsView:
        notice, calendar = await self._store.notice(), await self._store.calendar()
        outages = await self._store.outages_announced()
        return AnnouncementsView(items=above_pages(notice, calendar.windows, outages, now()))

    async def _history(self) -> HistoryView:
        known = await self._store.pulses.all()
        first = today() - timedelta(days=DAYS - 1)
        return HistoryView(
            first_day=first,
            units=[
                UnitHistoryView(unit=unit, days=(known.get(unit) or Pulse()).by_day(first)) for unit in UNITS
            ],
        )
