"""A letter, a mail or a PDF read as the order that it asks for: by rules, with how sure each field is."""

import re
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import msgspec

from rt.contracts.core_orders.letters import MOST_IN_ONE, LetterRead, ReadPart
from rt.services.core_orders.domain.letter.calls import calls, routes
from rt.services.core_orders.domain.letter.finds import Why, language
from rt.services.core_orders.domain.letter.lacks import lacks
from rt.services.core_orders.domain.letter.order import order_finds
from rt.services.core_orders.domain.letter.paper import paper
from rt.services.core_orders.domain.letter.plain import letter
from rt.services.core_orders.domain.letter.sections import cut, marks, sections
from rt.services.core_orders.domain.letter.tables import Row, table
from rt.services.core_orders.domain.letter.when import days
from rt.services.core_orders.domain.letter.where import coded

TAKEN_BACK = re.compile(
    r"(?<!\w)(?:annul(?:er|ez|ons|e|[ée]e?s?)|cancel(?:l?ed)?|stornier\w*|storno)(?!\w)", re.IGNORECASE
)
OF_ANOTHER = Why("le texte annule ou remplace une commande", "the text cancels or replaces an order")


class Stretch(NamedTuple):
    """Where one order stands, and its row if it is one of a table."""

    start: int
    end: int
    row: Row | None = None


def read(raw: str, today: date, order: int = 1) -> LetterRead:
    """What the order would be, number `order` of those in the text. Raises LetterTooLong; nothing else."""
    said = letter(raw)
    body = said.body
    spoken = language(body)
    grid = table(body)
    found_marks, spots, found_days = marks(body), coded(body), days(body, today, spoken)
    if grid is not None and grid.trips:
        stretches = [Stretch(0, len(body), row) for row in grid.rows]
    else:
        apart = cut(body) or routes(body, 0, len(body)) or _cycles(body)
        stretches = [Stretch(*one) for one in apart] or [Stretch(0, len(body))]
    stretches = stretches[:MOST_IN_ONE]
    number = min(order, len(stretches))
    at = stretches[number - 1]
    finds = order_finds(body, at.start, at.end, found_marks, spots, found_days, grid, at.row)
    if TAKEN_BACK.search(body):
        finds = [one.at_most("likely", OF_ANOTHER) for one in finds]
    fields = [one.view() for one in finds]
    places = [(one.row.start, one.row.end) if one.row else (one.start, one.end) for one in stretches]
    return LetterRead(
        text=said.text,
        language=spoken,
        orders=[ReadPart(start=start, end=end, why="order") for start, end in places],
        order=number,
        left_out=[one.view() for one in said.apart],
        fields=fields,
        lacks=lacks(fields),
    )


def _cycles(body: str) -> list[tuple[int, int]]:
    """Where taking over is spoken of anew after a delivery, with places of its own: the next order begins."""
    found = marks(body)
    parts = sections(found, len(body))
    stops = calls(body, 0, len(body), parts, coded(body))
    stops = sorted((one for one in stops if one.marked), key=lambda one: one.spot.start)
    begins = [
        min(start for start, end in one.stretches if start <= one.spot.start)
        for before, one in pairwise(stops)
        if before.side == "delivery" and one.side == "pickup"
    ]
    sides = [one.side for one in stops]
    if not begins or sides[0] != "pickup" or sides[-1] != "delivery":
        return []
    edges = [0, *begins, len(body)]
    return list(pairwise(edges))


def packed(content: bytes, media_type: str, today: date, order: int) -> bytes:
    """The reading and the sender's address, to be computed beside the event loop."""
    came = paper(content, media_type)
    return msgspec.json.encode((read(came.text, today, order), came.sender))


def unpacked(said: bytes) -> tuple[LetterRead, str]:
    return msgspec.json.decode(said, type=tuple[LetterRead, str])
