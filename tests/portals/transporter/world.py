"""A carrier before the real units: shippers that offer it orders, its fleet, sites and partners."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from tests.conftest import TestPlatform
from tests.portals import world

from rt.contracts.authz import AddPartner, Role
from rt.contracts.core_orders import (
    AcceptTender,
    ConfirmOrder,
    CreateOrder,
    GetOrder,
    OrderView,
    Stop,
    TenderOrder,
)
from rt.contracts.palette import BookMovement, ConfirmMovement, MovementView
from rt.contracts.planning import (
    AddDock,
    AddDriver,
    AddVehicle,
    AssignJob,
    DockView,
    DriverView,
    GetJobOfOrder,
    JobView,
    OpeningHours,
    TourView,
    VehicleView,
)
from rt.contracts.tracking_ia import RecordedView, RecordPositions
from rt.kernel.core.clock import now
from rt.portals.transporter.app import build
from rt.services.authz.domain.roles import RIGHTS
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

MORNING = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
"""Tuesday, 07:00 in France."""
TODAY, DAY = date(2026, 6, 2), date(2026, 6, 3)
"""The day it is, and that of most orders."""
HOUR = timedelta(hours=1)
BOURG = Site(
    name="Fromagerie de Bourg",
    address=Address(street="12 rue des Crêts", postal_code="01000", city="Bourg-en-Bresse"),
    contact=Contact(name="Camille Perrin", phone="+33 4 74 00 00 00"),
    latitude=46.2052,
    longitude=5.2255,
    instructions="Entrée par le quai froid",
)
LYON = Site(
    name="Plateforme Distri Rhône",
    address=Address(street="20 bd Joliot-Curie", postal_code="69200", city="Vénissieux"),
    contact=Contact(name="Julie Roux", phone="+33 4 72 00 00 00"),
    latitude=45.697,
    longitude=4.887,
)


class Colleague(NamedTuple):
    """A member of the carrier."""

    id: str
    email: str


class World(world.World):
    """The carrier's portal; the carrier and the unknown shipper never agreed to anything."""

    shipper: world.Organization
    unknown: world.Organization
    carrier: world.Organization
    consignee: world.Organization

    def __init__(self, platform: TestPlatform, links: world.Links) -> None:
        super().__init__(platform, links, "transporter", build)
        self.references = 24_100
        self.plates = 100

    async def begin(self) -> "World":
        self.shipper = await self.organization("Laiterie du Forez", "shipper")
        self.unknown = await self.organization("Négoce Express", "shipper")
        self.carrier = await self.organization("Transports Mabille", "carrier")
        self.consignee = await self.organization("Distri Rhône", "recipient")
        await self.partners(self.shipper, self.carrier)
        await self.partners(self.shipper, self.consignee)
        return self

    async def guest(self, name: str = "Artisan Morel") -> world.Organization:
        """A carrier without an account, whom the shipper wrote down."""
        email = f"quai@{name.split()[-1].lower()}.example"
        card = await self.ask(self.shipper, AddPartner(name=name, kind="carrier", email=email))
        return world.Organization(card.id, card.name, card.email, "")

    async def order(
        self,
        shipper: world.Organization | None = None,
        pallets: int = 12,
        begin: datetime = MORNING + timedelta(days=1, hours=1),
        **more: Any,
    ) -> str:
        """A firm order of a shipper, to be loaded within two hours and delivered within six more."""
        shipper = shipper or self.shipper
        self.references += 1
        usual: dict[str, Any] = {
            "reference": f"CMD-{self.references}",
            "stops": [
                Stop(kind="pickup", site=BOURG, from_at=begin, until_at=begin + 2 * HOUR),
                Stop(kind="delivery", site=LYON, from_at=begin + 2 * HOUR, until_at=begin + 8 * HOUR),
            ],
            "goods": [
                Goods(
                    description="Comté en meules",
                    quantity=pallets,
                    package_code="PX",
                    pallets=pallets,
                    weight_kg=500.0 * pallets,
                    length_cm=120,
                    width_cm=80,
                    height_cm=160,
                )
            ],
            "consignee_name": self.consignee.name,
            "consignee_id": self.consignee.id if shipper is self.shipper else None,
        }
        asked = CreateOrder(**(usual | more))
        made = await self.ask(shipper, asked)
        await self.say(shipper, ConfirmOrder(order_id=made.order_id))
        order_id: str = made.order_id
        return order_id

    async def offer(
        self,
        order_id: str,
        cents: int = 48_500,
        shipper: world.Organization | None = None,
        carrier: world.Organization | None = None,
    ) -> OrderView:
        message = TenderOrder(
            order_id=order_id,
            carrier_id=(carrier or self.carrier).id,
            price_cents=cents,
            deadline=now() + 4 * HOUR,
        )
        offered: OrderView = await self.say(shipper or self.shipper, message)
        return offered

    async def read(self, order_id: str, org: world.Organization | None = None) -> OrderView:
        seen: OrderView = await self.ask(org or self.shipper, GetOrder(order_id=order_id))
        return seen

    async def offered(self, **more: Any) -> OrderView:
        """A new order, offered to the carrier."""
        return await self.offer(await self.order(**more))

    async def assigned(self, **more: Any) -> OrderView:
        """A new order that the carrier has accepted."""
        offered = await self.offered(**more)
        assert offered.tender is not None
        message = AcceptTender(order_id=offered.order_id, tender_id=offered.tender.tender_id)
        taken: OrderView = await self.say(self.carrier, message)
        return taken

    async def job(self, **more: Any) -> JobView:
        """A new order in the carrier's basket."""
        order = await self.assigned(**more)
        found: JobView = await self.ask(self.carrier, GetJobOfOrder(order_id=order.order_id))
        return found

    async def vehicle(self, **more: Any) -> VehicleView:
        self.plates += 1
        given: dict[str, Any] = {
            "plate": f"AB-{self.plates}-CD",
            "kind": "tractor_trailer",
            "capacity_kg": 24_000,
            "capacity_pallets": 33,
            "capacity_loading_metres": 13.6,
            "gross_weight_t": 44,
            "depot": BOURG,
        }
        made: VehicleView = await self.ask(self.carrier, AddVehicle(**(given | more)))
        return made

    async def driver(self, name: str = "Lucie Martin", **more: Any) -> DriverView:
        made: DriverView = await self.ask(self.carrier, AddDriver(name=name, **more))
        return made

    async def tour(
        self, *jobs: JobView, vehicle: VehicleView | None = None, name: str = "Lucie Martin"
    ) -> TourView:
        """A draft tour with these jobs, or with a new one."""
        crew = (vehicle or await self.vehicle()).vehicle_id, (await self.driver(name)).driver_id
        first, *others = jobs or (await self.job(),)
        message = AssignJob(job_id=first.job_id, vehicle_id=crew[0], driver_id=crew[1], day=DAY)
        tour: TourView = await self.ask(self.carrier, message)
        for job in others:
            tour = await self.assign(job, tour)
        return tour

    async def assign(self, job: JobView, tour: TourView) -> TourView:
        message = AssignJob(job_id=job.job_id, tour_id=tour.tour_id, tour_version=tour.version)
        longer: TourView = await self.ask(self.carrier, message)
        return longer

    async def dock(self, org: world.Organization, site: Site, name: str, **more: Any) -> DockView:
        week = [OpeningHours(weekday=day, from_minute=360, until_minute=1200) for day in range(5)]
        made: DockView = await self.ask(org, AddDock(name=name, site=site, **{"hours": week} | more))
        return made

    async def agreed(
        self, teller: world.Organization, direction: Literal["given", "received"], quantity: int
    ) -> MovementView:
        """Pallets between somebody and the carrier, by the word of both."""
        message = BookMovement(partner_id=self.carrier.id, direction=direction, quantity=quantity)
        claim = await self.ask(teller, message)
        both: MovementView = await self.ask(self.carrier, ConfirmMovement(movement_id=claim.id))
        return both

    async def colleague(self, role: Role, name: str = "Denis") -> Colleague:
        """Somebody else of the carrier's, who can sign in."""
        email = f"{name.split()[0].lower()}@{self.carrier.email.partition('@')[2]}"
        return Colleague(await self.member(self.carrier.id, name, role, email), email)

    async def sends(self, user_id: str, name: str, points: list[Any]) -> RecordedView:
        """What the app of a driver sends."""
        actor = self.platform.actor(self.carrier.id, set(RIGHTS["driver"]), {"driver"}, user_id, name=name)
        app = self.services.using(self.platform.token(actor))
        recorded: RecordedView = await app.ask(RecordPositions(points=points))
        return recorded

    async def browser(self, email: str = "") -> world.Browser:
        """Of somebody who has signed in: the carrier's administrator."""
        browser = self.anybody()
        await browser.sign_in(email or self.carrier.email)
        return browser

    def anybody(self) -> world.Browser:
        return world.Browser(self.portal, "transporter")
