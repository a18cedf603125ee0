"""What fields declare of themselves, at any depth of a type: what is hidden, personal or derived."""

from collections.abc import Mapping
from functools import cache, reduce
from typing import Any, Literal

import msgspec
from msgspec import inspect

Kind = Literal["hidden", "personal", "derived"]


class Mark(msgspec.Struct, frozen=True):
    """One field declares it, with all that it holds.

    `found`: a text by which the thing is looked for. `of`: the field beside that says whom it tells of, and
    `collection`, in which collection that one is. `sealed`: encrypted where it is stored.
    """

    kind: Kind
    found: bool = False
    of: str = ""
    collection: str = ""
    sealed: bool = False


Marks = dict[str, Any] | Mark
"""Of a value: its mark, or the marks of what it holds, by field; "*" is any key or item; {} says nothing."""


@cache
def marks_of(kind: Any) -> Marks:
    """What a type declares."""
    return _without_silent(_marks(inspect.type_info(kind), {}))


def below(marks: Marks, name: str) -> Marks:
    """The same of one field, key or item."""
    if isinstance(marks, Mark):
        return marks
    found: Marks = marks[name] if name in marks else marks.get("*", {})
    return found


def telling_of(kind: Any, collection: str) -> set[str]:
    """The paths of fields that name somebody of a collection of whom a field beside them tells."""
    found: set[str] = set()
    _telling_of(marks_of(kind), collection, "", (), found)
    return found


def _telling_of(marks: Marks, collection: str, path: str, inside: tuple[int, ...], found: set[str]) -> None:
    if isinstance(marks, Mark) or id(marks) in inside:
        return
    for name, inner in marks.items():
        if isinstance(inner, Mark) and inner.of and inner.collection == collection:
            found.add(f"{path}{inner.of}")
        below_it = path if name == "*" else f"{path}{name}."
        _telling_of(inner, collection, below_it, (*inside, id(marks)), found)


def sealed_fields(kind: Any) -> list[str]:
    """The fields of an entity that are encrypted where they are stored."""
    marks = marks_of(kind)
    fields = marks.items() if isinstance(marks, dict) else ()
    return [name for name, mark in fields if isinstance(mark, Mark) and mark.sealed]


def _marks(node: inspect.Type, known: dict[type, dict[str, Any]]) -> Marks:
    match node:
        case inspect.Metadata():
            return _declared(node.extra or {}) or _marks(node.type, known)
        case inspect.StructType():
            if node.cls not in known:
                known[node.cls] = {}
                leads = {one.encode_name: _leads_to(one.type) for one in node.fields}
                for one in node.fields:
                    mark = _marks(one.type, known)
                    if isinstance(mark, Mark) and mark.of:
                        if not (collection := mark.collection or leads.get(mark.of, "")):
                            raise TypeError(f"{node.cls.__name__}.{one.name} tells of nobody known")
                        mark = msgspec.structs.replace(mark, collection=collection)
                    known[node.cls][one.encode_name] = mark
            return known[node.cls]
        case inspect.TupleType() | inspect.VarTupleType():
            items = node.item_types if isinstance(node, inspect.TupleType) else (node.item_type,)
            if any(_without_silent(_marks(one, known)) for one in items):
                raise TypeError(
                    "a tuple holds what is declared: only structs, lists and dicts are looked into"
                )
        case inspect.CollectionType():
            return {"*": _marks(node.item_type, known)}
        case inspect.DictType():
            return {"*": _marks(node.value_type, known)}
        case inspect.UnionType():
            parts = [_marks(one, known) for one in node.types if not isinstance(one, inspect.NoneType)]
            if len(parts) > 1 and any(_unfinished(one, known) for one in node.types):
                raise TypeError(
                    "a type holds itself in a union of several: what it declares is not known yet"
                )
            return reduce(_either, parts)
    return {}


def _either(one: Marks, other: Marks) -> Marks:
    """The marks of a value that may be of two types: what either declares."""
    if isinstance(one, Mark) or isinstance(other, Mark):
        if isinstance(one, Mark) and isinstance(other, Mark) and one != other:
            raise TypeError("two types of a union declare different things of the same")
        return one if isinstance(one, Mark) else other
    return {name: _either(one.get(name, {}), other.get(name, {})) for name in {**one, **other}}


def _unfinished(node: inspect.Type, known: dict[type, dict[str, Any]]) -> bool:
    return isinstance(node, inspect.StructType) and len(known[node.cls]) < len(node.fields)


def _declared(extra: Mapping[str, Any]) -> Marks:
    if extra.get("hidden"):
        return Mark("hidden", sealed=bool(extra.get("sealed")))
    if extra.get("derived"):
        return Mark("derived")
    if extra.get("personal"):
        found, of = bool(extra.get("found")), str(extra.get("of", ""))
        return Mark("personal", found, of, str(extra.get("collection", "")))
    return {}


def _leads_to(node: inspect.Type) -> str:
    if isinstance(node, inspect.Metadata):
        return str((node.extra or {}).get("leads_to", "")) or _leads_to(node.type)
    if isinstance(node, inspect.UnionType):
        return next((found for one in node.types if (found := _leads_to(one))), "")
    return ""


def _without_silent(marks: Marks) -> Marks:
    """The same without the branches in which nothing is declared; a type may hold itself."""
    nodes: dict[int, dict[str, Any]] = {}
    _gather(marks, nodes)
    speaking: set[int] = set()
    while more := {
        one
        for one, node in nodes.items()
        if one not in speaking and any(isinstance(b, Mark) or id(b) in speaking for b in node.values())
    }:
        speaking |= more
    for node in nodes.values():
        for name in [n for n, b in node.items() if not isinstance(b, Mark) and id(b) not in speaking]:
            del node[name]
    return marks


def _gather(marks: Marks, nodes: dict[int, dict[str, Any]]) -> None:
    if isinstance(marks, dict) and id(marks) not in nodes:
        nodes[id(marks)] = marks
        for inner in marks.values():
            _gather(inner, nodes)
