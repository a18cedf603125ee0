"""The messages that change an order on which others count already: asked for, agreed to, then done."""

from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.core_orders.shown import (
    Cents,
    ChangingRole,
    GoodsLines,
    OrderView,
    Reason,
    Requirements,
    Stops,
)
from rt.contracts.core_orders.summary import OrderSummary
from rt.kernel.model.messages import PERSONAL, Command, Event, Personal, Version
from rt.trade.references import OrderChangeId, OrderId

AmendedPart = Literal["stops", "goods", "requirements", "instructions", "price"]


class RequestChange(
    Command[OrderView],
    route="/api/orders/{order_id}/changes",
    needs="core_orders.write",
    closed_to=("driver",),
    status=201,
):
    """Ask to change the order, as it was read, in what is named; the rest stays.

    Owner, client or carrier asks; those of them that have an account agree, then it is done. Where nobody
    else has to, it is done at once. `agreed_cents` is the price between owner and carrier from then on,
    `sell_cents` that between owner and client: each proposes only a price that it sees. Once the goods are
    loaded, goods and pickups stay as they are.
    """

    order_id: OrderId
    version: Version
    reason: Reason
    stops: Stops | None = None
    goods: GoodsLines | None = None
    requirements: Requirements | None = None
    instructions: Annotated[str, PERSONAL, Meta(max_length=1_000)] | None = None
    agreed_cents: Cents | None = None
    sell_cents: Cents | None = None


class AcceptChange(
    Command[OrderView],
    route="/api/orders/{order_id}/changes/{change_id}/accept",
    needs="core_orders.write",
    closed_to=("driver",),
    link="accept_tender",
):
    """Agree to a change: what it asks for never changes. The last who has to agree makes it hold."""

    order_id: OrderId
    change_id: OrderChangeId


class RefuseChange(
    Command[OrderView],
    route="/api/orders/{order_id}/changes/{change_id}/refuse",
    needs="core_orders.write",
    closed_to=("driver",),
    link="accept_tender",
):
    """Leave the order as it is, and say why."""

    order_id: OrderId
    change_id: OrderChangeId
    reason: Reason


class WithdrawChange(
    Command[OrderView],
    route="/api/orders/{order_id}/changes/{change_id}/withdraw",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Take one's own request back before it is agreed to."""

    order_id: OrderId
    change_id: OrderChangeId


class ChangeRequested(Event, topic="core_orders.change.requested"):
    """Somebody asks to change the order; `asked_of` have to agree."""

    order: OrderSummary
    change_id: str
    asked_by: ChangingRole
    asked_of: list[ChangingRole]
    reason: Personal


class ChangeClosed(Event, topic="core_orders.change.closed"):
    """A change was refused, taken back, or overtaken by the order's end: the order stays as it is."""

    order: OrderSummary
    change_id: str
    asked_by: ChangingRole
    asked_of: list[ChangingRole]
    outcome: Literal["refused", "withdrawn", "lapsed"]
    reason: Personal = ""


class OrderAmended(Event, topic="core_orders.order.amended"):
    """The order is another from now on, in these parts; `between` are those who see all of them."""

    order: OrderSummary
    change_id: str
    asked_by: ChangingRole
    parts: list[AmendedPart]
    between: list[ChangingRole] = field(default_factory=list)
