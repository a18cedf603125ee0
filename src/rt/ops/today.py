"""A living today, whatever day it is: tours under way, docks with slots, offers, deliveries on their way.

Fresh food does not wait for Monday: the dairy and its customers work every day, and lorries that carry
perishables may drive on Sundays, holidays and the Saturdays that are closed to others.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.core.clock import now
from rt.ops.actors import Caller, Refused, Stage, wait_for
from rt.ops.world import (
    CARRIERS,
    DELIVERIES,
    DRIVERS,
    PICKUPS,
    STATES,
    STEPS,
    Town,
    as_read,
    equip,
    open_dock,
    order_body,
    set_windows,
    taken_over,
    track,
    walk,
)
from rt.trade.calendars import paris_day
from rt.trade.zones import PARIS

DEROGATION = "perishables"
SHIFT_HOURS = (4, 9)
"""How long the drivers have been on duty when the day is made, and how long they may go on."""
ANSWER_WITHIN = timedelta(hours=3)
MARK = "J"
"""How the references of a day's orders begin; the day follows."""


Windows = tuple[tuple[float, float], tuple[float, float]]
"""Of pickup and delivery, in hours from the moment at which the day is made."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the day: where to, who carries it and how far it got."""

    to: Town
    consignee: str = ""
    carrier: int = 0
    until: str
    windows: Windows


UNDER_WAY: Windows = (-2, 1), (0, 5)
TO_LOAD: Windows = (0, 3), (1, 8)
TO_PLAN: Windows = (1, 5), (2, 9)
TO_GIVE: Windows = (4, 8), (6, 14)
LOADS = (
    Load(to=DELIVERIES[0], consignee="Distri Rhône", until="accept", windows=UNDER_WAY),
    Load(to=DELIVERIES[1], until="accept", windows=UNDER_WAY),
    Load(to=DELIVERIES[5], until="accept", windows=TO_LOAD),
    Load(to=DELIVERIES[6], until="accept", windows=TO_LOAD),
    Load(to=DELIVERIES[2], until="accept", windows=TO_PLAN),
    Load(to=DELIVERIES[3], until="accept", windows=TO_PLAN),
    Load(to=DELIVERIES[4], until="tender", windows=TO_GIVE),
    Load(to=DELIVERIES[9], until="confirm", windows=TO_GIVE),
    Load(
        to=DELIVERIES[7],
        consignee="Marché Gare de Marseille",
        carrier=2,
        until="in_transit",
        windows=((-6, -3), (1, 4)),
    ),
    Load(
        to=DELIVERIES[0],
        consignee="Distri Rhône",
        carrier=1,
        until="plan",
        windows=((-1, 2), (1, 4)),
    ),
)
DRIVEN, TO_BE_LOADED = (0, 1), (2, 3)
"""Which of them the first driver has on board, and which the second is to load."""


