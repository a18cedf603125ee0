"""Watches, fences and arrival times: what is told, when, and what is never kept."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.tracking_ia import make

from rt.contracts.tracking_ia import DelayForeseen, EtaChanged, StopLeft, StopReached
from rt.kernel.core.clock import held
from rt.services.tracking_ia.domain.arrivals import expected, nominal_minutes, quantiles
from rt.services.tracking_ia.domain.fences import arrival, departure, segments
from rt.services.tracking_ia.domain.order import Rule, followed, in_force
from rt.services.tracking_ia.domain.points import cleaned, coarse
from rt.trade.ways import Way, onward

STEP, ALERT = timedelta(minutes=10), 0.7


def emitted(watch, kind):
    return [event for event in watch.emitted if isinstance(event, kind)]


def near(place, metres):
    return place[0] + metres / 111_195, place[1]


def test_passing_by_is_no_arrival():
    track = [make.fix(n / 2, near(make.LYON, 1_000 - 150 * n)) for n in range(14)]
    assert arrival(track, make.LYON, make.AT) is None


def test_standing_two_minutes_is_an_arrival_at_its_first_minute():
    track = [make.fix(n, near(make.LYON, 30)) for n in range(3)]
    crossing = arrival(track, make.LYON, make.AT)
    assert (crossing.at, crossing.distance_m) == (make.AT, 30)


def test_one_reflected_fix_does_not_interrupt_a_stay():
    track = [make.fix(n / 4, near(make.LYON, 900 if n == 4 else 30)) for n in range(10)]
    assert arrival(track, make.LYON, make.AT).at == make.AT


def test_having_been_away_begins_the_stay_anew():
    places = [30, 30, 900, 900, 900, 30, 30, 30]
    track = [make.fix(n, near(make.LYON, away)) for n, away in enumerate(places)]
    assert arrival(track, make.LYON, make.AT).at == make.minutes(5)


def test_between_the_fences_nothing_is_left():
    inside = [make.fix(n, near(make.LYON, 30)) for n in range(5)]
    edge = [make.fix(5 + n, near(make.LYON, 300)) for n in range(5)]
    away = [make.fix(10 + n, near(make.LYON, 400)) for n in range(3)]
    assert departure([*inside, *edge], make.LYON, make.AT) is None
    assert departure([*inside, *edge, *away], make.LYON, make.AT).at == make.minutes(10)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.randoms())
def test_stops_are_told_once_however_the_track_arrives(cuts, order):
    watch = make.watch()
    drive = make.drive(every_seconds=60)
    batches = [drive[n :: len(cuts)] for n in range(len(cuts))]
    order.shuffle(batches)
    stored = []
    for batch in batches:
        stored += batch
        make.judge(watch, cleaned(stored))
        make.judge(watch, cleaned(stored))
    for kind in (StopReached, StopLeft):
        calls = [(event.order_id, event.kind) for event in emitted(watch, kind)]
        assert sorted(calls) == [("ord_1", "delivery"), ("ord_1", "pickup"), ("ord_2", "delivery")]


def test_stops_are_reached_at_the_minute_they_were():
    watch = make.watch()
    make.judge(watch, make.drive())
    reached = {(event.order_id, event.kind): event.at for event in emitted(watch, StopReached)}
    for call, minute in (
        (("ord_1", "pickup"), 60),
        (("ord_2", "delivery"), 125),
        (("ord_1", "delivery"), 195),
    ):
        assert abs(reached[call] - make.minutes(minute)) <= timedelta(minutes=1)


def test_a_delivery_is_not_reached_before_its_pickup():
    calls = [
        ("ord_1", "delivery", "Lyon", make.LYON, 60, 90),
        ("ord_1", "pickup", "Vienne", make.VIENNE, 120, 180),
    ]
    watch = make.watch(calls=calls)
    make.judge(watch, [make.fix(60 + n, make.LYON) for n in range(10)])
    assert emitted(watch, StopReached) == []


def test_a_delivery_at_the_pickup_s_own_place_waits_for_the_return():
    calls = [
        ("ord_1", "pickup", "Lyon", make.LYON, 60, 90),
        ("ord_1", "delivery", "Lyon", make.LYON, 120, 180),
    ]
    watch = make.watch(calls=calls)
    stay = [make.fix(60 + n, make.LYON) for n in range(10)]
    make.judge(watch, stay)
    assert [event.kind for event in emitted(watch, StopReached)] == ["pickup"]
    round_trip = [make.fix(70 + n, make.VIENNE) for n in range(20, 30)] + [
        make.fix(120 + n, make.LYON) for n in range(5)
    ]
    make.judge(watch, [*stay, *round_trip])
    assert [event.kind for event in emitted(watch, StopReached)] == ["pickup", "delivery"]


def test_a_signature_proves_a_stop_and_the_fence_tells_it_no_more():
    watch = make.watch()
    watch.signed("ord_1", "pickup", make.minutes(62))
    make.judge(watch, make.drive())
    assert ("ord_1", "pickup") not in [(event.order_id, event.kind) for event in emitted(watch, StopReached)]


def test_the_watch_ends_with_its_last_stop():
    watch = make.watch()
    make.judge(watch, make.drive())
    assert watch.refuses(make.minutes(230)) == "off_duty"
    assert watch.refuses(make.minutes(100)) is None


@pytest.mark.parametrize(
    ("minute", "reason"), [(-1, "off_duty"), (0, None), (300 + 359, None), (300 + 361, "off_duty")]
)
def test_positions_are_kept_from_an_hour_before_the_first_stop(minute, reason):
    assert make.watch().refuses(make.minutes(minute)) == reason


def test_a_pause_keeps_nothing_until_it_is_over():
    watch = make.watch()
    with held(make.minutes(100)):
        watch.pause(ended=False)
    with held(make.minutes(130)):
        watch.resume()
    assert [watch.refuses(make.minutes(minute)) for minute in (99, 100, 129, 130)] == [
        None,
        "paused",
        "paused",
        None,
    ]


def test_after_the_end_of_duty_positions_are_off_duty():
    watch = make.watch()
    with held(make.minutes(100)):
        watch.pause(ended=True)
    assert watch.state(make.minutes(101)) == "off"


def test_a_tour_published_again_keeps_what_was_reached():
    watch = make.watch()
    make.judge(watch, make.drive()[:200])
    watch.replan(make.tour(vehicle_plate="XY-999-ZZ"))
    assert watch.plate == "XY999ZZ"
    assert watch.stop_of("ord_1", "pickup").reached_at is not None


def leg(km: float, kmh: float = 60, sea: float = 0) -> Way:
    return Way(km, km / kmh * 60, sea, "net")


legs = st.lists(
    st.builds(leg, st.floats(0.1, 600), st.floats(20, 85), st.sampled_from([0.0, 90.0])),
    min_size=1,
    max_size=5,
)


@given(legs, st.integers(0, 300))
def test_a_band_holds_its_middle_and_never_lies_in_the_past(ahead, silence):
    moment = make.AT + timedelta(minutes=silence)
    coming = expected(ahead, make.AT, moment)
    assert moment <= coming.low <= coming.eta <= coming.high


@given(legs, st.lists(st.integers(0, 300), min_size=2, max_size=10))
def test_silence_never_makes_the_band_narrower(ahead, silences):
    widths = []
    for silence in sorted(silences):
        coming = expected(ahead, make.AT, make.AT + timedelta(minutes=silence))
        widths.append(coming.high - coming.low)
    assert all(before <= after + timedelta(milliseconds=1) for before, after in itertools.pairwise(widths))


def test_silence_is_said():
    assert not expected([leg(60)], make.AT, make.AT + timedelta(minutes=15)).old
    assert expected([leg(60)], make.AT, make.AT + timedelta(minutes=16)).old


@given(legs, st.lists(st.integers(-100, 900), min_size=2, max_size=6))
def test_a_later_promise_is_never_more_likely_broken(ahead, promises):
    coming = expected(ahead, make.AT, make.AT)
    chances = [coming.late_probability(make.minutes(minute), make.AT) for minute in sorted(promises)]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


def test_the_band_says_what_its_ends_mean():
    coming = expected([leg(100)], make.AT, make.AT)
    for at, chance in ((coming.low, 0.9), (coming.eta, 0.5), (coming.high, 0.1)):
        assert coming.late_probability(at, make.AT) == pytest.approx(chance, abs=1e-6)


@given(st.floats(0, 2_000), st.floats(0, 2_000))
def test_longer_ways_take_longer(a, b):
    short, long = sorted((a, b))
    assert all(x <= y + 1e-9 for x, y in zip(quantiles(short), quantiles(long), strict=True))


def test_a_day_at_the_wheel_holds_its_breaks_and_its_stops():
    through = nominal_minutes([leg(600, kmh=80)])
    assert through == pytest.approx(450 * (1 + 0.75 / 4.5))
    assert nominal_minutes([leg(200, 80), leg(200, 80), leg(200, 80)]) - through == pytest.approx(70)


def test_nobody_drives_on_a_ship():
    by_ship = nominal_minutes([leg(600, 80, sea=90)])
    assert by_ship - nominal_minutes([leg(600, 80)]) == pytest.approx(90)


def test_what_is_left_to_drive_is_the_nets_way():
    watch = make.watch()
    fix = make.drive()[0]
    (first, coming), *_ = watch.arrivals(fix, fix.at)
    assert coming.remaining_km == pytest.approx(onward(fix.place, first.place).km, abs=0.05)


def test_an_arrival_is_told_when_it_moves_by_a_step_and_no_sooner():
    watch = make.watch()
    counts = []
    for minute in range(22):
        watch.foresee(make.fix(minute, (46.0, 4.8)), make.minutes(minute), STEP, ALERT)
        counts.append(len(emitted(watch, EtaChanged)))
    assert [counts[minute] for minute in (0, 9, 10, 19, 20, 21)] == [3, 3, 6, 6, 9, 9]


def test_a_delay_is_foreseen_once_and_not_every_minute():
    watch = make.watch()
    for minute in range(150, 310):
        watch.foresee(make.fix(minute, (48.85, 2.35)), make.minutes(minute), STEP, ALERT)
    late = [(event.order_id, event.kind) for event in emitted(watch, DelayForeseen)]
    assert sorted(late) == [("ord_1", "delivery"), ("ord_1", "pickup"), ("ord_2", "delivery")]


def test_nothing_is_foreseen_when_all_is_well():
    watch = make.watch()
    for fix in make.drive(every_seconds=60)[:50]:
        watch.foresee(fix, fix.at, STEP, ALERT)
    assert emitted(watch, DelayForeseen) == []


def test_an_old_fix_never_moves_an_arrival_back():
    watch = make.watch()
    drive = make.drive(every_seconds=60)
    watch.foresee(drive[40], drive[40].at, STEP, ALERT)
    before = [stop.told_eta for stop in watch.stops]
    watch.foresee(make.fix(3, (48.85, 2.35)), drive[40].at, STEP, ALERT)
    assert [stop.told_eta for stop in watch.stops] == before


def test_a_track_is_cut_into_trips_and_stops_without_a_gap():
    cut = segments(make.drive())
    assert [one.stop for one in cut] == [False, True, False, True, False, True, False]
    total = make.drive()[-1].at - make.drive()[0].at
    assert sum((one.duration for one in cut), timedelta()) == total
    assert all(a.fixes[-1] == b.fixes[0] for a, b in itertools.pairwise(cut))


def test_phases_never_go_back():
    order = followed(make.planned().order, "fol_1", make.AT, make.planned().planned_delivery_at)
    for phase in ("planned", "in_transit", "loading", "delivered", "in_transit"):
        order.move(phase, make.AT)
    assert order.phase == "delivered"
    assert [step.phase for step in order.steps] == ["planned", "loading", "in_transit", "delivered"]


def test_an_order_runs_until_a_day_after_delivery():
    order = followed(make.planned().order, "fol_1", make.AT, make.planned().planned_delivery_at)
    order.move("delivered", make.AT)
    assert order.runs(make.AT + timedelta(hours=23), 24)
    assert not order.runs(make.AT + timedelta(hours=24), 24)


def test_a_link_shows_a_kilometre_and_no_more():
    assert coarse((45.123456, 4.987654)) == (45.12, 4.99)


def test_retention_is_two_months_unless_a_rule_says_otherwise():
    rule = Rule(id="r", org_id="o", kind="retention_days", valid_from=make.AT.date(), value=30)
    assert in_force([], "retention_days", make.AT.date()) == 62
    assert in_force([rule], "retention_days", make.AT.date()) == 30
    assert in_force([rule], "retention_days", make.AT.date() - timedelta(days=1)) == 62
