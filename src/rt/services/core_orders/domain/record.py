"""What is kept of an order, how its history is written and what is told of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import structs

from rt.contracts.core_orders import (
    ChangeView,
    DocumentKind,
    Equipment,
    IncidentKind,
    Incoterm,
    OrderState,
    OrderSummary,
    PlanView,
    References,
    Requirement,
    Responsible,
    Stop,
)
from rt.kernel.clock import now, today
from rt.kernel.entity import Entity
from rt.kernel.errors import Invalid
from rt.services.core_orders.domain.fragments import fragments
from rt.services.core_orders.domain.states import MOVES, Hand, NotYourPart, refuse_illegal
from rt.trade.gazetteer import locate
from rt.trade.goods import Goods
from rt.trade.loading import Totals, equipment, require_fit
from rt.trade.roles import PartnerRole

USUAL_VEHICLE = "semi_tautliner"
"""What an order travels on when nothing else is asked for: 13.6 loading metres, 33 Euro pallets, 24 t."""
HISTORY_LIMIT = 500
"""Lines of history kept with the order; the oldest go first, the audit keeps them all."""


class StopsIncomplete(Invalid):
    fr = "Il faut au moins un enlèvement puis une livraison, l'enlèvement en premier."
    en = "An order needs at least one pickup and one delivery, the pickup first."


class LineUnknown(Invalid):
    fr = "L'arrêt cite la ligne de marchandise {line}, qui n'existe pas."
    en = "The stop names goods line {line}, which does not exist."


class Tender(msgspec.Struct, kw_only=True):
    """An offer to one carrier and what became of it."""

    tender_id: str
    carrier_id: str
    carrier_name: str
    price_cents: int
    currency: str
    deadline: datetime
    sent_at: datetime
    state: Literal["open", "accepted", "refused", "expired", "withdrawn"] = "open"
    answered_at: datetime | None = None
    reason: str = ""


class Document(msgspec.Struct, kw_only=True):
    """A file kept with the order, or the consignment note of ecpmr (then `file_key` is empty)."""

    document_id: str
    kind: DocumentKind
    filename: str
    media_type: str
    added_at: datetime
    added_by: str
    file_key: str = ""
    size_bytes: int = 0
    number: int = 1
    latest: bool = True
    ecpmr_document_id: str = ""


class Incident(msgspec.Struct, kw_only=True):
    """Something that went wrong, and how it ended."""

    incident_id: str
    org_id: str
    kind: IncidentKind
    text: str
    reported_at: datetime
    reported_by: str
    shared: bool
    responsible: Responsible = ""
    cost_cents: int | None = None
    photos: list[str] = msgspec.field(default_factory=list)
    resolution: str = ""
    resolved_at: datetime | None = None


class Record(Entity, kw_only=True):
    """An order as it is stored: owned by its shipper, seen by the partners that have a part in it."""

    reference: str
    references: References = References()
    state: OrderState = "draft"
    shipper_name: str = ""
    carrier_id: str | None = None
    carrier_name: str = ""
    consignee_id: str | None = None
    consignee_name: str = ""
    consignee_email: str = ""
    logistician_id: str | None = None
    stops: list[Stop] = msgspec.field(default_factory=list)
    goods: list[Goods] = msgspec.field(default_factory=list)
    requirements: list[Requirement] = msgspec.field(default_factory=list)
    equipment: Equipment = ""
    incoterm: Incoterm = ""
    instructions: str = ""
    pallets: int = 0
    weight_kg: float = 0
    volume_m3: float = 0
    loading_metres: float = 0
    pickup_at: datetime | None = None
    sell_cents: int | None = None
    buy_cents: int | None = None
    agreed_cents: int | None = None
    invoiced_cents: int | None = None
    invoice_number: str = ""
    currency: str = "EUR"
    tenders: list[Tender] = msgspec.field(default_factory=list)
    plan: PlanView | None = None
    with_reserves: bool = False
    cancel_reason: str = ""
    documents: list[Document] = msgspec.field(default_factory=list)
    incidents: list[Incident] = msgspec.field(default_factory=list)
    incident_open: bool = False
    history: list[ChangeView] = msgspec.field(default_factory=list)
    import_id: str = ""
    search_tokens: list[str] = msgspec.field(default_factory=list)

    @property
    def pickup(self) -> Stop:
        return next(stop for stop in self.stops if stop.kind == "pickup")

    @property
    def delivery(self) -> Stop:
        return next(stop for stop in reversed(self.stops) if stop.kind == "delivery")

    @property
    def offer(self) -> Tender | None:
        """The tender that waits for an answer."""
        return next((tender for tender in self.tenders if tender.state == "open"), None)

    def role_of(self, org_id: str, driver: bool = False) -> PartnerRole | None:
        """The part an organization plays; its drivers play theirs whatever the organization's is."""
        offered_to = self.offer.carrier_id if self.offer else None
        parts: Iterable[tuple[str | None, PartnerRole]] = (
            (self.org_id, "shipper"),
            (self.carrier_id, "carrier"),
            (offered_to, "carrier"),
            (self.logistician_id, "logistician"),
            (self.consignee_id, "consignee"),
        )
        role = next((role for partner, role in parts if partner == org_id), None)
        return "driver" if role and driver else role

    def reckon(self) -> None:
        """Derive what follows from the rest: totals, who sees it, how it is found. Refuses what cannot be."""
        load = weighed(self.stops, self.goods, self.equipment)
        self.stops = [located(stop) for stop in self.stops]
        self.pallets, self.weight_kg = load.pallets, load.weight_kg
        self.volume_m3, self.loading_metres = load.volume_m3, load.loading_metres
        self.pickup_at = self.pickup.from_at or self.pickup.until_at
        self.index()

    def index(self) -> None:
        """Who sees the order, and the words that find it; a draft is its shipper's alone."""
        partners = [self.carrier_id, self.offer.carrier_id if self.offer else None]
        if self.state != "draft":
            partners += [self.consignee_id, self.logistician_id]
        self.seen_by = list(dict.fromkeys([self.org_id, *(p for p in partners if p)]))
        sites = [stop.site for stop in self.stops]
        self.search_tokens = fragments(
            [
                self.reference,
                *structs.astuple(self.references),
                self.shipper_name,
                self.carrier_name,
                self.consignee_name,
                *(site.name for site in sites),
                *(f"{site.address.postal_code} {site.address.city}" for site in sites),
            ]
        )

    def allow(self, asked: str, by: Hand) -> None:
        """Refuse a command that is not this hand's to say, or not in this state."""
        move = MOVES[asked]
        role = self.role_of(by.org_id, by.driver)
        if role not in move.roles:
            raise NotYourPart(role=role or "none", asked=asked)
        if self.state not in move.states:
            raise refuse_illegal(self.state, asked)

    def move(self, asked: str, by: Hand, what: str, note: str = "") -> None:
        """Say a command that leads to another state."""
        self.allow(asked, by)
        to = MOVES[asked].to
        if to is not None:
            self.state = to
        self.write(by, what, note)

    def write(self, by: Hand, what: str, note: str = "", at: datetime | None = None) -> None:
        """Add a line to the history; `at` is when it happened, if that was not now."""
        line = ChangeView(
            at=at or now(),
            actor_id=by.actor_id,
            actor_name=by.name,
            source=by.source,
            what=what,
            state=self.state,
            note=note,
        )
        self.history = [*self.history, line][-HISTORY_LIMIT:]

    def summary(self) -> OrderSummary:
        """The order as events carry it; while it is offered, `carrier_id` is whom it is offered to."""
        pickup, delivery = self.pickup, self.delivery
        offer = self.offer
        return OrderSummary(
            order_id=self.id,
            reference=self.reference,
            references=self.references,
            shipper_id=self.org_id,
            shipper_name=self.shipper_name,
            carrier_id=offer.carrier_id if offer else self.carrier_id,
            carrier_name=offer.carrier_name if offer else self.carrier_name,
            consignee_id=self.consignee_id,
            consignee_name=self.consignee_name,
            consignee_email=self.consignee_email,
            logistician_id=self.logistician_id,
            pickup=pickup.site,
            delivery=delivery.site,
            pickup_from=pickup.from_at or pickup.until_at,
            pickup_until=pickup.until_at or pickup.from_at,
            delivery_from=delivery.from_at or delivery.until_at,
            delivery_until=delivery.until_at or delivery.from_at,
            goods=self.goods,
            pallets=self.pallets,
            pallet_type=next((line.pallet_type for line in self.goods if line.pallets), "EUR"),
            weight_kg=self.weight_kg,
            loading_metres=self.loading_metres,
            requirements=list(self.requirements),
            stops=self.stops,
            instructions=self.instructions,
        )


def weighed(stops: Sequence[Stop], goods: Sequence[Goods], vehicle: Equipment) -> Totals:
    """What the goods add up to, if the stops make sense and the vehicle takes them."""
    kinds = [stop.kind for stop in stops]
    if "delivery" not in kinds or kinds[0] != "pickup":
        raise StopsIncomplete(field="stops")
    for n, stop in enumerate(stops):
        for line in stop.lines:
            if line >= len(goods):
                raise LineUnknown(field=f"stops.{n}.lines", line=line)
    return require_fit(goods, equipment(vehicle or USUAL_VEHICLE, today()))


def located(stop: Stop) -> Stop:
    """The stop with the position of its town where none was given; unknown towns stay without."""
    site = stop.site
    if site.latitude is not None and site.longitude is not None:
        return stop
    found = _position(site.address.postal_code, site.address.city, site.address.country)
    if found is None:
        return stop
    placed = structs.replace(site, latitude=found[0], longitude=found[1])
    return structs.replace(stop, site=placed)


@lru_cache(maxsize=10_000)
def _position(postal_code: str, city: str, country: str) -> tuple[float, float] | None:
    return locate(postal_code, city, country)
