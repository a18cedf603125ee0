"""An order given on in legs: how it follows them, and what becomes of them without it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import structs

from rt.contracts.core_orders import (
    ChainChanged,
    LegMoved,
    LegSummary,
    OrderAmended,
    OrderState,
    PlanView,
)
from rt.kernel.core.errors import Conflict
from rt.services.core_orders.domain.carrying import Step, as_told
from rt.services.core_orders.domain.legs import (
    ARRIVED,
    BELOW_KEPT,
    LEGS_KEPT,
    NOT_LOADED,
    ON_THE_ROAD,
    Leg,
    within,
)
from rt.services.core_orders.domain.parted import Parted
from rt.services.core_orders.domain.states import EXECUTION, Author
from rt.trade.emissions import Emissions


class TooManyLegs(Conflict):
    fr = "La commande {reference} est déjà sous-traitée en {most} trajets."
    en = "Order {reference} is already given on in {most} legs."


class Subcontracted(Parted, kw_only=True):
    """An order that is given on, or that is a leg of others."""

    brought: list[str] = msgspec.field(default_factory=list)
    """Of a leg: the orders under whose notes it has brought goods to where it brings them."""

    def give_on(self, by: Author, leg: Leg) -> None:
        """A leg carries it, or a part of it; those called off first are forgotten where there is no room."""
        kept = self.legs
        if len(kept) >= LEGS_KEPT:
            gone = next((one for one in kept if not one.stands), None)
            if gone is None:
                raise TooManyLegs(reference=self.reference, most=LEGS_KEPT)
            kept = [one for one in kept if one is not gone]
        self.legs = [*kept, leg]
        self.write(by, "given_on", leg.reference)

    def write(self, by: Author, what: str, note: str = "", at: datetime | None = None) -> None:
        """Whatever is written of a leg, the orders that it carries follow."""
        super().write(by, what, note, at)
        self._moved()

    def fact(self, by: Author, reached: Step, at: datetime) -> None:
        """A step that happened; what its legs have said before is not written again."""
        if not (self.given_on and self.state in ON_THE_ROAD and reached != "delivered"):
            super().fact(by, reached, at)

    def set_off(self, by: Author, at: datetime) -> None:
        """A leg has taken goods over, the first of them or more."""
        if self.state not in ON_THE_ROAD:
            self.fact(by, "in_transit", at)

    def bring(self, by: Author, order_id: str, notes: set[str], at: datetime) -> None:
        """A leg has brought the goods under the note of one order; with the last of them it has arrived."""
        self.brought = list(dict.fromkeys([*self.brought, order_id]))
        if notes <= {*self.brought} and self.state not in ARRIVED:
            self.fact(by, "delivered", at)

    def planned_on_tour(
        self, by: Author, plan: PlanView, driver: str = "", emissions: Emissions | None = None
    ) -> None:
        """A tour of the carrier's own that is heard of once legs carry the order comes too late."""
        if not self.given_on:
            super().planned_on_tour(by, plan, driver, emissions)
            self._moved()

    def tell_chain(self, told: Sequence[LegSummary] | None = None) -> None:
        """Say who carries it, to those who follow it, while its carrier has it and if that is news.

        Delivered without legs it is nobody's to plan again.
        """
        self.index()
        if not self.given_on and self.note == "legs":
            self.note = "own"
        order = self.summary_view()
        if self.state in EXECUTION and (self.given_on or self.state != "delivered") and order.legs != told:
            self.emit(ChainChanged(order=order))
        self._moved()

    def follow_leg(self, by: Author, leg: "Subcontracted") -> None:
        """Take over how a leg stands, unless a later version of it is known already."""
        known = next((one for one in self.legs if one.order_id == leg.id), None)
        if known is None or known.version >= leg.version:
            return
        fresh = Leg(
            order_id=leg.id,
            reference=leg.reference,
            pickup=known.pickup,
            delivery=known.delivery,
            portions=next((one.portions for one in leg.parents if one.order_id == self.id), known.portions),
            version=known.version,
            state=leg.state,
            carrier_id=leg.carrier_id,
            carrier_name=leg.carrier_name,
            plan=leg.plan,
            driver_user_id=leg.drivers[-1] if leg.drivers else "",
            with_reserves=leg.with_reserves,
            below=within(BELOW_KEPT, leg.summary_view().legs),
        )
        if fresh == known:
            return
        fresh.version, told = leg.version, self.summary_view().legs
        self.legs = [fresh if one is known else one for one in self.legs]
        self._follow(by, {line.state: line.at for line in leg.milestones()})
        self.tell_chain(told)

    def drop_legs(self) -> None:
        """It is called off, or its carrier sent away: legs that have not begun go."""
        if dropped := [
            leg.order_id for leg in self.legs if leg.state in NOT_LOADED or leg.state == "loading"
        ]:
            self.emit(ChainChanged(order=self.summary_view(), dropped=dropped))

    def release(self, by: Author, reason: str) -> None:
        super().release(by, reason)
        self.drop_legs()
        self.legs = []
        self.note = "parents" if self.parents and self.note == "parents" else "own"
        self.index()

    def lose_parent(self, by: Author, parent_id: str) -> bool:
        """An order that it carries is no more: its goods are not taken. Whether others are still.

        A leg that has begun goes on as it is: its goods are on the truck.
        """
        left = [load for load in self.parents if load.order_id != parent_id]
        if self.state not in NOT_LOADED or not left or len(left) == len(self.parents):
            return bool(left)
        self.lapse_change(by)
        owners = [load.order_id for load in self.parents for _ in load.portions]
        kept = [n for n, owner in enumerate(owners) if owner != parent_id]
        numbers = {line: n for n, line in enumerate(kept)}
        stops = [
            structs.replace(stop, lines=[numbers[line] for line in stop.lines or numbers if line in numbers])
            for stop in self.stops
        ]
        self.goods = [self.goods[line] for line in kept]
        self.stops = [stop for stop in stops if stop.lines]
        self.parents = left
        if offer := self.offer:
            self.withdraw(by, offer.tender_id, "")
        self.reckon()
        self.write(by, "parent_gone", parent_id)
        self._forget_legs(by)
        self.emit(
            OrderAmended(
                order=self.summary_view(),
                change_id="",
                asked_by="owner",
                parts=["goods", "stops"],
                between=["owner", "carrier"],
            )
        )
        return True

    def _forget_legs(self, by: Author) -> None:
        """Its lines are others now, by which its legs count what they have: its carrier gives it on anew."""
        if not self.legs:
            return
        self.legs, gone = [], self.legs
        if dropped := [leg.order_id for leg in gone if leg.stands]:
            self.emit(ChainChanged(order=self.summary_view(), dropped=dropped))
            self._plan_with(by, [], [])
            self.tell_chain()

    def _moved(self) -> None:
        if self.parents and not any(isinstance(one, LegMoved) for one in self.emitted):
            self.emit(LegMoved(order_id=self.id, parents=[load.order_id for load in self.parents]))

    def _follow(self, by: Author, when: Mapping[OrderState, datetime]) -> None:
        """Go as far as the legs have gone: begun with the first, delivered with the last."""
        if self.state not in EXECUTION:
            return
        standing = [leg for leg in self.legs if leg.stands]
        first = [leg for leg in standing if any(self.begins(one) for one in leg.portions)]
        last = [leg for leg in standing if any(self.ends(one) for one in leg.portions)]
        self.reserves_reported |= any(leg.with_reserves for leg in standing)
        self._plan_with(by, first, last)
        reached: tuple[tuple[Step, bool], ...] = (
            ("delivered", self._all_arrived()),
            ("in_transit", any(leg.state in ON_THE_ROAD for leg in first)),
            ("loading", any(leg.state == "loading" for leg in first)),
        )
        step = next((one for one, is_so in reached if is_so), None)
        if step and EXECUTION.index(step) > EXECUTION.index(self.state):
            self._reach(by, step, when.get(step))

    def _plan_with(self, by: Author, first: list[Leg], last: list[Leg]) -> None:
        """The truck of a first leg is the one that comes; the plan of a last one says when it is there."""
        comes = next((leg.plan for leg in first if leg.plan), None)
        if self.state == "delivered":
            return
        if comes is None:
            if self.plan is not None:
                self.state, self.plan = "assigned" if self.state == "planned" else self.state, None
                self.index()
                self.write(by, "unplanned")
            return
        brings = next((leg.plan for leg in reversed(last) if leg.plan), None)
        plan = PlanView(
            vehicle_plate=comes.vehicle_plate,
            driver_name=comes.driver_name,
            driver_id=comes.driver_id,
            planned_pickup_at=comes.planned_pickup_at,
            planned_delivery_at=brings.planned_delivery_at if brings else None,
            ferries=list(dict.fromkeys([*comes.ferries, *(brings.ferries if brings else ())])),
        )
        if self.plan is not None and as_told(self.plan, plan):
            return
        if self.state == "assigned":
            self.state = "planned"
        self.write(by, "planned", plan.vehicle_plate)
        self._planned(plan)

    def _all_arrived(self) -> bool:
        """Whether legs have delivered every package."""
        brought = [
            portion
            for leg in self.legs
            if leg.state in ARRIVED
            for portion in leg.portions
            if self.ends(portion)
        ]
        return all(
            sum(one.quantity for one in brought if one.line == line) == goods.quantity
            for line, goods in enumerate(self.goods)
        )
