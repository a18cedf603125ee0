"""Statements: what moved between two partners in a period, confirmed or contested line by line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from rt.contracts.palette import (
    STATEMENT_LINES,
    LineAnswer,
    LineVerdict,
    MovementKind,
    PalletQuality,
    PalletType,
    Standing,
    StatementAnswered,
    StatementBalanceView,
    StatementClaimView,
    StatementLineView,
    StatementReady,
    StatementState,
    StatementView,
)
from rt.kernel.core.clock import ZONE, day_of, now
from rt.kernel.core.errors import Conflict, Forbidden, Invalid, ReferenceUnknown
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.services.palette.domain.ledger import OpenPart, open_parts
from rt.services.palette.domain.policy import months_later
from rt.trade.spreadsheets import Cell, csv_file

COLUMNS = {
    "fr": ("Date", "Pièce", "Site", "Type", "Qualité", "Quantité", "Réponse", "Commentaire"),
    "en": ("Date", "Document", "Site", "Type", "Quality", "Quantity", "Answer", "Comment"),
}


class PeriodBackwards(Invalid):
    fr = "La période finit avant de commencer."
    en = "The period ends before it begins."


class StatementOfOthers(Forbidden):
    fr = "Seul le partenaire répond à ce relevé."
    en = "Only the partner answers this statement."


class StatementChanged(Conflict):
    fr = "Le relevé a reçu d'autres réponses entre-temps. Relisez-le avant de répondre."
    en = "The statement was answered otherwise meanwhile. Read it again before you answer."


class LinesRepeated(Invalid):
    fr = "Une même ligne reçoit deux réponses."
    en = "One line is answered twice."


class TooManyLines(Invalid):
    fr = "Cette période compte {count} lignes, {limit} au plus : établissez plusieurs relevés."
    en = "This period has {count} lines, {limit} at most: make several statements."


class ContestWithoutReason(Invalid):
    fr = "Dites en quelques mots pourquoi vous contestez."
    en = "Say in a few words why you contest."


class LineAgreed(Conflict):
    fr = "La ligne {line_id} est déjà confirmée."
    en = "Line {line_id} is confirmed already."


class StatementLine(msgspec.Struct, kw_only=True):
    """One entry of the maker's account with the partner."""

    id: str
    movement_id: str
    kind: MovementKind
    moved_at: datetime
    document_number: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    standing: Standing = "confirmed"
    by_maker: bool = False
    lapses_at: datetime | None = None
    verdict: LineVerdict = "pending"
    comment: Personal = ""

    @property
    def counts(self) -> bool:
        return self.standing in ("confirmed", "own")


class StatementBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Opening, closing and age of one pallet type; the four ages sum to the closing balance."""

    pallet_type: PalletType
    quality: PalletQuality
    opening: int
    closing: int
    days_0_30: int
    days_31_60: int
    days_61_90: int
    days_over_90: int
    lapses_on: date | None


class Statement(Entity, kw_only=True):
    """A photograph of the account, that the partner answers."""

    maker_name: str
    partner_id: str
    partner_org_id: str = ""
    partner_name: str
    period_from: date
    period_until: date
    balances: list[StatementBalance]
    lines: list[StatementLine]
    claims: list[StatementLine] = msgspec.field(default_factory=list)
    state: StatementState = "open"
    answered_at: datetime | None = None

    def ready(self, email: str, url: str) -> None:
        period = f"{self.period_from.isoformat()}/{self.period_until.isoformat()}"
        self.emit(
            StatementReady(
                statement_id=self.id,
                partner_id=self.partner_org_id or self.partner_id,
                partner_name=self.partner_name,
                partner_email=email,
                period=period,
                url=url,
            )
        )

    def answer(self, answers: list[LineAnswer], version: int, by_id: str) -> None:
        """The partner's word on the version it read; all of it or, when one answer is wrong, none of it."""
        lines = {line.id: line for line in self.lines}
        for position, answer in enumerate(answers):
            if answer.line_id not in lines:
                raise ReferenceUnknown(f"answers.{position}.line_id")
        if not by_id or by_id != self.partner_org_id:
            raise StatementOfOthers
        if len({answer.line_id for answer in answers}) < len(answers):
            raise LinesRepeated("answers")
        if version != self.version:
            raise StatementChanged("version")
        for position, answer in enumerate(answers):
            line = lines[answer.line_id]
            if answer.verdict == "contested" and len(answer.comment.strip()) < 3:
                raise ContestWithoutReason(f"answers.{position}.comment")
            if line.verdict == "confirmed" and answer.verdict != "confirmed":
                raise LineAgreed(line_id=answer.line_id)
        for answer in answers:
            lines[answer.line_id].verdict = answer.verdict
            lines[answer.line_id].comment = answer.comment
        verdicts = [line.verdict for line in self.lines]
        if "contested" in verdicts:
            self.state = "contested"
        elif "pending" not in verdicts:
            self.state = "confirmed"
        else:
            self.state = "open"
        self.answered_at = now()
        self.emit(
            StatementAnswered(
                statement_id=self.id,
                partner_id=self.partner_id,
                confirmed=verdicts.count("confirmed"),
                contested=verdicts.count("contested"),
                state=self.state,
            )
        )

    def sheet(self, language: str) -> bytes:
        """The lines as CSV for a spreadsheet."""
        return csv_file(COLUMNS.get(language, COLUMNS["en"]), map(_cells, self.lines))

    def view(self) -> StatementView:
        return StatementView(
            id=self.id,
            version=self.version,
            state=self.state,
            maker_id=self.org_id,
            maker_name=self.maker_name,
            partner_id=self.partner_id,
            partner_name=self.partner_name,
            period_from=self.period_from,
            period_until=self.period_until,
            made_at=self.created_at,
            balances=[StatementBalanceView(**msgspec.structs.asdict(one)) for one in self.balances],
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
                for line in self.lines
            ],
            claims=[
                StatementClaimView(
                    movement_id=claim.movement_id,
                    moved_at=claim.moved_at,
                    site_name=claim.site_name,
                    pallet_type=claim.pallet_type,
                    quality=claim.quality,
                    quantity=claim.quantity,
                    by_maker=claim.by_maker,
                    lapses_at=claim.lapses_at,
                )
                for claim in self.claims
            ],
            answered_at=self.answered_at,
        )


