"""Postal codes as each country writes them: prefixes taken off, lost zeros put back, shapes checked."""

import re
from typing import NamedTuple

from rt.kernel.core.errors import Invalid

LONGEST = 12
"""Characters that an address keeps of a postal code."""
CEDEX = re.compile(r"\s*\bcedex\b.*$", re.IGNORECASE)
PREFIXED = re.compile(r"^([A-Z]{1,3})[\s-]+(?=\d)|^([A-Z]{1,2})(?=\d{4,6}$)")
"""A country before the code, on its own (B-1000, CH 1201) or glued to four digits and more (F69007)."""
PREFIX_COUNTRIES = {
    **{"A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "I": "IT", "L": "LU", "P": "PT", "S": "SE"},
    **{"N": "NO", "H": "HU", "V": "VA", "FL": "LI", "FIN": "FI", "DK": "DK", "CH": "CH", "NL": "NL"},
}
"""Signs of vehicles, as they stood before postal codes (CEPT); the ISO codes are understood beside them."""


class PostalCodeInvalid(Invalid):
    fr = "{value} n'est pas un code postal ({country} : {shape})."
    en = "{value} is not a postal code ({country}: {shape})."


class Shape(NamedTuple):
    """What a country's codes are: a pattern of their letters and digits, and how they are written.

    `digits` and `zeros`: of codes that are figures alone, how many there are and how many of the first may be
    0, so that a spreadsheet loses them. `groups`: lengths of the parts that `mark` joins.
    """

    pattern: str
    example: str
    digits: int = 0
    zeros: int = 0
    groups: tuple[int, ...] = ()
    mark: str = " "


def _figures(
    digits: int, example: str, zeros: int = 0, groups: tuple[int, ...] = (), mark: str = " "
) -> Shape:
    return Shape(rf"\d{{{digits}}}", example, digits, zeros, groups, mark)


FOUR, FIVE, SIX = _figures(4, "1000"), _figures(5, "10115"), _figures(6, "110001")
FRENCH = _figures(5, "01000", zeros=1)
SHAPES: dict[str, Shape] = {
    **dict.fromkeys(["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "MC"], FRENCH),
    **dict.fromkeys(["AT", "BE", "BG", "CH", "CY", "HU", "LI", "LU", "LV", "SI", "TN", "MK"], FOUR),
    **dict.fromkeys(["BA", "GR", "HR", "ME", "RS", "TR", "UA", "XK", "MA", "DZ"], FIVE),
    **dict.fromkeys(["IT", "SM", "VA"], _figures(5, "00118", zeros=3)),
    **dict.fromkeys(["BY", "RU"], SIX),
    "AD": Shape(r"AD\d{3}", "AD500"),
    "AL": FOUR,
    "CZ": _figures(5, "110 00", groups=(3, 2)),
    "DE": _figures(5, "01067", zeros=1),
    "DK": _figures(4, "0800", zeros=1),
    "EE": FIVE,
    "ES": _figures(5, "08001", zeros=1),
    "FI": _figures(5, "00100", zeros=3),
    "GB": Shape(r"[A-Z]{1,2}\d[A-Z\d]?(\d[A-Z]{2})?", "SW1A 1AA"),
    "GG": Shape(r"GY\d{1,2}\d[A-Z]{2}", "GY1 1AA"),
    "IE": Shape(r"[A-Z]\d[\dW]([A-Z\d]{4})?", "D02 AF30"),
    "IM": Shape(r"IM\d{1,2}\d[A-Z]{2}", "IM1 1AA"),
    "IS": _figures(3, "101"),
    "JE": Shape(r"JE\d{1,2}\d[A-Z]{2}", "JE2 3AA"),
    "LT": FIVE,
    "MD": FOUR,
    "MT": Shape(r"[A-Z]{3}\d{2,4}", "VLT 1117", groups=(3,)),
    "NL": Shape(r"[1-9]\d{3}([A-Z]{2})?", "1012 AB", groups=(4,)),
    "NO": _figures(4, "0150", zeros=2),
    "PL": _figures(5, "00-001", zeros=4, groups=(2, 3), mark="-"),
    "PT": Shape(r"[1-9]\d{3}(\d{3})?", "1000-205", groups=(4,), mark="-"),
    "RO": _figures(6, "010011", zeros=1),
    "SE": _figures(5, "114 55", groups=(3, 2)),
    "SK": _figures(5, "811 01", zeros=1, groups=(3, 2)),
    "US": Shape(r"\d{5}(\d{4})?", "02108", 5, 2),
}
"""UPU, postal addressing systems; countries that are not here keep what was written."""


def postal_code(text: str, country: str = "FR", *, field: str = "postal_code") -> str:
    """The code as its country writes it ("F-69 007" is 69007, "1012ab" of NL "1012 AB"), or a refusal.

    A figure gets back the zeros that a spreadsheet took ("1000" of FR is 01000, of BE 1000).
    """
    bare = _bare(text, country)
    shape = SHAPES.get(country)
    if not bare or shape is None:
        kept = " ".join(text.split())
        if len(kept) > LONGEST:
            raise PostalCodeInvalid(field, value=kept[:40], country=country, shape=f"≤ {LONGEST}")
        return kept
    if bare.isdecimal() and shape.digits - shape.zeros <= len(bare) < shape.digits:
        bare = bare.zfill(shape.digits)
    if not re.fullmatch(shape.pattern, bare):
        raise PostalCodeInvalid(field, value=text[:40], country=country, shape=shape.example)
    if country in ("GB", "IM", "JE", "GG"):
        return f"{bare[:-3]} {bare[-3:]}" if len(bare) > len("SW1A") else bare
    if country == "IE":
        return f"{bare[:3]} {bare[3:]}".strip()
    return _grouped(bare, shape)


def country_of(text: str) -> str:
    """The country that stands before a code of its shape (B-1000 is BE), or nothing."""
    plain = text.strip().upper()
    found = PREFIXED.match(plain)
    if not found:
        return ""
    sign = found[1] or found[2]
    country = PREFIX_COUNTRIES.get(sign, sign)
    rest = re.sub(r"[^0-9A-Z]", "", CEDEX.sub("", plain[found.end() :]))
    known = country in SHAPES and re.fullmatch(SHAPES[country].pattern, rest)
    return country if known else ""


def compact(text: str, country: str) -> str:
    """Letters and digits alone, zeros put back where they are known to be lost: what tables are keyed by."""
    try:
        return re.sub(r"[^0-9A-Z]", "", postal_code(text, country))
    except PostalCodeInvalid:
        return _bare(text, country)


def _bare(text: str, country: str) -> str:
    plain = CEDEX.sub("", text.strip()).upper()
    if country_of(plain) == country:
        plain = PREFIXED.sub("", plain)
    return re.sub(r"[^0-9A-Z]", "", plain)


def _grouped(bare: str, shape: Shape) -> str:
    parts, rest = [], bare
    for length in shape.groups:
        parts.append(rest[:length])
        rest = rest[length:]
    return shape.mark.join(part for part in (*parts, rest) if part)
