"""Orders from a sheet: upload, verdict and reason of each row, columns named, rows taken in."""

from collections.abc import Sequence
from typing import NamedTuple, get_args

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import (
    CellReason,
    CommitImport,
    GetImport,
    GetImportRejects,
    GetImportTemplate,
    ImportField,
    ImportQuestion,
    ImportRow,
    ImportView,
    RemapImport,
    SheetFormat,
    UploadImport,
)
from rt.kernel.core.errors import Refusal
from rt.pages.drafting import client_choices
from rt.ui.asking import key_of, pressed, sent, signed_in_still, told, typed, worded
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.formats import language
from rt.ui.pages import Choice, Page
from rt.ui.visit import Visit, page

AT_ONE_PRESS = 4
"""Answers to a question up to which each has a button of its own."""
VERDICTS = {
    "bad": (marked("à corriger"), "bad", "circle-x"),
    "duplicate": (marked("en double"), "warn", "copy"),
    "update": (marked("mise à jour"), "note", "refresh-cw"),
    "new": (marked("nouvelle"), "ok", "plus"),
}
"""How a row's fate is said, its tone and its icon; those with work to do come first."""
COLUMN = "column."
ANSWER = "answer."


class Question(NamedTuple):
    """What the sheet leaves unsure, with the answers that settle it."""

    name: str
    text: str
    column: str
    examples: list[str]
    rows: int
    answer: str
    choices: list[Choice]


class UploadPage(Page):
    """A sheet to send."""

    template = "pages/imports.html"
    refusal: str


class ImportPage(Page):
    """What the sheet would become."""

    template, part = "pages/import.html", "pages/_import.html"
    sheet: ImportView
    rows: list[ImportRow]
    verdicts: dict[str, tuple[str, str, str]]
    shown: str
    tabs: list[tuple[str, str, int | None]]
    current: str
    fields: list[Choice]
    unknown: int
    questions: list[Question]
    at_one_press: int
    notes: list[str]
    english: bool
    here: str
    clients: Sequence[Choice]

    def column_name(self, reason: CellReason) -> str:
        """The sheet's own heading, or the name of the field that no column fills."""
        present = any(match.column == reason.column for match in self.sheet.columns)
        return reason.column if present else named("field", reason.field)


class Imports:
    """The pages of orders from sheets; `client`: whether it is asked for whom those of a sheet are run."""

    def __init__(self, *, client: bool = False) -> None:
        self.client = client

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page("/imports", start),
            page("/imports/template.csv", sheet_template, methods=("GET",)),
            page("/imports/template.xlsx", sheet_template, methods=("GET",)),
            page("/imports/{import_id}", self.preview, methods=("GET",)),
            page("/imports/{import_id}/mapping", remap, methods=("POST",)),
            page("/imports/{import_id}/commit", self.commit, methods=("POST",)),
            page("/imports/{import_id}/rejects.csv", rejects, methods=("GET",)),
            page("/imports/{import_id}/rejects.xlsx", rejects, methods=("GET",)),
        ]

    async def preview(self, visit: Visit) -> Page | Response:
        sheet = await visit.ask(GetImport(import_id=visit.path["import_id"]))
        here = f"/imports/{sheet.import_id}"
        shown = visit.query.get("verdict", "")
        counts = {"bad": sheet.bad, "duplicate": sheet.duplicate, "update": sheet.update, "new": sheet.new}
        order = list(VERDICTS)
        rows = [row for row in sheet.rows if not shown or row.verdict == shown]
        english = language() == "en"
        return ImportPage(
            title=sheet.filename or _("Tableau importé"),
            crumbs=[("/orders", _("Commandes")), ("/imports", _("Importer"))],
            sheet=sheet,
            rows=sorted(rows, key=lambda row: (order.index(row.verdict), row.number)),
            verdicts={code: (_(name), tone, icon) for code, (name, tone, icon) in VERDICTS.items()},
            shown=shown,
            tabs=[
                (here, _("Toutes"), sheet.rows_total),
                *((f"{here}?verdict={code}", _(VERDICTS[code][0]), counts[code]) for code in order),
            ],
            current=f"{here}?verdict={shown}" if shown else here,
            fields=sorted(
                (Choice(code, named("field", code)) for code in get_args(ImportField)), key=lambda c: c.label
            ),
            unknown=sum(match.field is None for match in sheet.columns),
            questions=asked(sheet.questions, english),
            at_one_press=AT_ONE_PRESS,
            notes=[note.en if english else note.fr for note in sheet.notes],
            english=english,
            here=here,
            clients=await client_choices(visit) if self.client and sheet.state != "committed" else (),
        )

    async def commit(self, visit: Visit) -> Response:
        """Take the good rows in, for the client that was chosen."""
        import_id = visit.path["import_id"]
        here = f"/imports/{import_id}"
        same = "update" if typed(visit, "same_reference") == "update" else "skip"
        client = {"client_id": typed(visit, "client_id") or None} if self.client else {}
        try:
            message = worded(CommitImport, {"import_id": import_id, "same_reference": same, **client})
            done = await visit.ask(message, key=key_of(visit))
        except Refusal as refusal:
            signed_in_still(refusal)
            return visit.go(here, told(refusal), kind="bad")
        said = _("Commandes créées : %(new)s, mises à jour : %(changed)s.")
        return visit.go(here, said % {"new": done.created_orders, "changed": done.updated_orders})


