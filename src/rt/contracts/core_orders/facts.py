"""What core_orders emits: facts about orders, never a price in them."""

from datetime import datetime
from typing import Annotated

from rt.contracts.core_orders.summary import (
    OrderSummary,
)
from rt.contracts.core_orders.vocabulary import (
    IncidentKind,
)
from rt.kernel.model.messages import Event, Personal, PersonalLabel, personal_of
from rt.trade.references import MailSecret


class OrderConfirmed(Event, topic="core_orders.order.confirmed"):
    """A draft became firm."""

    order: OrderSummary


class OrderTendered(Event, topic="core_orders.order.tendered"):
    """The order was offered to `order.carrier_id`; a guest answers with the link.

    `stranger`: the carrier never agreed to work with this shipper.
    """

    order: OrderSummary
    carrier_email: PersonalLabel
    carrier_guest: bool
    deadline: datetime
    link_token: MailSecret = ""
    stranger: bool = False


class TenderAccepted(Event, topic="core_orders.tender.accepted"):
    """The carrier has the order (it accepted, or was assigned); a guest books its dock with the link."""

    order: OrderSummary
    carrier_email: PersonalLabel = ""
    carrier_guest: bool = False
    slot_link_token: MailSecret = ""


class TenderRefused(Event, topic="core_orders.tender.refused"):
    """`order.carrier_id` declined."""

    order: OrderSummary
    reason: Personal


class TenderLapsed(Event, topic="core_orders.tender.lapsed"):
    """`order.carrier_id` has the offer, or the order, no more.

    The deadline passed, the shipper took it back, or the carrier that had accepted gave it back.
    """

    order: OrderSummary
    expired: bool
    reason: Personal = ""


class OrderPlanned(Event, topic="core_orders.order.planned"):
    """Vehicle, driver and times are known, or have changed; `tour_id` is empty when planned by hand.

    `driver_user_id` is the driver's account, if a tour says it.
    """

    order: OrderSummary
    vehicle_plate: str
    driver_id: str
    driver_name: Annotated[str, personal_of("driver_id", "planning.drivers")]
    planned_pickup_at: datetime | None
    planned_delivery_at: datetime | None
    tour_id: str = ""
    driver_user_id: str = ""


class OrderLoading(Event, topic="core_orders.order.loading"):
    """The truck is at the pickup."""

    order: OrderSummary


class OrderInTransit(Event, topic="core_orders.order.in_transit"):
    """The carrier has taken the goods over."""

    order: OrderSummary


class OrderDelivered(Event, topic="core_orders.order.delivered"):
    """The goods were delivered."""

    order: OrderSummary
    with_reserves: bool


class ProofAccepted(Event, topic="core_orders.proof.accepted"):
    """The shipper accepted the proof of delivery."""

    order: OrderSummary


class OrderCancelled(Event, topic="core_orders.order.cancelled"):
    """The order was called off; `order.carrier_id` names the carrier that had it or was offered it."""

    order: OrderSummary
    reason: Personal


class IncidentReported(Event, topic="core_orders.incident.reported"):
    """Something went wrong with the order; `shared` says whether its partners may know."""

    order: OrderSummary
    incident_id: str
    kind: IncidentKind
    text: Personal
    shared: bool = False
    reported_by_id: str = ""
