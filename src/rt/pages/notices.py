"""What the platform tells a person in the portal: unread first, each leading to what it is about."""

from datetime import datetime
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.responses import Response

from rt.contracts.notifications import (
    CountNotices,
    GetPushKey,
    MarkAllRead,
    MarkRead,
    MessageView,
    MyNotices,
    SubscribePush,
)
from rt.ui.addresses import inside
from rt.ui.asking import key_of, pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/notices"
ALL = f"{PATH}?all=1"


class Notice(msgspec.Struct, kw_only=True):
    """One of them: what happened, in the words that it was told in, and where it leads."""

    id: str
    subject: str
    sentence: str
    at: datetime
    unread: bool
    leads: str


class NoticesPage(Page):
    """A person's notices: those unread, or all."""

    template, part = "pages/notices.html", "pages/_notices.html"
    rows: list[Notice]
    tabs: list[tuple[str, str, int | None]]
    current: str
    everything: bool
    more: str


async def notices(visit: Visit) -> Page:
    everything = visit.query.get("all") == "1"
    message = MyNotices(unread=None if everything else True, after=visit.query.get("after", ""))
    found = await visit.ask(message)
    host = visit.request.headers.get("host", "")
    current = ALL if everything else PATH
    following = urlencode({**({"all": "1"} if everything else {}), "after": found.next})
    return NoticesPage(
        title=_("Notifications"),
        rows=[told(one, host) for one in found.items],
        tabs=[(PATH, _("Non lues"), None), (ALL, _("Toutes"), None)],
        current=current,
        everything=everything,
        more=f"{PATH}?{following}" if found.next else "",
    )


def told(one: MessageView, host: str) -> Notice:
    return Notice(
        id=one.message_id,
        subject=one.subject,
        sentence=one.text.split("\n\n")[0],
        at=one.at,
        unread=one.read_at is None,
        leads=leads(one.links[0], host) if one.links else "",
    )


def leads(link: str, host: str) -> str:
    """The page of this portal that a link means; nothing when it leads to another portal."""
    parts = urlsplit(link)
    if parts.netloc.split(".")[0] != host.split(".")[0]:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


async def open_one(visit: Visit) -> Response:
    """Note that it was read, and go on to what it is about."""
    await visit.ask(MarkRead(message_id=visit.path["message_id"]), key=key_of(visit))
    return visit.go(inside(typed(visit, "leads"), PATH))


async def read_all(visit: Visit) -> Response:
    return await pressed(visit, MarkAllRead(), PATH, _("Toutes les notifications sont lues."))


async def count(visit: Visit) -> Response:
    """For the bell."""
    return visit.json(await visit.ask(CountNotices()))


async def push_key(visit: Visit) -> Response:
    """What a browser subscribes with."""
    return visit.json(await visit.ask(GetPushKey()))


async def subscribe(visit: Visit) -> Response:
    """Send this person's notices to this browser too."""
    message = await visit.body(SubscribePush)
    return visit.json(await visit.ask(message, key=message.endpoint[-100:]))


PAGES = [
    page(f"{PATH}/push.json", push_key, methods=("GET",)),
    page(f"{PATH}/push", subscribe, methods=("POST",)),
    page(PATH, notices, methods=("GET",)),
    page(f"{PATH}/count.json", count, methods=("GET",)),
    page(f"{PATH}/read", read_all, methods=("POST",)),
    page(f"{PATH}/{{message_id}}/open", open_one, methods=("POST",)),
]
