"""A valid value of any type that a message or entity is made of, as small as its constraints allow."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from hypothesis import find
from hypothesis import strategies as st
from msgspec import inspect as mi

CANARY = "canary-of-a"
PLANTED = "planted_object_of_a"
KNOWN = {
    r"^[A-Z]{2}$": "FR",
    r"^[A-Z]{3}$": "EUR",
    r"^[0-9a-f]{64}$": "a" * 64,
}
_matching: dict[str, str] = dict(KNOWN)


def sample(kind: Any, depth: int = 0, text: str = CANARY, other: str = PLANTED) -> Any:
    """As builtins, ready for msgspec.convert or JSON; free texts say `text`, references lead to `other`."""
    node = kind if isinstance(kind, mi.Type) else mi.type_info(kind)
    match node:
        case mi.Metadata() if "form" in (node.extra or {}):
            return f"{text}@exemple.fr"  # the one form that texts have so far
        case mi.Metadata():
            return sample(node.type, depth, text, other)
        case mi.StrType():
            return _text(node, text)
        case mi.IntType():
            return int(_number(node, 1))
        case mi.FloatType():
            return float(_number(node, 1.0))
        case mi.BoolType():
            return False
        case mi.LiteralType():
            return sorted(node.values, key=lambda value: (value == "", str(value)))[0]
        case mi.DateTimeType():
            return datetime(2026, 11, 24, 8, tzinfo=UTC)
        case mi.DateType():
            return date(2026, 11, 24)
        case mi.TimeType():
            return time(8)
        case mi.TimeDeltaType():
            return timedelta(hours=1)
        case mi.BytesType():
            return b"x"
        case mi.StructType():
            return {
                field.encode_name: other
                if _names_another(field)
                else sample(field.type, depth + 1, text, other)
                for field in node.fields
                if field.required or (depth == 0 and isinstance(_inner(field.type), mi.StrType))
            }
        case mi.ListType() | mi.SetType() | mi.FrozenSetType() | mi.VarTupleType():
            return [sample(node.item_type, depth + 1, text, other)] * (node.min_length or 0)
        case mi.DictType():
            return {}
        case mi.UnionType():
            return sample(next(t for t in node.types if not isinstance(t, mi.NoneType)), depth, text, other)
        case mi.NoneType():
            return None
        case mi.AnyType():
            return text
    raise TypeError(f"no sample for {node}")


def body(message: type[Any], other: str = PLANTED) -> dict[str, Any]:
    """The required fields of a message, except those of its path."""
    node = mi.type_info(message)
    assert isinstance(node, mi.StructType)
    fields = [
        field
        for field in node.fields
        if field.required and field.encode_name not in message.shape.path_fields
    ]
    return {
        field.encode_name: other
        if _names_another(field)
        else msgspec.to_builtins(sample(field.type, 1, "word-of-b", other))
        for field in fields
        if not (message.shape.upload and field.encode_name in ("content", "media_type"))
    }


def _names_another(field: mi.Field) -> bool:
    return field.encode_name.endswith("_id") and isinstance(_inner(field.type), mi.StrType)


def _inner(node: mi.Type) -> mi.Type:
    return node.type if isinstance(node, mi.Metadata) else node


def _text(node: mi.StrType, text: str) -> str:
    if node.pattern is not None:
        if node.pattern not in _matching:
            whole = st.from_regex(node.pattern, fullmatch=True)
            long = whole.filter(lambda s: len(s) >= max(1, node.min_length or 0))
            _matching[node.pattern] = find(long, lambda _: True)
        return _matching[node.pattern]
    return text.ljust(node.min_length or 0, "x")[: node.max_length or 1000]


def _number(node: mi.IntType | mi.FloatType, usual: float) -> float:
    low = node.ge if node.ge is not None else (node.gt + 1 if node.gt is not None else None)
    high = node.le if node.le is not None else (node.lt - 1 if node.lt is not None else None)
    if low is not None and usual < low:
        return low
    if high is not None and usual > high:
        return high
    return node.multiple_of or usual
