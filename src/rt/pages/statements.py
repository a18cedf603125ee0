"""Pallet statements: drawn up with a partner, answered line by line, signed in or by a link."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.palette import (
    AnswerStatement,
    DownloadStatement,
    FindStatements,
    GetStatement,
    LineAnswer,
    MakeStatement,
    StatementView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.pages.filters import address
from rt.pages.pallet_words import Tabs, pallet_names, partner_choices, version_read
from rt.ui.asking import attempt, key_of, sent, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE, day
from rt.ui.forms import FormPage
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

PATH = "/pallets/statements"
BY_LINK = "/l/{token}/statements/{statement_id}"
Answers = dict[str, tuple[str, str]]
"""Verdict and comment by line."""


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

    template, part = "pages/statements.html", "pages/_statements.html"
    tabs: Tabs
    rows: list[StatementRow]
    columns: list[Column]
    more: str
    may_make: bool


class StatementPage(Page):
    """One statement; its partner answers each line. Whoever comes by a link sees it in a frame of its own."""

    template = "pages/statement.html"
    statement: StatementView
    period: str
    answerable: bool
    refusal: str
    here: str
    typed: Answers
    names: dict[str, str]
    confirmed: int
    contested: int
    framed: bool


class Statements:
    """The pages of statements.

    `declares`: they are drawn up here too. `preset`: lines without answer are offered as confirmed.
    """

    def __init__(
        self, tabs: Callable[[], Tabs] = list, *, declares: bool = False, preset: bool = True
    ) -> None:
        self.tabs, self.declares, self.preset = tabs, declares, preset

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        one = f"{PATH}/{{statement_id}}"
        return [
            page(PATH, self.statements, methods=("GET",)),
            *((page(f"{PATH}/new", make),) if self.declares else ()),
            page(one, self.statement),
            page(f"{one}/lines.csv", lines, methods=("GET",)),
        ]

    def by_link(self) -> Sequence[Route]:
        """For a partner without an account."""
        return [
            page(BY_LINK, self.statement, anyone=True),
            page(f"{BY_LINK}/lines.csv", lines, anyone=True, methods=("GET",)),
        ]

    async def statements(self, visit: Visit) -> Page:
        found = await visit.ask(FindStatements(after=visit.query.get("after", "")))
        return StatementsPage(
            title=_("Relevés de palettes"),
            crumbs=[("/pallets", _("Palettes"))],
            tabs=self.tabs(),
            rows=[row(one, visit) for one in found.items],
            columns=[
                Column(name="period", label=_("Période")),
                Column(name="other", label=_("Partenaire")),
                Column(name="maker", label=_("Établi par"), wide=True),
                Column(name="answers", label=_("Lignes")),
                Column(name="state", label=_("État"), kind="state"),
            ],
            more=address(PATH, {"after": found.next}) if found.next else "",
            may_make=self.declares and visit.session.may("palette.write"),
        )

    async def statement(self, visit: Visit) -> Page | Response:
        read = await visit.ask(GetStatement(statement_id=visit.path["statement_id"]))
        by_link = bool(visit.link)
        here = visit.request.url.path
        given = answers(visit, read, "confirmed" if self.preset else "")
        refusal = ""
        if visit.posted is not None:
            refusal = await answer(visit, read, given)
            if not refusal:
                thanks = _("Merci, votre réponse est enregistrée ligne par ligne.")
                return visit.go(here, thanks if by_link else _("Réponse envoyée, ligne par ligne."))
        theirs = by_link or read.partner_id == visit.session.organization_id
        return StatementPage(
            title=_("Relevé de palettes de %(who)s") % {"who": read.maker_name}
            if theirs
            else _("Relevé de palettes pour %(who)s") % {"who": read.partner_name},
            crumbs=() if by_link else [("/pallets", _("Palettes")), (PATH, _("Relevés"))],
            statement=read,
            period=period_text(read),
            answerable=(by_link and read.state != "confirmed") or answerable(visit, read),
            refusal=refusal,
            here=here,
            typed=given,
            names=pallet_names(),
            confirmed=verdicts(read, "confirmed"),
            contested=verdicts(read, "contested"),
            framed=not by_link,
        )


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
        return visit.go(f"{PATH}/{made.id}", _("Relevé établi et envoyé au partenaire."))
    return FormPage(
        title=_("Nouveau relevé"),
        crumbs=[("/pallets", _("Palettes")), (PATH, _("Relevés"))],
        form=form,
        lead=_("Le partenaire confirme ou conteste chaque ligne."),
        back=PATH,
    )


async def unanswered(visit: Visit) -> int:
    """How many statements wait for our answer, among the latest."""
    found = await attempt(visit, FindStatements())
    return sum(to_answer(visit, read) for read in found.items) if found else 0


async def lines(visit: Visit) -> Response:
    return sent(await visit.ask(DownloadStatement(statement_id=visit.path["statement_id"])))


def answerable(visit: Visit, read: StatementView) -> bool:
    """Whether the visitor may answer for the partner of the statement."""
    theirs = read.partner_id == visit.session.organization_id
    return theirs and read.state != "confirmed" and visit.session.may("palette.write")


def to_answer(visit: Visit, read: StatementView) -> bool:
    """Whether nobody has answered for us yet."""
    return read.state == "open" and answerable(visit, read)


def answers(visit: Visit, read: StatementView, preset: str) -> Answers:
    """What was chosen and written for each line: posted, else answered before, else the preset."""
    given = {}
    for line in read.lines:
        before = preset if line.verdict == "pending" else line.verdict
        comment = typed(visit, f"comment.{line.id}") if visit.posted is not None else line.comment
        given[line.id] = (typed(visit, f"verdict.{line.id}") or before, comment)
    return given


async def answer(visit: Visit, read: StatementView, given: Answers) -> str:
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
        if verdict
    ]
    if not chosen:
        return _("Choisissez une réponse pour au moins une ligne.")
    message = AnswerStatement(statement_id=read.id, version=version_read(visit), answers=chosen)
    try:
        await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        return told(refusal)
    return ""


def row(read: StatementView, visit: Visit) -> StatementRow:
    ours = read.maker_id == visit.session.organization_id
    said = _("%(yes)s confirmées, %(no)s contestées, %(left)s sans réponse")
    counts = {
        "yes": verdicts(read, "confirmed"),
        "no": verdicts(read, "contested"),
        "left": verdicts(read, "pending"),
    }
    return StatementRow(
        id=read.id,
        period=period_text(read),
        other=read.partner_name if ours else read.maker_name,
        maker=_("nous") if ours else _("eux"),
        state=read.state,
        answers=said % counts,
        to_answer=to_answer(visit, read),
    )


def verdicts(read: StatementView, verdict: str) -> int:
    """How many lines have this answer."""
    return sum(line.verdict == verdict for line in read.lines)


def period_text(read: StatementView) -> str:
    return f"{day(read.period_from)} – {day(read.period_until)}"


def month_before(today: date) -> tuple[date, date]:
    """The first and last day of last month."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last
