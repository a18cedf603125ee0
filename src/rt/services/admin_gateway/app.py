"""The gateway put together."""

from rt.kernel.log.event_log import EventLog
from rt.kernel.log.segments import Segments
from rt.kernel.service.service import ServiceContext, Unit, every
from rt.services.admin_gateway.actions.audits import KEEP_SECONDS, Audits
from rt.services.admin_gateway.actions.board import LOOK_SECONDS, Board
from rt.services.admin_gateway.actions.costs import Costs
from rt.services.admin_gateway.actions.incidents import REMIND, Incidents
from rt.services.admin_gateway.actions.maintenance import TURN, Maintenance
from rt.services.admin_gateway.actions.news import News
from rt.services.admin_gateway.actions.tenants import Tenants
from rt.services.admin_gateway.actions.timelines import Timelines
from rt.services.admin_gateway.api.announcements import announcements
from rt.services.admin_gateway.api.operations import operations
from rt.services.admin_gateway.domain.checkpoint import Seal
from rt.services.admin_gateway.store import GatewayStore, Holdings


def build(context: ServiceContext) -> Unit:
    """The gateway put together."""
    database, timers = context.database, context.timers
    store, log, segments = GatewayStore(database), EventLog(database), Segments(database)
    holdings = Holdings(database)
    board, costs = Board(store, context.services), Costs(holdings, context.services)
    maintenance, incidents = Maintenance(store, timers), Incidents(store, timers)
    tenants = Tenants(store, holdings, database, context.services, context.files)
    audits = Audits(log, segments, context.files, Seal(context.secret), database.personal.keys)
    return Unit(
        name="admin_gateway",
        serves=[
            *operations(board, Timelines(log, database), audits, tenants, costs),
            *announcements(board, maintenance, incidents, News(store)),
        ],
        jobs=[every(LOOK_SECONDS, board.look), every(KEEP_SECONDS, audits.keep)],
        timers={TURN: maintenance.turn, REMIND: incidents.remind},
        start=segments.prepare,
    )
