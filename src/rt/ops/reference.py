"""Writes docs/API.md from the contracts: every built unit's operations and the events that it emits."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from rt.host.topology import UNITS, UnitRow
from rt.kernel.model.messages import OPEN, SELF, SIGNED_IN, UNIT, Command, Event, Query

NEEDS = {OPEN: "anyone", SIGNED_IN: "signed in", SELF: "oneself", UNIT: "units only"}
INTRODUCTION = """# API

Every operation of the built services, made from `src/rt/contracts` by `./rt topology --write`. Fields,
limits and answers to the last detail: each service's OpenAPI 3.1 document at `<public path>/openapi.json`,
or all on one page in the back office (`/reference`).

- A request carries `Authorization: Bearer` with an access token, an API key (`rtk_…`) or a capability link.
- A command carries an `Idempotency-Key`: a repeat is answered once; `PATCH` and `PUT` carry `If-Match` too.
- A `PATCH` changes what it names: an absent field stays, `null` empties what may be empty, a value is taken
  whole (RFC 7396 in spirit). An empty text empties nothing: it is refused.
- A refusal is `application/problem+json` (RFC 9457): a stable `code`, its sentence in French or English, each
  field in `errors`.
- Lists answer `items` and `next`; give `next` back as `after` for the following page.
- Needs: the right; *anyone*; *signed in* (of any organization); *oneself* (a person about
  themselves: no key, no link); *units only*; or a capability link of the
  scope named, for the object in the path.
"""


def modules(unit: UnitRow) -> list[ModuleType]:
    """A contract's module, and those below it when it is a folder."""
    top = importlib.import_module(f"rt.contracts.{unit.package}")
    below = pkgutil.iter_modules(getattr(top, "__path__", []), prefix=f"{top.__name__}.")
    return [top, *(importlib.import_module(found.name) for found in below)]


def messages(unit: UnitRow, *kinds: type[Any]) -> list[type[Any]]:
    """The messages of some kinds that a unit's contract defines itself."""
    found = {
        thing.__name__: thing
        for module in modules(unit)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, kinds) and thing.__module__ == module.__name__
    }
    return list(found.values())


def summary(message: type[Any]) -> str:
    """The first line of what a message says of itself."""
    return (inspect.getdoc(message) or "").partition("\n")[0]


def needs(message: type[Any]) -> str:
    shape = message.shape
    right = NEEDS.get(shape.needs, f"`{shape.needs}`")
    right += f", not {' or '.join(sorted(shape.closed_to))}" if shape.closed_to else ""
    return f"{right} or link `{shape.link}`" if shape.link else right


def operations(unit: UnitRow) -> str:
    """What a unit can be asked, by path and method."""
    asked = sorted(messages(unit, Query, Command), key=lambda one: (one.shape.route, one.shape.method))
    rows = [
        (shape.method, f"`{shape.route}`", one.__name__, needs(one), summary(one), shape.answer.__name__)
        for one in asked
        for shape in (one.shape,)
    ]
    return table(("Method", "Path", "Word", "Needs", "What it does", "Answer"), rows)


def events(unit: UnitRow) -> str:
    """What a unit emits, by topic."""
    told = sorted(messages(unit, Event), key=lambda one: str(one.topic))
    if not told:
        return "Tells nothing.\n"
    return table(("Topic", "Event", "When"), ((f"`{e.topic}`", e.__name__, summary(e)) for e in told))


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def document() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for unit in UNITS:
        if unit.built:
            parts.append(
                f"## {unit.name}\n\n{unit.purpose}. Public path `{unit.path}`.\n\n{operations(unit)}"
            )
            parts.append(f"### Events of {unit.name}\n\n{events(unit)}")
    return "\n".join(parts)
