"""Several held orders in one truck (groupage): where it calls in which order, what it holds, what is left."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, structs
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import Equipment, FileView, GetFile, GetOrder, LegAsked, ReadOrder, Subcontract
from rt.contracts.planning import FindVehicles
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.pages.carriers import carrier_choices
from rt.pages.filters import address
from rt.pages.legs import give, refuse_ungiven, ways
from rt.pages.legs_stops import Aboard, Call, Taken, aboard, arranged, calls_of, loads_of
from rt.pages.legs_way import How, Made, Named, Truck, beside, waiting
from rt.trade.days import TripMoment
from rt.trade.loading import EQUIPMENT
from rt.trade.money import shared_out, to_cents
from rt.ui.asking import attempt, attempt_all, key_of, signed_in_still, ticked, typed
from rt.ui.catalogues import gettext as _
from rt.ui.fields import Unreadable, decimal
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

PATH = "/legs/group"
MOST_ORDERS = 8
"""Of one truck: each calls at two places at least, and a leg has twenty stops."""
MOST_VEHICLES = 100
USUAL = "semi_tautliner"


class Stopping(msgspec.Struct, kw_only=True):
    """A stop of the truck, by its number among those that the orders ask for."""

    number: int
    from_at: TripMoment | None = None
    until_at: TripMoment | None = None


class Group(msgspec.Struct, kw_only=True):
    """The truck that orders are put together in: its stops in their order, its room, to whom it is given."""

    stops: list[Stopping]
    vehicle: str
    how: How
    carrier_id: str = ""
    buy_cents: Annotated[int, Meta(ge=0, le=10_000_000_00)] | None = None


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What a vehicle holds."""

    metres: float
    pallets: int
    weight_kg: float


class Margin(msgspec.Struct, kw_only=True):
    """What an order brings before and after this truck; costs unknown so far are left out of both."""

    reference: str
    sold_cents: int | None
    before_cents: int | None
    share_cents: int | None
    after_cents: int | None


class Shown(msgspec.Struct, kw_only=True):
    """A stop as the page shows it: what boards or leaves, and what is on the truck then."""

    call: Call
    number: int
    orders: list[str]
    aboard: Aboard


class GroupPage(Page):
    """The orders of one truck."""

    template = "pages/legs_group.html"
    form: Form
    here: str
    stops: list[Shown]
    room: Room
    most: Aboard
    margins: list[Margin]
    columns: list[Column]
    reads: list[str]


async def choose(visit: Visit) -> Response:
    """The boxes of the list: on to the page of these orders."""
    ids = list(dict.fromkeys(ticked(visit, "order_id")))
    if len(ids) < 2:
        return visit.go("/orders", _("Cochez au moins deux commandes à regrouper."), kind="bad")
    if len(ids) > MOST_ORDERS:
        said = _("Cochez %(most)s commandes au plus pour un camion.") % {"most": MOST_ORDERS}
        return visit.go("/orders", said, kind="bad")
    return visit.go(address(PATH, {"orders": ",".join(ids)}))


async def group(visit: Visit) -> Page | Response:
    """Arrange the stops, see what the truck holds and what is left, then make the leg and give it."""
    ids = list(dict.fromkeys(filter(None, visit.query.get("orders", "").split(","))))[:MOST_ORDERS]
    orders = [one for one in await attempt_all(visit, [GetOrder(order_id=one) for one in ids]) if one]
    files = await attempt_all(visit, [GetFile(order_id=one.order_id) for one in orders])
    taken, kept = [], []
    for order, file in zip(orders, files, strict=True):
        choices = waiting(order, file) if file and "Subcontract" in order.may else []
        if file is None or not choices:
            said = _("%(ref)s n'est pas à regrouper : vous ne la tenez pas, ou tout en est déjà confié.")
            return visit.go("/orders", said % {"ref": order.reference}, kind="bad")
        taken.append(Taken(order, choices[0]))
        kept.append(file)
    if len(taken) < 2:
        return visit.go("/orders", _("Cochez au moins deux commandes à regrouper."), kind="bad")
    calls = calls_of(taken)
    vehicles, carriers = await asyncio.gather(_vehicles(visit), carrier_choices(visit))
    then = typed(visit, "then")
    form = await _form(visit, then, calls, vehicles, carriers)
    way = _way(form, len(calls))
    if visit.posted is not None and not then and not form.wrong:
        said_ = await _made(visit, form, taken, calls)
        if said_ is not None:
            return said_
    ordered = [calls[n] for n in way]
    held = aboard(taken, ordered)
    rooms = dict(vehicles)
    margins = _margins(taken, kept, _cents(form))
    references = {one.order.order_id: one.order.reference for one in taken}
    return GroupPage(
        title=_("Regrouper %(count)s commandes") % {"count": len(taken)},
        crumbs=[("/orders", _("Commandes"))],
        form=form,
        here=address(PATH, {"orders": ",".join(one.order.order_id for one in taken)}),
        stops=[
            Shown(call=calls[n], number=n, orders=[references[one] for one in calls[n].changes], aboard=load)
            for n, load in zip(way, held, strict=True)
        ],
        room=rooms.get(_vehicle(form), next(iter(rooms.values()))),
        most=Aboard(*(max(column) for column in zip(*held, strict=True))),
        margins=[*margins, _total(margins)],
        columns=[
            Column(name="reference", label=_("Commande")),
            Column(name="sold_cents", label=_("Vendu"), kind="money"),
            Column(name="before_cents", label=_("Avant"), kind="money"),
            Column(name="share_cents", label=_("Part du camion"), kind="money"),
            Column(name="after_cents", label=_("Après"), kind="money"),
        ],
        reads=[f"{one.order.order_id}:{one.order.version}" for one in taken],
    )


