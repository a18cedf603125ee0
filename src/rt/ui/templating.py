"""The templates of a portal, and what they may use: filters, functions, components of the design system."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any
from uuid import uuid4

import msgspec
from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.runtime import Macro
from markupsafe import escape

from rt.kernel.core.clock import now
from rt.ui import formats
from rt.ui.catalogues import gettext, named, ngettext
from rt.ui.cells import badge, cells, deadline, icon, kinds
from rt.ui.gantt import bars
from rt.ui.pages import UI, cell, filled, static

DRAWN = {"icon": icon, "badge": badge, "deadline": deadline}
"""Components that are functions: lists have hundreds of each."""


def script_json(value: Any) -> str:
    """JSON that can stand in a script element: no `<` can end it."""
    told = msgspec.json.encode(value, enc_hook=str).decode()
    return told.replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _said(message: str, **values: Any) -> str:
    """A message in a template: what fills it is escaped; one that nothing fills may hold a per cent sign."""
    return escape(gettext(message)) % values if values else gettext(message)


def _counted(one: str, many: str, count: int, **values: Any) -> str:
    return escape(ngettext(one, many, count)) % {"num": formats.number(count), **values}


class Compiled(BytecodeCache):
    """What this process has compiled: the portals that it serves compile what they share only once."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._codes.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = (bucket.checksum, bucket.code)


COMPILED = Compiled()


def environment(*folders: Path, beside: Mapping[str, Path] = {}) -> Environment:
    """Templates of a portal's folders; those of the design system below `ui/`, of others below their name."""
    prefixed = {name: FileSystemLoader(folder) for name, folder in {"ui": UI, **beside}.items()}
    made = Environment(
        loader=ChoiceLoader([PrefixLoader(prefixed), FileSystemLoader(folders)]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=COMPILED,
    )
    made.filters.update(
        number=formats.number,
        money=formats.money,
        percent=formats.percent,
        weight=formats.weight,
        distance=formats.distance,
        day=formats.day,
        time=formats.clock_time,
        moment=formats.moment,
        span=formats.span,
        duration=formats.duration,
        ago=lambda value, style="long": formats.ago(value, now(), style),
        state=lambda code: named("state", code),
        choice=lambda code: named("choice", code),
        field=lambda code: named("field", code),
        iso=lambda value: value.isoformat(),
    )
    made.globals.update(
        now=now,
        static=static,
        cell=cell,
        cells=cells,
        bars=bars,
        kinds=kinds,
        filled=filled,
        script_json=script_json,
        timedelta=timedelta,
        gettext=_said,
        ngettext=_counted,
        _=_said,
        fresh_key=lambda: uuid4().hex,
    )
    components(made)
    return made


def components(made: Environment) -> None:
    """Give templates every macro of ui/components under its own name: `ui.button(…)`."""
    shown = SimpleNamespace(**DRAWN)
    made.globals["ui"] = shown
    for path in sorted((UI / "components").glob("*.html")):
        for name, macro in vars(made.get_template(f"ui/components/{path.name}").module).items():
            if isinstance(macro, Macro) and not name.startswith("_"):
                setattr(shown, name, macro)
