"""How pages ask: parts that may be missing, one command per button, refusals in words, what was typed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from starlette.datastructures import FormData
from starlette.responses import Response

from rt.kernel.core import clock
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.kernel.core.ids import fingerprint
from rt.kernel.core.malformed import malformed
from rt.kernel.model.content_disposition import disposition
from rt.kernel.model.messages import Command, Download, Query
from rt.ui.formats import language
from rt.ui.forms import KEY, VERSION, Form
from rt.ui.policy import PAGE_HEADERS, SENT_POLICY
from rt.ui.session import signed_out
from rt.ui.visit import Visit

Answer = TypeVar("Answer")
Word = TypeVar("Word", bound=Query[Any] | Command[Any])
AT_ONCE = 8
"""Questions asked of one service at the same time for one page."""


async def attempt(visit: Visit, message: Query[Answer]) -> Answer | None:
    """The answer, or nothing when that part is absent, forbidden or out of order now."""
    try:
        return await visit.ask(message)
    except Refusal as refusal:
        signed_in_still(refusal)
        return None


async def attempt_all(visit: Visit, messages: Sequence[Query[Answer]]) -> list[Answer | None]:
    """Each message's answer in their order, a few asked at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(message: Query[Answer]) -> Answer | None:
        async with places:
            return await attempt(visit, message)

    return list(await asyncio.gather(*(one(message) for message in messages)))


async def pressed(
    visit: Visit,
    message: Command[Any],
    path: str,
    done: str,
    *,
    undo: str = "",
    version: int | None = None,
    choice: str = "",
) -> Response:
    """Say the command of one button and go on; a refusal is told on the same next page.

    The same press is done once. `choice`: what was chosen of several things that the form does; another one
    after "back" is another wish.
    """
    key = f"{key_of(visit)}-{fingerprint(choice)[:12]}" if choice else key_of(visit)
    try:
        await visit.ask(message, key=key, version=version)
    except Refusal as refusal:
        signed_in_still(refusal)
        return visit.go(path, told(refusal), kind="bad")
    return visit.go(path, done, undo=undo)


def worded(message: type[Word], values: Mapping[str, Any]) -> Word:
    """The message with what an address or a form says; what does not fit is refused, and no fault of ours."""
    try:
        made: Word = msgspec.convert(values, message)
    except msgspec.ValidationError as wrong:
        raise malformed(wrong) from wrong
    return made


def signed_in_still(refusal: Refusal) -> None:
    """Let the refusal of an ended session through to the login page."""
    if signed_out(refusal):
        raise refusal


def told(refusal: Refusal) -> str:
    """A refusal in the language of the page, with what it says of each field."""
    problem = refusal.problem(language())
    sentences = [fault.messages.get(language(), "") for fault in problem.errors]
    return " ".join([problem.title, *(s for s in sentences if s and s != problem.title)])


def key_of(visit: Visit) -> str:
    """The idempotency key that the posted form carries."""
    return typed(visit, KEY)


def typed(visit: Visit, name: str) -> str:
    """A text of the posted form."""
    given = visit.posted.get(name, "") if visit.posted is not None else ""
    return given.strip() if isinstance(given, str) else ""


def ticked(visit: Visit, name: str) -> list[str]:
    """The ticked boxes of one name."""
    return [str(v) for v in visit.posted.getlist(name)] if visit.posted is not None else []


def apart(form: Form) -> Form:
    """A form of a page to which another form was posted: as if nothing had been typed into it."""
    form.posted = None
    return form


def seen(visit: Visit, name: str = "version") -> int:
    """The version of what was on the screen when a button was pressed; it stands in the form or the address.

    1 where neither says it, which is refused by whoever has moved on.
    """
    return whole(typed(visit, name) or visit.query.get(name, "")) or 1


def day_asked(visit: Visit, name: str = "day") -> date | None:
    """A day of the query string."""
    try:
        return date.fromisoformat(visit.query.get(name, ""))
    except ValueError:
        return None


def day_of(at: datetime | None) -> date:
    """The calendar day in France of a moment, today for none."""
    return clock.today() if at is None else clock.day_of(at)


def moment_of(text: str) -> datetime | None:
    """A moment with its offset as a form carried it."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def version_seen(visit: Visit) -> int | None:
    """The version of what the reader of the form saw."""
    return whole(typed(visit, VERSION)) or None


def with_values(posted: FormData, values: dict[str, str]) -> FormData:
    """A posted form with some of its fields filled in for the visitor."""
    kept = [(name, value) for name, value in posted.multi_items() if name not in values]
    return FormData([*kept, *values.items()])


def laid_over(
    old: Sequence[msgspec.Struct], new: Sequence[Any], names: Sequence[str], part: str
) -> list[Any]:
    """The new things with what their form did not show (`names` are shown) kept from the old ones."""
    before: list[Any] = msgspec.to_builtins(list(old))
    after: list[Any] = msgspec.to_builtins(list(new))
    shown = {tuple(name.split(".")[2:]) for name in names if name.startswith(f"{part}.")}
    for place, thing in enumerate(after[: len(before)]):
        _keep(thing, before[place], (), shown)
    return [msgspec.convert(thing, type(said)) for thing, said in zip(after, new, strict=True)]


def _keep(
    thing: dict[str, Any], before: dict[str, Any], at: tuple[str, ...], shown: set[tuple[str, ...]]
) -> None:
    for name, value in before.items():
        here = (*at, name)
        if isinstance(value, dict) and isinstance(thing.get(name), dict):
            _keep(thing[name], value, here, shown)
        elif here not in shown:
            thing[name] = value


def sent(file: Download) -> Response:
    """A document as the browser gets it: ours are shown, what people sent is saved and does nothing here."""
    headers = PAGE_HEADERS if file.inline else PAGE_HEADERS | {"content-security-policy": SENT_POLICY}
    return Response(
        file.content,
        headers={**headers, "content-disposition": disposition(file)},
        media_type=file.media_type,
    )
