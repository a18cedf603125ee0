"""Every word that a contract says, found by importing the contracts."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from tests.house.tree import packages

from rt.kernel.messages import Command, Event, Query, View

Word = type[Any]


def modules(contract: str) -> list[ModuleType]:
    """A contract's module, and those below it when it is a folder."""
    top = importlib.import_module(f"rt.contracts.{contract}")
    below = pkgutil.iter_modules(getattr(top, "__path__", []), prefix=f"{top.__name__}.")
    return [top, *(importlib.import_module(found.name) for found in below)]


def words(contract: str) -> list[Word]:
    """The views, queries, commands and events that a contract defines itself, by name."""
    found = {
        thing.__name__: thing
        for module in modules(contract)
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, (View, Query, Command, Event))
        and thing.__module__ == module.__name__
    }
    return [found[name] for name in sorted(found)]


def asked(contract: str) -> list[Word]:
    return [word for word in words(contract) if issubclass(word, (Query, Command))]


def told(contract: str) -> list[Word]:
    return [word for word in words(contract) if issubclass(word, Event)]


def contracts() -> list[str]:
    return packages("contracts")
