"""Positions that come late: judged is the set of them, and what was told otherwise is corrected."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.tracking_ia import make

from rt.contracts.tracking_ia import StopCorrected, StopLeft, StopReached
from rt.kernel.core.clock import held
from rt.services.tracking_ia.domain.judging import seen_at
from rt.services.tracking_ia.domain.points import cleaned, merged

AWAY = (45.3, 4.9)
ONE_STOP = [("ord_1", "delivery", "Valence", make.VALENCE, 180, 300)]


def inside(*minutes):
    return [make.fix(minute, make.VALENCE) for minute in minutes]


def away(*minutes):
    return [make.fix(minute, AWAY) for minute in minutes]


def stop_after(batches, calls=None):
    """The delivery's stop after batches in this order, and what was told."""
    watch = make.watch(calls=calls or ONE_STOP)
    stored = []
    for batch in batches:
        stored = merged(stored, batch)
        make.judge(watch, cleaned(stored))
    return watch.stop_of("ord_1", "delivery"), watch


def corrections(watch):
    return [(one.what, one.before, one.after) for one in watch.emitted if isinstance(one, StopCorrected)]


def test_a_departure_is_when_the_vehicle_was_last_seen_there_if_nobody_saw_it_leave():
    stop, _ = stop_after([[*inside(240, 241, 243), *away(360, 362)]])
    assert (stop.left_at, stop.elsewhere_at) == (make.minutes(243), make.minutes(360))


def test_late_positions_correct_a_departure_and_say_so():
    early, late = [*inside(240, 241, 243), *away(360, 362)], inside(*range(244, 261))
    stop, watch = stop_after([early, late])
    assert stop.left_at == make.minutes(260)
    assert corrections(watch) == [("departure", make.minutes(243), make.minutes(260))]
    assert [(one.what, one.before, one.after) for one in stop.corrections] == corrections(watch)


def test_late_positions_that_show_the_leaving_correct_it_too():
    early, late = [*inside(240, 242), *away(360, 362)], [*inside(*range(243, 261)), *away(261, 263, 265)]
    stop, watch = stop_after([early, late])
    assert (stop.left_at, stop.elsewhere_at) == (make.minutes(261), make.minutes(261))
    assert corrections(watch) == [("departure", make.minutes(242), make.minutes(261))]


def test_late_positions_correct_an_arrival():
    stop, watch = stop_after([inside(240, 250), inside(210, 220, 230)])
    assert stop.reached_at == make.minutes(210)
    assert corrections(watch) == [("arrival", make.minutes(240), make.minutes(210))]


def test_an_arrival_that_was_none_is_taken_back_and_may_come_again():
    stop, watch = stop_after([inside(200, 203), away(201, 202.5), inside(230, 233)])
    assert stop.reached_at == make.minutes(230)
    assert corrections(watch) == [
        ("arrival", make.minutes(200), None),
        ("arrival", None, make.minutes(230)),
    ]


def test_less_than_a_minute_is_not_said():
    stop, watch = stop_after([inside(240, 243), inside(239.5)])
    assert (stop.reached_at, corrections(watch)) == (make.minutes(239.5), [])


def test_the_watch_stays_open_for_positions_of_the_silence_before_it_ended():
    """Refused as off duty they would be lost, and the departure never put right."""
    _, watch = stop_after([[*inside(240, 243), *away(360, 362)]])
    assert [watch.refuses(make.minutes(minute)) for minute in (250, 359, 361)] == [None, None, "off_duty"]


def test_a_watch_that_ended_too_early_opens_again():
    _, watch = stop_after([[*inside(240, 243), *away(250, 252)], inside(250.5, 251, 251.5, 252.5, 260)])
    assert watch.refuses(make.minutes(300)) is None


steps = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(["in", "edge", "out", "pickup"])),
    min_size=1,
    max_size=40,
    unique_by=lambda step: step[0],
)
PLACES = {
    "in": make.VALENCE,
    "edge": (make.VALENCE[0] + 0.0025, make.VALENCE[1]),
    "out": (make.VALENCE[0] + 0.01, make.VALENCE[1]),
    "pickup": (make.VALENCE[0] + 0.02, make.VALENCE[1]),
}
CALLS = {
    "one": ONE_STOP,
    "both": [("ord_1", "pickup", "Nord", PLACES["pickup"], 0, 60), *ONE_STOP],
    "round": [("ord_1", "pickup", "Valence", make.VALENCE, 0, 60), *ONE_STOP],
}


