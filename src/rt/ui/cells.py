"""Icons, states, deadlines and the cells of tables: drawn here, since a list has five hundred of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from rt.kernel.core.clock import now
from rt.ui import formats
from rt.ui.catalogues import named
from rt.ui.pages import Column, cell, filled, known_icon, static

TONES = {
    "draft": ("idle", "pencil"),
    "confirmed": ("note", "check"),
    "tendered": ("warn", "send"),
    "assigned": ("note", "user-check"),
    "planned": ("note", "calendar-check"),
    "loading": ("warn", "package-open"),
    "in_transit": ("note", "truck"),
    "delivered": ("ok", "package-check"),
    "pod_ok": ("ok", "file-check"),
    "invoiced": ("ok", "receipt"),
    "closed": ("idle", "archive"),
    "cancelled": ("bad", "ban"),
    "incident": ("bad", "triangle-alert"),
    "late": ("bad", "clock-alert"),
    "open": ("note", "circle-dashed"),
    "accepted": ("ok", "check"),
    "refused": ("bad", "x"),
    "rejected": ("bad", "x"),
    "expired": ("idle", "timer"),
    "expiring": ("warn", "timer"),
    "pending": ("warn", "hourglass"),
    "waiting": ("warn", "hourglass"),
    "sent": ("note", "send"),
    "failed": ("bad", "circle-x"),
    "active": ("ok", "circle-check"),
    "disabled": ("idle", "ban"),
    "suspended": ("bad", "ban"),
    "invited": ("warn", "mail"),
    "valid": ("ok", "shield-check"),
    "missing": ("bad", "file-x"),
    "signed": ("ok", "signature"),
    "issued": ("note", "file-text"),
    "published": ("note", "send"),
    "paid": ("ok", "banknote"),
    "due": ("warn", "banknote"),
    "overdue": ("bad", "clock-alert"),
    "healthy": ("ok", "activity"),
    "degraded": ("warn", "activity"),
    "down": ("bad", "circle-x"),
    "partner": ("ok", "handshake"),
    "guest": ("note", "mail"),
    "asked": ("warn", "hourglass"),
    "asks": ("warn", "inbox"),
    "claimed": ("warn", "hourglass"),
    "lapsed": ("idle", "timer"),
    "withdrawn": ("idle", "undo-2"),
    "own": ("note", "book-open"),
    "redeemed": ("ok", "check-check"),
    "lost": ("bad", "circle-x"),
    "arrived": ("ok", "map-pin"),
    "done": ("ok", "circle-check"),
    "blocked": ("bad", "octagon-alert"),
    "disputed": ("bad", "gavel"),
    "on_time": ("ok", "clock"),
    "approaching": ("note", "navigation"),
}
"""Tone and icon of a state: it is never told by its colour only."""
UNKNOWN = ("idle", "circle-dashed")
NONE = Markup('<span class="muted">—</span>')
LINK = Markup('<a class="%s" href="%s">%s</a>')
LINE = Markup('<span class="line" title="%s">%s</span>')
LED = Markup('<span class="line led" title="%s"><span class="kept">%s</span>%s</span>')
REST = Markup('<span class="rest">\u00a0· %s</span>')
FLAG = Markup('<span class="badge %s" title="%s">%s<span class="sr">%s</span></span>')
FLAGS = {"reserves": ("bad", "gavel"), "given_on": ("note", "route"), "is_leg": ("note", "git-branch")}
"""Tone and sign of what marks a row; of others that something went wrong."""
_EMPTY = Markup("")
_CLOSE = Markup("</td>")
DUE = Markup('<time class="due %s" datetime="%s" title="%s">%s%s</time>')
OUTCOME = Markup('<div class="outcome">%s <span>%s</span></div>')
SOON_S = 7200
"""Seconds before a deadline from which it is shouted."""
FIGURES = ("number", "money", "weight")
ONE_LINE = ("code", "day", "moment")


@lru_cache(maxsize=2048)
def icon(name: str, label: str = "") -> Markup:
    """One drawing of the sprite; with a label it speaks, without it is decoration."""
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    address = f"{static('built/icons.svg')}#{known_icon(name)}"
    return Markup('<svg class="icon" {}><use href="{}"/></svg>').format(meaning, address)


def badge(state: str, tone: str = "", icon_name: str = "", label: str = "") -> Markup:
    """A state in words, with an icon: never by colour only."""
    return _badge(state, tone, icon_name, label or named("state", state))


@lru_cache(maxsize=2048)
def _badge(state: str, tone: str, icon_name: str, label: str) -> Markup:
    known = TONES.get(state, UNKNOWN)
    drawn = icon(icon_name or known[1])
    return Markup('<span class="badge {}">{}{}</span>').format(tone or known[0], drawn, label)


def deadline(at: datetime | None, style: str = "long") -> Markup:
    """When something must be done: the nearer, the louder; said in words."""
    if at is None:
        return NONE
    moment = now()
    left = (at - moment).total_seconds()
    tone, sign = (
        ("bad", "clock-alert") if left < 0 else ("warn", "timer") if left < SOON_S else ("idle", "clock")
    )
    how_far = formats.ago(at, moment, "short" if style == "short" else "long")
    return DUE % (tone, at.isoformat(), formats.moment(at), icon(sign), how_far)


def kinds(column: Column) -> Markup:
    """The class attribute of a column's head and cells."""
    classes = [
        *(["num"] if column.kind in FIGURES else []),
        *(["once"] if column.kind in ONE_LINE else []),
        *([column.kind] if column.kind == "place" else []),
        *(["by"] if column.kind == "deadline" else []),
        *(["wide"] if column.wide else []),
    ]
    return Markup(' class="{}"').format(" ".join(classes)) if classes else Markup("")


