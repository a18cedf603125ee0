"""Every page of the recipient's portal and its navigation."""

from starlette.routing import Route

from rt.pages import sources
from rt.pages.docks import Docks
from rt.pages.gate import Gate
from rt.pages.pallets import Pallets
from rt.pages.partners import Partners
from rt.pages.search import Act, Search
from rt.pages.settings import Settings
from rt.pages.slots import Slots
from rt.portals.recipient.pages import arrivals, by_link, deliveries, delivery, public
from rt.ui.catalogues import marked
from rt.ui.pages import NavItem

NAVIGATION = (
    NavItem(path="/", label=marked("Arrivées"), icon="truck", needs="core_orders.read", main=True),
    NavItem(
        path="/deliveries",
        label=marked("Livraisons"),
        icon="package-check",
        needs="core_orders.read",
        main=True,
    ),
    NavItem(path="/slots", label=marked("Quais"), icon="warehouse", needs="planning.read", main=True),
    NavItem(path="/pallets", label=marked("Palettes"), icon="layers", needs="palette.read", main=True),
    NavItem(path="/partners", label=marked("Partenaires"), icon="handshake", needs="authz.read"),
    NavItem(path="/account", label=marked("Mon compte"), icon="user"),
)

PALLETS = Pallets(
    *("claims", "movements", "vouchers", "statements"),
    order="/deliveries/{order_id}",
    declares=False,
    preset=False,
)
PARTNERS = Partners("shipper", "carrier", "logistician")

DELIVERY = "/deliveries/{order_id}"
DOCKS = Docks("/slots")
GATE = Gate("/slots", order=DELIVERY, slot="/slots/{order_id}/{slot_id}")
SLOTS = Slots(order=DELIVERY, ours=True, title=marked("Quais"))
SETTINGS = Settings("/account", marked("Mon compte"))

SEARCH = Search(
    sources.orders("/deliveries/{order_id}"),
    sources.notes("/sign/{document_id}"),
    sources.slots("/slots/{order_id}/{slot_id}"),
    sources.vouchers(),
    sources.partners(),
    acts=(Act(path="/partners/new", label=marked("Ajouter un partenaire"), needs="authz.write"),),
)

PAGES: list[Route] = [
    *arrivals.PAGES,
    *deliveries.PAGES,
    *delivery.PAGES,
    *GATE.pages(),
    *DOCKS.pages(),
    *SLOTS.pages(),
    *PALLETS.pages(),
    *PARTNERS.pages(),
    *SETTINGS.pages(),
    *by_link.PAGES,
    *public.PAGES,
]
