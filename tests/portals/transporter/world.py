"""The real services behind a carrier: shippers that offer it orders, and its own people and links."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from tests.conftest import TestHouse

from rt.contracts.authz import (
    BlockPartner,
    GetKeys,
    GetOrganization,
    IssueLink,
    KeySetView,
    LinkView,
    Login,
    OrganizationView,
    Standing,
    TokensView,
    WhoAmI,
    WhoView,
)
from rt.contracts.core_orders import ConfirmOrder, CreateOrder, GetOrder, OrderView, Stop, TenderOrder
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import NotFound
from rt.kernel.identity import current_actor
from rt.kernel.tenancy import current_org
from rt.kernel.unit import Ground, Unit, serve
from rt.portals.transporter.app import build
from rt.services.authz.domain.roles import RIGHTS
from rt.services.core_orders.app import build as core_orders
from rt.services.ecpmr.app import build as ecpmr
from rt.services.planning.app import build as planning
from rt.services.tracking_ia.app import build as tracking_ia
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

MORNING = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
"""Tuesday, 07:00 in France."""
SHIPPER, UNKNOWN, CARRIER, GUEST = "org_shipper", "org_unknown", "org_carrier", "org_guest"
NAMES = {
    SHIPPER: "Laiterie du Forez",
    UNKNOWN: "Négoce Express",
    CARRIER: "Transports Mabille",
    GUEST: "Artisan Morel",
}


def site(name: str, postal_code: str, city: str) -> Site:
    return Site(
        name=name,
        address=Address(street="12 route de Lyon", postal_code=postal_code, city=city),
        contact=Contact(name="Zoé Marchand", phone="+33 4 77 00 00 00"),
    )


class World:
    """The services, and who works with them; the carrier and the unknown shipper never agreed to anything."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.services = Services(house.keys.of("portal_transporter"), house.door)
        self.portal = build(connect=self.services.using, secret="s" * 32, secure=False)
        self.blocked: set[tuple[str, str]] = set()
        self.links: list[str] = []
        """Tokens of links to answer an offer, as the mails to guests carry them."""

    async def begin(self) -> "World":
        def authz(ground: Ground) -> Unit:
            return self.authz(ground)

        authz.__module__ = "rt.services.authz.app"
        await self.house.mount(core_orders, planning, ecpmr, tracking_ia, authz)
        return self

    def token(self, org: str) -> str:
        actor = self.house.actor(org, set(RIGHTS["admin"]), {"admin"}, f"usr_{org}", name="Karim")
        return self.house.token(actor)

    async def say(self, org: str, word: Any) -> Any:
        """A message of somebody of an organization, and everything that follows from it."""
        answer = await self.services.using(self.token(org)).ask(word, key=uuid4().hex)
        await self.house.settle()
        return answer

    async def order(self, shipper: str = SHIPPER) -> str:
        """A firm order of a shipper."""
        hour = timedelta(hours=1)
        begin, end = MORNING + timedelta(days=1), MORNING + timedelta(days=2)
        feurs, lyon = site("Usine", "42110", "Feurs"), site("Dépôt", "69200", "Vénissieux")
        asked = CreateOrder(
            stops=[
                Stop(kind="pickup", site=feurs, from_at=begin, until_at=begin + hour),
                Stop(kind="delivery", site=lyon, from_at=end, until_at=end + hour),
            ],
            goods=[Goods(description="Pots de yaourt", quantity=12, pallets=12, weight_kg=6000.0)],
            consignee_name="Rungis Froid",
        )
        made = await self.say(shipper, asked)
        await self.say(shipper, ConfirmOrder(order_id=made.order_id))
        order_id: str = made.order_id
        return order_id

    async def offer(
        self, order_id: str, cents: int, shipper: str = SHIPPER, carrier: str = CARRIER
    ) -> OrderView:
        word = TenderOrder(
            order_id=order_id,
            carrier_id=carrier,
            price_cents=cents,
            deadline=now() + timedelta(hours=4),
        )
        offered: OrderView = await self.say(shipper, word)
        return offered

    async def read(self, order_id: str, org: str = SHIPPER) -> OrderView:
        seen: OrderView = await self.say(org, GetOrder(order_id=order_id))
        return seen

    def standing(self, asks: str, other: str) -> Standing:
        if asks == other:
            return "self"
        if {(asks, other), (other, asks)} & self.blocked:
            return "blocked"
        if GUEST in (asks, other):
            return "guest" if asks == SHIPPER else "stranger"
        return "stranger" if UNKNOWN in (asks, other) else "partner"

    def authz(self, ground: Ground) -> Unit:
        """The part of authz that is asked here."""

        async def card(asked: GetOrganization) -> OrganizationView:
            if asked.organization_id not in NAMES:
                raise NotFound
            return self.organization(asked.organization_id)

        async def block(asked: BlockPartner) -> OrganizationView:
            self.blocked.add((current_org(), asked.organization_id))
            return self.organization(asked.organization_id)

        async def link(asked: IssueLink) -> LinkView:
            actor = self.house.actor(
                asked.organization_id,
                kind="link",
                id=f"lnk_{len(self.links)}",
                scope=asked.scope,
                object_id=asked.object_id,
                claims=asked.claims,
            )
            token = self.house.token(actor)
            if asked.scope == "accept_tender":
                self.links.append(token)
            return LinkView(link_id=actor.id, token=token, expires_at=asked.expires_at)

        async def keys(asked: GetKeys) -> KeySetView:
            return KeySetView(keys=[])

        async def login(asked: Login) -> TokensView:
            token = self.token(asked.email.partition("@")[0])
            until = now() + timedelta(days=1)
            return TokensView(access_token=token, refresh_token="refresh-0000000000", expires_at=until)

        async def me(asked: WhoAmI) -> WhoView:
            actor = current_actor()
            return WhoView(
                user_id=actor.id,
                email="karim@mabille.example",
                name=actor.name,
                language="fr",
                organization_id=actor.org_id,
                organization_name=NAMES[actor.org_id],
                role="admin",
                rights=sorted(actor.rights),
                memberships=[],
                mfa=False,
                session_id="ses",
            )

        answers: list[tuple[Any, Any]] = [
            (GetOrganization, card),
            (BlockPartner, block),
            (IssueLink, link),
            (GetKeys, keys),
            (Login, login),
            (WhoAmI, me),
        ]
        return Unit(name="authz", serves=[serve(word, action) for word, action in answers])

    def organization(self, org_id: str) -> OrganizationView:
        return OrganizationView(
            id=org_id,
            name=NAMES[org_id],
            kind="shipper" if org_id in (SHIPPER, UNKNOWN) else "carrier",
            country="FR",
            siret="",
            vat="",
            email=f"quai@{org_id}.example",
            phone="",
            language="fr",
            guest=org_id == GUEST,
            suspended=False,
            standing=self.standing(current_org(), org_id),
        )


class Browser:
    """Somebody's browser at the portal; what it posts is what the form on the page carries."""

    def __init__(self, world: World) -> None:
        transport = httpx.ASGITransport(world.portal)
        self.web = httpx.AsyncClient(transport=transport, base_url="http://transporter.localhost")
        self.web.headers["accept"] = "text/html"

    async def sign_in(self, org: str = CARRIER) -> "Browser":
        page = (await self.web.get("/login")).text
        typed = {"email": f"{org}@x.example", "password": "Quai-17-avant-l-aube", **carried(page, "/login")}
        answer = await self.web.post("/login", data=typed)
        assert answer.status_code == 303, answer.text
        return self

    async def page(self, path: str) -> str:
        answer = await self.web.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, page: str, action: str, **typed: str) -> httpx.Response:
        """Press a button of a page that was read, however long ago."""
        return await self.web.post(action, data=carried(page, action) | typed)


def carried(page: str, action: str) -> dict[str, str]:
    """What the form of that address on the page carries unseen; one without address is the page's only."""
    forms = re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL)
    form = next((one for one in forms if f'action="{action}"' in one), forms[-1])
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
