"""Incidents of the platform: opened, worked on step by step, told to users, resolved, learnt from."""

from typing import Any

from rt.contracts.admin_gateway import (
    AcknowledgeOutage,
    FindOutages,
    GetOutage,
    OpenOutage,
    OutagesPage,
    OutageView,
    PostOutageUpdate,
    ResolveOutage,
    TickStep,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for
from rt.kernel.service.jobs import Timers
from rt.services.admin_gateway.domain.flags import OPERATOR
from rt.services.admin_gateway.domain.incidents import (
    POST_MORTEM_WITHIN,
    REMIND_BEFORE,
    Outage,
    Saying,
    Tick,
    opened,
)
from rt.services.admin_gateway.domain.units import known
from rt.services.admin_gateway.store import OUTAGES, GatewayStore

REMIND = "remind_post_mortem"
PAGE = 30
GOING = {"$in": ["open", "acknowledged", "resolved"]}
"""What is not over yet."""


class Incidents:
    """What goes wrong with the platform itself."""

    def __init__(self, store: GatewayStore, timers: Timers) -> None:
        self._store = store
        self._timers = timers

    async def find(self, asked: FindOutages) -> OutagesPage:
        named = {"state": GOING if asked.state == "going" else asked.state} if asked.state else {}
        page = await self._store.incidents.rows(OUTAGES, named, after=asked.after, limit=PAGE)
        return OutagesPage(items=[one.view() for one in page.items], next=page.next)

    async def get(self, asked: GetOutage) -> OutageView:
        return (await self._store.incidents.get(asked.incident_id)).view()

    async def open(self, asked: OpenOutage) -> OutageView:
        moment = now()
        outage = Outage(
            id=new_id("inc"),
            org_id=OPERATOR,
            severity=asked.severity,
            title_fr=asked.title_fr,
            title_en=asked.title_en,
            units=known(asked.units),
            opened_at=moment,
            opened_by=current_actor().name,
            opened_by_id=current_actor().id,
            answer_due_at=moment,
        )
        return (await self._store.incidents.add(opened(outage))).view()

    async def acknowledge(self, asked: AcknowledgeOutage) -> OutageView:
        async with self._store.incidents.change(asked.incident_id) as outage:
            outage.acknowledge(now())
        return outage.view()

    async def tick(self, asked: TickStep) -> OutageView:
        tick = Tick(
            step=asked.step,
            state="skipped" if asked.skipped else "done",
            at=now(),
            by=current_actor().name,
            by_id=current_actor().id,
            note=asked.note,
        )
        async with self._store.incidents.change(asked.incident_id) as outage:
            outage.tick(tick)
        return outage.view()

    async def post_update(self, asked: PostOutageUpdate) -> OutageView:
        async with self._store.incidents.change(asked.incident_id) as outage:
            outage.say(Saying(at=now(), fr=asked.fr, en=asked.en))
        return outage.view()

    async def resolve(self, asked: ResolveOutage) -> OutageView:
        moment = now()
        due_at = moment + POST_MORTEM_WITHIN
        with acting_for(OPERATOR):
            for remind_at in (due_at - REMIND_BEFORE, due_at):
                await self._timers.at(remind_at, REMIND, {"incident_id": asked.incident_id})
        async with self._store.incidents.change(asked.incident_id) as outage:
            outage.resolve(Saying(at=moment, fr=asked.fr, en=asked.en))
        return outage.view()

    async def remind(self, payload: dict[str, Any]) -> None:
        """The clock says that a post-mortem may be awaited; nothing when it is written."""
        try:
            async with self._store.incidents.change(payload["incident_id"]) as outage:
                outage.remind(now())
        except NotFound:
            return
