"""The planning service put together."""

from rt.kernel.service.service import ServiceContext, Unit, every
from rt.services.planning.actions.docks import Docks
from rt.services.planning.actions.fleet import Fleet
from rt.services.planning.actions.jobs import Basket
from rt.services.planning.actions.order_jobs import OrderJobs
from rt.services.planning.actions.plans import SEARCH, Plans
from rt.services.planning.actions.searching import Searching
from rt.services.planning.actions.slots import Slots
from rt.services.planning.actions.splitting import Splitting
from rt.services.planning.actions.tours import Tours
from rt.services.planning.actions.waiting import WaitingList
from rt.services.planning.adapters import Neighbours
from rt.services.planning.api import table
from rt.services.planning.handlers import Handlers
from rt.services.planning.jobs import Closing, road_net_read
from rt.services.planning.store import PlanningStore

HOUR_SECONDS = 3_600


def build(context: ServiceContext) -> Unit:
    """Planning put together."""
    store = PlanningStore(context.database)
    neighbours = Neighbours(context.services)
    fleet, docks = Fleet(store, neighbours), Docks(store, neighbours)
    slots = Slots(store, docks, neighbours)
    waiting = WaitingList(store, docks, slots)
    plans = Plans(store, context.timers)
    tours, splitting = Tours(store), Splitting(store)
    searching = Searching(store, context.timers)
    return Unit(
        name="planning",
        serves=table(fleet, Basket(store), tours, splitting, plans, docks, slots, waiting),
        subscriptions=Handlers(store, OrderJobs(store), waiting).subscriptions(),
        jobs=[every(HOUR_SECONDS, Closing(store).close), every(HOUR_SECONDS, Closing(store).forget)],
        timers={SEARCH: searching.run},
        start=road_net_read,
    )