Rooms = list[tuple[str, Room]]


async def _vehicles(visit: Visit) -> Rooms:
    """By the code of the choice: the usual kinds first, then the own fleet."""
    found = await attempt(visit, FindVehicles(active=True, limit=MOST_VEHICLES))
    usual = [
        (
            one.code,
            Room(metres=one.loading_metres, pallets=one.floor_pallets["EUR"], weight_kg=one.payload_kg),
        )
        for one in EQUIPMENT
    ]
    own = [
        (
            one.plate,
            Room(
                metres=one.capacity_loading_metres,
                pallets=one.capacity_pallets,
                weight_kg=one.capacity_kg,
            ),
        )
        for one in (found.items if found else ())
    ]
    return usual + own


async def _form(
    visit: Visit, then: str, calls: Sequence[Call], vehicles: Rooms, carriers: Sequence[Choice]
) -> Form:
    names = {one.code: one.en if language() == "en" else one.fr for one in EQUIPMENT}
    rows = {"stops": len(calls)}
    labels = {"vehicle": _("Véhicule"), "how": _("À qui"), "carrier_id": _("Transporteur")}
    labels |= {"buy_cents": _("Prix d'achat")}
    labels |= {f"stops.{n}.from_at": _("À partir de") for n in range(len(calls))}
    labels |= {f"stops.{n}.until_at": _("Jusqu'à") for n in range(len(calls))}
    drawn: dict[str, Any] = {
        "rows": rows,
        "choices": {
            "vehicle": [Choice(code, names.get(code, code)) for code, _room in vehicles],
            "how": ways(),
            "carrier_id": carriers,
        },
        "labels": labels,
        "submit": _("Regrouper"),
    }
    form = visit.form(Group, **drawn)
    stale = visit.posted is not None and not then and not _complete(form, len(calls))
    if visit.posted is not None and not then and not stale:
        return form
    if visit.posted is None:
        way = await asyncio.to_thread(arranged, calls)
        values: dict[str, Any] = {
            "vehicle": USUAL,
            "how": "offer" if carriers else "later",
            "carrier_id": carriers[0].value if carriers else "",
            "stops": [_as_asked(calls, n) for n in way],
        }
    else:
        values = form.raw()
        await _moved(values, "near" if stale else then, calls)
    posted, visit.posted = visit.posted, None
    form = visit.form(Group, values=values, **drawn)
    visit.posted = posted
    if stale:
        form.refusal = _("Les arrêts ont changé entre-temps : relisez-les.")
    return form


def _as_asked(calls: Sequence[Call], n: int) -> dict[str, Any]:
    """A stop with the times that its orders ask for."""
    return {"number": str(n), "from_at": calls[n].stop.from_at, "until_at": calls[n].stop.until_at}


async def _moved(values: dict[str, Any], then: str, calls: Sequence[Call]) -> None:
    """What a button does to the order of the stops."""
    what, _colon, number = then.partition(":")
    at, stops = whole(number) or 0, values.get("stops", [])
    other = at - 1 if what == "up" else at + 1
    if what in ("up", "down") and 0 <= at < len(stops) and 0 <= other < len(stops):
        stops[at], stops[other] = stops[other], stops[at]
    elif what == "near":
        by_number = {whole(one.get("number", "")): one for one in stops}
        way = await asyncio.to_thread(arranged, calls)
        values["stops"] = [by_number.get(n) or _as_asked(calls, n) for n in way]


