"""What a write changed of a stored thing: each leaf with its path, before and after; never what is hidden."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

VEILED = "***"
MOST_SHOWN = 200
"""Items shown of one new list; how many more there are is said."""
MOST_BYTES = 1_000_000
"""Of one change: it stands in the document until the log has it, and a document has 16 MB."""
ABSENT = object()
EMPTY: tuple[Any, ...] = (None, "", [], {}, ABSENT)

Veil = dict[str, Any] | None
"""What of a value is hidden: all of it (None), or what its fields say; "*" is any key or item."""
Leaf = dict[str, Any]
"""`path` ("stops.stp_1.from_at": items by their `id`, else by number), `before` and `after` where there was
or is something, `left_out` items of a long new list or leaves of a big change, and of things put into another
order their `ids`."""


def change_of(kind: type, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Leaf]:
    """Where the fields of `after` differ from those of `before`; what `before` has besides stays out."""
    veil = veil_of(kind)
    found: list[Leaf] = []
    for name, value in after.items():
        _differ(name, before.get(name, ABSENT), value, _below(veil, name), found)
    return found if len(msgspec.json.encode(found)) <= MOST_BYTES else _within_bounds(found)


def _within_bounds(leaves: list[Leaf]) -> list[Leaf]:
    """The leaves for which there is room; of the others how many there are in each field."""
    kept: list[Leaf] = []
    left_out: dict[str, int] = {}
    room = MOST_BYTES
    for leaf in leaves:
        size = len(msgspec.json.encode(leaf))
        if size <= room:
            room -= size
            kept.append(leaf)
        else:
            name = leaf["path"].partition(".")[0]
            left_out[name] = left_out.get(name, 0) + 1
    return [*kept, *({"path": name, "left_out": count} for name, count in left_out.items())]


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


def _differ(path: str, before: Any, after: Any, veil: Veil, found: list[Leaf]) -> None:
    if before == after or (before in EMPTY and after in EMPTY):
        return
    if veil is not None and isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            inner = _below(veil, name)
            _differ(f"{path}.{name}", before.get(name, ABSENT), after.get(name, ABSENT), inner, found)
    elif veil is not None and isinstance(before, list) and isinstance(after, list):
        _differ_list(path, before, after, _below(veil, "*"), found)
    else:
        found.append(_leaf(path, before, after, veil))


def _differ_list(path: str, before: list[Any], after: list[Any], veil: Veil, found: list[Leaf]) -> None:
    """Items with an `id` are the same wherever they stand; others between what both ends have in common."""
    was, became = _by_id(before), _by_id(after)
    if was is not None and became is not None:
        for name in {**was, **became}:
            _differ(f"{path}.{name}", was.get(name, ABSENT), became.get(name, ABSENT), veil, found)
        if [one for one in was if one in became] != [one for one in became if one in was]:
            found.append({"path": path, "before": {"ids": list(was)}, "after": {"ids": list(became)}})
        return
    begin = _common(before, after)
    end = _common(before[begin:][::-1], after[begin:][::-1])
    gone, come = before[begin : len(before) - end], after[begin : len(after) - end]
    for n in range(max(len(gone), len(come))):
        old, new = (items[n] if n < len(items) else ABSENT for items in (gone, come))
        if n == MOST_SHOWN and ABSENT in (old, new):
            found.append({"path": path, "left_out": max(len(gone), len(come)) - n})
            return
        _differ(f"{path}.{begin + n}", old, new, veil, found)


def _by_id(items: list[Any]) -> dict[str, Any] | None:
    named = {str(one["id"]): one for one in items if isinstance(one, dict) and one.get("id")}
    return named if len(named) == len(items) else None


def _leaf(path: str, before: Any, after: Any, veil: Veil) -> Leaf:
    leaf: Leaf = {"path": path}
    for name, value in (("before", before), ("after", after)):
        if value is not ABSENT:
            leaf[name] = _shown(value, veil, leaf)
    return leaf


def _shown(value: Any, veil: Veil, leaf: Leaf) -> Any:
    """A new or old value whole, without what is hidden and without what is empty."""
    if veil is None:
        return VEILED
    if isinstance(value, dict):
        return {
            name: _shown(inner, _below(veil, name), leaf)
            for name, inner in value.items()
            if inner not in EMPTY
        }
    if isinstance(value, list):
        if len(value) > MOST_SHOWN:
            leaf["left_out"] = leaf.get("left_out", 0) + len(value) - MOST_SHOWN
        return [_shown(one, _below(veil, "*"), leaf) for one in value[:MOST_SHOWN]]
    return value


def _common(a: list[Any], b: list[Any]) -> int:
    """How many items two lists have in common at their beginning."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
