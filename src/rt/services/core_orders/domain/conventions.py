"""How a sheet writes what can be read in two ways: as its own cells show, else as its sender answers."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import NamedTuple, cast

from rt.contracts.core_orders import ColumnMatch, ImportField, ImportQuestion
from rt.services.core_orders.domain.asking import (
    HIDDEN_ROWS,
    about_columns,
    about_days,
    about_figures,
    about_hidden_rows,
)
from rt.services.core_orders.domain.columns import Named, french, matched, twins, unit
from rt.services.core_orders.domain.headings import UNITS
from rt.services.core_orders.domain.moments import DayOrder, MomentUnreadable, Spoken, spoken
from rt.services.core_orders.domain.sheet.cells import Cell, Sheet
from rt.trade.days import TRIP_AHEAD_DAYS, TRIP_PAST_DAYS
from rt.trade.numbers import DecimalMark, Figure, NumberUnreadable, figure

WHOLE: frozenset[ImportField] = frozenset({"quantity", "pallets", "length_cm", "width_cm", "height_cm"})
DATED = ("pickup_from", "pickup_until", "delivery_from", "delivery_until")
MOST: Mapping[ImportField, int] = {
    **{"weight_kg": 100_000, "volume_m3": 1_000, "quantity": 100_000, "pallets": 1_000},
    **{
        "length_cm": 2_000,
        "width_cm": 300,
        "height_cm": 400,
        "buy_price": 10_000_000,
        "sell_price": 10_000_000,
    },
}
"""What a figure of that field comes to at most (goods lines, prices): beyond it a reading is none."""

Answers = Mapping[str, str]


class Ways(NamedTuple):
    """How the cells of a sheet are read: decimal marks, order of dates and units by field; the answers."""

    today: date
    marks: Mapping[ImportField, DecimalMark] = {}
    orders: Mapping[ImportField, DayOrder] = {}
    units: Mapping[ImportField, str] = {}
    answers: Answers = {}


class Conventions(NamedTuple):
    """How to read, which columns fill which field, and what is left to ask."""

    ways: Ways
    columns: list[ColumnMatch]
    questions: list[ImportQuestion]


def conventions(sheet: Sheet, named: Named, answers: Answers, today: date) -> Conventions:
    columns, questions = _told_apart(sheet, named, answers)
    ways = Ways(
        today, {}, {}, {one.field: unit(one.column, one.field) for one in columns if one.field}, answers
    )
    cells = {
        one.field: [row.cells[place] for row in sheet.rows] for place, one in enumerate(columns) if one.field
    }
    headings = {one.field: one.column for one in columns if one.field}
    marks, asked = _marks(cells, headings, ways)
    orders, asked_too = _orders(cells, headings, ways, day_first=french(columns))
    ways = ways._replace(marks=marks, orders=orders)
    lines = [row.number for row in sheet.rows if row.hidden]
    hidden = [about_hidden_rows(lines, answers.get(HIDDEN_ROWS, ""))] if lines else []
    return Conventions(ways, columns, [*questions, *asked, *asked_too, *hidden])


def admitted(field: ImportField, value: Decimal | None) -> bool:
    """Whether a reading can be meant: whole where things are counted, not beyond what a lorry takes."""
    if value is None or not 0 <= value <= MOST[field]:
        return False
    return field not in WHOLE or value == value.to_integral_value()


def readings(text: str, field: ImportField, heading_unit: str) -> tuple[Figure, dict[DecimalMark, Decimal]]:
    """The figure and what it can mean in that field, by decimal mark; one where both come to the same."""
    read = figure(text)
    factor = UNITS[field].get(read.unit or heading_unit, Decimal(1))
    both: list[tuple[DecimalMark, Decimal | None]] = [(",", read.comma), (".", read.point)]
    meant = {
        mark: value * factor for mark, value in both if value is not None and admitted(field, value * factor)
    }
    if len(set(meant.values())) == 1:
        meant = dict(list(meant.items())[:1])
    return read, meant


def likely(day: date | None, today: date) -> bool:
    """Whether a trip can be planned or looked back on that day."""
    return day is not None and -TRIP_PAST_DAYS <= (day - today).days <= TRIP_AHEAD_DAYS


def _marks(
    cells: Mapping[ImportField, Sequence[Cell]], headings: Mapping[ImportField, str], ways: Ways
) -> tuple[dict[ImportField, DecimalMark], list[ImportQuestion]]:
    shown: dict[ImportField, set[DecimalMark]] = {}
    doubtful: dict[ImportField, list[str]] = {}
    for field in (field for field in cells if field in UNITS):
        shown[field], doubtful[field] = set(), []
        for cell in cells[field]:
            with suppress(NumberUnreadable):
                if cell.kind == "text" and cell.text:
                    read, meant = readings(cell.text, field, ways.units[field])
                    if read.shows:
                        shown[field].add(read.shows)
                    if len(meant) > 1:
                        doubtful[field].append(cell.text)
    everywhere = set().union(*shown.values()) if shown else set()
    marks: dict[ImportField, DecimalMark] = {}
    questions = []
    for field, texts in doubtful.items():
        name = f"decimal:{field}"
        evidence = shown[field] or everywhere
        if len(evidence) == 1:
            marks[field] = next(iter(evidence))
            continue
        if not texts:
            continue
        answer = ways.answers.get(name)
        if answer in (",", "."):
            marks[field] = cast("DecimalMark", answer)
        _, meant = readings(texts[0], field, ways.units[field])
        questions.append(about_figures(name, field, headings[field], texts, meant, answer or ""))
    return marks, questions


def _orders(
    cells: Mapping[ImportField, Sequence[Cell]],
    headings: Mapping[ImportField, str],
    ways: Ways,
    day_first: bool,
) -> tuple[dict[ImportField, DayOrder], list[ImportQuestion]]:
    shown: dict[ImportField, set[DayOrder]] = {}
    doubtful: dict[ImportField, list[str]] = {}
    for field in (field for field in cells if field in DATED):
        shown[field], doubtful[field] = set(), []
        for cell in cells[field]:
            with suppress(MomentUnreadable):
                if cell.kind == "text" and cell.text:
                    said = spoken(cell.text)
                    if len(said.days()) == 2:
                        doubtful[field].append(cell.text)
                    elif said.dated and said.day_first != said.month_first:
                        shown[field].add("day_first" if said.day_first else "month_first")
    everywhere = set().union(*shown.values()) if shown else set()
    orders: dict[ImportField, DayOrder] = {}
    questions = []
    for field, texts in doubtful.items():
        name = f"date:{field}"
        evidence = shown[field] or everywhere
        if len(evidence) == 1:
            orders[field] = next(iter(evidence))
        elif not evidence and day_first:
            orders[field] = "day_first"
        elif texts:
            answer = ways.answers.get(name)
            if answer in ("day_first", "month_first"):
                orders[field] = cast("DayOrder", answer)
            elif all(likely_one(spoken(text), ways.today) for text in texts):
                continue
            questions.append(about_days(name, field, headings[field], texts, answer or ""))
    return orders, questions


def likely_one(said: Spoken, today: date) -> date | None:
    """The only reading that can be planned, if there is but one."""
    days = {day for day in said.days() if likely(day, today)}
    return days.pop() if len(days) == 1 else None


def _told_apart(
    sheet: Sheet, named: Named, answers: Answers
) -> tuple[list[ColumnMatch], list[ImportQuestion]]:
    """Columns of one field: the one with something in it, the one chosen, or none until it is chosen."""
    told = matched(sheet.headings, named)
    questions = []
    for field, places in twins(sheet.headings, named).items():
        texts = {place: [row.cells[place].text for row in sheet.rows] for place in places}
        full = [place for place in places if any(texts[place])]
        same = all(texts[place] == texts[full[0]] for place in full)
        name = f"column:{field}"
        chosen = [place for place in full if sheet.headings[place] == answers.get(name)]
        kept = full[0] if full and same else chosen[0] if chosen else None
        for place in places:
            told[place] = ColumnMatch(column=sheet.headings[place], field=field if place == kept else None)
        if len(full) > 1 and not same:
            questions.append(
                about_columns(
                    name,
                    field,
                    {sheet.headings[place]: texts[place] for place in full},
                    len(sheet.rows),
                    answers.get(name, ""),
                )
            )
    return told, questions
