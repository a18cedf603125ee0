"""Who sees what of an order: every field of every view for every role, against a list kept by hand."""

from datetime import timedelta

import pytest
from tests.services.core_orders import make
from tests.services.core_orders.make import (
    CARRIER,
    CLIENT,
    CONSIGNEE,
    LOGISTICIAN,
    SENDER,
    SHIPPER,
    STRANGER,
    SUPPLIER,
    author,
)

from rt.contracts.core_orders import OrderRow, OrderView
from rt.kernel.core.clock import held
from rt.kernel.core.errors import ReferenceUnknown
from rt.kernel.core.tenancy import acting_for
from rt.services.core_orders.domain.kept import Document, Incident
from rt.services.core_orders.domain.order import Order

READERS = {
    "owner": author(SHIPPER),
    "client": author(CLIENT),
    "shipper": author(SENDER),
    "supplier": author(SUPPLIER),
    "carrier": author(CARRIER),
    "consignee": author(CONSIGNEE),
    "logistician": author(LOGISTICIAN),
    "driver": author(CARRIER, driver=True),
}
OPEN_TO_ALL = {
    *(
        "order_id",
        "version",
        "my_role",
        "owned",
        "reference",
        "references",
        "state",
        "may",
        "created_at",
        "changed_at",
    ),
    *("owner_id", "owner_name", "supplier_id", "supplier_name"),
    *("shipper_id", "shipper_name", "carrier_id", "carrier_name", "consignee_id", "consignee_name"),
    *("logistician_id", "stops", "pickup", "delivery", "pickup_from", "pickup_until", "delivery_from"),
    *("delivery_until", "goods", "pallets", "weight_kg", "volume_m3", "loading_metres", "requirements"),
    *("equipment", "instructions", "plan", "with_reserves", "milestones", "incident_open", "incidents"),
    *("documents", "cancel_reason", "pickup_name", "pickup_city", "pickup_country", "delivery_name"),
    *("delivery_city", "delivery_country", "vehicle_plate", "driver_name", "proof", "change_for_me"),
    *("note", "given_on", "is_leg"),
}
GOLDEN = {
    "owner": OPEN_TO_ALL
    | {
        "client_id",
        "client_name",
        "consignee_email",
        "incoterm",
        "tender",
        "tenders",
        "sell_cents",
        "buy_cents",
        "agreed_cents",
    }
    | {"invoiced_cents", "invoice_number", "currency", "history", "tender_deadline", "tender_price_cents"}
    | {"tender_id", "tender_stranger", "changes", "chain", "parents"},
    "client": OPEN_TO_ALL
    | {"client_id", "client_name", "consignee_email", "incoterm", "sell_cents", "currency", "changes"}
    | {"chain"},
    "shipper": OPEN_TO_ALL | {"client_id", "client_name", "consignee_email", "incoterm", "chain"},
    "supplier": OPEN_TO_ALL | {"consignee_email"},
    "carrier": OPEN_TO_ALL
    | {"consignee_email", "tender", "agreed_cents", "invoiced_cents", "invoice_number", "currency"}
    | {"tender_deadline", "tender_price_cents", "tender_id", "tender_stranger", "changes", "chain"},
    "consignee": OPEN_TO_ALL | {"consignee_email", "incoterm"},
    "logistician": OPEN_TO_ALL | {"consignee_email"},
    "driver": OPEN_TO_ALL,
}


@pytest.fixture
def full():
    """An order in which every field has something to hide: an open offer, prices, papers, incidents."""
    with held(make.MONDAY - timedelta(days=3)), acting_for(SHIPPER):
        order = make.order(
            "confirmed",
            incoterm="DAP",
            consignee_id=CONSIGNEE,
            **make.PARTIES,
        )
        order.attach(author(), _document("doc_2", "photo"))
        for number, org, shared in (("inc_1", SHIPPER, True), ("inc_2", CONSIGNEE, False)):
            order.report_incident(author(org), _incident(number, org, shared))
        make.offer(order)
        order.agreed_cents = order.invoiced_cents = 80_000
        order.invoice_number = "F-1"
        return order


def _incident(number: str, org: str, shared: bool) -> Incident:
    return Incident(
        incident_id=number, org_id=org, kind="damage", text="t", reported_at=make.MONDAY, reported_by="x",
        shared=shared, cost_cents=5,
    )  # fmt: skip


def _document(id: str, kind: str) -> Document:
    return Document(
        document_id=id, kind=kind, filename="f", media_type="image/png", added_at=make.MONDAY, added_by="x"
    )


@pytest.mark.parametrize("role", GOLDEN)
@pytest.mark.parametrize("show", [Order.view, Order.row])
def test_a_role_sees_exactly_the_fields_of_its_list(full, role, show):
    view = show(full, full.roles_of(READERS[role]), READERS[role])
    shown = {name for name in view.__struct_fields__ if getattr(view, name) is not None}
    empty_anyway = {"carrier_id", "plan", "proof"}
    every = set(view.__struct_fields__)
    assert shown - empty_anyway == (GOLDEN[role] & every) - empty_anyway


def test_every_field_of_the_views_is_on_the_list_of_the_owner():
    assert set(OrderView.__struct_fields__) | set(OrderRow.__struct_fields__) == GOLDEN["owner"]


