"""Things of the pallet service for its tests: say only what the test is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from rt.contracts.ecpmr import DeliverySigned, PalletExchange
from rt.services.palette.domain.ledger import Exchange, Movement, Party, delivery_lines, organizations
from rt.services.palette.domain.statement import Statement, StatementLine, drawn_up
from rt.services.palette.domain.voucher import Voucher

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
SHIPPER, CARRIER, CONSIGNEE = "org_shipper", "org_carrier", "org_consignee"


def movement(**says: Any) -> Movement:
    """A delivery of 33 EUR pallets of which 20 came back."""
    exchange = says.pop("exchange", None) or Exchange(
        pallet_type="EUR", quality="A", delivered=33, returned=20, expected=33
    )
    return Movement(
        **{
            "id": "mov_1",
            "org_id": SHIPPER,
            "kind": "delivery",
            "moved_at": AT,
            "parties": [Party(id=SHIPPER, name="Shipper"), Party(id=CONSIGNEE, name="Consignee")],
            "lines": delivery_lines(exchange, SHIPPER, CARRIER, CONSIGNEE, "Lyon"),
            "exchanges": [exchange],
            "seen_by": organizations(SHIPPER, CARRIER, CONSIGNEE),
        }
        | says
    )


def voucher(**says: Any) -> Voucher:
    """A voucher of 13 EUR pallets that the consignee owes to the shipper."""
    return Voucher(
        **{
            "id": "vou_1",
            "org_id": SHIPPER,
            "number": "BP2603-TEST0001",
            "debtor_id": CONSIGNEE,
            "debtor_name": "Consignee",
            "creditor_id": SHIPPER,
            "bearer_id": CARRIER,
            "site_name": "Lyon",
            "pallet_type": "EUR",
            "quality": "A",
            "quantity": 13,
            "left": 13,
            "expires_at": AT + timedelta(days=180),
            "seen_by": organizations(SHIPPER, CARRIER, CONSIGNEE),
        }
        | says
    )


def entry(quantity: int, days: int = 0, **says: Any) -> StatementLine:
    """One entry of an account, some days after AT."""
    return StatementLine(
        **{
            "id": f"lin_{days}_{quantity}",
            "movement_id": f"mov_{days}",
            "kind": "delivery",
            "moved_at": AT + timedelta(days=days),
            "document_number": "CMR-1",
            "site_name": "Lyon",
            "pallet_type": "EUR",
            "quality": "A",
            "quantity": quantity,
        }
        | says
    )


def statement(*entries: StatementLine) -> Statement:
    """A statement over March and April 2026."""
    begin, until = date(2026, 3, 1), date(2026, 4, 30)
    balances, lines = drawn_up(entries, begin, until, 12)
    return Statement(
        id="sta_1",
        org_id=SHIPPER,
        maker_name="Shipper",
        partner_id=CONSIGNEE,
        partner_org_id=CONSIGNEE,
        partner_name="Consignee",
        period_from=begin,
        period_until=until,
        balances=balances,
        lines=lines,
    )


def signed(**says: Any) -> DeliverySigned:
    """A delivery signed at the consignee: 33 EUR delivered, 20 returned."""
    pallets = says.pop("pallets", None) or [
        PalletExchange(pallet_type="EUR", quality="A", delivered=33, returned=20, refused=0, broken=0)
    ]
    return DeliverySigned(
        **{
            "document_id": "cmr_1",
            "order_id": "ord_1",
            "number": "CMR-1",
            "shipper_id": SHIPPER,
            "carrier_id": CARRIER,
            "consignee_id": CONSIGNEE,
            "consignee_name": "Consignee",
            "site_name": "Lyon",
            "signed_at": AT,
            "by_name": "Mme Martin",
            "reserves": [],
            "pallets": pallets,
        }
        | says
    )
