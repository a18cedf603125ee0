"""Where trucks were seen last is asked for all of them at once, and is what their positions say."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import monitoring
from tests.conftest import TestPlatform
from tests.services.tracking_ia import make

from rt.contracts.planning import TourWithdrawn
from rt.kernel.core.clock import held
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.points import LEASE
from rt.services.tracking_ia.app import build
from rt.services.tracking_ia.domain.bucket import Bucket
from rt.services.tracking_ia.domain.mark import Mark, packed_mark, unpacked_mark
from rt.services.tracking_ia.domain.points import cleaned, in_time, pack, unpacked

NORTH = (46.0, 4.8)
"""On the way to the first stop."""
FAR = (48.85, 2.35)
"""Nowhere near: a vehicle is not believed to be there at once."""
ROUND = [
    ("ord_1", "pickup", "Lyon", make.LYON, 0, 30),
    ("ord_1", "delivery", "Vienne", make.VIENNE, 30, 60),
]
PHONE, TRACKER, SPARE = range(3)


class Questions(monitoring.CommandListener):
    """How often the server was asked for anything of tracking while `on`."""

    def __init__(self) -> None:
        self.on, self.of = False, []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        name = event.command.get(event.command_name)
        if self.on and isinstance(name, str) and name.startswith("tracking_ia."):
            self.of.append(name.removeprefix("tracking_ia."))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


questions = Questions()
monitoring.register(questions)


@pytest.fixture(autouse=True)
def overheard():
    yield
    questions.on = False


async def asked(tracking, way, **params):
    """An answer, and what the server was asked for it."""
    questions.of, questions.on = [], True
    answer = await tracking.ok(tracking.office().get(f"/api/tracking/{way}", params=params))
    questions.on = False
    return answer["items"], sorted(questions.of)


async def elsewhere_of(tracking, settings, mongod, unit_keys):
    other = TestPlatform(settings, mongod, unit_keys)
    other.key = tracking.platform.key
    await other.mount(make.people, build)
    return other


@pytest.fixture
async def elsewhere(tracking, settings, mongod, unit_keys):
    """Another process of the same platform."""
    other = await elsewhere_of(tracking, settings, mongod, unit_keys)
    yield other
    await other.stop()


def stored(tracking, name):
    return tracking.instances["tracking_ia"].context.database[f"tracking_ia.{name}"]


async def send(platform, device, minute, place):
    query = {"id": device["key"], "lat": f"{place[0]}", "lon": f"{place[1]}"}
    query["timestamp"] = str(int(make.minutes(minute).timestamp()))
    with held(make.minutes(minute)):
        sent = await platform.web("tracking_ia").get("/api/tracking/osmand", params=query)
    assert sent.status_code == 200, sent.text


async def work(platform, minute):
    with held(make.minutes(minute)):
        await platform.work()


async def shown(tracking, minute):
    """What the map, the lists of arrivals and one order's say."""
    with held(make.minutes(minute)):
        fleet, _ = await asked(tracking, "fleet")
        etas, _ = await asked(tracking, "etas", order_ids=["ord_1", "ord_unknown"])
        of_one, _ = await asked(tracking, "orders/ord_1/eta")
    assert etas == of_one
    return fleet, etas


async def worked_out(tracking, minute):
    """The same, by what is stored of positions alone."""
    heads = stored(tracking, "heads")
    kept = await heads.find({}).to_list()
    await heads.delete_many({})
    answer = await shown(tracking, minute)
    if kept:
        await heads.insert_many(kept)
    return answer


def batch(chance: random.Random, span: int) -> list[dict[str, Any]]:
    """Some positions: near where the truck drives, back and forth in time, some twice, some impossible."""
    points = []
    for _ in range(chance.randint(1, 12)):
        minute = chance.uniform(max(0, span - 15), span)
        place = make.between(make.LYON, make.VIENNE, minute / 70)
        if chance.random() < 0.25:
            place = make.between(FAR, make.VALENCE, chance.choice((0, 0.02, 1)))
        points.append(make.fix(minute, place, speed_kmh=chance.choice((None, 40.0)), heading_deg=90.0))
    return points + chance.sample(points, chance.randint(0, len(points)))


async def happen(tracking, chance, minute):
    """Something of what happens to a watch on its way."""
    act = chance.choice(("none", "none", "none", "pause", "resume", "end", "replan", "withdraw"))
    duty = {"pause": "pause", "resume": "start", "end": "end"}
    with held(make.minutes(minute)):
        if act in duty:
            await tracking.driver().post(f"/api/tracking/duty/{duty[act]}", json={})
        elif act == "replan":
            again = make.tour(calls=ROUND, vehicle_plate=chance.choice(("AB-123-CD", "EF-456-GH")))
            await make.emit(tracking, "planning", again, make.CARRIER)
        elif act == "withdraw" and chance.random() < 0.3:
            await make.emit(
                tracking, "planning", TourWithdrawn(tour_id="tou_1", order_ids=["ord_1"]), make.CARRIER
            )


