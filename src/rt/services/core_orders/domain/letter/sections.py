"""Where a letter speaks of taking over, where of delivering, and where one order ends and the next begins."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from rt.services.core_orders.domain.letter.plain import Line, lines

Part = Literal["pickup", "delivery", "other", "goods"]
FILLER = (
    r"(?:(?:lieu|adresse|date|ville|site|point|heures?|horaires?|cr[ée]neau|contact|jour|cp|code postal|rdv"
    r"|rendez-vous|place|address|time|n°|nom|tel|t[ée]l)s?[ ]{1,3}(?:(?:de|du|d'|d’|des"
    r"|pour|of|for|et|heure)[ ]{0,3}"
    r"){0,3})"
)
PICKUP = (
    r"enl[èe]vements?|[àa] enlever|enlever|chargements?|[àa] charger|charger|ramasses?"
    r"|ramassage|d[ée]part|exp[ée]diteur"
    r"|origine|enl\.?(?=[ :])|chgt|charg\.?(?=[ :])|pick-?ups?|pick up|picked up|collections?"
    r"|to collect|collect"
    r"|loading|loading place|shipper|sender|origin|departure|abholung|abholen|abholadresse"
    r"|abholort|abholdatum|beladung"
    r"|beladestelle|beladeort|ladestelle|ladeort|ladetermin|ladedatum|laden|verladung"
    r"|absender|load at|load in"
)
DELIVERY = (
    r"livraisons?|[àa] livrer|livrer|d[ée]chargements?|[àa] d[ée]charger|d[ée]charger"
    r"|destinataire|destination"
    r"|arriv[ée]e|liv\.?(?=[ :])|d[ée]chgt|deliver(?:y|ies|ed)?|unloading|drop-?off|consignee"
    r"|recipient|receiver"
    r"|lieferung|lieferadresse|lieferort|liefertermin|lieferdatum|anlieferung|abladestelle"
    r"|entladung|entladestelle"
    r"|entladeort|entladedatum|entladen|empf[äa]nger|empfaenger|zustellung|zielort|unload at"
)
OTHER = (
    r"factur(?:ation|er|e)|donneur d.ordre|transporteur|affr[ée]teur|si[èe]ge(?: social)?"
    r"|invoic(?:e|ing)|bill(?:ing)? to"
    r"|billing|carrier|rechnung(?:sadresse|sanschrift)?|auftraggeber|frachtf[üu]hrer"
    r"|commissionnaire|client|customer"
    r"|ordered by|kunde"
)
GOODS = (
    r"marchandises?|nature(?: de la marchandise)?|d[ée]signation|goods|cargo|commodity"
    r"|ware|ladung|sendung|prix|tarif|price"
    r"|rate|preis|fracht|remarques?|observations?|instructions?|consignes?|notes?|bemerkung"
    r"(?:en)?|hinweise?|conditions"
    r"|r[ée]f[ée]rences?|poids|weight|gewicht|volume|fret|nb|total|mat[ée]riel|v[ée]hicule"
    r"|vehicle|equipment|fahrzeug"
)
MARKS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("pickup", re.compile(rf"(?<![\w-])(?:{PICKUP})(?![\w-])", re.IGNORECASE)),
    ("delivery", re.compile(rf"(?<![\w-])(?:{DELIVERY})(?![\w-])", re.IGNORECASE)),
)


def _head(words: str) -> re.Pattern[str]:
    return re.compile(
        rf"^[ \t\-*•·#>]{{0,8}}{FILLER}?(?:{words})(?![\w-])(?=[^:\n]{{0,30}}:|[ \t]*$)", re.IGNORECASE
    )


HEADS: tuple[tuple[Part, re.Pattern[str]], ...] = (("other", _head(OTHER)), ("goods", _head(GOODS)))
NO_MARK_BEFORE = re.compile(
    r"(?:bons? de|bon d.|frais de|camion de|jour de|d[ée]lai de|conditions de|mode de"
    r"|note de|avis de|ordre de"
    r"|num[ée]ro de|n° (?:de )?|quai de|r[ée]f(?:[ée]rence)?\.? (?:de |d.)?|avant|apr[èe]s"
    r"|pendant|d[èe]s la|lors d[ue] (?:la |le )?"
    r"|confirm(?:er|ation) (?:de |d.|la |le |l.)*|pour (?:la |le |l.)?|proof of|note of|before|after|upon|on"
    r"|confirmation of|vor|nach der|bei|hayon (?:[àa] la|au|[àa] l.|pour la)|of|(?:le"
    r"|la|au|[àa] la|[àa] l.|du|de la))[ ]{0,2}$",
    re.IGNORECASE,
)
"""Behind these the word is spoken of; a place does not follow."""
A_PLACE = re.compile(r"[^\n]{0,60}?(?<!\d)\d{5} [A-ZÀ-Ý]")
"""A postal code and a name within reach: the word leads to it, whatever stands before the word."""
NO_MARK_AFTER = re.compile(
    r"[ ]{0,3}(?:complet|partiel|arri[èe]re|lat[ée]ral|par (?:l.|le )|note|slip|order"
    r" no|number|terms|nr|n°|et (?:la )?livraison"
    r"|sschein|schein|metres|meters|m[èe]tres|impos[ée]|urgent|instructions|address proof"
    r"|gross|hayon|avec|sans|possible"
    r"|weight|ramp|bay|dock|reference|ref\b|r[ée]f\b|directe?)",
    re.IGNORECASE,
)
ORDINAL = re.compile(
    r"^[ \t\-*#=_]{0,10}(?:(?:commande|transport|ordre|order|auftrag|lot|dossier|sendung"
    r"|shipment|load|exp[ée]dition"
    r"|affaire|camion|truck|lkw|trajet|voyage|fahrt|tour)s?[ ]{0,2}(?:n°|no\.?|nr\.?"
    r"|#|:|-)?[ ]{0,2}(?:\d{1,2}|[A-Ha-h])(?![\w/.-])"
    r"|(?:\d{1,2})(?:er|[èe]re|[èe]me|e|st|nd|rd|th|\.)?[ ](?:commande|transport|ordre"
    r"|order|auftrag|lot|sendung"
    r"|shipment|load|camion|truck|trajet)(?!\w)|\(?\d{1,2}[).]-?[ ]{1,4}\S|[-=_*]{5,}[ ]{0,3}$)",
    re.IGNORECASE,
)


class Mark(NamedTuple):
    """A word that says whose stretch begins: from there until the next one."""

    part: Part
    start: int
    end: int
    heading: bool


class Section(NamedTuple):
    """A stretch of one part; `begin` is behind its word."""

    part: Part
    start: int
    begin: int
    end: int
    heading: bool


def marks(body: str) -> list[Mark]:
    """Every word that begins a stretch, in order."""
    found: list[Mark] = []
    for line in lines(body):
        for part, shape in HEADS:
            if head := shape.match(line.text[:120]):
                if not any(mark.search(line.text[: head.end() + 30].split(":")[0]) for _, mark in MARKS):
                    found.append(Mark(part, line.start, line.start + head.end(), True))
                break
        for part, shape in MARKS:
            found += _of_line(line, part, shape)
    found.sort(key=lambda one: one.start)
    return found


def _of_line(line: Line, part: Part, shape: re.Pattern[str]) -> Iterator[Mark]:
    for match in shape.finditer(line.text):
        before, after = line.text[max(0, match.start() - 40) : match.start()], line.text[match.end() :][:30]
        bare = re.sub(rf"^[ \t\-*•·#>\d.)(]{{0,10}}{FILLER}?", "", before, flags=re.IGNORECASE)
        heading = not bare.strip(" \t|*_")
        spoken_of = not heading and NO_MARK_BEFORE.search(before)
        if NO_MARK_AFTER.match(after) or (spoken_of and not A_PLACE.match(line.text, match.end())):
            continue
        start = line.start + (0 if heading and len(before) < 40 else match.start())
        yield Mark(part, start, line.start + match.end(), heading)


def sections(found: Sequence[Mark], end: int) -> list[Section]:
    """From each mark to the next."""
    if not found:
        return []
    ends = [*[one.start for one in found[1:]], end]
    return [
        Section(one.part, one.start, one.end, max(stop, one.end), one.heading)
        for one, stop in zip(found, ends, strict=True)
    ]


def cut(body: str) -> list[tuple[int, int]]:
    """The stretches that a letter's own numbering or rules set apart, if each speaks of both sides."""
    starts = [line.start for line in lines(body) if ORDINAL.match(line.text[:120])]
    if not starts:
        return []
    edges = [*starts, len(body)]
    stretches = list(pairwise(edges))
    head = (0, starts[0])
    if _both_sides(body[head[0] : head[1]]):
        stretches.insert(0, head)
    kept = [one for one in stretches if _both_sides(body[one[0] : one[1]])]
    return kept if len(kept) > 1 else []


def _both_sides(text: str) -> bool:
    parts = {mark.part for mark in marks(text)}
    return {"pickup", "delivery"} <= parts
