"""Words about what waits: events put aside, queues of the units."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.messages import Command, Empty, Query, View
from rt.trade.references import LetterId


class LetterView(View):
    """An event that a listener could not hear, with the last error."""

    letter_id: str
    unit: str
    listener: str
    topic: str
    entity_id: str
    org_id: str
    reason: str
    tries: int
    state: Literal["waiting", "dead"]
    put_aside_at: datetime
    next_try_at: datetime
    trace: str


class LettersPage(View):
    """Events put aside, oldest first; `dead` and `waiting` count all of them, not this page alone."""

    items: list[LetterView]
    dead: int
    waiting: int
    next: str = ""


class FindLetters(Query[LettersPage], route="/admin/letters", needs="admin_gateway.read"):
    """Events put aside after a failure, over all units; `after` is the last one of the page before."""

    unit: Annotated[str, Meta(max_length=40)] = ""
    state: Literal["waiting", "dead"] | None = None
    after: LetterId = ""


class ReplayLetter(Command[Empty], route="/admin/letters/{letter_id}/replay", needs="admin_gateway.write"):
    """Have a listener hear an event again that it could not hear; `alike`: all that it could not."""

    letter_id: LetterId
    alike: bool = False


class QueueView(View):
    """How far a unit's listeners are behind the log."""

    unit: str
    behind: int
    letters: int
    timers: int


class QueuesView(View):
    """Every unit's queues."""

    items: list[QueueView]


class GetQueues(Query[QueuesView], route="/admin/queues", needs="admin_gateway.read"):
    """What waits to be heard, tried again or woken."""
