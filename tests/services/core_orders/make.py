"""Builders of orders and what they are made of; each test says only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rt.contracts.core_orders import CreateOrder, PlanView, Stop
from rt.kernel.core.clock import now
from rt.kernel.core.tenancy import acting_for
from rt.services.core_orders.domain.kept import Document
from rt.services.core_orders.domain.order import Order, drafted
from rt.services.core_orders.domain.partners import Partner
from rt.services.core_orders.domain.states import Author
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CLIENT, SENDER, SUPPLIER, SECOND = "org_group", "org_plant", "org_foundry", "org_second_carrier"
SHIPPER, CARRIER, CONSIGNEE, LOGISTICIAN, STRANGER = (
    "org_ship",
    "org_carr",
    "org_cons",
    "org_logi",
    "org_else",
)


def author(org: str = SHIPPER, **more: Any) -> Author:
    return Author(**{"actor_id": "usr_1", "name": "Camille", "org_id": org, "source": "portal", **more})


HASH = "a" * 64


def partner(id: str = CARRIER, **more: Any) -> Partner:
    emitted = {"name": "Transports Martin", "email": "exploitation@martin.example", "kind": "carrier"}
    return Partner(**{"id": id, **emitted, "guest": False, "standing": "partner", **more})


def paper(document_id: str = "doc_pod", kind: str = "pod", org: str = CARRIER) -> Document:
    """A paper that somebody attached: signed by hand, if it is a proof of delivery."""
    return Document(
        document_id=document_id,
        kind=kind,
        filename="émargé.pdf",
        media_type="application/pdf",
        added_at=now(),
        added_by="Jo",
        org_id=org,
        content_hash=HASH,
    )


def site(name: str = "Usine Dupont", city: str = "Lyon", postal_code: str = "69007", **more: Any) -> Site:
    return Site(
        name=name,
        address=Address(street="12 rue de Gerland", postal_code=postal_code, city=city),
        contact=Contact(name="Quai 4", phone="+33478000000"),
        **more,
    )


def pickup(**more: Any) -> Stop:
    return Stop(
        **{
            "kind": "pickup",
            "site": site(),
            "from_at": MONDAY,
            "until_at": MONDAY + timedelta(hours=2),
            **more,
        }
    )


def delivery(**more: Any) -> Stop:
    at = MONDAY + timedelta(days=1)
    return Stop(
        **{
            "kind": "delivery",
            "site": site("Entrepôt Saint-Étienne", "Saint-Étienne", "42000"),
            "from_at": at,
            "until_at": at + timedelta(hours=4),
            **more,
        }
    )


def goods(**more: Any) -> Goods:
    return Goods(
        **{
            "description": "Robinetterie",
            "quantity": 10,
            "weight_kg": 4000,
            "pallets": 10,
            "value_cents": 900_000,
            **more,
        }
    )


def asked(**more: Any) -> CreateOrder:
    """A complete order: it can be confirmed."""
    return CreateOrder(
        **{
            "stops": [pickup(), delivery()],
            "goods": [goods()],
            "consignee_id": CONSIGNEE,
            "consignee_name": "Brico Loire",
            "consignee_email": "reception@brico.example",
            "logistician_id": LOGISTICIAN,
            "sell_cents": 90_000,
            "buy_cents": 75_000,
            **more,
        }
    )


PARTIES = {"client_id": CLIENT, "shipper_id": SENDER, "supplier_id": SUPPLIER}
"""Parts that different organizations play on one order, besides its owner's."""
NAMES = {
    SHIPPER: "Usines Dupont",
    CLIENT: "Groupe Dupont",
    SENDER: "Dupont Logistique",
    SUPPLIER: "Fonderie Nord",
}


def order(state: str = "draft", **more: Any) -> Order:
    """An order that was brought to this state by its own rules."""
    with acting_for(SHIPPER):
        made = drafted(
            author(),
            asked(**more),
            order_id="ord_1",
            reference=more.get("reference") or "2026-000001",
            names=NAMES,
        )
    bring(made, state)
    return made


PATH = (
    "confirmed",
    "assigned",
    "planned",
    "loading",
    "in_transit",
    "delivered",
    "pod_ok",
    "invoiced",
    "closed",
)


def bring(made: Order, state: str) -> None:
    """Walk the order from the draft to a state."""
    if state == "draft":
        return
    if state == "cancelled":
        made.cancel(author(), "plus besoin")
        return
    made.confirm(author())
    if state == "tendered":
        offer(made)
    if state not in PATH[1:]:
        return
    made.assign(author(), partner(), 80_000)
    for step in PATH[2 : PATH.index(state) + 1]:
        _step(made, step)


def _step(made: Order, step: str) -> None:
    match step:
        case "planned":
            made.plan_by_hand(author(CARRIER), PlanView(vehicle_plate="AB-123-CD", driver_name="Jo"))
        case "loading" | "in_transit" | "delivered":
            made.report(author(CARRIER), step, False)
            if step == "delivered":
                made.attach(author(CARRIER), paper())
        case "pod_ok":
            made.accept_proof(author(), "doc_pod", HASH)
        case "invoiced":
            made.invoice(author(CARRIER), "F-1", 80_000)
        case "closed":
            made.close(author())


def offer(made: Order, to: str = CARRIER, deadline: datetime | None = None, **more: Any) -> str:
    """Offer it at 800 €; the id of the offer."""
    tender_id = f"tnd_{len(made.tenders)}"
    made.tender(
        author(),
        **{
            "tender_id": tender_id,
            "carrier": partner(to),
            "price_cents": 80_000,
            "deadline": deadline or MONDAY,
            **more,
        },
    )
    return tender_id
