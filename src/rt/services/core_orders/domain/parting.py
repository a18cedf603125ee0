"""Legs made of held orders: what was asked, checked against what stands where, as the holder's own orders."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from msgspec import structs

from rt.contracts.core_orders import CreateOrder, LegAsked, References
from rt.kernel.core.errors import Invalid, ReferenceUnknown
from rt.services.core_orders.domain.legs import Leg, Load
from rt.services.core_orders.domain.order import Order, drafted
from rt.services.core_orders.domain.portions import Portion
from rt.services.core_orders.domain.states import Author

LINES_AT_MOST = 100
"""Goods lines of any order."""


class StopUnknown(Invalid):
    fr = "Le trajet n'a que {stops} arrêts."
    en = "The leg has {stops} stops only."


class StopIdle(Invalid):
    fr = "À cet arrêt rien n'est chargé ni déchargé : retirez-le, ou dites ce qui y monte ou en descend."
    en = "Nothing is loaded or unloaded at this stop: leave it out, or say what boards or leaves there."


class StopsCrossed(Invalid):
    fr = "Un trajet charge à un enlèvement et décharge à une livraison qui le suit."
    en = "A leg loads at a pickup and unloads at a delivery that comes after it."


class OrderUnused(Invalid):
    fr = "Aucun trajet ne prend de marchandise de cette commande."
    en = "No leg takes goods of this order."


class TooManyLines(Invalid):
    fr = "Un trajet porte {most} lignes de marchandise au plus, celui-ci {lines}."
    en = "A leg carries {most} goods lines at most, this one {lines}."


class NotesMixed(Invalid):
    fr = "Un trajet porte des envois entiers sous leurs lettres de voiture, ou des parts sous la sienne."
    en = "A leg carries whole consignments under their notes, or parts under its own."


class CurrenciesMixed(Invalid):
    fr = "Un trajet porte des commandes d'une seule monnaie."
    en = "A leg carries orders of one currency."


class Taken(NamedTuple):
    """A portion of an order, and at which of the leg's stops it boards and leaves."""

    order: Order
    portion: Portion
    pickup_stop: int
    delivery_stop: int


def give_on(
    held: Mapping[str, Order],
    by: Author,
    asked: Sequence[LegAsked],
    ids: Sequence[str],
    references: Sequence[str],
    names: Mapping[str, str],
) -> list[Order]:
    """The legs, confirmed, of `held` orders by id, which know them from then on; refused as a whole.

    They are taken in their order, so that one may begin where an earlier one ends.
    """
    made: list[Order] = []
    loads: dict[str, list[Load]] = {order_id: [] for order_id in held}
    for n, (leg, leg_id, reference) in enumerate(zip(asked, ids, references, strict=True)):
        taken = _taken(held, leg, f"legs.{n}")
        with _said_of(f"legs.{n}"):
            order = _leg(by, leg, taken, leg_id, reference, names)
        for load in order.parents:
            loads[load.order_id].append(load)
            held[load.order_id].give_on(by, _known(order, load, taken))
        made.append(order)
    for n, order_id in enumerate(held):
        if not loads[order_id]:
            raise OrderUnused(f"orders.{n}.order_id")
    notes = {order_id: held[order_id].settle_note(found) for order_id, found in loads.items()}
    for n, order in enumerate(made):
        rules = {notes[load.order_id] for load in order.parents}
        if len(rules) > 1:
            raise NotesMixed(f"legs.{n}.loads")
        order.note = rules.pop()
        with _said_of(f"legs.{n}"):
            order.confirm(by)
    for parent in held.values():
        parent.tell_chain()
    return made


