"""What no message may carry, whoever reads it: dates that mean nothing, texts of no use to anybody."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from rt.kernel.core.clock import today
from rt.kernel.core.errors import Invalid, Malformed

EARLIEST = date(2000, 1, 1)
AHEAD_DAYS = 3660
"""Ten years: contracts, certificates and keys end before."""
DEPTH_LIMIT = 32


class DateTooFar(Invalid):
    fr = "{place} : la date doit être entre le {first_fr} et le {last_fr}."
    en = "{place}: the date must be between {first} and {last}."


Check = Callable[[Any, str], None]


def within(*, past_days: int, ahead_days: int) -> msgspec.Meta:
    """Marks a date or date-time field that may lie so many days from today at most, in the past and ahead."""
    text = f"At most {past_days} days ago and {ahead_days} days ahead."
    return msgspec.Meta(
        extra={"past_days": past_days, "ahead_days": ahead_days}, extra_json_schema={"description": text}
    )


def formed(pattern: str, fr: str, en: str) -> msgspec.Meta:
    """Marks a text field that must match a pattern from end to end; the words are what a refusal says."""
    return msgspec.Meta(extra={"form": (pattern, fr, en)}, extra_json_schema={"pattern": pattern})


def refuse_unstorable(value: Any, field: str = "", left: int = DEPTH_LIMIT) -> None:
    """Refuse what came as JSON or in an address: too deep, or with a text that no store and no page takes."""
    if left == 0:
        raise Malformed(field, f"plus de {DEPTH_LIMIT} niveaux", f"more than {DEPTH_LIMIT} levels")
    if isinstance(value, str):
        _refuse_text(value, field)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_text(name, field)
            refuse_unstorable(inner, f"{field}.{name}".lstrip("."), left - 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            refuse_unstorable(inner, f"{field}.{position}".lstrip("."), left - 1)


def refuse_unfit(message: msgspec.Struct) -> None:
    """Refuse, by the field's name and at any depth, a date further away than its field allows, a text of
    another form.
    """
    check = _check_of(type(message))
    if check is not None:
        check(message, "")


def _refuse_text(text: str, field: str) -> None:
    if text.isascii():
        if "\x00" in text:
            raise Malformed(field, "caractère nul interdit", "no null character")
        return
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed(field, "caractère impossible", "an impossible character")


@cache
def _check_of(kind: type[msgspec.Struct]) -> Check | None:
    return _check(inspect.type_info(kind), {})


def _check(node: inspect.Type, extra: dict[str, Any]) -> Check | None:
    """What looks at dates and forms below a type; None where there are none: most messages cost nothing."""
    match node:
        case inspect.Metadata():
            return _check(node.type, {**(node.extra or {}), **extra})
        case inspect.DateType() | inspect.DateTimeType():
            return _nearby(extra.get("past_days"), extra.get("ahead_days", AHEAD_DAYS))
        case inspect.StrType() if "form" in extra:
            return _form(*extra["form"])
        case inspect.StrType() if node.pattern and node.pattern.endswith("$"):
            return _one_line
        case inspect.StructType():
            below = {field.name: _check(field.type, {}) for field in node.fields}
            return _fields(node.cls, {name: check for name, check in below.items() if check is not None})
        case inspect.CollectionType():
            return _each(_check(node.item_type, extra))
        case inspect.DictType():
            return _values(_check(node.value_type, extra))
        case inspect.UnionType():
            return _any(tuple(check for one in node.types if (check := _check(one, extra)) is not None))
        case _:
            return None


def _form(pattern: str, fr: str, en: str) -> Check:
    whole = re.compile(pattern)

    def check(value: Any, field: str) -> None:
        if isinstance(value, str) and whole.fullmatch(value) is None:
            raise Malformed(field, fr, en)

    return check


def _one_line(value: Any, field: str) -> None:
    """The `$` that ends a pattern lets one line break pass behind it."""
    if isinstance(value, str) and value.endswith("\n"):
        raise Malformed(field, "sans saut de ligne", "without a line break")


def _nearby(past_days: int | None, ahead_days: int) -> Check:
    def check(value: Any, field: str) -> None:
        if not isinstance(value, date):
            return
        if isinstance(value, datetime):
            # Before a zone is applied: the first and last days of the calendar cannot be moved by hours.
            value = value.date()
        day = today()
        first = EARLIEST if past_days is None else day - timedelta(days=past_days)
        last = day + timedelta(days=ahead_days)
        if not first <= value <= last:
            raise DateTooFar(
                field,
                place=field,
                first=first.isoformat(),
                last=last.isoformat(),
                first_fr=f"{first:%d/%m/%Y}",
                last_fr=f"{last:%d/%m/%Y}",
            )

    return check


def _fields(kind: type, below: dict[str, Check]) -> Check | None:
    if not below:
        return None

    def check(value: Any, field: str) -> None:
        if isinstance(value, kind):
            for name, inner in below.items():
                inner(getattr(value, name), f"{field}.{name}".lstrip("."))

    return check


def _each(below: Check | None) -> Check | None:
    if below is None:
        return None

    def check(value: Any, field: str) -> None:
        if isinstance(value, (list, tuple, set, frozenset)):
            for position, inner in enumerate(value):
                below(inner, f"{field}.{position}".lstrip("."))

    return check


def _values(below: Check | None) -> Check | None:
    if below is None:
        return None

    def check(value: Any, field: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                below(inner, f"{field}.{name}".lstrip("."))

    return check


def _any(checks: tuple[Check, ...]) -> Check | None:
    if len(checks) <= 1:
        return checks[0] if checks else None

    def check(value: Any, field: str) -> None:
        for one in checks:
            one(value, field)

    return check
