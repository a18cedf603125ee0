"""OpenAPI 3.1 of a unit, from the messages that it serves."""

import inspect
import re
from typing import Any

import msgspec
import msgspec.inspect

from rt.kernel.core.errors import Problem
from rt.kernel.model.messages import OPEN, PATH_FIELD, Download, MessageShape
from rt.kernel.service.service import Served, Unit

ENTITY_TAG = re.compile(r'^(W/)?"?[0-9]{1,12}"?$')
"""A version as If-Match names it (RFC 9110, 8.8.3); a number without quotes is understood."""
COMMON_REFUSALS = {
    "401": "The token is missing, expired or revoked.",
    "403": "The right that this needs is missing.",
    "404": "Not there, or not for this organization to know of.",
    "405": "This method is not served here; Allow names those that are.",
    "422": "A field breaks a rule; `errors` names each.",
    "429": "Over the rate limit; wait as Retry-After says.",
    "431": "Request line and headers are larger than the limit.",
    "500": "A fault of ours; `trace_id` finds it.",
    "503": "Something this needs does not answer; try again.",
}
CHANGE_REFUSALS = {
    "400": "The Idempotency-Key header is missing.",
    "409": "Not possible in the present state.",
    "412": "If-Match names a version that is no longer present.",
}
BODY_REFUSALS = {
    "413": "The body is larger than the limit.",
    "415": "The body is of a media type that is not taken.",
}
NAMED_REFUSALS = {"428": "The If-Match header is missing."}
TOLD = {
    "401": ("WWW-Authenticate", "How to sign in."),
    "405": ("Allow", "The methods that are served."),
    "429": ("Retry-After", "Seconds to wait."),
    "503": ("Retry-After", "Seconds to wait."),
}
"""Headers that tell what to do about a refusal (RFC 9110, 15.5 and 15.6)."""


def openapi(unit: Unit, public_path: str) -> dict[str, Any]:
    """The whole description: parameters, bodies, answers, refusals, security."""
    messages = [one.message for one in unit.serves]
    answers = [one.message.shape.answer for one in unit.serves if one.message.shape.answer is not Download]
    kinds = [*messages, *answers, Problem]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    seen: set[type[Any]] = set()
    for kind, schema in zip(msgspec.inspect.multi_type_info(kinds), schemas, strict=True):
        _say_keys(kind, schema, components, seen)
    shown = dict(zip(map(str, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in unit.serves:
        shape: MessageShape = one.message.shape
        operation = _operation(unit, one, shown, components)
        paths.setdefault(shape.route, {})[shape.method.lower()] = operation
    said = {message.__name__ for message in messages}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"RT-Technologie · {unit.name}", "version": "1.0.0"},
        "servers": [{"url": "/", "description": f"The edge; this unit answers under {public_path}"}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in said},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token, an API key (rtk_…) or a capability link.",
                }
            },
        },
    }


def _say_keys(
    node: msgspec.inspect.Type, schema: dict[str, Any], components: dict[str, Any], seen: set[type[Any]]
) -> None:
    """Name the keys that a dictionary may have: msgspec says how texts are restricted, but no closed list."""
    if "anyOf" in schema:
        for option in schema["anyOf"]:
            _say_keys(node, option, components, seen)
        return
    match node:
        case msgspec.inspect.Metadata():
            _say_keys(node.type, schema, components, seen)
        case msgspec.inspect.UnionType():
            for one in node.types:
                _say_keys(one, schema, components, seen)
        case msgspec.inspect.StructType() if "$ref" in schema and node.cls not in seen:
            component = components[schema["$ref"].rpartition("/")[2]]
            if component["title"] != node.cls.__name__:
                return
            seen.add(node.cls)
            for field in node.fields:
                _say_keys(field.type, component["properties"][field.encode_name], components, seen)
        case msgspec.inspect.CollectionType() if "items" in schema:
            _say_keys(node.item_type, schema["items"], components, seen)
        case msgspec.inspect.DictType() if schema.get("type") == "object":
            match node.key_type:
                case msgspec.inspect.LiteralType(values):
                    schema["propertyNames"] = {"enum": list(values)}
                case msgspec.inspect.EnumType(cls):
                    schema["propertyNames"] = {"enum": sorted(one.value for one in cls)}
            _say_keys(node.value_type, schema.get("additionalProperties", {}), components, seen)


