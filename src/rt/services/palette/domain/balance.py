"""Balances of pallet accounts, and what is carried forward of them from the months that are over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from rt.contracts.palette import BalanceView, PalletQuality, PalletType
from rt.kernel.core.clock import ZONE
from rt.kernel.model.entity import Entity

WRITTEN_WITHIN = timedelta(days=1)
"""What was settled in a month is stored by then, however long its write took."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What counts between an organization and a partner at one site, of one type and quality.

    `claimed_…` is what one side has said and the other not confirmed: it does not count.
    """

    partner_id: str
    partner_name: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    confirmed: int
    own: int
    claimed_by_us: int
    claimed_by_others: int
    last_moved_at: datetime

    @property
    def account(self) -> tuple[str, str, str, str]:
        return self.partner_id, self.site_name, self.pallet_type, self.quality

    @property
    def even(self) -> bool:
        return not (self.confirmed or self.own or self.claimed_by_us or self.claimed_by_others)

    def plus(self, other: "Balance") -> "Balance":
        """The two together, under the name that the partner had last."""
        latest = max(self, other, key=lambda one: one.last_moved_at)
        return msgspec.structs.replace(
            latest,
            confirmed=self.confirmed + other.confirmed,
            own=self.own + other.own,
            claimed_by_us=self.claimed_by_us + other.claimed_by_us,
            claimed_by_others=self.claimed_by_others + other.claimed_by_others,
        )

    def view(self) -> BalanceView:
        return BalanceView(**msgspec.structs.asdict(self))


class CarriedForward(Entity, kw_only=True):
    """The balances of all movements of an organization that were settled before `until`.

    What is settled never changes: late answers settle their movements in a later month, whatever day these
    were of.
    """

    until: datetime
    balances: list[Balance]


def added(balances: Iterable[Balance]) -> list[Balance]:
    """One balance for each account, in the order of the accounts."""
    sums: dict[tuple[str, str, str, str], Balance] = {}
    for one in balances:
        known = sums.get(one.account)
        sums[one.account] = one if known is None else known.plus(one)
    return [sums[account] for account in sorted(sums)]


def standing_open(balances: Iterable[Balance]) -> list[Balance]:
    """The same, without those that are even."""
    return [one for one in added(balances) if not one.even]


def carried_until(moment: datetime) -> datetime:
    """The beginning, in Paris, of the month before which everything that was settled is stored by now."""
    then = (moment - WRITTEN_WITHIN).astimezone(ZONE)
    return then.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
