"""The order that one stretch of a letter asks for: every field once, with what else it may be."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rt.contracts.core_orders import ImportField
from rt.services.core_orders.domain.letter import cargo, terms, where, wishes
from rt.services.core_orders.domain.letter.calls import Call, calls
from rt.services.core_orders.domain.letter.finds import Find, Why, best
from rt.services.core_orders.domain.letter.sections import Mark, sections
from rt.services.core_orders.domain.letter.stops import of_call
from rt.services.core_orders.domain.letter.tables import Cell, Row, Table
from rt.services.core_orders.domain.letter.when import Day
from rt.services.core_orders.domain.letter.where import Spot

GOODS = (
    "description",
    "pallets",
    "quantity",
    "package_code",
    "weight_kg",
    "volume_m3",
    "length_cm",
    "width_cm",
    "height_cm",
    "un_number",
    "temperature_min_c",
    "temperature_max_c",
)
TOTAL = re.compile(r"total|gesamt|soit|en tout|overall", re.IGNORECASE)
SAID_TOTAL = Why("dit comme total", "said as the total")
FROM_PALLETS = Why("autant que de palettes", "as many as pallets")
BY_LINE = Why("une ligne par marchandise", "one line for each kind of goods")
OF_CONSIGNEE = Why("le nom du dernier lieu de livraison", "the name of the last delivery place")
COLD_SAID = Why("une température est dite", "a temperature is said")
UN_SAID = Why("un numéro ONU est dit", "a UN number is said")
IN_COLUMN = Why("sous ce titre de colonne", "under this column heading")
MOST_LINES = 20


def order_finds(
    body: str,
    start: int,
    end: int,
    marks: Sequence[Mark],
    spots: Sequence[Spot],
    days: Sequence[Day],
    grid: Table | None,
    row: Row | None,
) -> list[Find]:
    """The fields of the order in that stretch; `row` is its line of a table, if it has one."""
    inside = [one for one in marks if start <= one.start < end]
    if row is not None and grid is not None:
        found, outside = list(_of_row(body, row, grid, days)), _blanked(body, grid)
    else:
        outside = body
        there = [spot for spot in spots if start <= spot.start < end]
        stops = calls(body, start, end, sections(inside, end), there)
        found = _stops(body, stops, days)
        found += _goods(body, start, end, grid)
    named = {one.field for one in found}
    rest = [
        one for one in _terms(outside, start, end) if one.field not in named or one.field == "requirements"
    ]
    found += rest
    found += list(_following([*found]))
    return found


def _blanked(body: str, grid: Table) -> str:
    return body[: grid.start] + re.sub(r"[^\n]", " ", body[grid.start : grid.end]) + body[grid.end :]


def _stops(body: str, stops: Sequence[Call], days: Sequence[Day]) -> list[Find]:
    found: list[Find] = []
    pickups, deliveries = _of(stops, "pickup")[:10], _of(stops, "delivery")[:10]
    numbered = [*enumerate(pickups), *enumerate(deliveries, max(1, len(pickups)))]
    for number, call in numbered:
        why = Why("le mot qui précède", "the word before it")
        sure = call.spot.confidence if call.marked else "guess"
        found.append(Find(f"stops.{number}.kind", call.side, sure, why, *call.spot.city_at))
        found += of_call(body, call, number, days)
    return found


def _of(stops: Sequence[Call], side: str) -> list[Call]:
    return [one for one in stops if one.side == side]


def _goods(body: str, start: int, end: int, grid: Table | None) -> list[Find]:
    if grid is not None and not grid.trips and start <= grid.start < end:
        found: list[Find] = []
        for number, row in enumerate(grid.rows[:MOST_LINES]):
            found += [
                one._replace(field=f"goods.{number}.{one.field}") for one in _row_goods(body, row, grid)
            ]
        if found:
            return found
    by_line = _lines_of_goods(body, start, end)
    if by_line:
        return by_line
    gathered: dict[str, list[Find]] = {}
    readers = (
        cargo.figures(body, start, end),
        cargo.sizes(body, start, end),
        cargo.hazards(body, start, end),
        cargo.descriptions(body, start, end),
    )
    for reader in readers:
        for one in reader:
            gathered.setdefault(one.field, []).append(one)
    chosen = (_chosen(body, name, gathered.get(name, [])) for name in (*GOODS, "loading_metres"))
    return [
        one if one.field == "loading_metres" else one._replace(field=f"goods.0.{one.field}")
        for one in chosen
        if one
    ]


def _chosen(body: str, name: str, some: list[Find]) -> Find | None:
    """Of several figures the one that is said to be the total."""
    if len({one.value for one in some}) > 1 and name in ("weight_kg", "pallets", "quantity", "volume_m3"):
        totals = [
            one
            for one in some
            if TOTAL.search(body[max(body.rfind("\n", 0, one.start) + 1, one.start - 25) : one.start])
        ]
        if len({one.value for one in totals}) == 1:
            return totals[0].at_most("likely", SAID_TOTAL)
    return best(some)


def _lines_of_goods(body: str, start: int, end: int) -> list[Find]:
    """Lines that each count something and weigh it: a goods line each, if there are several."""
    kept: list[list[Find]] = []
    at = start
    while at < end:
        stop = body.find("\n", at, end)
        stop = stop if stop >= 0 else end
        figures = list(cargo.figures(body, at, stop))
        names = [one.field for one in figures]
        if (
            names.count("weight_kg") == 1
            and (set(names) & {"pallets", "quantity"})
            and not TOTAL.search(body[at:stop])
        ):
            kept.append(
                [
                    *figures,
                    *cargo.descriptions(body, at, stop),
                    *cargo.sizes(body, at, stop),
                    *cargo.hazards(body, at, stop),
                ]
            )
        at = stop + 1
    if not 1 < len(kept) <= MOST_LINES or len({tuple(one.value for one in line) for line in kept}) < len(
        kept
    ):
        return []
    found = []
    for number, line in enumerate(kept):
        for name in GOODS:
            if (said := best(each for each in line if each.field == name)) is not None:
                found.append(said.at_most("likely", BY_LINE)._replace(field=f"goods.{number}.{name}"))
    return found


def _terms(body: str, start: int, end: int) -> Iterator[Find]:
    gathered: dict[str, list[Find]] = {}
    for one in (
        *terms.references(body, start, end),
        *terms.money(body, start, end),
        *terms.remarks(body, start, end),
        *terms.incoterms(body, start, end),
        *terms.vehicles(body, start, end),
    ):
        gathered.setdefault(one.field, []).append(one)
    for field, some in gathered.items():
        if (chosen := best(some)) is not None:
            yield chosen._replace(field="goods.0.value_cents" if field == "goods.value_cents" else field)
    wanted: dict[str, Find] = {}
    for one in wishes.wishes(body, start, end):
        if one.value not in wanted or wanted[one.value].confidence != "high":
            wanted[one.value] = one
    yield from wanted.values()


def _following(found: Sequence[Find]) -> Iterator[Find]:
    """What follows from what was found: a consignee, a requirement, how many packages."""
    by_field = {one.field: one for one in found}
    deliveries = [one for one in found if one.field.endswith(".kind") and one.value == "delivery"]
    if deliveries:
        path = deliveries[-1].field.removesuffix(".kind")
        name = by_field.get(f"{path}.site.name")
        if name and name.confidence != "guess":
            yield name._replace(field="consignee_name", why=OF_CONSIGNEE)
    wanted = {one.value for one in found if one.field == "requirements"}
    for field, code, why in (("temperature_max_c", "temperature", COLD_SAID), ("un_number", "adr", UN_SAID)):
        said = next(
            (one for one in found if one.field.startswith("goods.") and one.field.endswith(field)), None
        )
        if said and code not in wanted:
            yield Find("requirements", code, said.confidence, why, said.start, said.end)
    for number in range(MOST_LINES):
        pallets = by_field.get(f"goods.{number}.pallets")
        if pallets and f"goods.{number}.quantity" not in by_field:
            yield pallets.at_most("likely", FROM_PALLETS)._replace(field=f"goods.{number}.quantity")
            yield pallets.at_most("likely", FROM_PALLETS)._replace(
                field=f"goods.{number}.package_code", value="PX", others=()
            )


def _of_row(body: str, row: Row, grid: Table, days: Sequence[Day]) -> Iterator[Find]:
    """A row that is a whole trip: each cell read as if it stood alone under its heading."""
    stops: list[Call] = []
    spots = where.coded(body[: row.end])
    for side in ("pickup", "delivery"):
        parts = {name: cell for name, cell in row.cells.items() if name.startswith(side)}
        spot = _row_spot(body, parts, side, [one for one in spots if one.start >= row.start])
        if spot:
            stretches = [
                (cell.start, cell.end)
                for name, cell in parts.items()
                if not name.endswith(("_city", "_postal_code"))
            ]
            stops.append(Call("pickup" if side == "pickup" else "delivery", spot, stretches))
    for one in _stops(body, stops, days):
        number = int(one.field.split(".")[1])
        call = stops[min(number, len(stops) - 1)]
        side = call.side
        named = row.cells.get("pickup_name" if side == "pickup" else "delivery_name")
        if one.field.endswith(".site.name"):
            if named and not any(_covers(named, each) for each in [call.spot]):
                yield Find(one.field, named.text[:120], "likely", IN_COLUMN, named.start, named.end)
            else:
                yield one
        elif not one.field.endswith(".street"):
            yield one
    for one in _row_goods(body, row, grid):
        yield one._replace(field=f"goods.0.{one.field}")
    for field, target in (
        ("purchase_order", "references.purchase_order"),
        ("reference", "references.purchase_order"),
        ("delivery_note", "references.delivery_note"),
        ("booking", "references.booking"),
    ):
        cell = row.cells.get(_field(field))
        if cell and len(cell.text) <= 40:
            yield Find(target, cell.text, "high", IN_COLUMN, cell.start, cell.end)
            if field == "purchase_order":
                break
    price = row.cells.get("buy_price") or row.cells.get("sell_price")
    if price and (money := next(iter(terms.money(f"prix {price.text} EUR", 0, len(price.text) + 20)), None)):
        yield money._replace(start=price.start, end=price.end)


def _field(name: str) -> ImportField:
    known: Any = name
    found: ImportField = known
    return found


def _covers(cell: Cell, spot: Spot) -> bool:
    return cell.start <= spot.start < cell.end


def _row_spot(body: str, parts: dict[ImportField, Cell], side: str, spots: Sequence[Spot]) -> Spot | None:
    city, code = parts.get(_field(f"{side}_city")), parts.get(_field(f"{side}_postal_code"))
    for cell in (city, parts.get(_field(f"{side}_name")), parts.get(_field(f"{side}_street"))):
        if cell and (inside := next((spot for spot in spots if _covers(cell, spot)), None)):
            return inside
    if city is None:
        city = parts.get(_field(f"{side}_name"))
    if city is None:
        return None
    if code and (joined := next(iter(where.coded(f"{code.text} {city.text}")), None)):
        return joined._replace(
            start=code.start, end=city.end, city_at=(city.start, city.end), code_at=(code.start, code.end)
        )
    return next(iter(where.towns(body, city.start, city.end)), None)


def _row_goods(body: str, row: Row, grid: Table) -> Iterator[Find]:
    described = row.cells.get("description")
    if described:
        yield Find("description", described.text[:200], "high", IN_COLUMN, described.start, described.end)
    for field in ("weight_kg", "quantity", "pallets", "volume_m3", "length_cm", "width_cm", "height_cm"):
        cell = row.cells.get(_field(field))
        if cell is None:
            continue
        one = cargo.alone(cell.text, _field(field), grid.units.get(_field(field), ""))
        if one:
            yield one._replace(start=cell.start, end=cell.end)
    wanted = row.cells.get("requirements")
    if wanted:
        yield from wishes.wishes(body, wanted.start, wanted.end)
