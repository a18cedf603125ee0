"""A house in which an order is on a published tour, and a driver's phone that reaches it over the portal."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from tests.conftest import TestHouse

from rt.contracts.authz import (
    GetKeys,
    GetOrganization,
    GetUser,
    KeySetView,
    Login,
    Logout,
    OrganizationView,
    Refresh,
    TokensView,
    UserView,
    WhoAmI,
    WhoView,
)
from rt.contracts.core_orders import AssignCarrier, ConfirmOrder, CreateOrder, Stop
from rt.contracts.palette import SetPolicy
from rt.contracts.planning import AddDriver, AddVehicle, AssignJob, FindJobs, PublishTour
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import NotFound, Unauthorized
from rt.kernel.identity import current_actor
from rt.kernel.messages import Empty
from rt.kernel.unit import Ground, Unit, serve
from rt.portals.driver.app import build
from rt.services.authz.domain.roles import RIGHTS
from rt.services.core_orders.app import build as core_orders
from rt.services.ecpmr.app import build as ecpmr
from rt.services.palette.app import build as palette
from rt.services.planning.app import build as planning
from rt.services.tracking_ia.app import build as tracking_ia
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

DAY = date(2026, 6, 2)
MORNING = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)
"""Tuesday, 06:00 in France."""
SHIPPER, CARRIER, CONSIGNEE = "org_shipper", "org_carrier", "org_consignee"
NAMES = {SHIPPER: "Laiterie du Forez", CARRIER: "Transports Mabille", CONSIGNEE: "Rungis Froid"}
KINDS = {SHIPPER: "shipper", CARRIER: "carrier", CONSIGNEE: "recipient"}
DRIVERS = {"lucie": "usr_lucie", "thomas": "usr_thomas"}
FEURS = Site(
    name="Laiterie du Forez, quai 3",
    address=Address(street="12 route de Lyon", postal_code="42110", city="Feurs"),
    contact=Contact(name="Zoé Marchand", phone="+33 4 77 00 00 00"),
    latitude=45.74,
    longitude=4.22,
    instructions="Casque obligatoire",
)
LYON = Site(
    name="Plateforme Lyon",
    address=Address(street="20 bd Joliot-Curie", postal_code="69200", city="Vénissieux"),
    contact=Contact(name="Réception", phone="+33 4 72 00 00 00"),
    latitude=45.697,
    longitude=4.887,
)
STROKES = "M10 40L50 40L80 90L120 38"


class World:
    """The services, and who works with them."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.services = Services(house.keys.of("portal_driver"), house.door)
        self.order_id = ""
        self.refreshed = 0
        self.more_rights: set[str] = set()
        self.portal = build(connect=self.services.using, secret="s" * 32, secure=False)

    def token(self, who: str) -> str:
        """The access token of a driver or of a clerk of an organization, with the rights that authz gives."""
        if who in DRIVERS:
            actor = self.house.actor(
                CARRIER, set(RIGHTS["driver"]) | self.more_rights, {"driver"}, DRIVERS[who], name=who.title()
            )
        else:
            actor = self.house.actor(who, set(RIGHTS["dispatcher"]), {"dispatcher"}, f"usr_{who}", name=who)
        return self.house.token(actor)

    async def say(self, who: str, word: Any, key: str = "") -> Any:
        """A word said by somebody, and everything that follows from it."""
        answer = await self.services.using(self.token(who)).ask(word, key=key or uuid4().hex)
        await self.house.settle()
        return answer

    def authz(self, ground: Ground) -> Unit:
        """The part of authz that is asked here: cards, and the sessions of two drivers."""

        async def card(asked: GetOrganization) -> OrganizationView:
            return OrganizationView(
                id=asked.organization_id,
                name=NAMES[asked.organization_id],
                kind=KINDS[asked.organization_id],
                country="FR",
                siret="",
                vat="",
                email="",
                phone="",
                language="fr",
                guest=False,
                suspended=False,
                standing="partner",
            )

        async def keys(asked: GetKeys) -> KeySetView:
            return KeySetView(keys=[])

        def tokens(who: str) -> TokensView:
            return TokensView(
                access_token=self.token(who),
                refresh_token=f"refresh-{who}-{self.refreshed:012d}",
                expires_at=now() + timedelta(minutes=15),
                organization_id=CARRIER,
            )

        async def member(asked: GetUser) -> UserView:
            name = next((who for who, user_id in DRIVERS.items() if user_id == asked.user_id), None)
            if name is None:
                raise NotFound
            email = f"{name}@mabille.example"
            return UserView(
                user_id=asked.user_id, email=email, name=name, role="driver", state="active", mfa=False
            )

        async def login(asked: Login) -> TokensView:
            if asked.password != "Quai-17-avant-l-aube":
                raise Unauthorized
            return tokens(asked.email.partition("@")[0])

        async def refresh(asked: Refresh) -> TokensView:
            who = asked.refresh_token.split("-")[1]
            if asked.refresh_token != f"refresh-{who}-{self.refreshed:012d}":
                raise Unauthorized
            self.refreshed += 1
            return tokens(who)

        async def me(asked: WhoAmI) -> WhoView:
            actor = current_actor()
            return WhoView(
                user_id=actor.id,
                email=f"{actor.name.lower()}@mabille.example",
                name=actor.name,
                language="fr",
                organization_id=CARRIER,
                organization_name=NAMES[CARRIER],
                role="driver",
                rights=sorted(actor.rights),
                memberships=[],
                mfa=False,
                session_id="ses",
            )

        async def leave(asked: Logout) -> Empty:
            return Empty()

        answers = [
            (GetOrganization, card),
            (GetKeys, keys),
            (GetUser, member),
            (Login, login),
            (Refresh, refresh),
            (WhoAmI, me),
            (Logout, leave),
        ]
        return Unit(name="authz", serves=[serve(word, action) for word, action in answers])

    async def begin(self) -> "World":
        """An order of the shipper goes to the carrier, onto a tour of Lucie's, and the tour is published."""

        def authz(ground: Ground) -> Unit:
            return self.authz(ground)

        authz.__module__ = "rt.services.authz.app"
        await self.house.mount(core_orders, planning, ecpmr, palette, tracking_ia, authz)
        hours = timedelta(hours=1)
        order = await self.say(
            SHIPPER,
            CreateOrder(
                reference="CMD-7741",
                stops=[
                    Stop(
                        kind="pickup", site=FEURS, from_at=MORNING + 2 * hours, until_at=MORNING + 6 * hours
                    ),
                    Stop(
                        kind="delivery", site=LYON, from_at=MORNING + 3 * hours, until_at=MORNING + 9 * hours
                    ),
                ],
                goods=[
                    Goods(
                        description="Pots de yaourt",
                        quantity=12,
                        package_code="PX",
                        pallets=12,
                        weight_kg=6000.0,
                        length_cm=120,
                        width_cm=80,
                        height_cm=160,
                    )
                ],
                consignee_id=CONSIGNEE,
                consignee_name=NAMES[CONSIGNEE],
                consignee_email="quai@rungis-froid.example",
                instructions="Température +4 °C",
            ),
        )
        self.order_id = order.order_id
        await self.say(SHIPPER, SetPolicy(mode="deferred", partner_id=CONSIGNEE, note="Bon palettes signé"))
        firm = await self.say(SHIPPER, ConfirmOrder(order_id=self.order_id))
        await self.say(
            SHIPPER,
            AssignCarrier(
                order_id=self.order_id, version=firm.version, carrier_id=CARRIER, agreed_cents=48_517
            ),
        )
        (job,) = (await self.say(CARRIER, FindJobs())).items
        lucie = await self.say(CARRIER, AddDriver(name="Lucie Martin", user_id=DRIVERS["lucie"]))
        await self.say(CARRIER, AddDriver(name="Thomas Girard", user_id=DRIVERS["thomas"]))
        truck = await self.say(
            CARRIER,
            AddVehicle(
                plate="AB-123-CD",
                kind="rigid",
                capacity_kg=10_000,
                capacity_pallets=18,
                capacity_loading_metres=7.2,
                gross_weight_t=19,
                depot=FEURS,
            ),
        )
        tour = await self.say(
            CARRIER,
            AssignJob(job_id=job.job_id, vehicle_id=truck.vehicle_id, driver_id=lucie.driver_id, day=DAY),
        )
        await self.say(CARRIER, PublishTour(tour_id=tour.tour_id, version=tour.version))
        return self


