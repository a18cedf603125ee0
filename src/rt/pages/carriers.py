"""Whom whoever runs an order may offer it to, or give it to."""

from typing import Literal

from rt.contracts.authz import FindOrganizations, FindPartners, OrganizationView
from rt.ui.asking import attempt, attempt_all
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Choice
from rt.ui.visit import Visit

MOST_CHOICES = 200
CARRYING: tuple[Literal["carrier", "forwarder"], ...] = ("carrier", "forwarder")
"""Kinds of partners that take orders to carry."""


async def carrier_choices(visit: Visit, agreed: bool = False) -> list[Choice]:
    """Whom an order may be offered to: our partners first, then the registered carriers.

    `agreed`: whom it may be given to without asking, partners by the will of both and guests alone.
    """
    ours = await attempt_all(visit, [FindPartners(kind=kind, limit=MOST_CHOICES) for kind in CARRYING])
    all_carriers = await attempt(visit, FindOrganizations(kind="carrier", limit=MOST_CHOICES))
    known = [one for found in ours if found for one in found.items]
    others = all_carriers.items if all_carriers else []
    offered = {
        one.id: one
        for one in (*others, *known)
        if not one.suspended and one.standing not in ("blocked", "self")
    }
    if agreed:
        offered = {one.id: one for one in offered.values() if one.standing in ("partner", "guest")}
    first = [one.id for one in known if one.id in offered]
    return [_carrier(offered[one]) for one in dict.fromkeys((*first, *offered))]


def _carrier(one: OrganizationView) -> Choice:
    notes = {
        "guest": _("par e-mail"),
        "asked": _("n'a pas encore accepté d'être partenaire"),
        "asks": _("vous demande comme partenaire"),
        "stranger": _("inscrit, hors de vos partenaires"),
    }
    return Choice(one.id, " · ".join(filter(None, (one.name, notes.get(one.standing, "")))))
