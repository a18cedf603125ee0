"""One row of a sheet made into an order, or the reasons why it cannot be, cell by cell."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from rt.contracts.core_orders import (
    CellReason,
    CreateOrder,
    ImportField,
    Incoterm,
    References,
    Requirement,
    Stop,
)
from rt.kernel.errors import Refusal
from rt.services.core_orders.domain.columns import folded
from rt.trade import contacts
from rt.trade.goods import Goods
from rt.trade.money import to_cents
from rt.trade.places import Address, Contact, Site

PARIS = ZoneInfo("Europe/Paris")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
DAY_FIRST = re.compile(
    r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})(?:[ T]+(\d{1,2})[:hH](\d{2})?(?::\d{2})?)?$"
)
YEAR_FIRST = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?$")
END_OF_DAY = time(23, 59)
COUNTRIES = {
    **{
        "FRANCE": "FR",
        "BELGIQUE": "BE",
        "BELGIUM": "BE",
        "ALLEMAGNE": "DE",
        "GERMANY": "DE",
        "ESPAGNE": "ES",
    },
    **{"SPAIN": "ES", "ITALIE": "IT", "ITALY": "IT", "PAYSBAS": "NL", "NETHERLANDS": "NL", "SUISSE": "CH"},
    **{"SWITZERLAND": "CH", "LUXEMBOURG": "LU", "PORTUGAL": "PT", "POLOGNE": "PL", "POLAND": "PL"},
    **{"ROYAUMEUNI": "GB", "UNITEDKINGDOM": "GB", "AUTRICHE": "AT", "AUSTRIA": "AT"},
}
REQUIREMENT_WORDS: dict[str, Requirement] = {
    **{folded(one): one for one in get_args(Requirement)},
    **{"HAYON": "tail_lift", "TAILLIFT": "tail_lift", "MATIERESDANGEREUSES": "adr", "FROID": "temperature"},
    **{"TEMPERATUREDIRIGEE": "temperature", "GRUE": "crane", "CHARIOT": "forklift", "BACHE": "tarpaulin"},
    **{"FOURGON": "box", "SANGLES": "straps", "DOUBLEEQUIPAGE": "two_drivers", "SCELLES": "customs_seal"},
}
NEEDED: dict[ImportField, tuple[str, str]] = {
    "pickup_city": ("la ville d'enlèvement", "the pickup city"),
    "delivery_city": ("la ville de livraison", "the delivery city"),
    "description": ("la nature de la marchandise", "the nature of the goods"),
    "weight_kg": ("le poids brut", "the gross weight"),
}
"""Without these a row is not worth a draft."""


class CellWrong(Exception):
    """A cell that cannot be read, with the reason in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class Made(NamedTuple):
    """What a row comes to: an order to ask for, or reasons."""

    asked: CreateOrder | None
    reasons: list[CellReason]


class Reader:
    """Reads the cells of one row by field, and gathers what is wrong with them."""

    def __init__(self, cells: Mapping[ImportField, tuple[str, str]]) -> None:
        self._cells = cells
        self.reasons: list[CellReason] = []

    def text(self, field: ImportField, limit: int = 120) -> str:
        value = self._cells.get(field, ("", ""))[1]
        if len(value) > limit:
            self.refuse(field, f"plus de {limit} caractères", f"more than {limit} characters")
            return ""
        return value

    def read(self, field: ImportField, how: Callable[[str], Any], empty: Any = None) -> Any:
        value = self._cells.get(field, ("", ""))[1]
        if not value:
            return empty
        try:
            return how(value)
        except CellWrong as wrong:
            self.refuse(field, wrong.fr, wrong.en)
            return empty

    def refuse(self, field: ImportField, fr: str, en: str) -> None:
        column, value = self._cells.get(field, (field, ""))
        self.reasons.append(CellReason(column=column, field=field, value=value[:200], fr=fr, en=en))


def make(cells: Mapping[ImportField, tuple[str, str]]) -> Made:
    """The order that a row asks for; `cells` are heading and text by field."""
    row = Reader(cells)
    for field, (fr, en) in NEEDED.items():
        if not row.text(field, 2_000):
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
        "buy_cents": row.read("buy_price", cents),
        "sell_cents": row.read("sell_price", cents),
    }
    return Made(None, row.reasons) if row.reasons else Made(CreateOrder(**values), [])


def refused(refusal: Refusal) -> CellReason:
    """Why the whole row is refused: an overload, an impossible window."""
    return CellReason(column="", field=refusal.field, value="", fr=refusal.says("fr"), en=refusal.says("en"))


