"""timelines of objects, searching, and what waits in the platform."""

from rt.contracts.admin_gateway import (
    DeadLettersPage,
    DeadLetterView,
    EventView,
    FindAnything,
    FindDeadLetters,
    FoundPage,
    FoundView,
    GetQueues,
    GetTimeline,
    QueuesView,
    QueueView,
    ReplayDeadLetter,
    TimelineView,
)
from rt.kernel.core.errors import NotFound
from rt.kernel.log.dead_letters import (
    DeadLetter,
    Queue,
    dead_letter_counts,
    dead_letters,
    queues,
    replay,
    replay_alike,
)
from rt.kernel.log.event_log import EventLog, Found, named
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import Empty
from rt.kernel.storage.persistence import Database
from rt.services.admin_gateway.actions.audits import by_path
from rt.services.admin_gateway.domain.masking import masked

FOUND_LIMIT = 50
LETTERS = 100
RELATED_LIMIT = 100


class Timelines:
    """What happened, over all units."""

    def __init__(self, log: EventLog, database: Database) -> None:
        self._log = log
        self._database = database

    async def get(self, asked: GetTimeline) -> TimelineView:
        events, following = await self._log.about(asked.subject, asked.after, asked.limit)
        if not events:
            raise NotFound
        ids = {found for one in events for found in ({one.entity_id} | named(one.body))} - {asked.subject}
        return TimelineView(
            subject=asked.subject,
            events=[_event(one) for one in events],
            related=sorted(ids)[:RELATED_LIMIT],
            units=list(dict.fromkeys(one.source for one in events)),
            next=following,
        )

    async def find(self, asked: FindAnything) -> FoundPage:
        """One line for each object, newest first."""
        found: dict[str, FoundView] = {}
        for mention in await self._log.find(asked.q):
            if mention.entity_id not in found:
                found[mention.entity_id] = _found(mention)
        return FoundPage(items=list(found.values())[:FOUND_LIMIT])

    async def dead_letters(self, asked: FindDeadLetters) -> DeadLettersPage:
        found = await dead_letters(self._database, asked.unit, asked.state or "", asked.after, LETTERS + 1)
        totals = await dead_letter_counts(self._database, asked.unit)
        shown = found[:LETTERS]
        return DeadLettersPage(
            items=[_dead_letter(one) for one in shown],
            dead=totals["dead"],
            waiting=totals["waiting"],
            next=shown[-1].id if len(found) > LETTERS else "",
        )

    async def replay(self, asked: ReplayDeadLetter) -> Empty:
        again = replay_alike if asked.alike else replay
        if not await again(self._database, asked.dead_letter_id):
            raise NotFound
        return Empty()

    async def queues(self, asked: GetQueues) -> QueuesView:
        found = await queues(self._database)
        return QueuesView(items=[_queue(one) for one in found])


def _event(envelope: EventEnvelope) -> EventView:
    return EventView(
        event_id=envelope.id,
        source=envelope.source,
        topic=envelope.topic,
        at=envelope.at,
        org_id=envelope.org_id,
        entity=envelope.entity,
        entity_id=envelope.entity_id,
        actor_kind=envelope.actor.get("kind", ""),
        actor_id=envelope.actor.get("id", ""),
        actor_name=envelope.actor.get("name", ""),
        trace=envelope.trace,
        body=masked(envelope.body),
        change=masked({side: by_path(envelope, side) for side in ("before", "after")}),
    )


def _queue(queue: Queue) -> QueueView:
    return QueueView(
        unit=queue.unit, behind=queue.behind, dead_letters=queue.dead_letters, timers=queue.timers
    )


def _found(mention: Found) -> FoundView:
    return FoundView(
        subject=mention.entity_id,
        entity=mention.entity,
        org_id=mention.org_id,
        label=str(masked(", ".join(mention.labels))),
        last_at=mention.at,
    )


def _dead_letter(dead_letter: DeadLetter) -> DeadLetterView:
    event = dead_letter.event
    return DeadLetterView(
        dead_letter_id=dead_letter.id,
        unit=dead_letter.unit,
        subscription=dead_letter.subscription,
        topic=event.get("topic", ""),
        entity_id=event.get("entity_id", ""),
        org_id=event.get("org_id", ""),
        reason=str(masked(dead_letter.reason)),
        tries=dead_letter.tries,
        state="dead" if dead_letter.state == "dead" else "waiting",
        put_aside_at=dead_letter.put_aside_at,
        next_try_at=dead_letter.next_try_at,
        trace=event.get("trace", ""),
    )
