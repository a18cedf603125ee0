"""What is told when others speak: one function for each event."""

from rt.kernel.bus import Listener
from rt.services.notifications.actions.telling import Teller
from rt.services.notifications.reactions.accounts import Accounts
from rt.services.notifications.reactions.carriage import Carriage
from rt.services.notifications.reactions.offers import Offers
from rt.services.notifications.reactions.orders import Orders
from rt.services.notifications.reactions.pallets import Pallets
from rt.services.notifications.reactions.platform import Platform
from rt.services.notifications.store import NotificationsStore


def heard(teller: Teller, store: NotificationsStore) -> list[Listener]:
    """Every reaction of the service; the cards of orders are written before anybody needs them."""
    return [
        *Orders(teller, store).heard(),
        *Offers(teller).heard(),
        *Carriage(teller, store).heard(),
        *Pallets(teller).heard(),
        *Platform(teller).heard(),
        *Accounts(teller, store).heard(),
    ]