class Today:
    """The day of the dairy, of its carriers and of those who receive; made once, and gone on with."""

    def __init__(
        self, stage: Stage, shipper: Caller, carriers: Sequence[Caller], others: Mapping[str, Caller]
    ) -> None:
        self.stage = stage
        self.shipper = shipper
        self.carriers = carriers
        self.others = others
        self.moment = now().replace(minute=now().minute // 30 * 30, second=0, microsecond=0)
        began = (self.moment - timedelta(hours=SHIFT_HOURS[0])).astimezone(PARIS)
        self.day = paris_day(self.moment)
        self.day_of_shift = began.date()
        minute = began.hour * 60
        self.shift = minute, (minute + 60 * sum(SHIFT_HOURS)) % 1440

    def build(self) -> None:
        self._end_of_earlier_days()
        open_dock(self.shipper, "Quai 1", PICKUPS[0])
        open_dock(self.others["Distri Rhône"], "Quai frais", DELIVERIES[0])
        known = {row["reference"]: row for row in self._orders(self._mark(self.day))}
        orders = [self._order(number, load, known) for number, load in enumerate(LOADS)]
        if self._driven(orders[DRIVEN[0]]):
            return  # the day is made: to go over it again would undo what visitors did with it
        drivers = equip(self.stage, self.carriers[0], CARRIERS[0], PICKUPS[0], self.shift)
        under_way = self._tour(drivers[0], [orders[n] for n in DRIVEN])
        to_come = self._tour(drivers[1], [orders[n] for n in TO_BE_LOADED])
        self._book(orders[DRIVEN[0]], "delivery", under_way)
        self._book(orders[TO_BE_LOADED[0]], "pickup", to_come)
        for number in DRIVEN:
            self._load(drivers[0], orders[number])
        points = track(under_way["stops"], now())
        drivers[0].post("/api/tracking/positions", {"points": points})
        wait_for(lambda: self._driven(orders[DRIVEN[0]]), "the lorry to be seen on the road")

    def _order(self, number: int, load: Load, known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        consignee: dict[str, Any] = {
            "consignee_name": load.consignee or load.to.site,
            "consignee_email": "reception@exemple.example",
        }
        if load.consignee:
            consignee["consignee_id"] = self.others[load.consignee].organization
        body = order_body(2 * number + 1, PICKUPS[0], load.to, self.day, consignee)
        body["reference"] = f"{self._mark(self.day)}{number + 1:02d}"
        body["requirements"] = ["temperature"]
        body["goods"][0] |= {"temperature_min_c": 2, "temperature_max_c": 6}
        set_windows(body, self.moment, *load.windows)
        made = known.get(body["reference"]) or self.shipper.post("/api/orders", body)
        walk(made, load.until, self.shipper, self.carriers[load.carrier], number, ANSWER_WITHIN)
        return made

    def _book(self, order: Mapping[str, Any], kind: str, tour: Mapping[str, Any]) -> None:
        """The first free slot at the dock from the hour at which the tour comes there."""
        carrier, path = self.carriers[0], f"/api/planning/orders/{order['order_id']}"
        stop = next(
            one for one in tour["stops"] if (one["order_id"], one["kind"]) == (order["order_id"], kind)
        )
        if carrier.get("/api/planning/slots", order_id=order["order_id"])["items"]:
            return
        since = max(now(), datetime.fromisoformat(stop["arrives_at"]))
        free = [
            slot
            for day in (since, since + timedelta(days=1))
            for slot in carrier.get(f"{path}/free-slots", kind=kind, day=paris_day(day).isoformat())["items"]
            if datetime.fromisoformat(slot["starts_at"]) >= since
        ]
        shown = {name: free[0][name] for name in ("dock_id", "starts_at", "ends_at")}
        plate = {"vehicle_plate": tour["vehicle_plate"]}
        carrier.post(f"{path}/slots", {"kind": kind, **shown, **plate})

    def _tour(self, driver: Caller, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """One tour of a driver with the usual vehicle, published."""
        carrier = self.carriers[0]
        drivers = carrier.get("/api/planning/drivers")["items"]
        vehicles = carrier.get("/api/planning/vehicles")["items"]
        driver_id = next(one["driver_id"] for one in drivers if one["user_id"] == driver.user)
        vehicle = next(one for one in vehicles if one["usual_driver_id"] == driver_id)
        crew = {"vehicle_id": vehicle["vehicle_id"], "driver_id": driver_id}
        where: dict[str, Any] = {**crew, "day": self.day_of_shift.isoformat()}
        tour: dict[str, Any] = {}
        for order in orders:
            job = self._awaited_job(order)
            if job["tour_id"]:
                tour = carrier.get(f"/api/planning/tours/{job['tour_id']}")
                continue
            path = f"/api/planning/jobs/{job['job_id']}/assign"
            tour = carrier.post(path, {**where, "derogation": DEROGATION})
            where = {"tour_id": tour["tour_id"], "tour_version": tour["version"]}
        if tour["state"] != "draft":
            return tour
        path = f"/api/planning/tours/{tour['tour_id']}/publish"
        published: dict[str, Any] = carrier.post(path, {"version": tour["version"]})
        return published

    def _load(self, driver: Caller, order: Mapping[str, Any]) -> None:
        """Signed for at the dock, on the driver's phone."""

        def note() -> dict[str, Any] | None:
            found = driver.get("/api/ecpmr/day", order_ids=order["order_id"])["items"]
            return dict(found[0]) if found else None

        found = wait_for(note, "the consignment note")
        if found["state"] == "new":
            path = f"/api/ecpmr/documents/{found['document_id']}/takeover"
            driver.post(path, taken_over(found, DRIVERS[0]))
        path = f"/api/orders/{order['order_id']}"
        wait_for(lambda: self.shipper.get(path)["state"] == "in_transit", "the order to be in transit")

    def _driven(self, order: Mapping[str, Any]) -> bool:
        """Whether the lorry was seen to have loaded: the last thing of the making of a day."""
        try:
            stops = self.shipper.get(f"/api/tracking/orders/{order['order_id']}")["stops"]
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        return any(stop["kind"] == "pickup" and stop["reached_at"] for stop in stops)

    def _end_of_earlier_days(self) -> None:
        """What was on the road on an earlier day has arrived by now, what nobody took is called off."""
        for order in self._orders(MARK):
            if not order["reference"].startswith(MARK) or order["reference"].startswith(self._mark(self.day)):
                continue
            carrier = next((one for one in self.carriers if one.organization == order["carrier_id"]), None)
            if order["state"] in ("draft", "confirmed", "tendered"):
                said = {"reason": "Reportée : la journée est passée"}
                as_read(self.shipper, f"/api/orders/{order['order_id']}", "cancel", said)
            elif carrier and STATES.index(order["state"]) < STEPS.index("delivered"):
                walk(order, "delivered", self.shipper, carrier, 0)

    def _orders(self, mark: str) -> list[dict[str, Any]]:
        unfinished = {"q": mark, "limit": 200}
        return list(self.shipper.get("/api/orders", **unfinished)["items"])

    def _awaited_job(self, order: Mapping[str, Any]) -> dict[str, Any]:
        job: dict[str, Any] = wait_for(lambda: self._job(order), "the job of an accepted order")
        return job

    def _job(self, order: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            return dict(self.carriers[0].get(f"/api/planning/orders/{order['order_id']}/job"))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    @staticmethod
    def _mark(day: date) -> str:
        return f"{MARK}{day:%y%m%d}-"
