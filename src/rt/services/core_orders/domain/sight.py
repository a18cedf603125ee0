"""Who sees what of an order: one table, role by field; what a role must not see is None."""

from typing import Any, TypeVar

from msgspec import structs

from rt.contracts.core_orders import (
    DocumentView,
    IncidentView,
    Milestone,
    OrderRow,
    OrderView,
    ProofView,
    TenderView,
)
from rt.kernel.messages import View
from rt.services.core_orders.domain.kept import Document, Incident, Tender
from rt.services.core_orders.domain.line import OrderLine
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.states import DEAL, EVERYONE, SHIPPER, Hand
from rt.trade.goods import Goods
from rt.trade.roles import PartnerRole

V = TypeVar("V", bound=View)

HIDDEN: dict[str, frozenset[PartnerRole]] = {
    "sell_cents": EVERYONE - SHIPPER,
    "buy_cents": EVERYONE - SHIPPER,
    "tenders": EVERYONE - SHIPPER,
    "history": EVERYONE - SHIPPER,
    "agreed_cents": EVERYONE - DEAL,
    "invoiced_cents": EVERYONE - DEAL,
    "invoice_number": EVERYONE - DEAL,
    "currency": EVERYONE - DEAL,
    "tender": EVERYONE - DEAL,
    "tender_id": EVERYONE - DEAL,
    "tender_stranger": EVERYONE - DEAL,
    "tender_deadline": EVERYONE - DEAL,
    "tender_price_cents": EVERYONE - DEAL,
    "incoterm": EVERYONE - frozenset({"shipper", "consignee"}),
    "consignee_email": frozenset({"driver", "sub_carrier"}),
}
"""Fields of OrderView and OrderRow that some roles must not see; every other field is for every role."""
GOODS_VALUE: frozenset[PartnerRole] = DEAL
"""Who sees the declared value of the goods: it caps the carrier's liability and tempts thieves."""
EXECUTED = ("planned", "loading", "in_transit", "delivered", "pod_ok")


def order_view(order: Order, role: PartnerRole, by: Hand) -> OrderView:
    """The whole order as this role may see it."""
    summary = order.summary()
    offer = order.offer
    view = OrderView(
        order_id=order.id,
        version=order.version,
        my_role=role,
        reference=order.reference,
        references=order.references,
        state=order.state,
        may=order.may(role),
        created_at=order.created_at,
        changed_at=order.changed_at,
        shipper_id=order.org_id,
        shipper_name=order.shipper_name,
        carrier_id=order.carrier_id,
        carrier_name=order.carrier_name,
        consignee_id=order.consignee_id,
        consignee_name=order.consignee_name,
        consignee_email=order.consignee_email,
        logistician_id=order.logistician_id,
        stops=order.stops,
        pickup=summary.pickup,
        delivery=summary.delivery,
        pickup_from=summary.pickup_from,
        pickup_until=summary.pickup_until,
        delivery_from=summary.delivery_from,
        delivery_until=summary.delivery_until,
        goods=goods_shown(order.goods, role),
        pallets=order.pallets,
        weight_kg=order.weight_kg,
        volume_m3=order.volume_m3,
        loading_metres=order.loading_metres,
        requirements=order.requirements,
        equipment=order.equipment,
        incoterm=order.incoterm,
        instructions=order.instructions,
        plan=order.plan,
        with_reserves=order.with_reserves,
        milestones=milestones(order),
        incident_open=by.org_id in order.incident_for,
        incidents=incidents_shown(order, role, by),
        documents=documents_shown(order, role),
        proof=proof_shown(order),
        cancel_reason=order.cancel_reason,
        tender=tender_view(offer) if offer and _between(offer, role, by) else None,
        tenders=[tender_view(tender) for tender in order.tenders],
        sell_cents=order.sell_cents,
        buy_cents=order.buy_cents,
        agreed_cents=order.agreed_cents,
        invoiced_cents=order.invoiced_cents,
        invoice_number=order.invoice_number,
        currency=order.currency,
        history=order.history,
    )
    return hide(view, role)


