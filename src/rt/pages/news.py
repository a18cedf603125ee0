"""What the platform tells everybody above every page: kept a while, never waited for, put away one by one."""

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rt.contracts.admin_gateway import AnnouncementView, GetAnnouncements
from rt.kernel.core.errors import NotFound, Refusal
from rt.kernel.core.telemetry import log
from rt.ui.addresses import inside
from rt.ui.asking import typed
from rt.ui.formats import language
from rt.ui.pages import Page
from rt.ui.visit import Connect, Visit, page

COOKIE = "rt_put_away"
COOKIE_S = 90 * 24 * 3600
MOST_PUT_AWAY = 8
FRESH_S = 30.0
"""How long an answer is shown without asking again."""
STALE_S = 600.0
"""How long the last answer is shown while no newer one comes."""
PATIENCE_S = 0.3
"""How long the first page of a process waits; every other one waits for nothing."""
IDENTITY = re.compile(r"[a-z]{3}_[0-9a-z]{4,40}(-now)?")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said above a page, in the page's language."""

    id: str
    kind: str
    text: str
    severity: str
    starts_at: datetime | None
    ends_at: datetime | None


class News:
    """The latest answer of the gateway, asked for again beside the pages."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._items: Sequence[AnnouncementView] = ()
        self._told_at = self._asked_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def items(self, request: Request) -> list[Item]:
        """What to show this visitor; nothing rather than something late."""
        moment = time.monotonic()
        if moment - self._asked_at > FRESH_S:
            self._asked_at = moment
            self._asking = asyncio.create_task(self._ask())
            if moment - self._told_at > STALE_S:
                await asyncio.wait({self._asking}, timeout=PATIENCE_S)
        if time.monotonic() - self._told_at > STALE_S:
            return []
        away = put_away(request)
        return [_item(one) for one in self._items if one.notice_id not in away]

    async def _ask(self) -> None:
        """Whatever goes wrong here is no reason for a page to fail."""
        try:
            self._items = (await self._connect("").ask(GetAnnouncements())).items
            self._told_at = time.monotonic()
        except Refusal:
            return
        except Exception:
            log.warning("news_not_told", exc_info=True)


def _item(told: AnnouncementView) -> Item:
    return Item(
        id=told.notice_id,
        kind=told.kind,
        text=(told.fr if language() == "fr" else told.en) or told.fr or told.en,
        severity=told.severity,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
    )


def put_away(request: Request) -> list[str]:
    """What this visitor has seen enough of, the latest last."""
    return [one for one in request.cookies.get(COOKIE, "").split(".") if IDENTITY.fullmatch(one)]


async def dismiss(visit: Visit) -> Page | Response:
    """Put one away and go back to the page it stood above."""
    notice_id = visit.path["notice_id"]
    if not IDENTITY.fullmatch(notice_id):
        raise NotFound
    kept = [one for one in put_away(visit.request) if one != notice_id]
    answer = visit.go(inside(typed(visit, "back"), "/"))
    answer.set_cookie(
        COOKIE,
        ".".join([*kept, notice_id][-MOST_PUT_AWAY:]),
        max_age=COOKIE_S,
        httponly=True,
        samesite="lax",
        secure=visit.seal.secure,
    )
    return answer


PAGES = [page("/news/{notice_id}/dismiss", dismiss, anyone=True, methods=("POST",))]
