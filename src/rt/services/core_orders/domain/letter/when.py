"""The days and hours that a letter names, with every reading that they have."""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from string import digits
from typing import NamedTuple

from rt.contracts.core_orders.letters import Confidence
from rt.services.core_orders.domain.conventions import likely
from rt.services.core_orders.domain.letter.finds import Language, Why
from rt.services.core_orders.domain.moments import Clock, DayOrder, MomentUnreadable, hours, spoken

MONTH = (
    r"(?:janv(?:ier)?|f[ée]vr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[ûu]t"
    r"|sept(?:embre)?|oct(?:obre)?"
    r"|nov(?:embre)?|d[ée]c(?:embre)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?"
    r"|may|june?|july?|aug(?:ust)?"
    r"|sep(?:tember)?|october|november|dec(?:ember)?|januar|j[äa]nner|februar|m[äa]rz"
    r"|juni|juli|okt(?:ober)?|dez(?:ember)?)"
)
WEEKDAY = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lun|mer|jeu|ven|sam"
    r"|mon|tue|wed|thu|fri|sat|mo|di|mi"
    r"|do|fr|sa)"
)
DAY = re.compile(
    rf"(?<![\w/.\-+])(?:(?P<weekday>{WEEKDAY})\.?,?[ ]+(?:dem |den |le |the )?)?"
    rf"(?P<day>\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|\d{{1,2}}[ ]?[/.\-][ ]?\d{{1,2}}[ ]?[/.\-][ ]?(?:\d{{4}}|\d{{2}})(?!\d)"
    rf"|\d{{1,2}}(?:er|st|nd|rd|th|\.)?[ ]?(?:of )?{MONTH}\.?,?[ ]?(?:20\d{{2}})?(?![^\W\d_])"
    rf"|{MONTH}\.?[ ]\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ ]20\d{{2}})?(?!\d)"
    rf"|\d{{1,2}}/\d{{1,2}}(?![\d/,]|\.\d|[ ]?(?:cm|mm|m|°|kg|pal))|\d{{1,2}}\.\d{{1,2}}\.(?!\d))",
    re.IGNORECASE,
)
BARE_WEEKDAY = re.compile(
    r"(?<!\w)(lundi|mardi|mercredi|jeudi|vendredi|monday|tuesday|wednesday|thursday|friday"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|demain|tomorrow|aujourd.hui|today|heute)(?!\w)",
    re.IGNORECASE,
)
WEEKDAYS = {
    **dict.fromkeys(("lun", "mon", "mo"), 0),
    **dict.fromkeys(("mar", "tue", "die", "di"), 1),
    **dict.fromkeys(("mer", "wed", "mit", "mi"), 2),
    **dict.fromkeys(("jeu", "thu", "don", "do"), 3),
    **dict.fromkeys(("ven", "fri", "fre", "fr"), 4),
    **dict.fromkeys(("sam", "sat", "sa"), 5),
    **dict.fromkeys(("dim", "sun", "son"), 6),
}
H = r"\d{1,2}(?:[ ]?(?:h|H|:|uhr)[ ]?(?:\d{2})?|[.]\d{2})?(?:[ ]?uhr)?(?:[ ]?[ap]\.?m\.?)?"
SURE = (
    r"\d{1,2}(?:[ ]?(?:[hH]|uhr|Uhr|UHR)(?:[ ]?\d{2})?|:\d{2}|[.]\d{2}[ ]?(?:uhr|Uhr|h))"
    r"(?:[ ]?(?:uhr|Uhr|h))?(?:[ ]?[aApP]\.?[mM]\.?)?|\d{1,2}[ ]?[aApP]\.?[mM](?!\w)|midi|noon|mittag"
)
HOURS = re.compile(
    r"(?<![\w/.,:+\-])(?:(?P<word>pas avant|nicht vor|pas apr[èe]s|not after|n(?:ot|o) later than"
    r"|nicht nach|avant|before|jusqu.[àa]|until|bis|sp[äa]testens|vor"
    r"|au plus tard [àa]?|latest|by"
    r"|[àa] partir de|d[èe]s|from|ab|apr[èe]s|after|not before|entre|between|zwischen"
    r"|von|de|rdv(?: fixe)?(?: [àa])?)"
    rf"[ :]{{1,3}})?"
    rf"(?:(?P<from>{H})[ ]?(?:-|–|—|/|[àa]|au|to|bis|et|and|und|until)[ ]?(?P<until>{SURE})"
    rf"|(?P<only>{SURE}))(?![\w])",
    re.IGNORECASE,
)
NOON_SAID = re.compile(r"(?:[àa]|at|um)[ ]$", re.IGNORECASE)
"""Before a bare word for noon: without it a name may have it, as Le Midi."""
UNTIL_WORDS = (
    "avant",
    "before",
    "jusqu",
    "until",
    "bis",
    "sp",
    "vor",
    "au plus",
    "latest",
    "by",
    "pas apr",
    "not after",
    "not later",
    "no later",
    "nicht nach",
)
NOT_A_CALL = re.compile(
    r"(?:ferm\w*|closed|geschlossen|sauf|except|pause|attente|dur[ée]e|hors)[ :(]{1,3}$", re.IGNORECASE
)
"""Before hours at which nobody is there, or which are no time of day."""
LASTS = re.compile(r"[ ](?:de|of) (?:chargement|d[ée]chargement|livraison|attente|loading|unloading)", re.I)
HALVES = (
    (
        re.compile(r"(?<!\w)(?:matin(?:[ée]e)?|morning|vormittags?|a\.m\.)(?!\w)", re.I),
        Clock(time(8), time(12)),
    ),
    (
        re.compile(r"(?<!\w)(?:apr[èe]s-midi|apr[èe]m|afternoon|nachmittags?)(?!\w)", re.I),
        Clock(time(13), time(18)),
    ),
)
NOT_A_TRIP = re.compile(
    r"confirm|r[ée]pon|factur|valid|devis|[ée]ch[ée]ance|paiement|payment|due\b|rechnung"
    r"|invoice|dated|en date du|date (?:de |d.)?(?:la )?(?:commande|ordre|[ée]mission|cr[ée]ation)|order date"
    r"|bestelldatum|auftragsdatum|n° ?\w* du"
    r"|[ée]dit[ée]|imprim|printed|commande \S{1,20} du|[ée]mis|fait [àa]|reply|answer"
    r"|offer|offre|r[ée]ception de votre"
    r"|tarif.{0,12}du|votre (?:mail|message|demande) du|your (?:mail|message) of|ouvert"
    r"|opening|ferm[ée]|closed",
    re.IGNORECASE,
)
"""A day on such a line is that of a paper or an answer, not of a trip."""
YEAR_SAID = Why("la date est complète", "the date is complete")
YEAR_GUESSED = Why("l'année n'est pas dite : la prochaine fois", "the year is not said: the next time")
PAST = Why("ce jour est passé", "this day is past")
WEEKDAY_FITS = Why("la date et le jour de la semaine s'accordent", "date and day of the week agree")
WEEKDAY_WRONG = Why("ce jour n'est pas ce jour de la semaine", "this date is no such day of the week")
WEEKDAY_ONLY = Why("un jour de la semaine, sans date", "a day of the week, without a date")
FRENCH_ORDER = Why(
    "jour et mois se lisent dans les deux sens ; lu à la française", "day and month can be swapped"
)
BY_OTHERS = Why("lu comme les autres dates du texte", "read as the other dates of the text")
TWO_WAYS = Why("deux lectures : jour d'abord, ou mois d'abord", "two readings: day first, or month first")
HALF_DAY = Why("une demi-journée, sans heure", "half a day, without an hour")


