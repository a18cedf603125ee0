"""The gateway put together."""

from rt.kernel.eventlog import EventLog
from rt.kernel.segments import Segments
from rt.kernel.unit import Ground, Unit, every
from rt.services.admin_gateway.actions.audits import KEEP_SECONDS, Audits
from rt.services.admin_gateway.actions.board import LOOK_SECONDS, Board
from rt.services.admin_gateway.actions.costs import Costs
from rt.services.admin_gateway.actions.incidents import REMIND, Incidents
from rt.services.admin_gateway.actions.maintenance import TURN, Maintenance
from rt.services.admin_gateway.actions.news import News
from rt.services.admin_gateway.actions.stories import Stories
from rt.services.admin_gateway.actions.tenants import Tenants
from rt.services.admin_gateway.api.house import house
from rt.services.admin_gateway.api.told import told_to_all
from rt.services.admin_gateway.domain.checkpoint import Seal
from rt.services.admin_gateway.store import GatewayStore


def build(ground: Ground) -> Unit:
    """The gateway on its ground."""
    database, timers = ground.database, ground.timers
    store, log, segments = GatewayStore(database), EventLog(database), Segments(database)
    board, costs = Board(store, ground.services), Costs(database, ground.services)
    maintenance, incidents = Maintenance(store, timers), Incidents(store, timers)
    tenants = Tenants(store, database, ground.services, ground.files)
    audits = Audits(log, segments, ground.files, Seal(ground.secret), database.personal.keys)
    return Unit(
        name="admin_gateway",
        serves=[
            *house(board, Stories(log, database), audits, tenants, costs),
            *told_to_all(board, maintenance, incidents, News(store)),
        ],
        jobs=[every(LOOK_SECONDS, board.look), every(KEEP_SECONDS, audits.keep)],
        timers={TURN: maintenance.turn, REMIND: incidents.remind},
        start=segments.prepare,
    )
