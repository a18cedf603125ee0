"""What a unit is made of: what it serves, hears and does by the clock, on the kernel's ground."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rt.kernel.bus import Listener
from rt.kernel.bus import listen as hear
from rt.kernel.bus import listen_to_all as hear_all
from rt.kernel.client import Services
from rt.kernel.files import Files
from rt.kernel.jobs import Every, Timers, every
from rt.kernel.messages import Command, Query
from rt.kernel.migrations import Migration, contract, expand
from rt.kernel.persistence import Database
from rt.kernel.settings import Settings

A = TypeVar("A")
W = TypeVar("W", bound="Query[Any] | Command[Any]")


class Ground(msgspec.Struct, frozen=True):
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
    """A word and what answers it: a typed action, or a plain handler for partner formats."""

    word: type[Any]
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
    hears: Sequence[Listener] = ()
    jobs: Sequence[Every] = ()
    works: Sequence[Work] = ()
    timers: Mapping[str, Callable[[dict[str, Any]], Awaitable[None]]] = {}
    start: Callable[[], Awaitable[None]] | None = None
    migrations: Sequence[Migration] = ()


def serve(word: type[W], action: Callable[[W], Awaitable[Any]]) -> Served:
    """Have an action answer a word."""
    return Served(word, action=action)


def plain(word: type[Any], handler: Callable[[Request], Awaitable[Response]]) -> Served:
    """Have a handler answer a word that speaks a partner's format; identity and rights are checked before."""
    return Served(word, handler=handler)


__all__ = [
    "Ground",
    "Served",
    "Unit",
    "Work",
    "contract",
    "every",
    "expand",
    "hear",
    "hear_all",
    "plain",
    "serve",
]
