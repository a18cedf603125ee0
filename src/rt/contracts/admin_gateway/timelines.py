"""Messages about what happened: timelines of objects and traces, and searching for them."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from rt.kernel.model.messages import Cursor, Query, View


class EventView(View):
    """One thing that happened, as the event log holds it; personal values masked."""

    event_id: str
    source: str
    topic: str
    at: datetime
    org_id: str
    entity: str
    entity_id: str
    actor_kind: str
    actor_id: str
    actor_name: str
    trace: str
    body: dict[str, Any]
    change: dict[str, dict[str, Any]]


class TimelineView(View):
    """What is known about one object or one trace over all units, in the order it happened.

    `next` is where the events before these begin, given as `after`; "" when there are none.
    """

    subject: str
    events: list[EventView]
    related: list[str]
    units: list[str]
    next: str = ""


class GetTimeline(Query[TimelineView], route="/admin/timelines/{subject}", needs="admin_gateway.read"):
    """The timeline of an object by its id, or of a request by its trace id, across units: the newest
    events."""

    subject: Annotated[str, Meta(min_length=4, max_length=80)]
    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 500


class FoundView(View):
    """An object that a search found."""

    subject: str
    entity: str
    org_id: str
    label: str
    last_at: datetime


class FoundPage(View):
    """What a search found, newest first."""

    items: list[FoundView]


class FindAnything(Query[FoundPage], route="/admin/search", needs="admin_gateway.read"):
    """Any object of any unit by its id, trace, or a number written on it."""

    q: Annotated[str, Meta(min_length=3, max_length=80)]