class Phone:
    """A browser with the driver's app: it keeps cookies, and proves its requests as the app does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browser = httpx.AsyncClient(
            transport=httpx.ASGITransport(world.portal), base_url="http://driver.localhost"
        )

    async def sign_in(self, who: str) -> "Phone":
        await self.browser.get("/login")
        typed = {"email": f"{who}@mabille.example", "password": "Quai-17-avant-l-aube"}
        answer = await self.browser.post("/login", data=typed | {"_csrf": await self.proof()})
        assert answer.status_code == 303, answer.text
        return self

    async def proof(self) -> str:
        token: str = (await self.browser.get("/session.json")).json()["token"]
        return token

    async def day(self) -> Any:
        answer = await self.browser.get("/day.json", headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, path: str, body: Any, method: str = "POST", **headers: str) -> httpx.Response:
        """As the outbox sends, and everything that follows from it."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"accept": "application/json", "content-type": "application/json"} | headers
        proof = {"x-csrf-token": await self.proof()}
        answer = await self.browser.request(method, path, content=content, headers=sent | proof)
        await self.world.house.settle()
        return answer

    async def say(self, *told: dict[str, Any]) -> list[dict[str, Any]]:
        """What the outbox sends at once, and what became of each command."""
        answer = await self.send("/commands", {"commands": told})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])


def queued(name: str, body: dict[str, Any], id: str = "") -> dict[str, Any]:
    at = now().isoformat()
    return {"id": id or uuid4().hex, "name": name, "happened_at": at, "sent_at": at, "body": body}


def signing(note: dict[str, Any], party: str, **more: Any) -> dict[str, Any]:
    """What the app sends when somebody signs beside the driver."""
    return {
        "document_id": note["document_id"],
        "content_hash": note["content_hash"],
        "happened_at": now().isoformat(),
        "signature": {"party": party, "name": "Paul Morel", "image": STROKES},
        "countersignature": {"party": "carrier", "name": "Lucie Martin", "image": STROKES},
        **more,
    }
