"""Every page of the back office and its navigation."""

from starlette.routing import Route

from rt.pages.search import Act, Search
from rt.pages.team import Team
from rt.portals.backoffice.library import Library
from rt.portals.backoffice.pages import (
    audit,
    costs,
    flags,
    incidents,
    mailbox,
    maintenance,
    queues,
    reference,
    search,
    status,
    tenants,
    timeline,
)
from rt.ui import gallery
from rt.ui.catalogues import marked
from rt.ui.pages import NavItem

NAVIGATION = (
    NavItem(path="/", label=marked("Rechercher"), icon="search", needs="admin_gateway.read", main=True),
    NavItem(path="/status", label=marked("État"), icon="activity", main=True),
    NavItem(path="/queues", label=marked("Files"), icon="inbox", needs="admin_gateway.read", main=True),
    NavItem(
        path="/tenants", label=marked("Organisations"), icon="building", needs="admin_gateway.read", main=True
    ),
    NavItem(path="/costs", label=marked("Coûts"), icon="receipt", needs="admin_gateway.read"),
    NavItem(path="/users", label=marked("Équipe"), icon="users", needs="authz.read"),
    NavItem(path="/audit", label=marked("Audit"), icon="history", needs="admin_gateway.read"),
    NavItem(path="/mailbox", label=marked("Boîte aux lettres"), icon="mail", needs="notifications.admin"),
    NavItem(path="/flags", label=marked("Fonctions"), icon="sliders-horizontal", needs="admin_gateway.read"),
    NavItem(path="/incidents", label=marked("Incidents"), icon="triangle-alert", needs="admin_gateway.read"),
    NavItem(path="/maintenance", label=marked("Maintenance"), icon="wrench", needs="admin_gateway.read"),
    NavItem(path="/notice", label=marked("Message à tous"), icon="bell", needs="admin_gateway.write"),
    NavItem(path="/reference", label=marked("API"), icon="book-open"),
    NavItem(path="/gallery", label=marked("Composants"), icon="layout-dashboard"),
)

TEAM = Team(
    "viewer",
    "admin",
    "platform_admin",
    path="/users",
    title=marked("Équipe de la plateforme"),
    timeline="/timelines/{user_id}",
)
"""The operator's own people; only here may one become a platform administrator."""


SEARCH = Search(
    *search.SOURCES,
    TEAM.source(),
    acts=(
        Act(path="/incidents/new", label=marked("Ouvrir un incident"), needs="admin_gateway.write"),
        Act(path="/maintenance/new", label=marked("Annoncer une maintenance"), needs="admin_gateway.write"),
        Act(path="/users/invite", label=marked("Inviter quelqu'un"), needs="authz.write"),
    ),
)


def pages() -> list[Route]:
    """The pages, split by noun; the reference keeps what it has read."""
    return [
        *search.PAGES,
        *timeline.PAGES,
        *status.PAGES,
        *incidents.PAGES,
        *maintenance.PAGES,
        *queues.PAGES,
        *tenants.PAGES,
        *TEAM.pages(),
        *audit.PAGES,
        *costs.PAGES,
        *mailbox.PAGES,
        *flags.PAGES,
        *reference.pages(Library()),
        *gallery.PAGES,
    ]
