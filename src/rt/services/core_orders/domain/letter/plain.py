"""A letter as plain text, and which stretches of it are not the letter: quotes, signatures, disclaimers."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from rt.contracts.core_orders.letters import LETTER_SIGNS, LeftOut, ReadPart
from rt.kernel.core.errors import Invalid

HTML = re.compile(r"<(?:html|body|table|div|br|p)\b[^>]{0,200}>", re.IGNORECASE)
BREAKING = {"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "ul", "ol", "hr", "blockquote"}
UNSEEN = {"script", "style", "head", "title", "template"}
SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
"""Zero-width signs and those that turn the direction of writing: what is seen is what is read."""
QUOTE_MARK = re.compile(r"[ \t]{0,3}(?:>|\|[ \t]?>)")
QUOTE_BEGINS = re.compile(
    r"[ \t>]*(?:-{2,}[ \t]*(?:message d.origine|original message|urspr.ngliche nachricht|original-nachricht)"
    r"|(?:le|on|am)\b.{5,150}(?:a [ée]crit|wrote|schrieb.{0,80})[ \t]*:[ \t]*$)",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"[ \t>]*-{0,20}[ \t]*(?:message transf[ée]r[ée]|forwarded message|begin forwarded|d[ée]but du message"
    r" (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])|weitergeleitete nachricht|anfang der weitergeleiteten)",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"[ \t>*]*(?:de|from|von|envoy[ée](?: le)?|sent|gesendet|date|datum|[àa]|to|an|cc|objet|subject|betreff)"
    r"[ \t*]{0,3}:[ \t*]*\S",
    re.IGNORECASE,
)
HEADER_BEGINS = re.compile(r"[ \t>*]*(?:de|from|von)[ \t*]{0,3}:.{0,200}(?:@|\[mailto|\S)", re.IGNORECASE)
HEADER_NEXT = re.compile(
    r"[ \t>*]*(?:envoy[ée](?: le)?|sent|gesendet|date|datum|[àa]|to|an|cc|objet|subject|betreff)[ \t*]{0,3}:",
    re.IGNORECASE,
)
VALEDICTION = re.compile(
    r"[ \t]*(?:bien )?(?:cordialement|cdlt|cdt|salutations|sinc[èe]res salutations|bien [àa] (?:vous|toi)"
    r"|bonne (?:journ[ée]e|r[ée]ception|soir[ée]e)|(?:best|kind|warm) regards|regards|many thanks"
    r"|thanks and regards|sincerely|yours (?:faithfully|sincerely)|cheers|mit freundlichen gr[üu](?:ß|ss)en"
    r"|mit freundlichem gru(?:ß|ss)|freundliche gr[üu](?:ß|ss)e|viele gr[üu](?:ß|ss)e|mfg|vg"
    r"|(?:veuillez|nous vous prions|je vous prie).{0,80}(?:salutations|sentiments|consid[ée]ration).{0,40})"
    r"[ \t,.!]*$",
    re.IGNORECASE,
)
DASHES = re.compile(r"-- ?$")
DISCLAIMER = re.compile(
    r"confidentiel|confidential|destinataire (?:exclusif|pr[ée]vu)|pi[èe]ces? jointes? (?:peuvent|est|sont)"
    r"|this e-?mail (?:and|is|may)|intended (?:solely|only)|privileged|diese e-?mail"
    r" (?:enth|ist|kann)|vertraulich"
    r"|pensez [àa] l.environnement|avant d.imprimer|before printing|n.imprimez|unsubscribe|se d[ée]sabonner"
    r"|sans virus|virus-free|R\.?C\.?S\.? |au capital de|conditions g[ée]n[ée]rales"
    r"|allgemeine.{0,20}bedingungen"
    r"|terms and conditions|ADSp|Handelsregister|Gesch[äa]ftsf[üu]hrer",
    re.IGNORECASE,
)
SUBSTANCE = re.compile(
    r"enl[èe]v|charge|ramasse|livr|d[ée]part|pickup|pick-up|collect|load|deliver|abhol"
    r"|lade|lief|palett?|pallet"
    r"|\b\d{5}\b",
    re.IGNORECASE,
)
MOST_HEADERS = 20
ENOUGH = 2
"""Different words of substance from which a text is an order and not only a note about one."""


class LetterTooLong(Invalid):
    fr = "Le texte a plus de {most} caractères. Gardez la commande seule."
    en = "The text has more than {most} characters. Keep the order alone."


class Line(NamedTuple):
    """A line of the letter with its place in it."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Apart(NamedTuple):
    """A stretch that is not the letter itself."""

    start: int
    end: int
    why: LeftOut

    def view(self) -> ReadPart:
        return ReadPart(start=self.start, end=self.end, why=self.why)


class Letter(NamedTuple):
    """The text as people see it; the same with all that is not the letter blanked; what was blanked."""

    text: str
    body: str
    apart: list[Apart]


def letter(raw: str) -> Letter:
    """Every sign of `body` stands where it stands in `text`. Raises LetterTooLong."""
    text = cleaned(raw)
    if len(text) > LETTER_SIGNS:
        raise LetterTooLong(field="content", most=LETTER_SIGNS)
    apart = _apart(lines(text), text)
    pieces, at = [], 0
    for one in apart:
        begin, end = max(one.start, at), max(one.end, at)
        pieces += [text[at:begin], re.sub(r"[^\n]", " ", text[begin:end])]
        at = end
    return Letter(text, "".join([*pieces, text[at:]]), apart)


