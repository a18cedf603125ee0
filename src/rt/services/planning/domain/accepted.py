"""What an accepted order becomes in the carrier's basket."""

from datetime import datetime, timedelta

from rt.contracts.core_orders import OrderSummary
from rt.contracts.planning.docks import GoodsType
from rt.kernel.core.clock import now
from rt.services.planning.domain.distances import placed
from rt.services.planning.domain.job import Job

OPEN_ENDED = timedelta(days=7)
"""How long a window without an end stays open."""


def job_of(order: OrderSummary, id: str) -> Job:
    """The job of an accepted order, its sites with coordinates looked up where they have none."""
    pickup_from = order.pickup_from or now()
    pickup_until = max(order.pickup_until or _open_ended(pickup_from), pickup_from)
    delivery_from = order.delivery_from or pickup_from
    delivery_until = max(order.delivery_until or _open_ended(pickup_until), delivery_from)
    return Job(
        id=id,
        order_id=order.order_id,
        reference=order.reference,
        shipper_id=order.shipper_id,
        shipper_name=order.shipper_name,
        client_name=order.client_name if order.owner_id == order.carrier_id else order.owner_name,
        consignee_id=order.consignee_id,
        consignee_name=order.consignee_name,
        logistician_id=order.logistician_id,
        carrier_name=order.carrier_name,
        pickup=placed(order.pickup),
        delivery=placed(order.delivery),
        pickup_from=pickup_from,
        pickup_until=pickup_until,
        delivery_from=delivery_from,
        delivery_until=delivery_until,
        weight_kg=order.weight_kg,
        pallets=order.pallets,
        loading_metres=order.loading_metres,
        requirements=[str(one) for one in order.requirements],
        goods_text=", ".join(f"{line.quantity} × {line.description}" for line in order.goods)[:300],
        goods_type=_goods_type(order),
    )


def _open_ended(since: datetime) -> datetime:
    try:
        return since + OPEN_ENDED
    except OverflowError:  # the last days of the year 9999, which orders of old could name
        return since


def _goods_type(order: OrderSummary) -> GoodsType:
    """What dock the goods need: dangerous goods first, then temperature."""
    if any(line.un_number for line in order.goods) or "adr" in order.requirements:
        return "adr"
    cold = any(line.temperature_max_c is not None for line in order.goods)
    return "temperature" if cold or "temperature" in order.requirements else "dry"
