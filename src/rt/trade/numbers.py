"""Numbers as people write them: with every reading they have, and written so that they have one."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from rt.kernel.core.errors import Invalid

DecimalMark = Literal[",", "."]
GAP = re.compile(r"(?<=\d)[ \t\u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
"""Spaces of any width and apostrophes between thousands: 1 250, 1'250."""
ROUND = re.compile(r"(?<=\d)([.,])[-−–—]{1,2}(?![-−–—\d.,])")
"""A dash for the cents that there are none of, as prices are written in German and in Switzerland: 480,-."""
CORE = re.compile(r"[-+−]?\d*[½¼¾]|[-+−]?[\d.,_]*\d[.,]?(?:[eE][-+]?\d{1,2}(?!\d))?")
VULGAR = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
LONGEST = 30


def _shape(mark: DecimalMark, other: str) -> re.Pattern[str]:
    thousands = rf"[1-9]\d{{0,2}}(?:_\d{{3}})+|[1-9]\d{{0,2}}(?:{re.escape(other)}\d{{3}})+"
    part = re.escape(mark)
    return re.compile(rf"-?(?:{thousands}|\d+|(?={part}))(?:{part}\d+)?(?:[eE][-+]?\d+)?")


SHAPES: dict[DecimalMark, re.Pattern[str]] = {",": _shape(",", "."), ".": _shape(".", ",")}
"""A figure by its decimal mark, thousands in groups of three or not at all."""

WEIGHT_KG = {
    **dict.fromkeys(["", "kg", "kgs", "kilo", "kilos", "kilogramme", "kilogrammes"], Decimal(1)),
    **dict.fromkeys(["t", "to", "tonne", "tonnes", "tonnen", "mt"], Decimal(1000)),
    **dict.fromkeys(["g", "gr", "gramme", "grammes"], Decimal("0.001")),
    **dict.fromkeys(["q", "quintal", "quintaux"], Decimal(100)),
    **dict.fromkeys(["lb", "lbs"], Decimal("0.45359237")),
}
VOLUME_M3 = {
    **dict.fromkeys(["", "m3", "m³", "cbm", "mc"], Decimal(1)),
    **dict.fromkeys(["l", "litre", "litres", "dm3", "dm³"], Decimal("0.001")),
}
LENGTH_CM = {"": Decimal(1), "cm": Decimal(1), "m": Decimal(100), "mm": Decimal("0.1"), "dm": Decimal(10)}
PRICE_EUR = {
    **dict.fromkeys(["", "€", "eur", "euro", "euros", "ht", "€ht", "eurht"], Decimal(1)),
    **dict.fromkeys(["k€", "keur"], Decimal(1000)),
}
PIECES = "x u pc pcs pce colis cartons unités palette palettes pal plts ep pallet pallets packages"
COUNT = dict.fromkeys(["", *PIECES.split(), "paletten", "stk", "stück"], Decimal(1))
"""Units that may stand behind a figure, without blanks and points, and what they come to."""


class NumberUnreadable(Invalid):
    fr = "« {value} » n'est pas un nombre."
    en = "“{value}” is not a number."


class UnitUnknown(Invalid):
    fr = "L'unité « {unit} » n'est pas connue ici."
    en = "The unit “{unit}” is not known here."


class Figure(NamedTuple):
    """What a text comes to if the comma is its decimal mark, and if the point is; None: it cannot be."""

    comma: Decimal | None
    point: Decimal | None
    unit: str

    def read(self, mark: DecimalMark) -> Decimal | None:
        return self.comma if mark == "," else self.point

    @property
    def shows(self) -> DecimalMark | None:
        """The decimal mark that the text gives away, if it does."""
        if self.comma is not None and self.point is None:
            return ","
        return "." if self.comma is None else None


def undashed(text: str) -> str:
    """The text with the dash of a round price written out: 480,- and 480.-- are 480,00 and 480.00."""
    return ROUND.sub(r"\g<1>00", text)


@lru_cache(maxsize=4_096)
def figure(text: str) -> Figure:
    """The readings of a text: `1,250` is 1.25 or 1250, `1 250,5` one number, `1.250,5 kg` too.

    The unit is what stands behind the figure or before it, in small letters without blanks and points.
    Raises NumberUnreadable.
    """
    plain = undashed(GAP.sub("_", text.strip()))
    found = CORE.search(plain) if len(text) <= LONGEST else None
    if found is None:
        raise NumberUnreadable(value=text[:LONGEST])
    unit = re.sub(r"[\s.\u00a0\u202f]", "", plain[: found.start()] + plain[found.end() :]).casefold()
    core = found[0].replace("−", "-").lstrip("+")
    comma, point = _value(core, ",", "."), _value(core, ".", ",")
    if (comma is None and point is None) or re.search(r"[\d½¼¾]", unit.replace("m3", "")):
        raise NumberUnreadable(value=text[:LONGEST])
    return Figure(comma, point, unit)


def in_unit(unit: str, known: dict[str, Decimal]) -> Decimal:
    """What one of that unit comes to, or UnitUnknown."""
    if unit not in known:
        raise UnitUnknown(unit=unit)
    return known[unit]


def written(value: Decimal | float) -> str:
    """A number in the French way, with one reading whatever the reader expects: 1.234 is 1,2340.

    A Decimal keeps the places it has: 480.00 is 480,00.
    """
    exact = Decimal(repr(value)).normalize() if isinstance(value, float) else Decimal(value)
    whole, _, part = format(exact, "f").partition(".")
    if len(part) == len("000"):
        part += "0"
    return f"{whole},{part}" if part else whole


def _value(core: str, mark: DecimalMark, other: str) -> Decimal | None:
    if core[-1] in VULGAR:
        whole = Decimal(core[:-1] or 0) if core[:-1] != "-" else Decimal(0)
        return whole - VULGAR[core[-1]] if core.startswith("-") else whole + VULGAR[core[-1]]
    if not SHAPES[mark].fullmatch(core):
        return None
    return Decimal(core.replace("_", "").replace(other, "").replace(mark, "."))
