"""The messages that offer an order to a carrier and answer the offer, one by one or many at once."""

from typing import Annotated

from msgspec import Meta

from rt.contracts.core_orders.shown import (
    Cents,
    OrderView,
    Reason,
)
from rt.contracts.core_orders.summary import (
    Moment,
)
from rt.kernel.model.messages import Command, Empty, Version, View
from rt.trade.references import OrderId, OrganizationId, TenderId


class ReadOrder(View):
    """An order and the version of it that was read: one that changed since is left as it is."""

    order_id: OrderId
    version: Version


ReadOrders = Annotated[list[ReadOrder], Meta(min_length=1, max_length=200)]


class TenderOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/tender",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Offer a confirmed order to a carrier or forwarder at a price, until a deadline.

    A guest carrier gets a link; one that is no partner yet is told that it does not know the shipper.
    Price and deadline of an offer never change: another price is another offer.
    """

    order_id: OrderId
    carrier_id: OrganizationId
    price_cents: Cents
    deadline: Moment


class AcceptTender(
    Command[OrderView],
    route="/api/orders/{order_id}/tender/accept",
    needs="core_orders.write",
    closed_to=("driver",),
    link="accept_tender",
):
    """The carrier takes the order at the price of the offer that it names, before its deadline."""

    order_id: OrderId
    tender_id: TenderId


class RefuseTender(
    Command[Empty],
    route="/api/orders/{order_id}/tender/refuse",
    needs="core_orders.write",
    closed_to=("driver",),
    link="accept_tender",
):
    """The carrier declines the offer and says why; it sees the order no more, which can be offered again."""

    order_id: OrderId
    tender_id: TenderId
    reason: Reason


class WithdrawTender(
    Command[OrderView],
    route="/api/orders/{order_id}/tender/withdraw",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """The shipper takes an unanswered offer back."""

    order_id: OrderId
    tender_id: TenderId
    reason: Annotated[str, Meta(max_length=500)] = ""


class AssignCarrier(
    Command[OrderView],
    route="/api/orders/{order_id}/assign",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Give the order, as it was read, to a partner that has agreed already (contract, bid, telephone).

    A carrier that is no accepted partner is asked by an offer instead.
    """

    order_id: OrderId
    version: Version
    carrier_id: OrganizationId
    agreed_cents: Cents


class CarryOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/carry",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """The owner, who carries for hire, takes the order, as it was read, on its own vehicles."""

    order_id: OrderId
    version: Version


class ReleaseCarrier(
    Command[Empty], route="/api/orders/{order_id}/release", needs="core_orders.write", closed_to=("driver",)
):
    """Take the order from its carrier before it is loaded, or give it back as that carrier.

    The order is free to be offered again; the carrier sees it no more. `version` is that which was read.
    """

    order_id: OrderId
    version: Version
    reason: Reason


class BulkResult(View):
    """What became of one order of a bulk action; a refusal carries its code and both languages."""

    order_id: str
    ok: bool
    code: str = ""
    fr: str = ""
    en: str = ""


class BulkView(View):
    """One result for each order, in the order they were named."""

    results: list[BulkResult]


class BulkTender(
    Command[BulkView], route="/api/orders/bulk/tender", needs="core_orders.write", closed_to=("driver",)
):
    """Offer several orders to one carrier, each at the same price and deadline."""

    orders: ReadOrders
    carrier_id: OrganizationId
    price_cents: Cents
    deadline: Moment


class BulkCancel(
    Command[BulkView], route="/api/orders/bulk/cancel", needs="core_orders.write", closed_to=("driver",)
):
    """Cancel several orders for one reason."""

    orders: ReadOrders
    reason: Reason
