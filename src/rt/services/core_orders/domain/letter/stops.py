"""What a letter says of one stop: its address, whom to call there, when."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from string import digits

from rt.contracts.core_orders.letters import Confidence
from rt.services.core_orders.domain.letter.calls import Call
from rt.services.core_orders.domain.letter.finds import RANK, Find, Why, best
from rt.services.core_orders.domain.letter.sections import FILLER, MARKS
from rt.services.core_orders.domain.letter.terms import mails, people, phones
from rt.services.core_orders.domain.letter.when import Day, Hours, hours_in
from rt.services.core_orders.domain.moments import END_OF_DAY
from rt.trade.gazetteer import fold
from rt.trade.zones import PARIS, HourSkipped, instant_told

STREET = re.compile(
    r"(?:\d{1,4}[ ]?(?:bis|ter|quater|[a-dA-D])?(?:[-/]\d{1,4})?[ ]?,?[ ]?(?:rue|av\.?"
    r"|avenue|bd|boulevard|bld|chemin|ch\.|route|rte|impasse|all[ée]es?|place|pl\.|quai"
    r"|cours|voie|square|passage|sentier|faubourg|mont[ée]e|promenade|esplanade)(?!\w)"
    r"|^(?:rue|avenue|boulevard|chemin|route|impasse|all[ée]e|z\.?i\.?|z\.?a\.?c?\.?"
    r"|zone (?:industrielle|artisanale|d.activit)|parc (?:d.activit|industriel|logistique)"
    r"|quai de|port de|lieu[- ]dit)(?!\w)"
    r"|\w(?:stra(?:ß|ss)e|str\.|weg|allee|platz|ring|damm|ufer|gasse)[ ]?\d{1,4}|^(?:am"
    r"|an der|auf der|im|zum|zur)[ ]\w+[ ]\d{1,4}\w?$|(?:laan|straat|weg|kade)[ ]\d{1,4}"
    r"|^\d{1,5}[a-z]?[ ](?:[\w'.]+[ ]){1,4}(?:street|st\.?|road|rd\.?|lane|way|drive"
    r"|avenue|close|park|estate)\b|^unit[ ]\d+|^(?:via|viale|calle|pol\.?|pol[ií]gono)["
    r" ])",
    re.IGNORECASE,
)
NUMBERED_STREET = (
    r"[ ]?(?:bis|ter)?,?[ ](?:rue|av|bd|bld|boulevard|chemin|route|rte|impasse|all[ée]e|place|quai|cours)"
)
CUT = re.compile(r"\n|[,;|\t]|[ ][-–/][ ]|[ ]{3,}")
LEADING = re.compile(
    r"^[\s:=\-*•·>.)(]{0,4}?(?:(?:lieu|adresse|address|anschrift|soci[ée]t[ée]|nom|site"
    r"|name|firma|company|place|usine|ort|point|at|chez|bei|from|[àa]|in|to|le site|l.usine"
    r"|nos?|notre entrep[ôo]t|votre)"
    r"(?:[ ]{0,2}(?:de |du |d.|of )?(?:chargement|livraison|enl[èe]vement|loading|delivery"
    r"|pickup)?)[ ]{0,2}(?::|(?<=chez)[ ]|(?<=bei)[ ]|(?<=at)[ ])[ ]{0,2}|[\s:=\-*•·>]{1,12})",
    re.IGNORECASE,
)
CHEZ = re.compile(
    r"(?<!\w)(?:chez|at|bei|c/o|soci[ée]t[ée]|firma|ste|sté)[ ]:?[ ]?([A-ZÀ-Ý0-9][\w&'’.\-]*"
    r"(?:[ ](?!\d{4})(?:[A-ZÀ-Ý0-9&][\w&'’.\-]*|de|du|des|la|et|&)){0,4})"
)
NOT_A_NAME = re.compile(
    r"^(?:hall|halle|tor|gate|quai|porte|b[âa]t\.?|b[âa]timent|building|le|la|du|on|am"
    r"|um|ab|at|date|dates|heures?|horaires?|cr[ée]neau|rdv|rendez|contact|t[ée]l|tel"
    r"|phone|fax|r[ée]f|ref|cp|ville|city|mail|e-?mail|jour|day|datum|uhrzeit|avant|apr[èe]s"
    r"|before|after|entre|between|de|d[èe]s|from|to|au|aux|[àa]|bis|et|and|und|demain"
    r"|tomorrow|matin|n°|possible|urgent|palettes?|merci|please|pour|for|sur|by|lieu"
    r"|adresse|address|pays|country|code|france)(?!\w)"
    r"|\d{1,2}[/.:hH]\d{0,2}|palettes?|pallets?|\bkg\b|\d[ ]?t\b|@|https?:|lundi|mardi"
    r"|mercredi|jeudi|vendredi|monday|tuesday|wednesday|thursday|friday|montag|dienstag"
    r"|mittwoch|donnerstag|freitag",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"[ ]{0,2}(?:au|to|bis|until|-|–|et|and|und|ou|or|jusqu.au|bis zum|et le|and the)["
    r" ]{0,2}(?:the |le |dem |den |zum )?$",
    re.IGNORECASE,
)
WHOLE_DAY = Why("le jour est dit, sans heure : toute la journée", "the day is said, no hour: all day")
BY_ELIMINATION = Why("l'autre bout du trajet, par élimination", "the other end of the trip, by elimination")
BY_ORDER = Why(
    "rien ne dit lequel est le départ : le premier nommé", "nothing says which is the start: the first named"
)
BEFORE_TOWN = Why("le nom écrit au-dessus de l'adresse", "the name written above the address")
NO_NAME = Why("aucun nom n'est dit : la ville", "no name is said: the town")
STREET_SEEN = Why("une rue au-dessus de la ville", "a street above the town")


def of_call(body: str, call: Call, number: int, days: Sequence[Day]) -> list[Find]:
    """What is said of one stop."""
    path, spot = f"stops.{number}", call.spot
    base = spot.confidence
    why = spot.why
    if not call.marked:
        base, why = "guess", BY_ORDER if number == 0 else BY_ELIMINATION
    found = [Find(f"{path}.site.address.city", spot.city, base, why, *spot.city_at)]
    if spot.code:
        found.append(Find(f"{path}.site.address.postal_code", spot.code, base, why, *spot.code_at))
    found.append(Find(f"{path}.site.address.country", spot.country, base, why, *spot.city_at, spot.lands))
    found += _address(body, call, path, base)
    found += _people(body, call, path)
    found += _moments(body, call, path, days)
    return found


def _address(body: str, call: Call, path: str, base: Confidence) -> Iterator[Find]:
    start = next((begin for begin, end in call.stretches if begin <= call.spot.start < end), call.spot.start)
    pieces = list(_pieces(body, max(start, call.spot.start - 300), call.spot.start))
    street = next((one for one in reversed(pieces) if STREET.search(one[0])), None)
    if street is None:
        line = body.find("\n", call.spot.end)
        behind = list(_pieces(body, call.spot.end, line if line >= 0 else len(body)))
        street = next((one for one in behind if STREET.search(one[0]) and len(one[0]) > 5), None)
    if street:
        text, at = street
        if (number := STREET.search(text)) and number[0][0] in digits:
            text, at = text[number.start() :], at + number.start()
        sure: Confidence = base if RANK[base] < 2 or re.search(r"\d", text) else "likely"
        yield Find(f"{path}.site.address.street", text[:200], sure, STREET_SEEN, at, at + len(text))
    named = [one for one in pieces if (not street or one[1] < street[1]) and _names(one[0])]
    chez = next(
        (
            m
            for begin, end in call.stretches
            for m in CHEZ.finditer(body, begin, end)
            if _names(m[1]) and fold(m[1]) != fold(call.spot.city)
        ),
        None,
    )
    if chez:
        yield Find(
            f"{path}.site.name", chez[1].strip(" .-")[:120], "likely", BEFORE_TOWN, chez.start(1), chez.end(1)
        )
    elif named:
        text, at = named[0]
        yield Find(
            f"{path}.site.name",
            text[:120],
            "likely" if call.marked else "guess",
            BEFORE_TOWN,
            at,
            at + len(text),
        )
    else:
        yield Find(f"{path}.site.name", call.spot.city, "guess", NO_NAME, *call.spot.city_at)


def _names(text: str) -> bool:
    return (
        1 < len(text) <= 80
        and bool(re.search(r"[^\W\d_]{2}", text))
        and not NOT_A_NAME.search(text)
        and text[0] not in "(["
        and (text[0].isupper() or text[0] in digits)
    )


def _pieces(body: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """What stands between commas, dashes and line ends, without the words that lead it in."""
    at = start
    for cut in [*CUT.finditer(body, start, end), None]:
        stop = cut.start() if cut else end
        text, where = body[at:stop], at
        at = cut.end() if cut else end
        for _ in range(3):
            before = text
            for _part, shape in MARKS:
                if mark := re.match(
                    rf"^[\s\-*•·#>\d.)(]{{0,8}}{FILLER}?{shape.pattern}(?:[ ]{{0,2}}(?:n°)?[ ]?\d{{1,2}}"
                    rf"(?!\d|{NUMBERED_STREET}))?"
                    r"[ ]{0,2}(?:chez|at|bei|adresse|address|place|site)?[ ]{0,2}[:=\-–]?",
                    text,
                    re.IGNORECASE,
                ):
                    where, text = where + mark.end(), text[mark.end() :]
            if lead := LEADING.match(text):
                where, text = where + lead.end(), text[lead.end() :]
            if item := re.match(r"[ \t]{0,4}\(?\d{1,2}[).°]-?[ ]", text):
                where, text = where + item.end(), text[item.end() :]
            if text == before:
                break
        stripped = text.lstrip(" \t:.-–*•>")
        where += len(text) - len(stripped)
        if stripped := stripped.rstrip(" \t.:-–("):
            yield stripped, where


def _people(body: str, call: Call, path: str) -> Iterator[Find]:
    for field, read in (("name", people), ("phone", phones), ("email", mails)):
        found = [one for begin, end in call.stretches for one in read(body, begin, end)]
        if one := best(found):
            yield one._replace(field=f"{path}.site.contact.{field}").at_most(
                "high" if call.marked and RANK[call.spot.confidence] == 2 and field != "name" else "likely",
                Why("dit près de ce lieu", "said near this place"),
            )


def _moments(body: str, call: Call, path: str, days: Sequence[Day]) -> Iterator[Find]:
    inside = sorted(
        (day for begin, end in call.stretches for day in days if begin <= day.start < end),
        key=lambda one: one.start,
    )
    firm = [day for day in inside if day.confidence != "guess" or day.others] or inside
    if not firm:
        return
    first, last = firm[0], firm[0]
    if len(firm) > 1 and firm[1].day > first.day and SPAN.fullmatch(body[first.end : firm[1].start]):
        last = firm[1]
    rivals = tuple(dict.fromkeys(day.day for day in firm if day.day not in (first.day, last.day)))
    apart = [(day.start, day.end) for day in days]
    apart += [(one.start, one.end) for begin, end in call.stretches for one in phones(body, begin, end)]
    apart.append((call.spot.start, call.spot.end))
    hours = [one for begin, end in call.stretches for one in hours_in(body, begin, end, apart)]
    yield from _window(path, first, last, rivals, _joined(hours), call)


def _joined(hours: Sequence[Hours]) -> Hours | None:
    """The hours of a stop: one span, or a from and an until said apart."""
    if not hours:
        return None
    first = next((one for one in hours if one.clock.start and one.clock.end), hours[0])
    if first.clock.start and first.clock.end:
        others = [one for one in hours if one.clock != first.clock]
        return (
            first
            if not others
            else first._replace(
                confidence="likely", why=Why("plusieurs heures sont dites", "several hours are said")
            )
        )
    start = next((one for one in hours if one.clock.start), None)
    end = next((one for one in hours if one.clock.end), None)
    if start and end and end.clock.end and start.clock.start and start.clock.start < end.clock.end:
        return start._replace(clock=start.clock._replace(end=end.clock.end), confidence="likely")
    return first if len(hours) == 1 else first._replace(confidence="likely")


def _window(
    path: str, first: Day, last: Day, rivals: tuple[date, ...], hours: Hours | None, call: Call
) -> Iterator[Find]:
    weakest = _weaker(first.confidence, last.confidence)
    if not call.marked or rivals:
        weakest = _weaker(weakest, "likely" if call.marked else "guess")
    begin, finish = (hours.clock.start, hours.clock.end) if hours else (None, None)
    sure = (
        weakest
        if hours and hours.confidence == "high"
        else _weaker(weakest, hours.confidence if hours else "likely")
    )
    why = first.why if RANK[weakest] < 2 else hours.why if hours else WHOLE_DAY
    if begin and finish and first is last and finish < begin:
        last = last._replace(day=last.day + timedelta(days=1), others=())
    spans = [
        ("from_at", first, begin or (time() if not (finish and first is last) else None)),
        ("until_at", last, finish or (END_OF_DAY if not begin else None)),
    ]
    for field, day, clock in spans:
        if clock is None:
            continue
        if value := _said(day.day, clock):
            others = tuple(text for other in (*day.others, *rivals) if (text := _said(other, clock)))[:4]
            yield Find(f"{path}.{field}", value, sure, why, day.start, day.end, others)


def _said(day: date, clock: time) -> str:
    try:
        return instant_told(day, clock, PARIS).isoformat()
    except HourSkipped:
        return ""


def _weaker(one: Confidence, other: Confidence) -> Confidence:
    return one if RANK[one] <= RANK[other] else other
