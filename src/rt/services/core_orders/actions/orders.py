"""Orders written, found, changed and brought through their life, one method for each request."""

import asyncio
from datetime import UTC, datetime, timedelta

from msgspec import structs

from rt.contracts.core_orders import (
    AcceptProof,
    CancelOrder,
    CloseOrder,
    ConfirmOrder,
    CountFoundOrders,
    CountOrders,
    CreateFromTemplate,
    CreateOrder,
    DuplicateOrder,
    EditOrder,
    ExportOrders,
    FindOrders,
    FindTemplates,
    FoundCounts,
    GetOrder,
    MarkInvoiced,
    OrderCounts,
    OrderRow,
    OrdersPage,
    OrderView,
    PlanOrder,
    PlanView,
    ReopenOrder,
    ReportProgress,
    SaveTemplate,
    Stop,
    TemplatesPage,
    TemplateView,
)
from rt.kernel.core.errors import AlreadyExists, Conflict, Invalid, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.bounds import refuse_unfit
from rt.kernel.model.messages import Download
from rt.kernel.storage.listing import Page
from rt.services.core_orders.adapters import Directory, author
from rt.services.core_orders.domain.export import as_csv
from rt.services.core_orders.domain.line import OrderLine
from rt.services.core_orders.domain.order import Order, OrderNotFound, as_asked, drafted
from rt.services.core_orders.store import OrderStore, Template
from rt.services.core_orders.store.listing import ORDERS, asked_for
from rt.trade.zones import PARIS

NAMED = ("client_id", "shipper_id", "supplier_id", "consignee_id", "logistician_id")
"""Fields by which an order is shown to another organization."""
EXPORT_LIMIT = 20_000
"""Rows of one export."""


class ReferenceTaken(Conflict):
    fr = "La référence {reference} est déjà prise."
    en = "The reference {reference} is already taken."


