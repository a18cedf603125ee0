"""What `rt demo` plays next: an order by telephone, a change, a breakdown, legs, groupage, a ferry."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

from rt.ops import world
from rt.ops.actors import Caller, Refused, Stage, check, wait_for
from rt.ops.world import CARRIERS, DELIVERIES, PICKUPS, Town

PRICE_CENTS, LEG_CENTS, SHARED_CENTS, SOLD_CENTS = 41_500, 17_900, 70_000, 52_000
AJACCIO = Town("Entrepôt du Vazzio", "Route du Vazzio", "20090", "Ajaccio", 41.9302, 8.7791)
HUB = Town("Plateforme de Valence-Sud", "12 rue de la Plateforme", "26000", "Valence", 44.9012, 4.8860)
REST_AREA = Town("Aire de L'Isle-d'Abeau", "A43", "38080", "L'Isle-d'Abeau", 45.6180, 5.2280)
CALLER = {"name": "Ferme des Crêts", "kind": "shipper", "email": "commande@ferme-crets.example"}
CALLED = ("kind", "site", "from_at", "until_at")
Step = AbstractContextManager[None]
View = dict[str, Any]
DRIVERS = ("Bruno Faure", "Estelle Roy", "Nabil Amrani")


class SecondAct:
    """Each method is a scene; what is done already is not done again, for a run may have been cut short."""

    def __init__(
        self, stage: Stage, shipper: Caller, carrier: Caller, day: date, step: Callable[..., Step]
    ) -> None:
        self.stage, self.shipper, self.carrier = stage, shipper, carrier
        self.day, self.step = day, step

    def play(self) -> None:
        self.telephone()
        self.change()
        self.breakdown()
        self.legs()
        self.groupage()
        self.ferry()

    def telephone(self) -> None:
        with self.step(
            "core_orders", self.carrier.name, "saisit une commande prise au téléphone et la transporte"
        ):
            self.caller = self.carrier.post("/auth/partners", CALLER)
            order = self._own(1, DELIVERIES[4], self.day)
            check(order["client_name"] == CALLER["name"], "the caller is the client")
            check(order["carrier_id"] == self.carrier.organization, "the carrier carries it itself")
            check((order["sell_cents"], order["agreed_cents"]) == (SOLD_CENTS, None), "sold, not bought")

    def change(self) -> None:
        self.crews = [self._crew(number, name) for number, name in enumerate(DRIVERS)]
        orders = [self._given(2, DELIVERIES[2]), self._given(3, DELIVERIES[5])]
        with self.step("planning", self.carrier.name, "publie une tournée de deux commandes"):
            jobs = [self._job(one["order_id"]) for one in orders]
            tour = self._tour(jobs[0], self.crews[0])
            if jobs[1]["tour_id"] is None:
                path = f"/api/planning/jobs/{jobs[1]['job_id']}/assign"
                on_it = {"tour_id": tour["tour_id"], "tour_version": tour["version"], "pickup_position": 1}
                tour = self.carrier.post(path, on_it)
            self.tour = self._published(tour["tour_id"])
            self.order = orders[0]["order_id"]
            wait_for(lambda: self._order(self.order)["state"] == "planned", "the order to be planned")
        with self.step("core_orders", self.shipper.name, "demande un changement après la planification"):
            wait_for(self._asked, "the order to be still as it was read")
        with self.step("core_orders", self.carrier.name, "compare les versions et accepte ; la tournée suit"):
            change = self.carrier.get(f"/api/orders/{self.order}")["changes"][-1]
            if change["state"] == "open":
                path = f"/api/orders/{self.order}/changes/{change['change_id']}/accept"
                change = self.carrier.post(path)["changes"][-1]
            check(change["state"] == "agreed", "both agree")
            wait_for(lambda: self._window_follows(), "the tour to follow")

    def breakdown(self) -> None:
        with self.step("planning", self.carrier.name, "panne : un autre camion reprend la tournée"):
            tour = self.carrier.get(f"/api/planning/tours/{self.tour}")
            vehicle, driver = self.crews[1]
            if not any(stop["transfer"] for stop in tour["stops"]):
                self.carrier.post(
                    f"/api/planning/tours/{self.tour}/split",
                    {
                        "version": tour["version"],
                        "position": 1,
                        "vehicle_id": vehicle["vehicle_id"],
                        "driver_id": driver["driver_id"],
                        "site": REST_AREA.as_site(),
                        "at": tour["stops"][1]["arrives_at"],
                        "late": True,
                    },
                )
            left = self.carrier.get(f"/api/planning/tours/{self.tour}")["stops"]
            check(left[-1]["transfer"], "what is on board changes trucks")
            wait_for(
                lambda: self._order(self.order)["plan"]["vehicle_plate"] == vehicle["plate"],
                "the shipper to see the other truck",
            )

    def legs(self) -> None:
        with self.step("core_orders", self.carrier.name, "sous-traite une commande en deux trajets"):
            self.other = world.open_firm(self.stage, CARRIERS[1])
            world.befriend(self.carrier, self.other)
            order = self._given(4, DELIVERIES[7])
            first = [order["stops"][0], self._stop("delivery", HUB, 14, 16)]
            second = [self._stop("pickup", HUB, 15, 17), order["stops"][-1]]
            self._legs([order], [first, second])
            file = self._file(order["order_id"])
            self._give(file["legs"][0], self.other, LEG_CENTS)
            self._carry(file["legs"][1])
            file = self._costed(order["order_id"], 2)
            check(file["sold_cents"] == PRICE_CENTS, "what it is sold for stands in the file")
            chain = wait_for(
                lambda: (found := self._order(order["order_id"])["chain"]) and len(found) == 2 and found,
                "the shipper to read who carries",
            )
            check(CARRIERS[1].name in {link["carrier_name"] for link in chain}, "by name, without a price")
            check("parents" not in self._known_to(self.other, file["legs"][0]), "not what it is a leg of")
        one, two = (leg["order_id"] for leg in file["legs"])
        with self.step("ecpmr", CARRIERS[1].name, "prend en charge sous la lettre de la commande"):
            self._plan(self.other, one, "NR-310-RT", "Ludovic Petit")
            self._plan(self.carrier, two, "AC-221-RT", "Bruno Faure")
            note = wait_for(lambda: self._note(order["order_id"], 2), "the note with its two carriers")
            if note["state"] == "new":
                self._sign(self.other, note, "takeover", world.taken_over(note, "Ludovic Petit"))
            wait_for(
                lambda: self._order(order["order_id"])["state"] == "in_transit", "the order to be in transit"
            )
        with self.step("ecpmr", self.carrier.name, "la reçoit à la plateforme (CMR, art. 35), puis la livre"):
            note = self._note(order["order_id"], 2)
            if not any(leg["taken_over_at"] for leg in note["legs"] if leg["leg_id"] == two):
                body = world.signing(note, "successor", "Bruno Faure")
                body["countersignature"] = world.signature("carrier", "Ludovic Petit")
                self._sign(self.carrier, note, "handover", {**body, "leg_id": two})
            note = self._note(order["order_id"], 2)
            if note["state"] != "delivered":
                body = world.signing(note, "consignee", "Quai Marché Gare")
                body["countersignature"] = world.signature("carrier", "Bruno Faure")
                self._sign(self.carrier, note, "delivery", body)
            wait_for(lambda: self._order(order["order_id"])["state"] == "delivered", "it to be delivered")
            wait_for(lambda: self._delivered(order["order_id"]), "both legs to be delivered with it")
            view = self.stage.nobody().get(f"/api/ecpmr/verify/{note['verification_id']}")
            check(view["intact"], "one note, three signatures of carriers, one chain")

    def groupage(self) -> None:
        with self.step("core_orders", self.carrier.name, "regroupe trois commandes sur un camion affrété"):
            orders = [self._given(5 + n, DELIVERIES[place]) for n, place in enumerate((8, 0, 1))]
            calls = [orders[0]["stops"][0], *(order["stops"][-1] for order in orders)]
            self._legs(orders, [calls])
            leg = self._file(orders[0]["order_id"])["legs"][0]
            self._give(leg, self.other, SHARED_CENTS)
            files = [self._costed(order["order_id"], 1) for order in orders]
            check(
                sum(file["cost_cents"] for file in files) == SHARED_CENTS,
                "the parts make the price",
            )

    def ferry(self) -> None:
        with self.step("planning", self.carrier.name, "envoie un camion en Corse : le bateau est nommé"):
            order = self._own(9, AJACCIO, self.day, last=self.day + timedelta(days=3))
            tour = self._tour(self._job(order["order_id"]), self.crews[2])
            self._published(tour["tour_id"])
            ships = [ship["name"] for stop in tour["stops"] for ship in stop["ferries"]]
            check(any("Ajaccio" in name for name in ships), f"the ship is named: {ships}")

    def _body(self, number: int, delivery: Town, more: View) -> View:
        body = world.order_body(number, PICKUPS[0], delivery, self.day, {})
        named = {"consignee_name": delivery.site, "consignee_email": f"reception{number}@exemple.example"}
        return body | named | {"reference": f"{self.stage.run}B{number}"} | more

    def _given(self, number: int, delivery: Town) -> View:
        """An order that the shipper has given to the carrier, at the price of the demonstration."""
        order = self.shipper.post("/api/orders", self._body(number, delivery, {}))
        path = f"/api/orders/{order['order_id']}"
        order = self.shipper.get(path)
        if order["state"] == "draft":
            order = self.shipper.post(f"{path}/confirm")
        if order["state"] == "confirmed":
            given = {"carrier_id": self.carrier.organization, "agreed_cents": PRICE_CENTS}
            order = self.shipper.post(f"{path}/assign", {**given, "version": order["version"]})
        return dict(self.carrier.get(path))

    def _own(self, number: int, delivery: Town, day: date, last: date | None = None) -> View:
        """An order that the carrier runs for the caller and carries itself."""
        body = self._body(number, delivery, {"client_id": self.caller["id"], "sell_cents": SOLD_CENTS})
        if last is not None:
            body["stops"][-1]["until_at"] = world.at(last, 18)
        order = self.carrier.post("/api/orders", body)
        path = f"/api/orders/{order['order_id']}"
        order = self.carrier.get(path)
        if order["state"] == "draft":
            order = self.carrier.post(f"{path}/confirm")
        if order["state"] == "confirmed":
            order = self.carrier.post(f"{path}/carry", {"version": order["version"]})
        return dict(order)

    def _order(self, order_id: str) -> View:
        return dict(self.shipper.get(f"/api/orders/{order_id}"))

    def _crew(self, number: int, name: str) -> tuple[View, View]:
        """A vehicle and a driver of this run alone: those of other runs may be on the road."""
        hours = world.every_day(*world.USUAL_SHIFT)
        driver = self.carrier.post("/api/planning/drivers", {"name": name, "hours": hours})
        body = {
            "plate": f"{self.stage.run[-3:]}-{800 + number}-RT",
            "kind": "tractor_trailer",
            "capacity_kg": 24_000,
            "capacity_pallets": 33,
            "capacity_loading_metres": 13.6,
            "gross_weight_t": 40,
            "depot": PICKUPS[0].as_site(),
            "usual_driver_id": driver["driver_id"],
        }
        return self.carrier.post("/api/planning/vehicles", body), driver

    def _job(self, order_id: str) -> View:
        """The carrier's job for an order, once it is in the basket."""

        def look() -> View | None:
            try:
                return dict(self.carrier.get(f"/api/planning/orders/{order_id}/job"))
            except Refused as refused:
                if refused.status != 404:
                    raise
                return None

        return dict(wait_for(look, "the job in the basket"))

    def _tour(self, job: Mapping[str, Any], crew: tuple[Mapping[str, Any], Mapping[str, Any]]) -> View:
        """A tour with this job."""
        if job["tour_id"] is not None:
            return dict(self.carrier.get(f"/api/planning/tours/{job['tour_id']}"))
        named = {"vehicle_id": crew[0]["vehicle_id"], "driver_id": crew[1]["driver_id"]}
        path = f"/api/planning/jobs/{job['job_id']}/assign"
        return dict(self.carrier.post(path, {**named, "day": self.day.isoformat()}))

    def _published(self, tour_id: str) -> str:
        tour = self.carrier.get(f"/api/planning/tours/{tour_id}")
        if tour["state"] == "draft":
            self.carrier.post(f"/api/planning/tours/{tour_id}/publish", {"version": tour["version"]})
        return tour_id

    def _asked(self) -> bool:
        """Ask for the change; what was read may be older than what the platform has written meanwhile."""
        order = self._order(self.order)
        if order["changes"]:
            return True
        stops = order["stops"]
        stops[-1]["until_at"] = world.at(self.day, 17, 30)
        asked = {"reason": "Le magasin ferme à 17 h 30", "stops": stops, "version": order["version"]}
        return self._holds(lambda: self.shipper.post(f"/api/orders/{self.order}/changes", asked))

    @staticmethod
    def _holds(act: Callable[[], object]) -> bool:
        """Whether it was done; not where the thing has moved on since it was read."""
        try:
            act()
        except Refused as refused:
            if refused.status not in (409, 412):
                raise
            return False
        return True

    def _window_follows(self) -> bool:
        order = self.carrier.get(f"/api/orders/{self.order}")
        job = self._job(self.order)
        tour = self.carrier.get(f"/api/planning/tours/{job['tour_id']}")
        (stop,) = [s for s in tour["stops"] if s["order_id"] == self.order and s["kind"] == "delivery"]
        until = datetime.fromisoformat(order["delivery_until"])
        return stop["transfer"] or datetime.fromisoformat(stop["window_until"]) == until

    def _stop(self, kind: str, town: Town, since: int, until: int) -> View:
        window = {"from_at": world.at(self.day, since), "until_at": world.at(self.day, until)}
        return {"kind": kind, "site": town.as_site("Chef de quai", "+33475000003"), **window}

    def _legs(self, orders: list[View], ways: list[list[View]]) -> None:
        """Give them on along these ways: one pickup, then the delivery of each order."""
        held = [dict(self.carrier.get(f"/api/orders/{order['order_id']}")) for order in orders]
        if any(order["state"] != "assigned" or order["chain"] for order in held):
            return
        if self._file(held[0]["order_id"])["legs"]:
            return
        read = [{"order_id": order["order_id"], "version": order["version"]} for order in held]
        legs = [
            {
                "stops": [
                    {name: stop[name] for name in ("kind", "site", "from_at", "until_at")} for stop in way
                ],
                "loads": [
                    {"order_id": order["order_id"], "pickup_stop": 0, "delivery_stop": n + 1}
                    for n, order in enumerate(held)
                ],
            }
            for way in ways
        ]
        self.carrier.post("/api/orders/legs", {"orders": read, "legs": legs})

    def _file(self, order_id: str) -> View:
        return dict(self.carrier.get(f"/api/orders/{order_id}/file"))

    def _delivered(self, order_id: str) -> bool:
        return all(leg["state"] == "delivered" for leg in self._file(order_id)["legs"])

    def _give(self, leg: Mapping[str, Any], to: Caller, cents: int) -> None:
        if leg["state"] == "confirmed":
            given = {"carrier_id": to.organization, "agreed_cents": cents, "version": leg["version"]}
            self.carrier.post(f"/api/orders/{leg['order_id']}/assign", given)

    def _carry(self, leg: Mapping[str, Any]) -> None:
        if leg["state"] == "confirmed":
            self.carrier.post(f"/api/orders/{leg['order_id']}/carry", {"version": leg["version"]})

    def _costed(self, order_id: str, legs: int) -> View:
        """The file, once so many legs have their carrier."""

        def look() -> View | None:
            file = self._file(order_id)
            return file if sum(leg["carrier_id"] is not None for leg in file["legs"]) == legs else None

        return dict(wait_for(look, "each leg to have its carrier"))

    def _known_to(self, who: Caller, leg: Mapping[str, Any]) -> set[str]:
        view = who.get(f"/api/orders/{leg['order_id']}")
        return {name for name, value in view.items() if value}

    def _plan(self, who: Caller, order_id: str, plate: str, driver: str) -> None:
        path = f"/api/orders/{order_id}"
        if who.get(path)["state"] == "assigned":
            who.post(f"{path}/plan", {"vehicle_plate": plate, "driver_name": driver})

    def _note(self, order_id: str, legs: int) -> View:
        """The order's note, once it knows so many legs; {} before."""
        notes = self.carrier.get("/api/ecpmr/day", order_ids=order_id)["items"]
        return dict(notes[0]) if notes and len(notes[0]["legs"]) == legs else {}

    def _sign(self, who: Caller, note: View, step: str, body: View) -> None:
        who.post(f"/api/ecpmr/documents/{note['document_id']}/{step}", body)
