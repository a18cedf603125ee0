"""R-1: a unit killed again and again while it writes loses nothing acknowledged and doubles nothing."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.journeys.conftest import RunningPlatform, Start

from rt.ops import world
from rt.ops.actors import Caller, Stage, wait_for
from rt.ops.demo import picture

WRITES = 2_000
KILLS = 5
WRITERS = 12

Write = Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]


async def write_all(platform: RunningPlatform, unit: str, caller: Caller, write: Write) -> list[Any]:
    """Every write is sent until it is acknowledged, with one key; meanwhile the unit is killed five times."""
    answers: list[Any] = [None] * WRITES
    numbers = iter(range(WRITES))
    headers = {"authorization": f"Bearer {caller.token}"}
    chance = random.Random(unit)
    kill_at = {int(WRITES * (n + 0.3 + chance.random() * 0.4) / KILLS) for n in range(KILLS)}
    async with httpx.AsyncClient(base_url=platform.edge, headers=headers, timeout=30) as web:

        async def writer() -> None:
            for number in numbers:
                if number in kill_at:
                    os.kill(platform.pid_of(unit), signal.SIGKILL)
                deadline = time.monotonic() + 60
                while True:
                    try:
                        answer = await write(web, number)
                        if answer.status_code < 300:
                            answers[number] = answer.json()
                            break
                        assert answer.status_code in (500, 502, 503), answer.text
                    except httpx.TransportError:
                        pass
                    assert time.monotonic() < deadline, f"write {number} was never acknowledged"
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(writer() for _ in range(WRITERS)))
    return answers


@pytest.fixture
def platform(start_platform: Start) -> RunningPlatform:
    return start_platform("--processes")


@pytest.mark.xdist_group("journeys")
async def test_killed_units_lose_and_double_nothing(platform: RunningPlatform) -> None:
    stage = await asyncio.to_thread(Stage, platform.edge, "kills")
    shipper = await asyncio.to_thread(world.open_firm, stage, world.SHIPPERS[0])
    carrier = await asyncio.to_thread(world.open_firm, stage, world.CARRIERS[0])
    await asyncio.to_thread(world.befriend, shipper, carrier)
    await orders(platform, shipper)
    await pallets(platform, shipper, carrier)
    await notes(platform, shipper, carrier)


async def orders(platform: RunningPlatform, shipper: Caller) -> None:
    day = world.working_day(datetime.now(UTC).date(), 1)

    async def write(web: httpx.AsyncClient, number: int) -> httpx.Response:
        body = world.order_body(number, world.PICKUPS[0], world.DELIVERIES[number % 10], day, {})
        body["reference"] = f"KILL-{number:05d}"
        return await web.post("/api/orders", json=body, headers={"idempotency-key": f"order-{number}"})

    acknowledged = await write_all(platform, "core_orders", shipper, write)
    ids = {one["order_id"] for one in acknowledged}
    assert len(ids) == WRITES
    stored: list[str] = []
    after = ""
    while True:
        page = await asyncio.to_thread(shipper.get, "/api/orders", q="KILL", limit=200, after=after)
        stored += [row["order_id"] for row in page["items"]]
        after = page["next"]
        if not after:
            break
    assert sorted(stored) == sorted(ids)


async def pallets(platform: RunningPlatform, shipper: Caller, carrier: Caller) -> None:
    async def write(web: httpx.AsyncClient, number: int) -> httpx.Response:
        body = {"partner_id": carrier.organization, "direction": "given", "quantity": 1 + number % 5}
        return await web.post(
            "/api/palettes/movements", json=body, headers={"idempotency-key": f"p-{number}"}
        )

    acknowledged = await write_all(platform, "palette", shipper, write)
    assert len({one["id"] for one in acknowledged}) == WRITES
    balances = await asyncio.to_thread(shipper.get, "/api/palettes/balances")
    claimed = sum(one["claimed_by_us"] for one in balances["items"])
    assert claimed == -sum(1 + n % 5 for n in range(WRITES))


async def notes(platform: RunningPlatform, shipper: Caller, carrier: Caller) -> None:
    """2,000 photos on the notes of 50 planned orders."""
    planned = await asyncio.to_thread(plan_orders, shipper, carrier, 50)
    photo = picture()
    per_note = WRITES // len(planned)

    async def write(web: httpx.AsyncClient, number: int) -> httpx.Response:
        note = planned[number // per_note]
        path = f"/api/ecpmr/documents/{note}/photos/photo-{number:06d}"
        headers = {"idempotency-key": f"n-{number}", "content-type": "image/png"}
        return await web.post(path, content=photo, headers=headers)

    await write_all(platform, "ecpmr", carrier, write)
    for position, note in enumerate(planned):
        document = await asyncio.to_thread(carrier.get, f"/api/ecpmr/documents/{note}")
        expected = range(position * per_note, (position + 1) * per_note)
        assert sorted(one["photo_id"] for one in document["photos"]) == [f"photo-{n:06d}" for n in expected]


def plan_orders(shipper: Caller, carrier: Caller, count: int) -> list[str]:
    """Orders given to a carrier who names a vehicle; the ids of their consignment notes."""
    day = world.working_day(datetime.now(UTC).date() + timedelta(days=1), 1)
    ids = []
    for number in range(count):
        body = world.order_body(number, world.PICKUPS[0], world.DELIVERIES[number % 10], day, {})
        body |= {"reference": f"NOTE-{number:03d}", "consignee_name": "Réception"}
        order_id = shipper.post("/api/orders", body)["order_id"]
        path = f"/api/orders/{order_id}"
        read = shipper.post(f"{path}/confirm")["version"]
        given = {"version": read, "carrier_id": carrier.organization, "agreed_cents": 40_000}
        shipper.post(f"{path}/assign", given)
        carrier.post(f"{path}/plan", {"vehicle_plate": "AR-417-RT", "driver_name": "Lucie Martin"})
        ids.append(order_id)

    def issued() -> list[str] | None:
        found = [carrier.get("/api/ecpmr/documents", order_id=order_id)["items"] for order_id in ids]
        return [rows[0]["document_id"] for rows in found] if all(found) else None

    notes: list[str] = wait_for(issued, "the consignment notes", 60)
    return notes
