"""The health board, the notice, the feature switches."""

import asyncio
import time

from rt.contracts.admin_gateway import (
    FindFlags,
    FlagsView,
    FlagView,
    GetStatus,
    MyFlags,
    MyFlagsView,
    NoticeView,
    SetFlag,
    SetNotice,
    StatusView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Unavailable
from rt.kernel.service.client import Services
from rt.services.admin_gateway.domain.flags import FLAGS_AT_MOST, OPERATOR, Flag, TooManyFlags, flag_id
from rt.services.admin_gateway.domain.health import Pulse, worst
from rt.services.admin_gateway.domain.units import UNITS
from rt.services.admin_gateway.store import GatewayStore

STATUS_SECONDS = 5.0
"""How long an answer to everybody is kept: the status page is asked most when the platform is least well."""
LOOK_SECONDS = 30


class Board:
    """How the platform is, and what everybody is told of it."""

    def __init__(self, store: GatewayStore, services: Services) -> None:
        self._store = store
        self._services = services
        self._status: tuple[float, StatusView] | None = None

    async def look(self) -> None:
        """Ask every unit once how it is."""
        known = await self._store.pulses.all()
        await asyncio.gather(*(self._ask(unit, known.get(unit) or Pulse()) for unit in UNITS))

    async def status(self, asked: GetStatus) -> StatusView:
        if self._status is not None and time.monotonic() - self._status[0] < STATUS_SECONDS:
            return self._status[1]
        known = await self._store.pulses.all()
        notice = await self._store.notice()
        units = [(known.get(unit) or Pulse()).view(unit) for unit in UNITS]
        view = StatusView(
            state=worst([unit.state for unit in units]),
            units=units,
            notice_fr=notice.fr,
            notice_en=notice.en,
        )
        self._status = time.monotonic(), view
        return view

    async def set_notice(self, asked: SetNotice) -> NoticeView:
        notice = await self._store.notice()
        if notice.version == 0:
            notice.fr, notice.en = asked.fr, asked.en
            notice = await self._store.notices.add(notice)
        async with self._store.notices.change(notice.id) as kept:
            kept.fr, kept.en = asked.fr, asked.en
        self._status = None
        return NoticeView(fr=kept.fr, en=kept.en)

    async def flags(self, asked: FindFlags) -> FlagsView:
        flags = await self._store.flags.find({}, sort="name", limit=FLAGS_AT_MOST)
        return FlagsView(items=[flag.view() for flag in flags])

    async def set_flag(self, asked: SetFlag) -> FlagView:
        known = await self._store.flags.first({"id": flag_id(asked.name)})
        if known is None:
            if await self._store.flags.count({}) >= FLAGS_AT_MOST:
                raise TooManyFlags(limit=FLAGS_AT_MOST)
            flag = Flag(
                id=flag_id(asked.name), org_id=OPERATOR, name=asked.name, description=asked.description
            )
            flag.set(asked.on, asked.organizations, asked.roles)
            return (await self._store.flags.add(flag)).view()
        async with self._store.flags.change(known.id) as kept:
            kept.description = asked.description
            kept.set(asked.on, asked.organizations, asked.roles)
        return kept.view()

    async def mine(self, asked: MyFlags) -> MyFlagsView:
        """Read anew each time: a switch holds from the next request on."""
        actor = current_actor()
        flags = await self._store.flags.find({"on": True}, sort="name", limit=FLAGS_AT_MOST)
        return MyFlagsView(on=[flag.name for flag in flags if flag.is_on(actor.org_id, actor.roles)])

    async def _ask(self, unit: str, pulse: Pulse) -> None:
        started = time.perf_counter()
        try:
            status = await self._services.health(unit)
        except Unavailable:
            pulse.failed(now())
        else:
            if status == "not_built":
                pulse.absent(now())
            else:
                pulse.answered(round((time.perf_counter() - started) * 1000, 1), now())
        await self._store.pulses.put(unit, pulse)
