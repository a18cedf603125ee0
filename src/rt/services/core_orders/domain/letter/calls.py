"""The calls of a truck that a letter names: which side each is, its place, and the text that speaks of it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rt.services.core_orders.domain.asking import Side
from rt.services.core_orders.domain.letter.sections import Section
from rt.services.core_orders.domain.letter.where import Spot, towns
from rt.trade.gazetteer import fold

STILL_OF_STOP = re.compile(
    r"[ \t\-*•·]{0,6}(?:date|heures?|horaires?|cr[ée]neau|contact|t[ée]l|tel|phone|rdv"
    r"|rendez|le \d|on \d|jour|day|time|datum|uhrzeit|ansprechpartner|kontakt|quai|adresse"
    r"|address"
    r"|ville|cp|code postal|city|town|plz|ort|lun|mar|mer|jeu|ven|\d{1,2}[/.]\d|\d{5}|\(?\d[).] )",
    re.IGNORECASE,
)
ITEM = re.compile(r"[ \t]{0,6}(?:\(?\d{1,2}[).°]|[-*•·])[ \t]")
TOWARDS = re.compile(r"->|=>|→|>|/| à | to | nach | vers ")
ARROW = re.compile(
    r"[ ]{0,3}(?:->|-->|=>|→|>|»|/|vers|[àa]|to|nach|pour|-|–|bis)[ ]{1,3}(?:chez [^\n]{1,30}["
    r" ][àa] )?|[ ]{0,3}(?:->|=>|→|>)[ ]{0,3}",
    re.IGNORECASE,
)


class Call(NamedTuple):
    """One stop: its side, its place, and the stretches of text that speak of it."""

    side: Side
    spot: Spot
    stretches: list[tuple[int, int]]
    marked: bool = True


def calls(body: str, start: int, end: int, parts: Sequence[Section], spots: Sequence[Spot]) -> list[Call]:
    """The stops of a stretch, in the order in which it names them."""
    found: list[Call] = []
    loose: dict[str, list[tuple[int, int]]] = {"pickup": [], "delivery": []}
    for section in parts:
        side = section.part
        if side not in ("pickup", "delivery"):
            continue
        inside = [spot for spot in spots if section.start <= spot.start < section.end]
        if not inside:
            inside = _towns(body, section)
        if not inside:
            stretch = (section.start, _stop_end(body, section.begin, section.end))
            own = [call for call in found if call.side == side]
            (own[-1].stretches if own else loose[side]).append(stretch)
            continue
        edges = [section.start, *[_address_begins(body, spot, section) for spot in inside[1:]], section.end]
        for place, spot in enumerate(inside):
            stretch = (edges[place], _stop_end(body, max(spot.end, edges[place]), edges[place + 1]))
            same = next((call for call in found if call.side == side and _same(call.spot, spot)), None)
            if same:
                same.stretches.append(stretch)
            else:
                found.append(Call(side, spot, [stretch]))
    for kind, stretches in loose.items():
        own = [call for call in found if call.side == kind]
        if own:
            own[0].stretches.extend(stretches)
    return _both_ends(_other_end(body, start, end, found, spots, parts, loose))


def _both_ends(found: list[Call]) -> list[Call]:
    """Where several places stand on one side and none on the other, nothing tells which word was missed."""
    if len(found) < 2 or len({call.side for call in found}) > 1:
        return found
    *first, last = (call._replace(marked=False) for call in sorted(found, key=lambda one: one.spot.start))
    return [*(call._replace(side="pickup") for call in first), last._replace(side="delivery")]


def _towns(body: str, section: Section) -> list[Spot]:
    """The town that follows the word: on its line or on the next ones if it heads them."""
    reach = min(section.end, section.begin + (200 if section.heading else 90))
    if not section.heading:
        stop = body.find("\n", section.begin)
        reach = min(reach, stop if stop >= 0 else reach)
    found = list(towns(body, section.begin, reach))
    return (
        found[:1] or list(towns(body, section.begin, min(reach, section.begin + 25), small_letters=True))[:1]
    )


def _same(one: Spot, other: Spot) -> bool:
    if fold(one.city) != fold(other.city):
        return False
    return not one.code or not other.code or one.code[:2] == other.code[:2]


def _other_end(
    body: str,
    start: int,
    end: int,
    found: list[Call],
    spots: Sequence[Spot],
    parts: Sequence[Section],
    loose: dict[str, list[tuple[int, int]]],
) -> list[Call]:
    """Stops that no word marks: from one town to another, or what is left when one end is known."""
    sides = {call.side for call in found}
    if sides == {"pickup", "delivery"}:
        return found
    barred = [part for part in parts if part.part in ("other", "goods")]
    known = [call.spot for call in found]
    free = [
        spot
        for spot in (spots or list(towns(body, start, min(end, start + 600))))
        if not any(_same(spot, one) for one in known)
        and not any(part.start <= spot.start < part.end for part in barred)
    ]
    if not sides:
        route = list(_route(body, start, end)) or [(spot, False) for spot in _ends(free)]
        if len(route) == 2:
            (first, marked), (last, _) = route
            behind = (last.start, _stop_end(body, last.end, end))
            once = not any(loose.values())
            return [
                Call("pickup", first, loose["pickup"] or ([behind] if once else []), marked),
                Call("delivery", last, loose["delivery"], marked),
            ]
        return found
    if not free:
        return found
    if "pickup" in sides:
        spot = free[-1]
        return [
            *found,
            Call(
                "delivery", spot, loose["delivery"] or [(spot.start, _stop_end(body, spot.end, end))], False
            ),
        ]
    spot = free[0]
    return [Call("pickup", spot, loose["pickup"] or [(spot.start, spot.end)], False), *found]


def _ends(free: Sequence[Spot]) -> list[Spot]:
    return [free[0], free[-1]] if len(free) > 1 and not _same(free[0], free[-1]) else []


def _route(body: str, start: int, end: int) -> Iterator[tuple[Spot, bool]]:
    """ "de Lyon à Paris", "Lyon > Paris": the first two towns of a line with such a sign between them."""
    seen = list(towns(body, start, end, small_letters=True))
    for one, other in pairwise(seen):
        if ARROW.fullmatch(body[one.end : other.start]):
            yield one, True
            yield other, True
            return


def routes(body: str, start: int, end: int) -> list[tuple[int, int]]:
    """Lines that each name a whole trip: each is an order of its own."""
    found = []
    at = start
    while at < end:
        stop = body.find("\n", at, end)
        stop = stop if stop >= 0 else end
        line = body[at:stop]
        if TOWARDS.search(line) and re.search(r"\d", line) and list(_route(body, at, stop)):
            found.append((at, stop))
        at = stop + 1
    return found if len(found) > 1 else []


def _address_begins(body: str, spot: Spot, section: Section) -> int:
    """Where the address of a further place in the same section begins: at its item, or after a blank line."""
    at = body.rfind("\n", section.start, spot.start) + 1 or section.start
    for _ in range(4):
        before = body.rfind("\n", section.start, max(at - 1, section.start)) + 1
        if (
            at <= section.begin
            or ITEM.match(body, at)
            or before < section.begin
            or not body[before : at - 1].strip()
        ):
            break
        if re.search(r"(?<!\d)\d{5}(?!\d)", body[before : at - 1]):
            break
        at = before
    return max(at, section.begin)


def _stop_end(body: str, at: int, end: int) -> int:
    """Up to the blank line behind which something else is spoken of."""
    while True:
        blank = re.compile(r"\n[ \t]*\n").search(body, at, end)
        if not blank:
            return end
        if not STILL_OF_STOP.match(body, blank.end()):
            return blank.start()
        at = blank.end()
