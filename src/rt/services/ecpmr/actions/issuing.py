"""Notes come into being when an order is planned, and follow it until somebody has signed."""

import secrets
from collections.abc import Collection, Mapping

from msgspec import structs

from rt.contracts.authz import GetOrganization
from rt.contracts.core_orders import ChainChanged, OrderAmended, OrderPlanned, OrderSummary
from rt.contracts.ecpmr import PartyBox
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AskRefused
from rt.kernel.core.ids import derived_id
from rt.kernel.service.client import Services
from rt.services.ecpmr.domain.drafting import carried_over, draft, parties_of, redraft
from rt.services.ecpmr.domain.mentions import kind_of
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Issue
from rt.services.ecpmr.store import EcpmrStore
from rt.trade.places import Address, Contact

PREFIXES = {"national": "LV", "cmr": "CMR"}


def note_id(order_id: str) -> str:
    """One order, one note: however often it is planned."""
    return derived_id("cmr", order_id)


class Issuing:
    """Opens notes and keeps unsigned ones in step with their orders."""

    def __init__(self, store: EcpmrStore, services: Services) -> None:
        self._store = store
        self._services = services

    async def plan(self, planned: OrderPlanned) -> None:
        """Open the order's note, or bring the unsigned one up to the new plan.

        Goods travel under one note: that of the order whose legs take all of it, or those of its legs.
        """
        if planned.order.note != "own":
            await self.cancel(planned.order.order_id)
            return
        known = await self._known(planned)
        if await self._store.notes.first({"id": note_id(planned.order.order_id)}) is None:
            await self._open(planned, known)
            return
        boxes = await self._boxes(planned.order)
        async with self._store.notes.change(note_id(planned.order.order_id)) as note:
            note.reopen()
            note.consignee_email = planned.order.consignee_email.strip().lower()
            note.drive(planned.driver_user_id)
            if note.acts:
                follow(note, planned.order, boxes)
                return
            note.revise(redraft(note, planned, known))
            note.sender_id = planned.order.shipper_id
            note.carrier_id = planned.order.carrier_id
            note.consignee_id = planned.order.consignee_id or note.consignee_id
            note.logistician_id = planned.order.logistician_id
            kept = [note.consignee_id] if note.consignee_id else []
            note.seen_by = list(dict.fromkeys([*parties_of(planned.order), *kept]))
            follow(note, planned.order, boxes)

    async def follow(self, changed: ChainChanged) -> None:
        """The order is given on otherwise: its note has other carriers, or it has one no more."""
        order = changed.order
        kept = await self._store.notes.first({"id": note_id(order.order_id)})
        if kept is None:
            return
        if order.note != "own":
            await self.cancel(order.order_id)
            return
        legs = [leg for leg in order.legs if leg.order_id not in changed.dropped]
        told = structs.replace(order, legs=legs)
        boxes = await self._boxes(told, {leg.carrier_id for leg in kept.legs if leg.carrier})
        async with self._store.notes.change(note_id(order.order_id)) as note:
            follow(note, told, boxes)

    async def amend(self, amended: OrderAmended) -> None:
        """The note reads as the order now does: at once, or once those who have signed agree to it."""
        if await self._store.notes.first({"id": note_id(amended.order.order_id)}) is None:
            return
        async with self._store.notes.change(note_id(amended.order.order_id)) as note:
            note.follow(carried_over(note.versions[-1].consignment, amended.order, amended.parts))

    async def load(self, order_id: str) -> None:
        if await self._store.notes.first({"id": note_id(order_id)}):
            async with self._store.notes.change(note_id(order_id)) as note:
                note.begin_loading()

    async def cancel(self, order_id: str) -> None:
        if await self._store.notes.first({"id": note_id(order_id)}):
            async with self._store.notes.change(note_id(order_id)) as note:
                note.cancel()

    async def _open(self, planned: OrderPlanned, known: dict[str, PartyBox]) -> None:
        order = planned.order
        boxes = draft(planned, known)
        carriers = await self._boxes(order)

        def make(number: str) -> Note:
            note = Note(
                id=note_id(order.order_id),
                seen_by=parties_of(order),
                issue=Issue(
                    number=number,
                    order_id=order.order_id,
                    shipper_id=order.shipper_id,
                    verification_id=secrets.token_urlsafe(18),
                    issued_at=now(),
                ),
                carrier_id=order.carrier_id,
                consignee_id=order.consignee_id,
                logistician_id=order.logistician_id,
                consignee_email=order.consignee_email.strip().lower(),
            )
            note.drive(planned.driver_user_id)
            note.open(boxes, "")
            follow(note, order, carriers)
            return note

        await self._store.add_numbered(PREFIXES[kind_of(boxes)], make)

    async def _boxes(self, order: OrderSummary, known: Collection[str] = ()) -> dict[str, PartyBox]:
        """The carriers of an order's legs as they stand on the note, but for those that are known there."""
        named = (leg.carrier_id for leg in order.legs if leg.carrier_id)
        carriers = dict.fromkeys(one for one in named if one not in known)
        boxes = {one: box for one in carriers if one and (box := await self._card(one))}
        return {one: await self._with_address(one, box) for one, box in boxes.items()}

    async def _known(self, planned: OrderPlanned) -> dict[str, PartyBox]:
        order = planned.order
        named = (order.shipper_id, order.carrier_id, order.consignee_id)
        known = {}
        for org_id in filter(None, named):
            if box := await self._card(org_id):
                known[org_id] = box
        if order.carrier_id in known:
            known[order.carrier_id] = await self._with_address(order.carrier_id, known[order.carrier_id])
        return known

    async def _card(self, org_id: str) -> PartyBox | None:
        """An organization as it is printed; an unknown one keeps the name that the order gives it."""
        try:
            card = await self._services.ask(GetOrganization(organization_id=org_id))
        except AskRefused as refused:
            if refused.answered.status == 404:
                return None
            raise
        return PartyBox(
            name=card.name[:160],
            siren=card.siret[:9],
            vat=card.vat[:20],
            address=Address(country=card.country),
            contact=Contact(phone=card.phone[:40], email=card.email),
        )

    async def _with_address(self, carrier_id: str, box: PartyBox) -> PartyBox:
        """A carrier's address is mandatory and not on its card: the last note that has it lends it."""
        for note in await self._store.notes.find({"carrier_id": carrier_id}, limit=5):
            written = note.consignment.carrier
            if written.address.street and written.name == box.name:
                return PartyBox(
                    name=box.name, siren=box.siren, vat=box.vat, address=written.address, contact=box.contact
                )
        return box


def follow(note: Note, order: OrderSummary, boxes: Mapping[str, PartyBox]) -> None:
    """The legs of the order travel under its note; whoever carries one reads it."""
    consignee = [note.consignee_id] if note.consignee_id else []
    note.follow_legs(order.legs, [*parties_of(order), *consignee], (order.pickup, order.delivery), boxes)
