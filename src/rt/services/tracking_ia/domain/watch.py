"""A watch: the time and the stops for which positions of a driver and vehicle may be kept at all."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from rt.contracts.planning import TourPublished
from rt.contracts.tracking_ia import (
    DelayForeseen,
    DutyState,
    EtaChanged,
    RefusedReason,
    StopCorrected,
    StopKind,
    StopLeft,
    StopReached,
    StopTime,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import personal_of
from rt.services.tracking_ia.domain.arrivals import Arrival, expected
from rt.services.tracking_ia.domain.fences import ENTER_M, Crossing
from rt.services.tracking_ia.domain.judging import Seen, reached
from rt.services.tracking_ia.domain.points import Fix, metres
from rt.services.tracking_ia.domain.stops import Correction, WatchedStop
from rt.trade.plates import plain_plate
from rt.trade.ways import Way, onward, way

BEFORE_FIRST_STOP = timedelta(hours=1)
AFTER_LAST_STOP = timedelta(hours=6)
"""A late tour is followed to its end; one that never ends is not followed for ever."""
LONGEST_DUTY = timedelta(hours=15)
"""Duty that was not ended ends by itself (day with a reduced rest, Regulation (EC) 561/2006, art. 8)."""
LEAST_CORRECTION = timedelta(minutes=1)
"""A smaller difference is within what the fences can tell."""
CORRECTIONS_KEPT = 10


class NotOnDuty(Conflict):
    fr = "Aucun service n'est en cours."
    en = "There is no duty going on."


class Pause(msgspec.Struct, kw_only=True):
    """The driver asked not to be followed; `ended`: until the next duty."""

    since: datetime
    until: datetime | None = None
    ended: bool = False


class Foreseen(msgspec.Struct, frozen=True):
    """What is to be told of one stop: that its arrival moved, that a delay became likely, or both."""

    stop: WatchedStop
    coming: Arrival
    late: float
    moved: bool
    alarming: bool


class Watch(Entity, kw_only=True):
    """Positions outside `begins_at`..`ends_at`, or in a pause, are not kept. It holds no position itself."""

    tour_id: str = ""
    vehicle_plate: str
    plate: str
    driver_user_id: str
    driver_name: Annotated[str, personal_of("driver_user_id", "authz.people")]
    begins_at: datetime
    ends_at: datetime
    planned_end: datetime
    stops: list[WatchedStop] = msgspec.field(default_factory=list)
    pauses: list[Pause] = msgspec.field(default_factory=list)
    judged_fix_at: datetime | None = None

    def refuses(self, at: datetime) -> RefusedReason | None:
        """Why a position of this moment is not kept."""
        if not self.begins_at <= at <= self.ends_at:
            return "off_duty"
        for pause in self.pauses:
            if pause.since <= at and (pause.until is None or at < pause.until):
                return "off_duty" if pause.ended else "paused"
        return None

    def state(self, at: datetime) -> DutyState:
        refused = self.refuses(at)
        return "on" if refused is None else "paused" if refused == "paused" else "off"

    def pause(self, ended: bool) -> None:
        """Keep nothing from now on."""
        self.resume()
        self.pauses = [*self.pauses, Pause(since=now(), ended=ended)]

    def resume(self) -> None:
        for pause in self.pauses:
            pause.until = pause.until or now()

    def withdraw(self) -> None:
        """The tour was taken back: nothing more is kept, and its orders may be on another tour."""
        self.ends_at = self.planned_end = min(self.ends_at, now())
        self.stops = []

    def replan(self, event: TourPublished) -> None:
        """The tour was published again: what was reached stays reached."""
        known = {(stop.order_id, stop.kind): stop for stop in self.stops}
        self.stops = _stops(event)
        for stop in self.stops:
            if (before := known.get((stop.order_id, stop.kind))) is not None:
                stop.happened_as(before)
        self.vehicle_plate, self.plate = event.vehicle_plate, plain_plate(event.vehicle_plate)
        self.driver_user_id, self.driver_name = event.driver_user_id or "", event.driver_name
        self.begins_at, self.planned_end = _span(self.stops)
        self._end()

    def judge(self, seen: Sequence[Seen]) -> None:
        """Take what the track shows of each stop; tell what is new, and correct what was told otherwise."""
        for stop, one in zip(self.stops, seen, strict=True):
            stop.reached_at = reached(stop.call, one)
            gps = one.came is not None and one.came.at == stop.reached_at
            stop.source = None if stop.reached_at is None else "gps" if gps else "signature"
            stop.left_at = one.left.at if one.left else None
            stop.elsewhere_at = one.left.elsewhere_at if one.left else None
            if "arrival" in stop.told:
                self._correct(stop, "arrival", stop.reached_at)
            elif one.came is not None and stop.signed_at is None:
                self._tell(stop, "arrival", StopReached, one.came)
            if "departure" in stop.told:
                self._correct(stop, "departure", stop.left_at)
            elif one.left is not None:
                self._tell(stop, "departure", StopLeft, one.left)
        self._end()

    def signed(self, order_id: str, kind: StopKind, at: datetime) -> None:
        """A signature proves the stop without telling it: the signature itself was told."""
        stop = self.stop_of(order_id, kind)
        if stop is not None and stop.signed_at is None:
            stop.signed_at = at
            if stop.reached_at is None:
                stop.reached_at, stop.source = at, "signature"

    def stop_of(self, order_id: str, kind: StopKind) -> WatchedStop | None:
        return next((stop for stop in self.stops if stop.order_id == order_id and stop.kind == kind), None)

    def ahead(self) -> list[WatchedStop]:
        """Stops still to be reached; one without coordinates cannot be awaited."""
        return [stop for stop in self.stops if stop.reached_at is None and stop.place is not None]

    def arrivals(self, fix: Fix, moment: datetime) -> Iterator[tuple[WatchedStop, Arrival]]:
        """When each stop ahead will be reached, the next one first; calls at one place count as one stop."""
        legs: list[Way] = []
        here = fix.place
        for stop in self.ahead():
            place = stop.place or here
            if not legs:
                legs.append(onward(here, place))
            elif metres(here, place) > ENTER_M:
                legs.append(way(here, place))
            here = place
            yield stop, expected(legs, fix.at, moment)

    def foresee(self, fix: Fix, moment: datetime, step: timedelta, alert: float) -> None:
        """Tell arrivals that moved by a step, and delays that became likely; an old fix tells nothing."""
        for one in self.foreseen(fix, moment, step, alert):
            stop, coming = one.stop, one.coming
            if one.moved:
                stop.told_eta = coming.eta
                self.judged_fix_at = fix.at
                self.emit(
                    EtaChanged(
                        order_id=stop.order_id,
                        kind=stop.kind,
                        eta=coming.eta,
                        eta_low=coming.low,
                        eta_high=coming.high,
                        late_probability=round(one.late, 3),
                    )
                )
            if one.alarming:
                stop.delay_told = True
                self.emit(
                    DelayForeseen(
                        order_id=stop.order_id,
                        kind=stop.kind,
                        eta=coming.eta,
                        promised_until=stop.planned_until,
                        minutes_late=max(0, round((coming.eta - stop.planned_until).total_seconds() / 60)),
                    )
                )

    def foreseen(self, fix: Fix, moment: datetime, step: timedelta, alert: float) -> list[Foreseen]:
        """What a fix says of the stops ahead that was not told yet."""
        if self.judged_fix_at is not None and fix.at < self.judged_fix_at:
            return []
        found = []
        for stop, coming in self.arrivals(fix, moment):
            late = coming.late_probability(stop.planned_until, moment)
            moved = stop.told_eta is None or abs(coming.eta - stop.told_eta) >= step
            alarming = late > alert and not stop.delay_told
            if moved or alarming:
                found.append(Foreseen(stop, coming, late, moved, alarming))
        return found

    def _tell(
        self, stop: WatchedStop, what: StopTime, event: type[StopReached] | type[StopLeft], seen: Crossing
    ) -> None:
        stop.told = {**stop.told, what: seen.at}
        self.emit(
            event(
                order_id=stop.order_id,
                kind=stop.kind,
                at=seen.at,
                distance_m=seen.distance_m,
                source="gps",
                tour_id=self.tour_id,
                site_name=stop.site.name,
            )
        )

    def _correct(self, stop: WatchedStop, what: StopTime, after: datetime | None) -> None:
        """Positions that came late show it otherwise than it was told."""
        before = stop.told[what]
        if before == after or (before and after and abs(after - before) < LEAST_CORRECTION):
            return
        stop.told = {**stop.told, what: after}
        correction = Correction(what=what, before=before, after=after, told_at=now())
        stop.corrections = [*stop.corrections, correction][-CORRECTIONS_KEPT:]
        self.emit(
            StopCorrected(
                order_id=stop.order_id,
                kind=stop.kind,
                what=what,
                before=before,
                after=after,
                tour_id=self.tour_id,
                site_name=stop.site.name,
            )
        )

    def _end(self) -> None:
        """With the last stop: when the vehicle was seen elsewhere, for positions of before may yet come."""
        gone = [stop.elsewhere_at for stop in self.stops if stop.elsewhere_at is not None]
        done = bool(self.stops) and len(gone) == len(self.stops)
        self.ends_at = min(self.planned_end, max(gone)) if done else self.planned_end


def watched(event: TourPublished, watch_id: str) -> Watch:
    """The watch of a published tour."""
    stops = _stops(event)
    begins_at, ends_at = _span(stops)
    return Watch(
        id=watch_id,
        org_id=event.carrier_id,
        tour_id=event.tour_id,
        vehicle_plate=event.vehicle_plate,
        plate=plain_plate(event.vehicle_plate),
        driver_user_id=event.driver_user_id or "",
        driver_name=event.driver_name,
        begins_at=begins_at,
        ends_at=ends_at,
        planned_end=ends_at,
        stops=stops,
    )


def _stops(event: TourPublished) -> list[WatchedStop]:
    """Where it picks up and delivers; where goods change trucks no order is reached."""
    return [
        WatchedStop(
            order_id=stop.order_id,
            kind=stop.kind,
            site=stop.site,
            planned_from=stop.planned_from,
            planned_until=stop.planned_until,
        )
        for stop in event.stops
        if not stop.transfer
    ]


def _span(stops: Sequence[WatchedStop]) -> tuple[datetime, datetime]:
    if not stops:
        return now(), now()
    first = min(stop.planned_from for stop in stops) - BEFORE_FIRST_STOP
    return first, max(stop.planned_until for stop in stops) + AFTER_LAST_STOP