def test_who_is_several_sees_what_each_of_them_sees(full):
    full.client_id = full.shipper_id = CARRIER
    roles = full.roles_of(author(CARRIER))
    assert roles == {"carrier", "client", "shipper"}
    view = full.view(roles, author(CARRIER))
    shown = {name for name in view.__struct_fields__ if getattr(view, name) is not None}
    every = GOLDEN["carrier"] | GOLDEN["client"]
    assert shown >= (every & set(view.__struct_fields__)) - {"carrier_id", "plan", "proof"}
    assert view.buy_cents is view.tenders is view.history is None


@pytest.mark.parametrize("role", ["shipper", "supplier", "consignee", "logistician", "driver"])
def test_no_amount_reaches_a_role_outside_the_deal_at_any_depth(full, role):
    for show in (Order.view, Order.row):
        amounts = set(_amounts(show(full, full.roles_of(READERS[role]), READERS[role])))
        assert amounts <= ({"value_cents"} if role == "shipper" else set())


def _amounts(view):
    for name in getattr(view, "__struct_fields__", ()):
        value = getattr(view, name)
        if name.endswith("_cents") and value is not None:
            yield name
        for inner in value if isinstance(value, list) else [value]:
            yield from _amounts(inner)


def test_the_carrier_sees_only_the_offer_made_to_itself(full):
    with held(make.MONDAY - timedelta(days=3)), acting_for(SHIPPER):
        full.withdraw(author(), "tnd_0", "")
        make.offer(full, "org_rival", carrier=make.partner("org_rival", standing="stranger"))
        full.carrier_id = CARRIER
    assert full.view({"carrier"}, author(CARRIER)).tender is None
    assert full.view({"carrier"}, author("org_rival")).tender.carrier_id == "org_rival"
    hidden = full.row({"carrier"}, author(CARRIER))
    assert (hidden.tender_id, hidden.tender_stranger, hidden.tender_price_cents) == (None, None, None)
    assert hidden.tender_deadline is None, "that others are asked is not the carrier's to know"
    assert full.row({"carrier"}, author("org_rival")).tender_stranger
    assert full.row({"carrier"}, author("org_rival")).tender_price_cents == 80_000


def test_an_unshared_incident_is_seen_by_its_reporters_organization_alone(full):
    seen = {
        role: [one.incident_id for one in full.view(full.roles_of(by), by).incidents]
        for role, by in READERS.items()
    }
    assert seen.pop("consignee") == ["inc_1", "inc_2"]
    assert set(map(tuple, seen.values())) == {("inc_1",)}


def _readers_of(order: Order, document_id: str) -> set[str]:
    return {
        role
        for role, by in READERS.items()
        if document_id in {one.document_id for one in order.document_views(order.roles_of(by), by)}
    }


def test_an_invoice_is_shown_between_whom_it_passes_alone():
    own, sold = make.order("assigned"), make.order("assigned", **make.PARTIES)
    for order in (own, sold):
        order.attach(author(CARRIER), make.paper("doc_carrier", "invoice", CARRIER))
        order.attach(author(), make.paper("doc_owner", "invoice", SHIPPER))
        assert _readers_of(order, "doc_carrier") == {"owner", "carrier"}
    assert _readers_of(own, "doc_owner") >= {"owner", "carrier"}
    assert _readers_of(sold, "doc_owner") == {"owner"}, "it may be what the client pays"


def test_who_carries_next_is_not_shown_the_invoice_of_who_carried_before():
    order = make.order("assigned")
    order.attach(author(CARRIER), make.paper("doc_1", "invoice", CARRIER))
    order.release(author(), "panne")
    with held(make.MONDAY - timedelta(days=3)):
        make.offer(order, "org_rival")
    rival = author("org_rival")
    assert order.roles_of(rival) == {"carrier"}
    assert not order.document_views(order.roles_of(rival), rival)
    with pytest.raises(ReferenceUnknown):
        order.named_document(rival, "doc_1", "photos")


@pytest.mark.parametrize("org", [SHIPPER, CLIENT, SENDER, SUPPLIER, CONSIGNEE, LOGISTICIAN])
def test_drivers_have_a_part_in_what_their_own_house_carries_alone(org):
    order = make.order("assigned", **make.PARTIES)
    assert not order.roles_of(author(org, driver=True))
    assert order.roles_of(author(CARRIER, driver=True)) == {"driver"}


def test_a_stranger_has_no_role(full):
    assert not full.roles_of(author(STRANGER))
    assert STRANGER not in full.seen_by


def test_milestones_do_not_tell_about_offers(full):
    assert full.milestones() == []


def test_a_draft_that_is_called_off_stays_unknown_to_whom_it_names():
    order = make.order("draft", **make.PARTIES)
    order.report_incident(author(), _incident("inc_1", SHIPPER, True))
    order.cancel(author(), "")
    order.take(author(), {"instructions": "rien"}, "edited", {})
    assert order.seen_by == [SHIPPER]
    (told,) = order.emitted
    assert not told.shared, "an incident of a draft is its owner's alone, and nobody hears of its end"


def test_what_is_told_while_it_is_offered_says_that_its_carrier_is_only_asked(full):
    full.cancel(author(), "")
    told = {type(event).__name__: event.order.offered for event in full.emitted}
    assert told["OrderCancelled"] is True
    assert told["OrderConfirmed"] is False
