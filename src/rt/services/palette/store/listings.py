"""How movements, vouchers and statements are listed."""

from rt.kernel.storage.listing import Filter, Listing
from rt.services.palette.domain.movement import Movement
from rt.services.palette.domain.statement import Statement
from rt.services.palette.domain.voucher import Voucher

MOVEMENTS = Listing(
    Movement,
    {"latest": "-moved_at"},
    {
        "account": Filter("accounts", first=True, owners=True),
        "order_id": Filter("order_id", first=True, when={"order_id": {"$gt": ""}}),
    },
)
CLAIMS = Listing(
    Movement,
    {"latest": "-moved_at"},
    {
        "awaits": Filter("awaits", first=True, owners=True),
        "bound": Filter("bound", first=True, owners=True),
        "account": Filter("accounts"),
        "order_id": "order_id",
        "lapses_at": "lapses_at",
    },
    always={"closed": "", "awaits.0": {"$exists": True}},
)
"""What waits for somebody's yes."""
VOUCHERS = Listing(
    Voucher,
    {"newest": "-created_at"},
    {
        "state": Filter("state", first=True),
        "number": Filter("number", first=True),
        "order_id": Filter("order_id", first=True, when={"order_id": {"$gt": ""}}),
    },
)
STATEMENTS = Listing(Statement, {"newest": "-created_at"}, {"partner_id": Filter("partner_id", first=True)})
