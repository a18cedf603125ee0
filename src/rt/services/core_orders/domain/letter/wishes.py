"""What a letter wishes of the vehicle or its crew; what it denies is not wished for."""

import re
from collections.abc import Iterator

from rt.contracts.core_orders import Requirement
from rt.services.core_orders.domain.letter.finds import DENIED, Find, Why

SAID_NO = (
    r"[ ]?(?:requis|required|n[ée]cessaire|needed)?[ ]?[:?=][ ]?"
    r"(?:non|no|nein|sans|aucun|n/a|ohne|keine?|-)\b|[ ](?:non (?:requis|n[ée]cessaire)"
    r"|not (?:required|needed)|inutile|nicht|non\b|pas (?:n[ée]cessaire|utile|requis|besoin)"
    r"|n.est pas|n.y a pas|exclu|interdit|sur (?:place|site)|vor ort|on site|du client)"
)
WISHES: tuple[tuple[Requirement, str], ...] = (
    ("tail_lift", r"hayons?|tail[- ]?lift|liftgate|hebeb[üu]hne|ladebordwand"),
    ("adr", r"ADR|mati[èe]res? dangereuses?|dangerous goods|gefahrgut"),
    ("crane", r"grue(?: auxiliaire)?|crane|kran"),
    ("forklift", r"chariot embarqu[ée]|chariot [ée]l[ée]vateur|forklift|mitnahmestapler"),
    ("moffett", r"moffett"),
    (
        "tarpaulin",
        r"b[âa]ch[ée]e?s?|tautliners?|savoyardes?|curtain[- ]?sid(?:e|er|ed)|planen?|planenauflieger"
        r"|rideaux coulissants|plsc",
    ),
    ("box", r"fourgon|box trailer|koffer|caisse fourgon"),
    ("straps", r"sangl(?:e|es|age)|straps?|spanngurte|gurte"),
    ("two_drivers", r"double [ée]quipage|two drivers|zwei fahrer|doppelbesatzung"),
    ("customs_seal", r"scell[ée]s? (?:douane|douaniers?)|customs seal|zollplombe"),
    ("gdp", r"GDP"),
    (
        "temperature",
        r"temp[ée]rature dirig[ée]e|sous temp[ée]rature|frigo(?:rifique)?|reefer|refrigerated"
        r"|k[üu]hl(?:ware|transport|fahrzeug|auflieger)",
    ),
)
WISH = re.compile(
    "|".join(f"(?P<{code}>(?<!\\w)(?:{words})(?!\\w))" for code, words in WISHES), re.IGNORECASE
)
NAMED = Why("l'exigence est nommée", "the requirement is named")


def wishes(body: str, start: int, end: int) -> Iterator[Find]:
    """What the vehicle or the crew must have; what is denied is not wished for."""
    for match in WISH.finditer(body, start, end):
        code = str(match.lastgroup)
        line = body.rfind("\n", 0, match.start()) + 1
        before = body[max(line, match.start() - 40) : match.start()]
        after = body[match.end() : match.end() + 30]
        if DENIED.search(before) or re.match(SAID_NO, after, re.IGNORECASE):
            continue
        unsure = re.search(
            r"si possible|if possible|wenn m[öo]glich|[ée]ventuel|\bou\b|\bor\b|\boder\b|\?",
            before + after,
            re.IGNORECASE,
        )
        if code == "gdp" and match[0] != "GDP":
            continue
        yield Find(
            "requirements",
            code,
            "likely" if unsure else "high",
            Why("dit, mais sous réserve", "said, but with a condition") if unsure else NAMED,
            match.start(),
            match.end(),
        )
