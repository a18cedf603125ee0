"""The words that offer an order to a carrier and answer the offer, one by one or many at once."""

from typing import Annotated

from msgspec import Meta

from rt.contracts.core_orders.shown import (
    Cents,
    Moment,
    OrderView,
    Reason,
)
from rt.kernel.messages import Command, Empty, View
from rt.trade.references import OrderId, OrganizationId

OrderIds = Annotated[list[str], Meta(min_length=1, max_length=200)]


class TenderOrder(Command[OrderView], route="/api/orders/{order_id}/tender", needs="core_orders.write"):
    """Offer a confirmed order to a carrier at a price, until a deadline; a guest carrier gets a link."""

    order_id: OrderId
    carrier_id: OrganizationId
    price_cents: Cents
    deadline: Moment


class AcceptTender(
    Command[OrderView],
    route="/api/orders/{order_id}/tender/accept",
    needs="core_orders.write",
    link="accept_tender",
):
    """The carrier takes the order at the offered price, before the deadline."""

    order_id: OrderId


class RefuseTender(
    Command[Empty],
    route="/api/orders/{order_id}/tender/refuse",
    needs="core_orders.write",
    link="accept_tender",
):
    """The carrier declines the offer and says why; it sees the order no more, which can be offered again."""

    order_id: OrderId
    reason: Reason


class WithdrawTender(
    Command[OrderView], route="/api/orders/{order_id}/tender/withdraw", needs="core_orders.write"
):
    """The shipper takes an unanswered offer back."""

    order_id: OrderId
    reason: Annotated[str, Meta(max_length=500)] = ""


class AssignCarrier(Command[OrderView], route="/api/orders/{order_id}/assign", needs="core_orders.write"):
    """Give the order to a carrier that has agreed already (contract, awarded bid, telephone)."""

    order_id: OrderId
    carrier_id: OrganizationId
    agreed_cents: Cents


class ReleaseCarrier(Command[Empty], route="/api/orders/{order_id}/release", needs="core_orders.write"):
    """Take the order from its carrier before it is loaded, or give it back as that carrier.

    The order is free to be offered again; the carrier sees it no more.
    """

    order_id: OrderId
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


class BulkTender(Command[BulkView], route="/api/orders/bulk/tender", needs="core_orders.write"):
    """Offer several orders to one carrier, each at the same price and deadline."""

    order_ids: OrderIds
    carrier_id: OrganizationId
    price_cents: Cents
    deadline: Moment


class BulkCancel(Command[BulkView], route="/api/orders/bulk/cancel", needs="core_orders.write"):
    """Cancel several orders for one reason."""

    order_ids: OrderIds
    reason: Reason
