"""The timeline of one object or request across the units: who did what, what changed, which mails left."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import EventView, GetTimeline, TimelineView
from rt.contracts.notifications import MessageView, ReadMailbox
from rt.portals.backoffice.changes import Line, changed, facts, text, timeline_of
from rt.portals.backoffice.naming import names_of
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.formats import moment
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

ORDER = "ord_"
STATE = "state"
"""The field whose change says most; shown without opening anything."""
MOST_ORDERS = 3
"""Orders near the object whose messages are looked through."""
ICONS = {
    "admin_gateway": "settings",
    "authz": "key",
    "core_orders": "package",
    "ecpmr": "signature",
    "notifications": "mail",
    "palette": "layers",
    "planning": "calendar-check",
    "tracking_ia": "map-pin",
}
GOOD = {"accepted", "confirmed", "delivered", "signed", "joined", "resumed", "created", "booked"}
BAD = {"cancelled", "refused", "dead", "bounced", "suspended", "erased", "reported", "alerted", "foreseen"}


class Happened(msgspec.Struct, kw_only=True):
    """One fact of the timeline."""

    event_id: str
    unit: str
    topic: str
    at: datetime
    when: str
    tone: str
    icon: str
    actor: str
    actor_kind: str
    actor_href: str
    organization: str
    organization_href: str
    entity: str
    entity_id: str
    entity_href: str
    trace: str
    moved: Line | None
    changes: list[Line]
    facts: list[Line]


class Related(msgspec.Struct, kw_only=True):
    """Another object that the timeline names."""

    id: str
    label: str
    href: str


class TimelinePage(Page):
    """The timeline, what it touches, and the mails that it caused."""

    template, part = "timeline.html", "_timeline.html"
    subject: str
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    happened: list[Happened]
    first_at: datetime
    last_at: datetime
    related: list[Related]
    mails: list[MessageView]
    mails_known: bool
    oldest_first: bool
    turned: str
    older: str
    newer: str


def tone_of(topic: str) -> str:
    last = topic.rpartition(".")[2]
    if last in BAD:
        return "bad"
    return "ok" if last in GOOD else "note"


def happened(event: EventView, names: dict[str, str], subject: str) -> Happened:
    organization = timeline_of(event.org_id)
    changes = changed(event.change.get("before", {}), event.change.get("after", {}))
    return Happened(
        event_id=event.event_id,
        unit=event.source,
        topic=event.topic,
        at=event.at,
        when=f"{moment(event.at)}:{event.at:%S}",
        tone=tone_of(event.topic),
        icon=ICONS.get(event.source, "circle"),
        actor=text(event.actor_name) or event.actor_id,
        actor_kind=event.actor_kind,
        actor_href=timeline_of(event.actor_id) if event.actor_id != subject else "",
        organization=names.get(event.org_id, event.org_id),
        organization_href=organization,
        entity=event.entity,
        entity_id=event.entity_id,
        entity_href=timeline_of(event.entity_id) if event.entity_id != subject else "",
        trace=event.trace if event.trace != subject else "",
        moved=next((one for one in changes if one.name == STATE), None),
        changes=changes,
        facts=facts(event.body),
    )


async def mails_of(visit: Visit, timeline: TimelineView) -> list[MessageView] | None:
    """Messages about the object, found by the orders near it; None when the mailbox is shut."""
    subject = timeline.subject
    orders = [one for one in dict.fromkeys([subject, *timeline.related]) if one.startswith(ORDER)]
    if not orders:
        return []
    pages = await asyncio.gather(*(mails_about(visit, one) for one in orders[:MOST_ORDERS]))
    if all(mails is None for mails in pages):
        return None
    traces = {event.trace for event in timeline.events} - {""}
    found = [mail for mails in pages for mail in mails or []]
    if subject.startswith(ORDER):
        return found
    return [mail for mail in found if mail.object_id == subject or mail.trace in traces]


async def mails_about(visit: Visit, order_id: str) -> list[MessageView] | None:
    found = await attempt(visit, ReadMailbox(order_id=order_id, limit=100))
    return found.items if found is not None else None


async def timeline(visit: Visit) -> Page | Response:
    after = visit.query.get("after", "")
    told = await visit.ask(GetTimeline(subject=visit.path["subject"], after=after))
    near = [one for one in told.related if one.startswith("org_")]
    names, mails = await asyncio.gather(
        names_of(visit, [*(event.org_id for event in told.events), *near]), mails_of(visit, told)
    )
    unit = visit.query.get("unit", "")
    oldest_first = visit.query.get("order") != "newest"
    shown = [event for event in told.events if unit in ("", event.source)]
    here = f"/timelines/{told.subject}"
    order = "" if oldest_first else "&order=newest"
    since = f"&{urlencode({'after': after})}" if after else ""
    counts = {one: sum(event.source == one for event in told.events) for one in told.units}
    tabs: list[tuple[str, str, int | None]] = [
        (f"{here}?unit={order}{since}", _("Tous les services"), len(told.events))
    ]
    tabs += [(f"{here}?unit={one}{order}{since}", one, counts[one]) for one in told.units]
    return TimelinePage(
        title=_("Histoire"),
        crumbs=[("/", _("Rechercher"))],
        subject=told.subject,
        tabs=tabs,
        current=f"{here}?unit={unit}{order}{since}",
        happened=[happened(event, names, told.subject) for event in (shown if oldest_first else shown[::-1])],
        first_at=told.events[0].at,
        last_at=told.events[-1].at,
        related=[
            Related(id=one, label=names.get(one, one), href=timeline_of(one))
            for one in told.related
            if timeline_of(one)
        ],
        mails=mails or [],
        mails_known=mails is not None,
        oldest_first=oldest_first,
        turned=f"{here}?unit={unit}" + ("&order=newest" if oldest_first else "") + since,
        older=f"{here}?unit={unit}{order}&{urlencode({'after': told.next})}" if told.next else "",
        newer=f"{here}?unit={unit}{order}" if after else "",
    )


PAGES = [page("/timelines/{subject}", timeline, methods=("GET",))]
