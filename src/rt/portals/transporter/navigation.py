"""Every page of the carrier's portal and its navigation."""

from starlette.routing import Route

from rt.pages import booking, register, sources
from rt.pages.entering import Entering
from rt.pages.imports import Imports
from rt.pages.letters import Letters
from rt.pages.pallets import Pallets
from rt.pages.partners import Partners
from rt.pages.search import Act, Search
from rt.pages.settings import Settings
from rt.pages.slots import Slots
from rt.pages.team import Team
from rt.portals.transporter.pages import (
    basket,
    breakdown,
    devices,
    drivers,
    jobs,
    link_slots,
    link_tender,
    live,
    offers,
    order,
    orders,
    planning,
    tours,
    vehicles,
)
from rt.ui.catalogues import marked
from rt.ui.pages import NavItem

NAVIGATION = (
    NavItem(path="/", label=marked("Offres"), icon="inbox", needs="core_orders.read", main=True),
    NavItem(
        path="/planning", label=marked("Planning"), icon="calendar-check", needs="planning.read", main=True
    ),
    NavItem(path="/orders", label=marked("Commandes"), icon="package", needs="core_orders.read", main=True),
    NavItem(
        path="/orders/new/places", label=marked("Nouvelle commande"), icon="plus", needs="core_orders.write"
    ),
    NavItem(path="/live", label=marked("En direct"), icon="map-pinned", needs="tracking_ia.read", main=True),
    NavItem(path="/slots", label=marked("Créneaux"), icon="clock", needs="planning.read"),
    NavItem(path="/fleet", label=marked("Flotte"), icon="truck", needs="planning.read"),
    NavItem(path="/drivers", label=marked("Conducteurs"), icon="id-card", needs="planning.read"),
    NavItem(path="/pallets", label=marked("Palettes"), icon="layers", needs="palette.read"),
    NavItem(path="/register", label=marked("Registre"), icon="book-open", needs="core_orders.read"),
    NavItem(path="/partners", label=marked("Partenaires"), icon="handshake", needs="authz.read"),
    NavItem(path="/team", label=marked("Équipe"), icon="users", needs="authz.read"),
    NavItem(path="/settings", label=marked("Réglages"), icon="settings"),
)

PALLETS = Pallets("claims", "movements", "vouchers", "statements")
PARTNERS = Partners("shipper", "forwarder", "carrier", "logistician", "recipient")
TEAM = Team("dispatcher", "admin", "operator", "accountant", "driver", "viewer")
"""Roles of a carrier; platform administrators are the operator's alone."""

SETTINGS = Settings()
ENTERING = Entering(client=True, following=("{order}", marked("Commande confirmée. Qui la transporte ?")))
SLOTS = Slots(order="/orders/{order_id}")
IMPORTS = Imports(client=True)
LETTERS = Letters(client=True)

SEARCH = Search(
    sources.orders(),
    sources.notes("/orders/{order_id}/cmr/{document_id}"),
    sources.vehicles(),
    sources.drivers(),
    sources.slots("/slots/{order_id}/{slot_id}"),
    sources.vouchers(),
    sources.partners(),
    TEAM.source(),
    acts=(
        Act(path="/orders/new/places", label=marked("Nouvelle commande"), needs="core_orders.write"),
        Act(path="/letters", label=marked("Coller un mail"), needs="core_orders.write"),
        Act(path="/imports", label=marked("Importer des commandes"), needs="core_orders.write"),
        Act(path="/fleet/new", label=marked("Ajouter un véhicule"), needs="planning.write"),
        Act(path="/drivers/new", label=marked("Ajouter un conducteur"), needs="planning.write"),
        Act(path="/devices/new", label=marked("Ajouter un boîtier"), needs="tracking_ia.write"),
        Act(path="/partners/new", label=marked("Ajouter un partenaire"), needs="authz.write"),
        Act(path="/team/invite", label=marked("Inviter quelqu'un"), needs="authz.write"),
    ),
)

PAGES: list[Route] = [
    *offers.PAGES,
    *ENTERING.pages(),
    *IMPORTS.pages(),
    *LETTERS.pages(),
    *orders.PAGES,
    *order.PAGES,
    *booking.PAGES,
    *planning.PAGES,
    *basket.PAGES,
    *jobs.PAGES,
    *tours.PAGES,
    *breakdown.PAGES,
    *vehicles.PAGES,
    *devices.PAGES,
    *drivers.PAGES,
    *live.PAGES,
    *SLOTS.pages(),
    *PALLETS.pages(),
    *PARTNERS.pages(),
    *TEAM.pages(),
    *SETTINGS.pages(),
    *register.PAGES,
    *link_tender.PAGES,
    *link_slots.PAGES,
    *PALLETS.statements.by_link(),
]
