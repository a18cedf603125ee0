"""The cells of one row, read by field: each becomes what it says, or a reason that names it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple, cast, get_args

from rt.contracts.core_orders import CellReason, ImportField, Incoterm, Requirement
from rt.kernel.core.errors import Refusal
from rt.services.core_orders.domain.asking import english, spaced
from rt.services.core_orders.domain.columns import folded
from rt.services.core_orders.domain.conventions import WHOLE, Ways, likely, likely_one, readings
from rt.services.core_orders.domain.headings import HEADINGS, UNITS
from rt.services.core_orders.domain.moments import Clock, MomentUnreadable, Spoken, hours, spoken
from rt.services.core_orders.domain.sheet.cells import EMPTY, Cell
from rt.trade import contacts
from rt.trade.money import to_cents
from rt.trade.numbers import in_unit

ERRORS = frozenset(
    [
        "#N/A",
        "#N/D",
        "#NV",
        "#REF!",
        "#BEZUG!",
        "#RIF!",
        "#¡REF!",
        "#VALUE!",
        "#VALEUR!",
        "#WERT!",
        "#VALORE!",
        "#¡VALOR!",
        "#NAME?",
        "#NOM?",
        "#NOME?",
        "#¿NOMBRE?",
        "#DIV/0!",
        "#¡DIV/0!",
        "#NULL!",
        "#NUL!",
        "#NULO!",
        "#¡NULO!",
        "#NUM!",
        "#NOMBRE!",
        "#ZAHL!",
        "#¡NUM!",
        "#NÚM!",
        "#SPILL!",
        "#PROPAGATION!",
        "#ÜBERLAUF!",
        "#CALC!",
        "#CALCUL!",
        "#FIELD!",
        "#CHAMP!",
        "#BLOCKED!",
        "#BLOQUE!",
        "#BUSY!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#INCONNU!",
        "#EXTERNAL!",
        "#GETTING_DATA",
        "#PYTHON!",
    ]
)
"""What spreadsheets write where they could not compute, in the languages of Excel."""
UNCOMPUTED = re.compile(r"#{3,}|Err:\d{3}")
"""A column too narrow for its figure when it was copied; an error of LibreOffice."""
SHORTENED = re.compile(r"\d[.,]\d+E[+-]\d+", re.IGNORECASE)
"""What is left of a long number once a spreadsheet has shown it: 1,23E+12."""
APART = re.compile(r"[\s;,/|<>]+")
"""What stands between addresses, and around one behind a name."""
REQUIREMENT_WORDS: dict[str, Requirement] = {
    **{folded(one): one for one in get_args(Requirement)},
    **{"HAYON": "tail_lift", "TAILLIFT": "tail_lift", "MATIERESDANGEREUSES": "adr", "FROID": "temperature"},
    **{"TEMPERATUREDIRIGEE": "temperature", "GRUE": "crane", "CHARIOT": "forklift", "BACHE": "tarpaulin"},
    **{"FOURGON": "box", "SANGLES": "straps", "DOUBLEEQUIPAGE": "two_drivers", "SCELLES": "customs_seal"},
    **{
        "HEBEBUHNE": "tail_lift",
        "GEFAHRGUT": "adr",
        "KRAN": "crane",
        "STAPLER": "forklift",
        "PLANE": "tarpaulin",
    },
}


class CellWrong(Exception):
    """A cell that cannot be read, with the reason in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class When(NamedTuple):
    """A cell of a date column: its day if it says one, and its hours."""

    day: date | None = None
    clock: Clock = Clock()
    zone: Any = None


