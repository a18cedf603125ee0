"""What one field of a command looks like in a form, and how what was typed becomes its value."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import inspect

from rt.trade import countries
from rt.trade.money import to_cents
from rt.trade.numbers import undashed
from rt.trade.zones import HourSkipped, instant_told
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named, pgettext
from rt.ui.formats import ZONE, language, number
from rt.ui.pages import Choice

MOST_MAGNITUDE = 18
"""Powers of ten: to write 1e999999999 as a whole number would take this machine's memory."""
FRENCH_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
CLOCK = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")
LONG_TEXT = 250
"""Characters from which a text gets several lines."""
MONEY = "_cents"
UNITS = {
    "_kg": "kg",
    "_metres": "m",
    "_m3": "m³",
    "_cm": "cm",
    "_km": "km",
    "_minutes": "min",
    "_hours": "h",
    "_days": "j",
    "_percent": "%",
    "_c": "°C",
    "_cents": "€",
}
"""What a field's name says about its unit, as written beside the field."""
TYPES = {"email": "email", "password": "password", "phone": "tel", "url": "url"}


class Unreadable(ValueError):
    """What was typed is not of the field's type; says what is expected."""


class Input(msgspec.Struct, kw_only=True):
    """One field as the form macro draws it."""

    name: str
    label: str
    kind: str
    """text area lines email password tel url number money date moment time choice several or check."""
    required: bool = False
    skippable: bool = True
    """Whether to say that it may stay empty; of what a change has within a part or line, nothing is said."""
    value: str | Sequence[str] = ""
    help: str = ""
    unit: str = ""
    choices: Sequence[Choice] = ()
    faults: Sequence[str] = ()
    least: float | None = None
    most: float | None = None
    shortest: int | None = None
    longest: int | None = None
    step: str = "any"
    autocomplete: str = "off"

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is typed in one place; `name` is its dotted path in the command."""

    name: str
    type: Any
    required: bool
    optional: bool
    default: Any


def bare(kind: Any) -> tuple[Any, bool]:
    """A type without its marks and its None, and whether it had one; every kind of collection as a list."""
    if isinstance(kind, inspect.Metadata):
        return bare(kind.type)
    if isinstance(kind, inspect.ListType) and isinstance(kind.item_type, inspect.Metadata):
        return inspect.ListType(bare(kind.item_type)[0], kind.min_length, kind.max_length), False
    if isinstance(kind, inspect.VarTupleType | inspect.SetType | inspect.FrozenSetType):
        return inspect.ListType(kind.item_type, kind.min_length, kind.max_length), False
    if isinstance(kind, inspect.UnionType):
        others = [t for t in kind.types if not isinstance(t, inspect.NoneType)]
        literals = [t for t in others if isinstance(t, inspect.LiteralType)]
        if literals and len(literals) == len(others):
            values = tuple(v for t in literals for v in t.values)
            return inspect.LiteralType(values), len(others) < len(kind.types)
        return bare(others[0])[0], len(others) < len(kind.types)
    return kind, False


def leaves(
    kind: inspect.StructType, under: str = "", *, owed: bool = True, part: bool = False, rows: dict[str, int]
) -> list[Leaf]:
    """Fields of a struct, those of its parts after them; `rows` says how many lines a list of parts has.

    `part`: of a partial change, in which a field can be left empty only if null or [] empties it.
    """
    found: list[Leaf] = []
    for field in kind.fields:
        name = under + field.encode_name
        inner, optional = bare(field.type)
        default = field.default if field.default is not msgspec.NODEFAULT else None
        must = owed and (field.required or (part and not optional))
        if isinstance(inner, inspect.StructType):
            found += leaves(inner, f"{name}.", owed=must, rows=rows)
            continue
        if isinstance(inner, inspect.ListType) and isinstance(inner.item_type, inspect.StructType):
            for row in range(rows.get(name, 1)):
                found += leaves(inner.item_type, f"{name}.{row}.", owed=owed and field.required, rows=rows)
            continue
        if part and isinstance(inner, inspect.ListType):
            must = False
        found.append(Leaf(name=name, type=inner, required=must, optional=optional, default=default))
    return found


def drawn(leaf: Leaf) -> Input:
    """The empty input of a field, from its type, its constraints and its name."""
    kind = leaf.type
    last = leaf.name.rsplit(".", 1)[-1]
    code = re.sub(r"\.\d+(?=\.)", "", leaf.name)
    explained = pgettext("help", code)
    made = Input(
        name=leaf.name,
        label=named("field", code),
        kind="text",
        required=leaf.required,
        help=explained if explained != code else "",
        unit=next((unit for end, unit in UNITS.items() if last.endswith(end)), ""),
    )
    match kind:
        case inspect.StrType():
            made.kind = next((t for word, t in TYPES.items() if word in last), "text")
            made.shortest, made.longest = kind.min_length, kind.max_length
            if leaf.required and not made.shortest:
                made.shortest = 1
            if made.kind == "text" and (kind.max_length or 0) > LONG_TEXT:
                made.kind = "area"
            if made.kind == "password":
                made.autocomplete = "new-password" if "new" in last else "current-password"
            if last == "country":
                made.kind = "choice"
                made.choices = [Choice(code, name) for code, name in countries.known(language())]
            if made.kind == "email":
                made.autocomplete = "username"
        case inspect.IntType() | inspect.FloatType() | inspect.DecimalType():
            made.kind = "money" if last.endswith(MONEY) else "number"
            if not isinstance(kind, inspect.DecimalType):
                made.least, made.most = kind.ge, kind.le
            made.step = "1" if isinstance(kind, inspect.IntType) and made.kind == "number" else "any"
        case inspect.BoolType():
            made.kind, made.required = "check", False
        case inspect.DateType():
            made.kind = "date"
        case inspect.DateTimeType():
            made.kind = "moment"
        case inspect.TimeType():
            made.kind = "time"
        case inspect.LiteralType():
            made.kind = "choice"
            made.choices = [Choice(str(v), named("choice", str(v)) if v != "" else "—") for v in kind.values]
        case inspect.EnumType():
            made.kind = "choice"
            made.choices = [Choice(str(v.value), named("choice", str(v.value))) for v in kind.cls]
        case inspect.ListType(item_type=inspect.LiteralType(values=values)):
            made.kind, made.required = "several", False
            made.choices = [Choice(str(v), named("choice", str(v))) for v in values]
        case inspect.ListType():
            made.kind = "lines"
        case _:
            made.kind = "text"
    return made


def shown(leaf: Leaf, value: Any) -> str | list[str]:
    """A value as it stands in its input."""
    if value is None or value is msgspec.UNSET:
        return ""
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [str(v) for v in value]
    if isinstance(value, int) and leaf.name.endswith(MONEY):
        return f"{Decimal(value) / 100:.2f}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "value", value))


def decimal(text: str) -> Decimal:
    """A number as the French or the English write it, 1 250,5 or 1,250.5; the Swiss and Germans, 480.-."""
    plain = undashed(re.sub(r"[\s\u00a0\u202f€%]", "", text))
    if "," in plain and "." in plain:
        thousands = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(thousands, "")
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise Unreadable(_("Un nombre est attendu, par exemple 12,5.")) from None
    if not value.is_finite() or value.adjusted() > MOST_MAGNITUDE:
        raise Unreadable(_("Un nombre est attendu, par exemple 12,5."))
    return value


def calendar_day(text: str) -> date:
    """A date as typed in French (31/12/2026) or as browsers send it (2026-12-31)."""
    french = FRENCH_DAY.fullmatch(text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(_("Une date est attendue, par exemple 31/12/2026.")) from None


def instant(text: str) -> datetime:
    """A date and a time in France; of an hour that comes twice in autumn, the first."""
    halves = re.split(r"T|\s+", text.strip(), maxsplit=1)
    clock = CLOCK.match(halves[1]) if len(halves) == 2 else None
    if clock is None:
        raise Unreadable(_("Une date et une heure sont attendues, par exemple 31/12/2026 14:30."))
    try:
        return instant_told(calendar_day(halves[0]), time(int(clock[1]), int(clock[2] or 0)))
    except HourSkipped as skipped:
        raise Unreadable(skipped.says(language())) from None
    except ValueError:
        raise Unreadable(_("Une date et une heure sont attendues, par exemple 31/12/2026 14:30.")) from None


def typed(leaf: Leaf, texts: list[str]) -> Any:
    """The value of what was typed, still to be held against the constraints."""
    text = texts[-1].strip() if texts else ""
    match leaf.type:
        case inspect.BoolType():
            return text.lower() in ("on", "true", "1", "oui", "yes")
        case inspect.ListType(item_type=inspect.LiteralType()):
            return [t for t in texts if t]
        case inspect.ListType():
            return [line.strip() for t in texts for line in re.split(r"[\r\n]+", t) if line.strip()]
        case inspect.IntType():
            value = decimal(text)
            if leaf.name.endswith(MONEY):
                return to_cents(value)
            if value != value.to_integral_value():
                raise Unreadable(_("Un nombre entier est attendu."))
            return int(value)
        case inspect.FloatType():
            return float(decimal(text))
        case inspect.DecimalType():
            return decimal(text)
        case inspect.DateType():
            return calendar_day(text)
        case inspect.DateTimeType():
            return instant(text)
        case inspect.TimeType():
            clock = CLOCK.fullmatch(text)
            if clock is None or int(clock[1]) > 23 or int(clock[2] or 0) > 59:
                raise Unreadable(_("Une heure est attendue, par exemple 14:30."))
            return time(int(clock[1]), int(clock[2] or 0))
        case inspect.StrType():
            return texts[-1] if "password" in leaf.name and texts else text.replace("\r\n", "\n")
        case _:
            return text


def broken(leaf: Leaf, value: Any) -> str:
    """The sentence of the first constraint that a value breaks; empty when it keeps them all."""
    kind = leaf.type
    match kind:
        case inspect.StrType():
            if kind.min_length is not None and len(value) < kind.min_length:
                return _("%(count)s caractères au moins.") % {"count": kind.min_length}
            if kind.max_length is not None and len(value) > kind.max_length:
                return _("%(count)s caractères au plus.") % {"count": kind.max_length}
            if kind.pattern is not None and not re.search(kind.pattern, value):
                return _("La forme n'est pas celle attendue.")
        case inspect.IntType() | inspect.FloatType():
            scale = 100 if leaf.name.endswith(MONEY) else 1
            if kind.ge is not None and value < kind.ge:
                return _("%(count)s au moins.") % {"count": number(kind.ge / scale)}
            if kind.gt is not None and value <= kind.gt:
                return _("Plus de %(count)s.") % {"count": number(kind.gt / scale)}
            if kind.le is not None and value > kind.le:
                return _("%(count)s au plus.") % {"count": number(kind.le / scale)}
            if kind.lt is not None and value >= kind.lt:
                return _("Moins de %(count)s.") % {"count": number(kind.lt / scale)}
        case inspect.LiteralType():
            if value not in {str(v) for v in kind.values}:
                return _("Choisissez une des valeurs proposées.")
        case inspect.ListType():
            if kind.min_length is not None and len(value) < kind.min_length:
                return _("%(count)s au moins.") % {"count": kind.min_length}
            if kind.max_length is not None and len(value) > kind.max_length:
                return _("%(count)s au plus.") % {"count": kind.max_length}
    return ""
