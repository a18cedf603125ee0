"""The bars of a Gantt chart: drawn here, since a day's planning has a thousand of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import NotRequired, TypedDict

from markupsafe import Markup

from rt.ui import formats

TALL = Markup('<svg x="%s%%" width="%s%%" class="bar-%s" y="7" height="38"')
THIN = Markup('<svg x="%s%%" width="%s%%" class="bar-%s" y="16" height="20"')
SPILLING, ITEM = Markup(' overflow="visible"'), Markup(' role="listitem">')
LINK, ASIDE = Markup('<a href="%s" aria-label="%s">'), Markup('<a href="%s" aria-label="%s" tabindex="-1">')
TITLE = Markup('<title>%s</title><rect x="1" y="1" width="99%%" ')
TALL_INSIDE, THIN_INSIDE = (
    Markup('height="36" rx="5" stroke-width="1.5"/>'),
    Markup('height="18" rx="5" stroke-width="1.5"/>'),
)
LABEL = Markup('<text x="8" y="24">%s</text>')
NUMBER = Markup('<text x="50%%" y="24" text-anchor="middle">%s</text>')
NOTHING, LINK_END, END = Markup(""), Markup("</a>"), Markup("</svg>")


class Bar(TypedDict):
    """From when to when. `name` is what it is called where the number on it says too little.

    A `whole` bar lies thin behind the numbered ones and is what the keyboard reaches.
    """

    start: datetime
    end: datetime
    label: str
    tone: str
    href: str
    name: NotRequired[str]
    whole: NotRequired[bool]


class GanttRow(TypedDict):
    """Who does it, beside the bars."""

    label: str
    note: str
    bars: list[Bar]


def bars(start: datetime, end: datetime) -> Callable[[Sequence[Bar]], Markup]:
    """Draws the bars of a row between two moments; what lies outside is left away."""
    begins = start.timestamp()
    share = 100 / (end.timestamp() - begins)

    def draw(row: Sequence[Bar]) -> Markup:
        drawn = []
        for bar in row:
            x = max((bar["start"].timestamp() - begins) * share, 0)
            width = min((bar["end"].timestamp() - begins) * share, 100) - x
            if width > 0:
                drawn.append(_bar(bar, f"{x:.2f}", f"{width:.2f}"))
        return NOTHING.join(drawn)

    return draw


def _bar(bar: Bar, x: str, width: str) -> Markup:
    label, href = bar["label"], bar["href"]
    said = f"{bar.get('name') or label}, {formats.span(bar['start'], bar['end'])}"
    link = (href, said) if href else ()
    drawn = _shape("name" in bar, bar.get("whole", False), bool(href), bool(label))
    return drawn % (x, width, bar["tone"] or "note", *link, said, *((label,) if label else ()))


@cache
def _shape(numbered: bool, whole: bool, linked: bool, labelled: bool) -> Markup:
    """A bar but for its place, tone, address, name and label: few of them, so that little is put in."""
    parts = [
        THIN if whole else TALL,
        SPILLING if numbered else NOTHING,
        ITEM,
        (ASIDE if numbered and not whole else LINK) if linked else NOTHING,
        TITLE,
        THIN_INSIDE if whole else TALL_INSIDE,
        (NUMBER if numbered else LABEL) if labelled else NOTHING,
        LINK_END if linked else NOTHING,
        END,
    ]
    return NOTHING.join(parts)
