"""Messages about what waits: dead letters, queues of the units."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import Command, Empty, Query, View
from rt.trade.references import DeadLetterId


class DeadLetterView(View):
    """An event that a handler failed on, with the last error."""

    dead_letter_id: str
    unit: str
    subscription: str
    topic: str
    entity_id: str
    org_id: str
    reason: str
    tries: int
    state: Literal["waiting", "dead"]
    put_aside_at: datetime
    next_try_at: datetime
    trace: str


class DeadLettersPage(View):
    """Events put aside, oldest first; `dead` and `waiting` count all of them, not this page alone."""

    items: list[DeadLetterView]
    dead: int
    waiting: int
    next: str = ""


class FindDeadLetters(Query[DeadLettersPage], route="/admin/dead-letters", needs="admin_gateway.read"):
    """Events put aside after a failure, over all units; `after` is the last one of the page before."""

    unit: Annotated[str, Meta(max_length=40)] = ""
    state: Literal["waiting", "dead"] | None = None
    after: DeadLetterId = ""


class ReplayDeadLetter(
    Command[Empty], route="/admin/dead-letters/{dead_letter_id}/replay", needs="admin_gateway.write"
):
    """Have a handler try an event again that it failed on; `alike`: all that it failed on."""

    dead_letter_id: DeadLetterId
    alike: bool = False


class QueueView(View):
    """How far a unit's subscriptions are behind the log."""

    unit: str
    behind: int
    dead_letters: int
    timers: int


class QueuesView(View):
    """Every unit's queues."""

    items: list[QueueView]


class GetQueues(Query[QueuesView], route="/admin/queues", needs="admin_gateway.read"):
    """What waits to be handled, tried again or woken."""
