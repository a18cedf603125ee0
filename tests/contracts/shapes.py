"""The shape of each contract as its readers rely on it, kept beside the tests as one snapshot each.

`python -m tests.contracts.shapes` accepts the shapes of today as the new snapshots.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec
from tests.house.messages import Word, asked, contracts, messages

from rt.kernel.model.messages import Command, Event, Query

SNAPSHOTS = Path(__file__).with_name("snapshots")
PROSE = {"title", "description", "examples", "default"}
HEAD = ("method", "route", "needs", "link", "keyed", "status", "upload")

Shape = dict[str, Any]


def shape(contract: str) -> Shape:
    """All messages of a contract and every struct they reach, without their prose."""
    own = messages(contract)
    answers = [message.shape.answer for message in asked(contract)]
    _, reached = msgspec.json.schema_components([*own, *answers], ref_template="{name}")
    structs = {name: _struct(schema) for name, schema in reached.items()}
    return {"words": {message.__name__: _head(message) for message in own}, "structs": structs}


def broken(before: Shape, now: Shape) -> list[str]:
    """What readers of the former shape could no longer rely on; a new optional field breaks nobody."""
    faults = [
        f"{name} says something else at its head"
        for name, head in before["words"].items()
        if now["words"].get(name) != head
    ]
    for name, struct in before["structs"].items():
        today = now["structs"].get(name)
        if today is None:
            faults.append(f"{name} is gone")
        elif "fields" not in struct or "fields" not in today:
            faults += [f"{name} is something else"] if struct != today else []
        else:
            faults += _broken_fields(name, struct, today)
    return faults


def _broken_fields(name: str, struct: Shape, today: Shape) -> list[str]:
    faults = [
        f"{name}.{field} is gone or something else"
        for field, schema in struct["fields"].items()
        if today["fields"].get(field) != schema
    ]
    added = set(today["required"]) - set(struct["required"])
    faults += [f"{name}.{field} must be given now" for field in sorted(added)]
    dropped = set(struct["required"]) - set(today["required"])
    return faults + [f"{name}.{field} may be missing now" for field in sorted(dropped)]


def read(contract: str) -> Shape:
    path = SNAPSHOTS / f"{contract}.json"
    empty: Shape = {"words": {}, "structs": {}}
    return msgspec.json.decode(path.read_bytes(), type=Shape) if path.exists() else empty


def accept() -> None:
    SNAPSHOTS.mkdir(exist_ok=True)
    for contract in contracts():
        text = msgspec.json.format(msgspec.json.encode(shape(contract), order="deterministic"), indent=1)
        (SNAPSHOTS / f"{contract}.json").write_bytes(text + b"\n")
        sys.stdout.write(f"accepted {contract}\n")


def _head(message: Word) -> Shape:
    if issubclass(message, Event):
        return {"topic": message.topic}
    if issubclass(message, (Query, Command)):
        head = {part: getattr(message.shape, part) for part in HEAD}
        return head | {"answer": getattr(message.shape.answer, "__name__", str(message.shape.answer))}
    return {}


def _struct(schema: Shape) -> Shape:
    if "properties" not in schema:
        return dict(_bare(schema))
    fields = {name: _bare(field) for name, field in schema["properties"].items()}
    return {"fields": fields, "required": schema.get("required", [])}


def _bare(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _bare(value) for key, value in part.items() if key not in PROSE}
    if isinstance(part, list):
        return [_bare(value) for value in part]
    return part


if __name__ == "__main__":
    accept()
