"""Stories of objects, searching, and what waits in the house."""

from rt.contracts.admin_gateway import (
    EventView,
    FindAnything,
    FindLetters,
    FoundPage,
    FoundView,
    GetQueues,
    GetStory,
    LettersPage,
    LetterView,
    QueuesView,
    QueueView,
    ReplayLetter,
    StoryView,
)
from rt.kernel.bus import Told
from rt.kernel.errors import NotFound
from rt.kernel.eventlog import EventLog, Found, named
from rt.kernel.letters import Letter, Queue, letter_counts, letters, queues, replay, replay_alike
from rt.kernel.messages import Empty
from rt.kernel.persistence import Database
from rt.services.admin_gateway.actions.audits import by_path
from rt.services.admin_gateway.domain.masking import masked

FOUND_LIMIT = 50
LETTERS = 100
RELATED_LIMIT = 100


class Stories:
    """What happened, over all units."""

    def __init__(self, log: EventLog, database: Database) -> None:
        self._log = log
        self._database = database

    async def get(self, asked: GetStory) -> StoryView:
        told, following = await self._log.about(asked.subject, asked.after, asked.limit)
        if not told:
            raise NotFound
        ids = {found for one in told for found in ({one.entity_id} | named(one.body))} - {asked.subject}
        return StoryView(
            subject=asked.subject,
            events=[_event(one) for one in told],
            related=sorted(ids)[:RELATED_LIMIT],
            units=list(dict.fromkeys(one.source for one in told)),
            next=following,
        )

    async def find(self, asked: FindAnything) -> FoundPage:
        """One line for each object, newest first."""
        found: dict[str, FoundView] = {}
        for mention in await self._log.find(asked.q):
            if mention.entity_id not in found:
                found[mention.entity_id] = _found(mention)
        return FoundPage(items=list(found.values())[:FOUND_LIMIT])

    async def letters(self, asked: FindLetters) -> LettersPage:
        found = await letters(self._database, asked.unit, asked.state or "", asked.after, LETTERS + 1)
        totals = await letter_counts(self._database, asked.unit)
        shown = found[:LETTERS]
        return LettersPage(
            items=[_letter(one) for one in shown],
            dead=totals["dead"],
            waiting=totals["waiting"],
            next=shown[-1].id if len(found) > LETTERS else "",
        )

    async def replay(self, asked: ReplayLetter) -> Empty:
        again = replay_alike if asked.alike else replay
        if not await again(self._database, asked.letter_id):
            raise NotFound
        return Empty()

    async def queues(self, asked: GetQueues) -> QueuesView:
        found = await queues(self._database)
        return QueuesView(items=[_queue(one) for one in found])


def _event(told: Told) -> EventView:
    return EventView(
        event_id=told.id,
        source=told.source,
        topic=told.topic,
        at=told.at,
        org_id=told.org_id,
        entity=told.entity,
        entity_id=told.entity_id,
        actor_kind=told.actor.get("kind", ""),
        actor_id=told.actor.get("id", ""),
        actor_name=told.actor.get("name", ""),
        trace=told.trace,
        body=masked(told.body),
        change=masked({side: by_path(told, side) for side in ("before", "after")}),
    )


def _queue(queue: Queue) -> QueueView:
    return QueueView(unit=queue.unit, behind=queue.behind, letters=queue.letters, timers=queue.timers)


def _found(mention: Found) -> FoundView:
    return FoundView(
        subject=mention.entity_id,
        entity=mention.entity,
        org_id=mention.org_id,
        label=str(masked(", ".join(mention.labels))),
        last_at=mention.at,
    )


def _letter(letter: Letter) -> LetterView:
    event = letter.event
    return LetterView(
        letter_id=letter.id,
        unit=letter.unit,
        listener=letter.listener,
        topic=event.get("topic", ""),
        entity_id=event.get("entity_id", ""),
        org_id=event.get("org_id", ""),
        reason=str(masked(letter.reason)),
        tries=letter.tries,
        state="dead" if letter.state == "dead" else "waiting",
        put_aside_at=letter.put_aside_at,
        next_try_at=letter.next_try_at,
        trace=event.get("trace", ""),
    )
