"""Requests of the gateway, each with its action; all but three are for the platform's people alone."""

from collections.abc import Awaitable, Callable
from typing import Any

from rt.contracts.admin_gateway import (
    EraseTenant,
    ExportAudit,
    ExportTenant,
    FindAnything,
    FindAudit,
    FindFlags,
    FindLetters,
    FindTenants,
    GetQueues,
    GetStatus,
    GetStory,
    MyFlags,
    ReplayLetter,
    SetFlag,
    SetNotice,
    VerifyAudit,
)
from rt.kernel.identity import RightMissing, current_actor
from rt.kernel.unit import Served, serve
from rt.services.admin_gateway.actions.audits import Audits
from rt.services.admin_gateway.actions.board import Board
from rt.services.admin_gateway.actions.stories import Stories
from rt.services.admin_gateway.actions.tenants import Tenants

PLATFORM_ROLE = "platform_admin"


def table(board: Board, stories: Stories, audits: Audits, tenants: Tenants) -> list[Served]:
    return [
        serve(GetStatus, board.status),
        serve(MyFlags, board.mine),
        _platform(SetNotice, board.set_notice),
        _platform(FindFlags, board.flags),
        _platform(SetFlag, board.set_flag),
        _platform(GetStory, stories.get),
        _platform(FindAnything, stories.find),
        _platform(FindLetters, stories.letters),
        _platform(ReplayLetter, stories.replay),
        _platform(GetQueues, stories.queues),
        _platform(FindAudit, audits.find),
        _platform(ExportAudit, audits.export),
        _platform(VerifyAudit, audits.verify),
        _platform(FindTenants, tenants.find),
        _platform(ExportTenant, tenants.export),
        _platform(EraseTenant, tenants.erase),
    ]


def _platform(word: type[Any], action: Callable[[Any], Awaitable[Any]]) -> Served:
    """The right is not enough: what is seen here belongs to all organizations."""

    async def guarded(asked: Any) -> Any:
        if PLATFORM_ROLE not in current_actor().roles:
            raise RightMissing(right=word.word.needs)
        return await action(asked)

    return serve(word, guarded)
