"""A platform in which an order is on a published tour, and a driver's phone that reaches it by the portal."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from tests.conftest import TestPlatform
from tests.portals import delivery
from tests.portals.delivery import FEURS, STROKES
from tests.portals.world import PASSWORD, Links

from rt.contracts.palette import SetPolicy
from rt.contracts.planning import AddDriver, AddVehicle, AssignJob, FindJobs, PublishTour
from rt.kernel.core.clock import now
from rt.portals.driver.app import build

DAY = date(2026, 6, 2)
MORNING = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)
"""Tuesday, 06:00 in France."""


class World(delivery.World):
    """The driver's portal, and two drivers of the carrier's."""

    def __init__(self, platform: TestPlatform, links: Links) -> None:
        super().__init__(platform, links, "driver", build)
        self.drivers: dict[str, str] = {}
        self.people: dict[str, str] = {}
        """Ids of drivers in planning and in authz, by first name."""

    def address(self, who: str) -> str:
        """Of a driver, by the first name; of the carrier's clerk with none."""
        return f"{who}@{self.carrier.email.partition('@')[2]}" if who else self.carrier.email

    async def begin(self) -> "World":
        """An order of the shipper goes to the carrier, onto a tour of Lucie's, and the tour is published."""
        await self.meet()
        hours = timedelta(hours=1)
        await self.ordered(MORNING + 2 * hours, MORNING + 3 * hours, instructions="Température +4 °C")
        policy = SetPolicy(mode="deferred", partner_id=self.consignee.id, note="Bon palettes signé")
        await self.ask(self.shipper, policy)
        await self.assigned()
        (job,) = (await self.ask(self.carrier, FindJobs())).items
        for name in ("Lucie Martin", "Thomas Girard"):
            who = name.split()[0].lower()
            user_id = await self.member(self.carrier.id, name, "driver", self.address(who))
            driver = await self.ask(self.carrier, AddDriver(name=name, user_id=user_id))
            self.drivers[who], self.people[who] = driver.driver_id, user_id
        truck = await self.ask(
            self.carrier,
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
        message = AssignJob(
            job_id=job.job_id, vehicle_id=truck.vehicle_id, driver_id=self.drivers["lucie"], day=DAY
        )
        tour = await self.ask(self.carrier, message)
        await self.say(self.carrier, PublishTour(tour_id=tour.tour_id, version=tour.version))
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
        typed = {"email": self.world.address(who), "password": PASSWORD}
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
        await self.world.platform.settle()
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
