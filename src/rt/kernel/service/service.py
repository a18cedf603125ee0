"""What a unit is made of: what it serves, subscribes to and does by the clock, in its context."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rt.kernel.core.settings import Settings
from rt.kernel.log.subscriptions import Subscription, subscribe, subscribe_to_all
from rt.kernel.model.messages import Command, Query
from rt.kernel.service.client import Services
from rt.kernel.service.jobs import Every, Timers, every
from rt.kernel.storage.files import Files
from rt.kernel.storage.migrations import Migration, contract, expand
from rt.kernel.storage.persistence import Database

A = TypeVar("A")
W = TypeVar("W", bound="Query[Any] | Command[Any]")


class ServiceContext(msgspec.Struct, frozen=True):
    """What a unit stands on: handed to its `build` function, which puts the service together.

    `settings` holds what this unit needs and no other's secrets; `secret` is its own, for what it signs or
    seals itself: it follows from the unit's key and changes with it.
    """

    settings: Settings
    database: Database
    services: Services
    files: Files
    timers: Timers
    secret: bytes


class Served(msgspec.Struct, frozen=True):
    """A message and what answers it: a typed action, or a plain handler for partner formats."""

    message: type[Any]
    action: Callable[[Any], Awaitable[Any]] | None = None
    handler: Callable[[Request], Awaitable[Response]] | None = None


class Work(Protocol):
    """Work of a unit behind its answers, in every process that serves it, at its own pace."""

    async def step(self) -> int:
        """Do what there is to do, whatever the pace; how much was done."""
        ...

    async def run(self) -> None:
        """Go on until cancelled."""
        ...


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One service put together; `timers` are the deadlines it can be woken for, by name."""

    name: str
    serves: Sequence[Served]
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Every] = ()
    works: Sequence[Work] = ()
    timers: Mapping[str, Callable[[dict[str, Any]], Awaitable[None]]] = {}
    start: Callable[[], Awaitable[None]] | None = None
    migrations: Sequence[Migration] = ()


def serve(message: type[W], action: Callable[[W], Awaitable[Any]]) -> Served:
    """Have an action answer a message."""
    return Served(message, action=action)


def plain(message: type[Any], handler: Callable[[Request], Awaitable[Response]]) -> Served:
    """Have a handler answer a message in a partner's format; identity and rights are checked before."""
    return Served(message, handler=handler)


__all__ = [
    "Served",
    "ServiceContext",
    "Unit",
    "Work",
    "contract",
    "every",
    "expand",
    "plain",
    "serve",
    "subscribe",
    "subscribe_to_all",
]