class Day(NamedTuple):
    """A day that the letter names."""

    day: date
    confidence: Confidence
    why: Why
    start: int
    end: int
    others: tuple[date, ...] = ()


class Hours(NamedTuple):
    """Hours that the letter names."""

    clock: Clock
    confidence: Confidence
    why: Why
    start: int
    end: int


def days(body: str, today: date, language: Language) -> list[Day]:
    """Every day of a trip that is named, in order."""
    matches = list(DAY.finditer(body))[:80]
    order = _shown([match["day"] for match in matches], today)
    found = []
    for match in matches:
        line = body[body.rfind("\n", 0, match.start()) + 1 : match.end()][-160:]
        if NOT_A_TRIP.search(line):
            continue
        if day := _day(match, today, language, order):
            found.append(day)
    taken = [(one.start, one.end) for one in found]
    for match in list(BARE_WEEKDAY.finditer(body))[:40]:
        if not any(start <= match.start() < end for start, end in taken):
            found.append(_next(match, today))
    return sorted(found, key=lambda one: one.start)


def hours_in(body: str, start: int, end: int, apart: Sequence[tuple[int, int]]) -> list[Hours]:
    """The hours that a stretch names, outside of its days and telephone numbers."""
    found = []
    for match in HOURS.finditer(body, start, end):
        if any(one < match.end() and match.start() < other for one, other in apart):
            continue
        noon = (match["only"] or "").isalpha() and not NOON_SAID.search(
            body[max(0, match.start() - 4) : match.start()]
        )
        if noon and not match["word"]:
            continue
        if NOT_A_CALL.search(body[max(0, match.start() - 20) : match.start()]) or LASTS.match(
            body, match.end()
        ):
            continue
        if (clock := _clock(match)) is not None:
            found.append(
                Hours(clock, "high", Why("l'heure est dite", "the hour is said"), match.start(), match.end())
            )
    if not found:
        for shape, clock in HALVES:
            if half := shape.search(body, start, end):
                found.append(Hours(clock, "guess", HALF_DAY, half.start(), half.end()))
                break
    return found


