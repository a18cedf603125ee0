"""Fixes: what is believed, what is read from devices, and tracks that depend on the set of fixes alone."""

import json
import math
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams
from tests.services.tracking_ia import make

from rt.contracts.tracking_ia import StopCorrected
from rt.services.tracking_ia.domain.osmand import ReportUnreadable, from_body, from_query
from rt.services.tracking_ia.domain.points import (
    Fix,
    cleaned,
    doubt,
    fix_of,
    merged,
    metres,
    pack,
    unpack,
)
from rt.services.tracking_ia.domain.reading import Doubt
from rt.trade.plates import plain_plate

OLDEST = make.AT - timedelta(days=62)
EXPLICIT = {
    "48241179": (37.4219983, -122.084),
    "658765": (37.785834, -122.406417),
    "902064": (42.06288, -88.23412),
    "353861053849681": (49.60688, 6.15788),
    "861001000719969": (41.666667, -0.883333),
    "123456789012345": (40.7232948571, -74.0061408571),
}
fixes = st.builds(
    make.fix,
    st.integers(0, 600),
    st.tuples(st.floats(44, 46), st.floats(4, 6)),
    source=st.sampled_from(["dev_1", "usr_driver"]),
)


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        (make.point(0, (None, 4.8)), "no_fix"),
        (make.point(0, (45.0, 4.8), accuracy_m=9_000), "no_fix"),
        (make.point(0, (math.nan, 4.8)), "malformed"),
        (make.point(0, (91.0, 4.8)), "out_of_range"),
        (make.point(0, (45.0, -180.5)), "out_of_range"),
        (make.point(0, (0.0, 0.0)), "zero_island"),
        (make.point(5.1, make.LYON), "future"),
        (make.point(4.9, make.LYON), None),
        (make.point(-60 * 24 * 63, make.LYON), "too_old"),
        (make.point(0, make.LYON, at=datetime(2026, 3, 2)), "malformed"),
        (make.point(0, (51.48, 0.0)), None),
    ],
)
def test_only_what_can_be_true_is_believed(point, reason):
    found = doubt(point, make.AT, OLDEST)
    assert (found.reason if found else None) == reason


@given(st.lists(fixes, max_size=40))
def test_packing_loses_nothing(some):
    assert unpack(pack(some)) == some


@given(st.lists(fixes, max_size=40), st.lists(fixes, max_size=40))
def test_the_same_batch_twice_changes_nothing(kept, batch):
    once = merged(kept, batch)
    assert merged(once, batch) == once


@given(st.lists(fixes, max_size=60), st.randoms())
def test_a_track_depends_on_the_set_of_fixes_alone(some, order):
    shuffled = list(some)
    order.shuffle(shuffled)
    stored: list[Fix] = []
    for begin in range(0, len(shuffled), 7):
        stored = merged(stored, shuffled[begin : begin + 7])
    assert stored == merged([], some)
    assert cleaned(stored) == cleaned(merged([], some))


def test_one_impossible_jump_is_left_out_wherever_it_is():
    drive = make.drive()
    for nth in (0, 1, 100, len(drive) - 1):
        wrong = make.fix((drive[nth].at - make.AT).total_seconds() / 60 + 0.01, (48.85, 2.35))
        assert cleaned([*drive, wrong]) == drive


def test_two_fixes_that_agree_are_no_error():
    ferry = [
        make.fix(0, make.LYON),
        make.fix(1, (43.3, 5.4)),
        make.fix(2, (43.301, 5.4)),
        make.fix(3, (43.302, 5.4)),
    ]
    assert cleaned(ferry) == ferry[1:]


def test_a_degree_of_latitude_is_111_km():
    assert metres((45, 5), (46, 5)) == pytest.approx(111_195, rel=1e-4)


def test_plates_are_compared_without_their_dashes():
    assert plain_plate("ab-123 cd") == plain_plate("AB123CD")


