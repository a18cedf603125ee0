"""core_orders put together."""

from rt.kernel.service.service import ServiceContext, Unit, expand
from rt.services.core_orders.actions.changes import Changes
from rt.services.core_orders.actions.claims import Claims
from rt.services.core_orders.actions.emissions import EmissionFigures
from rt.services.core_orders.actions.imports import Imports
from rt.services.core_orders.actions.legs import Legs
from rt.services.core_orders.actions.letters import Letters
from rt.services.core_orders.actions.orders import Orders
from rt.services.core_orders.actions.papers import Papers
from rt.services.core_orders.actions.register import Register
from rt.services.core_orders.actions.tenders import Tenders
from rt.services.core_orders.adapters import Directory
from rt.services.core_orders.api import table
from rt.services.core_orders.handlers import Handlers, subscriptions
from rt.services.core_orders.handlers.legs import leg_subscriptions
from rt.services.core_orders.handlers.register import registering
from rt.services.core_orders.store import OrderStore


def build(context: ServiceContext) -> Unit:
    """The unit put together."""
    store = OrderStore(context.database)
    directory = Directory(context.services)
    orders = Orders(store, directory)
    tenders = Tenders(store, directory, context.timers)
    changes = Changes(store, directory)
    legs = Legs(store, directory)
    papers = Papers(store, context.files, context.services)
    claims = Claims(store, context.services)
    imports, letters = Imports(store, directory, context.files), Letters(directory)
    emissions, register = EmissionFigures(store, directory), Register(store, directory)
    return Unit(
        name="core_orders",
        serves=table(orders, tenders, changes, legs, papers, claims, imports, letters, emissions, register),
        subscriptions=subscriptions(Handlers(store)) + leg_subscriptions(legs) + registering(register),
        timers={"expire_tender": tenders.expire},
        migrations=[expand(2, store.derive)],
    )
