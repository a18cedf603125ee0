"""Held orders given on in legs, and what becomes of both afterwards."""

from contextlib import AsyncExitStack

from rt.contracts.core_orders import DocumentKind, FileView, GetFile, LegsView, Subcontract
from rt.contracts.ecpmr import DeliverySigned, HandoverSigned, TakeoverSigned
from rt.kernel.core.errors import Invalid, NotFound, ReferenceUnknown
from rt.kernel.core.ids import derived_id, new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.persistence import transaction
from rt.services.core_orders.actions.tenders import refuse_unknown
from rt.services.core_orders.adapters import Directory, author
from rt.services.core_orders.domain.filed import file_of
from rt.services.core_orders.domain.kept import Document
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.parted import DEEPEST
from rt.services.core_orders.domain.parting import give_on
from rt.services.core_orders.domain.states import MOVES, Author
from rt.services.core_orders.store import OrderStore

CHAIN = "La commande portée n'est plus. / The order that it carried is no more."
"""Why a leg is called off with the last order that it carries."""


class Legs:
    """What the carrier of an order does with it when others carry."""

    def __init__(self, store: OrderStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def subcontract(self, asked: Subcontract) -> LegsView:
        await refuse_unknown(self._store, asked.orders)
        _refuse_unnamed(asked)
        ids = [new_id("ord") for _ in asked.legs]
        references = [await self._store.next_reference() for _ in asked.legs]
        names = {current_org(): await self._directory.own_name()}
        read = {one.order_id: one.version for one in asked.orders}
        async with transaction(self._store.database), AsyncExitStack() as stack:
            held: dict[str, Order] = {}
            for order_id, version in read.items():
                held[order_id] = await stack.enter_async_context(self._store.orders.change(order_id))
                held[order_id].refuse_held(author(version))
            for leg in give_on(held, author(), asked.legs, ids, references, names):
                await self._store.orders.add(leg)
        return LegsView(order_ids=ids)

    async def file(self, asked: GetFile) -> FileView:
        order = await self._store.orders.get(asked.order_id)
        order.refuse_others(author(), GetFile.__name__)
        ids = [leg.order_id for leg in order.legs]
        found = {
            leg.id: leg for leg in await self._store.orders.find({"id": {"$in": ids}}, limit=len(ids) or 1)
        }
        return file_of(order, current_org(), [found[one] for one in ids if one in found])

    async def follow(self, leg_id: str, parents: list[str]) -> None:
        """The orders that a leg carries take over how it stands: for its owner, who carries them."""
        leg = await self._store.orders.get(leg_id)
        for order_id in parents:
            try:
                async with self._store.orders.change(order_id) as order:
                    order.follow_leg(Author("core_orders", leg.carrier_name, leg.org_id, "leg"), leg)
            except NotFound:  # it has another carrier by now
                continue

    async def drop(self, order_id: str, dropped: list[str]) -> None:
        """Legs lose an order that they carry; without any they are called off."""
        for leg_id in dropped:
            async with self._store.orders.everywhere.change(leg_id) as leg:
                by = Author("core_orders", "", leg.org_id, "leg")
                if not leg.lose_parent(by, order_id) and leg.state in MOVES["CancelOrder"].states:
                    leg.cancel(by, CHAIN)

    async def taken(self, event: TakeoverSigned | HandoverSigned, leg_id: str) -> None:
        """The carrier of a leg has signed for goods, on the note of an order that it carries."""
        if event.order_id not in await self._travels_under(leg_id):
            return
        async with self._store.orders.everywhere.change(leg_id) as leg:
            by = _signer(event, leg)
            _note(event, leg, by)
            leg.set_off(by, event.signed_at)

    async def brought(self, event: HandoverSigned | DeliverySigned, leg_id: str, reserves: int) -> None:
        """Whoever the leg brings goods to has signed for them: that proves it of the leg."""
        notes = await self._travels_under(leg_id)
        if event.order_id not in notes:
            return
        async with self._store.orders.everywhere.change(leg_id) as leg:
            by = _signer(event, leg)
            note = _note(event, leg, by)
            note.reserves += reserves
            note.sign(event.signed_at, event.by_name, event.content_hash)
            leg.bring(by, event.order_id, notes, event.signed_at)

    async def reserved(self, event: HandoverSigned) -> None:
        """What the next carrier noted stands on the note, which is a paper of the order it was made for."""
        async with self._store.orders.everywhere.change(event.order_id) as order:
            by = _signer(event, order)
            _note(event, order, by).reserves += event.reserves
            order.write(by, "reserves", event.number, at=event.signed_at)

    async def _travels_under(self, leg_id: str) -> set[str]:
        """The orders under whose notes a leg's goods travel: whole consignments keep the first one's.

        One that was called off as it was loading has a note no more.
        """
        found, above = set[str](), [leg_id]
        for _ in range(DEEPEST + 1):
            orders = await self._store.orders.everywhere.find({"id": {"$in": above}}, limit=len(above) or 1)
            found |= {one.id for one in orders if one.note != "parents" and one.state != "cancelled"}
            above = [load.order_id for one in orders if one.note == "parents" for load in one.parents]
        return found


def _signer(event: TakeoverSigned | HandoverSigned | DeliverySigned, leg: Order) -> Author:
    return Author("ecpmr", event.by_name, leg.org_id, "cmr")


def _note(event: TakeoverSigned | HandoverSigned | DeliverySigned, leg: Order, by: Author) -> Document:
    """The note under which the leg travels, among its papers."""
    kind: DocumentKind = "cmr" if event.kind == "cmr" else "waybill"
    document_id = derived_id("doc", leg.id, event.document_id)
    return leg.attach_note(by, document_id, event.document_id, event.number, kind)


def _refuse_unnamed(asked: Subcontract) -> None:
    """Refuse loads of orders that are not among those that were read."""
    named = {one.order_id for one in asked.orders}
    wrong = [
        ReferenceUnknown(f"legs.{n}.loads.{m}.order_id")
        for n, leg in enumerate(asked.legs)
        for m, load in enumerate(leg.loads)
        if load.order_id not in named
    ]
    if wrong:
        raise Invalid.together(wrong)
