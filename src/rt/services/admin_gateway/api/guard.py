"""Who may send the gateway's messages."""

from collections.abc import Awaitable, Callable
from typing import Any

from rt.kernel.access.identity import RightMissing, current_actor
from rt.kernel.service.service import Served, serve


def platform_only(message: type[Any], action: Callable[[Any], Awaitable[Any]]) -> Served:
    """The right is not enough: what is seen here belongs to all organizations."""

    async def guarded(asked: Any) -> Any:
        if not current_actor().of_platform:
            raise RightMissing(right=message.shape.needs)
        return await action(asked)

    return serve(message, guarded)
