"""Builders of events, organizations and members; each test says only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import TestPlatform
from tests.summaries import summary_of

from rt.contracts.authz import (
    FindOrganizations,
    FindUsers,
    GetKeys,
    GetOrganization,
    KeySetView,
    OrganizationsPage,
    OrganizationView,
    UsersPage,
    UserView,
)
from rt.contracts.core_orders import OrderSummary
from rt.kernel.core.errors import NotFound
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Event
from rt.kernel.service.service import ServiceContext, Unit, serve
from rt.services.notifications.domain.message import Message
from rt.services.notifications.domain.templates.layout import Content
from rt.trade.places import Address, Site

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SHIPPER, CARRIER, GUEST, OPERATOR = "org_ship", "org_carr", "org_guest", "org_operator"


class Voice:
    """Has each unit tell whatever a test has it say."""

    def __init__(self, platform: TestPlatform) -> None:
        self._house = platform

    async def say(self, event: Event, org: str = SHIPPER) -> None:
        await self._house.emit(event, org)
        await self._house.settle()


class Directory:
    """Builds the part of authz that notifications ask: cards and members."""

    __module__ = "rt.services.authz.app"

    def __init__(self) -> None:
        self.cards = {
            SHIPPER: card(SHIPPER, "shipper"),
            CARRIER: card(CARRIER, "carrier"),
            GUEST: card(GUEST, "carrier", guest=True, email="guest@fleury.example"),
            OPERATOR: card(OPERATOR, "operator"),
        }
        self.members = {
            SHIPPER: [user("usr_anna", "anna@ship.example", "admin")],
            OPERATOR: [user("usr_root", "root@op.example", "platform_admin")],
            CARRIER: [
                user("usr_carl", "carl@carr.example", "dispatcher"),
                user("usr_dora", "dora@carr.example", "driver"),
            ],
        }

    def __call__(self, context: ServiceContext) -> Unit:
        return Unit(
            name="authz",
            serves=[
                serve(GetOrganization, self.get),
                serve(FindOrganizations, self.registered),
                serve(FindUsers, self.find),
                serve(GetKeys, self.keys),
            ],
        )

    async def get(self, asked: GetOrganization) -> OrganizationView:
        if asked.organization_id not in self.cards:
            raise NotFound
        return self.cards[asked.organization_id]

    async def registered(self, asked: FindOrganizations) -> OrganizationsPage:
        """Those with an account, one to a page."""
        found = [one for one in self.cards.values() if not one.guest and asked.kind in ("", one.kind)]
        nth = int(asked.after or 0)
        more = nth + 1 < len(found)
        return OrganizationsPage(items=found[nth : nth + 1], next=str(nth + 1) if more else "")

    async def keys(self, asked: GetKeys) -> KeySetView:
        return KeySetView(keys=[])

    async def find(self, asked: FindUsers) -> UsersPage:
        all_of_them = self.members.get(current_org(), [])
        begin = int(asked.after or 0)
        end = begin + asked.limit
        return UsersPage(items=all_of_them[begin:end], next=str(end) if end < len(all_of_them) else "")


def card(org: str, kind: Any, **more: Any) -> OrganizationView:
    fields: dict[str, Any] = {
        "id": org,
        "name": org.removeprefix("org_").title(),
        "kind": kind,
        "country": "FR",
        "siret": "",
        "vat": "",
        "email": f"contact@{org}.example",
        "phone": "",
        "language": "fr",
        "guest": False,
        "suspended": False,
    }
    return OrganizationView(**(fields | more))


def user(id: str, email: str, role: Any) -> UserView:
    return UserView(user_id=id, email=email, name=id, role=role, state="active", mfa=False)


def site(name: str, city: str) -> Site:
    return Site(name=name, address=Address(street="1 rue du Port", postal_code="69007", city=city))


def order(**more: Any) -> OrderSummary:
    fields: dict[str, Any] = {
        "order_id": "ord_1",
        "reference": "2026-000001",
        "shipper_id": SHIPPER,
        "shipper_name": "Usines Dupont",
        "carrier_id": CARRIER,
        "carrier_name": "Transports Hermès",
        "consignee_id": None,
        "consignee_name": "Brico Loire",
        "consignee_email": "reception@brico.example",
        "pickup": site("Usine", "Lyon"),
        "delivery": site("Dépôt", "Saint-Étienne"),
        "pickup_from": AT,
        "pickup_until": AT + timedelta(hours=2),
        "delivery_from": AT + timedelta(days=1),
        "delivery_until": AT + timedelta(days=1, hours=4),
        "goods": [],
        "pallets": 12,
        "pallet_type": "EUR",
        "weight_kg": 4800.0,
        "loading_metres": 4.8,
        "requirements": [],
    }
    return summary_of(**(fields | more))


def message(**more: Any) -> Message:
    fields: dict[str, Any] = {
        "id": "msg_1",
        "org_id": SHIPPER,
        "seen_by": [SHIPPER],
        "topic": "core_orders.order.delivered",
        "channel": "email",
        "to": "anna@ship.example",
        "content": Content(subject="Livrée", text="Bonjour", html="<p>Bonjour</p>"),
        "language": "fr",
        "at": AT,
        "due_at": AT,
    }
    return Message(**(fields | more))
