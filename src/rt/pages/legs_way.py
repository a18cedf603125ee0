"""The way of a held order over places where its goods change trucks: as a form, and as its legs."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, structs

from rt.contracts.core_orders import FileView, LegAsked, LineGiven, LoadAsked, OrderView, Stop
from rt.kernel.core.errors import Refusal
from rt.trade.days import TripMoment
from rt.trade.places import Site, place_key
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.forms import Form

MOST_HUBS, MOST_TRUCKS = 4, 4
LEG_FIELD = re.compile(r"legs\.(\d+)(?:\.(\w+))?(?:\.(\d+))?(?:\.(.+))?")
"""Of a refused leg: its number, the list that is meant, the number in it, the field."""
How = Literal["offer", "give", "own", "later"]


class Hub(msgspec.Struct, kw_only=True):
    """Where goods change trucks: unloaded within a time, loaded again within another."""

    place: int
    site: Site
    from_at: TripMoment
    until_at: TripMoment
    again_from_at: TripMoment
    again_until_at: TripMoment


class Part(msgspec.Struct, kw_only=True):
    """Packages of a goods line that a truck takes, where several share a stretch."""

    line: int
    quantity: Annotated[int, Meta(ge=0, le=100_000)]


class Truck(msgspec.Struct, kw_only=True):
    """A truck on a stretch: what it should cost, and to whom it is given now."""

    stretch: int
    how: How
    carrier_id: str = ""
    buy_cents: Annotated[int, Meta(ge=0, le=10_000_000_00)] | None = None
    parts: list[Part] = []


class Way(msgspec.Struct, kw_only=True):
    """Over which places, in which trucks; when goods are taken that have left where the order begins."""

    hubs: list[Hub]
    trucks: list[Truck]
    leaves_from_at: TripMoment | None = None
    leaves_until_at: TripMoment | None = None


class Waiting(NamedTuple):
    """Goods that wait at one place, by line; `stop` is the order's own where they board, if it is there."""

    site: Site
    lines: Mapping[int, int]
    stop: Stop | None


class Named(NamedTuple):
    """Where a stop of a leg was typed: the fields of its place, of its beginning and of its end."""

    site: str = ""
    from_at: str = ""
    until_at: str = ""


class End(NamedTuple):
    """A stop of a leg, where it was typed, and the goods lines that change there."""

    stop: Stop
    name: Named
    lines: set[int]


class Made(NamedTuple):
    """The legs to ask for, the truck of each, and where their stops were typed."""

    legs: list[LegAsked]
    trucks: list[int]
    names: list[list[Named]]


def waiting(order: OrderView, file: FileView) -> list[list[Waiting]]:
    """What is to be given on, each choice by itself: all that has not begun, then what other places have."""
    by_place: dict[str, Waiting] = {}
    for one in file.loose:
        if one.site is None:
            continue
        key = place_key(one.site)
        stop = next((s for s in order.stops if s.kind == "pickup" and place_key(s.site) == key), None)
        lines = by_place[key].lines if key in by_place else {}
        by_place[key] = Waiting(one.site, {**lines, one.line: one.quantity}, stop)
    fresh = [one for one in by_place.values() if one.stop is not None]
    begun = [[one] for one in by_place.values() if one.stop is None]
    return [fresh, *begun] if fresh else begun


def legs_of(order: OrderView, sources: Sequence[Waiting], way: Way) -> Made:
    """The legs of the way, stretch by stretch, truck by truck."""
    made = Made([], [], [])
    all_of_it = {line: quantity for one in sources for line, quantity in one.lines.items()}
    for number, truck in sorted(enumerate(way.trucks), key=lambda one: one[1].stretch):
        taken = {one.line: one.quantity for one in truck.parts if one.quantity} or all_of_it
        starts = (
            _starts(sources, way) if truck.stretch == 0 else _hub(way, truck.stretch - 1, "pickup", taken)
        )
        ends = (
            _ends(order, taken)
            if truck.stretch == len(way.hubs)
            else _hub(way, truck.stretch, "delivery", taken)
        )
        boards, leave = ([end for end in found if end.lines & taken.keys()] for found in (starts, ends))
        loads = [
            LoadAsked(
                order_id=order.order_id,
                pickup_stop=p,
                delivery_stop=len(boards) + d,
                lines=[LineGiven(line=line, quantity=taken[line]) for line in sorted(both & taken.keys())],
            )
            for p, start in enumerate(boards)
            for d, end in enumerate(leave)
            if (both := start.lines & end.lines) & taken.keys()
        ]
        if len(loads) == 1 and taken == all_of_it:
            loads = [structs.replace(loads[0], lines=[])]
        stops = [structs.replace(end.stop, lines=[]) for end in (*boards, *leave)]
        made.legs.append(LegAsked(stops=stops, loads=loads, buy_cents=truck.buy_cents))
        made.trucks.append(number)
        made.names.append([end.name for end in (*boards, *leave)])
    return made