def order_row(order: OrderLine, role: PartnerRole, by: Hand) -> OrderRow:
    """The order in a list as this role may see it."""
    pickup, delivery = order.pickup, order.delivery
    offer, plan = order.offer, order.plan
    between = offer if offer and _between(offer, role, by) else None
    row = OrderRow(
        order_id=order.id,
        version=order.version,
        my_role=role,
        reference=order.reference,
        references=order.references,
        state=order.state,
        may=order.may(role),
        created_at=order.created_at,
        shipper_id=order.org_id,
        shipper_name=order.shipper_name,
        carrier_id=order.carrier_id,
        carrier_name=order.carrier_name,
        consignee_name=order.consignee_name,
        pickup_name=pickup.site.name,
        pickup_city=pickup.site.address.city,
        pickup_country=pickup.site.address.country,
        pickup_from=pickup.from_at,
        pickup_until=pickup.until_at,
        delivery_name=delivery.site.name,
        delivery_city=delivery.site.address.city,
        delivery_country=delivery.site.address.country,
        delivery_from=delivery.from_at,
        delivery_until=delivery.until_at,
        pallets=order.pallets,
        weight_kg=order.weight_kg,
        loading_metres=order.loading_metres,
        requirements=order.requirements,
        vehicle_plate=plan.vehicle_plate if plan else "",
        driver_name=plan.driver_name if plan else "",
        incident_open=by.org_id in order.incident_for,
        with_reserves=order.with_reserves,
        proof=proof_shown(order),
        tender_id=between.tender_id if between else None,
        tender_stranger=between.stranger if between else None,
        tender_deadline=offer.deadline if offer else None,
        tender_price_cents=between.price_cents if between else None,
        agreed_cents=order.agreed_cents,
        currency=order.currency,
    )
    return hide(row, role)


def _between(offer: Tender, role: PartnerRole, by: Hand) -> bool:
    """Whether the reader is one of the two between whom the offer stands."""
    return role == "shipper" or offer.carrier_id == by.org_id


def hide(view: V, role: PartnerRole) -> V:
    """The view without the fields that this role must not see."""
    hidden = {field: None for field in view.__struct_fields__ if role in HIDDEN.get(field, ())}
    return structs.replace(view, **hidden)


def goods_shown(goods: list[Goods], role: PartnerRole) -> list[Goods]:
    if role in GOODS_VALUE:
        return goods
    return [structs.replace(line, value_cents=None) for line in goods]


def documents_shown(order: Order, role: PartnerRole) -> list[DocumentView]:
    """The documents, newest first; invoices only for those between whom they pass."""
    return [document_view(order.id, one) for one in reversed(order.documents_for(role))]


def proof_shown(order: OrderLine) -> ProofView | None:
    """What proves the delivery, if anything does yet."""
    proof = order.proof
    if proof is None:
        return None
    return ProofView(
        document_id=proof.document_id,
        content_hash=proof.content_hash,
        filename=proof.filename,
        ecpmr_document_id=proof.ecpmr_document_id,
        reserves=proof.reserves,
        signed_at=proof.signed_at,
        signed_by=proof.signed_by,
    )


def document_view(order_id: str, one: Document) -> DocumentView:
    return DocumentView(
        document_id=one.document_id,
        order_id=order_id,
        kind=one.kind,
        filename=one.filename,
        media_type=one.media_type,
        size_bytes=one.size_bytes,
        version=one.number,
        latest=one.latest,
        added_at=one.added_at,
        added_by=one.added_by,
        ecpmr_document_id=one.ecpmr_document_id,
    )


def incidents_shown(order: Order, role: PartnerRole, by: Hand) -> list[IncidentView]:
    """Shared incidents and those of the reader's own organization; costs only between shipper and carrier."""
    return [
        incident_view(one, costs=role in DEAL)
        for one in order.incidents
        if one.shared or one.org_id == by.org_id
    ]


def incident_view(one: Incident, costs: bool) -> IncidentView:
    return IncidentView(
        incident_id=one.incident_id,
        kind=one.kind,
        text=one.text,
        reported_at=one.reported_at,
        reported_by=one.reported_by,
        shared=one.shared,
        open=one.resolved_at is None,
        responsible=one.responsible,
        cost_cents=one.cost_cents if costs else None,
        photos=one.photos,
        resolution=one.resolution,
        resolved_at=one.resolved_at,
    )


def tender_view(tender: Tender) -> TenderView:
    return TenderView(
        tender_id=tender.tender_id,
        carrier_id=tender.carrier_id,
        carrier_name=tender.carrier_name,
        price_cents=tender.price_cents,
        currency=tender.currency,
        deadline=tender.deadline,
        state=tender.state,
        sent_at=tender.sent_at,
        answered_at=tender.answered_at,
        reason=tender.reason,
        stranger=tender.stranger,
    )


def milestones(order: Order) -> list[Milestone]:
    """When each step of the execution was last reached; offers and their refusals are no milestones."""
    reached: dict[Any, Milestone] = {}
    before = ""
    for line in order.history:
        if line.state != before and line.state in EXECUTED:
            reached[line.state] = Milestone(state=line.state, at=line.at)
        before = line.state
    return list(reached.values())