def _stop(row: Reader, kind: Literal["pickup", "delivery"]) -> Stop:
    def field(name: str) -> ImportField:
        return cast("ImportField", f"{kind}_{name}")

    city = row.text(field("city"))
    site = Site(
        name=row.text(field("name")) or city,
        address=Address(
            street=row.text(field("street"), 200),
            postal_code=row.read(field("postal_code"), postal_code, ""),
            city=city,
            country=row.read(field("country"), country, "FR"),
        ),
        contact=Contact(name=row.text(field("contact")), phone=row.text(field("phone"), 40)),
    )
    from_at = row.read(field("from"), lambda text: moment(text, time()))
    until_at = row.read(field("until"), lambda text: moment(text, END_OF_DAY))
    if from_at and not until_at and from_at.astimezone(PARIS).time() == time():
        until_at = from_at.astimezone(PARIS).replace(hour=23, minute=59).astimezone(UTC)
    if from_at and until_at and until_at < from_at:
        row.refuse(field("until"), "la fin précède le début", "the end is before the beginning")
    return Stop(
        kind="pickup" if kind == "pickup" else "delivery", site=site, from_at=from_at, until_at=until_at
    )


def _goods(row: Reader) -> Goods | None:
    description = row.text("description", 200)
    values = {
        "description": description or "-",
        "quantity": row.read("quantity", whole, 1),
        "package_code": row.read("package_code", str.upper, "PX"),
        "weight_kg": row.read("weight_kg", lambda text: float(number(text)), 0),
        "volume_m3": row.read("volume_m3", lambda text: float(number(text)), 0),
        "pallets": row.read("pallets", whole, 0),
        "length_cm": row.read("length_cm", whole, 0),
        "width_cm": row.read("width_cm", whole, 0),
        "height_cm": row.read("height_cm", whole, 0),
    }
    for name, value in values.items():
        try:
            msgspec.convert({"description": "-", name: value}, Goods)
        except msgspec.ValidationError:
            row.refuse(cast("ImportField", name), "hors des valeurs admises", "outside of what is allowed")
            values.pop(name)
            return None
    return msgspec.convert(values, Goods)


def number(text: str) -> Decimal:
    """A number as it is written in France or in England: "1 234,5", "1.234,5", "1,234.5", "12.5 kg"."""
    plain = re.sub(r"[\s\u00a0\u202f']|kg|KG|m3|m³|cm|€|EUR", "", text)
    if "," in plain and "." in plain:
        thousands = "." if plain.rindex(",") > plain.rindex(".") else ","
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if not NUMBER.match(plain) or len(plain) > 20:
        raise CellWrong("n'est pas un nombre", "is not a number")
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise CellWrong("n'est pas un nombre", "is not a number") from error


def email(text: str) -> str:
    if not contacts.is_address(text):
        raise CellWrong(f"n'est pas {contacts.FR}", f"is not {contacts.EN}")
    return text


def whole(text: str) -> int:
    value = number(text)
    if value != value.to_integral_value():
        raise CellWrong("n'est pas un nombre entier", "is not a whole number")
    return int(value)


def cents(text: str) -> int:
    value = to_cents(number(text))
    if not 0 <= value <= 10_000_000_00:
        raise CellWrong("n'est pas un prix admis", "is not a price that is allowed")
    return value


def moment(text: str, at: time) -> datetime:
    """A French date (15/01/2027, 15/01/27 8h30) or ISO one, in Paris time; `at` where no hour is given."""
    if found := DAY_FIRST.match(text):
        day, month, year, hour, minute = found.groups()
    elif found := YEAR_FIRST.match(text):
        year, month, day, hour, minute = found.groups()
    else:
        raise CellWrong("n'est pas une date (jj/mm/aaaa hh:mm)", "is not a date (dd/mm/yyyy hh:mm)")
    try:
        on = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        clock = time(int(hour), int(minute or 0)) if hour else at
    except ValueError as error:
        raise CellWrong("cette date n'existe pas", "there is no such date") from error
    return datetime.combine(on, clock, PARIS).astimezone(UTC)


def postal_code(text: str) -> str:
    """Spreadsheets take the zero from 01000."""
    if len(text) > 12:
        raise CellWrong("n'est pas un code postal", "is not a postal code")
    return f"0{text}" if text.isdecimal() and len(text) == 4 else text


def country(text: str) -> str:
    code = COUNTRIES.get(folded(text), text.upper())
    if not re.fullmatch("[A-Z]{2}", code):
        raise CellWrong("n'est pas un pays (FR, BE…)", "is not a country (FR, BE…)")
    return code


def requirements(text: str) -> list[Requirement]:
    wanted = [one.strip() for one in re.split(r"[,;/+|]", text) if one.strip()]
    unknown = [one for one in wanted if folded(one) not in REQUIREMENT_WORDS]
    if unknown:
        raise CellWrong(f"exigence inconnue : {unknown[0]}", f"unknown requirement: {unknown[0]}")
    return list(dict.fromkeys(REQUIREMENT_WORDS[folded(one)] for one in wanted))


def incoterm(text: str) -> Incoterm:
    code = text.upper()[:3]
    if code not in get_args(Incoterm):
        raise CellWrong("n'est pas un Incoterm 2020", "is not an Incoterm 2020")
    return cast("Incoterm", code)
