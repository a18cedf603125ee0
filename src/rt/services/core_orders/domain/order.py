"""The order itself: written, confirmed, closed or called off, with its papers and incidents."""

from collections.abc import Mapping
from typing import Any

from rt.contracts.core_orders import (
    ConfirmOrder,
    CreateOrder,
    EditOrder,
    IncidentReported,
    IncidentView,
    OrderCancelled,
    OrderConfirmed,
    OrderView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Invalid, NotFound
from rt.services.core_orders.domain.kept import Incident
from rt.services.core_orders.domain.legs import link
from rt.services.core_orders.domain.line import foremost
from rt.services.core_orders.domain.mentions import missing
from rt.services.core_orders.domain.proving import TooManyPapers
from rt.services.core_orders.domain.sight import goods_shown, hide
from rt.services.core_orders.domain.states import DEAL, Author
from rt.services.core_orders.domain.subcontracting import Subcontracted
from rt.trade.roles import Roles

INCIDENTS_LIMIT = 100
"""Incidents of one order."""
ALWAYS_EDITABLE = frozenset({"references", "instructions"})
"""What may still be mended after the order was offered: nothing that the carrier's price rests on."""
NAMES = {"client_id": "client_name", "shipper_id": "shipper_name", "supplier_id": "supplier_name"}
"""Organizations that an order names by their cards, with where it keeps the name."""
EDITED = tuple(field for field in EditOrder.__struct_fields__ if field != "order_id")


class OrderNotFound(NotFound):
    fr = "Cette commande est introuvable."
    en = "This order was not found."


class IncidentNotFound(NotFound):
    fr = "Cet incident est introuvable."
    en = "This incident was not found."


class IncidentResolved(Conflict):
    fr = "L'incident est déjà résolu."
    en = "The incident is already resolved."


class Order(Subcontracted, kw_only=True):
    """A transport order, from the draft to the last paper."""

    def edit(self, by: Author, asked: EditOrder, names: Mapping[str, str]) -> None:
        """Change what is named; after the order was offered only references and instructions.

        `names` are those of the organizations that it names, by their ids.
        """
        self.take(by, self.differing(asked), "edited", names)

    def take(self, by: Author, changes: dict[str, Any], what: str, names: Mapping[str, str]) -> None:
        """Set these fields, if the state still allows it."""
        if not set(changes) <= ALWAYS_EDITABLE or "owner" not in self.roles_of(by):
            self.allow("EditOrder", by)
        if not changes:
            return
        self.refuse_parted(changes)
        for name, value in changes.items():
            setattr(self, name, value)
            if name in NAMES:
                setattr(self, NAMES[name], names.get(value or "", ""))
        self.reckon()
        self.write(by, what, ", ".join(sorted(changes)))

    def confirm(self, by: Author) -> None:
        """Make it firm, or list every mandatory mention that is missing."""
        self.allow(ConfirmOrder.__name__, by)
        if lacks := missing(self.stops, self.goods, self.consignee_name, self.requirements):
            raise Invalid.together(lacks)
        self.move(ConfirmOrder.__name__, by, "confirmed")
        self.index()
        self.emit(OrderConfirmed(order=self.summary_view()))

    def cancel(self, by: Author, reason: str) -> None:
        """Call it off; an open offer ends with it, and the carrier keeps sight of what it had.

        Of a draft nobody knew: nobody is told.
        """
        known, told = self.state != "draft", OrderCancelled(order=self.summary_view(), reason=reason)
        self.move("CancelOrder", by, "cancelled", reason)
        self.lapse_change(by)
        self.cancel_reason = reason
        self.drop_legs()
        if offer := self.offer:
            self._end(offer, "withdrawn", reason)
            self.index()
        if known:
            self.emit(told)

    def reopen(self, by: Author, reason: str) -> None:
        self.move("ReopenOrder", by, "reopened", reason)
        self.accepted_proof = ""

    def invoice(self, by: Author, number: str, cents: int) -> None:
        self.move("MarkInvoiced", by, "invoiced", number)
        self.invoice_number, self.invoiced_cents = number, cents

    def close(self, by: Author) -> None:
        self.move("CloseOrder", by, "closed")

    def report_incident(self, by: Author, incident: Incident) -> None:
        """Something went wrong; the order keeps its state and carries a flag."""
        self.allow_part("ReportIncident", by)
        for photo in incident.photos:
            self.named_document(by, photo, "photos")
        self.allow("ReportIncident", by)
        if len(self.incidents) >= INCIDENTS_LIMIT:
            raise TooManyPapers(limit=INCIDENTS_LIMIT)
        self.incidents = [*self.incidents, incident]
        self.index()
        self.write(by, "incident", incident.kind)
        self.emit(
            IncidentReported(
                order=self.summary_view(),
                incident_id=incident.incident_id,
                kind=incident.kind,
                text=incident.text,
                shared=incident.shared and self.state != "draft",
                reported_by_id=incident.org_id,
            )
        )

    def resolve_incident(self, by: Author, incident_id: str, resolution: str) -> None:
        """Say how an incident ended: its reporter may, and the owner when it was shared."""
        self.allow("ResolveIncident", by)
        incident = next((one for one in self.incidents if one.incident_id == incident_id), None)
        if incident is not None and by.org_id != incident.org_id:
            incident = incident if incident.shared and by.org_id == self.org_id else None
        if incident is None:
            raise IncidentNotFound
        if incident.resolved_at is not None:
            raise IncidentResolved
        incident.resolution, incident.resolved_at = resolution, now()
        self.index()
        self.write(by, "incident_resolved", resolution)

    def view(self, roles: Roles, by: Author) -> OrderView:
        """The whole order as these roles may see it."""
        summary = self.summary_view()
        offer = self.offer
        view = OrderView(
            order_id=self.id,
            version=self.version,
            my_role=foremost(roles),
            owned="owner" in roles,
            reference=self.reference,
            references=self.references,
            state=self.state,
            may=self.may(roles, by),
            created_at=self.created_at,
            changed_at=self.changed_at,
            owner_id=self.org_id,
            owner_name=self.owner_name,
            client_id=self.client,
            client_name=self.client_name,
            shipper_id=self.shipper,
            shipper_name=self.shipper_name,
            supplier_id=self.supplier_id,
            supplier_name=self.supplier_name,
            carrier_id=self.carrier_id,
            carrier_name=self.carrier_name,
            consignee_id=self.consignee_id,
            consignee_name=self.consignee_name,
            consignee_email=self.consignee_email,
            logistician_id=self.logistician_id,
            stops=self.stops,
            pickup=summary.pickup,
            delivery=summary.delivery,
            pickup_from=summary.pickup_from,
            pickup_until=summary.pickup_until,
            delivery_from=summary.delivery_from,
            delivery_until=summary.delivery_until,
            goods=goods_shown(self.goods, roles),
            pallets=self.pallets,
            weight_kg=self.weight_kg,
            volume_m3=self.volume_m3,
            loading_metres=self.loading_metres,
            requirements=self.requirements,
            equipment=self.equipment,
            incoterm=self.incoterm,
            instructions=self.instructions,
            plan=self.plan,
            with_reserves=self.with_reserves,
            milestones=self.milestones(),
            incident_open=by.org_id in self.incident_for,
            incidents=self._incident_views(roles, by),
            documents=self.document_views(roles, by),
            proof=self.proof.proof_view() if self.proof else None,
            cancel_reason=self.cancel_reason,
            tender=offer.view() if offer and offer.is_between(roles, by) else None,
            tenders=[tender.view() for tender in self.tenders],
            sell_cents=self.sell_cents,
            buy_cents=self.buy_cents,
            agreed_cents=self.agreed_cents,
            invoiced_cents=self.invoiced_cents,
            invoice_number=self.invoice_number,
            currency=self.currency,
            history=self.history,
            changes=[one.view(roles, by) for one in self.changes if by.org_id in one.roles],
            note=self.note,
            chain=[link(one) for one in summary.legs if one.carrier_id],
            parents=summary.parents,
        )
        return hide(view, roles)

    def _incident_views(self, roles: Roles, by: Author) -> list[IncidentView]:
        """Shared ones and those of the reader's own organization; costs between owner and carrier alone."""
        return [
            one.view(costs=bool(roles & DEAL))
            for one in self.incidents
            if one.shared or one.org_id == by.org_id
        ]


def drafted(
    by: Author,
    asked: CreateOrder,
    *,
    order_id: str,
    reference: str,
    names: Mapping[str, str],
    import_id: str = "",
) -> Order:
    """A new draft from what was asked; `names` are those of its owner and whom it names, by their ids."""
    taken = {name: getattr(asked, name) for name in EDITED}
    taken |= {kept: names.get(taken[field] or "", "") for field, kept in NAMES.items()}
    order = Order(
        id=order_id,
        org_id=by.org_id,
        reference=reference,
        owner_name=names[by.org_id],
        import_id=import_id,
        **taken,
    )
    order.reckon()
    order.write(by, "created")
    return order


def as_asked(order: Order) -> CreateOrder:
    """What would have to be asked to get such an order again, without its numbers."""
    again = {name: getattr(order, name) for name in EDITED if name != "references"}
    return CreateOrder(**again)
