"""Builders of notes, signatures and orders, each ready to use and easy to vary."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs
from tests.summaries import summary_of

from rt.contracts.core_orders import AmendedPart, OrderAmended, OrderPlanned, OrderSummary
from rt.contracts.ecpmr import Consignment, GoodsLine, PartyBox, SignatureGiven
from rt.kernel.core.clock import held, now
from rt.services.ecpmr.domain.invited import Invitation
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Issue, Who
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

SHIPPER, CARRIER, CONSIGNEE, STRANGER = "org_shipper", "org_carrier", "org_consignee", "org_stranger"
MORNING = datetime(2026, 9, 14, 7, 30, tzinfo=UTC)
STROKES = "M10 40 C20 10 40 10 50 40 Q60 70 80 40 L120 38"

DRIVER = Who(kind="user", id="usr_driver", org_id=CARRIER)
CLERK = Who(kind="user", id="usr_clerk", org_id=SHIPPER)
RECEIVER = Who(kind="user", id="usr_receiver", org_id=CONSIGNEE)
RECEIVER_BY_LINK = Who(kind="link", id="lnk_1", org_id=CONSIGNEE)


def goods(**changes: Any) -> Goods:
    return Goods(
        **{"description": "Pots de yaourt", "quantity": 20, "weight_kg": 8400.0, "pallets": 20, **changes}
    )


def consignment(**changes: Any) -> Consignment:
    fields: dict[str, Any] = {
        "sender": PartyBox(name="Laiterie du Forez", siren="552100554", address=LOADING.address),
        "consignee": PartyBox(name="Plateforme Rungis Froid"),
        "carrier": PartyBox(
            name="Transports Mabille",
            siren="330703844",
            address=Address(street="4 rue du Canal", postal_code="42600", city="Montbrison"),
        ),
        "pickup": LOADING,
        "delivery": UNLOADING,
        "pickup_at": MORNING,
        "delivery_at": MORNING + timedelta(hours=8),
        "goods": [
            GoodsLine(line=1, goods=goods()),
            GoodsLine(line=2, goods=goods(description="Beurre", quantity=4)),
        ],
        "vehicle_plate": "GF-482-KL",
        "driver_name": "Karim Haddad",
        "instructions": "Température dirigée +4 °C",
        "documents": ["Bon de livraison 88213"],
        "reference": "CMD-7741",
        "established_at": "Feurs",
        "established_on": MORNING.date(),
    }
    return Consignment(**{**fields, **changes})


LOADING = Site(
    name="Laiterie du Forez, quai 3",
    address=Address(street="12 route de Lyon", postal_code="42110", city="Feurs"),
    contact=Contact(name="Quai expéditions", phone="+33 4 77 00 00 00"),
    latitude=45.74,
    longitude=4.22,
)
UNLOADING = Site(
    name="Rungis Froid, porte 12",
    address=Address(street="1 avenue de Normandie", postal_code="94150", city="Rungis"),
)


def note(opened: Consignment | None = None, **changes: Any) -> Note:
    """A note whose first version is open; `changes` are of the note itself."""
    made = Note(
        **{
            "id": "cmr_1",
            "org_id": SHIPPER,
            "seen_by": [SHIPPER, CARRIER, CONSIGNEE],
            "issue": Issue(
                number="LV-2026-000001",
                order_id="ord_1",
                shipper_id=SHIPPER,
                verification_id="verify-me",
                issued_at=MORNING,
            ),
            "carrier_id": CARRIER,
            "consignee_id": CONSIGNEE,
            **changes,
        }
    )
    with held(MORNING - timedelta(hours=2)):
        made.open(opened or consignment(), "")
    return made


def signature(party: str, **changes: Any) -> SignatureGiven:
    names = {
        "sender": "Lucie Faure",
        "carrier": "Karim Haddad",
        "consignee": "Paul Morel",
        "successor": "Nadia Roux",
    }
    return SignatureGiven(
        **{"party": party, "name": names[party], "image": STROKES, "device": "Pixel 8", **changes}
    )


def invitation(**changes: Any) -> Invitation:
    """The consignee's link, sent at its shipper's request to the address of the order."""
    return Invitation(
        **{
            "link_id": "lnk_1",
            "party": "consignee",
            "org_id": CONSIGNEE,
            "email": "quai@rungis-froid.example",
            "origin": "order",
            "requested_by": SHIPPER,
            "requested_for": "sender",
            "made_at": MORNING,
            **changes,
        }
    )


def taken_over(**changes: Any) -> Note:
    made = note(**changes)
    made.sign("takeover", made.content_hash, MORNING, [signature("sender"), signature("carrier")], DRIVER)
    return made


def delivered(**changes: Any) -> Note:
    made = taken_over(**changes)
    later = MORNING + timedelta(hours=8)
    made.sign("delivery", made.content_hash, later, [signature("consignee"), signature("carrier")], DRIVER)
    return made


def order(**changes: Any) -> OrderSummary:
    fields: dict[str, Any] = {
        "order_id": "ord_1",
        "reference": "CMD-7741",
        "shipper_id": SHIPPER,
        "shipper_name": "Laiterie du Forez",
        "carrier_id": CARRIER,
        "carrier_name": "Transports Mabille",
        "consignee_id": CONSIGNEE,
        "consignee_name": "Plateforme Rungis Froid",
        "consignee_email": "quai@rungis-froid.example",
        "pickup": LOADING,
        "delivery": UNLOADING,
        "pickup_from": MORNING,
        "pickup_until": MORNING + timedelta(hours=2),
        "delivery_from": MORNING + timedelta(hours=8),
        "delivery_until": MORNING + timedelta(hours=10),
        "goods": [goods(), goods(description="Beurre", quantity=4)],
        "pallets": 24,
        "pallet_type": "EUR",
        "weight_kg": 16800.0,
        "loading_metres": 9.6,
        "requirements": ["temperature"],
    }
    return summary_of(**{**fields, **changes})


def planned(**changes: Any) -> OrderPlanned:
    """The event that issues a note; `changes` are of the order, a plate under its own name."""
    plate = changes.pop("vehicle_plate", "GF-482-KL")
    return OrderPlanned(
        order=order(**changes),
        vehicle_plate=plate,
        driver_id="drv_1",
        driver_name="Karim Haddad",
        planned_pickup_at=MORNING,
        planned_delivery_at=MORNING + timedelta(hours=8),
    )


def amended(**changes: Any) -> OrderAmended:
    """The order was changed by consent in what is named."""
    parts: list[AmendedPart] = ["instructions" if name == "instructions" else "stops" for name in changes]
    return OrderAmended(order=order(**changes), change_id="chg_1", asked_by="owner", parts=parts)


LYON = structs.replace(
    UNLOADING, name="Quai Nord", address=Address(street="1 quai Nord", postal_code="69007", city="Lyon")
)


def asked(note: dict[str, Any], *parties: str, **more: Any) -> dict[str, Any]:
    """The body of a signing command on the note as read."""
    given = [{"party": party, "name": f"Nom {party}", "image": STROKES} for party in parties]
    body: dict[str, Any] = {
        "content_hash": note["content_hash"],
        "happened_at": now().isoformat(),
        "signature": given[0],
    }
    if len(given) > 1:
        body["countersignature"] = given[1]
    return {**body, **more}
