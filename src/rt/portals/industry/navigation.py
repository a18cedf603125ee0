"""Every page of the shipper's portal and its navigation."""

from starlette.routing import Route

from rt.pages import sources
from rt.pages.docks import Docks
from rt.pages.entering import Entering
from rt.pages.gate import Gate
from rt.pages.imports import Imports
from rt.pages.letters import Letters
from rt.pages.pallets import Pallets
from rt.pages.search import Act, Search
from rt.pages.settings import Settings
from rt.pages.team import Team
from rt.portals.industry.pages import (
    bulk,
    home,
    order,
    orders,
    partners,
    proofs,
)
from rt.ui.catalogues import marked
from rt.ui.pages import NavItem

NAVIGATION = (
    NavItem(
        path="/", label=marked("Aujourd'hui"), icon="layout-dashboard", needs="core_orders.read", main=True
    ),
    NavItem(path="/orders", label=marked("Commandes"), icon="package", needs="core_orders.read", main=True),
    NavItem(path="/docks", label=marked("Quais"), icon="warehouse", needs="planning.read", main=True),
    NavItem(path="/documents", label=marked("Preuves"), icon="file-check", needs="ecpmr.read", main=True),
    NavItem(path="/pallets", label=marked("Palettes"), icon="layers", needs="palette.read"),
    NavItem(path="/partners", label=marked("Partenaires"), icon="handshake", needs="authz.read"),
    NavItem(path="/team", label=marked("Équipe"), icon="users", needs="authz.read"),
    NavItem(path="/settings", label=marked("Réglages"), icon="settings"),
)

TEAM = Team("dispatcher", "admin", "operator", "accountant", "viewer")
"""Roles of a shipper: it has no drivers, and platform administrators are the operator's alone."""

SETTINGS = Settings()
DOCKS = Docks()
PALLETS = Pallets("claims", "movements", "policies", "vouchers", "statements")
ENTERING = Entering()
IMPORTS = Imports()
LETTERS = Letters()
GATE = Gate(order="/orders/{order_id}")

SEARCH = Search(
    sources.orders(),
    sources.notes("/orders/{order_id}/cmr/{document_id}"),
    sources.docks("/docks/places/{dock_id}"),
    sources.vouchers(),
    sources.partners(),
    TEAM.source(),
    acts=(
        Act(path="/orders/new", label=marked("Nouvelle commande"), needs="core_orders.write"),
        Act(path="/letters", label=marked("Coller un mail"), needs="core_orders.write"),
        Act(path="/imports", label=marked("Importer des commandes"), needs="core_orders.write"),
        Act(path="/partners/new", label=marked("Ajouter un partenaire"), needs="authz.write"),
        Act(path="/team/invite", label=marked("Inviter quelqu'un"), needs="authz.write"),
        Act(path="/docks/places/new", label=marked("Ajouter un quai"), needs="planning.write"),
    ),
)

PAGES: list[Route] = [
    *home.PAGES,
    *bulk.PAGES,
    *ENTERING.pages(),
    *orders.PAGES,
    *order.PAGES,
    *IMPORTS.pages(),
    *LETTERS.pages(),
    *GATE.pages(),
    *DOCKS.pages(),
    *proofs.PAGES,
    *PALLETS.pages(),
    *partners.PAGES,
    *TEAM.pages(),
    *SETTINGS.pages(),
]
"""In this order: `/orders/new` and `/orders/bulk` before the orders themselves."""
