"""Statements: drawn up, sent to the partner, answered, downloaded."""

from datetime import timedelta

from rt.contracts.palette import (
    STATEMENT_LINES,
    AnswerStatement,
    DownloadStatement,
    FindStatements,
    GetStatement,
    MakeStatement,
    StatementsPage,
    StatementView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Download
from rt.services.palette.adapters import Directory
from rt.services.palette.domain.ledger import NAMED, organizations
from rt.services.palette.domain.statement import (
    Statement,
    claims_until,
    drawn_up,
    refuse_backwards,
    refuse_too_many,
)
from rt.services.palette.store import PaletteStore
from rt.services.palette.store.listings import STATEMENTS

LINK_DAYS = 60
"""How long a partner without account may answer by the link."""


class NothingBetween(Conflict):
    fr = "Aucun mouvement n'existe avec ce partenaire."
    en = "There is no movement with this partner."


class Statements:
    """The statements that the organization made or received."""

    def __init__(self, store: PaletteStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def make(self, asked: MakeStatement) -> StatementView:
        entries, partner_name = await self._store.account(asked.partner_id)
        if not entries:
            await self._refuse_unknown(asked.partner_id)
            raise NothingBetween
        refuse_backwards(asked.period_from, asked.period_until)
        months = await self._store.figure("limitation_months", asked.period_until)
        balances, lines = drawn_up(entries, asked.period_from, asked.period_until, months)
        refuse_too_many(lines)
        statement_id = new_id("sta")
        partner_org_id, email, url = await self._invite(asked, partner_name, statement_id)
        statement = Statement(
            id=statement_id,
            maker_name=await self._directory.own_name(current_org()),
            partner_id=asked.partner_id,
            partner_org_id=partner_org_id,
            partner_name=partner_name,
            period_from=asked.period_from,
            period_until=asked.period_until,
            balances=balances,
            lines=lines,
            claims=claims_until(entries, asked.period_until)[:STATEMENT_LINES],
            seen_by=organizations(current_org(), partner_org_id),
        )
        statement.ready(email, url)
        return (await self._store.statements.add(statement)).view()

    async def get(self, asked: GetStatement) -> StatementView:
        return (await self._store.statements.get(asked.statement_id)).view()

    async def find(self, asked: FindStatements) -> StatementsPage:
        named = {"partner_id": asked.partner_id} if asked.partner_id else {}
        page = await self._store.statements.rows(STATEMENTS, named, after=asked.after, limit=asked.limit)
        return StatementsPage(items=[statement.view() for statement in page.items], next=page.next)

    async def answer(self, asked: AnswerStatement) -> StatementView:
        async with self._store.statements.change(asked.statement_id) as statement:
            statement.answer(asked.answers, asked.version, current_org())
        return statement.view()

    async def download(self, asked: DownloadStatement) -> Download:
        statement = await self._store.statements.get(asked.statement_id)
        return Download(
            content=statement.sheet(current_actor().language),
            media_type="text/csv",
            filename=f"{statement.period_from}_{statement.period_until}_{statement.id}.csv",
        )

    async def _invite(self, asked: MakeStatement, name: str, statement_id: str) -> tuple[str, str, str]:
        """The organization that may answer, its address, and a link when it has no account.

        A partner known by name alone becomes a guest once an address is given; without one, nobody answers.
        """
        if not asked.partner_id.startswith(NAMED):
            partner = await self._directory.card(asked.partner_id)
        elif asked.partner_email:
            partner = await self._directory.guest(name, asked.partner_email)
        else:
            partner = None
        if partner is None:
            return "", "", ""
        email = asked.partner_email or partner.email
        if not partner.guest:
            return partner.id, email, ""
        until = now() + timedelta(days=LINK_DAYS)
        token = await self._directory.statement_link(statement_id, partner.id, until)
        return partner.id, email, f"/l/{token}"

    async def _refuse_unknown(self, partner_id: str) -> None:
        if not partner_id.startswith(NAMED):
            await self._directory.known("partner_id", partner_id)
