"""How the shipper's pages ask: several parts at once, forms that share a page, what a form did not show."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from starlette.datastructures import FormData

from rt.kernel.digits import whole
from rt.kernel.messages import Query
from rt.ui.asking import attempt, typed
from rt.ui.forms import VERSION
from rt.ui.visit import Visit

Answer = TypeVar("Answer")
AT_ONCE = 8
"""Questions asked of one service at the same time for one page."""


async def attempt_all(visit: Visit, words: Sequence[Query[Answer]]) -> list[Answer | None]:
    """Each word's answer in their order, a few asked at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(word: Query[Answer]) -> Answer | None:
        async with places:
            return await attempt(visit, word)

    return list(await asyncio.gather(*(one(word) for word in words)))


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
