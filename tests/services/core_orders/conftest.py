"""A platform with core_orders in it, and people of every part to talk to it."""

from collections.abc import Callable

import httpx
import pytest
from tests.services.core_orders import make

from rt.contracts.authz import (
    FindPartners,
    GetKeys,
    GetOrganization,
    IssueLink,
    KeySetView,
    LinkView,
    OrganizationsPage,
    OrganizationView,
)
from rt.kernel.core.errors import NotFound
from rt.kernel.core.tenancy import current_org
from rt.kernel.service.service import ServiceContext, Unit, serve
from rt.services.core_orders import app

GUEST, THEIR_GUEST = "org_guest", "org_their_guest"
KINDS = {
    make.SHIPPER: "shipper",
    make.CARRIER: "carrier",
    make.CONSIGNEE: "recipient",
    make.LOGISTICIAN: "logistician",
    make.STRANGER: "carrier",
    make.CLIENT: "shipper",
    make.SENDER: "shipper",
    make.SUPPLIER: "supplier",
    make.SECOND: "carrier",
    GUEST: "carrier",
    THEIR_GUEST: "carrier",
}
STANDINGS = {make.STRANGER: "stranger", GUEST: "guest", THEIR_GUEST: "stranger"}
"""How these organizations stand to all others; the rest are partners."""


def _standing(of: str) -> str:
    return "self" if of == current_org() else STANDINGS.get(of, "partner")


async def _card(asked: GetOrganization) -> OrganizationView:
    if asked.organization_id not in KINDS:
        raise NotFound
    return OrganizationView(
        id=asked.organization_id,
        name=f"Maison {asked.organization_id}",
        kind=KINDS[asked.organization_id],
        country="FR",
        siret="",
        vat="",
        email=f"contact@{asked.organization_id}.example",
        phone="",
        language="fr",
        guest=asked.organization_id in (GUEST, THEIR_GUEST),
        suspended=False,
        standing=_standing(asked.organization_id),
    )


async def _partners(asked: FindPartners) -> OrganizationsPage:
    cards = [await _card(GetOrganization(organization_id=one)) for one in KINDS]
    return OrganizationsPage(items=[one for one in cards if one.standing in ("guest", "partner")])


async def _link(asked: IssueLink) -> LinkView:
    said = "/".join(f"{name}={value}" for name, value in asked.claims.items())
    token = "/".join(part for part in (asked.scope, asked.object_id, asked.organization_id, said) if part)
    return LinkView(link_id="lnk_1", token=token, expires_at=asked.expires_at)


async def _keys(asked: GetKeys) -> KeySetView:
    return KeySetView(keys=[])


def partners(context: ServiceContext) -> Unit:
    """The answers of authz that core_orders asks for, over the organizations of these tests."""
    return Unit(
        name="authz",
        serves=[
            serve(GetKeys, _keys),
            serve(GetOrganization, _card),
            serve(FindPartners, _partners),
            serve(IssueLink, _link),
        ],
    )


partners.__module__ = "rt.services.authz.app"


@pytest.fixture
async def orders(platform):
    """The platform, with core_orders and the partners' cards mounted."""
    await platform.mount(app.build, partners)
    return platform


@pytest.fixture
def web(orders) -> Callable[..., httpx.AsyncClient]:
    """A client of core_orders for somebody of an organization: `web(make.CARRIER, roles={"driver"})`."""

    def client(org: str = make.SHIPPER, write: bool = True, headers=None, **more) -> httpx.AsyncClient:
        rights = {"core_orders.read"} | ({"core_orders.write"} if write else set())
        actor = orders.actor(org, rights=more.pop("rights", rights), id=f"usr_{org}", name="Camille", **more)
        return orders.web("core_orders", actor, **(headers or {}))

    return client