class Reader:
    """Reads the cells of one row by field, and gathers what is wrong with them."""

    def __init__(self, cells: Mapping[ImportField, tuple[str, Cell]], ways: Ways) -> None:
        self._cells = cells
        self.ways = ways
        self.reasons: list[CellReason] = []
        for field, (_, cell) in cells.items():
            if cell.kind == "uncomputed":
                self.refuse(
                    field,
                    "formule sans résultat enregistré : ouvrez le classeur, enregistrez-le, renvoyez-le",
                    "formula without a stored result: open the workbook, save it, send it again",
                )
            elif cell.kind == "error" or cell.text.upper() in ERRORS or UNCOMPUTED.fullmatch(cell.text):
                self.refuse(
                    field,
                    "le tableur n'a pas pu calculer cette cellule",
                    "the spreadsheet could not compute this cell",
                )
        self._wrong = {reason.field for reason in self.reasons}

    def cell(self, field: ImportField) -> Cell:
        return EMPTY if field in self._wrong else self._cells.get(field, ("", EMPTY))[1]

    def given(self, field: ImportField) -> bool:
        """Whether there is anything in the cell, right or wrong."""
        return bool(self._cells.get(field, ("", EMPTY))[1].text)

    def text(self, field: ImportField, limit: int = 120) -> str:
        cell = self.cell(field)
        value = cell.text
        if cell.kind == "moment" or SHORTENED.fullmatch(value):
            self.refuse(
                field,
                "le tableur en a fait une date ou un nombre abrégé : mettez la colonne au format texte",
                "the spreadsheet made a date or a shortened number of it: format the column as text",
            )
            return ""
        if len(value) > limit:
            self.refuse(field, f"plus de {limit} caractères", f"more than {limit} characters")
            return ""
        return value

    def read(self, field: ImportField, how: Callable[[str], Any], empty: Any = None) -> Any:
        value = self.cell(field).text
        if not value:
            return empty
        try:
            return how(value)
        except CellWrong as wrong:
            self.refuse(field, wrong.fr, wrong.en)
        except MomentUnreadable as wrong:
            self.refuse(field, wrong.fr, wrong.en)
        except Refusal as wrong:
            self.refuse(field, wrong.says("fr"), wrong.says("en"))
        return empty

    def number(self, field: ImportField) -> Decimal | None:
        """A figure in the field's own unit; with two readings it is asked about, never guessed."""
        cell = self.cell(field)
        exact = cell.value
        if isinstance(exact, Decimal):
            found = self.read(field, lambda _: self._bounded(field, exact * self._factor(field, "")))
        else:
            found = self.read(field, lambda text: self._bounded(field, self._figure(field, text)))
        return cast("Decimal | None", found)

    def when(self, field: ImportField) -> When:
        """A date, with hours or without; an hour alone has no day."""
        cell = self.cell(field)
        match cell.value:
            case datetime():
                clock = Clock(cell.value.time()) if cell.value.time() != time() else Clock()
                return self._near(field, When(cell.value.date(), clock))
            case date():
                return self._near(field, When(cell.value))
            case time():
                return When(None, Clock(cell.value))
            case Decimal():
                self.refuse(
                    field,
                    "est un nombre de jours de tableur : mettez la colonne au format date",
                    "is a spreadsheet's count of days: format the column as dates",
                )
                return When()
        said = self.read(field, spoken)
        if said is None:
            return When()
        day = self.read(field, lambda text: self._day(field, text, said))
        return self._near(field, When(day, said.clock, said.offset)) if day or not said.dated else When()

    def hours(self, field: ImportField) -> Clock:
        value = self.cell(field).value
        if isinstance(value, time):
            return Clock(value)
        return cast("Clock", self.read(field, hours, Clock()))

    def refuse(self, field: ImportField, fr: str, en: str) -> None:
        column, cell = self._cells.get(field, (HEADINGS[field].partition("|")[0], EMPTY))
        self.reasons.append(CellReason(column=column, field=field, value=cell.text[:200], fr=fr, en=en))

    def _figure(self, field: ImportField, text: str) -> Decimal:
        read, meant = readings(text, field, self.ways.units.get(field, ""))
        in_unit(read.unit or self.ways.units.get(field, ""), dict(UNITS[field]))
        mark = self.ways.marks.get(field)
        if mark and (value := read.read(mark)) is not None:
            return value * self._factor(field, read.unit)
        if len(meant) == 2:
            first, second = sorted(meant.values(), reverse=True)
            raise CellWrong(
                f"deux lectures : {spaced(first)} ou {spaced(second)} ? Répondez une fois pour la colonne",
                f"two readings: {english(first)} or {english(second)}? Answer once for the column",
            )
        if meant:
            return next(iter(meant.values()))
        value = read.point if read.point is not None else read.comma
        return (value if value is not None else Decimal(0)) * self._factor(field, read.unit)

    def _factor(self, field: ImportField, unit: str) -> Decimal:
        return in_unit(unit or self.ways.units.get(field, ""), dict(UNITS[field]))

    def _bounded(self, field: ImportField, value: Decimal) -> Decimal:
        if field in WHOLE and value != value.to_integral_value():
            raise CellWrong("n'est pas un nombre entier", "is not a whole number")
        if field in ("buy_price", "sell_price") and not 0 <= to_cents(value) <= 10_000_000_00:
            raise CellWrong("n'est pas un prix admis", "is not a price that is allowed")
        return value

    def _day(self, field: ImportField, text: str, said: Spoken) -> date | None:
        if not said.dated:
            return None
        if len(said.days()) == 1:
            return said.days().pop()
        order = self.ways.orders.get(field)
        day = said.read(order) if order else likely_one(said, self.ways.today)
        if day is None:
            raise CellWrong(
                f"deux lectures : le {said.day_first:%d/%m/%Y} ou le {said.month_first:%d/%m/%Y} ?"
                " Répondez une fois pour la colonne",
                f"two readings: {said.day_first:%d %b %Y} or {said.month_first:%d %b %Y}?"
                " Answer once for the column",
            )
        return day

    def _near(self, field: ImportField, when: When) -> When:
        if when.day is not None and not likely(when.day, self.ways.today):
            self.refuse(
                field, "est trop loin d'aujourd'hui pour un transport", "is too far from today for a trip"
            )
            return When()
        return when


def email(text: str) -> str:
    """One address, bare or behind a name; several are not kept as one, nor is one of them guessed."""
    parts = [part for part in APART.split(text.removeprefix("mailto:")) if part]
    found = list(dict.fromkeys(part for part in parts if contacts.is_address(part)))
    if len(found) > 1:
        raise CellWrong(
            "contient plusieurs adresses : une seule est prévue",
            "holds several addresses: only one is expected",
        )
    behind_a_name = text.rstrip().endswith(">") and parts[-1:] == found
    if not found or (len(parts) > 1 and not behind_a_name) or sum("@" in part for part in parts) > 1:
        raise CellWrong(f"n'est pas {contacts.FR}", f"is not {contacts.EN}")
    return found[0]


def requirements(text: str) -> list[Requirement]:
    wanted = [one.strip() for one in re.split(r"[,;/+|\n]", text) if one.strip()]
    unknown = [one for one in wanted if folded(one) not in REQUIREMENT_WORDS]
    if unknown:
        raise CellWrong(f"exigence inconnue : {unknown[0]}", f"unknown requirement: {unknown[0]}")
    return list(dict.fromkeys(REQUIREMENT_WORDS[folded(one)] for one in wanted))


def incoterm(text: str) -> Incoterm:
    code = text.upper()[:3]
    if code not in get_args(Incoterm):
        raise CellWrong("n'est pas un Incoterm 2020", "is not an Incoterm 2020")
    return cast("Incoterm", code)
