"""How fast whole pages of portals are among a million orders, as their readers sign in and ask for them.

    nice .venv/bin/python -m benchmarks.pages [orders] [pages …]

The orders are those of `lists.py`, the carrier's fleet and the trail those of `fleet.py`. Portals and units
stand in one process over a real mongod, frozen for the garbage collector as the host's; a page is what a
browser asks for, from the portal's application through those of the units. Named pages are measured alone.
"""

import asyncio
import gc
import os
import secrets
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

import httpx
from benchmarks.fleet import TOURS, Fleet, trail
from benchmarks.lists import BIG, SEARCHED, SMALL, seed
from pymongo import monitoring
from tests.conftest import TestPlatform
from tests.portals.world import PASSWORD, Browser

from rt.contracts.authz import AddUser, RegisterOrganization
from rt.contracts.authz.organizations import RegisteredKind
from rt.host.keys import UnitKeys
from rt.host.mongod import running
from rt.host.topology import UNITS
from rt.kernel.core.clock import now
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import start_logging
from rt.kernel.service.client import Services
from rt.trade.zones import day_at

RUNS = 25
AIM_MS = 300
OPERATOR = "org_operator"
DATABASE = "benchmark_pages"
HOME = Path(".rt") / "benchmark"
READERS: Mapping[str, tuple[str, RegisteredKind, str]] = {
    "large shipper": (BIG, "shipper", "industry"),
    "carrier": ("org_carr_3", "carrier", "transporter"),
    "small shipper": (SMALL, "shipper", "industry"),
    "recipient": ("org_cons_7", "recipient", "recipient"),
}
"""Who reads: the organization of the generator, its kind, and its portal."""
LISTS = {
    "industry": {
        "front page": "/",
        "orders": "/orders",
        "orders, no longer open": "/orders?view=done",
        "orders, no longer open, by price": "/orders?view=done&sort=-price",
        "orders under way, by pickup": "/orders?view=running&sort=pickup",
        "orders, a day's": "/orders?pickup_since=2026-08-24&pickup_until=2026-08-24",
        "orders, found by a town": "/orders?q=lyon",
    },
    "transporter": {
        "offers": "/",
        "offers, found by a town": "/?q=lyon",
        "planning": "/planning",
        "planning, tomorrow": "/planning?day={tomorrow}",
        "a tour": "/planning/tours/{tour}",
        "basket": "/planning/basket",
        "basket, found by a town": "/planning/basket?q=paris",
        "a job": "/planning/jobs/{job}",
        "vehicles": "/fleet",
        "drivers": "/drivers",
        "live": "/live",
        "orders": "/orders?view=all",
        "orders to plan": "/orders?view=to_plan",
        "orders delivered, by price": "/orders?view=delivered&sort=-price",
        "orders, a day's": "/orders?view=all&pickup_since=2026-08-24&pickup_until=2026-08-24",
        "orders, found by a town": "/orders?view=all&q=lyon",
    },
    "recipient": {
        "arrivals": "/",
        "deliveries": "/deliveries",
        "deliveries to come, by delivery": "/deliveries?view=coming&sort=delivery",
    },
    "backoffice": {
        "front page": "/",
        "front page, ten bookings": "/?q=bk000471",
        "front page, how bookings begin": "/?q=bk0",
        "state": "/status",
        "queues": "/queues",
        "tenants": "/tenants",
        "tenants, found by name": "/tenants?q=carrier",
        "tenant: large shipper": "/tenants/{shipper}",
        "tenant: carrier": "/tenants/{carrier}",
        "audit": "/audit",
        "audit, of an organization": "/audit?q={shipper}",
        "audit, of an order": "/audit?q={order}",
        "audit, of an act": "/audit?q=core_orders.order.planned",
        "audit, of an act that is rare": "/audit?q=authz.organization.created",
        "audit, a day's": "/audit?since=2026-08-24&until=2026-08-24",
        "timeline of an order": "/timelines/{order}",
        "costs": "/costs",
        "team": "/users",
    },
}
ORDER = {"industry": "/orders/{}", "transporter": "/orders/{}", "recipient": "/deliveries/{}"}


class Slow(monitoring.CommandListener):
    """The longest of what the database was asked while a page was made."""

    def __init__(self) -> None:
        self.longest: tuple[float, str] = (0, "")

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        pass

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self.longest = max(self.longest, (event.duration_micros / 1000, event.command_name))

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


slow = Slow()


