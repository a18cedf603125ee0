"""Pallet statements: drawn up with a partner, answered line by line."""

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
from rt.kernel.errors import Refusal
from rt.pages.pallets import pallet_names, partner_choices, version_read
from rt.portals.transporter.pages.docks import day_of
from rt.portals.transporter.pages.pallets import PalletFormPage, tabs
from rt.ui.asking import key_of, sent, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import day
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


class StatementRow(msgspec.Struct, kw_only=True):
    """A statement in the list."""

    id: str
    period: str
    other: str
    state: str
    lines: int
    ours: bool


class StatementsListPage(Page):
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
    names: dict[str, str]


def period_text(statement: StatementView) -> str:
    return f"{day(statement.period_from)} – {day(statement.period_until)}"


async def statements(visit: Visit) -> Page | Response:
    found = await visit.ask(FindStatements(after=visit.query.get("after", "")))
    me = visit.session.organization_id
    rows = [
        StatementRow(
            id=s.id,
            period=period_text(s),
            other=s.partner_name if s.maker_id == me else s.maker_name,
            state=s.state,
            lines=len(s.lines),
            ours=s.maker_id == me,
        )
        for s in found.items
    ]
    return StatementsListPage(
        title=_("Relevés de palettes"),
        tabs=tabs(),
        rows=rows,
        columns=[
            Column(name="period", label=_("Période")),
            Column(name="other", label=_("Partenaire")),
            Column(name="lines", label=_("Lignes"), kind="number"),
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
    first, last = month_before(day_of(None))
    form = visit.form(
        MakeStatement,
        values={
            "partner_id": visit.query.get("partner_id", ""),
            "period_from": first,
            "period_until": last,
        },
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
        verdict = typed(visit, f"verdict.{line.id}") or before
        comment = typed(visit, f"comment.{line.id}") if visit.posted is not None else line.comment
        given[line.id] = (verdict, comment)
    return given


async def answered(visit: Visit, statement: StatementView) -> tuple[StatementView | None, str]:
    """Say the posted answers; the statement after them, or why they were refused."""
    given = answers_typed(visit, statement)
    if any(verdict == "contested" and not comment for verdict, comment in given.values()):
        return None, _("Dites pourquoi vous contestez : chaque ligne contestée demande une phrase.")
    answers = [
        LineAnswer(
            line_id=line_id,
            verdict="contested" if verdict == "contested" else "confirmed",
            comment=comment[:500],
        )
        for line_id, (verdict, comment) in given.items()
    ]
    word = AnswerStatement(statement_id=statement.id, version=version_read(visit), answers=answers)
    try:
        return await visit.ask(word, key=key_of(visit)), ""
    except Refusal as refusal:
        signed_in_still(refusal)
        return None, told(refusal)


async def statement(visit: Visit) -> Page | Response:
    read = await visit.ask(GetStatement(statement_id=visit.path["statement_id"]))
    here = f"/pallets/statements/{read.id}"
    refusal = ""
    if visit.posted is not None:
        done, refusal = await answered(visit, read)
        if done is not None:
            return visit.go(here, _("Réponse envoyée, ligne par ligne."))
    return StatementPage(
        title=_("Relevé %(who)s")
        % {"who": read.maker_name if read.partner_id == visit.session.organization_id else read.partner_name},
        crumbs=[("/pallets", _("Palettes")), ("/pallets/statements", _("Relevés"))],
        statement=read,
        period=period_text(read),
        answerable=read.partner_id == visit.session.organization_id
        and read.state != "confirmed"
        and visit.session.may("palette.write"),
        refusal=refusal,
        here=here,
        typed=answers_typed(visit, read),
        names=pallet_names(),
    )


async def table(visit: Visit) -> Response:
    return sent(await visit.ask(DownloadStatement(statement_id=visit.path["statement_id"])))


PAGES = [
    page("/pallets/statements", statements, methods=("GET",)),
    page("/pallets/statements/new", make),
    page("/pallets/statements/{statement_id}", statement),
    page("/pallets/statements/{statement_id}/lines.csv", table, methods=("GET",)),
]
