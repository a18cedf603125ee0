"""Positions are appended, and judged at their own pace: nothing is lost, told twice or held up."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import TestPlatform
from tests.services.tracking_ia import make

from rt.kernel.core.clock import held
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.points import LEASE
from rt.services.tracking_ia.app import build
from rt.services.tracking_ia.domain.believed import BELIEVED_SECONDS, Believed
from rt.services.tracking_ia.domain.bucket import Bucket
from rt.services.tracking_ia.domain.judging import judged
from rt.services.tracking_ia.domain.points import joined, pack, packed, unpack

ROUND = [
    ("ord_1", "pickup", "Lyon", make.LYON, 0, 60),
    ("ord_2", "pickup", "Lyon", make.LYON, 0, 60),
    ("ord_2", "delivery", "Lyon", make.LYON, 0, 60),
    ("ord_1", "delivery", "Vienne", make.VIENNE, 60, 120),
]
PLACES = {
    "in": make.LYON,
    "edge": (make.LYON[0] + 0.0025, make.LYON[1]),
    "out": (make.LYON[0] + 0.01, make.LYON[1]),
    "vienne": make.VIENNE,
    "nowhere": (50.0, 9.0),
}
steps = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(list(PLACES))), max_size=40, unique_by=lambda one: one[0]
)


def calls_of(calls):
    return [stop.call for stop in make.watch(calls=calls).stops]


@settings(max_examples=300)
@given(steps, st.lists(st.integers(1, 5), min_size=40, max_size=40), st.sampled_from([ROUND, None]))
def test_what_is_followed_says_what_the_whole_track_says(steps, sizes, stops):
    """As long as nothing turns, the judgement of before is that of the whole; when it does, it may not be."""
    calls = calls_of(stops)
    fixes = [make.fix(at / 2, PLACES[where]) for at, where in sorted(steps)]
    judgement, seen = judged([], calls), []
    for size in sizes:
        batch, fixes = fixes[:size], fixes[size:]
        seen += batch
        whole = judged([pack(seen)], calls)
        if judgement.following.turned(batch):
            judgement = whole
        assert (judgement.seen, judgement.following.late) == (whole.seen, False)
        assert judgement.following.line.last == whole.newest


def test_one_from_before_is_late_whatever_it_shows():
    judgement = judged([pack([make.fix(5, make.LYON)])], calls_of(ROUND))
    assert not judgement.following.turned([make.fix(4, make.LYON)])
    assert judgement.following.late


@given(st.lists(st.integers(0, 70_000), max_size=300, unique=True))
def test_fixes_packed_one_by_one_are_read_together(seconds):
    fixes = [make.fix(second / 60, make.LYON) for second in seconds]
    assert unpack(joined([packed(fix) for fix in fixes])) == fixes


def test_what_is_believed_is_asked_again_after_a_minute_or_when_forgotten():
    moment = 0.0
    believed = Believed(lambda: moment)
    believed.put("a", 1)
    believed.put("b", 2)
    believed.forget_if(lambda _, value: value == 2)
    assert (believed.get("a"), believed.get("b")) == (1, None)
    moment = BELIEVED_SECONDS / 2
    believed.correct("a", 3)
    believed.correct("b", 3)
    assert (believed.get("a"), believed.get("b")) == (3, None)
    moment = BELIEVED_SECONDS
    assert believed.get("a") is None


@pytest.fixture
async def elsewhere(tracking, settings, mongod, unit_keys):
    """Another process of the same platform."""
    other = TestPlatform(settings, mongod, unit_keys)
    other.key = tracking.platform.key
    await other.mount(make.people, build)
    yield other
    await other.stop()


def query(device, minute, place=make.LYON):
    at = str(int(make.minutes(minute).timestamp()))
    return {"id": device["key"], "lat": f"{place[0]}", "lon": f"{place[1]}", "timestamp": at}


async def send(platform, device, *minutes, place=make.LYON):
    for minute in minutes:
        with held(make.minutes(minute)):
            sent = await platform.web("tracking_ia").get(
                "/api/tracking/osmand", params=query(device, minute, place)
            )
        assert sent.status_code == 200, sent.text
    return sent.json()


async def lapse(platform):
    database = platform.instances["tracking_ia"].context.database
    await database["series_readers"].update_many({}, {"$set": {"until": make.AT - LEASE}})


async def reached(tracking):
    return [body["order_id"] for body in await tracking.emitted("tracking_ia.stop.reached")]


async def test_what_many_devices_send_at_once_is_few_writes(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    with held(make.minutes(30)):
        sent = await asyncio.gather(
            *(
                tracking.tracker().get("/api/tracking/osmand", params=query(device, nth / 2))
                for nth in range(60)
            )
        )
    assert [one.json()["new"] for one in sent] == [1] * 60
    positions = tracking.instances["tracking_ia"].context.database["tracking_ia.positions"]
    assert len(await positions.distinct("nth")) < 20


async def test_a_fix_is_judged_after_its_answer_and_by_one_process_alone(tracking, elsewhere):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, device, 62, 63, 65)
    (watch,) = await tracking.watches()
    assert watch["stops"][0]["reached_at"] is None
    with held(make.minutes(65)):
        assert await tracking.work() == 1
        assert await elsewhere.work() == 0
    assert await reached(tracking) == ["ord_1"]


async def test_what_a_process_that_died_did_not_judge_another_judges(tracking, elsewhere):
    """It had kept the positions, and had even looked at the first of them."""
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, device, 62)
    with held(make.minutes(62)):
        await tracking.work()
    await send(tracking, device, 63, 65)
    await lapse(tracking)
    with held(make.minutes(65)):
        assert await elsewhere.work() == 1
    await elsewhere.settle()
    assert await reached(tracking) == ["ord_1"]


async def test_positions_that_one_process_takes_and_another_judges(tracking, elsewhere):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    with held(make.minutes(61)):
        await tracking.work()
    await send(tracking, device, 62)
    await send(elsewhere, device, 65)
    with held(make.minutes(65)):
        assert await tracking.work() == 1
    assert await reached(tracking) == ["ord_1"]


async def test_a_late_position_waits_its_turn_and_is_not_lost(tracking, elsewhere):
    """The whole track is judged again only now and then; whoever takes over knows that it waits."""
    device = await tracking.device(vehicle_plate="AB-123-CD")
    (judging,) = tracking.instances["tracking_ia"].unit.works
    await send(tracking, device, 70, 73)
    with held(make.minutes(73)):
        await judging.step(paced=True)
    await send(tracking, device, 62)
    with held(make.minutes(73)):
        assert await judging.step(paced=True) == 0
    assert (
        await tracking.instances["tracking_ia"].context.database["series_places"].count_documents({"read": 0})
        == 0
    )
    await lapse(tracking)
    with held(make.minutes(73)):
        assert await elsewhere.work() == 1
    await elsewhere.settle()
    (said,) = await tracking.emitted("tracking_ia.stop.corrected")
    assert (said["before"], said["after"]) == ("2026-03-02T09:10:00Z", "2026-03-02T09:02:00Z")


async def test_a_watch_that_cannot_be_judged_keeps_no_other_waiting(tracking, monkeypatch):
    await make.emit(tracking, "planning", make.tour(tour_id="tou_2", vehicle_plate="ZZ-999-ZZ"), make.CARRIER)
    store = tracking.instances["tracking_ia"].unit.works[0]._store
    broken = await tracking.device(vehicle_plate="ZZ-999-ZZ")
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, broken, 62, 65)
    await send(tracking, device, 62, 65)
    watches = tracking.instances["tracking_ia"].context.database["tracking_ia.watches"]
    bad = (await watches.find_one({"tour_id": "tou_2"}))["_id"]
    kept = store.kept

    async def failing(watch_id, since=None):
        if watch_id == bad:
            raise ValueError("no")
        return await kept(watch_id, since)

    monkeypatch.setattr(store, "kept", failing)
    with held(make.minutes(65)):
        await tracking.work()
    assert await reached(tracking) == ["ord_1"]


async def test_a_pause_in_one_process_holds_at_once_in_the_others(tracking, elsewhere):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    assert (await send(elsewhere, device, 10))["new"] == 1
    with held(make.minutes(11)):
        await tracking.ok(tracking.driver().post("/api/tracking/duty/pause"))
    answer = await send(elsewhere, device, 12)
    assert (answer["new"], answer["duty"]) == (0, "paused")


async def test_a_watch_that_told_something_need_not_be_read_again_for_the_next_fix(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, device, 10)
    with held(make.minutes(10)):
        await tracking.work()
    store = tracking.instances["tracking_ia"].unit.works[0]._store
    (known,) = store.known_watches.get((make.CARRIER, "AB123CD"))
    (kept,) = await tracking.watches()
    assert (known.version, known.stops[0].told_eta) == (kept["version"], kept["stops"][0]["told_eta"])


async def test_a_removed_device_is_unknown_at_once_here_and_within_a_minute_elsewhere(tracking, elsewhere):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, device, 10)
    await send(elsewhere, device, 11)
    await tracking.ok(tracking.office().delete(f"/api/tracking/devices/{device['id']}"))
    here = await tracking.tracker().get("/api/tracking/osmand", params=query(device, 12))
    assert here.json()["code"] == "device_unknown"
    elsewhere.instances["tracking_ia"].unit.works[0]._store.known_devices._clock = lambda: float("inf")
    there = await elsewhere.web("tracking_ia").get("/api/tracking/osmand", params=query(device, 12))
    assert there.json()["code"] == "device_unknown"


async def test_a_tour_published_meanwhile_has_its_positions_too(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, device, 10)
    with held(make.minutes(10)):
        await tracking.work()
    await send(tracking, device, 11)
    with held(make.minutes(11)):
        await make.emit(tracking, "planning", make.tour(tour_id="tou_2"), make.CARRIER)
    await send(tracking, device, 12)
    assert await tracking.stored("positions") == 4


async def test_positions_of_the_release_before_are_read_judged_and_deleted_like_the_others(tracking):
    store = tracking.instances["tracking_ia"].unit.works[0]._store
    drive = make.drive()
    with acting_for(make.CARRIER):
        (watch,) = await store.watches.find({})
        old = [fix for fix in drive if fix.at < make.minutes(60)]
        await store.buckets.add(
            Bucket(
                id="bkt_1",
                watch_id=watch.id,
                hour=make.AT,
                sources=["dev_1"],
                count=len(old),
                content=pack(old),
            )
        )
    with held(make.minutes(60)):
        (seen,) = (await tracking.ok(tracking.office().get("/api/tracking/fleet")))["items"]
        assert seen["fix_at"] == f"{old[-1].at:%Y-%m-%dT%H:%M:%SZ}"
    await tracking.record([fix for fix in drive if make.minutes(60) <= fix.at < make.minutes(65)])
    with held(make.minutes(65)):
        mine = await tracking.ok(tracking.driver().get("/api/tracking/me"))
    assert len(mine["points"]) == 130
    assert await reached(tracking) == ["ord_1"]
    with held(make.minutes(60 * 24 * 70)):
        await tracking.tick()
        (purge,) = (await tracking.ok(tracking.office().get("/api/tracking/purges")))["items"]
    assert (purge["points_deleted"], purge["points_left"]) == (130, 0)
    assert (await tracking.stored("positions"), await tracking.stored("buckets")) == (0, 0)