def _taken(held: Mapping[str, Order], asked: LegAsked, field: str) -> list[Taken]:
    """What a leg takes, order by order in the order in which they are named first."""
    found: list[Taken] = []
    for n, load in enumerate(asked.loads):
        path, order = f"{field}.loads.{n}", held.get(load.order_id)
        if order is None:
            raise ReferenceUnknown(f"{path}.order_id")
        for name in ("pickup_stop", "delivery_stop"):
            if getattr(load, name) >= len(asked.stops):
                raise StopUnknown(f"{path}.{name}", stops=len(asked.stops))
        kinds = (asked.stops[load.pickup_stop].kind, asked.stops[load.delivery_stop].kind)
        if kinds != ("pickup", "delivery") or load.pickup_stop >= load.delivery_stop:
            raise StopsCrossed(f"{path}.delivery_stop")
        given = [*order.parts_given(), *(one.portion for one in found if one.order is order)]
        part = order.load_for(load, asked.stops, given, path)
        found += [Taken(order, one, load.pickup_stop, load.delivery_stop) for one in part.portions]
    used = {n for one in found for n in (one.pickup_stop, one.delivery_stop)}
    for n in range(len(asked.stops)):
        if n not in used:
            raise StopIdle(f"{field}.stops.{n}")
    if len(found) > LINES_AT_MOST:
        raise TooManyLines(f"{field}.loads", most=LINES_AT_MOST, lines=len(found))
    if len({one.order.currency for one in found}) > 1:
        raise CurrenciesMixed(f"{field}.loads")
    named = list(dict.fromkeys(load.order_id for load in asked.loads))
    return sorted(found, key=lambda one: named.index(one.order.id))


def _leg(
    by: Author,
    asked: LegAsked,
    taken: Sequence[Taken],
    leg_id: str,
    reference: str,
    names: Mapping[str, str],
) -> Order:
    """The order that a leg is: the holder's own, with what it takes of each parent.

    Whose docks and whose hands its ends are it has from the orders that begin or end there.
    """
    parents = list({one.order.id: one.order for one in taken}.values())
    stops = [
        structs.replace(
            stop, lines=[k for k, one in enumerate(taken) if n in (one.pickup_stop, one.delivery_stop)]
        )
        for n, stop in enumerate(asked.stops)
    ]
    last = stops[-1].site
    senders = {(one.order.shipper, one.order.shipper_name) for one in taken if one.order.begins(one.portion)}
    begun = all(one.order.begins(one.portion) for one in taken)
    ended = all(one.order.ends(one.portion) for one in taken)
    receivers = {(one.order.consignee_id, one.order.consignee_name) for one in taken}
    sender = senders.pop() if begun and len(senders) == 1 else None
    receiver = receivers.pop() if ended and len(receivers) == 1 else (None, last.name)
    only = parents[0] if len(parents) == 1 else None
    wanted = CreateOrder(
        stops=stops,
        goods=[one.portion.goods(one.order.goods[one.portion.line]) for one in taken],
        references=only.references if only else References(),
        shipper_id=sender[0] if sender else None,
        consignee_id=receiver[0],
        consignee_name=receiver[1],
        requirements=list(dict.fromkeys(one for parent in parents for one in parent.requirements)),
        equipment=asked.equipment or (only.equipment if only else ""),
        instructions=asked.instructions,
        buy_cents=asked.buy_cents,
        currency=parents[0].currency,
    )
    called = dict(names) | ({sender[0]: sender[1]} if sender else {})
    order = drafted(by, wanted, order_id=leg_id, reference=reference, names=called)
    order.depth = 1 + max(parent.depth for parent in parents)
    order.parents = [
        Load(
            order_id=parent.id,
            reference=parent.reference,
            portions=[one.portion for one in taken if one.order is parent],
        )
        for parent in parents
    ]
    order.index()
    return order


def _known(order: Order, load: Load, taken: Sequence[Taken]) -> Leg:
    """The leg as the order of this load knows it."""
    own = [one for one in taken if one.order.id == load.order_id]
    return Leg(
        order_id=order.id,
        reference=order.reference,
        pickup=order.stops[min(one.pickup_stop for one in own)].site,
        delivery=order.stops[max(one.delivery_stop for one in own)].site,
        portions=load.portions,
    )


@contextmanager
def _said_of(path: str) -> Iterator[None]:
    """What refuses a leg is said of the leg: by the field of what was asked."""
    try:
        yield
    except Invalid as refused:
        for one in refused.parts or (refused,):
            one.field = f"{path}.{one.field}" if one.field else path
        raise
