"""Words about movements of pallets and the balances that they leave."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.palette.terms import (
    Count,
    Limit,
    Moment,
    MovementKind,
    PalletQuality,
    PalletType,
    PolicyMode,
    Text,
)
from rt.kernel.messages import Command, Cursor, Event, Query, View
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
    """One movement, seen by both sides; its lines are those that concern the organization that looks."""

    id: str
    kind: MovementKind
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


class FindMovements(Query[MovementsPage], route="/api/palettes/movements", needs="palette.read"):
    """Movements in which the organization takes part."""

    partner_id: AccountId = ""
    order_id: OrderId = ""
    pallet_type: PalletType | None = None
    after: Cursor = ""
    limit: Limit = 50


class GetMovement(Query[MovementView], route="/api/palettes/movements/{movement_id}", needs="palette.read"):
    """One movement."""

    movement_id: MovementId


class BookMovement(Command[MovementView], route="/api/palettes/movements", needs="palette.write", status=201):
    """Book pallets given or received outside a delivery: empties brought back, an opening balance."""

    partner_id: AccountId
    direction: Literal["given", "received"]
    quantity: Count
    partner_name: Annotated[str, Meta(max_length=120)] = ""
    kind: Literal["transfer", "opening"] = "transfer"
    pallet_type: PalletType = "EUR"
    quality: PalletQuality = "A"
    site_name: Annotated[str, Meta(max_length=120)] = ""
    moved_at: Moment | None = None
    note: Text = ""


class ReverseMovement(
    Command[MovementView],
    route="/api/palettes/movements/{movement_id}/reverse",
    needs="palette.write",
    status=201,
):
    """Correct a movement by its exact opposite; nothing that was booked is ever changed."""

    movement_id: MovementId
    reason: Annotated[str, Meta(min_length=3, max_length=500)]


class BalanceView(View):
    """Where the organization stands with one partner; positive: we hold theirs, negative: they owe us."""

    partner_id: str
    partner_name: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    last_moved_at: datetime


class BalancesView(View):
    """Balances of the organization, folded from its movements."""

    items: list[BalanceView]
    as_of: datetime


class GetBalances(Query[BalancesView], route="/api/palettes/balances", needs="palette.read"):
    """Balances with every partner, or with one; `until` folds the movements before that moment only."""

    partner_id: AccountId = ""
    until: Moment | None = None


class PalletsMoved(Event, topic="palette.pallets.moved"):
    """A movement was booked; `owed` counts what the consignee still owes after this delivery."""

    movement_id: str
    kind: MovementKind
    order_id: str
    shipper_id: str
    carrier_id: str
    consignee_id: str
    site_name: str
    counts: list[CountView]
    owed: int


class LimitationNear(Event, topic="palette.limitation.near"):
    """Pallets owed for so long that the claim will soon lapse."""

    movement_id: str
    creditor_id: str
    debtor_id: str
    debtor_name: str
    pallet_type: PalletType
    quantity: int
    lapses_on: date
