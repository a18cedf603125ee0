"""What is done at a desk and never from a cab."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from rt.kernel.errors import Forbidden
from rt.kernel.identity import current_actor

A = TypeVar("A")


class OfficeWork(Forbidden):
    fr = "Un conducteur signale et signe ; il ne crée ni n'importe de commandes."
    en = "A driver reports and signs; they create or import no orders."


def at_desk(action: Callable[[Any], Awaitable[A]]) -> Callable[[Any], Awaitable[A]]:
    """The same action, refused to whoever is a driver and nothing else."""

    async def guarded(asked: Any) -> A:
        if current_actor().roles == {"driver"}:
            raise OfficeWork
        return await action(asked)

    return guarded
