"""The first draft of a note's boxes, filled from the order that was planned."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from rt.contracts.core_orders import AmendedPart, OrderPlanned, OrderSummary
from rt.contracts.ecpmr import Consignment, GoodsLine, PartyBox
from rt.kernel.core.clock import today
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.texts import visible
from rt.trade.goods import Goods
from rt.trade.places import Address, Site

TEXT_LIMIT = 1000


def draft(planned: OrderPlanned, known: Mapping[str, PartyBox]) -> Consignment:
    """The boxes of an order; `known` are parties as far as they are known, by organization."""
    order = planned.order
    loaded_at = order.pickup.address if order.logistician_id is None else None
    boxes = Consignment(
        sender=_party(known, order.shipper_id, order.shipper_name, loaded_at),
        consignee=_party(
            known, order.consignee_id, order.consignee_name or order.delivery.name, order.delivery.address
        ),
        carrier=_party(known, order.carrier_id, order.carrier_name, None),
        pickup=order.pickup,
        delivery=order.delivery,
        goods=_lines(order),
        pickup_at=planned.planned_pickup_at or order.pickup_from,
        delivery_at=planned.planned_delivery_at or order.delivery_from,
        instructions=_instructions(order),
        vehicle_plate=planned.vehicle_plate[:20],
        driver_name=planned.driver_name[:120],
        driver_id=planned.driver_id,
        documents=[order.references.delivery_note] if order.references.delivery_note else [],
        established_at=order.pickup.address.city,
        established_on=today(),
        reference=order.reference[:60],
        other_particulars=_part_of(order),
    )
    return visible(boxes)


def redraft(note: Note, planned: OrderPlanned, known: Mapping[str, PartyBox]) -> Consignment:
    """The boxes after a new plan: all of them, or what people wrote by hand with the new plan in it.

    A party that is another now is written anew, whoever had written the former one.
    """
    fresh = draft(planned, known)
    if all(not version.made_by for version in note.versions):
        return msgspec.structs.replace(fresh, established_on=note.consignment.established_on)
    planned_anew = ("vehicle_plate", "driver_name", "driver_id", "pickup_at", "delivery_at")
    changes = {name: getattr(fresh, name) for name in planned_anew}
    order = planned.order
    parties = (
        ("sender", order.shipper_id, note.shipper_id),
        ("carrier", order.carrier_id, note.carrier_id),
        ("consignee", order.consignee_id or note.consignee_id, note.consignee_id),
    )
    changes |= {box: getattr(fresh, box) for box, now_is, was in parties if now_is != was}
    return msgspec.structs.replace(note.consignment, **changes)


def carried_over(boxes: Consignment, order: OrderSummary, parts: Collection[AmendedPart]) -> Consignment:
    """The boxes with what was agreed to change on the order; the rest stays as it was written."""
    fresh = draft(
        OrderPlanned(
            order=order,
            vehicle_plate="",
            driver_id="",
            driver_name="",
            planned_pickup_at=_within(boxes.pickup_at, order.pickup_from, order.pickup_until),
            planned_delivery_at=_within(boxes.delivery_at, order.delivery_from, order.delivery_until),
        ),
        {},
    )
    of_part: dict[str, tuple[str, ...]] = {
        "stops": ("pickup", "delivery", "pickup_at", "delivery_at", "instructions"),
        "goods": ("goods",),
        "instructions": ("instructions",),
    }
    changed = {name: getattr(fresh, name) for part in parts for name in of_part.get(part, ())}
    return msgspec.structs.replace(boxes, **changed)


def _within(planned: datetime | None, opens: datetime | None, closes: datetime | None) -> datetime | None:
    """A planned time that the order as it is now still allows: its tour need not be told anew."""
    if (
        planned is None
        or (opens is not None and planned < opens)
        or (closes is not None and planned > closes)
    ):
        return None
    return planned


def parties_of(order: OrderSummary) -> list[str]:
    """The organizations that see the note, whoever runs the order first."""
    sending = (order.owner_id, order.client_id, order.shipper_id)
    named = (*sending, order.carrier_id, order.consignee_id, order.logistician_id)
    return list(dict.fromkeys(org for org in named if org))


def _part_of(order: OrderSummary) -> str:
    """Of a leg with parts of orders under a note of its own: the numbers of those orders."""
    numbers = ", ".join(parent.reference for parent in order.parents)
    return f"Partie de l'envoi / Part of consignment {numbers}"[:TEXT_LIMIT] if numbers else ""


def _party(known: Mapping[str, PartyBox], org_id: str | None, name: str, address: Address | None) -> PartyBox:
    box = known.get(org_id or "", PartyBox(name=name[:160] or "—"))
    if box.address == Address() and address is not None:
        return msgspec.structs.replace(box, address=address)
    return box


def _instructions(order: OrderSummary) -> str:
    sites: tuple[Site, ...] = (order.pickup, order.delivery)
    parts = (
        order.instructions,
        *(f"{site.name} : {site.instructions}" for site in sites if site.instructions),
    )
    return "\n".join(part for part in parts if part)[:TEXT_LIMIT]


def _lines(order: OrderSummary) -> list[GoodsLine]:
    """Reserves refer to lines by number; an order without lines is one line of all its weight."""
    goods = order.goods or [
        Goods(
            description="Marchandises selon commande",
            quantity=max(order.pallets, 1),
            weight_kg=order.weight_kg,
            pallets=order.pallets,
            pallet_type=order.pallet_type,
        )
    ]
    return [GoodsLine(line=number, goods=line) for number, line in enumerate(goods, start=1)]
