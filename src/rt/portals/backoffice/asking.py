"""How pages ask: parts that may be missing, buttons that say one command, names of organizations."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from starlette.responses import Response

from rt.contracts.authz import GetOrganization
from rt.kernel.errors import Refusal
from rt.kernel.messages import Command, Download, Query
from rt.ui.formats import language, moment
from rt.ui.policy import PAGE_HEADERS
from rt.ui.visit import Visit

Answer = TypeVar("Answer")
SIGNED_OUT = 401
MOST_NAMES = 20
"""Organizations whose name is asked for one page; the others are shown by their id."""


async def attempt(visit: Visit, word: Query[Answer]) -> Answer | None:
    """The answer, or nothing when that part is not there, not allowed or out of order now."""
    try:
        return await visit.ask(word)
    except Refusal as refusal:
        if refusal.problem().status == SIGNED_OUT:
            raise
        return None


async def names_of(visit: Visit, organization_ids: Iterable[str]) -> dict[str, str]:
    """Names of organizations by id; one that is gone keeps its id."""
    asked = sorted({one for one in organization_ids if one.startswith("org_")})
    names = await asyncio.gather(*(_name_of(visit, one) for one in asked[:MOST_NAMES]))
    return dict(zip(asked, [*names, *asked[MOST_NAMES:]], strict=True))


async def _name_of(visit: Visit, organization_id: str) -> str:
    card = await attempt(visit, GetOrganization(organization_id=organization_id))
    return card.name if card is not None else organization_id


def on_one_line(at: datetime) -> str:
    """A moment that a narrow column does not break."""
    return moment(at).replace(" ", "\u00a0")


def told(refusal: Refusal) -> str:
    """A refusal in the language of the page, with what it says of each field."""
    problem = refusal.problem(language())
    sentences = [fault.messages.get(language(), "") for fault in problem.errors]
    return " ".join([problem.title, *(s for s in sentences if s and s != problem.title)])


def typed(visit: Visit, name: str) -> str:
    """A text of the posted form."""
    return str(visit.posted.get(name, "")).strip() if visit.posted is not None else ""


async def pressed(visit: Visit, word: Command[Any], path: str, done: str, undo: str = "") -> Response:
    """Say the command of one button and go on; a refusal is told on the same next page."""
    try:
        await visit.ask(word, key=typed(visit, "_key"))
    except Refusal as refusal:
        if refusal.problem().status == SIGNED_OUT:
            raise
        return visit.go(path, told(refusal), kind="bad")
    return visit.go(path, done, undo=undo)


def sent(file: Download) -> Response:
    """A file to be saved."""
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in file.filename)
    headers = {**PAGE_HEADERS, "content-disposition": f'attachment; filename="{name or "export"}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)
