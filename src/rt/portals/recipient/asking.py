"""How pages ask: parts that may be missing, one pressed button, documents handed on, refusals in words."""

from typing import Any, TypeVar

from starlette.datastructures import UploadFile
from starlette.responses import Response

from rt.kernel.errors import Refusal
from rt.kernel.messages import Command, Download, Query
from rt.ui.formats import language
from rt.ui.policy import PAGE_HEADERS
from rt.ui.visit import Visit

Answer = TypeVar("Answer")
SIGNED_OUT = 401
SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp")


async def attempt(visit: Visit, word: Query[Answer]) -> Answer | None:
    """The answer, or nothing when that part is not there, not allowed or out of order now."""
    try:
        return await visit.ask(word)
    except Refusal as refusal:
        if refusal.status == SIGNED_OUT:
            raise
        return None


def told(refusal: Refusal) -> str:
    """A refusal in the language of the page, with what it says of each field."""
    problem = refusal.problem(language())
    sentences = [fault.messages.get(language(), "") for fault in problem.errors]
    return " ".join([problem.title, *(s for s in sentences if s and s != problem.title)])


def key_of(visit: Visit) -> str:
    """The idempotency key that the posted form carries."""
    return typed(visit, "_key")


def typed(visit: Visit, name: str) -> str:
    """A text of the posted form."""
    return str(visit.posted.get(name, "")).strip() if visit.posted is not None else ""


def counted(visit: Visit, name: str) -> int:
    """A count of the posted form; what is no number counts as none."""
    digits = typed(visit, name)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0


def pictures(visit: Visit, name: str) -> list[UploadFile]:
    """Pictures chosen in the posted form."""
    if visit.posted is None:
        return []
    return [one for one in visit.posted.getlist(name) if isinstance(one, UploadFile) and one.size]


async def pressed(visit: Visit, word: Command[Any], path: str, done: str) -> Response:
    """Say the command of one button and go on; a refusal is told on the same next page."""
    try:
        await visit.ask(word, key=key_of(visit))
    except Refusal as refusal:
        if refusal.status == SIGNED_OUT:
            raise
        return visit.go(path, told(refusal), kind="bad")
    return visit.go(path, done)


def sent(file: Download) -> Response:
    """A document as the browser gets it: papers are shown, the rest is saved."""
    how = "inline" if file.media_type.split(";")[0] in SHOWN_INLINE else "attachment"
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in file.filename)
    headers = {**PAGE_HEADERS, "content-disposition": f'{how}; filename="{name or "document"}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)
