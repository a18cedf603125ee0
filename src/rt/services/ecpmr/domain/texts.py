"""What a text that is signed may not hold: signs that nobody sees and that make it read as another."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from rt.kernel.core.errors import Invalid

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line ends, and the signs that turn the direction of what follows."""
STROKES = "image"
R = TypeVar("R", bound=msgspec.Struct)


class UnseenCharacter(Invalid):
    fr = "Ce texte contient un caractère de commande invisible ({code}). Retirez-le avant de signer."
    en = "This text holds an invisible control character ({code}). Remove it before signing."


def refuse_unseen(records: dict[str, Any]) -> None:
    """Refuse records, by the name of their field, of which any text holds what its reader cannot see."""
    wrong = [
        UnseenCharacter(path, code=f"U+{ord(found[0]):04X}")
        for path, text in _texts("", msgspec.to_builtins(records))
        if (found := UNSEEN.search(text))
    ]
    if wrong:
        raise Invalid.together(wrong)


def visible(record: R) -> R:
    """The same record with a space where an unseen character was: an order is not refused for it."""
    seen: R = _seen(record)
    return seen


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != STROKES:
                yield from _texts(f"{path}.{name}".lstrip("."), inner)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _texts(f"{path}.{position}", inner)


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return UNSEEN.sub(" ", value)
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: _seen(getattr(value, name)) for name in value.__struct_fields__})
    if isinstance(value, list):
        return [_seen(inner) for inner in value]
    return value
