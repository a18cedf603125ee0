"""Changes of orders on which others count: asked for, agreed to, refused, taken back."""

from rt.contracts.core_orders import AcceptChange, OrderView, RefuseChange, RequestChange, WithdrawChange
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.services.core_orders.actions.orders import shown
from rt.services.core_orders.adapters import Directory, author
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.store import OrderStore


class Changes:
    """What owners, clients and carriers ask of each other once a transport is agreed on."""

    def __init__(self, store: OrderStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def request(self, asked: RequestChange) -> OrderView:
        change_id = new_id("chg")
        asking = await self._with_account(await self._store.orders.get(asked.order_id))
        async with self._store.orders.change(asked.order_id) as order:
            order.request_change(author(asked.version), asked, change_id, asking)
        return shown(order)

    async def accept(self, asked: AcceptChange) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.accept_change(author(), asked.change_id)
        return shown(order)

    async def refuse(self, asked: RefuseChange) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.refuse_change(author(), asked.change_id, asked.reason)
        return shown(order)

    async def withdraw(self, asked: WithdrawChange) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.withdraw_change(author(), asked.change_id)
        return shown(order)

    async def _with_account(self, order: Order) -> list[str]:
        """Those that can answer: the owner, the carrier by account or link, a client that signs in."""
        answering = [order.org_id, *filter(None, [order.carrier_id])]
        if order.client in (*answering, current_org()) or await self._directory.signs_in(order.client):
            answering.append(order.client)
        return answering