class Orders:
    """What organizations do with orders."""

    def __init__(self, store: OrderStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def create(self, asked: CreateOrder) -> OrderView:
        return shown(await self._add(asked))

    async def get(self, asked: GetOrder) -> OrderView:
        return shown(await self._store.orders.get(asked.order_id))

    async def find(self, asked: FindOrders) -> OrdersPage:
        page = await self._search(asked, asked.after, asked.limit)
        return OrdersPage(items=_rows(page), next=page.next)

    async def count(self, asked: CountOrders) -> OrderCounts:
        states, incident = await self._store.counts.all()
        return OrderCounts(states=states, incident=incident, total=sum(states.values()))

    async def count_found(self, asked: CountFoundOrders) -> FoundCounts:
        counting = self._store.orders.count_rows
        found = (counting(ORDERS, asked_for(one), asked.most, q=one.q) for one in asked.by)
        return FoundCounts(counts=list(await asyncio.gather(*found)))

    async def export(self, asked: ExportOrders) -> Download:
        """One that moves while it is made is in it once; a long one is written beside the event loop."""
        rows: dict[str, OrderRow] = {}
        after = ""
        while len(rows) < EXPORT_LIMIT:
            page = await self._search(asked, after, min(200, EXPORT_LIMIT - len(rows)))
            for one in _rows(page):
                rows.setdefault(one.order_id, one)
            after = page.next
            if not after:
                break
        content = await asyncio.to_thread(as_csv, list(rows.values()), asked.columns)
        name = f"commandes-{EXPORT_LIMIT}-premieres.csv" if after else "commandes.csv"
        return Download(content=content, media_type="text/csv", filename=name)

    async def edit(self, asked: EditOrder) -> OrderView:
        before = await self._store.orders.get(asked.order_id)
        names = {}
        for field in NAMED:
            partner_id = getattr(asked, field)
            if partner_id and partner_id != getattr(before, field):
                names[partner_id] = (await self._directory.namable(partner_id, field)).name
        async with self._store.orders.change(asked.order_id) as order:
            order.edit(author(), asked, names)
        return shown(order)

    async def confirm(self, asked: ConfirmOrder) -> OrderView:
        """From now on partners see it: one that blocked since the draft was written is told nothing."""
        draft = await self._store.orders.get(asked.order_id)
        for field in NAMED if draft.org_id == current_org() else ():
            if partner_id := getattr(draft, field):
                await self._directory.namable(partner_id, field)
        async with self._store.orders.change(asked.order_id) as order:
            order.confirm(author())
        return shown(order)

    async def cancel(self, asked: CancelOrder) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.cancel(author(asked.version), asked.reason)
        return shown(order)

    async def plan(self, asked: PlanOrder) -> OrderView:
        plan = PlanView(
            vehicle_plate=asked.vehicle_plate,
            driver_name=asked.driver_name,
            planned_pickup_at=asked.planned_pickup_at,
            planned_delivery_at=asked.planned_delivery_at,
        )
        async with self._store.orders.change(asked.order_id) as order:
            order.plan_by_hand(author(), plan)
        return shown(order)

    async def report(self, asked: ReportProgress) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.report(author(), asked.reached, asked.with_reserves)
        return shown(order)

    async def accept_proof(self, asked: AcceptProof) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.accept_proof(author(), asked.document_id, asked.content_hash)
        return shown(order)

    async def reopen(self, asked: ReopenOrder) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.reopen(author(), asked.reason)
        return shown(order)

    async def invoice(self, asked: MarkInvoiced) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.invoice(author(asked.version), asked.invoice_number, asked.invoiced_cents)
        return shown(order)

    async def close(self, asked: CloseOrder) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.close(author())
        return shown(order)

    async def duplicate(self, asked: DuplicateOrder) -> OrderView:
        order = await self._own(asked.order_id)
        again = as_asked(order)
        shift = timedelta(days=asked.shift_days)
        again = structs.replace(again, stops=_moved(again.stops, shift))
        return shown(await self._add(await self._stillasked_for(again)))

    async def save_template(self, asked: SaveTemplate) -> TemplateView:
        try:
            order = await self._own(asked.order_id)
        except OrderNotFound as refused:
            raise ReferenceUnknown("order_id") from refused
        template = Template(
            id=new_id("tpl"), name=asked.name, asked=as_asked(order), pickup_at=order.pickup_at
        )
        return (await self._store.templates.add(template)).view()

    async def find_templates(self, asked: FindTemplates) -> TemplatesPage:
        found = await self._store.templates.find({}, sort="name", limit=200)
        return TemplatesPage(items=[one.view() for one in found])

    async def create_from_template(self, asked: CreateFromTemplate) -> OrderView:
        template = await self._store.templates.get(asked.template_id)
        again = structs.replace(template.asked, references=asked.references)
        if template.pickup_at:
            first_day = template.pickup_at.astimezone(PARIS).date()
            shift = asked.pickup_day - first_day
            again = structs.replace(again, stops=_moved(again.stops, shift))
        return shown(await self._add(await self._stillasked_for(again)))

    async def _add(self, asked: CreateOrder) -> Order:
        order_id = new_id("ord")
        names = {}
        for field in NAMED:
            if partner_id := getattr(asked, field):
                names[partner_id] = (await self._directory.namable(partner_id, field)).name
        names[current_org()] = await self._directory.own_name()
        if asked.consignee_id and not asked.consignee_name:
            asked = structs.replace(asked, consignee_name=names[asked.consignee_id])
        reference = asked.reference or await self._store.next_reference()
        order = drafted(author(), asked, order_id=order_id, reference=reference, names=names)
        try:
            return await self._store.orders.add(order)
        except AlreadyExists as refused:
            raise ReferenceTaken(field="reference", reference=reference) from refused

    async def _stillasked_for(self, again: CreateOrder) -> CreateOrder:
        """What an earlier order asked for, without the partners that may be named no more; names stay.

        Its days are looked at as if they had been said now: repeated shifts lead far away.
        """
        refuse_unfit(again)
        for field in NAMED:
            if partner_id := getattr(again, field):
                try:
                    await self._directory.namable(partner_id, field)
                except (Invalid, Conflict):
                    again = structs.replace(again, **{field: None})
        return again

    async def _own(self, order_id: str) -> Order:
        """An order that is the organization's own: partners' orders are not copied."""
        order = await self._store.orders.get(order_id)
        if order.org_id != current_org():
            raise OrderNotFound
        return order

    async def _search(self, asked: FindOrders | ExportOrders, after: str, limit: int) -> Page[OrderLine]:
        return await self._store.search(
            asked_for(asked), q=asked.q, sort=asked.sort, after=after, limit=limit
        )


def shown(order: Order) -> OrderView:
    """The order as whoever acts may see it; OrderNotFound when it has no part in it any more."""
    by = author()
    roles = order.roles_of(by)
    if not roles:
        raise OrderNotFound
    return order.view(roles, by)


def _rows(page: Page[OrderLine]) -> list[OrderRow]:
    by = author()
    parts = ((order, order.roles_of(by)) for order in page.items)
    return [order.row(roles, by) for order, roles in parts if roles]


def _moved(stops: list[Stop], shift: timedelta) -> list[Stop]:
    """The stops some days later, at the same time by the clock on the wall."""
    return [
        structs.replace(stop, from_at=_later(stop.from_at, shift), until_at=_later(stop.until_at, shift))
        for stop in stops
    ]


def _later(at: datetime | None, shift: timedelta) -> datetime | None:
    return (at.astimezone(PARIS) + shift).astimezone(UTC) if at else None
