"""How pages name organizations by their ids and moments on one line."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from rt.contracts.authz import GetOrganization
from rt.ui.asking import attempt
from rt.ui.formats import moment
from rt.ui.visit import Visit

MOST_NAMES = 20
"""Organizations whose name is asked for one page; the others are shown by their id."""


async def names_of(visit: Visit, organization_ids: Iterable[str]) -> dict[str, str]:
    """Names of organizations by id; one that is gone keeps its id."""
    asked = sorted({one for one in organization_ids if one.startswith("org_")})
    names = await asyncio.gather(*(_name_of(visit, one) for one in asked[:MOST_NAMES]))
    return dict(zip(asked, [*names, *asked[MOST_NAMES:]], strict=True))


async def _name_of(visit: Visit, organization_id: str) -> str:
    card = await attempt(visit, GetOrganization(organization_id=organization_id))
    return card.name if card is not None else organization_id


def on_one_line(at: datetime) -> str:
    """A moment that a narrow column does not break."""
    return moment(at).replace(" ", "\u00a0")
