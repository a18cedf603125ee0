"""What is told when others speak: one function for each event."""

from rt.kernel.log.subscriptions import Subscription
from rt.services.notifications.actions.notifying import Notifier
from rt.services.notifications.handlers.accounts import Accounts
from rt.services.notifications.handlers.carriage import Carriage
from rt.services.notifications.handlers.changes import Changes
from rt.services.notifications.handlers.offers import Offers
from rt.services.notifications.handlers.orders import Orders
from rt.services.notifications.handlers.pallets import Pallets
from rt.services.notifications.handlers.platform import Platform
from rt.services.notifications.handlers.tours import Tours
from rt.services.notifications.store import NotificationsStore


def subscriptions(notifier: Notifier, store: NotificationsStore) -> list[Subscription]:
    """Every handler of the service; the cards of orders are written before anybody needs them."""
    orders = Orders(notifier, store)
    return [
        *orders.subscriptions(),
        *Changes(orders).subscriptions(),
        *Offers(notifier).subscriptions(),
        *Carriage(notifier, store).subscriptions(),
        *Tours(notifier).subscriptions(),
        *Pallets(notifier).subscriptions(),
        *Platform(notifier).subscriptions(),
        *Accounts(notifier, store).subscriptions(),
    ]
