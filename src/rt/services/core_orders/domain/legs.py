"""An order that its carrier gives on in legs, and a leg that carries the goods of others: what each keeps."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import structs

from rt.contracts.core_orders import ChainLink, LegSummary, OrderState, ParentOrder, PlanView
from rt.services.core_orders.domain.portions import Portion
from rt.trade.places import Site

NOT_LOADED: tuple[OrderState, ...] = ("draft", "confirmed", "tendered", "assigned", "planned")
"""States of a leg that has not begun."""
ON_THE_ROAD: tuple[OrderState, ...] = ("in_transit", "delivered", "pod_ok", "invoiced", "closed")
ARRIVED: tuple[OrderState, ...] = ON_THE_ROAD[1:]
LEGS_KEPT = 100
"""Legs of one order, those called off counted while there is room: it has to be read and written whole."""
BELOW_KEPT, LEGS_TOLD = 50, 200
"""Legs further down that an order keeps of each leg, and all that it tells; the deepest levels go first."""


class Load(msgspec.Struct, kw_only=True):
    """What a leg carries of one order, its parent, from which to which of its places."""

    order_id: str
    reference: str
    portions: list[Portion]

    @property
    def grams(self) -> int:
        return sum(one.grams for one in self.portions)

    def parent(self) -> ParentOrder:
        return ParentOrder(order_id=self.order_id, reference=self.reference)


class Leg(msgspec.Struct, kw_only=True):
    """A leg as the order that it carries knows it: copied from it whenever it changes, in one version."""

    order_id: str
    reference: str
    pickup: Site
    delivery: Site
    portions: list[Portion]
    version: int = 0
    state: OrderState = "confirmed"
    carrier_id: str | None = None
    carrier_name: str = ""
    plan: PlanView | None = None
    driver_user_id: str = ""
    with_reserves: bool = False
    below: list[LegSummary] = msgspec.field(default_factory=list)

    @property
    def stands(self) -> bool:
        return self.state != "cancelled"

    def views(self) -> Iterable[LegSummary]:
        """Itself, and the legs that it is given on in, one level further down."""
        yield LegSummary(
            level=1,
            order_id=self.order_id,
            reference=self.reference,
            state=self.state,
            pickup=self.pickup,
            delivery=self.delivery,
            carrier_id=self.carrier_id,
            carrier_name=self.carrier_name,
            vehicle_plate=self.plan.vehicle_plate if self.plan else "",
            driver_user_id=self.driver_user_id,
        )
        for leg in self.below:
            yield structs.replace(leg, level=leg.level + 1)


def within(most: int, legs: Sequence[LegSummary]) -> list[LegSummary]:
    """As many whole levels of them as there is room for, from the first on."""
    if len(legs) <= most:
        return list(legs)
    deepest = max(one.level for one in legs)
    return within(most, [one for one in legs if one.level < deepest])


def link(leg: LegSummary) -> ChainLink:
    """A leg as those know it who may know who carries: by names alone."""
    return ChainLink(
        level=leg.level,
        carrier_name=leg.carrier_name,
        pickup_city=leg.pickup.address.city,
        delivery_city=leg.delivery.address.city,
        state=leg.state,
    )


def portions_of(legs: Iterable[Leg]) -> list[Portion]:
    """What the legs that stand have of the order."""
    return [portion for leg in legs if leg.stands for portion in leg.portions]
