"""Requests about the platform: its health, its timelines, its trail, its tenants, its switches."""

from rt.contracts.admin_gateway import (
    EraseTenant,
    ExportAudit,
    ExportTenant,
    FindAnything,
    FindAudit,
    FindDeadLetters,
    FindFlags,
    FindTenants,
    GetCosts,
    GetQueues,
    GetStatus,
    GetTenant,
    GetTimeline,
    MyFlags,
    ReplayDeadLetter,
    SetFlag,
    VerifyAudit,
)
from rt.kernel.service.service import Served, serve
from rt.services.admin_gateway.actions.audits import Audits
from rt.services.admin_gateway.actions.board import Board
from rt.services.admin_gateway.actions.costs import Costs
from rt.services.admin_gateway.actions.tenants import Tenants
from rt.services.admin_gateway.actions.timelines import Timelines
from rt.services.admin_gateway.api.guard import platform_only


def operations(
    board: Board, timelines: Timelines, audits: Audits, tenants: Tenants, costs: Costs
) -> list[Served]:
    return [
        serve(GetStatus, board.status),
        serve(MyFlags, board.mine),
        platform_only(FindFlags, board.flags),
        platform_only(SetFlag, board.set_flag),
        platform_only(GetTimeline, timelines.get),
        platform_only(FindAnything, timelines.find),
        platform_only(FindDeadLetters, timelines.dead_letters),
        platform_only(ReplayDeadLetter, timelines.replay),
        platform_only(GetQueues, timelines.queues),
        platform_only(FindAudit, audits.find),
        platform_only(ExportAudit, audits.export),
        platform_only(VerifyAudit, audits.verify),
        platform_only(FindTenants, tenants.find),
        platform_only(GetTenant, tenants.get),
        platform_only(ExportTenant, tenants.export),
        platform_only(EraseTenant, tenants.erase),
        platform_only(GetCosts, costs.get),
    ]
