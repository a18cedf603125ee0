"""Which column of a client's sheet fills which field: by its heading, or as it was named before."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import cast

from rt.contracts.core_orders import ColumnMatch, ImportField
from rt.services.core_orders.domain.headings import (
    BRACKETS,
    ENGLISH,
    FIELDS,
    HEADINGS,
    PARTS,
    REMARKS,
    SIDES,
    SMALL_WORDS,
    UNITS,
)

Named = Mapping[str, ImportField | None]
"""Columns that an organization has named, by folded heading; None: to be left aside."""


def folded(heading: str) -> str:
    """A heading without accents, case, punctuation and articles: "Date d'enlèvement" is DATEENLEVEMENT.

    A small word at the end stays: "Livraison de" is a date, "Livraison" a place.
    """
    words = _words(heading.split("(")[0])
    if not words:
        return "".join(f"U{ord(sign):X}" for sign in heading)
    return "".join(word for word in words[:-1] if word not in SMALL_WORDS) + "".join(words[-1:])


def unit(heading: str, field: ImportField) -> str:
    """The unit that a heading names: "Poids (t)", "Poids en tonnes", "weight kg"; "" if none."""
    known = UNITS.get(field, {})
    remark = BRACKETS.search(heading)
    last = heading.split()[-1:] if not remark else []
    for candidate in (*([remark[1]] if remark else []), *last):
        plain = re.sub(r"[\s.]", "", candidate.removeprefix("en ").removeprefix("in ")).casefold()
        if plain in known:
            return plain
    return ""


def recognized(headings: Sequence[str], named: Named) -> int:
    """How many fields a line of headings would fill."""
    return len({field for heading in headings if heading and (field := _field(heading, named))})


def matched(headings: Sequence[str], remembered: Named) -> list[ColumnMatch]:
    """The field of each column: as the organization named it, else as it is usually called; each once."""
    taken: set[ImportField] = set()
    matches = []
    for heading in headings:
        field = _field(heading, remembered)
        if field in taken:
            field = None
        if field is not None:
            taken.add(field)
        matches.append(ColumnMatch(column=heading, field=field))
    return matches


def twins(headings: Sequence[str], remembered: Named) -> dict[ImportField, list[int]]:
    """Fields that several columns would fill by their headings, with the places of all of them."""
    found: dict[ImportField, list[int]] = {}
    for place, heading in enumerate(headings):
        key = folded(heading)
        numbered = re.sub(r" \d+$", "", heading)
        field = remembered[key] if key in remembered else _field(numbered, remembered)
        if field is not None:
            found.setdefault(field, []).append(place)
    return {field: places for field, places in found.items() if len(places) > 1}


def french(columns: Sequence[ColumnMatch]) -> bool:
    """Whether the headings are not English ones: dates are then written day first."""
    english = sum(1 for one in columns if one.field and ENGLISH.search(one.column))
    known = sum(1 for one in columns if one.field)
    return known > 0 and english * 2 < known


def _field(heading: str, remembered: Named) -> ImportField | None:
    key = folded(heading)
    if key in remembered:
        return remembered[key]
    remark = BRACKETS.search(heading)
    plain = BRACKETS.sub(" ", heading).strip(" *:")
    field = KNOWN.get(folded(plain)) or KNOWN.get(folded(_without_unit(plain))) or _composed(plain)
    if field and remark and not REMARKS.fullmatch(remark[1].strip()) and not unit(heading, field):
        return _composed(f"{plain} {remark[1]}")
    return field


def _without_unit(heading: str) -> str:
    """ "Poids en tonnes", "poids kg", "Prix HT" without what they are counted in."""
    return re.sub(
        r"\s+(en\s+|in\s+)?(kgs?|t|tonnes?|to|tonnen|lbs?|m3|m³|cbm|cm|mm|m|€|eur|euros?|ht)\.?$",
        "",
        heading,
        flags=re.I,
    )


def _composed(heading: str) -> ImportField | None:
    """A heading made of a side and a part, in whatever order; every word must be known."""
    words = [word for word in _words(heading) if word not in SMALL_WORDS]
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in PARTS:
            joined[-1] += word
        elif word in ("CODE", "POSTAL", "ZIP", "COUNTRY", "RAISON") or word in SIDES or word in PARTS:
            joined.append(word)
        else:
            return None
    sides = {SIDES[word] for word in joined if word in SIDES}
    parts = {PARTS[word] for word in joined if word in PARTS}
    if len(sides) != 1 or len(parts) != 1 or any(word not in SIDES and word not in PARTS for word in joined):
        return None
    side, part = sides.pop(), parts.pop()
    if part == "date":
        part = "from" if side == "pickup" else "until"
    return cast("ImportField", f"{side}_{part}")


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).upper().replace("'", " ").replace("’", " ")
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()


KNOWN: dict[str, ImportField] = {
    folded(heading): field for field, headings in HEADINGS.items() for heading in headings.split("|")
} | {folded(field): field for field in FIELDS}
