"""A thing with an identity, a version and events to emit."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, cast

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Command, Event


class Entity(msgspec.Struct, kw_only=True, dict=True):
    """What is stored: one document, written whole, only if its version has not moved.

    `seen_by` lists the organizations that may see it where a collection is shared: its owner and partners.
    """

    id: str
    org_id: str = msgspec.field(default_factory=current_org)
    version: int = 0
    created_at: datetime = msgspec.field(default_factory=now)
    changed_at: datetime = msgspec.field(default_factory=now)
    seen_by: list[str] = []

    def search_texts(self) -> Iterable[str]:
        """What people type to find it, if they do: any fragment of any word of these texts finds it."""
        return ()

    def differing(self, asked: Command[Any]) -> dict[str, Any]:
        """What a partial change would change: absent stays, null empties, a value sets it whole.

        That is JSON Merge Patch (RFC 7396) but for parts of parts, which do not change alone.
        """
        said = {name: getattr(asked, name) for name in asked.__struct_fields__}
        wanted = {
            name: _empty(type(self), name) if value is None else value
            for name, value in said.items()
            if value is not msgspec.UNSET and name not in asked.shape.path_fields
        }
        return {name: value for name, value in wanted.items() if getattr(self, name) != value}

    def patch(self, asked: Command[Any]) -> frozenset[str]:
        """Change what a partial change names, and say which fields differ now."""
        changes = self.differing(asked)
        for name, value in changes.items():
            setattr(self, name, value)
        return frozenset(changes)

    def emit(self, event: Event) -> None:
        """Emit an event; it leaves in the same write as the change itself."""
        self.__dict__.setdefault("_emitted", []).append(event)

    @property
    def emitted(self) -> list[Event]:
        """Events emitted since the entity was read."""
        return cast("list[Event]", self.__dict__.get("_emitted", []))

    def clear_emitted(self) -> None:
        self.__dict__.pop("_emitted", None)


@cache
def _empty(kind: type[Entity], name: str) -> Any:
    """How a field stands in a thing of which it was never said."""
    field = next(one for one in msgspec.structs.fields(kind) if one.name == name)
    if field.default not in (None, ""):
        raise TypeError(f"{name} of {kind.__name__} cannot be empty")
    return field.default
