"""Pallet statements: drawn up with a partner, their answers line by line, and ours to theirs."""

from datetime import date, timedelta

import msgspec
from starlette.responses import Response

from rt.contracts.palette import (
    AnswerStatement,
    DownloadStatement,
    FindStatements,
    GetStatement,
    LineAnswer,
    MakeStatement,
    StatementView,
)
from rt.kernel.clock import now
from rt.kernel.errors import Refusal
from rt.pages.pallets import partner_choices, version_read
from rt.portals.industry.pages.pallets import PalletFormPage, tabs
from rt.ui.asking import key_of, sent, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE, day
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


class StatementRow(msgspec.Struct, kw_only=True):
    """A statement in the list."""

    id: str
    period: str
    other: str
    maker: str
    state: str
    answers: str
    to_answer: bool


class StatementsPage(Page):
    """Statements made and received."""

    template, part = "statements.html", "_statements.html"
    tabs: list[tuple[str, str, int | None]]
    rows: list[StatementRow]
    columns: list[Column]
    more: str
    may_write: bool


class StatementPage(Page):
    """One statement; its partner answers each line."""

    template = "statement.html"
    statement: StatementView
    period: str
    answerable: bool
    refusal: str
    here: str
    typed: dict[str, tuple[str, str]]
    confirmed: int
    contested: int


def period_text(statement: StatementView) -> str:
    return f"{day(statement.period_from)} – {day(statement.period_until)}"


def verdicts(statement: StatementView, verdict: str) -> int:
    return sum(line.verdict == verdict for line in statement.lines)


def row_of(statement: StatementView, me: str) -> StatementRow:
    ours = statement.maker_id == me
    said = _("%(yes)s confirmées, %(no)s contestées, %(left)s sans réponse")
    counts = {
        "yes": verdicts(statement, "confirmed"),
        "no": verdicts(statement, "contested"),
        "left": verdicts(statement, "pending"),
    }
    return StatementRow(
        id=statement.id,
        period=period_text(statement),
        other=statement.partner_name if ours else statement.maker_name,
        maker=_("nous") if ours else _("eux"),
        state=statement.state,
        answers=said % counts,
        to_answer=not ours and statement.state == "open",
    )


async def statements(visit: Visit) -> Page | Response:
    found = await visit.ask(FindStatements(after=visit.query.get("after", "")))
    return StatementsPage(
        title=_("Relevés de palettes"),
        crumbs=[("/pallets", _("Palettes"))],
        tabs=tabs(),
        rows=[row_of(statement, visit.session.organization_id) for statement in found.items],
        columns=[
            Column(name="period", label=_("Période")),
            Column(name="other", label=_("Partenaire")),
            Column(name="maker", label=_("Établi par"), wide=True),
            Column(name="answers", label=_("Lignes")),
            Column(name="state", label=_("État"), kind="state"),
        ],
        more=f"/pallets/statements?after={found.next}" if found.next else "",
        may_write=visit.session.may("palette.write"),
    )


def month_before(today: date) -> tuple[date, date]:
    """The first and last day of last month."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


async def make(visit: Visit) -> Page | Response:
    first, last = month_before(now().astimezone(ZONE).date())
    partner = visit.query.get("partner_id", "")
    form = visit.form(
        MakeStatement,
        values={"partner_id": partner, "period_from": first, "period_until": last},
        choices={"partner_id": await partner_choices(visit)},
        hints={"partner_email": _("Pour un partenaire sans compte : il répond par un lien.")},
        submit=_("Établir le relevé"),
    )
    if visit.posted is not None and (made := await form.submit()):
        return visit.go(f"/pallets/statements/{made.id}", _("Relevé établi et envoyé au partenaire."))
    return PalletFormPage(
        title=_("Nouveau relevé"),
        crumbs=[("/pallets", _("Palettes")), ("/pallets/statements", _("Relevés"))],
        form=form,
        lead=_("Le partenaire confirme ou conteste chaque ligne."),
        back="/pallets/statements",
    )


def answers_typed(visit: Visit, statement: StatementView) -> dict[str, tuple[str, str]]:
    """What was chosen and written for each line: posted, else answered before, else confirmed."""
    given: dict[str, tuple[str, str]] = {}
    for line in statement.lines:
        before = "contested" if line.verdict == "contested" else "confirmed"
        comment = typed(visit, f"comment.{line.id}") if visit.posted is not None else line.comment
        given[line.id] = (typed(visit, f"verdict.{line.id}") or before, comment)
    return given


async def answered(visit: Visit, statement: StatementView) -> str:
    """Say the posted answers; why they were refused, or nothing."""
    given = answers_typed(visit, statement)
    if any(verdict == "contested" and not comment for verdict, comment in given.values()):
        return _("Dites pourquoi vous contestez : chaque ligne contestée demande une phrase.")
    answers = [
        LineAnswer(
            line_id=line_id,
            verdict="contested" if verdict == "contested" else "confirmed",
            comment=comment[:500],
        )
        for line_id, (verdict, comment) in given.items()
    ]
    try:
        await visit.ask(
            AnswerStatement(statement_id=statement.id, version=version_read(visit), answers=answers),
            key=key_of(visit),
        )
    except Refusal as refusal:
        signed_in_still(refusal)
        return told(refusal)
    return ""


async def statement(visit: Visit) -> Page | Response:
    read = await visit.ask(GetStatement(statement_id=visit.path["statement_id"]))
    here = f"/pallets/statements/{read.id}"
    theirs = read.partner_id == visit.session.organization_id
    refusal = ""
    if visit.posted is not None:
        refusal = await answered(visit, read)
        if not refusal:
            return visit.go(here, _("Réponse envoyée, ligne par ligne."))
    return StatementPage(
        title=_("Relevé %(who)s") % {"who": read.maker_name if theirs else read.partner_name},
        crumbs=[("/pallets", _("Palettes")), ("/pallets/statements", _("Relevés"))],
        statement=read,
        period=period_text(read),
        answerable=theirs and read.state != "confirmed" and visit.session.may("palette.write"),
        refusal=refusal,
        here=here,
        typed=answers_typed(visit, read),
        confirmed=verdicts(read, "confirmed"),
        contested=verdicts(read, "contested"),
    )


async def table(visit: Visit) -> Response:
    return sent(await visit.ask(DownloadStatement(statement_id=visit.path["statement_id"])))


PAGES = [
    page("/pallets/statements", statements, methods=("GET",)),
    page("/pallets/statements/new", make),
    page("/pallets/statements/{statement_id}", statement),
    page("/pallets/statements/{statement_id}/lines.csv", table, methods=("GET",)),
]
