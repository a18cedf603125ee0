"""Orders as they are followed: who may see them, how far they are, and the links of their consignees."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec

from rt.contracts.core_orders import OrderSummary
from rt.contracts.tracking_ia import (
    DeviceKind,
    DeviceView,
    FollowLinkMade,
    OrderPhase,
    PurgeView,
    RuleKind,
    RuleView,
    ShareView,
    StopKind,
    TrackView,
)
from rt.kernel.core.errors import Conflict, NotFound
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import HIDDEN, SEALED, PersonalLabel, personal_of
from rt.services.tracking_ia.domain.rides import Ride, ride_of
from rt.services.tracking_ia.domain.stops import WatchedStop
from rt.services.tracking_ia.domain.trouble import Trouble
from rt.services.tracking_ia.domain.watch import Watch
from rt.trade.places import Site, place_key

SHARE_PATH = "/follow/"
"""Where the recipients' portal shows a share."""
LONGEST_SHARE = timedelta(days=30)
"""A share of an order that is never delivered ends at last."""
PHASES: tuple[OrderPhase, ...] = ("planned", "loading", "in_transit", "delivered")
REPLANNED = (
    "reference",
    "carrier_id",
    "consignee_id",
    "consignee_name",
    "consignee_email",
    "pickup",
    "delivery",
    "planned_from",
    "planned_until",
    "seen_by",
    "ride",
)


class ShareUnknown(NotFound):
    """The same for a share that never was, has ended, or whose order no longer runs."""

    fr = "Ce lien de suivi n'existe pas ou n'est plus valable."
    en = "This tracking link does not exist or is no longer valid."


class OrderDone(Conflict):
    fr = "La commande n'est plus en cours."
    en = "The order is no longer under way."


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A phase and when it was reached."""

    phase: OrderPhase
    at: datetime


class FollowedOrder(Entity, kw_only=True):
    """What tracking keeps of an order; seen by its shipper, carrier, consignee and logistician.

    Given on in legs it is where its `ride` is: the truck calls for that leg's order.
    """

    order_id: str
    reference: str
    shipper_id: str
    carrier_id: str
    consignee_id: str
    consignee_name: str
    consignee_email: PersonalLabel
    pickup: Site
    delivery: Site
    planned_from: datetime
    planned_until: datetime
    phase: OrderPhase = "planned"
    steps: list[Step] = msgspec.field(default_factory=list)
    ride: Ride | None = None

    @property
    def called(self) -> Ride:
        """The order that a truck calls for, and whose truck that is."""
        return self.ride or Ride(order_id=self.order_id, carrier_id=self.carrier_id)

    def own_stop(self, watch: Watch, kind: StopKind) -> WatchedStop | None:
        """Where the truck picks its goods up or delivers them; none where they change trucks."""
        stop = watch.stop_of(self.called.order_id, kind)
        end = self.pickup if kind == "pickup" else self.delivery
        return stop if stop and (self.ride is None or place_key(stop.site) == place_key(end)) else None

    def replan(self, again: "FollowedOrder") -> None:
        """Planned anew: parties, sites and times change, what was done stays."""
        for field in REPLANNED:
            setattr(self, field, getattr(again, field))

    def move(self, phase: OrderPhase, at: datetime) -> None:
        """A phase never goes back: events of two services may arrive in either order."""
        if self.phase == "cancelled" or any(step.phase == phase for step in self.steps):
            return
        self.steps = sorted([*self.steps, Step(phase=phase, at=at)], key=lambda step: _rank(step.phase))
        if _rank(phase) > _rank(self.phase):
            self.phase = phase

    def done_at(self, phase: OrderPhase) -> datetime | None:
        return next((step.at for step in self.steps if step.phase == phase), None)

    def runs(self, moment: datetime, hours_after: int) -> bool:
        """From planned until some hours after delivery."""
        if self.phase == "cancelled":
            return False
        delivered = self.done_at("delivered")
        return delivered is None or moment < delivered + timedelta(hours=hours_after)

    def untracked_view(self) -> TrackView:
        return TrackView(
            order_id=self.order_id,
            reference=self.reference,
            phase=self.phase,
            vehicle_plate="",
            driver_name="",
            points=[],
            stops=[],
            etas=[],
            driven_km=0,
            fix_at=None,
            old=False,
        )


class Share(Entity, kw_only=True):
    """A link by which anyone follows one order; `token` is the unguessable part of it, found by its hash.

    Older ones have no hash: they are found no more, and made anew.
    """

    order_id: str
    token: Annotated[str, SEALED]
    expires_at: datetime
    token_hash: Annotated[str, HIDDEN] = ""
    ended: bool = False

    @property
    def url(self) -> str:
        return SHARE_PATH + self.token

    def made(self, order: FollowedOrder) -> None:
        self.emit(
            FollowLinkMade(
                order_id=self.order_id,
                share_id=self.id,
                url=self.url,
                expires_at=self.expires_at,
                consignee_email=order.consignee_email,
                consignee_name=order.consignee_name,
                reference=order.reference,
            )
        )

    def view(self) -> ShareView:
        return ShareView(
            share_id=self.token,
            order_id=self.order_id,
            url=self.url,
            expires_at=self.expires_at,
            ended=self.ended,
        )


class Device(Entity, kw_only=True):
    """A tracker or phone; only the hash of its key is kept."""

    kind: DeviceKind
    name: Annotated[str, personal_of("driver_user_id", "authz.people")]
    vehicle_plate: str
    plate: str
    driver_user_id: str
    key_hash: Annotated[str, HIDDEN]

    def search_texts(self) -> Iterable[str]:
        return self.name, self.vehicle_plate

    def view(self, key: str, last_fix_at: datetime | None, trouble: Trouble | None = None) -> DeviceView:
        return DeviceView(
            id=self.id,
            kind=self.kind,
            name=self.name,
            vehicle_plate=self.vehicle_plate,
            driver_user_id=self.driver_user_id,
            key=key,
            added_at=self.created_at,
            last_fix_at=last_fix_at,
            trouble=trouble.view() if trouble else None,
        )


class Rule(Entity, kw_only=True):
    """A figure of the organization from a day on."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str = ""

    def view(self) -> RuleView:
        return RuleView(kind=self.kind, valid_from=self.valid_from, value=self.value, source=self.source)


