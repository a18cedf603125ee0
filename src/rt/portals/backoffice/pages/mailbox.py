"""The development mailbox: every message that left, read as its reader would; its links open the portals."""

import re
from typing import Literal, cast
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.notifications import MessageView, ReadMailbox, ReplayMessage
from rt.kernel.core.errors import NotFound
from rt.portals.backoffice.changes import timeline_of
from rt.portals.backoffice.naming import on_one_line
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Column, Page, render
from rt.ui.policy import CONTENT_SECURITY_POLICY, PAGE_HEADERS
from rt.ui.visit import Visit, page

CHANNELS = ("email", "sms", "push", "in_app", "webhook")
FILTERS = ("to", "topic", "order_id", "channel")
PAGES_LOOKED_THROUGH = 10
"""Pages of 100 in which a message is looked for; its address narrows them to one correspondent."""
LETTER_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)
"""A mail brings its own styles and runs nothing: no script, no form, nothing fetched; links open a tab."""
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


class Row(msgspec.Struct, kw_only=True):
    """A message in the list."""

    message_id: str
    at: str
    to: str
    subject: str
    topic: str
    state: str
    href: str


class MailboxPage(Page):
    """Messages, newest first."""

    template, part = "mailbox.html", "_mailbox.html"
    rows: list[Row]
    columns: list[Column]
    q: str
    topic: str
    order_id: str
    channel: str
    channels: tuple[str, ...]
    filtered: bool
    more: str
    first: str


class MailPage(Page):
    """One message whole."""

    template = "mail.html"
    mail: MessageView
    letter: str
    links: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    again: str
    about: str


def chosen(visit: Visit) -> dict[str, str]:
    """The filters of the address; the search box holds an address, an order or a topic."""
    given = {name: visit.query.get(name, "").strip()[:120] for name in FILTERS}
    q = visit.query.get("q", "").strip()[:120]
    if "@" in q or q.startswith("+"):
        given["to"] = q
    elif q.startswith("ord_"):
        given["order_id"] = q
    elif q:
        given["topic"] = q
    return {name: value for name, value in given.items() if value}


def message(given: dict[str, str], after: str = "", limit: int = 50) -> ReadMailbox:
    channel = given.get("channel", "")
    known = cast("Literal['email'] | None", channel if channel in CHANNELS else None)
    return ReadMailbox(
        to=given.get("to", ""),
        topic=given.get("topic", ""),
        order_id=given.get("order_id", ""),
        channel=known,
        after=after,
        limit=limit,
    )


def address(mail: MessageView) -> str:
    """Where one message is read: its address and topic narrow the search for it."""
    return f"/mailbox/{mail.message_id}?{urlencode({'to': mail.to, 'topic': mail.topic})}"


async def mailbox(visit: Visit) -> Page | Response:
    given, after = chosen(visit), visit.query.get("after", "")
    found = await visit.ask(message(given, after))
    return MailboxPage(
        title=_("Boîte aux lettres"),
        rows=[
            Row(
                message_id=mail.message_id,
                at=on_one_line(mail.at),
                to=mail.to,
                subject=mail.subject or mail.text[:80],
                topic=mail.topic,
                state=mail.state,
                href=address(mail),
            )
            for mail in found.items
        ],
        columns=[
            Column(name="subject", label=_("Message"), kind="link", href="{href}"),
            Column(name="to", label=_("À")),
            Column(name="topic", label=_("Fait"), wide=True),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="at", label=_("Quand")),
        ],
        q=given.get("to", "") or given.get("order_id", ""),
        topic=given.get("topic", ""),
        order_id=given.get("order_id", ""),
        channel=given.get("channel", ""),
        channels=CHANNELS,
        filtered=bool(given),
        more=f"/mailbox?{urlencode(given | {'after': found.next})}" if found.next else "",
        first=f"/mailbox?{urlencode(given)}" if after else "",
    )


async def read(visit: Visit) -> MessageView:
    """One message, looked for among those to its address."""
    given = {name: value for name, value in chosen(visit).items() if name in ("to", "topic")}
    after = ""
    for _page in range(PAGES_LOOKED_THROUGH):
        found = await visit.ask(message(given, after, limit=100))
        for mail in found.items:
            if mail.message_id == visit.path["message_id"]:
                return mail
        after = found.next
        if not after:
            break
    raise NotFound


async def one(visit: Visit) -> Page | Response:
    mail = await read(visit)
    made = MailPage(
        title=mail.subject or _("Message"),
        crumbs=[("/mailbox", _("Boîte aux lettres"))],
        mail=mail,
        letter=address(mail).replace("?", "/letter?", 1) if mail.html else "",
        links=[(link, link.partition("://")[2].partition("/")[0] or link) for link in mail.links],
        facts=[(_("À"), mail.to), (_("Langue"), mail.language.upper()), (_("Envoyé par"), mail.provider)],
        again=f"/mailbox/{mail.message_id}/replay" if mail.state in ("dead", "bounced") else "",
        about=timeline_of(mail.object_id),
    )
    answer = render(made, visit.request)
    answer.headers["content-security-policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return answer


async def letter(visit: Visit) -> Response:
    mail = await read(visit)
    html = HEAD.sub(lambda head: head[0] + '<base target="_blank">', mail.html, count=1)
    return Response(
        html, headers={**PAGE_HEADERS, "content-security-policy": LETTER_POLICY}, media_type="text/html"
    )


async def replay(visit: Visit) -> Response:
    said = ReplayMessage(message_id=visit.path["message_id"])
    return await pressed(visit, said, "/mailbox", _("Le message repart."))


PAGES = [
    page("/mailbox", mailbox, methods=("GET",)),
    page("/mailbox/{message_id}", one, methods=("GET",)),
    page("/mailbox/{message_id}/letter", letter, methods=("GET",)),
    page("/mailbox/{message_id}/replay", replay, methods=("POST",)),
]
