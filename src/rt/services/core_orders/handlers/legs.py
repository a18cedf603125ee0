"""What core_orders does when legs, orders or notes move: orders follow their legs, legs what is signed."""

from rt.contracts.core_orders import ChainChanged, LegMoved
from rt.contracts.ecpmr import DeliverySigned, HandoverSigned, TakeoverSigned
from rt.kernel.log.subscriptions import Subscription, subscribe
from rt.kernel.model.envelope import EventEnvelope
from rt.services.core_orders.actions.legs import Legs


def leg_subscriptions(legs: Legs) -> list[Subscription]:
    """Which handler subscribes to what."""

    async def follow_leg(event: LegMoved, envelope: EventEnvelope) -> None:
        await legs.follow(event.order_id, event.parents)

    async def drop_legs(event: ChainChanged, envelope: EventEnvelope) -> None:
        await legs.drop(event.order.order_id, event.dropped)

    async def leg_taken_over(event: TakeoverSigned, envelope: EventEnvelope) -> None:
        if event.leg_id:
            await legs.taken(event, event.leg_id)

    async def leg_handed_over(event: HandoverSigned, envelope: EventEnvelope) -> None:
        if event.from_leg_id:
            await legs.brought(event, event.from_leg_id, event.reserves)
        await legs.taken(event, event.to_leg_id)
        if event.reserves:
            await legs.reserved(event)

    async def leg_delivered(event: DeliverySigned, envelope: EventEnvelope) -> None:
        if event.leg_id:
            await legs.brought(event, event.leg_id, len(event.reserves))

    return [
        subscribe(LegMoved, follow_leg, since="beginning"),
        subscribe(ChainChanged, drop_legs, since="beginning"),
        subscribe(TakeoverSigned, leg_taken_over, since="beginning"),
        subscribe(HandoverSigned, leg_handed_over, since="beginning"),
        subscribe(DeliverySigned, leg_delivered, since="beginning"),
    ]
