"""Who hears which event, in which partition of the log it stands, and how waiting consumers are woken."""

import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec

from rt.kernel.messages import EVENTS, Event
from rt.kernel.reading import read

F = TypeVar("F", bound=Event)
Since = Literal["beginning", "now"]

LANES = 8
"""Partitions of each unit's part of the log: a power of two, and part of every key (ADR 0016)."""


def lane_of(entity_id: str) -> int:
    """The lane of an entity: always the same, so that its events stay in their order."""
    return zlib.crc32(entity_id.encode()) % LANES


def partition_of(unit: str, lane: int) -> str:
    """The partition of a unit's events in one lane: "core_orders.3"."""
    return f"{unit}.{lane}"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the log has it: which entity of which organization emitted it, when, and who was acting.

    `actor` has `for` too where a unit acted: the person for whom. `seq` numbers a partition without gaps;
    `nth` numbers the events of the entity, from 1. `change` has the leaves that the write changed
    (`rt.kernel.changes`), on the last event of a write. `personal` has what tells of people, sealed, each
    part under the key of its subject (`rt.kernel.personal`); listeners get it opened.
    """

    id: str
    partition: str
    seq: int
    source: str
    topic: str
    at: datetime
    org_id: str
    entity: str
    entity_id: str
    version: int
    nth: int
    actor: dict[str, str]
    trace: str
    body: dict[str, Any]
    change: list[dict[str, Any]] = []
    personal: list[dict[str, str]] = []


def told_of(document: Mapping[str, Any]) -> Told:
    """An event from its document in the log."""
    return msgspec.convert({**document, "id": document["_id"]}, Told, builtin_types=(datetime,))


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """One function of one unit that hears topics of one other unit, or of its own.

    `since`: whether the first start hears what the log still holds, or only what is told from then on.
    """

    name: str
    topics: frozenset[str]
    hear: Callable[[Any, Told], Awaitable[None]]
    since: Since

    @property
    def source(self) -> str:
        return next(iter(self.topics)).partition(".")[0]


def listen(
    event: type[F], reaction: Callable[[F, Told], Awaitable[None]], *, since: Since, name: str = ""
) -> Listener:
    """Have a reaction hear an event; its effects through a Collection happen exactly once.

    The offset and what was put aside are kept under the name, by default "function topic": it stays when the
    function is renamed (tests/house/listeners.txt).
    """
    own = name or f"{getattr(reaction, '__name__', type(reaction).__name__)} {event.topic}"
    return Listener(name=own, topics=frozenset({event.topic}), hear=reaction, since=since)


def listen_to_all(
    topics: Sequence[str], reaction: Callable[[None, Told], Awaitable[None]], *, since: Since, name: str
) -> list[Listener]:
    """Have a reaction hear many topics, bodies as they are in `told`: one listener for each source."""
    sources = sorted({topic.partition(".")[0] for topic in topics})
    return [
        Listener(
            name=f"{name} {source}",
            topics=frozenset(topic for topic in topics if topic.partition(".")[0] == source),
            hear=reaction,
            since=since,
        )
        for source in sources
    ]


def as_event(topic: str, body: dict[str, Any]) -> Event | None:
    """The event as its class says it today: fields added since it was told take their defaults.

    None when no contract of this process knows the topic.
    """
    kind = EVENTS.get(topic)
    if kind is None:
        return None
    event: Event = read(body, kind)
    return event


def whole(told: Told) -> Told:
    """The event with every field of its body, as its class says it today."""
    event = as_event(told.topic, told.body)
    return told if event is None else msgspec.structs.replace(told, body=msgspec.to_builtins(event))


Appended = Callable[[str, Sequence[Told], int], None]
"""A partition, the events appended to it (none where another process did), and the newest number."""


class Hub:
    """Tells everyone in this process what was appended to the log, by this process or another."""

    def __init__(self) -> None:
        self._subscribers: list[Appended] = []
        self._lookers: list[Callable[[], None]] = []
        self.topics: set[str] = set()
        """What subscribers want to be told when another process appends it."""
        self._appending: dict[str, int] = {}
        self._meanwhile: dict[str, int] = {}
        self.live = False
        """Whether appends of other processes are told at once; else whoever waits has to look."""

    def subscribe(self, subscriber: Appended, look: Callable[[], None], topics: Iterable[str]) -> None:
        """Tell what this process appends, and others of these topics.

        `look` is called when something may have been appended untold.
        """
        self._subscribers.append(subscriber)
        self.topics.update(topics)
        self._lookers.append(look)

    def turn(self, live: bool) -> None:
        """Other processes are heard from now on, or no longer."""
        self.live = live
        for look in self._lookers:
            look()

    def appending(self, partitions: set[str], more: int) -> None:
        """This process begins (1) or ends (-1) to append: it tells that itself, with the events.

        What others appended meanwhile is told at the end.
        """
        for partition in partitions:
            self._appending[partition] = self._appending.get(partition, 0) + more
            if not self._appending[partition] and (seq := self._meanwhile.pop(partition, 0)):
                self.appended(partition, (), seq)

    def appended(self, partition: str, events: Sequence[Told], seq: int) -> None:
        for subscriber in self._subscribers:
            subscriber(partition, events, seq)

    def elsewhere(self, partition: str, seq: int) -> None:
        """Something of the topics was appended, by another process or by this one."""
        if self._appending.get(partition):
            self._meanwhile[partition] = max(seq, self._meanwhile.get(partition, 0))
        else:
            self.appended(partition, (), seq)
