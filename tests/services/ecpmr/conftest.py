"""A platform with the service, the part of authz that it asks, and a core_orders that tells."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import httpx
import pytest
from tests.services.ecpmr import make

from rt.contracts.authz import (
    AddPartner,
    AddressHolderView,
    CheckAddress,
    GetKeys,
    GetOrganization,
    IssueLink,
    KeySetView,
    LinkView,
    OrganizationView,
)
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Event
from rt.kernel.service.service import ServiceContext, Unit, serve
from rt.kernel.storage.persistence import Collection
from rt.services.ecpmr.actions.issuing import note_id
from rt.services.ecpmr.app import build

GUEST = "org_guest"
SIRETS = {make.SHIPPER: "55210055400013", make.CARRIER: "33070384400036", make.CONSIGNEE: "", GUEST: ""}
EMAILS = {
    make.SHIPPER: {"card": "contact@forez.example", "member": "quai@forez.example"},
    make.CARRIER: {"card": "exploitation@mabille.example", "member": "camion@mabille.example"},
    make.CONSIGNEE: {"card": "accueil@rungis.example", "member": "quai@rungis.example"},
    GUEST: {"card": "vial@guest.example"},
}
NAMES = {
    make.SHIPPER: "Laiterie du Forez",
    make.CARRIER: "Transports Mabille",
    make.CONSIGNEE: "Plateforme Rungis Froid",
    GUEST: "Épicerie Vial",
}


class Teller(Entity):
    """Somebody of another unit who tells an event."""


def authz(context: ServiceContext) -> Unit:
    """The answers of authz that this service asks for, over four organizations."""

    def card(org_id: str) -> OrganizationView:
        return OrganizationView(
            id=org_id,
            name=NAMES[org_id],
            kind="carrier" if org_id == make.CARRIER else "shipper",
            country="FR",
            siret=SIRETS[org_id],
            vat="",
            email=EMAILS[org_id]["card"],
            phone="",
            language="fr",
            guest=org_id == GUEST,
            suspended=False,
        )

    async def organization(asked: GetOrganization) -> OrganizationView:
        if asked.organization_id not in NAMES:
            raise NotFound
        return card(asked.organization_id)

    async def partner(asked: AddPartner) -> OrganizationView:
        return card(GUEST)

    numbers = count(1)

    async def link(asked: IssueLink) -> LinkView:
        token = f"{asked.scope}/{asked.object_id}/{asked.organization_id}"
        return LinkView(link_id=f"lnk_{next(numbers)}", token=token, expires_at=asked.expires_at)

    async def address(asked: CheckAddress) -> AddressHolderView:
        if "@" not in asked.email:
            raise NotFound
        email, guest = asked.email.strip().lower(), asked.organization_id == GUEST
        known = {address: held for held, address in EMAILS.get(asked.organization_id, {}).items()}
        return AddressHolderView(email=email, held=known.get(email, ""), guest=guest)

    async def keys(asked: GetKeys) -> KeySetView:
        return KeySetView(keys=[])

    answers = [
        (GetOrganization, organization),
        (AddPartner, partner),
        (CheckAddress, address),
        (IssueLink, link),
        (GetKeys, keys),
    ]
    return Unit(name="authz", serves=[serve(word, action) for word, action in answers])


def core_orders(context: ServiceContext) -> Unit:
    """A core_orders that only tells."""
    Collection(context.database, Teller, "tellers")
    return Unit(name="core-orders", serves=[])


authz.__module__ = "rt.services.authz.app"
core_orders.__module__ = "rt.services.core_orders.app"

Tell = Callable[..., Awaitable[None]]


@pytest.fixture
async def ecpmr(platform: Any) -> Any:
    await platform.mount(build, authz, core_orders)
    return platform


@pytest.fixture
def emit(ecpmr: Any) -> Tell:
    """Have core_orders tell an event, and everything that follows happen."""

    async def telling(event: Event, org_id: str = make.SHIPPER) -> None:
        collections = ecpmr.instances["core_orders"].context.database.collections
        tellers = next(one for one in collections if not one.name.endswith(".refusals"))
        with acting_for(org_id):
            teller = Teller(id=new_id("tel"))
            teller.emit(event)
            await tellers.add(teller)
        await ecpmr.settle()

    return telling


@pytest.fixture
def web(ecpmr: Any) -> Callable[..., httpx.AsyncClient]:
    """A client of the service for somebody of an organization."""

    def client(org: str = make.SHIPPER, **more: Any) -> httpx.AsyncClient:
        rights = more.pop("rights", {"ecpmr.read", "ecpmr.write"})
        headers = more.pop("headers", {})
        actor = ecpmr.actor(org, rights=rights, id=more.pop("id", f"usr_{org}"), **more)
        return ecpmr.web("ecpmr", actor, **headers)

    return client


@pytest.fixture
def by_link(ecpmr: Any) -> Callable[..., httpx.AsyncClient]:
    """A client with a capability link to sign a note; `claims` are what its bearer says."""

    def client(
        scope: str = "sign_delivery",
        org: str = make.CONSIGNEE,
        document_id: str = note_id("ord_1"),
        link_id: str = "lnk_1",
        **claims: str,
    ) -> httpx.AsyncClient:
        actor = ecpmr.actor(org, kind="link", id=link_id, scope=scope, object_id=document_id, claims=claims)
        return ecpmr.web("ecpmr", actor)

    return client


@pytest.fixture
def emitted(ecpmr: Any) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    """The bodies of what the service told under a topic, in order."""

    of: Callable[[str], Awaitable[list[dict[str, Any]]]] = ecpmr.emitted
    return of


@pytest.fixture
async def note(emit: Tell, web: Callable[..., httpx.AsyncClient]) -> dict[str, Any]:
    """A note that was issued because its order was planned, as its shipper reads it."""
    await emit(make.planned())
    return (await web().get(f"/api/ecpmr/documents/{note_id('ord_1')}")).json()
