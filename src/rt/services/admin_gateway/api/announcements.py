"""Requests about what everybody is told: maintenance, incidents, the notice, support."""

from collections.abc import Awaitable, Callable
from typing import Any

from rt.contracts.admin_gateway import (
    AcknowledgeOutage,
    AnnounceWindow,
    CancelWindow,
    EndWindow,
    FindOutages,
    FindWindows,
    GetAnnouncements,
    GetHistory,
    GetNews,
    GetOutage,
    GetSupport,
    OpenOutage,
    PostOutageUpdate,
    ResolveOutage,
    SetNotice,
    TickStep,
)
from rt.kernel.service.service import Served, serve
from rt.services.admin_gateway.actions.board import Board
from rt.services.admin_gateway.actions.incidents import Incidents
from rt.services.admin_gateway.actions.maintenance import Maintenance
from rt.services.admin_gateway.actions.news import News
from rt.services.admin_gateway.api.guard import platform_only


def announcements(board: Board, maintenance: Maintenance, incidents: Incidents, news: News) -> list[Served]:
    """What everybody reads, and what changes it."""

    def announcing(message: type[Any], action: Callable[[Any], Awaitable[Any]]) -> Served:
        async def guarded(asked: Any) -> Any:
            answer = await action(asked)
            news.forget()
            return answer

        return platform_only(message, guarded)

    return [
        serve(GetNews, news.news),
        serve(GetHistory, news.history),
        serve(GetAnnouncements, news.announcements),
        serve(GetSupport, news.support),
        announcing(SetNotice, board.set_notice),
        platform_only(FindWindows, maintenance.find),
        announcing(AnnounceWindow, maintenance.announce),
        announcing(CancelWindow, maintenance.cancel),
        announcing(EndWindow, maintenance.end),
        platform_only(FindOutages, incidents.find),
        platform_only(GetOutage, incidents.get),
        announcing(OpenOutage, incidents.open),
        announcing(AcknowledgeOutage, incidents.acknowledge),
        announcing(TickStep, incidents.tick),
        announcing(PostOutageUpdate, incidents.post_update),
        announcing(ResolveOutage, incidents.resolve),
    ]
