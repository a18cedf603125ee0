"""Requests about the house: its health, its stories, its trail, its tenants, its switches."""

from rt.contracts.admin_gateway import (
    EraseTenant,
    ExportAudit,
    ExportTenant,
    FindAnything,
    FindAudit,
    FindFlags,
    FindLetters,
    FindTenants,
    GetCosts,
    GetQueues,
    GetStatus,
    GetStory,
    GetTenant,
    MyFlags,
    ReplayLetter,
    SetFlag,
    VerifyAudit,
)
from rt.kernel.unit import Served, serve
from rt.services.admin_gateway.actions.audits import Audits
from rt.services.admin_gateway.actions.board import Board
from rt.services.admin_gateway.actions.costs import Costs
from rt.services.admin_gateway.actions.stories import Stories
from rt.services.admin_gateway.actions.tenants import Tenants
from rt.services.admin_gateway.api.guard import platform


def house(board: Board, stories: Stories, audits: Audits, tenants: Tenants, costs: Costs) -> list[Served]:
    return [
        serve(GetStatus, board.status),
        serve(MyFlags, board.mine),
        platform(FindFlags, board.flags),
        platform(SetFlag, board.set_flag),
        platform(GetStory, stories.get),
        platform(FindAnything, stories.find),
        platform(FindLetters, stories.letters),
        platform(ReplayLetter, stories.replay),
        platform(GetQueues, stories.queues),
        platform(FindAudit, audits.find),
        platform(ExportAudit, audits.export),
        platform(VerifyAudit, audits.verify),
        platform(FindTenants, tenants.find),
        platform(GetTenant, tenants.get),
        platform(ExportTenant, tenants.export),
        platform(EraseTenant, tenants.erase),
        platform(GetCosts, costs.get),
    ]
