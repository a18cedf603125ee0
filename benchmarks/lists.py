"""How fast orders are listed, counted and found among a million, and what a row for each viewer would change.

    nice .venv/bin/python benchmarks/lists.py [orders]

One shipper has a fifth of the orders, each of eight carriers a tenth, thousands of others the rest. Documents
are copies of two that the order's own rules made, put in beside the rules and indexed by the unit's listings.
The rows are what could be kept instead of asking by `seen_by`: one flat document for each order and viewer.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from rt.contracts.core_orders import CreateOrder, References, Stop
from rt.host.mongod import running
from rt.kernel.core.clock import now
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.persistence import Database, connect
from rt.kernel.storage.search import fragments
from rt.services.core_orders.domain.order import drafted
from rt.services.core_orders.domain.partners import Partner
from rt.services.core_orders.domain.states import NEXT, Author
from rt.services.core_orders.store import OrderStore
from rt.services.core_orders.store.listing import ORDERS
from rt.trade.goods import Goods
from rt.trade.places import Address, Site

RUNS = 15
BATCH = 1_000
AIMS_MS = {"list": 20, "count": 20, "search": 50}
START = datetime(2025, 1, 1, tzinfo=UTC)
BIG, CARRIERS, SMALL = "org_big", 8, "org_ship_7"
TOWNS = ["Lyon", "Paris", "Marseille", "Lille", "Nantes", "Rennes", "Metz", "Dijon", "Tours", "Brest"]
SYLLABLES = ["ba", "cla", "dor", "fer", "gan", "lan", "mar", "nel", "pro", "sol", "tec", "val", "ver", "vin"]
STATES = ["closed"] * 80 + ["invoiced"] * 4 + ["cancelled"] * 3 + ["tendered"] * 3
STATES += [s for s in NEXT if s not in ("closed",)]
CARRIED = ("confirmed", "tendered", "accepted", "planned", "loading", "in_transit", "delivered")
SHOWN = ["created_at", "state", "reference", "shipper_name", "carrier_id", "carrier_name", "consignee_name"]
SHOWN += ["pickup_at", "delivery_at", "agreed_cents", "plate", "pallets", "weight_kg", "loading_metres"]
ROW: dict[str, Any] = {
    "_id": {"$concat": ["$_id", "/", "$seen_by"]},
    "org_id": "$seen_by",
    "order_id": "$_id",
}
ROW |= dict.fromkeys(SHOWN, 1)
SEARCHED = {
    "a number": "0123456",
    "the middle of a booking": "4711",
    "a town of ten": "lyon",
    "a syllable": "dor",
    "a name and a town": "ferga metz",
    "nothing": "zzqq",
}


def template(offered: bool = False) -> dict[str, Any]:
    """One order with its history, as it is stored: delivered, or offered to a carrier."""
    address = Address(street="1 rue Neuve", postal_code="69007", city="Lyon")
    site = Site(name="Entrepôt", address=address, latitude=45.0, longitude=4.0)
    at = START + timedelta(hours=8)
    stops = [Stop(kind=kind, site=site, from_at=at, until_at=at) for kind in ("pickup", "delivery")]
    goods = [Goods(description="Robinetterie", quantity=10, weight_kg=4_000, pallets=10)]
    asked = CreateOrder(stops=stops, goods=goods, consignee_name="Brico", references=References())
    by = Author("usr_1", "Camille", BIG, "api")
    order = drafted(by, asked, order_id="ord", reference="1", names={BIG: "Usines"})
    if offered:
        order.move("ConfirmOrder", by, "confirmed")
        carrier = Partner("org_carr", "Transports Martin", "", "carrier", guest=False, standing="partner")
        until = now() + timedelta(days=1)
        order.tender(by, tender_id="ten", carrier=carrier, price_cents=48_500, deadline=until)
    for step in () if offered else CARRIED:
        order.write(by, step, "Transports Martin")
    document: dict[str, Any] = msgspec.to_builtins(order, builtin_types=(datetime,))
    return {**document, "outbox": [], "done": [], "emitted": 8}


def documents(count: int, known: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """So many orders; of the organizations some may be `known` by another identity."""
    chance, delivered, offered, begun = random.Random(11), template(), template(offered=True), now()
    for model in (delivered, offered):
        model.pop("id")
    for n in range(count):
        name = "".join(chance.choices(SYLLABLES, k=3)).capitalize()
        shipper = BIG if n % 5 == 0 else f"org_ship_{chance.randrange(2_000)}"
        carrier = f"org_carr_{n % 10}" if n % 10 < CARRIERS else f"org_tail_{chance.randrange(3_000)}"
        state = STATES[chance.randrange(len(STATES))]
        carried = state not in ("draft", "confirmed", "tendered")
        parts = [shipper, carrier, f"org_cons_{n % 5_000}"] if carried else [shipper]
        parts += [carrier] if state == "tendered" else []
        seen = [known.get(one, one) for one in parts]
        at, towns = START + timedelta(seconds=60 * n * 1_000_000 / count), chance.choices(TOWNS, k=2)
        plate = f"{chance.randrange(100, 999)}{n % 9_000:04d}" if carried else ""
        stops = [
            {**stop, "site": {**stop["site"], "address": {**stop["site"]["address"], "city": town}}}
            for stop, town in zip(delivered["stops"], towns, strict=True)
        ]
        offer = {
            "tender_id": f"ten_{n:x}",
            "carrier_id": seen[-1],
            "carrier_name": f"Transports {carrier[9:]}",
            "price_cents": chance.randrange(20_000, 200_000),
            "deadline": begun + timedelta(minutes=chance.randrange(120, 4_320)),
        }
        tenders = [one | offer for one in offered["tenders"]] if state == "tendered" else []
        reference, booking = f"2026-{n:07d}", f"BK{chance.randrange(10**7):07d}"
        yield {
            **(offered if state == "tendered" else delivered),
            "_id": f"ord_{chance.getrandbits(64):016x}{n:x}",
            "org_id": seen[0],
            "seen_by": seen,
            "deal_of": seen[:2],
            "incident_for": seen if n % 500 == 0 else [],
            "version": 8,
            "created_at": at,
            "pickup_at": at + timedelta(days=chance.randrange(1, 9)),
            "delivery_at": at + timedelta(days=chance.randrange(9, 12)),
            "reference": reference,
            "references": {"purchase_order": "", "delivery_note": "", "booking": booking},
            "state": state,
            "tenders": tenders,
            **dict.fromkeys(("owner_name", "client_name", "shipper_name"), f"Usines {shipper[9:]}"),
            "carrier_id": seen[1] if carried else None,
            "consignee_id": seen[2] if carried else None,
            "carrier_name": f"Transports {carrier[9:]}" if carried else "",
            "consignee_name": name,
            "agreed_cents": chance.randrange(20_000, 200_000) if carried else None,
            "plate": plate,
            "stops": stops,
            "tokens": fragments([reference, booking, name, *towns, plate]),
        }


async def seed(database: Database, count: int, known: Mapping[str, str] | None = None) -> None:
    stored, batch, started = database["core_orders.orders"], [], time.perf_counter()
    for n, document in enumerate(documents(count, known or {}), start=1):
        batch.append(document)
        if len(batch) == BATCH or n == count:
            await stored.insert_many(batch, ordered=False)
            batch = []
        if n % 100_000 == 0:
            print(f"{n} orders after {time.perf_counter() - started:.0f} s", flush=True)


async def timed(kind: str, what: str, ask: Callable[[], Awaitable[int]]) -> None:
    """Print the median and the slowest of some runs, after a first one that the server chooses its way in."""
    spent, found = [], 0
    for _ in range(RUNS):
        started = time.perf_counter()
        found = await ask()
        spent.append((time.perf_counter() - started) * 1000)
    later = sorted(spent[1:])
    aim = AIMS_MS[kind]
    mark = "" if statistics.median(later) <= aim else f" (aimed at {aim})"
    line = f"| {what} | {found} | {spent[0]:.0f} | {statistics.median(later):.1f} | {later[-1]:.0f} |{mark}"
    print(line, flush=True)


async def measure(store: OrderStore, who: str) -> None:
    async def listed(named: dict[str, Any], sort: str = "newest", q: str = "") -> int:
        page = await store.search(named, q=q, sort=sort, after="", limit=50)
        return len(page.items)

    async def counted() -> int:
        return sum((await store.counts.all())[0].values())

    live = {"$in": ["confirmed", "tendered", "assigned", "planned", "loading", "in_transit"]}
    lately = {"$gte": START + timedelta(days=600), "$lt": START + timedelta(days=601)}
    asked: dict[str, tuple[dict[str, Any], str]] = {
        f"sorted by {sort}": ({}, sort) for one in ORDERS.sorts for sort in (one, f"-{one}")
    } | {
        "drafts": ({"state": "draft"}, "newest"),
        "closed": ({"state": "closed"}, "newest"),
        "under way": ({"state": live}, "newest"),
        "under way, by pickup": ({"state": live}, "pickup"),
        "closed, by price": ({"state": "closed"}, "price"),
        "delivered, dearest first": ({"state": "delivered"}, "-price"),
        "of one carrier": ({"carrier_id": "org_carr_5"}, "newest"),
        "of one carrier, drafts": ({"carrier_id": "org_carr_5", "state": "planned"}, "newest"),
        "of one client": ({"owner_id": SMALL}, "newest"),
        "of one plate": ({"plate": "1230001"}, "newest"),
        "with an incident": ({"incident": who}, "newest"),
        "picked up on a day": ({"pickup": lately}, "pickup"),
        "picked up on a day, newest": ({"pickup": lately}, "newest"),
    }
    for what, (named, sort) in asked.items():
        await timed("list", f"{who}: {what}", partial(listed, named, sort))
    await timed("count", f"{who}: counters", counted)
    for what, q in SEARCHED.items():
        await timed("search", f"{who}: search for {what}", partial(listed, {}, q=q))


async def rows_instead(database: Database) -> None:
    """The same lists from a flat row for each viewer, and what such rows weigh."""
    started = time.perf_counter()
    for digit in "0123456789abcdef":
        some = {"_id": {"$gte": f"ord_{digit}", "$lt": f"ord_{digit}~"}}
        stages: list[dict[str, Any]] = [{"$match": some}, {"$unwind": "$seen_by"}, {"$project": ROW}]
        await database["core_orders.orders"].aggregate([*stages, {"$merge": "core_orders.rows"}])
    rows = database["core_orders.rows"]
    for keys in ("created_at", "state,created_at", "pickup_at"):
        await rows.create_index([("org_id", 1), *((key, -1) for key in keys.split(",")), ("_id", -1)])
    print(f"rows and three indexes in {time.perf_counter() - started:.0f} s", flush=True)

    async def found(where: dict[str, Any], sort: str) -> int:
        return len(await rows.find(where).sort([(sort, -1), ("_id", -1)]).limit(50).to_list())

    for who in (BIG, "org_carr_3"):
        await timed("list", f"rows, {who}: newest", partial(found, {"org_id": who}, "created_at"))
        drafts = {"org_id": who, "state": "planned"}
        await timed("list", f"rows, {who}: planned", partial(found, drafts, "created_at"))
        await timed("list", f"rows, {who}: by pickup", partial(found, {"org_id": who}, "pickup_at"))


async def written(database: Database) -> None:
    """What one change of state costs: in the order alone, and in the order and its viewers' rows together."""
    orders, rows = database["core_orders.orders"], database["core_orders.rows"]
    carried = {"seen_by.2": {"$exists": True}, "state": "closed"}
    some = await orders.find(carried, {"seen_by": 1}).limit(200).to_list()
    for what, beside in (("the order alone", False), ("and its rows, in one transaction", True)):
        started = time.perf_counter()
        for one in some:
            async with database.client.start_session() as session:
                if not beside:
                    await orders.update_one({"_id": one["_id"]}, {"$set": {"state": "planned"}})
                    continue
                async with await session.start_transaction():
                    change = {"$set": {"state": "loading"}}
                    await orders.update_one({"_id": one["_id"]}, change, session=session)
                    keys = [f"{one['_id']}/{viewer}" for viewer in one["seen_by"]]
                    await rows.update_many({"_id": {"$in": keys}}, change, session=session)
        spent = (time.perf_counter() - started) * 1000 / max(1, len(some))
        print(f"a change of state, {what}: {spent:.1f} ms", flush=True)


async def sizes(client: Any, name: str) -> None:
    for collection in ("core_orders.orders", "core_orders.rows"):
        stats = await client.get_database(name).command("collStats", collection)
        indexes = {index: size // 1_000_000 for index, size in stats["indexSizes"].items()}
        total = stats["totalIndexSize"] // 1_000_000
        print(f"{collection}: {stats['storageSize'] // 1_000_000} MB, indexes {total} MB: {indexes}")


async def main(count: int) -> None:
    async with running(Path(".rt") / "benchmark") as uri:
        client = connect(uri)
        name = "benchmark_lists"
        await client.drop_database(name)
        database = Database(client, name, "core_orders")
        store = OrderStore(database)
        started = time.perf_counter()
        try:
            await seed(database, count)
            await database.prepare()
            print(f"{count} orders and their indexes in {time.perf_counter() - started:.0f} s", flush=True)
            print("| what | found | first, ms | median, ms | slowest, ms |\n|---|---|---|---|---|")
            for who in (BIG, "org_carr_3", SMALL):
                with acting_for(who):
                    await measure(store, who)
            await rows_instead(database)
            await written(database)
            await sizes(client, name)
        finally:
            await client.drop_database(name)
            await client.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
