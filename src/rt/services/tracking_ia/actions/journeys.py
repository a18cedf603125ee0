"""Tracks, arrival times and the fleet, to each the part that concerns them."""

import asyncio
from collections.abc import Iterable, Sequence

from msgspec import structs

from rt.contracts.tracking_ia import (
    ArrivalsView,
    EtasView,
    EtaView,
    FindEtas,
    FleetPositions,
    FleetView,
    GetEta,
    GetTrack,
    GetTrips,
    TrackView,
    TripsView,
    VehiclePositionView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.core.tenancy import acting_for, current_org
from rt.services.tracking_ia.actions.beside import beside
from rt.services.tracking_ia.domain.arrivals import OLD, Arrival
from rt.services.tracking_ia.domain.drawing import Drawn, drawn, stretches
from rt.services.tracking_ia.domain.order import FollowedOrder
from rt.services.tracking_ia.domain.points import Fix
from rt.services.tracking_ia.domain.stops import WatchedStop
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store import TrackingStore

LOOKS, LOOKS_TO_CUT = 10, 30
"""How often each fix is looked at to draw a line, and to cut it into trips and stops."""
BREATH = 10
"""Vehicles whose arrival is reckoned before others have their turn: up to 4 ms where one is seen anew."""


class TrackUnknown(NotFound):
    fr = "Aucun suivi n'est connu pour cette commande."
    en = "No tracking is known for this order."


class TourUnknown(NotFound):
    fr = "Aucun suivi n'est connu pour cette tournée."
    en = "No tracking is known for this tour."


class Journeys:
    """What has been recorded, for those who take part."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store

    async def track(self, asked: GetTrack) -> TrackView:
        """The carrier sees the whole tour so far; the others what was driven between their own stops."""
        order = await self._store.order(asked.order_id)
        if order is None:
            raise TrackUnknown
        watch, newest = await self.of_order(order)
        if watch is None or not _may_follow(watch):
            return order.untracked_view()
        own, ride = current_org() == watch.org_id, order.called.order_id
        pickup, delivery = watch.stop_of(ride, "pickup"), watch.stop_of(ride, "delivery")
        begun = own or pickup is None or pickup.reached_at is not None
        line = Drawn([], 0, None)
        if begun:
            since = None if own or pickup is None else pickup.reached_at
            until = None if own or delivery is None else (delivery.left_at or delivery.reached_at)
            with acting_for(watch.org_id):
                kept = await self._store.kept(watch.id, since)
            line = await beside(LOOKS * kept.count, drawn, kept.contents, since, until)
        fix = line.newest
        return TrackView(
            order_id=order.order_id,
            reference=order.reference,
            phase=order.phase,
            vehicle_plate=watch.vehicle_plate,
            driver_name=watch.driver_name if current_org() in (order.carrier_id, order.org_id) else "",
            points=[fix.view() for fix in line.fixes],
            stops=[structs.replace(stop.view(), order_id=order.order_id) for stop in _own(order, watch)],
            etas=_etas(_coming(watch, newest), order, watch),
            driven_km=round(line.metres / 1000, 1),
            fix_at=fix.at if fix else None,
            old=fix is not None and now() - fix.at > OLD,
        )

    async def eta(self, asked: GetEta) -> EtasView:
        order = await self._store.order(asked.order_id)
        if order is None:
            raise TrackUnknown
        return EtasView(order_id=order.order_id, items=await self._arrivals([order]))

    async def etas(self, asked: FindEtas) -> ArrivalsView:
        many = {"order_id": {"$in": asked.order_ids}}
        orders = await self._store.orders.find(many, limit=len(asked.order_ids) or 1)
        return ArrivalsView(items=await self._arrivals(orders))

    async def fleet(self, asked: FleetPositions) -> FleetView:
        items = []
        watches = [watch for watch in await self._store.on_now() if _may_follow(watch)]
        seen = await self._store.seen.of(watches)
        for nth, watch in enumerate(watches):
            if nth % BREATH == BREATH - 1:
                await asyncio.sleep(0)
            fix = seen.get(watch.id)
            coming = next(watch.arrivals(fix, now()), None) if fix else None
            ahead = watch.ahead()
            items.append(
                VehiclePositionView(
                    tour_id=watch.tour_id,
                    vehicle_plate=watch.vehicle_plate,
                    driver_name=watch.driver_name,
                    latitude=fix.latitude if fix else None,
                    longitude=fix.longitude if fix else None,
                    speed_kmh=fix.speed_kmh if fix else None,
                    heading_deg=fix.heading_deg if fix else None,
                    fix_at=fix.at if fix else None,
                    old=fix is not None and now() - fix.at > OLD,
                    next_stop=ahead[0].view() if ahead else None,
                    next_eta=coming[0].eta_view(coming[1], now()) if coming else None,
                )
            )
        return FleetView(items=items)

    async def trips(self, asked: GetTrips) -> TripsView:
        watch = await self._store.watches.first({"tour_id": asked.tour_id})
        if watch is None or not _may_follow(watch):
            raise TourUnknown
        kept = await self._store.kept(watch.id)
        cut = await beside(LOOKS_TO_CUT * kept.count, stretches, kept.contents)
        minutes = {stop: sum(one.minutes for one in cut if one.stop is stop) for stop in (True, False)}
        return TripsView(
            tour_id=asked.tour_id,
            segments=[one.view() for one in cut],
            driven_km=round(sum(one.metres for one in cut) / 1000, 1),
            driving_minutes=round(minutes[False], 1),
            standing_minutes=round(minutes[True], 1),
        )

    async def of_order(self, order: FollowedOrder) -> tuple[Watch | None, Fix | None]:
        """The carrier's watch for an order that one may see, and its newest fix."""
        watch = (await self._store.watches_of([order])).get(order.order_id)
        seen = await self._store.seen.of([watch]) if watch else {}
        return watch, seen.get(watch.id) if watch else None

    async def _arrivals(self, orders: Sequence[FollowedOrder]) -> list[EtaView]:
        """When each order will be at its stops: every truck is asked for once, whatever it carries."""
        called = await self._store.watches_of(orders)
        watches = {watch.id: watch for watch in called.values() if _may_follow(watch)}
        seen = await self._store.seen.of(watches.values())
        coming: dict[str, list[tuple[WatchedStop, Arrival]]] = {}
        for nth, watch in enumerate(watches.values()):
            if nth % BREATH == BREATH - 1:
                await asyncio.sleep(0)
            coming[watch.id] = _coming(watch, seen.get(watch.id))
        of_each = [(order, called.get(order.order_id)) for order in orders]
        return [
            eta
            for order, watch in of_each
            if watch
            for eta in _etas(coming.get(watch.id, ()), order, watches.get(watch.id, watch))
        ]


def _may_follow(watch: Watch) -> bool:
    """A driver sees where the own vehicle is and was, not where colleagues are."""
    actor = current_actor()
    return actor.roles != {"driver"} or watch.driver_user_id == actor.id


def _coming(watch: Watch, fix: Fix | None) -> list[tuple[WatchedStop, Arrival]]:
    return [] if fix is None or watch.ends_at < now() else list(watch.arrivals(fix, now()))


def _own(order: FollowedOrder, watch: Watch) -> list[WatchedStop]:
    """The stops of the watch that are the order's own."""
    ends = [order.own_stop(watch, kind) for kind in ("pickup", "delivery")]
    return [stop for stop in watch.stops if any(stop is end for end in ends)]


def _etas(coming: Iterable[tuple[WatchedStop, Arrival]], order: FollowedOrder, watch: Watch) -> list[EtaView]:
    own = _own(order, watch)
    return [
        structs.replace(stop.eta_view(arrival, now()), order_id=order.order_id)
        for stop, arrival in coming
        if any(stop is one for one in own)
    ]
