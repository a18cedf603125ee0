"""Which characters the paper can show: the fonts that it is set in are bundled, the same everywhere."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
"""DejaVu Sans, regular and bold: Latin, Greek, Cyrillic, Armenian, Georgian, Arabic and many signs."""
MARK = "\N{WHITE SQUARE}"
"""Stands where a character is that no bundled font has; the data keeps the character."""
LINE = "\n"
SPACES = "\t\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
JOINER, APART = "\u200d", "\u200c"
JOINED = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]")
"""Joiners, variation selectors and skin tones: with the character before them one sign."""
PLAIN = frozenset("".join(map(chr, [10, *range(32, 127), *range(161, 384)])) + "€–—’“”…\u200b\u202f")
LONG_WORD = re.compile(r"\S{24,}")
BREAK = "\u200b"
"""Zero-width space: a word that is longer than its box may be broken here."""


def printable(text: str) -> str:
    """The text as the paper can show it: what no bundled font has is one visible mark for each character.

    Invisible signs that turn the direction of a line are left out: they could make a text read as another.
    """
    shown = "".join(_shown(cluster) for cluster in _clusters(unicodedata.normalize("NFC", text)))
    if text and not shown.strip():
        return MARK
    return LONG_WORD.sub(_breakable, shown)


def plain(text: str) -> str:
    """The text in the letters of western Europe alone, which every printer sets."""
    return "".join(one if one in PLAIN else MARK for one in printable(text))


def printed(sheet: Any, spell: Callable[[str], str] = printable) -> Any:
    """The same sheet with every text in it spelled so that it can be set."""
    if isinstance(sheet, dict):
        return {name: printed(value, spell) for name, value in sheet.items()}
    if isinstance(sheet, list):
        return [printed(value, spell) for value in sheet]
    return spell(sheet) if isinstance(sheet, str) else sheet


def _clusters(text: str) -> Iterator[str]:
    """Each character with the marks that belong to it."""
    cluster = ""
    for character in text:
        if cluster and not _belongs(character, cluster):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _belongs(character: str, cluster: str) -> bool:
    kind = unicodedata.category(character)
    if kind.startswith("M") or JOINED.match(character):
        return cluster not in (LINE, *SPACES)
    return cluster.endswith(JOINER) and kind[0] not in "CZ"


def _shown(cluster: str) -> str:
    if cluster == LINE:
        return LINE
    if cluster in SPACES:
        return " "
    kept = [one for one in cluster if one == APART or _visible(one)]
    visible = [one for one in kept if one != APART]
    if not visible:
        return ""
    return "".join(kept) if all(ord(one) in _covered() for one in visible) else MARK


def _visible(character: str) -> bool:
    return unicodedata.category(character) != "Cf" and not JOINED.match(character)


def _breakable(word: re.Match[str]) -> str:
    return BREAK.join(_clusters(word[0]))


@cache
def _covered() -> frozenset[int]:
    """Code points that every bundled font has; private ones mean nothing, and PDF/A forbids them."""
    fonts = [TTFont(path, lazy=True).getBestCmap() for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset(code for code in set.intersection(*map(set, fonts)) if _assigned(chr(code)))


def _assigned(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs")
