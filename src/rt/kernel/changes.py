"""What the story of a change shows: what differs, before and after, and never what is declared hidden."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import inspect

VEILED = "***"
SHORT = 50
"""A list of up to so many items is shown whole; of a longer one the stretch that differs."""
MOST_SHOWN = 200
"""Items shown of one stretch; how many more there are is said."""
ABSENT = object()

Veil = dict[str, Any] | None
"""What of a value is hidden: all of it (None), or what its fields say; "*" is any key or item."""


def change_of(kind: type, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of `after` as they were and as they are; those of `before` that are not in it stay out."""
    veil = veil_of(kind)
    told: dict[str, dict[str, Any]] = {"before": {}, "after": {}}
    for name, value in after.items():
        was, now = _both(before.get(name, ABSENT), value, _below(veil, name))
        if was is not ABSENT:
            told["before"][name] = was
        told["after"][name] = now
    return told


@cache
def veil_of(kind: Any) -> Veil:
    """What of a stored type is declared hidden, at any depth."""
    return _veil(inspect.type_info(kind), {})


def _veil(node: inspect.Type, known: dict[type, dict[str, Any]]) -> Veil:
    match node:
        case inspect.Metadata():
            return None if (node.extra or {}).get("hidden") else _veil(node.type, known)
        case inspect.StructType():
            if node.cls not in known:
                known[node.cls] = {}
                known[node.cls] |= {one.encode_name: _veil(one.type, known) for one in node.fields}
            return known[node.cls]
        case inspect.CollectionType():
            return {"*": _veil(node.item_type, known)}
        case inspect.DictType():
            return {"*": _veil(node.value_type, known)}
        case inspect.UnionType():
            veils = [_veil(one, known) for one in node.types if not isinstance(one, inspect.NoneType)]
            if len(veils) == 1:
                return veils[0]
            parts = [veil for veil in veils if veil is not None]
            return {k: v for veil in parts for k, v in veil.items()} if len(parts) == len(veils) else None
    return {}


def _below(veil: Veil, name: str) -> Veil:
    return None if veil is None else veil.get(name, veil.get("*", {}))


def _both(before: Any, after: Any, veil: Veil) -> tuple[Any, Any]:
    if veil is None:
        return (ABSENT if before is ABSENT else VEILED), (ABSENT if after is ABSENT else VEILED)
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = {
            name: _both(before.get(name, ABSENT), after.get(name, ABSENT), _below(veil, name))
            for name in {**before, **after}
        }
        was = {name: pair[0] for name, pair in pairs.items() if pair[0] is not ABSENT}
        return was, {name: pair[1] for name, pair in pairs.items() if pair[1] is not ABSENT}
    if isinstance(before, list) and isinstance(after, list) and max(len(before), len(after)) > SHORT:
        begin = _common(before, after)
        end = _common(before[begin:][::-1], after[begin:][::-1])
        return _stretch(before, begin, end, veil), _stretch(after, begin, end, veil)
    return _alone(before, veil), _alone(after, veil)


def _alone(value: Any, veil: Veil) -> Any:
    if value is ABSENT:
        return value
    if veil is None:
        return VEILED
    if isinstance(value, dict):
        return {name: _alone(inner, _below(veil, name)) for name, inner in value.items()}
    if isinstance(value, list):
        return _stretch(value, 0, 0, veil)
    return value


def _stretch(value: list[Any], begin: int, end: int, veil: Veil) -> Any:
    """A short list whole; of a long one the items between what is common at both ends, with their place."""
    items = [_alone(one, _below(veil, "*")) for one in value[begin : len(value) - end][:MOST_SHOWN]]
    if len(value) <= SHORT and not begin and not end:
        return items
    left_out = len(value) - begin - end - len(items)
    return {"from": begin, "of": len(value), "items": items} | ({"left_out": left_out} if left_out else {})


def _common(a: list[Any], b: list[Any]) -> int:
    """How many items two lists have in common at their beginning."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