def cleaned(raw: str) -> str:
    """Text without mark-up, control characters and signs that are not seen; lines end in one way."""
    if len(raw) > 4 * LETTER_SIGNS:
        raise LetterTooLong(field="content", most=LETTER_SIGNS)
    if HTML.search(raw):
        raw = _unmarked(raw)
    text = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")
    text = HIDDEN.sub("", SPACES.sub(" ", text)).replace("\f", "\n").replace("\v", "\n")
    kept = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign)[0] != "C")
    shorter = re.sub(r"[ ]{40,}", " " * 40, re.sub(r"\n{4,}", "\n\n\n", kept))
    return "\n".join(line.rstrip() for line in shorter.split("\n")).strip("\n")


def lines(text: str) -> list[Line]:
    found, at = [], 0
    for line in text.split("\n"):
        found.append(Line(at, line))
        at += len(line) + 1
    return found


class _Seen(HTMLParser):
    """Gathers what a browser would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        if tag in BREAKING:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN and self._unseen:
            self._unseen -= 1
        if tag in ("p", "tr", "table"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))


def _unmarked(raw: str) -> str:
    seen = _Seen()
    try:
        seen.feed(raw)
        seen.close()
    except AssertionError:  # of declarations that are none
        return re.sub(r"<[^<>]{0,500}>", " ", raw)
    shown = "".join(seen.parts)
    return "\n".join(line.strip(" ") for line in re.sub(r"\n[\t ]*\t", "\n", shown).split("\n"))


def _apart(all_lines: Sequence[Line], text: str) -> list[Apart]:
    found: list[Apart] = []
    at = 0
    while at < len(all_lines) and len(found) < MOST_HEADERS:
        line = all_lines[at]
        if QUOTE_BEGINS.match(line.text) and _substance(all_lines[:at], found):
            found.append(Apart(line.start, len(text), "quoted"))
            break
        if (count := _headers(all_lines, at)) or FORWARDED.match(line.text) or QUOTE_BEGINS.match(line.text):
            if count and at > 0 and not _forwarded(all_lines, at) and _substance(all_lines[:at], found):
                found.append(Apart(line.start, len(text), "quoted"))
                break
            last = all_lines[at + max(count, 1) - 1]
            found.append(Apart(line.start, last.end, "header"))
            at += max(count, 1)
            continue
        at += 1
    found += _quoted_lines(all_lines, found)
    found += _signatures(all_lines, found)
    found += _disclaimers(all_lines, found)
    return sorted(found)


def _headers(all_lines: Sequence[Line], at: int) -> int:
    """How many lines of a mail's header begin there: From, then at least one that only a header has."""
    if not HEADER_BEGINS.match(all_lines[at].text):
        return 0
    end = at + 1
    while end < min(len(all_lines), at + 8) and HEADER.match(all_lines[end].text):
        end += 1
    return end - at if any(HEADER_NEXT.match(one.text) for one in all_lines[at + 1 : end]) else 0


def _forwarded(all_lines: Sequence[Line], at: int) -> bool:
    return any(FORWARDED.match(one.text) for one in all_lines[max(0, at - 3) : at])


def _inside(apart: Sequence[Apart]) -> Callable[[int], bool]:
    """Whether a place of the text lies in one of these stretches, which do not overlap."""
    ordered = sorted(apart)
    starts = [one.start for one in ordered]

    def inside(place: int) -> bool:
        number = bisect_right(starts, place) - 1
        return number >= 0 and place < max(ordered[number].end, ordered[number].start + 1)

    return inside


def _outside(some: Sequence[Line], apart: Sequence[Apart]) -> Iterator[Line]:
    inside = _inside(apart)
    return (one for one in some if not inside(one.start))


def _substance(some: Sequence[Line], apart: Sequence[Apart]) -> bool:
    """Whether these lines speak of a transport, rather than pass on what somebody else wrote of one."""
    words = {
        match[0].casefold()[:4]
        for line in _outside(some, apart)
        if not QUOTE_MARK.match(line.text)
        for match in SUBSTANCE.finditer(line.text[:2_000])
    }
    return len(words) > ENOUGH or (len(words) == ENOUGH and any(word.isdecimal() for word in words))


def _quoted_lines(all_lines: Sequence[Line], apart: Sequence[Apart]) -> list[Apart]:
    """Lines behind ">" if the others are a letter of their own; else the mark alone is none of it."""
    quoted = [line for line in _outside(all_lines, apart) if QUOTE_MARK.match(line.text)]
    if not quoted:
        return []
    if _substance([line for line in all_lines if not QUOTE_MARK.match(line.text)], apart):
        return [Apart(line.start, line.end, "quoted") for line in quoted]
    marks = [(line, re.match(r"[ \t>|]+", line.text)) for line in quoted]
    return [Apart(line.start, line.start + mark.end(), "quoted") for line, mark in marks if mark]


def _signatures(all_lines: Sequence[Line], apart: Sequence[Apart]) -> list[Apart]:
    """From the valediction on, until a header begins; not if the order itself stands behind it."""
    found: list[Apart] = []
    stops = sorted(one.start for one in apart if one.why in ("header", "quoted") and one.end - one.start > 8)
    inside = _inside(apart)
    for place, line in enumerate(all_lines):
        if inside(line.start) or (found and line.start < found[-1].end):
            continue
        if not (VALEDICTION.match(line.text[:200]) or DASHES.fullmatch(line.text)):
            continue
        end = next((stop for stop in stops if stop > line.start), all_lines[-1].end)
        behind = [one for one in all_lines[place + 1 :] if one.start < end]
        if not _substance(behind, apart) or _substance(all_lines[:place], [*apart, *found]):
            found.append(Apart(line.start, end, "signature"))
        else:
            break
    return found


def _disclaimers(all_lines: Sequence[Line], apart: Sequence[Apart]) -> list[Apart]:
    return [
        Apart(line.start, line.end, "disclaimer")
        for line in _outside(all_lines, apart)
        if DISCLAIMER.search(line.text[:2_000])
    ]
