"""A job: the carrier's own copy of an order it accepted, waiting for a truck."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec

from rt.contracts.planning import JobView
from rt.contracts.planning.docks import GoodsType
from rt.contracts.planning.jobs import JobState
from rt.contracts.planning.tours import StopKind
from rt.kernel.core.errors import ChangedMeanwhile, Conflict
from rt.kernel.model.entity import Entity
from rt.services.planning.domain.conflicts import (
    OutOfReach,
    PlaceUnknown,
    PlanningConflict,
    SeaCrossing,
    clock,
    dated,
)
from rt.services.planning.domain.distances import located, reached, town_of
from rt.services.planning.domain.hours import Span
from rt.services.planning.domain.stop import Stop
from rt.trade.days import TRIP_AHEAD_DAYS, TRIP_PAST_DAYS
from rt.trade.places import Site
from rt.trade.zones import day_at, instant_at

GATE_MINUTES, PALLET_MINUTES, LONGEST_STOP_MINUTES = 20, 1.2, 180
"""At a stop: papers and doors, then each pallet; never more than the longest free time of the trade."""
KINDS: tuple[StopKind, ...] = ("pickup", "delivery")
APPOINTMENT_GRACE = timedelta(minutes=30)
"""How late an appointment may be kept (contrat type général)."""


HORIZON = timedelta(days=10)
"""A tour that needs longer is no tour: nothing beyond is worked out."""
BEHIND, AHEAD = timedelta(days=TRIP_PAST_DAYS), timedelta(days=TRIP_AHEAD_DAYS)
"""How far from today a tour's day may lie."""


class JobNotFree(Conflict):
    fr = "La commande {reference} est déjà {state}. Retirez-la d'abord de sa tournée."
    en = "Order {reference} is already {state}. Take it off its tour first."


class JobElsewhere(Conflict):
    fr = "La commande {reference} est exécutée hors du planning : elle n'attend plus de tournée."
    en = "Order {reference} is carried without planning: it waits for no tour."


