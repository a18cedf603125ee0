"""Pallets between us and those who deliver: balances, claims, vouchers, statements to answer line by line."""

import msgspec
from starlette.responses import Response

from rt.contracts.palette import (
    AnswerStatement,
    DownloadStatement,
    FindStatements,
    GetBalances,
    GetStatement,
    LineAnswer,
    StatementView,
)
from rt.kernel.errors import Refusal
from rt.pages.pallets import (
    BalanceRow,
    Claims,
    balance_columns,
    balance_rows,
    pallet_names,
    partner_choices,
    version_read,
    waiting_for_us,
)
from rt.pages.vouchers import Vouchers
from rt.ui.asking import attempt, key_of, sent, signed_in_still, told, typed
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
    to_answer: bool


class PalletsPage(Page):
    """Balances above, statements below."""

    template, part = "pallets.html", "_pallets.html"
    balances: list[BalanceRow]
    balance_columns: list[Column]
    waiting: int
    may_write: bool
    rows: list[StatementRow]
    columns: list[Column]
    more: str


class StatementPage(Page):
    """One statement; its partner answers each line."""

    template = "statement.html"
    statement: StatementView
    period: str
    here: str
    answerable: bool
    refusal: str
    typed: dict[str, tuple[str, str]]
    names: dict[str, str]


async def pallets(visit: Visit) -> Page:
    found = await visit.ask(FindStatements(after=visit.query.get("after", "")))
    stand = await attempt(visit, GetBalances())
    me = visit.session.organization_id
    return PalletsPage(
        title=_("Palettes"),
        balances=balance_rows(stand) if stand else [],
        balance_columns=balance_columns(),
        waiting=await waiting_for_us(visit),
        may_write=visit.session.may("palette.write"),
        rows=[
            StatementRow(
                id=one.id,
                period=period_text(one),
                other=one.partner_name if one.maker_id == me else one.maker_name,
                state=one.state,
                to_answer=answerable(visit, one),
            )
            for one in found.items
        ],
        columns=[
            Column(name="period", label=_("Période")),
            Column(name="other", label=_("Partenaire")),
            Column(name="state", label=_("État"), kind="state"),
        ],
        more=f"/pallets?after={found.next}" if found.next else "",
    )


async def statement(visit: Visit) -> Page | Response:
    read = await visit.ask(GetStatement(statement_id=visit.path["statement_id"]))
    here = f"/pallets/statements/{read.id}"
    given = answers(visit, read)
    refusal = ""
    if visit.posted is not None:
        refusal = await answer(visit, read, given)
        if not refusal:
            return visit.go(here, _("Réponse envoyée, ligne par ligne."))
    return StatementPage(
        title=_("Relevé de palettes de %(who)s") % {"who": read.maker_name},
        crumbs=[("/pallets", _("Palettes"))],
        statement=read,
        period=period_text(read),
        here=here,
        answerable=answerable(visit, read),
        refusal=refusal,
        typed=given,
        names=pallet_names(),
    )


def answerable(visit: Visit, read: StatementView) -> bool:
    ours = read.partner_id == visit.session.organization_id
    return ours and read.state != "confirmed" and visit.session.may("palette.write")


def answers(visit: Visit, read: StatementView) -> dict[str, tuple[str, str]]:
    """What was chosen and written for each line: posted, else answered before, else nothing."""
    given = {}
    for line in read.lines:
        before = line.verdict if line.verdict != "pending" else ""
        verdict = typed(visit, f"verdict.{line.id}") if visit.posted is not None else before
        comment = typed(visit, f"comment.{line.id}") if visit.posted is not None else line.comment
        given[line.id] = (verdict, comment)
    return given


async def answer(visit: Visit, read: StatementView, given: dict[str, tuple[str, str]]) -> str:
    """Say the chosen answers; why not, or nothing when it is done."""
    if any(verdict == "contested" and not comment for verdict, comment in given.values()):
        return _("Dites pourquoi vous contestez : chaque ligne contestée demande une phrase.")
    chosen = [
        LineAnswer(
            line_id=line_id,
            verdict="contested" if verdict == "contested" else "confirmed",
            comment=comment[:500],
        )
        for line_id, (verdict, comment) in given.items()
        if verdict in ("confirmed", "contested")
    ]
    if not chosen:
        return _("Choisissez une réponse pour au moins une ligne.")
    try:
        await visit.ask(
            AnswerStatement(statement_id=read.id, version=version_read(visit), answers=chosen),
            key=key_of(visit),
        )
    except Refusal as refusal:
        signed_in_still(refusal)
        return told(refusal)
    return ""


def period_text(read: StatementView) -> str:
    return f"{day(read.period_from)} – {day(read.period_until)}"


async def table(visit: Visit) -> Response:
    return sent(await visit.ask(DownloadStatement(statement_id=visit.path["statement_id"])))


PAGES = [
    page("/pallets", pallets, methods=("GET",)),
    page("/pallets/statements/{statement_id}", statement),
    page("/pallets/statements/{statement_id}/lines.csv", table, methods=("GET",)),
    *Claims().pages(),
    *Vouchers(partner_choices).pages(),
]
