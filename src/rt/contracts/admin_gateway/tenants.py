"""Messages about organizations as the platform's people see them: counted, exported, erased."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import Command, Cursor, Download, Event, Query, SearchText, View
from rt.trade.references import OrganizationId

Reason = Annotated[str, Meta(min_length=5, max_length=300)]


class TenantView(View):
    """An organization as the platform's people see it, with what it uses, as it was at `counted_at`."""

    organization_id: str
    name: str
    kind: str
    guest: bool
    suspended: bool
    objects: dict[str, int]
    counted_at: datetime | None = None


class TenantsPage(View):
    """Organizations by name."""

    items: list[TenantView]
    next: str = ""


class FindTenants(Query[TenantsPage], route="/admin/tenants", needs="admin_gateway.read"):
    """Organizations with the number of objects each has in every collection, ten minutes old at most."""

    q: SearchText = ""
    after: Cursor = ""


class GetTenant(Query[TenantView], route="/admin/tenants/{organization_id}", needs="admin_gateway.read"):
    """One organization with the number of objects that it has in every collection, as FindTenants says it."""

    organization_id: OrganizationId


class ExportTenant(
    Query[Download], route="/admin/tenants/{organization_id}/export", needs="admin_gateway.admin"
):
    """Everything of one organization as one JSON-lines file (RGPD art. 20)."""

    organization_id: OrganizationId


class EraseView(View):
    """What an erasure removed and that nothing was left."""

    organization_id: str
    removed: dict[str, int]
    left: int


class EraseTenant(
    Command[EraseView], route="/admin/tenants/{organization_id}/erase", needs="admin_gateway.admin"
):
    """Erase a suspended organization; its name must be typed again. The audit trail keeps the fact."""

    organization_id: OrganizationId
    name: Annotated[str, Meta(max_length=160)]
    reason: Reason


class TenantErased(Event, topic="admin_gateway.tenant.erased"):
    """An organization's data was erased."""

    organization_id: str
    removed: dict[str, int]