@pytest.mark.parametrize("seed", range(12))
async def test_what_is_kept_is_what_positions_say_whatever_they_come_like(tracking, elsewhere, seed):
    """Late, twice, impossible, by phone and trackers of two vehicles, judged by either of two processes."""
    chance = random.Random(seed)
    devices = [await tracking.device(vehicle_plate=plate) for plate in ("AB-123-CD", "EF-456-GH")]
    (judging,) = tracking.instances["tracking_ia"].unit.works
    with held(make.AT):
        await make.emit(tracking, "planning", make.tour(calls=ROUND), make.CARRIER)
        await make.emit(tracking, "core_orders", make.planned())
    minute = 0
    for _ in range(12):
        minute += chance.randint(1, 9)
        sent = batch(chance, minute)
        if (by := chance.choice((PHONE, PHONE, TRACKER, SPARE))) == PHONE:
            with held(make.minutes(minute)):
                await tracking.ok(
                    tracking.driver().post("/api/tracking/positions", json={"points": make.sent(sent)})
                )
        else:
            for fix in sent[:4]:
                await send(tracking, devices[by - 1], (fix.at - make.AT) / timedelta(minutes=1), fix.place)
        await happen(tracking, chance, minute)
        with held(make.minutes(minute)):
            if chance.random() < 0.3:
                await lapse(tracking)
            match chance.randrange(3):
                case 0:
                    await judging.step(paced=True)
                case 1:
                    await elsewhere.work()
    await lapse(tracking)
    with held(make.minutes(minute)):
        while await elsewhere.work() + await tracking.work():
            pass
    await said_by_positions(tracking, minute)
    assert await shown(tracking, minute) == await worked_out(tracking, minute)


async def said_by_positions(tracking, minute):
    """Each watch was seen last at the end of the track that all its positions make."""
    store = tracking.instances["tracking_ia"].unit.works[0]._store
    tracks: dict[str, list[bytes]] = {}
    async for row in stored(tracking, "positions").find({}):
        tracks.setdefault(row["_id"].partition(":")[0], []).append(row["content"])
    ends = {watch_id: cleaned(map(unpacked, contents))[-1] for watch_id, contents in tracks.items()}
    with held(make.minutes(minute)), acting_for(make.CARRIER):
        assert await store.seen.of(await store.watches.find({})) == ends
    assert {row["_id"] async for row in stored(tracking, "heads").find({})} >= set(ends)


steps = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["here", "near", "far"]), st.sampled_from(["a", "b"])),
    max_size=30,
    unique_by=lambda one: (one[0] // 4, one[2]),
)
WHERE = {"here": make.LYON, "near": (make.LYON[0] + 0.01, make.LYON[1]), "far": FAR}


