"""What is counted at a stop against what the note counts: reserves by line, pallets by what they can be."""

from collections.abc import Sequence

from rt.contracts.ecpmr import Consignment, PalletExchange, ReserveGiven
from rt.kernel.core.errors import Invalid, Refusal
from rt.services.ecpmr.domain import refusals

PALLETS_OVER = 0.1
"""A tenth more than the note counts, and two at least, is counted at any dock."""
OVER_AT_LEAST = 2
FULL_TRUCK = 33
"""EUR pallets on the floor of a trailer: the measure of a note that counts none."""
COUNTED = ("delivered", "returned", "refused", "broken")


def pallets_counted(consignment: Consignment) -> int:
    return sum(line.goods.pallets for line in consignment.goods)


def pallets_usual(consignment: Consignment) -> int:
    """The most pallets of one kind of movement that are signed without a word."""
    counted = pallets_counted(consignment)
    return counted + max(OVER_AT_LEAST, int(counted * PALLETS_OVER)) if counted else FULL_TRUCK


def refuse_pallets(consignment: Consignment, pallets: Sequence[PalletExchange], confirmed: bool) -> None:
    """Refuse numbers beyond the usual that nobody confirmed: 400 for 4 is a slip of the finger."""
    if confirmed:
        return
    usual = pallets_usual(consignment)
    for name in COUNTED:
        total = 0
        for position, moved in enumerate(pallets):
            total += getattr(moved, name)
            if total > usual:
                field = f"pallets.{position}.{name}"
                raise refusals.PalletsBeyondNote(field, said=total, counted=pallets_counted(consignment))


def refuse_reserves(consignment: Consignment, reserves: Sequence[ReserveGiven]) -> None:
    quantities = {line.line: line.goods.quantity for line in consignment.goods}
    wrong: list[Refusal] = []
    for position, reserve in enumerate(reserves):
        lost = reserve.missing_quantity + reserve.damaged_quantity
        if reserve.line and reserve.line not in quantities:
            wrong.append(refusals.LineUnknown(f"reserves.{position}.line", line=reserve.line))
        elif reserve.line and lost > quantities[reserve.line]:
            field = f"reserves.{position}.missing_quantity"
            wrong.append(refusals.MoreThanCarried(field, quantity=quantities[reserve.line]))
    if wrong:
        raise Invalid.together(wrong)