class Figure(msgspec.Struct, frozen=True):
    """A figure of the platform."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str

    def view(self) -> RuleView:
        return RuleView(kind=self.kind, valid_from=self.valid_from, value=self.value, source=self.source)


PLATFORM_FIGURES = (
    Figure(
        "retention_days", date(2020, 1, 1), 62, "CNIL, géolocalisation des salariés : deux mois (de mémoire)"
    ),
    Figure("late_alert_percent", date(2020, 1, 1), 70, "Choix de la maison"),
    Figure("eta_step_minutes", date(2020, 1, 1), 10, "Choix de la maison"),
    Figure("share_hours_after_delivery", date(2020, 1, 1), 24, "Choix de la maison"),
)


class Purge(Entity, kw_only=True):
    """The proof of one deletion of old positions."""

    at: datetime
    before: datetime
    points_deleted: int
    points_left: int
    kept_days: int

    def view(self) -> PurgeView:
        return PurgeView(
            id=self.id,
            at=self.at,
            before=self.before,
            points_deleted=self.points_deleted,
            points_left=self.points_left,
            rule="retention_days",
            kept_days=self.kept_days,
        )


def followed(order: OrderSummary, id: str, moment: datetime, planned: datetime | None) -> FollowedOrder:
    """What is kept of a planned order; without any time it counts as planned for now."""
    parties = [order.owner_id, order.carrier_id, order.logistician_id]
    if not order.parents:  # of a leg the others follow the order that it carries
        parties += [order.client_id, order.shipper_id, order.supplier_id, order.consignee_id]
    until = order.delivery_until or planned or order.pickup_until or moment
    return FollowedOrder(
        id=id,
        org_id=order.owner_id,
        order_id=order.order_id,
        reference=order.reference,
        shipper_id=order.shipper_id,
        carrier_id=order.carrier_id or "",
        consignee_id=order.consignee_id or "",
        consignee_name=order.consignee_name,
        consignee_email=order.consignee_email,
        pickup=order.pickup,
        delivery=order.delivery,
        planned_from=order.delivery_from or planned or until,
        planned_until=until,
        seen_by=sorted({party for party in parties if party}),
        ride=ride_of(order.legs),
    )


def in_force(rules: list[Rule], kind: RuleKind, day: date) -> int:
    """The figure that holds on a day: the organization's own before the platform's, the latest begun."""
    own = [rule for rule in rules if rule.kind == kind and rule.valid_from <= day]
    if own:
        return max(own, key=lambda rule: rule.valid_from).value
    platform = [figure for figure in PLATFORM_FIGURES if figure.kind == kind]
    begun = [figure for figure in platform if figure.valid_from <= day] or platform
    return max(begun, key=lambda figure: figure.valid_from).value


def _rank(phase: OrderPhase) -> int:
    return PHASES.index(phase) if phase in PHASES else len(PHASES)
