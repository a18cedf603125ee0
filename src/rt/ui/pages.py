"""A page is a class: its template can use nothing that the class does not say."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from jinja2 import Environment
from starlette.responses import HTMLResponse

from rt.ui import formats
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


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of many that something was asked for, and why it was refused."""

    ok: bool
    said: str = ""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a table: which attribute of a row it shows, and how."""

    name: str
    label: str
    kind: str = "text"
    """text place code number money weight day moment state flags choice deadline outcome or link."""
    href: str = ""
    """For `link`: an address with `{id}`-like names of the row's attributes."""
    wide: bool = False
    """Left out on a phone and on a small tablet."""
    sort: str = ""
    """What the list is sorted by at its head; none: the reader may not."""


class Sorting(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is sorted now (`pickup`, `-pickup`), and its address, to which a sort can be added."""

    now: str
    address: str

    def href(self, name: str) -> str:
        """Where a head leads: up, then down, then back to the list's own order."""
        following = {name: f"-{name}", f"-{name}": ""}.get(self.now, name)
        return f"{self.address}{'&' if '?' in self.address else '?'}sort={following}"

    def way(self, name: str) -> str:
        """`ascending` or `descending` (aria-sort), nothing where the list is sorted otherwise."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.now, "") if name else ""


class Frame(msgspec.Struct, kw_only=True):
    """What the layout around a page needs, the same for all pages of one visit."""

    portal: str
    brand: str
    path: str
    language: str
    languages: Sequence[str] = formats.LANGUAGES
    navigation: Sequence[NavItem] = ()
    search: str = ""
    """Where one search looks through everything; none for visitors."""
    notices: str = ""
    """Where the person's notices are; none for visitors."""
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