@settings(max_examples=200)
@given(
    steps, st.lists(st.integers(0, 9), min_size=40, max_size=40), st.randoms(), st.sampled_from(list(CALLS))
)
def test_what_is_judged_depends_on_the_set_of_positions_alone(steps, cuts, order, calls):
    """And whoever followed what was told knows in the end what whoever saw everything at once knows."""
    fixes = [make.fix(minute, PLACES[where]) for minute, where in steps]
    at_once, _ = stop_after([fixes], CALLS[calls])
    shuffled = list(fixes)
    order.shuffle(shuffled)
    batches = [[fix for fix, cut in zip(shuffled, cuts, strict=False) if cut == n] for n in range(10)]
    piecemeal, watch = stop_after([batch for batch in batches if batch], CALLS[calls])
    assert (piecemeal.reached_at, piecemeal.left_at) == (at_once.reached_at, at_once.left_at)
    assert (watch.ends_at, piecemeal.source) == (stop_after([fixes], CALLS[calls])[1].ends_at, at_once.source)
    known = {}
    for event in watch.emitted:
        match event:
            case StopReached():
                known[event.kind, "arrival"] = event.at
            case StopLeft():
                known[event.kind, "departure"] = event.at
            case StopCorrected():
                known[event.kind, event.what] = event.after
    for what, judged in (("arrival", at_once.reached_at), ("departure", at_once.left_at)):
        said = known.get(("delivery", what))
        assert (said is None) == (judged is None)
        assert said is None or abs(said - judged) < timedelta(minutes=1)


@given(steps)
def test_a_look_at_the_degrees_finds_the_same_as_measuring_every_way(steps):
    """The fence of a stop in the far north is as round as anywhere."""
    north = (68.4, 17.4)
    fixes = [
        make.fix(at, (north[0] + (PLACES[where][0] - make.VALENCE[0]), north[1]))
        for at, where in sorted(steps)
    ]
    south = [make.fix(at, PLACES[where]) for at, where in sorted(steps)]
    calls = [stop.call for stop in make.watch(calls=ONE_STOP).stops]
    moved = [type(calls[0])(calls[0].order_id, calls[0].kind, north, None)]
    here, there = seen_at(south, calls)[0], seen_at(fixes, moved)[0]
    assert (here.came and here.came.at, here.left and here.left.at) == (
        there.came and there.came.at,
        there.left and there.left.at,
    )


async def test_whoever_was_told_hears_the_correction(tracking):
    drive = make.drive()
    stay = [fix for fix in drive if make.minutes(60) <= fix.at < make.minutes(80)]
    rest = [fix for fix in drive if fix.at >= make.minutes(120)]
    late = [fix for fix in drive if make.minutes(60) <= fix.at < make.minutes(120)]
    await tracking.record(drive[:100])
    await tracking.record(stay[:6])
    await tracking.record(rest[:40])
    ((left,),) = (
        [one for one in await tracking.emitted("tracking_ia.stop.left") if one["order_id"] == "ord_1"],
    )
    answer = await tracking.record(late, at=rest[40].at)
    assert answer["refused"] == []
    (said,) = await tracking.emitted("tracking_ia.stop.corrected")
    assert (said["what"], said["kind"], said["before"]) == ("departure", "pickup", left["at"])
    with held(rest[40].at):
        track = await tracking.ok(tracking.office(make.SHIPPER).get("/api/tracking/orders/ord_1"))
    pickup = next(stop for stop in track["stops"] if stop["kind"] == "pickup")
    assert pickup["left_at"] == said["after"] > left["at"]
    assert [(one["before"], one["after"]) for one in pickup["corrections"]] == [
        (said["before"], said["after"])
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_batches_in_any_order_end_in_the_same_stops(tracking, seed):
    drive = make.drive()
    batches = [drive[begin : begin + 30] for begin in range(0, len(drive), 30)]
    random.Random(seed).shuffle(batches)
    for batch in batches:
        await tracking.record(batch, at=make.minutes(225))
    with held(make.minutes(226)):
        track = await tracking.ok(tracking.office().get("/api/tracking/orders/ord_1"))
    stops = {stop["kind"]: (stop["reached_at"], stop["left_at"]) for stop in track["stops"]}
    watch = make.watch()
    make.judge(watch, drive)
    for kind in ("pickup", "delivery"):
        stop = watch.stop_of("ord_1", kind)
        assert stops[kind] == tuple(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (stop.reached_at, stop.left_at))


async def test_whoever_follows_by_the_link_sees_the_correction(tracking):
    (link,) = await tracking.emitted("tracking_ia.follow_link.made")
    await tracking.record([fix for fix in make.drive() if fix.at < make.minutes(90)])
    await tracking.record(inside(240, 243), at=make.minutes(243))
    await tracking.record(inside(200, 203), at=make.minutes(244))
    with held(make.minutes(246)):
        view = await tracking.ok(tracking.tracker().get("/api/tracking" + link["url"]))
    assert view["arrived_at"] == "2026-03-02T11:20:00Z"
    assert [(one["what"], one["before"]) for one in view["corrections"]] == [
        ("arrival", "2026-03-02T12:00:00Z")
    ]
