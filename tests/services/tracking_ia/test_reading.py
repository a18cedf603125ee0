"""A bad point costs itself: what phones and trackers really send, read point by point."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.tracking_ia import make

from rt.kernel.core.clock import held
from rt.services.tracking_ia.domain.osmand import from_body, from_query
from rt.services.tracking_ia.domain.points import doubt, fix_of
from rt.services.tracking_ia.domain.reading import Doubt, known, moment_of, number, point_of, quoted

OLDEST = make.AT - timedelta(days=62)
GOOD = {"at": "2026-03-02T08:00:00Z", "latitude": 45.9, "longitude": 4.8}
SECONDS = int(make.AT.timestamp())


def verdict(said):
    point = point_of(said)
    found = point if isinstance(point, Doubt) else doubt(point, make.AT, OLDEST)
    return found.reason if found else None


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ({}, None),
        ({"latitude": "45.9", "longitude": "4,8"}, None),
        ({"at": SECONDS}, None),
        ({"at": str(SECONDS)}, None),
        ({"at": SECONDS * 1000}, None),
        ({"at": SECONDS + 0.5}, None),
        ({"at": "2026-03-02T09:00:00+01:00"}, None),
        ({"unknown": {"deep": [1]}, "id": "x"}, None),
        ({"at": "2026-13-45T08:00:00Z"}, "malformed"),
        ({"at": "2026-03-02T08:00:00"}, "malformed"),
        ({"at": "2026-03-02"}, "malformed"),
        ({"at": "yesterday"}, "malformed"),
        ({"at": ""}, "malformed"),
        ({"at": None}, "malformed"),
        ({"at": True}, "malformed"),
        ({"at": 10**400}, "malformed"),
        ({"at": 1e300}, "malformed"),
        ({"at": math.inf}, "malformed"),
        ({"at": []}, "malformed"),
        ({"at": 0}, "too_old"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "too_old"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "future"),
        ({"at": "2026-03-02T08:05:01Z"}, "future"),
        ({"at": "2021-03-02T08:00:00Z"}, "too_old"),
        ({"latitude": None}, "no_fix"),
        ({"latitude": ""}, "no_fix"),
        ({"latitude": 91}, "out_of_range"),
        ({"longitude": -180.5}, "out_of_range"),
        ({"latitude": math.nan}, "malformed"),
        ({"latitude": "NaN"}, "malformed"),
        ({"longitude": math.inf}, "malformed"),
        ({"latitude": True}, "malformed"),
        ({"latitude": "45.9 N"}, "malformed"),
        ({"latitude": "4_5"}, "malformed"),
        ({"latitude": {"deg": 45}}, "malformed"),
        ({"latitude": 0, "longitude": 0}, "zero_island"),
        ({"accuracy_m": 5_001}, "no_fix"),
    ],
)
def test_each_point_is_read_and_believed_on_its_own(says, reason):
    assert verdict(GOOD | says) == reason


@pytest.mark.parametrize("said", [None, 7, "x", [], [GOOD], True])
def test_what_is_no_object_is_a_bad_point(said):
    assert verdict(said) == "malformed"


@pytest.mark.parametrize("missing", ["at", "latitude", "longitude"])
def test_a_point_without_its_place_or_time_is_a_bad_point(missing):
    assert verdict({name: value for name, value in GOOD.items() if name != missing}) in (
        "malformed",
        "no_fix",
    )


@pytest.mark.parametrize("field", ["speed_kmh", "heading_deg", "accuracy_m", "battery_percent"])
@pytest.mark.parametrize("said", [-1, -1.0, "-1", math.nan, math.inf, 1e9, "unknown", None, []])
def test_a_figure_that_cannot_be_true_is_unknown_and_spoils_no_point(field, said):
    if field == "accuracy_m" and said in (math.inf, 1e9):
        return  # so far off that it is no position at all
    point = point_of(GOOD | {field: said})
    assert getattr(fix_of(point, "dev_1"), field) is None
    assert doubt(point, make.AT, OLDEST) is None


def test_a_figure_that_can_be_true_is_kept():
    said = {"speed_kmh": 0, "heading_deg": 360, "altitude_m": -1, "accuracy_m": 0, "battery_percent": 100}
    fix = fix_of(point_of(GOOD | said), "dev_1")
    assert {name: getattr(fix, name) for name in said} == said


def test_minus_one_is_no_speed_whatever_the_protocol():
    query = {
        "id": "x",
        "lat": "45",
        "lon": "4",
        "speed": "-1",
        "bearing": "-1",
        "accuracy": "-1",
        "batt": "-1",
    }
    coords = {"latitude": 45, "longitude": 4, "speed": -1, "heading": -1, "accuracy": -1}
    body = {"device_id": "x", "location": {"coords": coords, "battery": {"level": -1}}}
    for _, (point,) in (from_query(query, make.AT), from_body(json.dumps(body).encode(), make.AT)):
        fix = fix_of(point, "x")
        assert (fix.speed_kmh, fix.heading_deg, fix.accuracy_m, fix.battery_percent) == (None,) * 4


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
)


@given(st.dictionaries(st.sampled_from(["at", "latitude", "longitude", "speed_kmh"]), anything) | anything)
def test_nothing_that_is_said_breaks_the_reader(said):
    point = point_of(said)
    if not isinstance(point, Doubt) and doubt(point, make.AT, OLDEST) is None:
        fix = fix_of(point, "x")
        assert abs(fix.latitude) <= 90
        assert fix.speed_kmh is None or 0 <= fix.speed_kmh <= 300


@given(anything)
def test_what_is_quoted_is_short_and_can_be_stored(said):
    assert len(quoted(said).encode()) <= 200


@given(anything)
def test_a_moment_is_a_moment_or_none(said):
    assert moment_of(said) is None or isinstance(moment_of(said), datetime)


@given(st.floats(-1e6, 1e6))
def test_numbers_are_read_from_text_as_they_are_written(figure):
    assert number(f"{figure:.4f}") == pytest.approx(figure, abs=1e-4)
    assert known(figure, -10, 10) in (None, figure)


async def test_the_broken_point_of_three_costs_itself_and_is_shown_at_the_device(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    stamps = ["2026-03-02T08:05:00Z", "2026-13-45T99:00:00Z", "2026-03-02T08:06:00Z"]
    body = {
        "device_id": device["key"],
        "location": [
            {"timestamp": stamp, "coords": {"latitude": 45.9, "longitude": 4.8, "speed": -1}}
            for stamp in stamps
        ],
    }
    with held(make.minutes(7)):
        sent = await tracking.tracker().post("/api/tracking/osmand", json=body)
    assert sent.status_code == 200
    assert (sent.json()["new"], sent.json()["refused"]) == (2, [{"index": 1, "reason": "malformed"}])
    (shown,) = (await tracking.ok(tracking.office().get("/api/tracking/devices")))["items"]
    trouble = shown["trouble"]
    assert (trouble["total"], trouble["by_reason"]) == (1, {"malformed": 1})
    assert [(one["reason"], one["said"]) for one in trouble["last"]] == [("malformed", stamps[1])]


@pytest.mark.parametrize(
    "query",
    [
        {"lat": "45.9", "lon": "4.8", "timestamp": "broken"},
        {"lat": "91", "lon": "4.8"},
        {"lon": "4.8"},
        {"lat": "nan", "lon": "inf"},
        {"lat": "0", "lon": "0"},
        {"lat": "45.9", "lon": "4.8", "timestamp": "1"},
        {"lat": "45.9", "lon": "4.8", "timestamp": "99999999999999999999"},
    ],
)
async def test_no_device_has_to_send_a_bad_point_again(tracking, query):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    with held(make.minutes(7)):
        for way in ("get", "post"):
            sent = await getattr(tracking.tracker(), way)(
                "/api/tracking/osmand", params={"id": device["key"], **query}
            )
            assert (sent.status_code, sent.json()["new"], len(sent.json()["refused"])) == (200, 0, 1)


@pytest.mark.parametrize("location", [None, [], {}, 7, "x", [None, 7, {}, {"coords": 3}], {"coords": []}])
async def test_whatever_a_known_device_says_it_is_answered_well(tracking, location):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    body = json.dumps({"device_id": device["key"], "location": location, "more": math.nan})
    with held(make.minutes(7)):
        sent = await tracking.tracker().post("/api/tracking/osmand", content=body)
    assert (sent.status_code, sent.json()["new"]) == (200, 0)


async def test_a_batch_keeps_its_good_points_and_an_empty_one_is_done(tracking):
    good = make.sent(make.drive()[:3])
    bad = [None, "x", {}, {"at": "broken", "latitude": 45, "longitude": 4}, good[0] | {"latitude": 91}]
    with held(make.minutes(7)):
        answer = await tracking.ok(
            tracking.driver().post("/api/tracking/positions", json={"points": [good[0], *bad, *good[1:]]})
        )
        nothing = await tracking.ok(tracking.driver().post("/api/tracking/positions", json={"points": []}))
    assert (answer["new"], [one["index"] for one in answer["refused"]]) == (3, [1, 2, 3, 4, 5])
    assert (nothing["new"], nothing["refused"]) == (0, [])
    mine = await tracking.ok(tracking.driver().get("/api/tracking/me"))
    (app,) = (await tracking.ok(tracking.office().get("/api/tracking/apps")))["items"]
    assert mine["trouble"] == app["trouble"]
    assert (app["driver_user_id"], app["trouble"]["total"]) == (make.DRIVER, 5)


async def test_the_last_ten_bad_points_are_kept_and_all_are_counted(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    bad = [{"timestamp": f"broken {nth}"} for nth in range(25)]
    with held(make.minutes(7)):
        body = {"device_id": device["key"], "location": bad}
        await tracking.ok(tracking.tracker().post("/api/tracking/osmand", json=body))
        await tracking.ok(tracking.tracker().post("/api/tracking/osmand", json=body | {"location": bad[:1]}))
    (shown,) = (await tracking.ok(tracking.office().get("/api/tracking/devices")))["items"]
    assert shown["trouble"]["by_reason"] == {"malformed": 26}
    assert [one["said"] for one in shown["trouble"]["last"]] == [
        "broken 0",
        *(f"broken {n}" for n in range(24, 15, -1)),
    ]


async def test_points_off_duty_leave_no_trace_at_all(tracking):
    """They are refused by rule, not by fault: neither where nor that somebody was on the road is kept."""
    device = await tracking.device(vehicle_plate="ZZ-999-ZZ")
    with held(make.minutes(7)):
        query = {"id": device["key"], "lat": "45.9", "lon": "4.8"}
        await tracking.ok(tracking.tracker().get("/api/tracking/osmand", params=query))
    (shown,) = (await tracking.ok(tracking.office().get("/api/tracking/devices")))["items"]
    assert shown["trouble"] is None


async def test_a_forgotten_device_takes_its_troubles_along(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    with held(make.minutes(7)):
        await tracking.ok(tracking.tracker().get("/api/tracking/osmand", params={"id": device["key"]}))
    await tracking.ok(tracking.office().delete(f"/api/tracking/devices/{device['id']}"))
    assert await tracking.stored("troubles") == 0


async def test_of_two_fixes_in_one_second_the_same_is_kept_whichever_came_first(tracking):
    at = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
    two = [
        {"at": at.isoformat(), "latitude": 45.9, "longitude": 4.8, "accuracy_m": 50},
        {"at": at.isoformat(), "latitude": 45.91, "longitude": 4.8, "accuracy_m": 5},
    ]
    kept = []
    for nth, order in enumerate((two, two[::-1])):
        shift = timedelta(minutes=nth)
        with held(make.minutes(9)):
            for point in order:
                moved = point | {"at": (at + shift).isoformat()}
                answer = await tracking.ok(
                    tracking.driver().post("/api/tracking/positions", json={"points": [moved]})
                )
            mine = await tracking.ok(tracking.driver().get("/api/tracking/me"))
        assert (answer["new"], answer["duplicate"]) == (0, 1)
        kept.append(mine["points"][-1]["latitude"])
    assert kept == [45.91, 45.91]
