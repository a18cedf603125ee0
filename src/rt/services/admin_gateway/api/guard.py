"""Who may say the gateway's words."""

from collections.abc import Awaitable, Callable
from typing import Any

from rt.kernel.identity import RightMissing, current_actor
from rt.kernel.unit import Served, serve


def platform(word: type[Any], action: Callable[[Any], Awaitable[Any]]) -> Served:
    """The right is not enough: what is seen here belongs to all organizations."""

    async def guarded(asked: Any) -> Any:
        if not current_actor().of_platform:
            raise RightMissing(right=word.word.needs)
        return await action(asked)

    return serve(word, guarded)
