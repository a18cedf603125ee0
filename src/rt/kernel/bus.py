"""Who hears which event, and how what was heard is told apart from what was not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from rt.kernel.messages import EVENTS, Event
from rt.kernel.reading import read

F = TypeVar("F", bound=Event)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of an event: which entity of which organization told it, when, and who was acting.

    `change` has "before" and "after" of the fields that changed, on the last event of a write.
    """

    id: str
    source: str
    seq: int
    topic: str
    at: datetime
    org_id: str
    entity: str
    entity_id: str
    version: int
    actor: dict[str, str]
    trace: str
    body: dict[str, Any]
    change: dict[str, dict[str, Any]] = {}


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """One function of one unit that hears one topic ("*" hears everything)."""

    topic: str
    name: str
    hear: Callable[[Any, Told], Awaitable[None]]


class Fact(Event, topic="*"):
    """Any event whatever: `hear(Fact, …)` hears everything; the body is in `told`."""


def listen(event: type[F], reaction: Callable[[F, Told], Awaitable[None]]) -> Listener:
    """Have a reaction hear an event; its effects through a Collection happen exactly once."""
    owner = getattr(reaction, "__qualname__", type(reaction).__name__)
    return Listener(topic=event.topic, name=owner, hear=reaction)


def as_event(topic: str, body: dict[str, Any]) -> Event | None:
    """The event as its class says it today: fields added since it was told take their defaults.

    None when no contract of this process knows the topic.
    """
    kind = EVENTS.get(topic)
    if kind is None:
        return None
    event: Event = read(body, kind)
    return event


class Hub:
    """Wakes everyone in this process who waits for something to have been written."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        for event in self._waiting:
            event.set()

    async def wait(self, timeout_seconds: float) -> None:
        """Return when somebody rings, or after the time-out."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(timeout_seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(event)
