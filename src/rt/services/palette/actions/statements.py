"""Statements: drawn up, sent to the partner, answered, downloaded."""

from datetime import timedelta
from typing import Any

from rt.contracts.authz import AddPartner, GetOrganization, IssueLink
from rt.contracts.palette import (
    AnswerStatement,
    DownloadStatement,
    FindStatements,
    GetStatement,
    MakeStatement,
    StatementBalanceView,
    StatementLineView,
    StatementsPage,
    StatementView,
)
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import Conflict
from rt.kernel.identity import current_actor
from rt.kernel.ids import new_id
from rt.kernel.messages import Download
from rt.kernel.tenancy import current_org
from rt.services.palette.actions.office import refuse_driver
from rt.services.palette.domain.ledger import organizations
from rt.services.palette.domain.policy import in_force
from rt.services.palette.domain.statement import Statement, drawn_up, refuse_backwards
from rt.services.palette.store import PaletteStore

LINK_DAYS = 60
"""How long a partner without account may answer by the link."""


class NothingBetween(Conflict):
    fr = "Aucun mouvement n'existe avec ce partenaire."
    en = "There is no movement with this partner."


class Statements:
    """The statements that the organization made or received."""

    def __init__(self, store: PaletteStore, services: Services) -> None:
        self._store = store
        self._services = services

    async def make(self, asked: MakeStatement) -> StatementView:
        refuse_driver()
        refuse_backwards(asked.period_from, asked.period_until)
        entries, partner_name = await self._store.account(asked.partner_id)
        if not entries:
            raise NothingBetween
        rules = await self._store.rules.find({"kind": "limitation_months"})
        months = in_force(rules, "limitation_months", asked.period_until)
        balances, lines = drawn_up(entries, asked.period_from, asked.period_until, months)
        statement_id = new_id("sta")
        partner_org_id, email, url = await self._invite(asked, partner_name, statement_id)
        own = await self._services.ask(GetOrganization(organization_id=current_org()))
        statement = Statement(
            id=statement_id,
            maker_name=own.name,
            partner_id=asked.partner_id,
            partner_org_id=partner_org_id,
            partner_name=partner_name,
            period_from=asked.period_from,
            period_until=asked.period_until,
            balances=balances,
            lines=lines,
            seen_by=organizations(current_org(), partner_org_id),
        )
        statement.ready(email, url)
        return _view(await self._store.statements.add(statement))

    async def get(self, asked: GetStatement) -> StatementView:
        return _view(await self._store.statements.get(asked.statement_id))

    async def find(self, asked: FindStatements) -> StatementsPage:
        where: dict[str, Any] = {"partner_id": asked.partner_id} if asked.partner_id else {}
        page = await self._store.statements.page(where, after=asked.after, limit=asked.limit)
        return StatementsPage(items=[_view(statement) for statement in page.items], next=page.next)

    async def answer(self, asked: AnswerStatement) -> StatementView:
        refuse_driver()
        async with self._store.statements.change(asked.statement_id) as statement:
            statement.answer(asked.answers, current_org())
        return _view(statement)

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
        if not asked.partner_id.startswith("name:"):
            partner = await self._services.ask(GetOrganization(organization_id=asked.partner_id))
        elif asked.partner_email:
            partner = await self._services.ask(
                AddPartner(name=name, kind="recipient", email=asked.partner_email)
            )
        else:
            return "", "", ""
        email = asked.partner_email or partner.email
        if not partner.guest:
            return partner.id, email, ""
        link = await self._services.ask(
            IssueLink(
                scope="answer_statement",
                object_id=statement_id,
                organization_id=partner.id,
                expires_at=now() + timedelta(days=LINK_DAYS),
            )
        )
        return partner.id, email, f"/l/{link.token}"


def _view(statement: Statement) -> StatementView:
    return StatementView(
        id=statement.id,
        state=statement.state,
        maker_id=statement.org_id,
        maker_name=statement.maker_name,
        partner_id=statement.partner_id,
        partner_name=statement.partner_name,
        period_from=statement.period_from,
        period_until=statement.period_until,
        made_at=statement.created_at,
        balances=[
            StatementBalanceView(
                pallet_type=one.pallet_type,
                quality=one.quality,
                opening=one.opening,
                closing=one.closing,
                days_0_30=one.days_0_30,
                days_31_60=one.days_31_60,
                days_61_90=one.days_61_90,
                days_over_90=one.days_over_90,
                lapses_on=one.lapses_on,
            )
            for one in statement.balances
        ],
        lines=[
            StatementLineView(
                id=line.id,
                movement_id=line.movement_id,
                kind=line.kind,
                moved_at=line.moved_at,
                document_number=line.document_number,
                site_name=line.site_name,
                pallet_type=line.pallet_type,
                quality=line.quality,
                quantity=line.quantity,
                verdict=line.verdict,
                comment=line.comment,
            )
            for line in statement.lines
        ],
        answered_at=statement.answered_at,
    )
