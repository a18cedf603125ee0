"""What waits: how far each unit's subscriptions are behind, and dead letters, to be replayed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import DeadLetterView, FindDeadLetters, GetQueues, QueueView, ReplayDeadLetter
from rt.portals.backoffice.changes import timeline_of
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


class Waiting(msgspec.Struct, kw_only=True):
    """An event put aside, as a row."""

    dead_letter_id: str
    unit: str
    subscription: str
    topic: str
    reason: str
    tries: int
    state: str
    put_aside_at: datetime
    next_try_at: datetime | None
    href: str


class QueuesPage(Page):
    """Both lists; the dead letters are the part that filters change."""

    template, part = "queues.html", "_dead_letters.html"
    queues: list[QueueView]
    queue_columns: list[Column]
    works: bool
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    rows: list[Waiting]
    columns: list[Column]
    more: str
    first: str
    unit: str


def waiting(one: DeadLetterView) -> Waiting:
    return Waiting(
        dead_letter_id=one.dead_letter_id,
        unit=one.unit,
        subscription=one.subscription,
        topic=one.topic,
        reason=one.reason,
        tries=one.tries,
        state="failed" if one.state == "dead" else one.state,
        put_aside_at=one.put_aside_at,
        next_try_at=one.next_try_at if one.state == "waiting" else None,
        href=timeline_of(one.entity_id) or timeline_of(one.trace) or "/queues",
    )


async def queues(visit: Visit) -> Page | Response:
    unit, asked = visit.query.get("unit", "")[:40], visit.query.get("state", "")
    state = cast("Literal['waiting', 'dead'] | None", asked if asked in ("waiting", "dead") else None)
    after = visit.query.get("after", "")
    counting = attempt(visit, GetQueues())
    finding = attempt(visit, FindDeadLetters(unit=unit, state=state, after=after))
    known, dead_letters = await asyncio.gather(counting, finding)
    dead, trying = (dead_letters.dead, dead_letters.waiting) if dead_letters else (0, 0)

    def at(code: str, after: str = "") -> str:
        given = {"state": code, "unit": unit, "after": after}
        kept = {name: value for name, value in given.items() if value}
        return f"/queues?{urlencode(kept)}" if kept else "/queues"

    return QueuesPage(
        title=_("Files d'attente"),
        queues=known.items if known else [],
        queue_columns=[
            Column(name="unit", label=_("Service")),
            Column(name="behind", label=_("Faits à entendre"), kind="number"),
            Column(name="dead_letters", label=_("Faits mis de côté"), kind="number"),
            Column(name="timers", label=_("Échéances à venir"), kind="number"),
        ],
        works=known is not None and dead_letters is not None,
        tabs=[
            (at(""), _("Tous"), dead + trying),
            (at("dead"), _("En échec"), dead),
            (at("waiting"), _("Réessayés seuls"), trying),
        ],
        current=at(state or ""),
        rows=[waiting(one) for one in dead_letters.items] if dead_letters else [],
        columns=[
            Column(name="topic", label=_("Fait"), kind="link", href="{href}"),
            Column(name="unit", label=_("Service")),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="reason", label=_("Dernière erreur")),
            Column(name="tries", label=_("Essais"), kind="number", wide=True),
            Column(name="put_aside_at", label=_("Depuis"), kind="moment", wide=True),
            Column(name="next_try_at", label=_("Prochain essai"), kind="deadline"),
        ],
        more=at(state or "", dead_letters.next) if dead_letters and dead_letters.next else "",
        first=at(state or "") if after else "",
        unit=unit,
    )


async def replay(visit: Visit) -> Response:
    message = ReplayDeadLetter(dead_letter_id=visit.path["dead_letter_id"])
    return await pressed(visit, message, "/queues", _("Le service entend ce fait à nouveau."))


async def replay_alike(visit: Visit) -> Response:
    """All that the same function of the same service failed on."""
    message = ReplayDeadLetter(dead_letter_id=visit.path["dead_letter_id"], alike=True)
    return await pressed(
        visit, message, "/queues", _("Le service entend à nouveau tous les faits semblables.")
    )


PAGES = [
    page("/queues", queues, methods=("GET",)),
    page("/queues/{dead_letter_id}/replay-alike", replay_alike, methods=("POST",)),
    page("/queues/{dead_letter_id}/replay", replay, methods=("POST",)),
]