class Job(Entity):
    """What is to be carried; it has no price."""

    order_id: str
    reference: str
    shipper_id: str
    shipper_name: str
    consignee_id: str | None
    consignee_name: str
    logistician_id: str | None
    carrier_name: str
    pickup: Site
    delivery: Site
    pickup_from: datetime
    pickup_until: datetime
    delivery_from: datetime
    delivery_until: datetime
    weight_kg: float
    pallets: int
    loading_metres: float
    requirements: list[str]
    goods_text: str
    goods_type: GoodsType
    slots: dict[StopKind, Span] = msgspec.field(default_factory=dict)
    state: JobState = "unplanned"
    tour_id: str | None = None
    client_name: str = ""

    def search_texts(self) -> Iterable[str]:
        cities = self.pickup.address.city, self.delivery.address.city
        return self.reference, self.client_name, self.shipper_name, self.consignee_name, *cities

    @property
    def load(self) -> tuple[float, float, float]:
        return self.weight_kg, self.pallets, self.loading_metres

    @property
    def service_minutes(self) -> int:
        return min(LONGEST_STOP_MINUTES, round(GATE_MINUTES + PALLET_MINUTES * self.pallets))

    def need_as_read(self, read: "Job") -> None:
        """It is still what a tour was laid out by: its order may have been changed since."""
        if self.version != read.version:
            raise ChangedMeanwhile

    def plan(self, tour_id: str) -> None:
        if self.state == "elsewhere":
            raise JobElsewhere(reference=self.reference)
        if self.state != "unplanned" and self.tour_id != tour_id:
            raise JobNotFree(reference=self.reference, state=self.state)
        self.state, self.tour_id = "planned", tour_id

    def free(self) -> None:
        """Back into the basket; what was cancelled stays so."""
        self.tour_id = None
        if self.state == "planned":
            self.state = "unplanned"

    def take(self, fresh: "Job") -> None:
        """The order reads otherwise: everything but what is planned and booked is new."""
        kept = {"id", "org_id", "version", "created_at", "changed_at", "seen_by", "state", "tour_id", "slots"}
        for field in set(self.__struct_fields__) - kept:
            setattr(self, field, getattr(fresh, field))

    def renew(self, fresh: "Job") -> None:
        """The order was accepted again, perhaps changed."""
        self.take(fresh)
        if self.state in ("cancelled", "elsewhere"):
            self.state = "unplanned"

    def leave(self) -> None:
        """The order is planned or carried without a tour: out of the basket, unless a tour has the job."""
        if self.state == "unplanned":
            self.state = "elsewhere"

    def cancel(self) -> None:
        self.state, self.tour_id = "cancelled", None

    def stops(self) -> tuple[Stop, Stop]:
        """The pickup and the delivery, not yet timed; a booked slot is the window."""
        return (
            self._stop("pickup", self.pickup, self.window("pickup")),
            self._stop("delivery", self.delivery, self.window("delivery")),
        )

    def window(self, kind: StopKind) -> Span:
        """When the stop may begin: a booked slot, or else what the order says."""
        return self.slots.get(kind, self.asked(kind))

    def asked(self, kind: StopKind) -> Span:
        """When the order wants the stop to begin."""
        if kind == "pickup":
            return self.pickup_from, self.pickup_until
        return self.delivery_from, self.delivery_until

    def obstacles(self, day: date) -> list[PlanningConflict]:
        """What no crew could mend on a tour of that day."""
        found: list[PlanningConflict] = [
            PlaceUnknown(site=site.name) for site in (self.pickup, self.delivery) if not located(site)
        ]
        if not reached(self.pickup, self.delivery):
            found.append(SeaCrossing(start=town_of(self.pickup), end=town_of(self.delivery)))
        (since, closes), (reaches, until) = self.window("pickup"), self.window("delivery")
        midnight = instant_at(day, 0)
        if closes < midnight - BEHIND or max(since, reaches) > midnight + HORIZON:
            found.append(
                OutOfReach(
                    reference=self.reference, since=dated(since), until=dated(until), day=f"{day:%d/%m/%Y}"
                )
            )
        return found

    def obstacles_ever(self, today: datetime) -> list[PlanningConflict]:
        """What stands against it on every day that could be planned: on the one that suits it best."""
        return self.obstacles(day_at(min(max(self.window("pickup")[0], today - BEHIND), today + AHEAD)))

    def names(self, organization: str) -> bool:
        """Whether that organization has a part in the order, besides carrying it."""
        return organization in (self.shipper_id, self.consignee_id, self.logistician_id)

    def facts(self) -> dict[str, str]:
        """What a plan is worked out from, in words."""
        windows = {kind: " - ".join(map(clock, self.window(kind))) for kind in KINDS}
        return {
            "weight": f"{self.weight_kg:g} kg",
            "pallets": str(self.pallets),
            "loading_metres": f"{self.loading_metres:g} m",
            "requirements": ", ".join(sorted(self.requirements)),
            "pickup": _place(self.pickup),
            "delivery": _place(self.delivery),
            "pickup_window": windows["pickup"],
            "delivery_window": windows["delivery"],
        }

    def book(self, kind: StopKind, starts_at: datetime) -> None:
        """A dock expects the truck at that time, within the grace of an appointment."""
        self.slots = {**self.slots, kind: (starts_at, starts_at + APPOINTMENT_GRACE)}

    def unbook(self, kind: StopKind) -> None:
        self.slots = {name: span for name, span in self.slots.items() if name != kind}

    def view(self, today: datetime) -> JobView:
        """The job, with what keeps it from every day that could be planned from today on."""
        return JobView(
            job_id=self.id,
            order_id=self.order_id,
            reference=self.reference,
            shipper_id=self.shipper_id,
            shipper_name=self.shipper_name,
            client_name=self.client_name or self.shipper_name,
            consignee_name=self.consignee_name,
            pickup=self.pickup,
            delivery=self.delivery,
            pickup_from=self.pickup_from,
            pickup_until=self.pickup_until,
            delivery_from=self.delivery_from,
            delivery_until=self.delivery_until,
            weight_kg=self.weight_kg,
            pallets=self.pallets,
            loading_metres=self.loading_metres,
            requirements=self.requirements,
            goods_text=self.goods_text,
            state=self.state,
            tour_id=self.tour_id,
            obstacles=[one.conflict_view() for one in self.obstacles_ever(today)],
        )

    def _stop(self, kind: StopKind, site: Site, window: Span) -> Stop:
        opens, closes = window
        return Stop(
            job_id=self.id,
            order_id=self.order_id,
            shipper_id=self.shipper_id,
            reference=self.reference,
            kind=kind,
            site=site,
            opens=opens,
            closes=closes,
            service_minutes=self.service_minutes,
            weight_kg=self.weight_kg,
            pallets=self.pallets,
            loading_metres=self.loading_metres,
            requirements=self.requirements,
            goods_text=self.goods_text,
            arrives_at=opens,
            starts_at=opens,
            leaves_at=opens,
        )


def _place(site: Site) -> str:
    at = f" ({site.latitude:.4f}, {site.longitude:.4f})" if site.latitude and site.longitude else ""
    return f"{site.name}, {site.address.postal_code} {site.address.city}{at}"
