"""A page is a class: its template can use nothing that the class does not say."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.runtime import Macro
from markupsafe import escape
from starlette.responses import HTMLResponse

from rt.kernel.clock import now
from rt.ui import formats
from rt.ui.catalogues import gettext, named, ngettext
from rt.ui.policy import PAGE_HEADERS

UI = Path(__file__).parent
STATIC = UI / "static"
ICONS = frozenset((UI / "icons.txt").read_text().split())
"""Names that the sprite holds; web/build.mjs reads the same list."""


class Page(msgspec.Struct, kw_only=True):
    """What one page shows. Subclasses name their `template` and, for HTMX, the `part` that changes."""

    template: ClassVar[str]
    part: ClassVar[str] = ""
    title: str
    crumbs: Sequence[tuple[str, str]] = ()
    """Pages above this one: (path, label)."""


class NavItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a portal's navigation; hidden from those without the right."""

    path: str
    label: str
    icon: str
    needs: str = ""
    main: bool = False
    """One of the at most four that stay in the bottom bar of a phone."""


class Choice(msgspec.Struct, frozen=True):
    """One value to choose from, as people read it."""

    value: str
    label: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a table: which attribute of a row it shows, and how."""

    name: str
    label: str
    kind: str = "text"
    """text, code, number, money, weight, day, moment, state, flags, choice, deadline or link."""
    href: str = ""
    """For `link`: an address with `{id}`-like names of the row's attributes."""
    wide: bool = False
    """Left out on a phone and on a small tablet."""


class Frame(msgspec.Struct, kw_only=True):
    """What the layout around a page needs, the same for all pages of one visit."""

    portal: str
    brand: str
    path: str
    language: str
    languages: Sequence[str] = formats.LANGUAGES
    navigation: Sequence[NavItem] = ()
    name: str = ""
    organization: str = ""
    token: str = ""
    marker: str = ""
    owner: str = ""
    flash: Any = None
    news: Sequence[Any] = ()
    """What the platform tells everybody."""
    here: str = "/"
    """The address of this page within the portal, with its query."""
    field: bool = False
    dense: bool = True
    """Rows of lists stand close, for a mouse on a wide screen."""
    offline: bool = False
    style: str = ""
    """A portal's own tokens, a stylesheet below /static/portal."""


@lru_cache
def _print(name: str, modified: float) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def static(name: str) -> str:
    """The address of a file of the design system, changing with its content."""
    path = STATIC / name
    return f"/static/{name}?v={_print(name, path.stat().st_mtime)}" if path.exists() else f"/static/{name}"


def known_icon(name: str) -> str:
    """The name of an icon, refused when the sprite has none of that name."""
    if name not in ICONS:
        raise KeyError(f"no icon «{name}» in ui/icons.txt")
    return name


def cell(row: Any, name: str) -> Any:
    """The dotted attribute or key of a row."""
    for step in name.split("."):
        row = row[step] if isinstance(row, dict) else getattr(row, step)
    return row


def filled(address: str, row: Any) -> str:
    """An address with `{name}` replaced by the row's attributes."""
    names = row if isinstance(row, dict) else {f: getattr(row, f) for f in row.__struct_fields__}
    return address.format_map(names)


def script_json(value: Any) -> str:
    """JSON that can stand in a script element: no `<` can end it."""
    told = msgspec.json.encode(value, enc_hook=str).decode()
    return told.replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _said(message: str, **values: Any) -> str:
    """A message in a template: what fills it is escaped; one that nothing fills may hold a per cent sign."""
    return escape(gettext(message)) % values if values else gettext(message)


def _counted(one: str, many: str, count: int, **values: Any) -> str:
    return escape(ngettext(one, many, count)) % {"num": formats.number(count), **values}


def environment(*folders: Path, beside: Mapping[str, Path] = {}) -> Environment:
    """Templates of a portal's folders; those of the design system below `ui/`, of others below their name."""
    prefixed = {name: FileSystemLoader(folder) for name, folder in {"ui": UI, **beside}.items()}
    made = Environment(
        loader=ChoiceLoader([PrefixLoader(prefixed), FileSystemLoader(folders)]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
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
        known_icon=known_icon,
        cell=cell,
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
    shown = SimpleNamespace()
    made.globals["ui"] = shown
    for path in sorted((UI / "components").glob("*.html")):
        for name, macro in vars(made.get_template(f"ui/components/{path.name}").module).items():
            if isinstance(macro, Macro) and not name.startswith("_"):
                setattr(shown, name, macro)


def wants_part(headers: Mapping[str, str]) -> bool:
    """Whether HTMX asks for the part alone: not on a boosted link, not when history is restored."""
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


def render(page: Page, request: Any, status: int = 200) -> HTMLResponse:
    """The page whole, or only its part when HTMX asks at the same address."""
    made: Environment = request.state.templates
    template = page.part if page.part and wants_part(request.headers) else page.template
    shown = {name: getattr(page, name) for name in page.__struct_fields__}
    html = made.get_template(template).render(shown, frame=request.state.frame, page=page)
    return HTMLResponse(html, status, headers=PAGE_HEADERS)
