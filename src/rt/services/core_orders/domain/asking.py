"""What a sheet's sender is asked: what cannot be read in one way only, each with its answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from rt.contracts.core_orders import ImportChoice, ImportField, ImportQuestion
from rt.services.core_orders.domain.moments import spoken
from rt.trade.countries import SEVERAL, name
from rt.trade.numbers import DecimalMark

Side = Literal["pickup", "delivery"]
HIDDEN_ROWS = "hidden_rows"
ASKED = "country:"
SPELLED = "country_is:"
EXAMPLES = 3
FRENCH_MARKS: Mapping[DecimalMark, str] = {",": "la virgule est décimale", ".": "le point est décimal"}
ENGLISH_MARKS: Mapping[DecimalMark, str] = {",": "the comma is decimal", ".": "the point is decimal"}
HOME = "FR"
"""The country that is meant where a French town or code stands without one."""
NEIGHBOURS = ("BE", "LU", "DE", "CH", "IT", "ES", "NL", "GB", "AT", "PT")
EUROPE = tuple(
    re.findall("..", "FRBELUDECHITESNLGBATPTIEPLCZSKHUSIHRROBGGRDKSENOFIEELVLTRSBAMEALMKTRUAMDMACYMTIS")
)


def about_figures(
    name: str,
    field: ImportField,
    column: str,
    texts: Sequence[str],
    meant: Mapping[DecimalMark, Decimal],
    answer: str,
) -> ImportQuestion:
    """`meant` is what the first of the texts comes to by each decimal mark."""
    example = texts[0]
    return ImportQuestion(
        question=name,
        column=column,
        field=field,
        fr=f"« {example} » a deux lectures. Que veut dire cette colonne ?",
        en=f"“{example}” has two readings. What does this column mean?",
        examples=_few(texts),
        choices=[
            ImportChoice(
                value=mark,
                fr=f"{spaced(meant[mark])} ({FRENCH_MARKS[mark]})",
                en=f"{english(meant[mark])} ({ENGLISH_MARKS[mark]})",
            )
            for mark in meant
        ],
        rows=len(texts),
        answer=answer,
    )


def about_days(
    name: str, field: ImportField, column: str, texts: Sequence[str], answer: str
) -> ImportQuestion:
    said = spoken(texts[0])
    return ImportQuestion(
        question=name,
        column=column,
        field=field,
        fr=f"« {texts[0]} » a deux lectures. Quel jour est-ce ?",
        en=f"“{texts[0]}” has two readings. Which day is it?",
        examples=_few(texts),
        choices=[
            ImportChoice(
                value="day_first",
                fr=f"le {said.day_first:%d/%m/%Y} (jour/mois)",
                en=f"{said.day_first:%d %b %Y} (day/month)",
            ),
            ImportChoice(
                value="month_first",
                fr=f"le {said.month_first:%d/%m/%Y} (mois/jour)",
                en=f"{said.month_first:%d %b %Y} (month/day)",
            ),
        ],
        rows=len(texts),
        answer=answer,
    )


def about_hidden_rows(lines: Sequence[int], answer: str) -> ImportQuestion:
    return ImportQuestion(
        question=HIDDEN_ROWS,
        column="",
        field="",
        fr="Des lignes sont masquées dans le classeur, par un filtre ou à la main. Comptent-elles ?",
        en="Rows are hidden in the workbook, by a filter or by hand. Do they count?",
        examples=_few(map(str, lines)),
        choices=[
            ImportChoice(value="yes", fr="oui, les reprendre aussi", en="yes, take them in too"),
            ImportChoice(value="no", fr="non, les laisser", en="no, leave them"),
        ],
        rows=len(lines),
        answer=answer,
    )


def about_columns(
    name: str, field: ImportField, texts: Mapping[str, Sequence[str]], rows: int, answer: str
) -> ImportQuestion:
    """`texts` are the cells of each column that would fill the field, by its heading."""
    first = {heading: next((text[:40] for text in cells if text), "") for heading, cells in texts.items()}
    return ImportQuestion(
        question=name,
        column=", ".join(texts),
        field=field,
        fr="Plusieurs colonnes remplissent le même champ. Laquelle compte ?",
        en="Several columns fill the same field. Which one counts?",
        examples=_few(first.values()),
        choices=[
            ImportChoice(value=heading, fr=f"{heading} ({text})", en=f"{heading} ({text})")
            for heading, text in first.items()
        ],
        rows=rows,
        answer=answer,
    )


def about_country(
    side: Side, examples: list[str], candidates: list[str], rows: int, answer: str
) -> ImportQuestion:
    offered = dict.fromkeys([*candidates, HOME, *NEIGHBOURS])
    at = {"pickup": ("d'enlèvement", "pickup"), "delivery": ("de livraison", "delivery")}[side]
    return ImportQuestion(
        question=f"{ASKED}{side}",
        column="",
        field=f"{side}_country",
        fr=f"Des lieux {at[0]} n'ont pas de pays. Lequel est-ce ?",
        en=f"Some {at[1]} places have no country. Which one is it?",
        examples=examples,
        choices=_countries(offered),
        rows=rows,
        answer=answer,
    )


def about_spelling(text: str, side: Side, rows: int, answer: str) -> ImportQuestion:
    return ImportQuestion(
        question=f"{SPELLED}{text}",
        column="",
        field=f"{side}_country",
        fr=f"Quel pays est « {text} » ?",
        en=f"Which country is “{text}”?",
        examples=[text],
        choices=_countries(dict.fromkeys([*SEVERAL.get(text.upper(), ()), *EUROPE])),
        rows=rows,
        answer=answer,
    )


def spaced(value: Decimal) -> str:
    """A figure as it is read in French: 1 250 or 1,25."""
    whole, _, part = f"{value.normalize():,f}".partition(".")
    return whole.replace(",", "\u202f") + (f",{part}" if part else "")


def english(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _few(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))[:EXAMPLES]


def _countries(codes: Iterable[str]) -> list[ImportChoice]:
    return [ImportChoice(value=code, fr=name(code, "fr"), en=name(code, "en")) for code in codes]
