"""Organizations as the platform's people see them: counted, taken away, erased."""

from datetime import datetime
from typing import Any

import msgspec

from rt.contracts.admin_gateway import (
    EraseTenant,
    EraseView,
    ExportTenant,
    FindTenants,
    GetTenant,
    TenantsPage,
    TenantView,
)
from rt.contracts.authz import FindOrganizations, GetOrganization, OrganizationView
from rt.kernel.core.clock import today
from rt.kernel.core.errors import AskRefused, NotFound
from rt.kernel.model.messages import Download
from rt.kernel.privacy.erasures import erase_organization
from rt.kernel.privacy.tenant_data import left, rows
from rt.kernel.service.client import Services
from rt.kernel.storage.files import Files
from rt.kernel.storage.persistence import Database
from rt.services.admin_gateway.domain.erasure import Erasure, NameDiffers, NotSuspended, erasure_id
from rt.services.admin_gateway.domain.flags import OPERATOR
from rt.services.admin_gateway.domain.masking import exported
from rt.services.admin_gateway.store import Counted, GatewayStore, Holdings

PAGE = 30


class Tenants:
    """What an organization has in the platform; its suspension is authz's word."""

    def __init__(
        self, store: GatewayStore, holdings: Holdings, database: Database, services: Services, files: Files
    ) -> None:
        self._store = store
        self._holdings = holdings
        self._database = database
        self._services = services
        self._files = files

    async def find(self, asked: FindTenants) -> TenantsPage:
        found = await self._services.ask(FindOrganizations(q=asked.q, after=asked.after, limit=PAGE))
        counted = await self._holdings.of(card.id for card in found.items)
        return TenantsPage(items=[_tenant(card, counted[card.id]) for card in found.items], next=found.next)

    async def get(self, asked: GetTenant) -> TenantView:
        card = await self._card(asked.organization_id)
        return _tenant(card, (await self._holdings.of([card.id]))[card.id])

    async def export(self, asked: ExportTenant) -> Download:
        """One JSON line for each object, with the name of its collection."""
        lines = [
            _json_line(name, document) async for name, document in rows(self._database, asked.organization_id)
        ]
        if not lines:
            raise NotFound
        name = f"{asked.organization_id}-{today().isoformat()}.jsonl"
        return Download(content=b"".join(lines), media_type="application/octet-stream", filename=name)

    async def erase(self, asked: EraseTenant) -> EraseView:
        """Remove everything, files too; one that was cut short goes on where it was."""
        organization_id = asked.organization_id
        begun = await self._store.erasures.first({"id": erasure_id(organization_id)})
        if begun is None:
            await self._allow(asked)
            begun = await self._store.erasures.add(
                Erasure(
                    id=erasure_id(organization_id),
                    org_id=OPERATOR,
                    organization_id=organization_id,
                    reason=asked.reason,
                )
            )
        removed = await erase_organization(self._database, self._files, organization_id)
        self._holdings.forget(organization_id)
        async with self._store.erasures.change(begun.id) as erasure:
            erasure.finish(removed)
        return EraseView(
            organization_id=organization_id,
            removed=erasure.removed,
            left=await left(self._database, organization_id),
        )

    async def _allow(self, asked: EraseTenant) -> None:
        card = await self._card(asked.organization_id)
        if card.name != asked.name:
            raise NameDiffers(field="name")
        if not card.suspended:
            raise NotSuspended

    async def _card(self, organization_id: str) -> OrganizationView:
        try:
            return await self._services.ask(GetOrganization(organization_id=organization_id))
        except AskRefused as refused:
            if refused.status == 404:
                raise NotFound from refused
            raise


def _tenant(card: OrganizationView, counted: Counted) -> TenantView:
    return TenantView(
        organization_id=card.id,
        name=card.name,
        kind=card.kind,
        guest=card.guest,
        suspended=card.suspended,
        objects=counted.objects,
        counted_at=counted.at,
    )


def _json_line(name: str, document: dict[str, Any]) -> bytes:
    document = {"collection": name, "id": document.pop("_id"), **exported(document)}
    return msgspec.json.encode(document, enc_hook=_plain) + b"\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
