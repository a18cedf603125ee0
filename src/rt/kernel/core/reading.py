"""Reads what another release of the platform wrote: what this one does not know is left out.

While a release rolls out, N and N-1 serve side by side on one database (R-13): a field that N adds to an
answer, an event or a stored document must not stop N-1. What people send us stays strict: see `kernel.web`.
A struct that once said the same otherwise has a static method `from_earlier`: it takes the fields as they
were written and returns them as they are said today.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect


def read(value: Any, kind: Any, own_types: Iterable[type] = ()) -> Any:
    """The value as its type says; fields that no struct of the type knows are passed over, at any depth.

    `own_types` come as they are instead of as text (BSON has dates and bytes of its own). Raises
    msgspec.ValidationError for everything else that does not fit.
    """
    try:
        return msgspec.convert(value, kind, builtin_types=own_types)
    except msgspec.ValidationError:
        return msgspec.convert(_known(value, _shape(kind)), kind, builtin_types=own_types)


def read_json(content: bytes, kind: Any) -> Any:
    """The same for JSON text."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError:
        known = _known(msgspec.json.decode(content), _shape(kind))
        return msgspec.json.decode(msgspec.json.encode(known), type=kind)


@cache
def _shape(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _known(value: Any, shape: inspect.Type) -> Any:
    """The same value without the fields that its shape does not name."""
    match shape:
        case inspect.Metadata():
            return _known(value, shape.type)
        case inspect.UnionType():
            return _known(value, _meant(value, shape.types))
        case inspect.StructType() if isinstance(value, dict):
            if hasattr(shape.cls, "from_earlier"):
                value = shape.cls.from_earlier(value)
            fields = {field.encode_name: field.type for field in shape.fields}
            if shape.tag_field is not None:
                fields[shape.tag_field] = inspect.AnyType()
            return {name: _known(inner, fields[name]) for name, inner in value.items() if name in fields}
        case inspect.DictType() if isinstance(value, dict):
            return {name: _known(inner, shape.value_type) for name, inner in value.items()}
        case inspect.CollectionType() if isinstance(value, list):
            return [_known(inner, shape.item_type) for inner in value]
        case inspect.TupleType() if isinstance(value, list) and len(value) == len(shape.item_types):
            return [_known(inner, one) for inner, one in zip(value, shape.item_types, strict=True)]
        case _:
            return value


def _meant(value: Any, shapes: Iterable[inspect.Type]) -> inspect.Type:
    """Which of several shapes a value has: the struct of its tag, else the only one of its kind."""
    for shape in shapes:
        match shape:
            case inspect.StructType() if isinstance(value, dict):
                if shape.tag_field is None or value.get(shape.tag_field) == shape.tag:
                    return shape
            case inspect.DictType() if isinstance(value, dict):
                return shape
            case inspect.CollectionType() | inspect.TupleType() if isinstance(value, list):
                return shape
            case _:
                continue
    return inspect.AnyType()
