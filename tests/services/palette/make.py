"""Things of the pallet service for its tests: say only what the test is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.conftest import stand_in
from tests.summaries import summary_of

from rt.contracts.authz import (
    AddPartner,
    GetOrganization,
    IssueLink,
    LinkView,
    OrganizationView,
)
from rt.contracts.core_orders import OrderPlanned
from rt.contracts.ecpmr import DeliverySigned, PalletExchange
from rt.kernel.core.errors import NotFound
from rt.kernel.service.service import serve
from rt.services.palette.domain.ledger import Exchange, Party, delivery_lines, organizations
from rt.services.palette.domain.movement import Movement
from rt.services.palette.domain.statement import Statement, StatementLine, drawn_up
from rt.services.palette.domain.voucher import Voucher
from rt.trade.places import Address, Site

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
ALL = SHIPPER, CARRIER, CONSIGNEE = "org_shipper", "org_carrier", "org_consignee"


def movement(**says: Any) -> Movement:
    """A delivery of 33 EUR pallets of which 20 came back, agreed by all three; `yes` names those who have."""
    yes, absent = says.pop("yes", None), says.pop("absent", ())
    exchange = says.pop("exchange", None) or Exchange(
        pallet_type="EUR", quality="A", delivered=33, returned=20, expected=33
    )
    made = Movement(
        **{
            "id": "mov_1",
            "org_id": SHIPPER,
            "kind": "delivery",
            "moved_at": AT,
            "parties": [
                Party(id=SHIPPER, name="Shipper"),
                Party(id=CARRIER, name="Carrier"),
                Party(id=CONSIGNEE, name="Consignee"),
            ],
            "lines": delivery_lines(exchange, SHIPPER, CARRIER, CONSIGNEE, "Lyon"),
            "exchanges": [exchange],
            "teller_id": SHIPPER,
            "seen_by": organizations(SHIPPER, CARRIER, CONSIGNEE),
        }
        | says
    )
    made.declare(ALL if yes is None else yes, absent, AT + timedelta(days=30))
    made.clear_emitted()
    return made


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
            "owner_id": SHIPPER,
            "shipper_id": SHIPPER,
            "carrier_id": CARRIER,
            "consignee_id": CONSIGNEE,
            "consignee_name": "Consignee",
            "site_name": "Lyon",
            "signed_at": AT,
            "by_name": "Mme Martin",
            "by_org_id": CARRIER,
            "reserves": [],
            "pallets": pallets,
        }
        | says
    )


NAMES = {
    SHIPPER: "Shipper",
    CARRIER: "Carrier",
    CONSIGNEE: "Consignee",
    "org_guest": "Épicerie Dupont",
    "org_stranger": "Stranger",
    "org_blocked": "Blocked",
}
STANDINGS = {"org_guest": "guest", "org_stranger": "stranger", "org_blocked": "blocked"}


async def organization(asked: GetOrganization) -> OrganizationView:
    if asked.organization_id not in NAMES:
        raise NotFound
    return card(asked.organization_id)


async def partner(asked: AddPartner) -> OrganizationView:
    return card("org_guest")


async def link(asked: IssueLink) -> LinkView:
    return LinkView(link_id="lnk_1", token=f"token-{asked.object_id}", expires_at=asked.expires_at)


neighbours = stand_in(
    "authz", serve(GetOrganization, organization), serve(AddPartner, partner), serve(IssueLink, link)
)
"""The part of authz that the pallet service asks: three partners, a guest, a stranger and one blocked."""


def card(organization_id: str) -> OrganizationView:
    return OrganizationView(
        id=organization_id,
        name=NAMES[organization_id],
        kind="recipient",
        country="FR",
        siret="",
        vat="",
        email="",
        phone="",
        language="fr",
        guest=organization_id == "org_guest",
        suspended=False,
        standing=STANDINGS.get(organization_id, "partner"),
    )


def planned(**says: Any) -> OrderPlanned:
    """An order of 33 EUR pallets from the shipper to the consignee's site in Lyon."""
    site = Site(name="Lyon", address=Address(city="Lyon"))
    order = summary_of(
        **{
            "order_id": "ord_1",
            "reference": "CMD-1",
            "shipper_id": SHIPPER,
            "shipper_name": "Shipper",
            "carrier_id": CARRIER,
            "carrier_name": "Carrier",
            "consignee_id": CONSIGNEE,
            "consignee_name": "Consignee",
            "consignee_email": "quai@consignee.example",
            "pickup": site,
            "delivery": site,
            "pickup_from": None,
            "pickup_until": None,
            "delivery_from": None,
            "delivery_until": None,
            "goods": [],
            "pallets": 33,
            "pallet_type": "EUR",
            "weight_kg": 12_000,
            "loading_metres": 13.6,
            "requirements": [],
        }
        | says
    )
    return OrderPlanned(
        order=order,
        vehicle_plate="AB-123-CD",
        driver_id="drv_1",
        driver_name="Jean",
        planned_pickup_at=None,
        planned_delivery_at=None,
    )