def cells(columns: Sequence[Column], href: str = "") -> Callable[[Any], Markup]:
    """Draws the cells of a row; the first one leads to `href`, an address with `{name}`s of the row."""
    openings = [
        (_CLOSE if n else _EMPTY) + Markup('<td data-label="%s"%s>') % (one.label, kinds(one))
        for n, one in enumerate(columns)
    ]

    def draw(row: Any) -> Markup:
        drawn = []
        for n, column in enumerate(columns):
            value = cell(row, column.name)
            shown = (
                LINK % ("row-link", filled(href, row), value)
                if n == 0 and href
                else _cell(column, value, row)
            )
            drawn += [openings[n], shown]
        return _EMPTY.join([*drawn, _CLOSE])

    return draw


def _cell(column: Column, value: Any, row: Any) -> str:
    """What a cell shows; whatever is no markup is escaped by who puts it between its ends."""
    match column.kind:
        case "state":
            return badge(value) if value else "—"
        case "flags":
            return Markup("<span>%s</span>") % _EMPTY.join(_flag(code) for code in value)
        case "deadline":
            return deadline(value, "short")
        case "outcome":
            return OUTCOME % (badge("done" if value.ok else "refused"), value.said)
        case "money":
            return value if isinstance(value, str) else formats.money(value)
    if value is None or value == "":
        return NONE
    match column.kind:
        case "number":
            return formats.number(value)
        case "weight":
            return formats.weight(value)
        case "day":
            return formats.day(value)
        case "moment":
            return formats.moment(value)
        case "code":
            return str(value)
        case "choice":
            return _line(named("choice", value))
        case "place":
            return _led(str(value))
        case "link":
            return LINK % ("", filled(column.href, row), _line(str(value)))
    return _line(formats.number(value) if isinstance(value, float) else str(value))


def _flag(code: str) -> Markup:
    said = named("state", code)
    tone, sign = FLAGS.get(code, ("bad", "triangle-alert"))
    return FLAG % (tone, said, icon(sign), said)


@lru_cache(maxsize=4096)
def _line(text: str) -> Markup:
    """One line in a dense list; whole on hover and in the row that has the focus."""
    if " · " in text:
        return _led(text)
    said = escape(text)
    return LINE % (said, said)


@lru_cache(maxsize=4096)
def _led(text: str) -> Markup:
    """One line of which the first part is never cut: a city, a plate, a number of pallets."""
    first, _, rest = text.partition(" · ")
    return LED % (text, first, REST % rest if rest else "")
