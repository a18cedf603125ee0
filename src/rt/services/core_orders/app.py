"""core_orders put together."""

from rt.kernel.unit import Ground, Unit, expand
from rt.services.core_orders.actions.imports import Imports
from rt.services.core_orders.actions.orders import Orders
from rt.services.core_orders.actions.papers import Papers
from rt.services.core_orders.actions.tenders import Tenders
from rt.services.core_orders.adapters import Directory
from rt.services.core_orders.api import table
from rt.services.core_orders.reactions import Reactions, listeners
from rt.services.core_orders.store import OrderStore


def build(ground: Ground) -> Unit:
    """The unit on its ground."""
    store = OrderStore(ground.database)
    directory = Directory(ground.services)
    orders = Orders(store, directory)
    tenders = Tenders(store, directory, ground.timers)
    papers = Papers(store, ground.files, ground.services)
    imports = Imports(store, directory, ground.files)
    return Unit(
        name="core_orders",
        serves=table(orders, tenders, papers, imports),
        hears=listeners(Reactions(store)),
        timers={"expire_tender": tenders.expire},
        migrations=[expand(1, store.derive)],
    )
