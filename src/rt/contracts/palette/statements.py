"""Messages about the statements that two partners agree on."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.palette.terms import (
    Limit,
    LineVerdict,
    MovementKind,
    PalletQuality,
    PalletType,
    StatementState,
    Text,
)
from rt.kernel.model.bounds import within
from rt.kernel.model.messages import Command, Cursor, Download, Event, PersonalLabel, Query, Version, View
from rt.trade.contacts import OptionalEmail
from rt.trade.references import AccountId, MailSecret, StatementId, StatementLineId

STATEMENT_LINES = 2_000
"""As many lines as one answer may have: a longer period is stated in parts."""
StatementDay = Annotated[date, within(past_days=1_830, ahead_days=1)]


class StatementLineView(View):
    """One line of a statement; quantities as the organization that made it sees them."""

    id: str
    movement_id: str
    kind: MovementKind
    moved_at: datetime
    document_number: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    verdict: LineVerdict
    comment: str


class StatementBalanceView(View):
    """Opening and closing balance of one pallet type, and how old the open part is."""

    pallet_type: PalletType
    quality: PalletQuality
    opening: int
    closing: int
    days_0_30: int
    days_31_60: int
    days_61_90: int
    days_over_90: int
    lapses_on: date | None


class StatementClaimView(View):
    """A claim that the partner had not answered when the statement was made; it counts in no balance."""

    movement_id: str
    moved_at: datetime
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    by_maker: bool
    lapses_at: datetime | None


class StatementView(View):
    """What moved between two organizations in a period; an answer names the `version` that was read."""

    id: str
    version: int
    state: StatementState
    maker_id: str
    maker_name: str
    partner_id: str
    partner_name: str
    period_from: date
    period_until: date
    made_at: datetime
    balances: list[StatementBalanceView]
    lines: list[StatementLineView]
    claims: list[StatementClaimView]
    answered_at: datetime | None


class StatementsPage(View):
    """Statements, newest first."""

    items: list[StatementView]
    next: str


class MakeStatement(
    Command[StatementView],
    route="/api/palettes/statements",
    needs="palette.write",
    status=201,
    closed_to=("driver",),
):
    """Draw up the statement with a partner, both days included; one without account answers by a link."""

    partner_id: AccountId
    period_from: StatementDay
    period_until: StatementDay
    partner_email: OptionalEmail = ""


class FindStatements(
    Query[StatementsPage], route="/api/palettes/statements", needs="palette.read", closed_to=("driver",)
):
    """Statements that the organization made or received."""

    partner_id: AccountId = ""
    after: Cursor = ""
    limit: Limit = 50


class GetStatement(
    Query[StatementView],
    route="/api/palettes/statements/{statement_id}",
    needs="palette.read",
    link="answer_statement",
    closed_to=("driver",),
):
    """One statement."""

    statement_id: StatementId


class DownloadStatement(
    Query[Download],
    route="/api/palettes/statements/{statement_id}/csv",
    needs="palette.read",
    link="answer_statement",
    closed_to=("driver",),
):
    """The statement's lines as CSV."""

    statement_id: StatementId


class LineAnswer(View):
    """The partner's word on one line; a contested line says why."""

    line_id: StatementLineId
    verdict: Literal["confirmed", "contested"]
    comment: Text = ""


class AnswerStatement(
    Command[StatementView],
    route="/api/palettes/statements/{statement_id}/answer",
    needs="palette.write",
    link="answer_statement",
    closed_to=("driver",),
):
    """Confirm or contest, line by line, the statement in the version that was read; only its partner may."""

    statement_id: StatementId
    version: Version
    answers: Annotated[list[LineAnswer], Meta(min_length=1, max_length=STATEMENT_LINES)]


class StatementReady(Event, topic="palette.statement.ready"):
    """A statement awaits its partner; `url` is a path with a capability link, for one without account."""

    statement_id: str
    partner_id: str
    partner_name: str
    partner_email: PersonalLabel
    period: str
    url: MailSecret


class StatementAnswered(Event, topic="palette.statement.answered"):
    """The partner has answered lines."""

    statement_id: str
    partner_id: str
    confirmed: int
    contested: int
    state: StatementState