async def timed(what: str, ask: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Print the first, the median and the 95th percentile of some runs."""
    spent = []
    slow.longest = (0, "")
    for run in range(RUNS + 1):
        if run == 1:
            slow.longest = (0, "")
        started = time.perf_counter()
        answer = await ask()
        spent.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, f"{what}: {answer.status_code} {answer.text[:300]}"
    later = spent[1:]
    p95 = statistics.quantiles(later, n=20)[-1]
    mark = "" if p95 < AIM_MS else f" (aimed at {AIM_MS})"
    ms, command = slow.longest
    figures = f"{spent[0]:.0f} | {statistics.median(later):.0f} | {p95:.0f} | {command} {ms:.0f}"
    print(f"| {what} | {figures} |{mark}", flush=True)


async def measure(
    platform: TestPlatform, who: str, org: str, portal: str, named: Mapping[str, str], only: Sequence[str]
) -> None:
    services = Services(platform.keys.of(f"portal_{portal}"), platform.client_of)
    build = import_module(f"rt.portals.{portal}.app").build
    browser = Browser(build(connect=services.using, secret="s" * 32, secure=False), portal)
    await browser.sign_in(email(who))
    pages = {what: address.format(**named) for what, address in LISTS[portal].items()}
    stored = platform.database("core_orders")["core_orders.orders"]
    if portal in ORDER and (found := await stored.find_one({"seen_by": org, "state": "closed"})):
        pages["one order"] = ORDER[portal].format(found["_id"])
    pages |= {f"search for {what}": f"/search?q={q}" for what, q in SEARCHED.items()}
    for what, address in pages.items():
        if not only or what in only:
            await timed(f"{who}: {what}", partial(browser.web.get, address))


def email(who: str) -> str:
    return f"{who.replace(' ', '.')}@pages.example"


async def registered(platform: TestPlatform) -> Mapping[str, str]:
    """The identities of the readers' organizations by the generator's names; somebody of each signs in."""
    units = Services(platform.keys.of("core_orders"), platform.client_of)
    known = {}
    for who, (name, kind, _) in READERS.items():
        asked = RegisterOrganization(name=who.title(), kind=kind, email=email(who), person_name="Karim")
        made = await units.using("").ask(asked, key=who)
        known[name] = made.organization_id
        member = AddUser(
            organization_id=known[name], email=email(who), name="Karim", role="admin", password=PASSWORD
        )
        await units.ask(member, key=f"{who} member")
    operator = AddUser(
        organization_id=OPERATOR,
        email=email("operator"),
        name="Sophie",
        role="platform_admin",
        password=PASSWORD,
    )
    await units.ask(operator, key="operator")
    return known


async def made(platform: TestPlatform, count: int) -> Mapping[str, str]:
    """The readers and the orders; indexes are made when all stand."""
    database = platform.database("core_orders")
    known = await registered(platform)
    await database["core_orders.orders"].drop_indexes()
    await seed(database, count, known)
    await platform.instances["core_orders"].context.database.prepare()
    return known


async def prepared(platform: TestPlatform, known: Mapping[str, str], count: int) -> Mapping[str, str]:
    """The carrier's day and the trail; what the addresses of pages name."""
    carrier, shipper = known["org_carr_3"], known[BIG]
    fleet = Fleet(platform, carrier, known["org_cons_7"])
    await fleet.begin()
    await trail(platform, [shipper, carrier], count // 10)
    waiting = await platform.database("planning")["planning.jobs"].find_one({"state": "unplanned"})
    assert waiting is not None
    return {
        "tomorrow": str(day_at(now()) + timedelta(days=1)),
        "tour": fleet.tours[TOURS // 2].id,
        "job": waiting["_id"],
        "order": fleet.tours[0].stops[0].order_id,
        "shipper": shipper,
        "carrier": carrier,
    }


async def emptied(platform: TestPlatform) -> None:
    for name in (DATABASE, f"{DATABASE}_keys"):
        await platform.client.drop_database(name)


async def main(count: int, only: Sequence[str]) -> None:
    monitoring.register(slow)
    start_logging("error")
    async with running(HOME) as uri:
        keys = UnitKeys(HOME / "keys")
        keys.ensure()
        settings = Settings(
            mongodb_db=DATABASE,
            home=HOME / "house",
            jwt_secret=secrets.token_hex(32),
            bcrypt_rounds=4,
            user_limit=1_000_000,
            ip_limit=1_000_000,
        )
        platform = TestPlatform(settings, uri, keys)
        started = time.perf_counter()
        try:
            await emptied(platform)
            rows = [row for row in UNITS if row.built]
            await platform.mount(*(import_module(f"rt.services.{row.package}.app").build for row in rows))
            known = await made(platform, count)
            named = await prepared(platform, known, count)
            gc.collect()
            gc.freeze()
            load = os.getloadavg()[0]
            print(f"{count} orders after {time.perf_counter() - started:.0f} s; load {load:.1f}", flush=True)
            print("| page | first, ms | median, ms | 95 % | longest question, ms |\n|---|---|---|---|---|")
            for who, (name, _, portal) in READERS.items():
                await measure(platform, who, known[name], portal, named, only)
            await measure(platform, "operator", OPERATOR, "backoffice", named, only)
            print(f"load {os.getloadavg()[0]:.1f}")
        finally:
            await emptied(platform)
            await platform.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2:]))
