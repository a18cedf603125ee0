"""The identities that messages carry, each saying what it leads to, so that whoever reads one checks it."""

from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import leads_to, secret_for

AT_ONCE = 200
"""Things that are asked for by their identities in one question."""

OrganizationId = Annotated[str, leads_to("authz.organizations")]
PersonId = Annotated[str, leads_to("authz.people")]
SessionId = Annotated[str, leads_to("authz.sessions")]
ApiKeyId = Annotated[str, leads_to("authz.keys")]
LinkId = Annotated[str, leads_to("authz.links")]
OrderId = Annotated[str, leads_to("core_orders.orders")]
OrderIds = Annotated[list[OrderId], Meta(max_length=AT_ONCE)]
OrderPaperId = Annotated[str, leads_to("core_orders.orders.documents")]
OrderIncidentId = Annotated[str, leads_to("core_orders.orders.incidents")]
OrderChangeId = Annotated[str, leads_to("core_orders.orders.changes")]
TenderId = Annotated[str, leads_to("core_orders.orders.tenders")]
TemplateId = Annotated[str, leads_to("core_orders.templates")]
ImportId = Annotated[str, leads_to("core_orders.imports")]
NoteId = Annotated[str, leads_to("ecpmr.notes")]
MessageId = Annotated[str, leads_to("notifications.messages")]
WebhookId = Annotated[str, leads_to("notifications.webhooks")]
AccountId = Annotated[str, leads_to("palette.accounts")]
"""The other party of a pallet account: an organization, or `name:…` for one that has no account."""
MovementId = Annotated[str, leads_to("palette.movements")]
PolicyId = Annotated[str, leads_to("palette.policies")]
StatementId = Annotated[str, leads_to("palette.statements")]
StatementLineId = Annotated[str, leads_to("palette.statements.lines")]
VoucherId = Annotated[str, leads_to("palette.vouchers")]
VehicleId = Annotated[str, leads_to("planning.vehicles")]
DriverId = Annotated[str, leads_to("planning.drivers")]
JobId = Annotated[str, leads_to("planning.jobs")]
TourId = Annotated[str, leads_to("planning.tours")]
PlanId = Annotated[str, leads_to("planning.plans")]
DockId = Annotated[str, leads_to("planning.docks")]
SlotId = Annotated[str, leads_to("planning.slots")]
DeviceId = Annotated[str, leads_to("tracking_ia.devices")]
ShareId = Annotated[str, leads_to("tracking_ia.shares")]
DeadLetterId = Annotated[str, leads_to("kernel.dead_letters")]
OutageId = Annotated[str, leads_to("admin_gateway.incidents")]
WindowId = Annotated[str, leads_to("admin_gateway.calendars")]
TrailSubject = Annotated[str, leads_to("admin_gateway.audit")]
"""Any actor or thing that the audit trail mentions."""

MailSecret = Annotated[str, secret_for("notifications")]
"""A code, a token or an address that opens something: for the message to its owner alone."""
