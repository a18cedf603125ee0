"""Fills a running platform with the demonstration: accounts, orders in all states, and a living today."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import httpx

from rt.kernel.core.clock import day_of, now, today
from rt.ops.actors import Caller, Refused, Stage
from rt.ops.today import Today
from rt.ops.world import (
    CARRIERS,
    DELIVERIES,
    GUEST,
    MARK,
    OTHERS,
    PICKUPS,
    RUN,
    SHIPPERS,
    STEPS,
    as_read,
    befriend,
    open_firm,
    order_body,
    set_windows,
    walk,
    working_day,
)

DISTRIBUTION = (5, 6, 6, 7, 8, 4, 8, 7, 4, 2, 2)
"""How many of the 59 orders that are not cancelled stop before each step, the last after all of them."""


def last_step(steps: int, row: Mapping[str, Any] | None, day: date) -> str:
    """How far an order goes that is to go so many steps; on the road on an earlier day, it has arrived."""
    on_the_road = row and row["state"] in ("loading", "in_transit")
    if row and on_the_road and day_of(datetime.fromisoformat(row["delivery_until"])) < day:
        return "delivered"
    return STEPS[steps - 1]


class Builder:
    """Makes the world and says how far it is."""

    def __init__(self, edge: str, say: Callable[[str], None]) -> None:
        self.stage = Stage(edge, RUN)
        self.say = say

    def build(self) -> None:
        self.say("demo: opening the accounts of 12 organizations")
        shippers = [open_firm(self.stage, firm) for firm in SHIPPERS]
        carriers = [open_firm(self.stage, firm) for firm in CARRIERS]
        recipients = {firm.name: open_firm(self.stage, firm) for firm in OTHERS}
        for shipper in shippers:
            shipper.post("/auth/partners", GUEST)
        befriend(*shippers, *carriers, *recipients.values())
        self._history(shippers, carriers, recipients["Distri Rhône"])
        self.say("demo: today's tours, docks and offers")
        Today(self.stage, shippers[0], carriers, recipients).build()
        self.say("demo: ready")

    def _history(self, shippers: list[Caller], carriers: list[Caller], recipient: Caller) -> None:
        """60 orders in all states; those that are there already go on from where they stand."""
        known = {
            row["reference"]: row
            for shipper in shippers
            for row in shipper.get("/api/orders", q=MARK, limit=200)["items"]
        }
        total = sum(DISTRIBUTION) + 1
        plan = [step for step, count in enumerate(DISTRIBUTION) for _ in range(count)] + [-1]
        for number, steps in enumerate(plan):
            shipper, carrier = shippers[number % 2], carriers[number % len(carriers)]
            body = self._order(number, steps, recipient)
            row = known.get(body["reference"])
            order = row or shipper.post("/api/orders", body)
            if steps > 0:
                walk(order, last_step(steps, row, today()), shipper, carrier, number)
            elif steps < 0 and order["state"] != "cancelled":
                walk(order, "confirm", shipper, carrier, number)
                path = f"/api/orders/{order['order_id']}"
                as_read(shipper, path, "cancel", {"reason": "Commande annulée par le client"})
            if number % 10 == 9:
                self.say(f"demo: {number + 1} of {total} orders")

    def _order(self, number: int, steps: int, recipient: Caller) -> dict[str, Any]:
        done = steps > STEPS.index("delivered")
        running = STEPS.index("loading") < steps <= STEPS.index("delivered")
        day = working_day(today(), -1 if done else 1)
        delivery = DELIVERIES[number % len(DELIVERIES)]
        consignee: dict[str, Any] = {
            "consignee_name": delivery.site,
            "consignee_email": "reception@exemple.example",
        }
        if delivery is DELIVERIES[0]:
            consignee |= {"consignee_id": recipient.organization, "consignee_name": "Distri Rhône"}
        body = order_body(number + 1, PICKUPS[number % 3], delivery, day, consignee)
        if running:
            set_windows(body, now().replace(minute=0, second=0, microsecond=0), (-4, -1), (1, 7))
        return body


async def load(edge: str) -> None:
    """Make the world unless it is there, in a process of its own that ends with whoever waits."""
    work = await asyncio.create_subprocess_exec(sys.executable, "-m", "rt.ops.filling", edge)
    try:
        await work.wait()
    finally:
        if work.returncode is None:
            work.terminate()


def main() -> None:
    try:
        Builder(sys.argv[1], print).build()
    except (Refused, LookupError, httpx.HTTPError) as error:
        sys.exit(f"demo: not loaded: {error}")


if __name__ == "__main__":
    main()
