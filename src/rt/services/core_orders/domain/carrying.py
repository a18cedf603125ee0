"""How an order is carried: planned, loaded, on the road, delivered; by hand or by the facts others tell."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import structs

from rt.contracts.core_orders import (
    OrderDelivered,
    OrderInTransit,
    OrderLoading,
    OrderPlanned,
    PlanView,
)
from rt.contracts.planning import TourPublished
from rt.contracts.tracking_ia import StopKind, StopTime
from rt.kernel.core.clock import ZONE
from rt.kernel.core.errors import Invalid
from rt.services.core_orders.domain.states import EXECUTION, Author, refuse_illegal
from rt.services.core_orders.domain.tendering import Tendered
from rt.trade.emissions import Emissions

Step = Literal["loading", "in_transit", "delivered"]
DRIVERS_KEPT = 20
"""Accounts that an order remembers as its drivers', the latest ones."""


DELIVERED = ("delivered", "pod_ok")
"""Before the figure stands on an invoice."""
TOLD_FROM = timedelta(minutes=15)
"""By how much a planned time has to move for others to be told."""


class PlanReversed(Invalid):
    fr = "La livraison prévue précède l'enlèvement prévu."
    en = "The planned delivery precedes the planned pickup."


class Carried(Tendered, kw_only=True):
    """An order on its way."""

    def plan_by_hand(self, by: Author, plan: PlanView) -> None:
        """The carrier names vehicle and driver without a tour."""
        begins, ends = plan.planned_pickup_at, plan.planned_delivery_at
        if begins and ends and ends < begins:
            raise PlanReversed(field="planned_delivery_at")
        self.move("PlanOrder", by, "planned", plan.vehicle_plate)
        self._planned(plan)

    def planned_on_tour(
        self, by: Author, plan: PlanView, driver: str = "", emissions: Emissions | None = None
    ) -> None:
        """The carrier's tour says who comes and when; only the order's own carrier is believed.

        `driver` is the account of who drives, if there is one. Another order that joins the tour changes what
        this one emits, and nothing that anybody is told of; until it is invoiced even of what is delivered.
        """
        if by.org_id != self.carrier_id:
            return
        if self.state in DELIVERED and self.plan is not None and self.plan.tour_id == plan.tour_id:
            self.emissions = emissions
        if self.state not in EXECUTION[:-1]:
            return
        self.emissions = emissions
        if self.plan is not None and plan.planned_pickup_at is None:  # it was picked up by another truck
            plan = structs.replace(plan, planned_pickup_at=self.plan.planned_pickup_at)
        if driver and driver not in self.drivers:
            self.drivers = [*self.drivers, driver][-DRIVERS_KEPT:]
        if self.plan is not None and as_told(self.plan, plan):
            return
        if self.state == "assigned":
            self.state = "planned"
        self.write(by, "planned", plan.vehicle_plate)
        self._planned(plan, driver)

    def changed_trucks(self, by: Author, tour_id: str, emissions: Emissions | None) -> None:
        """Its goods left that tour for another: what it emitted for them until there stays theirs."""
        if by.org_id == self.carrier_id:
            self.handed = self.handed | {tour_id: emissions}

    def unplanned(self, by: Author, tour_id: str) -> None:
        """The tour was withdrawn: the order waits for another, unless the truck came already."""
        if by.org_id != self.carrier_id or self.plan is None or self.plan.tour_id != tour_id:
            return
        if self.state == "planned":
            self.state = "assigned"
            self.plan = None
            self.index()
            self.write(by, "unplanned")

    def report(self, by: Author, reached: Step, with_reserves: bool) -> None:
        """A step said by hand; one that is passed already is refused."""
        self.allow("ReportProgress", by)
        if EXECUTION.index(reached) <= EXECUTION.index(self.state):
            raise refuse_illegal(self.state, f"ReportProgress({reached})")
        self.reserves_reported = self.reserves_reported or with_reserves
        self._reach(by, reached, None)

    def fact(self, by: Author, reached: Step, at: datetime) -> None:
        """A step that happened, as another unit tells it.

        Facts come late and out of order: the order jumps forward to what happened, never back; a fact about
        an order that no carrier has is written in its history and changes nothing else.
        """
        if self.state not in EXECUTION:
            if self.state in ("draft", "confirmed", "tendered", "cancelled"):
                self.write(by, f"{reached}_ignored", at=at)
            return
        if EXECUTION.index(reached) > EXECUTION.index(self.state):
            self._reach(by, reached, at)
        else:
            self.write(by, f"{reached}_late", self._reserved(), at=at)

    def corrected(
        self, by: Author, kind: StopKind, what: StopTime, before: datetime | None, after: datetime | None
    ) -> None:
        """A time at a stop was another than was told: written down; what the order went through stays."""
        if by.org_id == self.carrier_id:
            self.write(by, f"{kind}_{what}_corrected", f"{_clock(before)} → {_clock(after)}")

    def _planned(self, plan: PlanView, driver: str = "") -> None:
        self.plan = plan
        self.index()
        self.emit(
            OrderPlanned(
                order=self.summary_view(),
                vehicle_plate=plan.vehicle_plate,
                driver_id=plan.driver_id,
                driver_name=plan.driver_name,
                planned_pickup_at=plan.planned_pickup_at,
                planned_delivery_at=plan.planned_delivery_at,
                tour_id=plan.tour_id,
                driver_user_id=driver,
            )
        )

    def _reserved(self) -> str:
        return "réserves" if self.with_reserves else ""

    def _reach(self, by: Author, reached: Step, at: datetime | None) -> None:
        self.state = reached
        self.write(by, reached, self._reserved(), at=at)
        match reached:
            case "loading":
                self.emit(OrderLoading(order=self.summary_view()))
            case "in_transit":
                self.emit(OrderInTransit(order=self.summary_view()))
            case "delivered":
                self.emit(OrderDelivered(order=self.summary_view(), with_reserves=self.with_reserves))


def plan_of(tour: TourPublished, order_id: str) -> PlanView:
    """The vehicle, the driver and the times that a tour has for an order; of where it changes trucks none."""
    stops = [stop for stop in tour.stops if stop.order_id == order_id and not stop.transfer]
    first = next((stop.planned_from for stop in stops if stop.kind == "pickup"), None)
    last = next((stop.planned_from for stop in reversed(stops) if stop.kind == "delivery"), None)
    return PlanView(
        vehicle_plate=tour.vehicle_plate,
        driver_name=tour.driver_name,
        driver_id=tour.driver_id,
        planned_pickup_at=first,
        planned_delivery_at=last,
        tour_id=tour.tour_id,
        ferries=_ferries(tour, order_id),
    )


def _ferries(tour: TourPublished, order_id: str) -> list[str]:
    """The ships between where the goods board this truck and where they leave it."""
    calls = [n for n, stop in enumerate(tour.stops) if stop.order_id == order_id]
    return [name for stop in tour.stops[calls[0] + 1 : calls[-1] + 1] for name in stop.ferries]


def as_told(plan: PlanView, other: PlanView) -> bool:
    """The same but for some minutes since it was told: another stop has moved. Minutes that add up count."""
    times = ("planned_pickup_at", "planned_delivery_at")
    if structs.replace(plan, **{name: getattr(other, name) for name in times}) != other:
        return False
    pairs = [(getattr(plan, name), getattr(other, name)) for name in times]
    return all(one == two or (one and two and abs(one - two) < TOLD_FROM) for one, two in pairs)


def _clock(at: datetime | None) -> str:
    return "—" if at is None else f"{at.astimezone(ZONE):%d/%m %H:%M}"
