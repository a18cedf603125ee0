"""A thing with an identity, a version and facts to tell."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

import msgspec

from rt.kernel.clock import now
from rt.kernel.messages import Event
from rt.kernel.tenancy import current_org


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

    def tell(self, event: Event) -> None:
        """Tell a fact; it leaves in the same write as the change itself."""
        self.__dict__.setdefault("_telling", []).append(event)

    @property
    def telling(self) -> list[Event]:
        """Facts told since the entity was read."""
        return cast("list[Event]", self.__dict__.get("_telling", []))

    def told(self) -> None:
        self.__dict__.pop("_telling", None)
