"""One full day at a carrier's: an offer, a truck on the road, tours, docks, pallets and links, to be read."""

from datetime import timedelta

from tests.portals.transporter.world import BOURG, DAY, HOUR, LYON, MORNING, TODAY, World
from tests.portals.world import Browser

from rt.contracts.authz import DisableUser, InviteUser
from rt.contracts.core_orders import ReportIncident, ReportProgress
from rt.contracts.ecpmr import FindDocuments
from rt.contracts.palette import BookMovement, IssueVoucher, MakeStatement, SetPolicy
from rt.contracts.planning import (
    AssignJob,
    BookSlot,
    FindFreeSlots,
    Optimise,
    PublishTour,
)
from rt.contracts.tracking_ia import AddDevice
from rt.kernel.core.clock import held

NIGHT, AT = MORNING - 2 * HOUR, MORNING + 1.5 * HOUR
"""When the day is prepared (05:00 in France), and when it is looked at (08:30)."""
MINUTE = timedelta(minutes=1)


class Day:
    """The names of what is there, as addresses of pages have them (`ids`), and the carrier's browser."""

    browser: Browser

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, str] = {}

    async def begin(self) -> "Day":
        with held(NIGHT):
            await self.world.begin()
            await self._road()
            await self._plan()
            await self._docks()
            await self._pallets()
            await self._office()
            await self._guest()
        self.browser = await self.world.browser()
        return self

    async def _road(self) -> None:
        """A truck that should be at its delivery and has hardly left."""
        world = self.world
        lucie = await world.colleague("driver", "Lucie Martin")
        job = await world.job(begin=MORNING - HOUR)
        driver = await world.driver(user_id=lucie.id)
        message = AssignJob(
            job_id=job.job_id,
            vehicle_id=(await world.vehicle()).vehicle_id,
            driver_id=driver.driver_id,
            day=TODAY,
        )
        tour = await world.ask(world.carrier, message)
        await world.say(world.carrier, PublishTour(tour_id=tour.tour_id, version=tour.version))
        await world.say(world.carrier, ReportProgress(order_id=job.order_id, reached="in_transit"))
        jam = ReportIncident(order_id=job.order_id, kind="delay", text="Bouchon sur l'A6")
        told = await world.say(world.carrier, jam)
        at_bourg = [MORNING - HOUR + n * MINUTE for n in range(5, 40, 5)]
        points = [{"at": at, "latitude": BOURG.latitude, "longitude": BOURG.longitude} for at in at_bourg]
        points += [
            {"at": AT - n * MINUTE, "latitude": 46.1 - n / 200, "longitude": 5.2} for n in range(5, 0, -1)
        ]
        with held(AT):
            await world.sends(lucie.id, "Lucie Martin", points)
        notes = await world.ask(world.carrier, FindDocuments(order_id=job.order_id))
        self.ids |= {
            "moving": job.order_id,
            "jam": told.incidents[0].incident_id,
            "note": notes.items[0].document_id,
            "reference": job.reference,
            "tour": tour.tour_id,
            "driver": driver.driver_id,
        }

    async def _plan(self) -> None:
        """Tomorrow: a draft of two jobs, one tour published, a basket, a proposal, a truck that stands."""
        world = self.world
        draft = await world.tour(await world.job(), await world.job(), name="Thomas Girard")
        sent = await world.tour(name="Zoé Petit")
        await world.say(world.carrier, PublishTour(tour_id=sent.tour_id, version=sent.version))
        job = await world.job()
        idle = await world.vehicle(plate="GH-789-IJ", capacity_pallets=8)
        other = await world.driver("Marc Blanc")
        plan = await world.ask(world.carrier, Optimise(day=DAY, days=1, budget_seconds=0.5))
        await world.platform.tick()
        offered = await world.offered()
        await world.order(world.unknown)
        self.ids |= {
            "offered": offered.order_id,
            "assigned": job.order_id,
            "job": job.job_id,
            "plan": plan.plan_id,
            "draft": draft.tour_id,
            "vehicle": idle.vehicle_id,
            "other": other.driver_id,
        }

    async def _docks(self) -> None:
        world, order_id = self.world, self.ids["assigned"]
        await world.dock(world.consignee, LYON, "Quai 4", doors=3)
        await world.dock(world.shipper, BOURG, "Quai froid")
        free = await world.ask(world.carrier, FindFreeSlots(order_id=order_id, kind="delivery", day=DAY))
        first = free.items[0]
        message = BookSlot(
            order_id=order_id,
            kind="delivery",
            dock_id=first.dock_id,
            starts_at=first.starts_at,
            ends_at=first.ends_at,
        )
        self.ids["slot"] = (await world.say(world.carrier, message)).slot_id

    async def _pallets(self) -> None:
        world, carrier, shipper = self.world, self.world.carrier, self.world.shipper
        agreed = await world.agreed(shipper, "given", 12)
        claim = BookMovement(partner_id=carrier.id, direction="given", quantity=33)
        own = BookMovement(partner_id=shipper.id, direction="given", quantity=3)
        voucher = await world.say(shipper, IssueVoucher(creditor_id=carrier.id, quantity=6))
        await world.ask(shipper, SetPolicy(mode="ratio", ratio_percent=80, partner_id=carrier.id))
        message = MakeStatement(partner_id=carrier.id, period_from=TODAY, period_until=TODAY)
        self.ids |= {
            "movement": agreed.id,
            "claim": (await world.ask(shipper, claim)).id,
            "own": (await world.ask(carrier, own)).id,
            "voucher": voucher.id,
            "statement": (await world.ask(shipper, message)).id,
        }

    async def _office(self) -> None:
        world = self.world
        denis = await world.colleague("viewer", "Denis")
        await world.ask(world.carrier, DisableUser(user_id=denis.id))
        invited = InviteUser(email="paul@x.example", name="Paul", role="driver")
        await world.ask(world.carrier, invited)
        await world.ask(world.carrier, AddDevice(kind="vehicle", vehicle_plate="GH-789-IJ"))

    async def _guest(self) -> None:
        """A carrier without an account: an offer, an order whose docks it books, a statement."""
        world = self.world
        artisan = await world.guest()
        offer, taken = await world.order(), await world.order()
        for order_id in (offer, taken):
            await world.offer(order_id, carrier=artisan)
        browser = world.anybody()
        here = f"/l/{world.links.issued['accept_tender', taken]}/tender/{taken}"
        await browser.press(await browser.page(here), f"{here}/accept")
        await world.platform.settle()
        docks = f"/l/{world.links.issued['book_slot', taken]}/slots/{taken}"
        there = f"{docks}?kind=delivery&day={DAY}"
        booked = await browser.press(await browser.page(there), there)
        slot_id = booked.text.partition(f"{docks}/")[2].partition("/")[0]
        given = BookMovement(partner_id=artisan.id, direction="given", quantity=4)
        await world.ask(world.shipper, given)
        message = MakeStatement(partner_id=artisan.id, period_from=TODAY, period_until=TODAY)
        statement = await world.ask(world.shipper, message)
        answer = world.links.issued["answer_statement", statement.id]
        self.ids |= {
            "l_tender": f"/l/{world.links.issued['accept_tender', offer]}/tender/{offer}",
            "l_docks": docks,
            "l_slot": f"{docks}/{slot_id}",
            "l_statement": f"/l/{answer}/statements/{statement.id}",
        }

    def __call__(self, path: str) -> str:
        """An address with the names of this day."""
        return path.format(**self.ids, day=DAY)
