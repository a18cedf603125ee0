"""Who may say the gateway's words."""

from collections.abc import Awaitable, Callable
from typing import Any

from rt.kernel.identity import RightMissing, current_actor
from rt.kernel.unit import Served, serve

PLATFORM_ROLE = "platform_admin"


def platform(word: type[Any], action: Callable[[Any], Awaitable[Any]]) -> Served:
    """The right is not enough: what is seen here belongs to all organizations."""

    async def guarded(asked: Any) -> Any:
        if PLATFORM_ROLE not in current_actor().roles:
            raise RightMissing(right=word.word.needs)
        return await action(asked)

    return serve(word, guarded)
