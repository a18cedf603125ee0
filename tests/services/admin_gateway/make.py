"""A voice that tells events, a directory of organizations; each test says only what it is about."""

from collections.abc import Iterable
from typing import Annotated, Any

from rt.contracts.authz import (
    FindOrganizations,
    GetKeys,
    GetOrganization,
    KeySetView,
    OrganizationsPage,
    OrganizationView,
)
from rt.kernel.core.errors import NotFound
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import HIDDEN, Event
from rt.kernel.service.service import ServiceContext, Unit, serve, subscribe
from rt.kernel.storage.persistence import Collection, Index
from rt.trade.references import MailSecret


class Parcel(Entity, kw_only=True):
    """A thing of somebody else's service."""

    number: str = ""
    email: str = ""
    order_id: str = ""
    postal_code: str = ""
    lines: list[str] = []
    password_hash: Annotated[str, HIDDEN] = ""
    count: int = 0

    def search_texts(self) -> Iterable[str]:
        return (self.number,)


class ParcelSent(Event, topic="palette.parcel.sent"):
    """A parcel left."""

    parcel_id: str
    order_id: str = ""
    number: str = ""
    token: MailSecret = ""
    email: str = ""


class Voice:
    """Builds a unit that keeps parcels and tells of them; `deaf` makes its own subscription fail."""

    __module__ = "rt.services.palette.app"
    deaf = False

    def __call__(self, context: ServiceContext) -> Unit:
        self.parcels = Collection(context.database, Parcel, "parcels", Index("number"), shared=True)
        self.files = context.files
        return Unit(
            name="palette",
            serves=[],
            subscriptions=[subscribe(ParcelSent, self.on_parcel_sent, since="beginning")],
        )

    async def on_parcel_sent(self, event: ParcelSent, envelope: EventEnvelope) -> None:
        if self.deaf:
            raise ValueError("no answer for anna@ship.example")

    async def send(self, org: str = "org_a", id: str = "par_1", **more: Any) -> Parcel:
        told = {name: more.pop(name) for name in ("token",) if name in more}
        with acting_for(org):
            parcel = Parcel(id=id, seen_by=[org, *more.pop("partners", [])], **more)
            parcel.emit(
                ParcelSent(
                    parcel_id=id,
                    order_id=parcel.order_id,
                    number=parcel.number,
                    email=parcel.email,
                    **told,
                )
            )
            return await self.parcels.add(parcel)

    async def recount(self, id: str, count: int, org: str = "org_a") -> None:
        with acting_for(org):
            async with self.parcels.change(id) as parcel:
                parcel.count = count

    async def relabel(self, id: str, nth: int, text: str, org: str = "org_a") -> None:
        with acting_for(org):
            async with self.parcels.change(id) as parcel:
                parcel.lines = [text if one == nth else line for one, line in enumerate(parcel.lines)]


class Directory:
    """Builds the part of authz that the gateway asks."""

    __module__ = "rt.services.authz.app"

    def __init__(self) -> None:
        self.suspended: set[str] = set()

    def __call__(self, context: ServiceContext) -> Unit:
        return Unit(
            name="authz",
            serves=[
                serve(GetOrganization, self.get),
                serve(FindOrganizations, self.find),
                serve(GetKeys, self.keys),
            ],
        )

    async def keys(self, asked: GetKeys) -> KeySetView:
        return KeySetView(keys=[])

    async def get(self, asked: GetOrganization) -> OrganizationView:
        if asked.organization_id not in ("org_a", "org_b"):
            raise NotFound
        return self.card(asked.organization_id)

    async def find(self, asked: FindOrganizations) -> OrganizationsPage:
        return OrganizationsPage(items=[self.card("org_a"), self.card("org_b")])

    def card(self, id: str) -> OrganizationView:
        return OrganizationView(
            id=id,
            name="Usines Dupont" if id == "org_a" else "Autre",
            kind="shipper",
            country="FR",
            siret="",
            vat="",
            email="",
            phone="",
            language="fr",
            guest=False,
            suspended=id in self.suspended,
        )