def test_r_9_the_track_equals_the_reference_and_stops_are_told_once():
    """20 % duplicates, 20 % out of order, 1 % one hour late, 0.1 % impossible."""
    chance = random.Random(9)
    reference = make.drive(every_seconds=2)
    arriving = [(fix.at_ms, fix) for fix in reference]
    arriving += [(fix.at_ms, fix) for fix in chance.sample(reference, len(reference) // 5)]
    arriving = [
        (at + chance.choice((0, 0, 0, 0, 60_000)) + (3_600_000 if chance.random() < 0.01 else 0), fix)
        for at, fix in arriving
    ]
    for fix in chance.sample(reference, len(reference) // 1000):
        arriving.append((fix.at_ms, make.fix((fix.at - make.AT).total_seconds() / 60 + 0.001, (10.0, 10.0))))
    arriving.sort(key=lambda pair: pair[0])
    watch = make.watch()
    stored: list[Fix] = []
    newest = make.AT
    for begin in range(0, len(arriving), 50):
        stored = merged(stored, [fix for _, fix in arriving[begin : begin + 50]])
        track = cleaned(stored)
        make.judge(watch, track)
        assert track[-1].at >= newest
        newest = track[-1].at
    assert cleaned(stored) == reference
    emitted = [
        (type(event).__name__, event.order_id, event.kind)
        for event in watch.emitted
        if not isinstance(event, StopCorrected)
    ]
    assert sorted(emitted) == [
        ("StopLeft", "ord_1", "delivery"),
        ("StopLeft", "ord_1", "pickup"),
        ("StopLeft", "ord_2", "delivery"),
        ("StopReached", "ord_1", "delivery"),
        ("StopReached", "ord_1", "pickup"),
        ("StopReached", "ord_2", "delivery"),
    ]


def frames(shared_data):
    every = json.loads((shared_data / "gps_frames" / "frames.json").read_text())
    for frame in every:
        if frame["protocol"] != "OsmAnd":
            continue
        payload = frame["payload"].replace('\\"', '"')
        if "{" in payload:
            yield from_body(payload[payload.index("{") :].encode(), make.AT)
        else:
            yield from_query(QueryParams(payload.partition("?")[2]), make.AT)


def test_t_04_every_osmand_frame_gives_its_explicit_position(shared_data):
    read = list(frames(shared_data))
    assert len(read) == 8
    found = {key: point for key, (point,) in read if point.latitude is not None}
    assert found.pop("123456").latitude == pytest.approx(60.0, abs=1e-5)
    assert set(found) == set(EXPLICIT)
    for key, point in found.items():
        assert (point.latitude, point.longitude) == pytest.approx(EXPLICIT[key], abs=1e-5)


def test_t_04_cells_without_a_fix_are_no_position(shared_data):
    without = [point for _, (point,) in frames(shared_data) if point.latitude is None]
    assert [doubt(point, datetime(2026, 1, 1, tzinfo=UTC), OLDEST).reason for point in without] == ["no_fix"]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("1377177267", datetime(2013, 8, 22, 13, 14, 27, tzinfo=UTC)),
        ("1377177267000", datetime(2013, 8, 22, 13, 14, 27, tzinfo=UTC)),
        ("2014-06-04 09:10:11", datetime(2014, 6, 4, 9, 10, 11, tzinfo=UTC)),
        ("2016-01-27T18:55:47Z", datetime(2016, 1, 27, 18, 55, 47, tzinfo=UTC)),
    ],
)
def test_devices_say_the_time_in_four_ways(said, at):
    _, (point,) = from_query({"id": "x", "lat": "1", "lon": "1", "timestamp": said}, make.AT)
    assert point.at == at


def test_osmand_counts_speed_in_knots_and_its_json_in_metres_per_second():
    _, (query,) = from_query({"id": "x", "lat": "45", "lon": "4", "speed": "40", "bearing": "7.2"}, make.AT)
    body = {
        "device_id": "x",
        "location": {"coords": {"latitude": 45, "longitude": 4, "speed": 10, "heading": -1}},
    }
    _, (point,) = from_body(json.dumps(body).encode(), make.AT)
    assert (query.speed_kmh, query.heading_deg) == (pytest.approx(74.08), 7.2)
    assert (point.speed_kmh, fix_of(point, "x").heading_deg) == (36.0, None)


def test_a_body_may_hold_several_locations():
    one = {
        "timestamp": "2026-03-02T08:00:00Z",
        "coords": {"latitude": 45, "longitude": 4},
        "battery": {"level": 0.5},
    }
    _, points = from_body(json.dumps({"device_id": "x", "location": [one, one]}).encode(), make.AT)
    assert [point.battery_percent for point in points] == [50.0, 50.0]


@given(
    st.dictionaries(
        st.sampled_from(["id", "lat", "lon", "timestamp", "speed", "valid", "location"]), st.text()
    )
)
def test_no_query_breaks_the_reader(query):
    try:
        _, points = from_query(query, make.AT)
    except ReportUnreadable:
        return
    assert len(points) == 1
    if not isinstance(points[0], Doubt) and doubt(points[0], make.AT, OLDEST) is None:
        assert abs(fix_of(points[0], "x").latitude) <= 90


said = st.recursive(
    st.none() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["device_id", "location", "coords", "latitude", "battery", "timestamp"]), inner
        )
    ),
)


@given(st.binary(max_size=60) | said.map(lambda value: json.dumps(value).encode()))
def test_no_body_breaks_the_reader(body):
    with suppress(ReportUnreadable):
        key, points = from_body(body, make.AT)
        assert key
        assert points or b"[]" in body