def _operation(unit: Unit, one: Served, shown: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    shape: MessageShape = one.message.shape
    schema = components[one.message.__name__]
    properties: dict[str, Any] = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": properties.pop(name)}
        for name in PATH_FIELD.findall(shape.route)
    ]
    operation: dict[str, Any] = {
        "operationId": shape.name,
        "tags": [unit.name],
        "summary": (inspect.getdoc(one.message) or shape.name).splitlines()[0],
        "x-needs": shape.needs,
    }
    if shape.link:
        operation["x-link"] = shape.link
    if shape.closed_to:
        operation["x-closed-to"] = sorted(shape.closed_to)
    if shape.needs == OPEN:
        operation["security"] = []
    body = _body(shape, properties, required)
    if body is None or shape.upload:
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": inner}
            for name, inner in properties.items()
            if name not in ("content", "media_type") or not shape.upload
        ]
    if shape.keyed:
        named = shape.method in ("PATCH", "PUT")
        version = ENTITY_TAG.pattern if named else f"^\\*$|{ENTITY_TAG.pattern}"
        parameters += [
            _header("Idempotency-Key", True, "A repeat is answered once", {"minLength": 1, "maxLength": 200}),
            _header("If-Match", named, "The version you saw, quoted", {"pattern": version}),
        ]
    operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = body
    operation["responses"] = _responses(shape, shown)
    return operation


def _body(shape: MessageShape, properties: dict[str, Any], required: set[str]) -> dict[str, Any] | None:
    if shape.method in ("GET", "DELETE"):
        return None
    if shape.upload:
        content = {"schema": {"type": "string", "format": "binary", "maxLength": shape.upload}}
        return {"required": True, "content": {"*/*": content}}
    schema = {
        "type": "object",
        "properties": properties,
        "required": sorted(required & set(properties)),
        "additionalProperties": False,
    }
    example = {name: _example(name, inner) for name, inner in properties.items() if name in required}
    content = {"schema": schema} | ({"example": example} if example else {})
    return {"required": bool(required & set(properties)), "content": {"application/json": content}}


def _responses(shape: MessageShape, shown: dict[str, Any]) -> dict[str, Any]:
    if shape.answer is Download:
        file = {"schema": {"type": "string", "format": "binary"}}
        good: dict[str, Any] = {"*/*": file, "application/json": {"schema": {}}}  # some files are JSON
    else:
        good = {"application/json": {"schema": shown[str(shape.answer)]}}
    problem = {"application/problem+json": {"schema": shown[str(Problem)]}}
    refusals = dict(COMMON_REFUSALS)
    if shape.method != "GET":
        refusals |= CHANGE_REFUSALS
    if shape.method not in ("GET", "DELETE"):
        refusals |= BODY_REFUSALS
    if shape.keyed and shape.method in ("PATCH", "PUT"):
        refusals |= NAMED_REFUSALS
    if shape.needs == OPEN:
        del refusals["403"]
    answers: dict[str, Any] = {}
    for code, text in sorted(refusals.items()):
        answers[code] = {"description": text, "content": problem}
        if code in TOLD:
            name, what = TOLD[code]
            answers[code]["headers"] = {name: {"description": what, "schema": {"type": "string"}}}
    return {str(shape.status): {"description": "Done.", "content": good}, **answers}


def _header(name: str, required: bool, text: str, form: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": text,
        "schema": {"type": "string", **form},
    }


def _example(name: str, schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return []
        case "string":
            return "2026-11-23T07:00:00Z" if schema.get("format") == "date-time" else name
    return {}
