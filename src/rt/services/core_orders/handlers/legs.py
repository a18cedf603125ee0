"""What core_orders does when its own orders move: orders follow their legs, and legs go with their orders."""

from rt.contracts.core_orders import ChainChanged, LegMoved
from rt.kernel.log.subscriptions import Subscription, subscribe
from rt.kernel.model.envelope import EventEnvelope
from rt.services.core_orders.actions.legs import Legs


def leg_subscriptions(legs: Legs) -> list[Subscription]:
    """Which handler subscribes to what."""

    async def follow_leg(event: LegMoved, envelope: EventEnvelope) -> None:
        await legs.follow(event.order_id, event.parents)

    async def drop_legs(event: ChainChanged, envelope: EventEnvelope) -> None:
        await legs.drop(event.order.order_id, event.dropped)

    return [
        subscribe(LegMoved, follow_leg, since="beginning"),
        subscribe(ChainChanged, drop_legs, since="beginning"),
    ]
