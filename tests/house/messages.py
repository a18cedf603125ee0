"""Every message that a contract says, found by importing the contracts."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from tests.house.tree import packages

from rt.host.topology import UNITS
from rt.kernel.model.messages import EVENTS, Command, Event, Query, View

Word = type[Any]


def modules(contract: str) -> list[ModuleType]:
    """A contract's module, and those below it when it is a folder."""
    top = importlib.import_module(f"rt.contracts.{contract}")
    below = pkgutil.iter_modules(getattr(top, "__path__", []), prefix=f"{top.__name__}.")
    return [top, *(importlib.import_module(found.name) for found in below)]


def messages(contract: str) -> list[Word]:
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
    return [message for message in messages(contract) if issubclass(message, (Query, Command))]


def emitted(contract: str) -> list[Word]:
    return [message for message in messages(contract) if issubclass(message, Event)]


def services() -> None:
    """Import all of every unit."""
    for row in UNITS:
        if row.built:
            unit = importlib.import_module(f"rt.services.{row.package}")
            for module in pkgutil.walk_packages(unit.__path__, f"{unit.__name__}."):
                importlib.import_module(module.name)


def events() -> list[Word]:
    """All that is told: what contracts say, what units tell themselves, what they stand on tells for them."""
    services()
    ours = (kind for kind in EVENTS.values() if kind.__module__.startswith("rt."))
    return sorted(ours, key=lambda kind: str(kind.topic))


def contracts() -> list[str]:
    return packages("contracts")