def _clock(match: re.Match[str]) -> Clock | None:
    word = (match["word"] or "").casefold()
    try:
        if match["until"]:
            first, last = match["from"], match["until"]
            span = hours(f"{_spelled(first)} - {_spelled(last)}")
            if span.start and span.end and span.end < span.start and re.search(r"p\.?m", last, re.I):
                return span._replace(start=hours(f"{_spelled(first)} am").start)
            return span
        only = hours(_spelled(match["only"])).start
    except MomentUnreadable:
        return None
    if word.startswith(UNTIL_WORDS):
        return Clock(None, only)
    return Clock(only, None)


def _spelled(text: str) -> str:
    plain = re.sub(r"\s*uhr", "h", text.strip(), flags=re.IGNORECASE)
    return re.sub(r"^(\d{1,2})[.:](\d{2})h$", r"\1:\2", re.sub(r"^(\d{1,2})h(\d{2})h$", r"\1h\2", plain))


def _shown(texts: Sequence[str], today: date) -> DayOrder | None:
    """How the letter's own dates are written, as far as one of them shows it."""
    shown: set[DayOrder] = set()
    for text in texts:
        try:
            said = spoken(_with_year(text, today))
        except MomentUnreadable:
            continue
        if said.dated and said.day_first != said.month_first and len(said.days()) == 1:
            shown.add("day_first" if said.day_first else "month_first")
    return shown.pop() if len(shown) == 1 else None


def _with_year(text: str, today: date) -> str:
    plain = re.sub(r"\bof\b", " ", " ".join(text.split()), flags=re.IGNORECASE).strip(" ,.")
    if re.search(r"\d{4}|\d{1,2}[ ]?[/.\-][ ]?\d{1,2}[ ]?[/.\-][ ]?\d{2}$", plain):
        return plain
    if re.fullmatch(r"\d{1,2}[/.]\d{1,2}", plain):
        return f"{plain}{plain.strip('0123456789')}{today.year}"
    return (
        f"{plain} {today.year}"
        if plain[0] in digits
        else re.sub(r"(st|nd|rd|th)$", "", plain) + f", {today.year}"
    )


def _ahead(day: date, today: date) -> date:
    """The same day of the year where a trip is planned: not long past."""
    if (today - day).days <= 30:
        return day
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day


def _day(match: re.Match[str], today: date, language: Language, order: DayOrder | None) -> Day | None:
    text = match["day"]
    whole = _with_year(text, today)
    yearless = whole != re.sub(r"\bof\b", " ", " ".join(text.split()), flags=re.IGNORECASE).strip(" ,.")
    try:
        said = spoken(whole)
    except MomentUnreadable:
        return None
    first, second = said.day_first, said.month_first
    if yearless:
        first, second = (day and _ahead(day, today) for day in (first, second))
    readings = [day for day in dict.fromkeys((first, second)) if day is not None and likely(day, today)]
    if not readings:
        return None
    place = match.start(), match.end()
    weekday = WEEKDAYS.get(match["weekday"].casefold()[:3].rstrip(".")) if match["weekday"] else None
    if weekday is not None:
        fitting = [day for day in readings if day.weekday() == weekday]
        if len(fitting) == 1 and fitting[0] < today:
            return Day(fitting[0], "guess", PAST, *place)
        if len(fitting) == 1:
            return Day(fitting[0], "high", WEEKDAY_FITS, *place)
        return Day(readings[0], "guess", WEEKDAY_WRONG, *place, tuple(readings[1:]))
    if len(readings) == 1:
        both = first != second and len({day for day in (said.day_first, said.month_first) if day}) > 1
        if readings[0] < today:
            return Day(readings[0], "guess", PAST, *place)
        if yearless:
            return Day(readings[0], "likely", YEAR_GUESSED, *place)
        return Day(readings[0], "likely" if both else "high", YEAR_SAID, *place)
    chosen = second if order == "month_first" else first
    other = tuple(day for day in readings if day != chosen)
    if chosen is None or chosen not in readings:
        return Day(readings[0], "guess", TWO_WAYS, *place, tuple(readings[1:]))
    if order:
        return Day(chosen, "likely", BY_OTHERS, *place, other)
    if language != "en":
        return Day(chosen, "likely", FRENCH_ORDER, *place, other)
    return Day(chosen, "guess", TWO_WAYS, *place, other)


def _next(match: re.Match[str], today: date) -> Day:
    word = match[1].casefold()
    ahead = {"demain": 1, "tomorrow": 1, "today": 0, "heute": 0}.get(word)
    if word.startswith("aujourd"):
        ahead = 0
    if ahead is None:
        ahead = (WEEKDAYS[word[:3]] - today.weekday()) % 7
    return Day(today + timedelta(days=ahead), "guess", WEEKDAY_ONLY, match.start(), match.end())
