"""How pages ask: parts that may be missing, buttons that say one command, changes of a read version."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.responses import Response

from rt.kernel.errors import Refusal
from rt.kernel.messages import Command, Download, Query
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.policy import PAGE_HEADERS
from rt.ui.visit import Visit

Answer = TypeVar("Answer")
SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp")
SIGNED_OUT = 401


async def attempt(visit: Visit, word: Query[Answer]) -> Answer | None:
    """The answer, or nothing when that part is not there, not allowed or out of order now."""
    try:
        return await visit.ask(word)
    except Refusal as refusal:
        if refusal.problem().status == SIGNED_OUT:
            raise
        return None


def told(refusal: Refusal) -> str:
    """A refusal in the language of the page, with what it says of each field."""
    problem = refusal.problem(language())
    sentences = [fault.messages.get(language(), "") for fault in problem.errors]
    return " ".join([problem.title, *(s for s in sentences if s and s != problem.title)])


def key_of(visit: Visit) -> str:
    """The idempotency key that the posted form carries."""
    return str(visit.posted.get("_key", "")) if visit.posted is not None else ""


def typed(visit: Visit, name: str) -> str:
    """A text of the posted form."""
    return str(visit.posted.get(name, "")).strip() if visit.posted is not None else ""


async def pressed(
    visit: Visit, word: Command[Any], path: str, done: str, undo: str = "", version: int | None = None
) -> Response:
    """Say the command of one button and go on; a refusal is told on the same next page."""
    try:
        await visit.ask(word, key=key_of(visit), version=version)
    except Refusal as refusal:
        if refusal.problem().status == SIGNED_OUT:
            raise
        return visit.go(path, told(refusal), kind="bad")
    return visit.go(path, done, undo=undo)


def edited(
    visit: Visit,
    word: type[Command[Any]],
    version: int,
    *,
    mend: Callable[[Command[Any]], Command[Any]] = lambda said: said,
    posted: bool = True,
    **options: Any,
) -> Form:
    """The form of a change to what was read at `version`; `mend` sees the command before it is said.

    Without `posted` it is fresh, though something else on its page was posted.
    """

    async def say(said: Command[Any], key: str, version: int | None = None) -> Any:
        return await visit.ask(mend(said), key=key, version=version)

    given = visit.posted if posted else None
    token = visit.seal.token(visit.session)
    return Form(word, posted=given, say=say, token=token, version=version, **options)


def said_here(visit: Visit, word: type[Command[Any]], *, posted: bool, **options: Any) -> Form:
    """A form among several of one page: it reads what was posted only when that was meant for it."""
    if posted:
        return visit.form(word, **options)
    return Form(word, token=visit.seal.token(visit.session), **options)


def sent(file: Download) -> Response:
    """A document as the browser gets it: papers are shown, the rest is saved."""
    how = "inline" if file.media_type.split(";")[0] in SHOWN_INLINE else "attachment"
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in file.filename)
    headers = {**PAGE_HEADERS, "content-disposition": f'{how}; filename="{name or "document"}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)
