"""What the service does when orders are planned, given on, loaded or called off."""

from rt.contracts.core_orders import ChainChanged, OrderAmended, OrderCancelled, OrderLoading, OrderPlanned
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.ecpmr.actions.issuing import Issuing


class Handlers:
    """Handles events of core_orders; what it does is done for the shipper that the order belongs to."""

    def __init__(self, issuing: Issuing) -> None:
        self._issuing = issuing

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(OrderPlanned, self.plan, since="beginning"),
            subscribe(OrderAmended, self.amend, since="beginning"),
            subscribe(ChainChanged, self.follow, since="beginning"),
            subscribe(OrderLoading, self.load, since="beginning"),
            subscribe(OrderCancelled, self.cancel, since="beginning"),
        ]

    async def plan(self, planned: OrderPlanned, envelope: EventEnvelope) -> None:
        await self._issuing.plan(planned)

    async def amend(self, amended: OrderAmended, envelope: EventEnvelope) -> None:
        await self._issuing.amend(amended)

    async def follow(self, changed: ChainChanged, envelope: EventEnvelope) -> None:
        await self._issuing.follow(changed)

    async def load(self, loading: OrderLoading, envelope: EventEnvelope) -> None:
        await self._issuing.load(loading.order.order_id)

    async def cancel(self, cancelled: OrderCancelled, envelope: EventEnvelope) -> None:
        await self._issuing.cancel(cancelled.order.order_id)
