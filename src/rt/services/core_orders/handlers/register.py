"""What the register of transports given for hire hears: orders given, changed, taken back, called off."""

from rt.contracts.core_orders import OrderAmended, OrderCancelled, TenderAccepted, TenderLapsed
from rt.kernel.log.subscriptions import Subscription, subscribe
from rt.kernel.model.envelope import EventEnvelope
from rt.services.core_orders.actions.register import Register


def registering(register: Register) -> list[Subscription]:
    """Which handler subscribes to what; from the beginning, so that operations of before are in it too."""

    async def record_charter(event: TenderAccepted, envelope: EventEnvelope) -> None:
        await register.record(event.order, envelope.id, envelope.at)

    async def correct_charter(event: OrderAmended, envelope: EventEnvelope) -> None:
        await register.correct(event.order, envelope.at)

    async def release_charter(event: TenderLapsed, envelope: EventEnvelope) -> None:
        await register.released(event.order, event.reason, envelope.at)

    async def cancel_charter(event: OrderCancelled, envelope: EventEnvelope) -> None:
        await register.cancelled(event.order, event.reason, envelope.at)

    return [
        subscribe(TenderAccepted, record_charter, since="beginning"),
        subscribe(OrderAmended, correct_charter, since="beginning"),
        subscribe(TenderLapsed, release_charter, since="beginning"),
        subscribe(OrderCancelled, cancel_charter, since="beginning"),
    ]
