"""One row of a sheet made into an order, or the reasons why it cannot be, cell by cell."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

import msgspec

from rt.contracts.core_orders import CellReason, CreateOrder, ImportField, References, Stop
from rt.kernel.core.errors import Refusal
from rt.services.core_orders.domain.asking import Side
from rt.services.core_orders.domain.conventions import Ways
from rt.services.core_orders.domain.moments import END_OF_DAY
from rt.services.core_orders.domain.reader import Reader, When, email, incoterm, requirements
from rt.services.core_orders.domain.sheet.cells import Cell
from rt.services.core_orders.domain.whereabouts import place
from rt.trade.goods import Goods
from rt.trade.money import to_cents
from rt.trade.places import Address, Contact, Site
from rt.trade.zones import PARIS, HourSkipped, instant_told

NEEDED: dict[ImportField, tuple[str, str]] = {
    "pickup_city": ("la ville d'enlèvement", "the pickup city"),
    "delivery_city": ("la ville de livraison", "the delivery city"),
    "description": ("la nature de la marchandise", "the nature of the goods"),
    "weight_kg": ("le poids brut", "the gross weight"),
}
"""Without these a row is not worth a draft."""
COUNTED: tuple[ImportField, ...] = ("quantity", "pallets", "length_cm", "width_cm", "height_cm")


class Made(NamedTuple):
    """What a row comes to: an order to ask for, or reasons."""

    asked: CreateOrder | None
    reasons: list[CellReason]


def make(cells: Mapping[ImportField, tuple[str, Cell]], ways: Ways) -> Made:
    """The order that a row asks for; `cells` are heading and cell by field."""
    row = Reader(cells, ways)
    for field, (fr, en) in NEEDED.items():
        if not row.given(field):
            row.refuse(field, f"il manque {fr}", f"{en} is missing")
    goods = _goods(row)
    values: dict[str, Any] = {
        "reference": row.text("reference", 40),
        "references": References(
            purchase_order=row.text("purchase_order", 40),
            delivery_note=row.text("delivery_note", 40),
            booking=row.text("booking", 40),
        ),
        "stops": [_stop(row, "pickup"), _stop(row, "delivery")],
        "goods": [goods] if goods else [],
        "consignee_name": row.text("delivery_name"),
        "consignee_email": row.read("consignee_email", email, ""),
        "requirements": row.read("requirements", requirements, []),
        "incoterm": row.read("incoterm", incoterm, ""),
        "instructions": row.text("instructions", 1_000),
        "buy_cents": _cents(row, "buy_price"),
        "sell_cents": _cents(row, "sell_price"),
    }
    return Made(None, row.reasons) if row.reasons else Made(CreateOrder(**values), [])


def refused(refusal: Refusal) -> CellReason:
    """Why the whole row is refused: an overload, an impossible window."""
    return CellReason(column="", field=refusal.field, value="", fr=refusal.says("fr"), en=refusal.says("en"))


def _stop(row: Reader, side: Side) -> Stop:
    def field(name: str) -> ImportField:
        return cast("ImportField", f"{side}_{name}")

    where = place(row, side)
    from_at, until_at = _window(row, side)
    return Stop(
        kind="pickup" if side == "pickup" else "delivery",
        site=Site(
            name=row.text(field("name")) or where.city,
            address=Address(
                street=row.text(field("street"), 200),
                postal_code=where.postal_code,
                city=where.city,
                country=where.country,
            ),
            contact=Contact(name=row.text(field("contact")), phone=row.text(field("phone"), 40)),
        ),
        from_at=from_at,
        until_at=until_at,
    )


def _window(row: Reader, side: Side) -> tuple[datetime | None, datetime | None]:
    """From when until when: by two columns, by one with a span ("15/01 8h-12h"), or by a column of hours."""
    begin, end = cast("ImportField", f"{side}_from"), cast("ImportField", f"{side}_until")
    opening = cast("ImportField", f"{side}_hours")
    first, last, hours = row.when(begin), row.when(end), row.hours(opening)
    day = first.day or last.day
    if day is None:
        for field, said in ((begin, first), (end, last)):
            if said.clock != When().clock:
                row.refuse(field, "une heure sans date", "an hour without a date")
        return None, None
    starts = {
        begin: first.clock.start,
        end: last.clock.start if last.clock.end else None,
        opening: hours.start,
    }
    ends = {end: last.clock.end or last.clock.start, begin: first.clock.end, opening: hours.end}
    start, finish = _said(starts), _said(ends)
    from_at = None
    if first.day or start:
        from_at = _instant(row, first.day or day, start or (begin, time()), first if first.day else last)
    until_at = None
    if last.day or finish:
        until_at = _instant(row, last.day or day, finish or (end, END_OF_DAY), last if last.day else first)
    elif from_at and not start:
        until_at = _instant(row, day, (end, END_OF_DAY), first)
    if from_at and until_at and until_at < from_at:
        if last.day is None:
            morning = day + timedelta(days=1)  # "22h-6h" ends the next one, by the clock on the wall
            return from_at, _instant(row, morning, finish or (end, END_OF_DAY), first)
        row.refuse(end, "la fin précède le début", "the end is before the beginning")
    return from_at, until_at


def _said(hours: Mapping[ImportField, time | None]) -> tuple[ImportField, time] | None:
    """The first hour that one of these cells says, and which."""
    return next(((field, clock) for field, clock in hours.items() if clock), None)


def _instant(row: Reader, day: date, hour: tuple[ImportField, time], said: When) -> datetime | None:
    field, clock = hour
    try:
        return instant_told(day, clock, said.zone or PARIS)
    except HourSkipped as skipped:
        row.refuse(field, skipped.says("fr"), skipped.says("en"))
        return None


def _goods(row: Reader) -> Goods | None:
    figures: dict[str, Any] = {
        "weight_kg": float(row.number("weight_kg") or 0),
        "volume_m3": float(row.number("volume_m3") or 0),
    }
    for counted in COUNTED:
        value = row.number(counted)
        if value is not None:
            figures[counted] = int(value)
    values = {
        "description": row.text("description", 200) or "-",
        "package_code": row.read("package_code", str.upper, "PX"),
        **figures,
    }
    for name, value in values.items():
        try:
            msgspec.convert({"description": "-", name: value}, Goods)
        except msgspec.ValidationError:
            row.refuse(cast("ImportField", name), "hors des valeurs admises", "outside of what is allowed")
            return None
    return msgspec.convert(values, Goods)


def _cents(row: Reader, field: ImportField) -> int | None:
    value = row.number(field)
    return None if value is None else to_cents(value)
