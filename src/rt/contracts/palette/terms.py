"""Pallet types, qualities and the other closed lists of the pallet messages."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

PalletType = Literal["EUR", "UIC", "CHEP", "LPR", "IPP", "PRS", "ROLL", "ONEWAY", "OTHER"]
"""EUR is EUR/EPAL, UIC is UIC/EUR without the EPAL mark, ONEWAY a palette perdue, which is never owed."""
PalletQuality = Literal["NEW", "A", "B", "C", "BROKEN"]
"""Exchange classes of sound pallets, and BROKEN: given back but not exchangeable."""
MovementKind = Literal["delivery", "voucher", "transfer", "opening", "reversal"]
PolicyMode = Literal["immediate", "deferred", "none", "ratio"]
Standing = Literal["confirmed", "claimed", "disputed", "lapsed", "withdrawn", "own"]
"""What an entry between two parties is worth: agreed by both, said by one and not yet answered, answered
no, not answered in time, taken back by who said it; `own`: with a partner who has no account, kept in one's
own book alone."""
PolicyAnswer = Literal["none", "accepted", "refused"]
VoucherState = Literal["open", "redeemed", "expired", "lost", "cancelled"]
LineVerdict = Literal["pending", "confirmed", "contested"]
StatementState = Literal["open", "confirmed", "contested"]
RuleKind = Literal["limitation_months", "limitation_warning_days", "voucher_days", "claim_days"]

Count = Annotated[int, Meta(ge=1, le=10_000)]
Reason = Annotated[str, Meta(min_length=3, max_length=500)]
Name = Annotated[str, Meta(max_length=120)]
Text = Annotated[str, Meta(max_length=500)]
Moment = Annotated[datetime, Meta(tz=True)]
Limit = Annotated[int, Meta(ge=1, le=200)]
