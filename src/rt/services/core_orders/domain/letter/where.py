"""The places that a letter names: postal code and town, or a town alone, held against the gazetteer."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rt.contracts.core_orders.letters import Confidence
from rt.kernel.core.errors import Refusal
from rt.services.core_orders.domain.letter.finds import Why
from rt.services.core_orders.domain.letter.names import NEVER
from rt.trade import gazetteer
from rt.trade.countries import country as country_named
from rt.trade.postal_codes import PREFIX_COUNTRIES, SHAPES, PostalCodeInvalid, postal_code

HOME = "FR"
MOST_PLACES = 60
MOST_WORDS = 6
SIGN = r"(?:(?P<sign>[A-Z]{1,3})[ ]?-[ ]?|(?P<glued>[A-Z]{1,2})[ ]?(?=\d))?"
CODED = re.compile(
    rf"(?<![\w/.,+\-]){SIGN}(?P<code>\d{{2}}[ ]?\d{{3}}|\d{{4}}[ ]?[A-Z]{{2}}|\d{{4}}"
    rf"|\d{{3}}[ ]\d{{2}})(?![\d%€])"
    rf"(?![.,]\d)"
)
WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:['’.\-]+[^\W\d_]+)*\.?")
GAP = re.compile(
    r"(?:[ \t]{0,3}\n)?[ \t]{0,3}(?:ville|city|town|ort|commune|stadt|localit[ée])[ \t]{0,3}:["
    r" \t]{0,3}|[ \t]{0,3}[,\-–:(]?[ \t]{0,3}",
    re.IGNORECASE,
)
CODE_LABEL = re.compile(
    r"(?:^|\n)[ \t\-*•]{0,4}(?:ville|city|town|ort|commune|stadt|localit[ée])[ \t]{0,3}:["
    r" \t]{0,3}([^\n:\d]{2,50})\n[ \t\-*•]{0,4}(?:cp|code postal|plz|zip(?: code)?|post"
    r"(?:al )?code)[ \t]{0,3}:[ \t]{0,3}$",
    re.IGNORECASE,
)
"""The town on the line above the line of its postal code."""
DEPARTMENT = re.compile(r"[ ]?\(?[ ]?(\d{2}|2[AB])[ ]?\)|[ ](\d{2}|2[AB])(?![\d:/.,hH%]| ?[a-zA-Z])")
LAND = re.compile(r"[ \t]*[,\-–/(\n]?[ \t]*\(?([^\W\d_]{2,20}(?:[ -][^\W\d_]{2,12})?)\)?")
SMALL, CITY = 3_000, 20_000
"""Inhabitants from which a name alone is a town; and is one in small letters."""
CODE_TOWN = Why("ce code postal dessert cette ville", "this postal code serves this town")
CODE_FAR = Why("code et ville vont à ce pays, à vérifier", "code and town fit this country; to be checked")
SIGNED = Why("le pays précède le code postal", "the country stands before the postal code")
TOWN_ALONE = Why("ville connue, sans code postal", "a known town, without a postal code")
UNKNOWN = Why("la ville n'est pas connue sous ce code", "the town is not known under this code")
LANDS = Why("plusieurs pays ont une telle ville", "several countries have such a town")


class Spot(NamedTuple):
    """A place in the text, as an address has it."""

    code: str
    city: str
    country: str
    confidence: Confidence
    why: Why
    start: int
    end: int
    city_at: tuple[int, int]
    code_at: tuple[int, int]
    lands: tuple[str, ...] = ()


def coded(body: str) -> list[Spot]:
    """Every postal code that has a town beside it."""
    found: list[Spot] = []
    last = 0
    for match in CODED.finditer(body):
        if match.start() < last or len(found) >= MOST_PLACES:
            continue
        if spot := _beside(body, match):
            found.append(spot)
            last = spot.end
    return found


def towns(body: str, start: int, end: int, *, small_letters: bool = False) -> Iterator[Spot]:
    """Towns without a postal code between two places of the text, the longest names first.

    They begin with a capital; in small letters cities alone are meant.
    """
    words = list(WORD.finditer(body, start, min(end, start + 600)))
    at = 0
    while at < len(words):
        for count in range(min(MOST_WORDS, len(words) - at), 0, -1):
            first, last = words[at], words[at + count - 1]
            text = body[first.start() : last.end()].rstrip(".")
            if "\n" in text or not _town(text):
                continue
            if not first[0][0].isupper() and not (small_letters and _city(text)):
                continue
            lands = _lands(text)
            behind = last.start() + len(last[0].rstrip("."))
            named, stop = _land(body, behind)
            where = named if named in lands else HOME if HOME in lands else lands[0]
            department = DEPARTMENT.match(body, behind)
            code = _code_in(text, (department[1] or department[2])) if department and where == HOME else ""
            if department and where == HOME:
                stop = department.end()
            sure = len(lands) == 1 or named in lands or where == HOME
            yield Spot(
                code,
                text,
                where,
                "likely" if sure else "guess",
                TOWN_ALONE if sure else LANDS,
                first.start(),
                max(stop, behind),
                (first.start(), behind),
                (department.start(), department.end()) if department else (behind, behind),
                () if sure else lands[1:4],
            )
            at += count - 1
            break
        at += 1


def _beside(body: str, match: re.Match[str]) -> Spot | None:
    """The place of a postal code: with the town behind it, else with the one before it on its line."""
    sign = match["sign"] or match["glued"] or ""
    said = PREFIX_COUNTRIES.get(sign, sign if sign in SHAPES else "")
    if sign and not said:
        return None
    gap = GAP.match(body, match.end())
    begin = gap.end() if gap else match.end()
    options = [*_behind(body, begin), *_before(body, match.start())]
    named: str = said
    for text, start, end in options:
        land, stop = _land(body, max(end, match.end()))
        named = said or land
        for where in [named] if named else _candidates(match["code"], text):
            if (code := _fit(match["code"], where)) and (where in _lands(text)):
                return _spot(body, match, (text, start, end), code, where, bool(named), stop if land else 0)
    if options and named:
        text, start, end = options[0]
        if code := _fit(match["code"], named):
            place = _name_only(text)
            spot = _spot(body, match, (place, start, start + len(place)), code, named, True, 0)
            return spot._replace(confidence="likely", why=UNKNOWN) if place else None
    digits = match["code"].replace(" ", "")
    if len(digits) == 5 and digits.isdecimal() and gazetteer.serves(digits) and options:
        text, start, end = options[0]
        place = _name_only(text)
        if place and start >= match.end():
            spot = _spot(body, match, (place, start, start + len(place)), digits, HOME, False, 0)
            return spot._replace(confidence="guess", why=UNKNOWN)
    return None


def _spot(
    body: str,
    match: re.Match[str],
    town: tuple[str, int, int],
    code: str,
    where: str,
    named: bool,
    stop: int,
) -> Spot:
    text, start, end = town
    confidence: Confidence = "likely"
    why = CODE_FAR
    others: tuple[str, ...] = ()
    if where == HOME and gazetteer.serves(code, text):
        confidence, why = "high", CODE_TOWN
    elif named and where != HOME:
        confidence, why = "high", SIGNED
    elif not named and where != HOME:
        others = tuple(one for one in _candidates(match["code"], text) if one != where)[:3]
        if others:
            confidence, why = "guess", LANDS
    elif where == HOME:
        confidence, why = "guess", UNKNOWN
    return Spot(
        code,
        text,
        where,
        confidence,
        why,
        min(start, match.start()),
        max(end, match.end(), stop),
        (start, end),
        (match.start("code"), match.end("code")),
        others,
    )


def _behind(body: str, begin: int) -> Iterator[tuple[str, int, int]]:
    """The names that may begin there, the longest first."""
    words: list[re.Match[str]] = []
    at = begin
    while len(words) < MOST_WORDS and (word := WORD.match(body, at)):
        words.append(word)
        at = word.end()
        while at < len(body) and body[at] in " -'’":
            at += 1
    for count in range(len(words), 0, -1):
        end = words[count - 1].start() + len(words[count - 1][0].rstrip("."))
        yield body[begin:end], begin, end


def _before(body: str, stop: int) -> Iterator[tuple[str, int, int]]:
    """The names that may end there on the same line, the longest first."""
    if above := CODE_LABEL.search(body, max(0, stop - 120), stop):
        yield above[1].rstrip(), above.start(1), above.start(1) + len(above[1].rstrip())
        return
    begin = max(body.rfind("\n", 0, stop) + 1, stop - 60)
    said = body[begin:stop].rstrip(" ,-–(:")
    words = list(WORD.finditer(said))
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        first = words[-count]
        text = said[first.start() :]
        if words[-1].end() == len(said) and not re.search(r"[\d:;]", text):
            yield text, begin + first.start(), begin + len(said)


def _name_only(text: str) -> str:
    """The first words of what stands behind a code, as far as they are written like a name."""
    kept: list[str] = []
    for word in text.split():
        if not (
            word[0].isupper() or gazetteer.fold(word) in ("de", "la", "le", "les", "sur", "en", "lès", "am")
        ):
            break
        kept.append(word)
    return " ".join(kept[:4])


@lru_cache(maxsize=4_096)
def _lands(city: str) -> tuple[str, ...]:
    if gazetteer.fold(city) in NEVER:
        return ()
    return tuple(gazetteer.countries(city))


def _town(text: str) -> bool:
    """Whether a text alone is a town that somebody may mean."""
    if len(text) < 3 or re.search(r"\d", text) or not _lands(text):
        return False
    biggest = max(
        (gazetteer.inhabitants(code, text) or 0 for code in gazetteer.postal_codes(text)), default=0
    )
    return biggest >= SMALL or HOME not in _lands(text) or bool(re.search(r"[ -]", text))


def _city(text: str) -> bool:
    """Whether a French city is meant, however it is spelled."""
    codes = gazetteer.postal_codes(text)
    return bool(codes) and (gazetteer.inhabitants(codes[0], text) or 0) >= CITY


def _candidates(code: str, city: str) -> list[str]:
    """Home if that code serves that town, else the countries that have the town and such codes."""
    digits = code.replace(" ", "")
    if len(digits) == 5 and digits.isdecimal() and gazetteer.serves(digits, city):
        return [HOME]
    return [one for one in _lands(city) if one != HOME and _fit(code, one)]


@lru_cache(maxsize=4_096)
def _fit(code: str, where: str) -> str:
    if where not in SHAPES:
        return ""
    bare = code if where in ("NL", "CZ", "SE", "SK", "GR") else code.replace(" ", "")
    try:
        return postal_code(bare, where) if len(bare.replace(" ", "")) >= 4 else ""
    except PostalCodeInvalid:
        return ""


def _land(body: str, at: int) -> tuple[str, int]:
    """The country named right behind, by its name or its code in brackets, and where it ends."""
    match = LAND.match(body, at)
    if not match:
        return "", at
    name = match[1]
    if len(name) <= 3 and "(" not in match[0] and not name.isupper():
        return "", at
    if len(name) <= 3 and name not in SHAPES and PREFIX_COUNTRIES.get(name) is None:
        return "", at
    for text in (name, re.split(r"[ -]", name)[0]):
        try:
            if found := country_named(text):
                return found, match.start(1) + len(text) + (body[match.start(1) + len(text) :][:1] == ")")
        except Refusal:
            continue
    return "", at


def _code_in(city: str, department: str) -> str:
    """The only postal code of a town in that département."""
    codes = [code for code in gazetteer.postal_codes(city) if code.startswith(department)]
    return codes[0] if len(codes) == 1 else ""