def _cells(line: StatementLine) -> Sequence[Cell]:
    day = day_of(line.moved_at).isoformat()
    texts = (line.document_number, line.site_name, line.pallet_type, line.quality)
    return (day, *texts, line.quantity, line.verdict, line.comment)


def day_begins(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def refuse_backwards(period_from: date, period_until: date) -> None:
    if period_until < period_from:
        raise PeriodBackwards("period_until")


def drawn_up(
    entries: Iterable[StatementLine], period_from: date, period_until: date, limitation_months: int
) -> tuple[list[StatementBalance], list[StatementLine]]:
    """Balances and lines of a period, from all entries that count until its end."""
    begin, end = day_begins(period_from), day_begins(period_until + timedelta(days=1))
    account = sorted(
        (entry for entry in entries if entry.counts and entry.moved_at < end),
        key=lambda entry: entry.moved_at,
    )
    by_kind: Mapping[tuple[PalletType, PalletQuality], list[StatementLine]] = defaultdict(list)
    for entry in account:
        by_kind[entry.pallet_type, entry.quality].append(entry)
    balances = [
        _balance(pallet_type, quality, kept, begin, period_until, limitation_months)
        for (pallet_type, quality), kept in sorted(by_kind.items())
    ]
    return balances, [entry for entry in account if entry.moved_at >= begin]


def claims_until(entries: Iterable[StatementLine], period_until: date) -> list[StatementLine]:
    """What either side claims until the end of a period and the other has not answered yet."""
    end = day_begins(period_until + timedelta(days=1))
    return [entry for entry in entries if entry.standing == "claimed" and entry.moved_at < end]


def refuse_too_many(lines: list[StatementLine]) -> None:
    if len(lines) > STATEMENT_LINES:
        raise TooManyLines("period_from", count=len(lines), limit=STATEMENT_LINES)


def _balance(
    pallet_type: PalletType,
    quality: PalletQuality,
    entries: list[StatementLine],
    begin: datetime,
    until: date,
    limitation_months: int,
) -> StatementBalance:
    parts = open_parts(OpenPart(entry.moved_at, entry.quantity, entry.movement_id) for entry in entries)
    ages = [0, 0, 0, 0]
    for part in parts:
        days = (until - day_of(part.at)).days
        ages[0 if days <= 30 else 1 if days <= 60 else 2 if days <= 90 else 3] += part.quantity
    lapses = months_later(day_of(parts[0].at), limitation_months) if parts else None
    return StatementBalance(
        pallet_type=pallet_type,
        quality=quality,
        opening=sum(entry.quantity for entry in entries if entry.moved_at < begin),
        closing=sum(entry.quantity for entry in entries),
        days_0_30=ages[0],
        days_31_60=ages[1],
        days_61_90=ages[2],
        days_over_90=ages[3],
        lapses_on=lapses,
    )
