"""What the service does when orders are planned, loaded or called off."""

from rt.contracts.core_orders import OrderCancelled, OrderLoading, OrderPlanned
from rt.kernel.bus import Listener, Told
from rt.kernel.unit import hear
from rt.services.ecpmr.actions.issuing import Issuing


class Reactions:
    """Hears core_orders; what it does is done for the shipper that the order belongs to."""

    def __init__(self, issuing: Issuing) -> None:
        self._issuing = issuing

    def heard(self) -> list[Listener]:
        return [
            hear(OrderPlanned, self.plan, since="beginning"),
            hear(OrderLoading, self.load, since="beginning"),
            hear(OrderCancelled, self.cancel, since="beginning"),
        ]

    async def plan(self, planned: OrderPlanned, told: Told) -> None:
        await self._issuing.plan(planned)

    async def load(self, loading: OrderLoading, told: Told) -> None:
        await self._issuing.load(loading.order.order_id)

    async def cancel(self, cancelled: OrderCancelled, told: Told) -> None:
        await self._issuing.cancel(cancelled.order.order_id)