def _way(form: Form, count: int) -> list[int]:
    """The stops in their order; those that were not posted stand at the end."""
    said = [whole(str(form.input(f"stops.{n}.number").value)) for n in range(count) if _has(form, n)]
    known = list(dict.fromkeys(n for n in said if n is not None and n < count))
    return known + [n for n in range(count) if n not in known]


def _has(form: Form, n: int) -> bool:
    return any(one.name == f"stops.{n}.number" for one in form.inputs)


def _complete(form: Form, count: int) -> bool:
    """Whether the stops that were posted are those that the orders ask for by now, each once."""
    said = [whole(str(one.value)) for one in form.inputs if one.name.endswith(".number")]
    return len(said) == count and set(said) == set(range(count))


def _vehicle(form: Form) -> str:
    return str(form.input("vehicle").value)


def _cents(form: Form) -> int | None:
    """What the truck costs as far as it is typed."""
    text = str(form.input("buy_cents").value)
    try:
        return to_cents(decimal(text)) if text.strip() else None
    except Unreadable:
        return None


def _margins(taken: Sequence[Taken], files: Sequence[FileView], cents: int | None) -> list[Margin]:
    """Each order's part of the truck's price, by weight as its file will have it."""
    shares: Sequence[int | None] = [None] * len(taken)
    if cents is not None:
        shares = shared_out(cents, [one.grams for one in taken])
    found = []
    for one, file, share in zip(taken, files, shares, strict=True):
        spent = sum(leg.cost_cents or 0 for leg in file.legs if leg.state != "cancelled")
        before = None if file.sold_cents is None else file.sold_cents - spent
        found.append(
            Margin(
                reference=one.order.reference,
                sold_cents=file.sold_cents,
                before_cents=before,
                share_cents=share,
                after_cents=None if before is None or share is None else before - share,
            )
        )
    return found


def _total(margins: Sequence[Margin]) -> Margin:
    """All orders together; None where one is not known."""

    def whole_of(values: Sequence[int | None]) -> int | None:
        known = [one for one in values if one is not None]
        return sum(known) if len(known) == len(values) else None

    return Margin(
        reference=_("Ensemble"),
        sold_cents=whole_of([one.sold_cents for one in margins]),
        before_cents=whole_of([one.before_cents for one in margins]),
        share_cents=whole_of([one.share_cents for one in margins]),
        after_cents=whole_of([one.after_cents for one in margins]),
    )


async def _made(visit: Visit, form: Form, taken: Sequence[Taken], calls: Sequence[Call]) -> Response | None:
    """The leg, made and given; None where something was refused."""
    said = form.read()
    if not isinstance(said, Group):
        return None
    truck = Truck(stretch=0, how=said.how, carrier_id=said.carrier_id, buy_cents=said.buy_cents)
    refuse_ungiven(form, "", truck)
    if form.faults:
        return None
    ordered = [
        calls[one.number]._replace(
            stop=structs.replace(calls[one.number].stop, from_at=one.from_at, until_at=one.until_at)
        )
        for one in said.stops
    ]
    leg = LegAsked(
        stops=[call.stop for call in ordered],
        loads=loads_of(taken, ordered),
        buy_cents=said.buy_cents,
        equipment=msgspec.convert(said.vehicle, Equipment) if said.vehicle in CODES else "",
    )
    read = dict(one.rpartition(":")[::2] for one in ticked(visit, "read"))
    orders = [
        ReadOrder(order_id=one.order.order_id, version=whole(read.get(one.order.order_id, "")) or 1)
        for one in taken
    ]
    names = [Named(f"stops.{n}", f"stops.{n}.from_at", f"stops.{n}.until_at") for n in range(len(ordered))]
    try:
        answer = await visit.ask(Subcontract(orders=orders, legs=[leg]), key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        beside(form, refusal, Made([leg], [0], [names]))
        return None
    file = await visit.ask(GetFile(order_id=taken[0].order.order_id))
    refused = [
        sentence
        for one in file.legs
        if one.order_id in answer.order_ids
        for sentence in await give(visit, one, truck)
    ]
    done = _("Un camion porte ces commandes ; chaque dossier en a sa part.")
    return visit.go(
        f"/orders/{answer.order_ids[0]}", " ".join(refused) or done, kind="bad" if refused else "ok"
    )


CODES = {one.code for one in EQUIPMENT}
PAGES: Sequence[Route] = [page(PATH, group), page("/orders/group", choose, methods=("POST",))]
