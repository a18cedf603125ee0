"""Links to follow one order, and what their holders see."""

import secrets

from rt.contracts.tracking_ia import (
    EndShare,
    FindPurges,
    FindRules,
    FollowOrder,
    FollowStep,
    FollowView,
    PurgesView,
    RulesView,
    RuleView,
    SetRule,
    ShareOrder,
    ShareView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Invalid
from rt.kernel.core.ids import derived_id, new_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.model.messages import Empty
from rt.services.tracking_ia.actions.journeys import Journeys, TrackUnknown
from rt.services.tracking_ia.actions.recording import hash_of
from rt.services.tracking_ia.domain.arrivals import OLD
from rt.services.tracking_ia.domain.order import (
    LONGEST_SHARE,
    PHASES,
    PLATFORM_FIGURES,
    FollowedOrder,
    OrderDone,
    Rule,
    Share,
    ShareUnknown,
)
from rt.services.tracking_ia.domain.points import coarse
from rt.services.tracking_ia.store import TrackingStore


class MoreThanCertain(Invalid):
    fr = "Un pourcentage ne dépasse pas 99."
    en = "A percentage is at most 99."


class Shares:
    """Who may follow an order without an account."""

    def __init__(self, store: TrackingStore, journeys: Journeys) -> None:
        self._store = store
        self._journeys = journeys

    async def share(self, asked: ShareOrder) -> ShareView:
        order = await self._store.order(asked.order_id)
        if order is None:
            raise TrackUnknown
        with acting_for(order.org_id):
            if not order.runs(now(), await self._store.figure("share_hours_after_delivery")):
                raise OrderDone
            return (await self.running(order)).view()

    async def running(self, order: FollowedOrder) -> Share:
        """The order's share, made when there is none; shares belong to the owner whoever asks."""
        kept = await self._store.shares.first({"order_id": order.order_id, "ended": False})
        if kept is not None and kept.token_hash and kept.expires_at > now():
            return kept
        token = secrets.token_urlsafe(24)
        share = Share(
            id=new_id("shr"),
            order_id=order.order_id,
            token=token,
            token_hash=hash_of(token),
            expires_at=max(order.planned_until, now()) + LONGEST_SHARE,
        )
        share.made(order)
        return await self._store.shares.add(share)

    async def end(self, asked: EndShare) -> Empty:
        """Those who follow were invited by the owner, whoever made the link: it alone takes it back."""
        order = await self._store.order(asked.order_id)
        if order is None or order.org_id != current_org():
            raise TrackUnknown
        with acting_for(order.org_id):
            for share in await self._store.shares.find({"order_id": order.order_id, "ended": False}):
                async with self._store.shares.change(share.id) as changed:
                    changed.ended = True
        return Empty()

    async def follow(self, asked: FollowOrder) -> FollowView:
        """What whoever has the link sees; any reason why not looks the same from outside."""
        share = await self._store.shares.everywhere.first({"token_hash": hash_of(asked.share_id)})
        if share is None or share.ended or share.expires_at <= now():
            raise ShareUnknown
        with acting_for(share.org_id):
            order = await self._store.order(share.order_id)
            hours = await self._store.figure("share_hours_after_delivery")
            if order is None or not order.runs(now(), hours):
                raise ShareUnknown
            return await self._followed(order, share)

    async def _followed(self, order: FollowedOrder, share: Share) -> FollowView:
        """The position from loading to delivery only: otherwise the vehicle is at others' business."""
        watch, fix = await self._journeys.of_order(order)
        delivery = order.own_stop(watch, "delivery") if watch else None
        done = order.done_at("delivered") is not None or (
            delivery is not None and delivery.reached_at is not None
        )
        coming = None
        if watch is not None and fix is not None and not done and watch.ends_at >= now():
            coming = next((c for stop, c in watch.arrivals(fix, now()) if stop is delivery), None)
        place = coarse(fix.place) if fix and order.phase in ("loading", "in_transit") and not done else None
        return FollowView(
            reference=order.reference,
            phase=order.phase,
            consignee_name=order.consignee_name,
            delivery_site=order.delivery.name,
            delivery_city=order.delivery.address.city,
            planned_from=order.planned_from,
            planned_until=order.planned_until,
            eta=coming.eta if coming else None,
            eta_low=coming.low if coming else None,
            eta_high=coming.high if coming else None,
            latitude=place[0] if place else None,
            longitude=place[1] if place else None,
            fix_at=fix.at if fix and place else None,
            fix_age_minutes=int((now() - fix.at).total_seconds() // 60) if fix and place else None,
            old=fix is not None and place is not None and now() - fix.at > OLD,
            arrived_at=delivery.reached_at if delivery else None,
            left_at=delivery.left_at if delivery else None,
            corrections=delivery.corrections_view() if delivery else [],
            steps=[FollowStep(phase=phase, done_at=order.done_at(phase)) for phase in PHASES],
            expires_at=share.expires_at,
        )


class Rules:
    """Dated figures, and the proofs that positions were deleted by them."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store

    async def find(self, asked: FindRules) -> RulesView:
        own = await self._store.rules.find({}, sort="kind,-valid_from", limit=1_000)
        return RulesView(items=[*(one.view() for one in own), *(one.view() for one in PLATFORM_FIGURES)])

    async def set(self, asked: SetRule) -> RuleView:
        if asked.kind == "late_alert_percent" and asked.value > 99:
            raise MoreThanCertain("value")
        rule_id = derived_id("rul", current_org(), asked.kind, asked.valid_from.isoformat())
        try:
            return await self._set(rule_id, asked)
        finally:
            self._store.known_rules.forget(current_org())

    async def _set(self, rule_id: str, asked: SetRule) -> RuleView:
        if await self._store.rules.first({"id": rule_id}) is None:
            rule = Rule(
                id=rule_id,
                kind=asked.kind,
                valid_from=asked.valid_from,
                value=asked.value,
                source=asked.source,
            )
            return (await self._store.rules.add(rule)).view()
        async with self._store.rules.change(rule_id) as kept:
            kept.value = asked.value
            kept.source = asked.source
        return kept.view()

    async def purges(self, asked: FindPurges) -> PurgesView:
        return PurgesView(
            items=[purge.view() for purge in await self._store.purges.find({}, sort="-at", limit=400)]
        )
