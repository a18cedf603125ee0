"""Messages about movements of pallets and the balances that they leave."""

from datetime import date, datetime
from typing import Literal

from rt.contracts.palette.terms import (
    Count,
    Limit,
    Moment,
    MovementKind,
    Name,
    PalletQuality,
    PalletType,
    PolicyMode,
    Reason,
    Standing,
    Text,
)
from rt.kernel.model.messages import Command, Cursor, Event, Personal, Query, View
from rt.trade.days import PastMoment
from rt.trade.references import AccountId, MovementId, OrderId


class LineView(View):
    """One entry between two parties; positive: `holder` now holds that many pallets of `partner`."""

    holder_id: str
    holder_name: str
    partner_id: str
    partner_name: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    standing: Standing


class CountView(View):
    """What was counted at the dock, as signed; `owed` is what the exchange policy still asks for."""

    pallet_type: PalletType
    quality: PalletQuality
    delivered: int
    returned: int
    refused: int
    broken: int
    owed: int


class MovementView(View):
    """One movement, seen by both sides; its lines are those that concern the organization that looks.

    `awaited` names the parties whose yes is still wanted, `lapses_at` when the claim ends without it. What
    the reader may do next: `answerable`, `withdrawable`, `reversible`.
    """

    id: str
    kind: MovementKind
    standing: Standing
    teller_id: str
    teller_name: str
    awaited: list[str]
    lapses_at: datetime | None
    answerable: bool
    withdrawable: bool
    reversible: bool
    closed_by: str
    closed_reason: str
    order_id: str
    document_number: str
    site_name: str
    moved_at: datetime
    policy: PolicyMode
    counts: list[CountView]
    lines: list[LineView]
    note: str
    reverses: str
    reversed_by: str


class MovementsPage(View):
    """Movements, newest first; `next` is empty on the last page."""

    items: list[MovementView]
    next: str


class FindMovements(
    Query[MovementsPage], route="/api/palettes/movements", needs="palette.read", closed_to=("driver",)
):
    """Movements in which the organization takes part; `waits`: those for its own yes, or for another's."""

    partner_id: AccountId = ""
    order_id: OrderId = ""
    pallet_type: PalletType | None = None
    waits: Literal["", "ours", "theirs"] = ""
    after: Cursor = ""
    limit: Limit = 50


class GetMovement(
    Query[MovementView],
    route="/api/palettes/movements/{movement_id}",
    needs="palette.read",
    closed_to=("driver",),
):
    """One movement."""

    movement_id: MovementId


class BookMovement(
    Command[MovementView],
    route="/api/palettes/movements",
    needs="palette.write",
    status=201,
    closed_to=("driver",),
):
    """Claim pallets given or received outside a delivery; it counts for both once the partner confirms it."""

    partner_id: AccountId
    direction: Literal["given", "received"]
    quantity: Count
    partner_name: Name = ""
    kind: Literal["transfer", "opening"] = "transfer"
    pallet_type: PalletType = "EUR"
    quality: PalletQuality = "A"
    site_name: Name = ""
    moved_at: PastMoment | None = None
    note: Text = ""


class ConfirmMovement(
    Command[MovementView],
    route="/api/palettes/movements/{movement_id}/confirm",
    needs="palette.write",
    closed_to=("driver",),
):
    """Say yes to what another has claimed: from now on it counts."""

    movement_id: MovementId


class DisputeMovement(
    Command[MovementView],
    route="/api/palettes/movements/{movement_id}/dispute",
    needs="palette.write",
    closed_to=("driver",),
):
    """Say no to what another has claimed, and why: the claim is closed, a corrected one may follow."""

    movement_id: MovementId
    reason: Reason


class WithdrawMovement(
    Command[MovementView],
    route="/api/palettes/movements/{movement_id}/withdraw",
    needs="palette.write",
    closed_to=("driver",),
):
    """Take back one's own claim while nobody has confirmed it."""

    movement_id: MovementId
    reason: Reason


class ReverseMovement(
    Command[MovementView],
    route="/api/palettes/movements/{movement_id}/reverse",
    needs="palette.write",
    status=201,
    closed_to=("driver",),
):
    """Claim the exact opposite of what both agreed; like any claim it counts once the other confirms it."""

    movement_id: MovementId
    reason: Reason


class BalanceView(View):
    """Where the organization stands with one partner; positive: we hold theirs, negative: they owe us.

    `confirmed` is what both have agreed. Claims still unanswered stand apart: `claimed_by_us` awaits the
    partner's yes, `claimed_by_others` ours. `own` is what we noted with a partner who has no account.
    """

    partner_id: str
    partner_name: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    confirmed: int
    claimed_by_us: int
    claimed_by_others: int
    own: int
    last_moved_at: datetime


class BalancesView(View):
    """Balances of the organization, folded from its movements; a late answer counts from when it is given."""

    items: list[BalanceView]
    as_of: datetime


class GetBalances(
    Query[BalancesView], route="/api/palettes/balances", needs="palette.read", closed_to=("driver",)
):
    """Balances with every partner, or with one; `until` folds the movements before that moment only."""

    partner_id: AccountId = ""
    until: Moment | None = None


class PalletsMoved(Event, topic="palette.pallets.moved"):
    """All parties of a movement are agreed; `owed` counts what the consignee still owes after a delivery."""

    movement_id: str
    kind: MovementKind
    order_id: str
    shipper_id: str
    carrier_id: str
    consignee_id: str
    site_name: str
    counts: list[CountView]
    owed: int


class ClaimLine(View):
    """What one party would hold more (or less) of another's pallets."""

    holder_id: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int


class MovementClaimed(Event, topic="palette.movement.claimed"):
    """Somebody claims a movement that others have not agreed to; `awaited` are those whose yes it wants."""

    movement_id: str
    kind: MovementKind
    order_id: str
    teller_id: str
    teller_name: str
    awaited: list[str]
    lines: list[ClaimLine]
    note: Personal
    lapses_at: datetime | None


class MovementConfirmed(Event, topic="palette.movement.confirmed"):
    """A party said yes to a claim; `awaited` are those who have not."""

    movement_id: str
    teller_id: str
    by_id: str
    by_name: str
    awaited: list[str]


class MovementDisputed(Event, topic="palette.movement.disputed"):
    """A party said no to a claim, which is closed."""

    movement_id: str
    teller_id: str
    by_id: str
    by_name: str
    reason: Personal


class MovementWithdrawn(Event, topic="palette.movement.withdrawn"):
    """Who claimed a movement took the claim back before anybody confirmed it."""

    movement_id: str
    teller_id: str
    reason: Personal


class MovementLapsed(Event, topic="palette.movement.lapsed"):
    """A claim was not confirmed in time and counts for nobody."""

    movement_id: str
    teller_id: str
    awaited_name: str


class LimitationNear(Event, topic="palette.limitation.near"):
    """Pallets owed for so long that the claim will soon lapse."""

    movement_id: str
    creditor_id: str
    debtor_id: str
    debtor_name: str
    pallet_type: PalletType
    quantity: int
    lapses_on: date
