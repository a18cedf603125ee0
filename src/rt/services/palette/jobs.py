"""What the pallet service does once a day: warn before a claim lapses."""

from datetime import date, timedelta

from rt.contracts.palette import LimitationNear, PalletQuality, PalletType
from rt.kernel.core.clock import day_of, today
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for
from rt.services.palette.domain.ledger import OpenPart, open_parts
from rt.services.palette.domain.policy import in_force, months_later
from rt.services.palette.domain.statement import StatementLine
from rt.services.palette.store import Notice, PaletteStore

ALL_RULES = 20_000
"""More than there are kinds of figures and days on which they may begin."""


class Limitation:
    """Watches how old the open debts of every creditor are."""

    def __init__(self, store: PaletteStore) -> None:
        self._store = store

    async def warn(self) -> None:
        for creditor_id, debtor_id in await self._store.debtors():
            with acting_for(creditor_id):
                await self._warn_of(creditor_id, debtor_id, today())

    async def _warn_of(self, creditor_id: str, debtor_id: str, day: date) -> None:
        account, debtor_name = await self._store.account(debtor_id)
        entries = [entry for entry in account if entry.counts]
        rules = await self._store.rules.find({}, limit=ALL_RULES)
        warning = timedelta(days=in_force(rules, "limitation_warning_days", day))
        for pallet_type, quality in sorted({(entry.pallet_type, entry.quality) for entry in entries}):
            for part in open_debts(entries, pallet_type, quality):
                moved_on = day_of(part.at)
                lapses_on = months_later(moved_on, in_force(rules, "limitation_months", moved_on))
                if not lapses_on - warning <= day <= lapses_on:
                    continue
                notice = Notice(
                    id=derived_id("not", creditor_id, part.movement_id, debtor_id, pallet_type, quality),
                    movement_id=part.movement_id,
                    partner_id=debtor_id,
                )
                notice.emit(
                    LimitationNear(
                        movement_id=part.movement_id,
                        creditor_id=creditor_id,
                        debtor_id=debtor_id,
                        debtor_name=debtor_name,
                        pallet_type=pallet_type,
                        quantity=-part.quantity,
                        lapses_on=lapses_on,
                    )
                )
                try:
                    await self._store.notices.add(notice)
                except AlreadyExists:
                    continue


def open_debts(
    entries: list[StatementLine], pallet_type: PalletType, quality: PalletQuality
) -> list[OpenPart]:
    """What the partner still owes of one type, oldest first."""
    parts = open_parts(
        OpenPart(entry.moved_at, entry.quantity, entry.movement_id)
        for entry in entries
        if entry.pallet_type == pallet_type and entry.quality == quality
    )
    return [part for part in parts if part.quantity < 0]
