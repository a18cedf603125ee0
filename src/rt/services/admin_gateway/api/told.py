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
    GetHistory,
    GetNews,
    GetOutage,
    GetSupport,
    GetToldToAll,
    OpenOutage,
    ResolveOutage,
    SetNotice,
    TellOutage,
    TickStep,
)
from rt.kernel.unit import Served, serve
from rt.services.admin_gateway.actions.board import Board
from rt.services.admin_gateway.actions.incidents import Incidents
from rt.services.admin_gateway.actions.maintenance import Maintenance
from rt.services.admin_gateway.actions.news import News
from rt.services.admin_gateway.api.guard import platform


def told_to_all(board: Board, maintenance: Maintenance, incidents: Incidents, news: News) -> list[Served]:
    """What everybody reads, and what changes it."""

    def telling(word: type[Any], action: Callable[[Any], Awaitable[Any]]) -> Served:
        async def told(asked: Any) -> Any:
            answer = await action(asked)
            news.forget()
            return answer

        return platform(word, told)

    return [
        serve(GetNews, news.news),
        serve(GetHistory, news.history),
        serve(GetToldToAll, news.told),
        serve(GetSupport, news.support),
        telling(SetNotice, board.set_notice),
        platform(FindWindows, maintenance.find),
        telling(AnnounceWindow, maintenance.announce),
        telling(CancelWindow, maintenance.cancel),
        telling(EndWindow, maintenance.end),
        platform(FindOutages, incidents.find),
        platform(GetOutage, incidents.get),
        telling(OpenOutage, incidents.open),
        telling(AcknowledgeOutage, incidents.acknowledge),
        telling(TickStep, incidents.tick),
        telling(TellOutage, incidents.tell),
        telling(ResolveOutage, incidents.resolve),
    ]