def _starts(sources: Sequence[Waiting], way: Way) -> list[End]:
    """Where the goods wait: at stops of the order itself, or where a former leg has left them."""
    typed = Named("", "leaves_from_at", "leaves_until_at")
    return [
        End(one.stop, Named(), set(one.lines))
        if one.stop
        else End(
            Stop(kind="pickup", site=one.site, from_at=way.leaves_from_at, until_at=way.leaves_until_at),
            typed,
            set(one.lines),
        )
        for one in sources
    ]


def _ends(order: OrderView, taken: Mapping[int, int]) -> list[End]:
    return [End(stop, Named(), lines) for stop, lines in last_stops(order, taken)]


def last_stops(order: OrderView, taken: Mapping[int, int]) -> list[tuple[Stop, set[int]]]:
    """The order's deliveries, each with the lines that leave the truck there for good."""
    drops = [stop for stop in order.stops if stop.kind == "delivery"]
    last = {
        line: max(n for n, stop in enumerate(drops) if not stop.lines or line in stop.lines) for line in taken
    }
    return [(stop, {line for line, at in last.items() if at == n}) for n, stop in enumerate(drops)]


def _hub(way: Way, n: int, kind: Literal["pickup", "delivery"], taken: Mapping[int, int]) -> list[End]:
    hub, again = way.hubs[n], "" if kind == "delivery" else "again_"
    names = Named(f"hubs.{n}.site", f"hubs.{n}.{again}from_at", f"hubs.{n}.{again}until_at")
    from_at, until_at = (hub.again_from_at, hub.again_until_at) if again else (hub.from_at, hub.until_at)
    return [End(Stop(kind=kind, site=hub.site, from_at=from_at, until_at=until_at), names, set(taken))]


def beside(form: Form, refusal: Refusal, made: Made) -> None:
    """Say a refusal beside the fields that it is about, which this form calls otherwise."""
    names = {one.name for one in form.inputs}
    problem = refusal.problem(language())
    for fault in problem.errors:
        sentence = fault.messages.get(language()) or problem.title
        name = _field(re.sub(r"\[(\d+)\]", r".\1", fault.field), made)
        if name in names:
            if sentence not in form.faults.setdefault(name, []):
                form.faults[name].append(sentence)
        else:
            form.refusal = f"{form.refusal} {sentence}".strip()
    form.code = problem.code
    if not form.wrong:
        form.refusal = problem.title


def _field(said: str, made: Made) -> str:
    """The field of this form for one of the command's."""
    found = LEG_FIELD.fullmatch(said)
    if found is None or int(found[1]) >= len(made.legs):
        return said
    leg = int(found[1])
    truck = f"trucks.{made.trucks[leg]}"
    if found[2] == "stops" and found[3]:
        return _of_stop(made.names[leg][int(found[3])], found[4] or "")
    if found[2] == "loads" and found[4] and found[4].startswith("pickup_stop"):
        return made.names[leg][made.legs[leg].loads[int(found[3])].pickup_stop].until_at
    if found[2] == "loads":
        return f"{truck}.parts.0.quantity"
    return f"{truck}.{found[2]}"


def _of_stop(name: Named, field: str) -> str:
    if field in ("from_at", "until_at"):
        return name.from_at if field == "from_at" else name.until_at
    return f"{name.site}.{field.removeprefix('site.')}" if field.startswith("site.") else f"{name.site}.name"


def way_labels(hubs: int, trucks: int, lines: Mapping[int, str]) -> dict[str, str]:
    """What the fields are called here."""
    of_hub = {
        "site.name": _("Plateforme"),
        "site.contact.phone": _("Téléphone sur place"),
        "from_at": _("Déchargement à partir de"),
        "until_at": _("Déchargement jusqu'à"),
        "again_from_at": _("Rechargement à partir de"),
        "again_until_at": _("Rechargement jusqu'à"),
    }
    of_truck = {"how": _("À qui"), "carrier_id": _("Transporteur"), "buy_cents": _("Prix d'achat")}
    return (
        {"leaves_from_at": _("Chargement à partir de"), "leaves_until_at": _("Chargement jusqu'à")}
        | {f"hubs.{n}.{field}": label for n in range(hubs) for field, label in of_hub.items()}
        | {f"trucks.{n}.{field}": label for n in range(trucks) for field, label in of_truck.items()}
        | {
            f"trucks.{n}.parts.{m}.quantity": label
            for n in range(trucks)
            for m, label in enumerate(lines.values())
        }
    )
