"""Which function of a service handles which events, under a name that its offset is kept by."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import Event

F = TypeVar("F", bound=Event)

Since = Literal["beginning", "now"]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One handler of one unit, for topics of one other unit or of its own.

    `since`: whether the first start handles what the log still holds, or only what is emitted from then on.
    """

    name: str
    topics: frozenset[str]
    handle: Callable[[Any, EventEnvelope], Awaitable[None]]
    since: Since

    @property
    def source(self) -> str:
        return next(iter(self.topics)).partition(".")[0]


def subscribe(
    event: type[F], handler: Callable[[F, EventEnvelope], Awaitable[None]], *, since: Since, name: str = ""
) -> Subscription:
    """Have a handler receive an event; its effects through a Collection happen exactly once.

    The offset and what was put aside are kept under the name, by default "function topic": it stays when the
    function is renamed (tests/house/subscriptions.txt).
    """
    own = name or f"{getattr(handler, '__name__', type(handler).__name__)} {event.topic}"
    return Subscription(name=own, topics=frozenset({event.topic}), handle=handler, since=since)


def subscribe_to_all(
    topics: Sequence[str],
    handler: Callable[[None, EventEnvelope], Awaitable[None]],
    *,
    since: Since,
    name: str,
) -> list[Subscription]:
    """Have a handler receive many topics, bodies as they are in the envelope: one subscription for each
    source."""
    sources = sorted({topic.partition(".")[0] for topic in topics})
    return [
        Subscription(
            name=f"{name} {source}",
            topics=frozenset(topic for topic in topics if topic.partition(".")[0] == source),
            handle=handler,
            since=since,
        )
        for source in sources
    ]
