"""The API as its units describe it: their OpenAPI documents fetched, read and kept for a while."""

import asyncio
import importlib
import pkgutil
import time
from typing import Any

import msgspec

import rt.contracts
from rt.kernel.core.errors import Refusal
from rt.kernel.model.messages import OPEN, Download, Query
from rt.ui.visit import Visit

KEPT_SECONDS = 300
METHODS = ("get", "post", "put", "patch", "delete")
RULES = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "minLength": "≥ {} characters",
    "maxLength": "≤ {} characters",
    "minItems": "≥ {} items",
    "maxItems": "≤ {} items",
    "pattern": "matches {}",
    "format": "{}",
}
"""How the limits of a schema are written."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter, or a field of a body or view."""

    name: str
    place: str
    kind: str
    required: bool
    rules: str
    schema: str
    """The schema that it holds, when it is one with a name."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that an operation may give."""

    code: str
    text: str
    kind: str
    schema: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a unit can be asked."""

    name: str
    unit: str
    method: str
    path: str
    summary: str
    needs: str
    link: str
    parameters: list[Field]
    body: list[Field]
    example: str
    replies: list[Reply]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A named schema."""

    name: str
    text: str
    fields: list[Field]


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part of the reference."""

    unit: str
    path: str
    operations: list[Operation]
    shapes: list[Shape]


class Library:
    """Every unit's chapter, fetched when first asked for."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Chapter]] = {}

    async def chapters(self, visit: Visit) -> list[Chapter]:
        """The units that answer, by name; one that does not now is left out."""
        found = await asyncio.gather(*(self.chapter(visit, unit) for unit in units()))
        return [chapter for chapter in found if chapter is not None]

    async def chapter(self, visit: Visit, unit: str) -> Chapter | None:
        known = self._kept.get(unit)
        if known is not None and time.monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        path = public_path(unit)
        try:
            file = await visit.ask(specification(unit, path))
        except Refusal:
            return known[1] if known is not None else None
        made = read(unit, path, msgspec.json.decode(file.content))
        self._kept[unit] = time.monotonic(), made
        return made


def units() -> list[str]:
    """Units that have messages."""
    return sorted(found.name for found in pkgutil.iter_modules(rt.contracts.__path__))


def public_path(unit: str) -> str:
    """Where a unit is reached: how the routes of its messages begin."""
    contract = importlib.import_module(f"rt.contracts.{unit}")
    shapes = [getattr(thing, "shape", None) for thing in vars(contract).values()]
    route: str = next(shape.route for shape in shapes if shape is not None)
    steps = route.split("/")
    return "/".join(steps[:3] if steps[1] == "api" else steps[:2])


def specification(unit: str, path: str) -> Query[Download]:
    """The question that every unit answers without having it in its contract."""

    class GetSpecification(Query[Download], route=f"{path}/openapi.json", needs=OPEN):
        """The unit's OpenAPI document."""

    GetSpecification.__module__ = f"rt.contracts.{unit}"
    return GetSpecification()


def read(unit: str, path: str, document: dict[str, Any]) -> Chapter:
    """A document as the page shows it."""
    return Chapter(
        unit=unit,
        path=path,
        operations=[
            _operation(unit, route, method, told)
            for route, methods in document.get("paths", {}).items()
            for method, told in methods.items()
            if method in METHODS
        ],
        shapes=[
            Shape(name=name, text=schema.get("description", ""), fields=_fields(schema))
            for name, schema in sorted(document.get("components", {}).get("schemas", {}).items())
        ],
    )


def _operation(unit: str, route: str, method: str, told: dict[str, Any]) -> Operation:
    content = told.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next(iter(content.values()), {})
    schema = body.get("schema", {})
    example = body.get("example")
    return Operation(
        name=told.get("operationId", route),
        unit=unit,
        method=method.upper(),
        path=route,
        summary=told.get("summary", ""),
        needs=told.get("x-needs", ""),
        link=told.get("x-link", ""),
        parameters=[
            _field(
                one["name"], one["schema"], bool(one.get("required")), one["in"], one.get("description", "")
            )
            for one in told.get("parameters", [])
        ],
        body=_fields(schema) or [_field("*", schema, True) for _ in content],
        example=msgspec.json.format(msgspec.json.encode(example), indent=2).decode() if example else "",
        replies=[_reply(code, one) for code, one in told.get("responses", {}).items()],
    )


def _reply(code: str, told: dict[str, Any]) -> Reply:
    content: dict[str, Any] = next(iter(told.get("content", {}).values()), {})
    schema = content.get("schema", {})
    return Reply(code=code, text=told.get("description", ""), kind=_kind(schema), schema=_named(schema))


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = set(schema.get("required", ()))
    return [_field(name, inner, name in required) for name, inner in schema.get("properties", {}).items()]


def _field(name: str, schema: dict[str, Any], required: bool, place: str = "", text: str = "") -> Field:
    rules = [form.format(schema[rule]) for rule, form in RULES.items() if rule in schema]
    if not required and schema.get("default") not in (None, "", [], {}):
        rules.append(f"= {schema['default']}")
    return Field(
        name=name,
        place=place,
        kind=_kind(schema),
        required=required,
        rules=", ".join([*rules, text] if text else rules),
        schema=_named(schema),
    )


def _named(schema: dict[str, Any]) -> str:
    """The named schema that a schema is, holds in a list, or allows."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [schema["items"]] if isinstance(schema.get("items"), dict) else schema.get("anyOf", [])
    return next((name for one in inner if (name := _named(one))), "")


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _named(schema)
    if "enum" in schema:
        return " | ".join(str(one) or '""' for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items']) if isinstance(schema.get('items'), dict) else '…'}]"
    kind = schema.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