@given(steps, st.lists(st.integers(1, 8), min_size=30, max_size=30))
def test_a_mark_and_the_fixes_since_say_what_all_of_them_say(steps, sizes):
    """Stored in between, and with some of the fixes that it knows read again."""
    fixes = sorted((make.fix(at / 240, WHERE[where], source=by) for at, where, by in steps), key=in_time)
    mark, done = Mark(), 0
    for size in sizes:
        since = [fix for fix in fixes[: done + size] if fix.at_ms // 1000 >= mark.second]
        mark, done = unpacked_mark(packed_mark(mark)).on(since[::-1]), done + size
        track = cleaned(fixes[:done])
        assert mark.last == (track[-1] if track else None)


async def lapse(platform):
    database = platform.instances["tracking_ia"].context.database
    await database["series_readers"].update_many({}, {"$set": {"until": make.AT - LEASE}})


async def trucks(tracking, count):
    """So many tours more, each with an order and a position that was judged."""
    with held(make.AT):
        for nth in range(count):
            calls = [(f"ord_{nth + 10}", kind, *rest) for _, kind, *rest in ROUND]
            says = {
                "tour_id": f"tou_{nth + 10}",
                "vehicle_plate": f"ZZ-{nth:03}-ZZ",
                "driver_user_id": f"usr_{nth}",
            }
            await make.emit(tracking, "planning", make.tour(calls=calls, **says), make.CARRIER)
            await make.emit(tracking, "core_orders", make.planned(order_id=f"ord_{nth + 10}"))
    for nth in range(count):
        await send(tracking, await tracking.device(vehicle_plate=f"ZZ-{nth:03}-ZZ"), 2, make.LYON)
    await work(tracking, 2)


async def test_a_map_and_a_list_of_arrivals_ask_the_same_of_few_trucks_and_of_many(tracking):
    await tracking.record(make.drive()[:4])
    with held(make.minutes(3)):
        few, map_of_few = await asked(tracking, "fleet")
        _, list_of_few = await asked(tracking, "etas", order_ids=["ord_1"])
    await trucks(tracking, 12)
    orders = ["ord_1", *(f"ord_{nth + 10}" for nth in range(12))]
    with held(make.minutes(3)):
        many, map_of_many = await asked(tracking, "fleet")
        etas, list_of_many = await asked(tracking, "etas", order_ids=orders)
    assert (len(few), len(many), len({eta["order_id"] for eta in etas})) == (1, 13, 13)
    assert map_of_many == map_of_few == ["heads", "positions", "watches"]
    assert list_of_many == list_of_few == ["heads", "orders", "positions", "watches"]


async def test_a_tour_that_has_not_begun_has_nowhere_been_seen_and_is_not_looked_for(tracking):
    later = [(order, kind, name, place, 2_000, 2_100) for order, kind, name, place, *_ in ROUND]
    with held(make.AT):
        await make.emit(tracking, "planning", make.tour(calls=later), make.CARRIER)
        etas, of = await asked(tracking, "etas", order_ids=["ord_1"])
    assert (etas, of) == ([], ["orders", "watches"])


async def test_shown_is_the_newest_that_is_believed_judged_or_not(tracking):
    device = await tracking.device(vehicle_plate="AB-123-CD")
    seen = []
    for minute, place in ((2, NORTH), (3, FAR), (4, NORTH), (5, FAR), (6, FAR)):
        await send(tracking, device, minute, place)
        before = await shown(tracking, minute)
        await work(tracking, minute)
        assert await shown(tracking, minute) == before == await worked_out(tracking, minute)
        seen.append((before[0][0]["latitude"], before[0][0]["fix_at"][14:16]))
    assert seen == [(46.0, "02"), (46.0, "02"), (46.0, "04"), (46.0, "04"), (48.85, "06")]


async def test_a_mark_is_kept_of_the_first_fix_and_then_of_every_twentieth(tracking):
    """Not of each: it would cost half as much again as the fix."""
    device = await tracking.device(vehicle_plate="AB-123-CD")
    marks = []
    for nth in range(45):
        await send(tracking, device, nth / 2, NORTH)
        await work(tracking, nth / 2)
        marks.append((await stored(tracking, "heads").find_one({}))["content"])
    kept = [unpacked_mark(one).newest[0] for one in dict.fromkeys(marks)]
    assert kept == [make.fix(nth / 2, NORTH).at_ms for nth in (0, 20, 40)]


async def test_duty_without_a_tour_is_on_the_map_too(tracking):
    with held(make.AT):
        await make.emit(
            tracking, "planning", TourWithdrawn(tour_id="tou_1", order_ids=["ord_1"]), make.CARRIER
        )
    with held(make.minutes(1)):
        await tracking.ok(tracking.driver().post("/api/tracking/duty/start", json={"vehicle_plate": "AB-1"}))
    await tracking.record(make.drive()[4:8])
    with held(make.minutes(5)):
        fleet, of = await asked(tracking, "fleet")
    assert [one["fix_at"] for one in fleet] == [f"{make.drive()[7].at:%Y-%m-%dT%H:%M:%SZ}"]
    assert of == ["heads", "positions", "watches"]


async def test_watches_of_before_are_read_until_they_are_judged_or_the_clock_comes_round(tracking):
    """A release that kept nothing judged them; trucks that are silent since are not judged again."""
    await tracking.record(make.drive()[:4])
    await trucks(tracking, 1)
    before = await shown(tracking, 3)
    await stored(tracking, "heads").delete_many({})
    assert await shown(tracking, 3) == before
    with held(make.minutes(3)):
        await tracking.tick()
        _, of = await asked(tracking, "fleet")
    assert (of, await shown(tracking, 3)) == (["heads", "positions", "watches"], before)


async def test_a_mark_that_a_release_which_keeps_none_left_behind_is_read_on_from(tracking):
    """And put right by the clock, so that there is not ever more to read."""
    await tracking.record(make.drive()[:4])
    (old,) = await stored(tracking, "heads").find({}).to_list()
    await tracking.record(make.drive()[4:60])
    now = await shown(tracking, 30)
    await stored(tracking, "heads").replace_one({"_id": old["_id"]}, old)
    assert await shown(tracking, 30) == now
    with held(make.minutes(30)):
        await tracking.tick()
    (kept,) = await stored(tracking, "heads").find({}).to_list()
    assert unpacked_mark(kept["content"]).last.at == make.drive()[59].at
    assert await shown(tracking, 30) == now


async def test_a_truck_that_sent_nothing_is_looked_for_no_more_once_the_clock_has_come_round(tracking):
    with held(make.minutes(3)):
        await tracking.tick()
        fleet, of = await asked(tracking, "fleet")
    assert ([one["fix_at"] for one in fleet], of) == ([None], ["heads", "positions", "watches"])
    await tracking.record(make.drive()[:8])
    with held(make.minutes(4)):
        assert (await asked(tracking, "fleet"))[0][0]["fix_at"] is not None


async def test_whoever_begins_to_judge_again_knows_that_another_did_meanwhile(tracking, elsewhere):
    """What it followed before lacks what the other has judged since."""
    device = await tracking.device(vehicle_plate="AB-123-CD")
    await send(tracking, device, 2, make.LYON)
    await work(tracking, 2)
    await lapse(tracking)
    for minute in (3, 4):
        await send(tracking, device, minute, FAR)
    await work(elsewhere, 4)
    await lapse(tracking)
    await send(tracking, device, 5, FAR)
    await work(tracking, 5)
    fleet, _ = await shown(tracking, 5)
    assert fleet[0]["fix_at"] == "2026-03-02T08:05:00Z"
    await said_by_positions(tracking, 5)


async def test_another_carrier_s_tour_with_the_same_order_says_nothing_of_it(tracking):
    """Who publishes a tour names its orders: the order's own carrier alone is believed."""
    await tracking.record(make.drive()[:4])
    foreign = make.tour(calls=ROUND, tour_id="tou_9", carrier_id="org_other", driver_user_id="usr_9")
    with held(make.AT):
        mine = await shown(tracking, 3)
        await make.emit(tracking, "planning", foreign, "org_other")
    assert await shown(tracking, 3) == mine


async def test_who_receives_of_two_carriers_sees_both_arrive_in_one_answer(tracking):
    other = make.tour(
        calls=[("ord_7", *rest) for _, *rest in ROUND],
        tour_id="tou_7",
        carrier_id="org_other",
        vehicle_plate="ZZ-7",
        driver_user_id="usr_7",
    )
    with held(make.AT):
        await make.emit(tracking, "planning", other, "org_other")
        await make.emit(tracking, "core_orders", make.planned(order_id="ord_7", carrier_id="org_other"))
    await tracking.record(make.drive()[:4])
    body = {"kind": "vehicle", "vehicle_plate": "ZZ-7"}
    device = await tracking.ok(tracking.office("org_other").post("/api/tracking/devices", json=body))
    await send(tracking, device, 2, make.LYON)
    await work(tracking, 2)
    of = {"order_ids": ["ord_1", "ord_7"]}
    with held(make.minutes(3)):
        got = {}
        for org in (make.CONSIGNEE, make.CARRIER, "org_other"):
            etas = await tracking.ok(tracking.office(org).get("/api/tracking/etas", params=of))
            got[org] = {eta["order_id"] for eta in etas["items"]}
    assert got == {make.CONSIGNEE: {"ord_1", "ord_7"}, make.CARRIER: {"ord_1"}, "org_other": {"ord_7"}}


async def test_a_list_of_devices_asks_once_when_each_sent_last_whatever_release_kept_it(tracking):
    silent = (await tracking.device(vehicle_plate="ZZ-1"))["id"]
    _, of_one = await asked(tracking, "devices")
    now, before = [(await tracking.device(vehicle_plate="AB-123-CD")) for _ in range(2)]
    await send(tracking, now, 7, NORTH)
    await send(tracking, now, 8, NORTH)
    hour = [make.fix(5, NORTH, source=before["id"]), make.fix(9, NORTH, source="dev_else")]
    with acting_for(make.CARRIER):
        store = tracking.instances["tracking_ia"].unit.works[0]._store
        for nth, sent in enumerate((hour, [make.fix(-90, NORTH, source=before["id"])])):
            at = make.AT - timedelta(hours=nth)
            says = {"watch_id": "wat_1", "sources": sorted({fix.source for fix in sent}), "count": len(sent)}
            await store.buckets.add(Bucket(id=f"bkt_{nth}", hour=at, content=pack(sent), **says))
    devices, of_three = await asked(tracking, "devices")
    assert {one["id"]: one["last_fix_at"] for one in devices} == {
        now["id"]: "2026-03-02T08:08:00Z",
        before["id"]: "2026-03-02T08:05:00Z",
        silent: None,
    }
    assert of_three == of_one == ["buckets", "devices", "positions", "troubles"]


async def test_what_is_kept_goes_with_the_positions_it_was_taken_from(tracking):
    await tracking.record(make.drive()[:4])
    assert await tracking.stored("heads") == 1
    with held(make.minutes(60) + timedelta(days=63)):
        await tracking.tick()
    assert (await tracking.stored("positions"), await tracking.stored("heads")) == (0, 0)
