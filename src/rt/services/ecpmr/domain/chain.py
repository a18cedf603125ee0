"""The hash chain that makes a note tamper-evident, down to the field that was altered."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec

Kind = Literal["issue", "version", "act", "time", "photo"]
ORIGIN = "0" * 64
"""What the first link follows."""


class Link(msgspec.Struct, kw_only=True):
    """Seals one record: `leaves` are "path hash" of each of its fields, `hash` also covers `previous`."""

    kind: Kind
    index: int
    previous: str
    leaves: list[str]
    hash: str


def seal(kind: Kind, index: int, record: Any, previous: str) -> Link:
    """The link of a record that follows the link with hash `previous`."""
    leaves = [f"{path} {digest}" for path, digest in _digests(record).items()]
    return Link(
        kind=kind, index=index, previous=previous, leaves=leaves, hash=_root(kind, index, previous, leaves)
    )


def faults(links: Iterable[Link], records: dict[tuple[Kind, int], Any]) -> list[str]:
    """Names of what does not fit: altered fields, broken links, records that nothing seals."""
    found: list[str] = []
    previous = ORIGIN
    unsealed = dict(records)
    for position, link in enumerate(links):
        name = f"{link.kind}[{link.index}]"
        record = unsealed.pop((link.kind, link.index), None)
        if record is None:
            found.append(name)
        else:
            found += [f"{name}.{path}" for path in _altered(link, record)]
        if link.previous != previous or link.hash != _root(link.kind, link.index, link.previous, link.leaves):
            found.append(f"chain[{position}]")
        previous = link.hash
    return found + [f"{kind}[{index}]" for kind, index in unsealed]


def difference(before: Any, after: Any) -> list[str]:
    """Paths of the fields that differ between two records, in the order of their names."""
    old, new = _digests(before), _digests(after)
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def _altered(link: Link, record: Any) -> list[str]:
    sealed = dict(leaf.rsplit(" ", 1) for leaf in link.leaves)
    present = _digests(record)
    return sorted(path for path in sealed.keys() | present.keys() if sealed.get(path) != present.get(path))


def _digests(record: Any) -> dict[str, str]:
    plain = msgspec.to_builtins(record, builtin_types=(datetime, date))
    return {
        path: hashlib.sha256(f"{path}\x1f{_spelled(value)}".encode()).hexdigest()[:32]
        for path, value in _fields("", plain)
    }


def _fields(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every filled field; an empty one is not a leaf, so that fields added later break no old seal."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _fields(f"{path}[{position}]", inner)
    elif value is not None and value != "":
        yield path, value


def _spelled(value: Any) -> str:
    """One spelling per value, the same before and after the database: 24.0 is 24, times are UTC to the ms."""
    if isinstance(value, datetime):
        return "t" + value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, bool | date):
        return f"d{value}"
    if isinstance(value, int | float):
        return f"n{int(value) if value == int(value) else repr(value)}"
    return f"s{value}"


def _root(kind: str, index: int, previous: str, leaves: list[str]) -> str:
    return hashlib.sha256("\n".join([kind, str(index), previous, *sorted(leaves)]).encode()).hexdigest()
