"""What a write changed of a stored thing: each leaf with its path, before and after; nothing hidden."""

from collections.abc import Mapping
from typing import Any

import msgspec

from rt.kernel.model.marks import Mark, Marks, below, marks_of

VEILED = "***"
GONE = "(erased)"
"""Shown of a person who was erased; portals say it in their reader's language."""
MOST_SHOWN = 200
"""Items shown of one new list; how many more there are is said."""
MOST_BYTES = 1_000_000
"""Of one change: it stands in the document until the log has it, and a document has 16 MB."""
ABSENT = object()
EMPTY: tuple[Any, ...] = (None, "", [], {}, ABSENT)

Leaf = dict[str, Any]
"""`path` ("stops.stp_1.from_at": items by their `id`, else by number), `before` and `after` where there was
or is something, `left_out` items of a long new list or leaves of a big change, and of things put into another
order their `ids`. `personal` has the places in it that tell of a person: sealing takes it out
(`rt.kernel.storage.personal`), and MongoDB refuses a leaf that was not sealed."""


class Place(msgspec.Struct):
    """Where something personal stands, and the identity of whom it tells, where its mark names a field."""

    path: list[str | int]
    mark: Mark
    whom: str = ""


def change_of(kind: type, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Leaf]:
    """Where the fields of `after` differ from those of `before`; what `before` has besides stays out."""
    marks = marks_of(kind)
    found: list[Leaf] = []
    for name, value in after.items():
        began = len(found)
        mark = below(marks, name)
        _differ(name, before.get(name, ABSENT), value, mark, found)
        _say_whom(mark, before, after, found[began:])
    return found if sum(map(_size, found)) <= MOST_BYTES else _within_bounds(found)


def _size(leaf: Leaf) -> int:
    return len(msgspec.json.encode({name: part for name, part in leaf.items() if name != "personal"}))


def _within_bounds(leaves: list[Leaf]) -> list[Leaf]:
    """The leaves for which there is room; of the others how many there are in each field."""
    kept: list[Leaf] = []
    left_out: dict[str, int] = {}
    instance = MOST_BYTES
    for leaf in leaves:
        size = _size(leaf)
        if size <= instance:
            instance -= size
            kept.append(leaf)
        else:
            name = leaf["path"].partition(".")[0]
            left_out[name] = left_out.get(name, 0) + 1
    return [*kept, *({"path": name, "left_out": count} for name, count in left_out.items())]


def _differ(path: str, before: Any, after: Any, marks: Marks, found: list[Leaf]) -> None:
    if before == after or (before in EMPTY and after in EMPTY):
        return
    if _derived(marks):
        return
    if not _hides(marks) and isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            began = len(found)
            inner = below(marks, name)
            _differ(f"{path}.{name}", before.get(name, ABSENT), after.get(name, ABSENT), inner, found)
            _say_whom(inner, before, after, found[began:])
    elif not _hides(marks) and isinstance(before, list) and isinstance(after, list):
        _differ_list(path, before, after, below(marks, "*"), found)
    else:
        found.append(_leaf(path, before, after, marks))


def _hides(marks: Marks) -> bool:
    return isinstance(marks, Mark) and marks.kind == "hidden"


def _derived(marks: Marks) -> bool:
    return isinstance(marks, Mark) and marks.kind == "derived"


def _say_whom(mark: Marks, before: Mapping[str, Any], after: Mapping[str, Any], leaves: list[Leaf]) -> None:
    """Of leaves of a field that another beside it says the person of: who it was, and who it is now."""
    if isinstance(mark, Mark) and mark.of:
        was = before.get(mark.of)
        whom = {"before": str(was or ""), "after": str(after.get(mark.of, was) or "")}
        for place in (place for leaf in leaves for place in leaf.get("personal", ())):
            place.whom = whom[place.path[0]]


def _differ_list(path: str, before: list[Any], after: list[Any], marks: Marks, found: list[Leaf]) -> None:
    """Items with an `id` are the same wherever they stand; others between what both ends have in common."""
    was, became = _by_id(before), _by_id(after)
    if was is not None and became is not None:
        for name in {**was, **became}:
            _differ(f"{path}.{name}", was.get(name, ABSENT), became.get(name, ABSENT), marks, found)
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
        _differ(f"{path}.{begin + n}", old, new, marks, found)


def _by_id(items: list[Any]) -> dict[str, Any] | None:
    named = {str(one["id"]): one for one in items if isinstance(one, dict) and one.get("id")}
    return named if len(named) == len(items) else None


def _leaf(path: str, before: Any, after: Any, marks: Marks) -> Leaf:
    leaf: Leaf = {"path": path}
    for name, value in (("before", before), ("after", after)):
        if value is not ABSENT:
            leaf[name] = _shown(value, marks, leaf)
            if places := personal_in(leaf[name], marks, [name]):
                leaf.setdefault("personal", []).extend(places)
    return leaf


def personal_in(value: Any, marks: Marks, path: list[str | int]) -> list[Place]:
    """The places in a value that tell of a person and are not empty."""
    found: list[Place] = []
    _gather(value, marks, path, "", found)
    return found


def _gather(value: Any, marks: Marks, path: list[str | int], whom: str, found: list[Place]) -> None:
    if not marks or (not value and not isinstance(value, int | float)):
        return
    if isinstance(marks, Mark):
        if marks.kind == "personal":
            found.append(Place(path, marks, whom))
    elif isinstance(value, dict):
        for name in value if "*" in marks else marks:
            if (inner := value.get(name)) is not None:
                mark = below(marks, name)
                of = str(value.get(mark.of) or "") if isinstance(mark, Mark) and mark.of else whom
                _gather(inner, mark, [*path, name], of, found)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            _gather(one, marks.get("*", {}), [*path, n], whom, found)


def _shown(value: Any, marks: Marks, leaf: Leaf) -> Any:
    """A new or old value whole, without what is hidden and without what is empty."""
    if _hides(marks):
        return VEILED
    if isinstance(value, dict):
        return {
            name: _shown(inner, below(marks, name), leaf)
            for name, inner in value.items()
            if inner not in EMPTY and not _derived(below(marks, name))
        }
    if isinstance(value, list):
        if len(value) > MOST_SHOWN:
            leaf["left_out"] = leaf.get("left_out", 0) + len(value) - MOST_SHOWN
        return [_shown(one, below(marks, "*"), leaf) for one in value[:MOST_SHOWN]]
    return value


def _common(a: list[Any], b: list[Any]) -> int:
    """How many items two lists have in common at their beginning."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
