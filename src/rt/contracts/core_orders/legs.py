"""The messages that give held orders on in legs, alone or together, and the file that their holder keeps."""

from typing import Annotated

from msgspec import Meta, field

from rt.contracts.core_orders.shown import Cents, Stops
from rt.contracts.core_orders.summary import Moment, OrderSummary
from rt.contracts.core_orders.tenders import ReadOrder
from rt.contracts.core_orders.vocabulary import Equipment, OrderState
from rt.kernel.model.messages import PERSONAL, Command, Event, Query, View
from rt.trade.places import Site
from rt.trade.references import OrderId

StopNumber = Annotated[int, Meta(ge=0, le=19)]
"""One of the stops that a leg names, from 0."""


class LineGiven(View):
    """Some packages of a goods line of the order; lines count from 0."""

    line: Annotated[int, Meta(ge=0, lt=100)]
    quantity: Annotated[int, Meta(ge=1, le=100_000)]


class LoadAsked(View):
    """What a leg takes of a held order, from which to which of the leg's stops.

    Without lines it takes all of the order's goods that are at the first of them.
    """

    order_id: OrderId
    pickup_stop: StopNumber
    delivery_stop: StopNumber
    lines: Annotated[list[LineGiven], Meta(max_length=100)] = field(default_factory=list)


class LegAsked(View):
    """One leg: where its truck calls and what it takes; `buy_cents` is what the holder means to pay."""

    stops: Stops
    loads: Annotated[list[LoadAsked], Meta(min_length=1, max_length=50)]
    equipment: Equipment = ""
    instructions: Annotated[str, PERSONAL, Meta(max_length=1_000)] = ""
    buy_cents: Cents | None = None


class LegView(View):
    """A leg as its holder sees it: what it takes of the order, and what that costs.

    `cost_cents` is this order's part of the leg's price, shared by weight among the orders that it carries:
    agreed, offered, or meant (`cost_agreed` says which); `price_cents` is all of it, for `carried_kg`.
    `own`: on the holder's trucks, at no price.
    """

    order_id: str
    version: int
    reference: str
    state: OrderState
    carrier_id: str | None
    carrier_name: str
    pickup_name: str
    pickup_city: str
    delivery_name: str
    delivery_city: str
    pickup_from: Moment | None
    delivery_until: Moment | None
    quantity: int
    pallets: int
    weight_kg: float
    shared_with: list[str]
    cost_cents: int | None
    cost_agreed: bool
    price_cents: int | None = None
    carried_kg: float = 0
    own: bool = False


class LooseView(View):
    """Goods of the order that stand where no leg takes them on from yet, or are awaited where one does."""

    place: str
    city: str
    line: int
    description: str
    quantity: int
    pallets: int
    weight_kg: float
    site: Site | None = None


class FileView(View):
    """A held order with its legs: what is sold, what they cost and what is left; nobody else sees it.

    Legs on own trucks have no price: `cost_cents` and `margin_cents` are without what those cost the holder.
    `margin_cents` is None until the price and the cost of every leg are known; `whole`: legs bring all goods
    from the first stop to the last. `awaited`: a leg takes them on, and none brings them any more.
    """

    order_id: str
    version: int
    reference: str
    state: OrderState
    currency: str
    sold_cents: int | None
    cost_cents: int | None
    margin_cents: int | None
    whole: bool
    legs: list[LegView]
    loose: list[LooseView]
    awaited: list[LooseView]


class LegsView(View):
    """The legs that were made, by their identities, in the order in which they were asked for."""

    order_ids: list[str]


class Subcontract(
    Command[LegsView],
    route="/api/orders/legs",
    needs="core_orders.write",
    closed_to=("driver",),
    status=201,
):
    """Give orders that the organization holds as their carrier, as they were read, on to others in legs.

    Each leg is an order of the holder's own, confirmed and ready to be offered, given or carried. Legs follow
    each other over places where the goods change trucks; several may share a way; one may carry the goods of
    several orders (groupage). What a leg takes has to be where it begins.
    """

    orders: Annotated[list[ReadOrder], Meta(min_length=1, max_length=50)]
    legs: Annotated[list[LegAsked], Meta(min_length=1, max_length=20)]


class GetFile(
    Query[FileView], route="/api/orders/{order_id}/file", needs="core_orders.read", closed_to=("driver",)
):
    """The file of an order that the organization holds."""

    order_id: OrderId


class LegMoved(Event, topic="core_orders.leg.moved"):
    """Something became of a leg: the orders that it carries take over how it stands."""

    order_id: str
    parents: list[str]


class ChainChanged(Event, topic="core_orders.chain.changed"):
    """The order is given on otherwise than before, or one of its legs is; `order.legs` are those that stand.

    `dropped` are legs that carry it no more, because the order was called off or its carrier sent away.
    """

    order: OrderSummary
    dropped: list[str] = field(default_factory=list)