async def start(visit: Visit) -> Page | Response:
    refusal = ""
    if visit.posted is not None:
        file = visit.posted.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            refusal = _("Choisissez d'abord un fichier.")
        else:
            message = UploadImport(
                filename=file.filename[-120:],
                content=await file.read(),
                media_type=file.content_type or "application/octet-stream",
            )
            try:
                made = await visit.ask(message, key=key_of(visit))
            except Refusal as refused:
                signed_in_still(refused)
                refusal = told(refused)
            else:
                return visit.go(f"/imports/{made.import_id}")
    return UploadPage(
        title=_("Importer des commandes"), crumbs=[("/orders", _("Commandes"))], refusal=refusal
    )


def asked(questions: list[ImportQuestion], english: bool) -> list[Question]:
    """The questions in the reader's language, the open ones first."""
    shown = [
        Question(
            name=f"{ANSWER}{one.question}",
            text=one.en if english else one.fr,
            column=one.column or (named("field", one.field) if one.field else ""),
            examples=one.examples,
            rows=one.rows,
            answer=one.answer,
            choices=[Choice(choice.value, choice.en if english else choice.fr) for choice in one.choices],
        )
        for one in questions
    ]
    return sorted(shown, key=lambda one: bool(one.answer))


async def remap(visit: Visit) -> Response:
    """Name columns, answer a question or choose a page; what was named holds for the next sheets too."""
    here = f"/imports/{visit.path['import_id']}"
    posted = visit.posted if visit.posted is not None else {}
    mapping = {
        name.removeprefix(COLUMN): str(value) or None
        for name, value in posted.items()
        if name.startswith(COLUMN)
    }
    answers = {
        name.removeprefix(ANSWER): str(value)
        for name, value in posted.items()
        if name.startswith(ANSWER) and value
    }
    said = {"mapping": mapping, "answers": answers, "page": typed(visit, "page")}
    try:
        message = msgspec.convert({"import_id": visit.path["import_id"], **said}, RemapImport)
    except msgspec.ValidationError:
        return visit.go(here, _("Choisissez les champs dans la liste."), kind="bad")
    done = _("Le tableau est relu : les verdicts sont refaits.")
    return await pressed(visit, message, here, done, choice=msgspec.json.encode(said).decode())


async def rejects(visit: Visit) -> Response:
    message = GetImportRejects(import_id=visit.path["import_id"], format=_format(visit))
    return sent(await visit.ask(message))


async def sheet_template(visit: Visit) -> Response:
    return sent(await visit.ask(GetImportTemplate(format=_format(visit))))


def _format(visit: Visit) -> SheetFormat:
    return "xlsx" if visit.request.url.path.endswith(".xlsx") else "csv"
