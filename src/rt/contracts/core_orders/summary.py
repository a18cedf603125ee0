"""An order as events carry it, with its stops."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from rt.contracts.core_orders.vocabulary import OrderState
from rt.kernel.model.messages import Personal, PersonalLabel, View
from rt.trade.days import TripMoment
from rt.trade.goods import Goods
from rt.trade.places import Site

Moment = TripMoment
"""A point in time with its offset; naive ones and far ones are refused."""
Reference = Annotated[str, Meta(max_length=40)]
LinesNamed = Annotated[list[Annotated[int, Meta(ge=0, lt=100)]], Meta(max_length=100)]


class References(View):
    """The numbers that others know the order by: purchase order, delivery note, booking."""

    purchase_order: Reference = ""
    delivery_note: Reference = ""
    booking: Reference = ""


class Stop(View):
    """One call of the truck: where, when, and which goods lines (none named: all of them)."""

    kind: Literal["pickup", "delivery"]
    site: Site
    from_at: Moment | None = None
    until_at: Moment | None = None
    lines: LinesNamed = field(default_factory=list)


NoteRule = Literal["own", "parents", "legs"]
"""Under which consignment note the goods travel: the order's own, those of the orders that it is a leg of, or
those of its legs, each of which carries a part."""


class ParentOrder(View):
    """An order that a leg carries goods of."""

    order_id: str
    reference: str


class LegSummary(View):
    """A leg of an order as events carry it: who carries the goods from where to where, without a price.

    `level` 1 is a leg of the order itself; those of a leg follow it, one level further down.
    `driver_user_id` is the account of the driver whom a tour named.
    """

    level: int
    order_id: str
    reference: str
    state: OrderState
    pickup: Site
    delivery: Site
    carrier_id: str | None = None
    carrier_name: str = ""
    vehicle_plate: str = ""
    driver_user_id: str = ""


class OrderSummary(View):
    """An order as events carry it: everything that execution needs and no price.

    Its owner runs it, its client asked for it, its shipper hands the goods over; one may be all three.
    While it is `offered` its carrier is whom it is offered to. `parents` are the orders that it is a leg of,
    `legs` those that carry it; only its owner and its carrier know them.
    """

    order_id: str
    reference: str
    shipper_id: str
    shipper_name: str
    carrier_id: str | None
    carrier_name: str
    consignee_id: str | None
    consignee_name: str
    consignee_email: PersonalLabel
    stops: Annotated[list[Stop], Meta(min_length=2)]
    goods: list[Goods]
    pallets: int
    pallet_type: str
    weight_kg: float
    loading_metres: float
    requirements: list[str]
    references: References = References()
    logistician_id: str | None = None
    supplier_id: str | None = None
    owner_id: str = ""
    owner_name: str = ""
    client_id: str = ""
    client_name: str = ""
    offered: bool = False
    instructions: Personal = ""
    note: NoteRule = "own"
    parents: list[ParentOrder] = field(default_factory=list)
    legs: list[LegSummary] = field(default_factory=list)

    @property
    def pickup(self) -> Site:
        """Where the first goods are taken over."""
        return self._first.site

    @property
    def delivery(self) -> Site:
        """Where the last goods are handed over."""
        return self._last.site

    @property
    def pickup_from(self) -> datetime | None:
        return self._first.from_at or self._first.until_at

    @property
    def pickup_until(self) -> datetime | None:
        return self._first.until_at or self._first.from_at

    @property
    def delivery_from(self) -> datetime | None:
        return self._last.from_at or self._last.until_at

    @property
    def delivery_until(self) -> datetime | None:
        return self._last.until_at or self._last.from_at

    @property
    def _first(self) -> Stop:
        return next((one for one in self.stops if one.kind == "pickup"), self.stops[0])

    @property
    def _last(self) -> Stop:
        return next((one for one in reversed(self.stops) if one.kind == "delivery"), self.stops[-1])

    @staticmethod
    def from_earlier(said: dict[str, Any]) -> dict[str, Any]:
        """Events before December 2026 knew one shipper, and some the first and the last stop alone."""
        for part in ("owner", "client"):
            said = {f"{part}_id": said["shipper_id"], f"{part}_name": said["shipper_name"]} | said
        if said.get("stops") or "pickup" not in said:
            return said
        stops = [
            {
                "kind": kind,
                "site": said[kind],
                "from_at": said.get(f"{kind}_from"),
                "until_at": said.get(f"{kind}_until"),
            }
            for kind in ("pickup", "delivery")
        ]
        return {**said, "stops": stops}
