"""How pages ask: changes of a read version, forms that share a page."""

from collections.abc import Callable
from typing import Any

from rt.kernel.messages import Command
from rt.ui.forms import Form
from rt.ui.visit import Visit


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
