"""What the tracking service promises, on the real database, the real outbox and the real web layer."""

import asyncio
import random
from datetime import timedelta

import msgspec
import pytest
from tests.services.tracking_ia import make

from rt.contracts.core_orders import (
    ChainChanged,
    LegSummary,
    OrderCancelled,
    OrderDelivered,
    OrderSummary,
    ParentOrder,
)
from rt.contracts.ecpmr import HandoverSigned, TakeoverSigned
from rt.contracts.planning import TourWithdrawn
from rt.kernel.core.clock import held
from rt.kernel.storage.points import Series
from rt.services.tracking_ia.domain.rides import ride_of

RIGHTS = {"tracking_ia.read", "tracking_ia.write", "tracking_ia.admin"}
POSITIONS = "/api/tracking/positions"


def web(platform, org=make.CARRIER, id="usr_dispatcher"):
    return platform.web("tracking_ia", platform.actor(org=org, rights=RIGHTS, id=id, name="Jean Dupuis"))


def driver(platform):
    return web(platform, id=make.DRIVER)


async def asked(response):
    got = await response
    assert got.status_code < 300, got.text
    return got.json()


async def record(platform, fixes, at=None):
    with held(at or fixes[-1].at):
        answer = await asked(driver(platform).post(POSITIONS, json={"points": make.sent(fixes)}))
        await platform.work()
        return answer


async def emitted(platform, topic):
    return await platform.emitted(topic)


async def points_stored(platform):
    return (
        await platform.instances["tracking_ia"].context.database["tracking_ia.positions"].count_documents({})
    )


async def test_the_same_batch_twice_changes_nothing(tracking):
    batch = make.drive()[:100]
    first = await record(tracking, batch)
    assert (first["new"], first["duplicate"], first["refused"], first["duty"]) == (100, 0, [], "on")
    again = await record(tracking, batch)
    assert (again["new"], again["duplicate"]) == (0, 100)
    assert await points_stored(tracking) == 100


async def test_a_batch_says_which_points_it_refuses_and_keeps_the_rest(tracking):
    with held(make.minutes(10)):
        points = make.sent(make.drive()[:2])
        points += [
            {"at": make.minutes(5).isoformat(), "latitude": 0, "longitude": 0},
            {"at": make.minutes(16).isoformat(), "latitude": 45, "longitude": 4},
            {"at": make.minutes(5).isoformat(), "latitude": None, "longitude": None},
            {"at": make.minutes(-30).isoformat(), "latitude": 45, "longitude": 4},
        ]
        answer = await asked(driver(tracking).post(POSITIONS, json={"points": points}))
    assert answer["new"] == 2
    assert [(one["index"], one["reason"]) for one in answer["refused"]] == [
        (2, "zero_island"),
        (3, "future"),
        (4, "no_fix"),
        (5, "off_duty"),
    ]


async def test_stops_are_told_once_whatever_arrives_twice_and_shuffled(tracking):
    chance = random.Random(9)
    drive = make.drive()
    late = chance.sample(drive[:420], 20)
    batches = [drive[begin : begin + 40] for begin in range(0, len(drive), 40)]
    for batch in batches:
        mixed = [fix for fix in batch if fix not in late] + chance.sample(batch, 8)
        chance.shuffle(mixed)
        await record(tracking, mixed, at=batch[-1].at)
    assert (await record(tracking, late, at=make.minutes(214)))["refused"] == []
    for topic in ("tracking_ia.stop.reached", "tracking_ia.stop.left"):
        calls = sorted((body["order_id"], body["kind"]) for body in await emitted(tracking, topic))
        assert calls == [("ord_1", "delivery"), ("ord_1", "pickup"), ("ord_2", "delivery")]


async def test_ten_batches_at_once_are_all_kept(tracking):
    drive = make.drive()[:100]
    with held(make.minutes(60)):
        answers = await asyncio.gather(
            *(driver(tracking).post(POSITIONS, json={"points": make.sent(drive[n::10])}) for n in range(10))
        )
    assert [answer.status_code for answer in answers] == [200] * 10
    assert await points_stored(tracking) == 100


async def test_off_duty_nothing_is_stored(tracking):
    stranger = web(tracking, id="usr_other_driver")
    with held(make.minutes(30)):
        answer = await asked(stranger.post(POSITIONS, json={"points": make.sent(make.drive()[:50])}))
    assert {one["reason"] for one in answer["refused"]} == {"off_duty"}
    assert (answer["new"], answer["duty"], await points_stored(tracking)) == (0, "off", 0)


async def test_paused_nothing_is_stored_and_the_driver_sees_it(tracking):
    client = driver(tracking)
    with held(make.minutes(10)):
        await asked(client.post("/api/tracking/duty/pause"))
    answer = await record(tracking, make.drive()[24:40])
    assert {one["reason"] for one in answer["refused"]} == {"paused"}
    assert (answer["duty"], await points_stored(tracking)) == ("paused", 0)
    with held(make.minutes(30)):
        assert (await asked(client.get("/api/tracking/me")))["duty"]["state"] == "paused"
        await asked(client.post("/api/tracking/duty/start"))
    assert (await record(tracking, make.drive()[60:70]))["new"] == 10


async def test_duty_ended_by_the_driver_ends_recording(tracking):
    with held(make.minutes(10)):
        ended = await asked(driver(tracking).post("/api/tracking/duty/end"))
        twice = await driver(tracking).post("/api/tracking/duty/end")
    assert ended["state"] == "off"
    assert (twice.status_code, twice.json()["code"]) == (409, "not_on_duty")
    answer = await record(tracking, make.drive()[24:40])
    assert {one["reason"] for one in answer["refused"]} == {"off_duty"}


async def test_a_driver_without_a_tour_starts_a_duty(tracking):
    lone = web(tracking, id="usr_lone")
    with held(make.minutes(10)):
        duty = await asked(lone.post("/api/tracking/duty/start", json={"vehicle_plate": "ZZ-1-ZZ"}))
        assert (duty["state"], duty["vehicle_plate"]) == ("on", "ZZ-1-ZZ")
        sent = {"points": make.sent([make.fix(10, make.LYON)])}
        assert (await asked(lone.post(POSITIONS, json=sent)))["new"] == 1


async def test_the_driver_sees_what_is_kept_and_nobody_else_s(tracking):
    await record(tracking, make.drive()[:30])
    with held(make.minutes(20)):
        mine = await asked(driver(tracking).get("/api/tracking/me"))
        other = await asked(web(tracking, id="usr_other").get("/api/tracking/me"))
    assert (len(mine["points"]), mine["kept_days"], len(other["points"])) == (30, 62, 0)


async def test_a_withdrawn_tour_is_watched_no_more(tracking):
    with held(make.minutes(5)):
        await make.emit(
            tracking, "planning", TourWithdrawn(tour_id="tou_1", order_ids=["ord_1"]), make.CARRIER
        )
    answer = await record(tracking, make.drive()[20:40])
    assert {one["reason"] for one in answer["refused"]} == {"off_duty"}


async def added(platform, **says):
    return await asked(web(platform).post("/api/tracking/devices", json={"kind": "vehicle", **says}))


async def test_a_device_reports_by_its_key_in_the_osmand_protocol(tracking):
    device = await added(tracking, vehicle_plate="ab 123 cd")
    tracker = tracking.web("tracking_ia")
    query = {
        "id": device["key"],
        "lat": "45.9",
        "lon": "4.8",
        "timestamp": str(int(make.minutes(5).timestamp())),
    }
    body = {
        "device_id": device["key"],
        "location": {
            "timestamp": make.minutes(6).isoformat(),
            "coords": {"latitude": 45.9, "longitude": 4.8},
        },
    }
    with held(make.minutes(7)):
        assert (await asked(tracker.get("/api/tracking/osmand", params=query)))["new"] == 1
        assert (await asked(tracker.post("/api/tracking/osmand", params=query)))["duplicate"] == 1
        assert (await asked(tracker.post("/api/tracking/osmand", json=body)))["new"] == 1
        fleet = (await asked(web(tracking).get("/api/tracking/fleet")))["items"]
    assert [(one["vehicle_plate"], one["latitude"]) for one in fleet] == [("AB-123-CD", 45.9)]
    listed = (await asked(web(tracking).get("/api/tracking/devices")))["items"]
    assert [(one["key"], one["last_fix_at"]) for one in listed] == [("", "2026-03-02T08:06:00Z")]


async def test_trucks_of_which_nothing_is_kept_are_looked_for_together(tracking, monkeypatch):
    with held(make.AT):
        other = make.tour(tour_id="tou_2", driver_user_id="usr_other", vehicle_plate="EF-456-GH")
        await make.emit(tracking, "planning", other, make.CARRIER)
    await record(tracking, make.drive()[:10])
    alone, begun, both = Series.latest, [], asyncio.Event()

    async def latest(series, watch_id, count):
        begun.append(watch_id)
        if len(begun) == 2:
            both.set()
        await both.wait()
        return await alone(series, watch_id, count)

    await tracking.instances["tracking_ia"].context.database["tracking_ia.heads"].delete_many({})
    monkeypatch.setattr(Series, "latest", latest)
    with held(make.minutes(7)):
        async with asyncio.timeout(5):
            fleet = (await asked(web(tracking).get("/api/tracking/fleet")))["items"]
    assert {one["vehicle_plate"]: one["fix_at"] is None for one in fleet} == {
        "AB-123-CD": False,
        "EF-456-GH": True,
    }


async def test_a_wrong_or_removed_key_reports_nothing(tracking):
    device = await added(tracking, vehicle_plate="AB-123-CD")
    tracker = tracking.web("tracking_ia")
    unknown = await tracker.get("/api/tracking/osmand", params={"id": "123456", "lat": "45", "lon": "4"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "device_unknown")
    await asked(web(tracking).delete(f"/api/tracking/devices/{device['id']}"))
    removed = await tracker.get("/api/tracking/osmand", params={"id": device["key"], "lat": "45", "lon": "4"})
    assert removed.status_code == 404
    assert await points_stored(tracking) == 0


async def test_a_device_belongs_to_a_vehicle_or_a_driver(tracking):
    refused = await web(tracking).post("/api/tracking/devices", json={"kind": "vehicle"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "vehicle_plate")


async def test_the_carrier_sees_the_tour_and_the_shipper_from_its_pickup_on(tracking):
    await record(tracking, make.drive()[:100])
    way = "/api/tracking/orders/ord_1"
    with held(make.minutes(50)):
        carrier = await asked(web(tracking).get(way))
        shipper = await asked(web(tracking, make.SHIPPER).get(way))
        assert (await web(tracking, "org_stranger").get(way)).json()["code"] == "track_unknown"
    assert (len(carrier["points"]), len(shipper["points"])) == (100, 0)
    assert [eta["kind"] for eta in shipper["etas"]] == ["pickup", "delivery"]
    await record(tracking, make.drive()[100:300])
    with held(make.minutes(150)):
        shipper = await asked(web(tracking, make.SHIPPER).get(way))
    assert len(shipper["points"]) == 180
    assert [(stop["kind"], stop["source"]) for stop in shipper["stops"]] == [
        ("pickup", "gps"),
        ("delivery", None),
    ]
    assert [eta["kind"] for eta in shipper["etas"]] == ["delivery"]


async def test_a_driver_does_not_see_where_colleagues_are(tracking):
    await record(tracking, make.drive()[:100])
    seen = {}
    for user in (make.DRIVER, "usr_colleague"):
        at_wheel = tracking.web(
            "tracking_ia", tracking.actor(org=make.CARRIER, rights=RIGHTS, roles={"driver"}, id=user)
        )
        with held(make.minutes(50)):
            fleet = await at_wheel.get("/api/tracking/fleet")
            track = await asked(at_wheel.get("/api/tracking/orders/ord_1"))
            trips = await at_wheel.get("/api/tracking/tours/tou_1/trips")
        seen[user] = (fleet.status_code, len(track["points"]), trips.status_code)
    assert seen == {make.DRIVER: (403, 100, 403), "usr_colleague": (403, 0, 403)}


async def test_silence_makes_the_band_wider_and_is_said(tracking):
    await record(tracking, make.drive()[:100])
    bands = []
    for minute in (50, 80):
        with held(make.minutes(minute)):
            items = (await asked(web(tracking).get("/api/tracking/orders/ord_1/eta")))["items"]
            of = {"order_ids": ["ord_1", "ord_unknown"]}
            assert (await asked(web(tracking).get("/api/tracking/etas", params=of)))["items"] == items
        bands.append(items[-1])
    assert [band["old"] for band in bands] == [False, True]
    assert bands[1]["eta_high"] > bands[0]["eta_high"]


async def test_a_fix_tells_arrivals_and_a_delay_is_foreseen_in_silence_once(tracking):
    await record(tracking, make.drive()[:10])
    assert len(await emitted(tracking, "tracking_ia.eta.changed")) == 3
    assert await emitted(tracking, "tracking_ia.delay.foreseen") == []
    for minute in (240, 250, 300):
        with held(make.minutes(minute)):
            await tracking.tick()
    late = await emitted(tracking, "tracking_ia.delay.foreseen")
    assert sorted((body["order_id"], body["kind"]) for body in late) == [
        ("ord_1", "delivery"),
        ("ord_1", "pickup"),
        ("ord_2", "delivery"),
    ]


async def test_trips_and_stops_of_a_tour(tracking):
    await record(tracking, make.drive()[:450])
    trips = await asked(web(tracking).get("/api/tracking/tours/tou_1/trips"))
    assert [one["stop"] for one in trips["segments"]] == [False, True, False, True, False, True, False]
    assert trips["standing_minutes"] == pytest.approx(55, abs=2)
    assert (await web(tracking, make.SHIPPER).get("/api/tracking/tours/tou_1/trips")).status_code == 404


async def share_of(platform):
    (made,) = await emitted(platform, "tracking_ia.follow_link.made")
    assert made["consignee_email"] == "quai@consignee.example"
    return made


async def test_a_planned_order_gets_its_link_by_itself_and_once(tracking):
    with held(make.minutes(1)):
        await make.emit(tracking, "core_orders", make.planned())
    made = await share_of(tracking)
    assert len(made["url"]) >= 40
    assert made["share_id"] not in made["url"]
    with held(make.minutes(1)):
        shared = await asked(web(tracking).post("/api/tracking/orders/ord_1/share"))
    assert shared["url"] == made["url"]


async def test_whoever_has_the_link_sees_this_order_and_nothing_of_others(tracking):
    way = "/api/tracking" + (await share_of(tracking))["url"]
    anyone = tracking.web("tracking_ia")
    await record(tracking, make.drive()[:100])
    with held(make.minutes(50)):
        before = await asked(anyone.get(way))
    assert (before["latitude"], before["delivery_city"]) == (None, "Valence")
    assert before["eta_low"] < before["eta"] < before["eta_high"]
    await record(tracking, make.drive()[100:200])
    signed = TakeoverSigned(
        document_id="cmr_1",
        order_id="ord_1",
        number="CMR-1",
        signed_at=make.minutes(79),
        reserves=0,
        by_name="Jean",
    )
    with held(make.minutes(100)):
        await make.emit(tracking, "ecpmr", signed)
        answer = await anyone.get(way)
    view = answer.json()
    assert (view["phase"], round(view["latitude"], 2)) == ("in_transit", view["latitude"])
    assert [step["done_at"] is not None for step in view["steps"]] == [True, False, True, False]
    for hidden in ("Vienne", "ord_2", "Jean", "Dupuis", "AB-123-CD"):
        assert hidden not in answer.text


async def test_a_link_ends_a_day_after_delivery(tracking):
    way = "/api/tracking" + (await share_of(tracking))["url"]
    with held(make.minutes(200)):
        await make.emit(tracking, "core_orders", OrderDelivered(order=make.summary(), with_reserves=False))
    for hours, status in ((23, 200), (25, 404)):
        with held(make.minutes(200) + timedelta(hours=hours)):
            assert (await tracking.web("tracking_ia").get(way)).status_code == status


async def test_a_link_of_a_cancelled_order_a_wrong_one_and_an_ended_one_look_the_same(tracking):
    way = "/api/tracking" + (await share_of(tracking))["url"]
    anyone = tracking.web("tracking_ia")
    with held(make.minutes(2)):
        wrong = await anyone.get(f"/api/tracking/follow/{'x' * 32}")
        await asked(web(tracking, make.SHIPPER).delete("/api/tracking/orders/ord_1/share"))
        ended = await anyone.get(way)
        fresh = await asked(web(tracking).post("/api/tracking/orders/ord_1/share"))
        await make.emit(tracking, "core_orders", OrderCancelled(order=make.summary(), reason="no need"))
        cancelled = await anyone.get(f"/api/tracking/follow/{fresh['share_id']}")
    assert [(one.status_code, one.json()["code"]) for one in (wrong, ended, cancelled)] == [
        (404, "share_unknown")
    ] * 3


async def test_positions_are_purged_the_day_after_and_the_proof_is_kept(tracking):
    await record(tracking, make.drive()[:100])
    with held(make.minutes(0) + timedelta(days=61)):
        await tracking.tick()
    assert await points_stored(tracking) == 100
    with held(make.minutes(60) + timedelta(days=63)):
        await tracking.tick()
    assert await points_stored(tracking) == 0
    (purge,) = (await asked(web(tracking).get("/api/tracking/purges")))["items"]
    assert (purge["points_deleted"], purge["points_left"], purge["kept_days"]) == (100, 0, 62)


async def test_an_organization_may_keep_less(tracking):
    await record(tracking, make.drive()[:100])
    rule = {"kind": "retention_days", "valid_from": "2026-01-01", "value": 7}
    with held(make.AT):
        await asked(web(tracking).post("/api/tracking/rules", json=rule))
    with held(make.minutes(60) + timedelta(days=8)):
        await tracking.tick()
    assert await points_stored(tracking) == 0


async def test_a_percentage_has_its_limit(tracking):
    rule = {"kind": "late_alert_percent", "valid_from": "2026-01-01", "value": 100}
    refused = await web(tracking).post("/api/tracking/rules", json=rule)
    assert (refused.status_code, refused.json()["code"]) == (422, "more_than_certain")
    await asked(web(tracking).post("/api/tracking/rules", json=rule | {"value": 99}))
    await asked(web(tracking).post("/api/tracking/rules", json=rule | {"value": 80}))
    own = (await asked(web(tracking).get("/api/tracking/rules")))["items"][0]
    assert (own["kind"], own["value"]) == ("late_alert_percent", 80)


async def test_the_event_log_holds_no_position(tracking):
    """Whatever is deleted from the positions must not live on in the timeline of changes."""
    await record(tracking, make.drive()[:10])
    await tracking.settle()
    events = tracking.instances["tracking_ia"].context.database["event_log"]
    assert await events.count_documents({"source": "tracking_ia"}) > 0
    assert await events.count_documents({"entity": "tracking_ia.positions"}) == 0


async def test_a_device_is_of_a_member_of_one_s_own_organization(tracking):
    """Whoever is on the last page of the members is one of them."""
    for user_id in ("usr_other", "usr_of_nobody", "usr_ driver"):
        refused = await tracking.office().post(
            "/api/tracking/devices", json={"kind": "phone", "driver_user_id": user_id}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "reference_unknown")
        assert refused.json()["errors"][0]["field"] == "driver_user_id"
    assert (await tracking.device(kind="phone", driver_user_id=make.DRIVER))["driver_user_id"] == make.DRIVER


async def test_all_devices_are_found_however_many(tracking):
    for nth in range(7):
        await tracking.device(vehicle_plate=f"AB-{nth:03}-CD", name=f"Boîtier {nth}")
    seen, after = [], ""
    while True:
        way = "/api/tracking/devices"
        page = await tracking.ok(tracking.office().get(way, params={"limit": 3, "after": after}))
        seen += [one["name"] for one in page["items"]]
        if not (after := page["next"]):
            break
    assert seen == [f"Boîtier {nth}" for nth in range(6, -1, -1)]
    for q, count in (("ab 003", 1), ("AB0", 7), ("boîtier 5", 1), ("zz", 0), (".*", 0)):
        found = await tracking.ok(tracking.office().get("/api/tracking/devices", params={"q": q}))
        assert len(found["items"]) == count, q


async def test_a_driver_neither_shares_nor_ends_nor_sees_devices_and_a_partner_does_not_end(tracking):
    way = "/api/tracking/orders/ord_1/share"
    for response in (
        tracking.driver().post(way),
        tracking.driver().delete(way),
        tracking.driver().get("/api/tracking/devices"),
        tracking.driver().get("/api/tracking/apps"),
    ):
        refused = await response
        assert (refused.status_code, refused.json()["code"]) == (403, "role_may_not")
    assert (await tracking.office().delete(way)).status_code == 404
    assert (await tracking.office("org_stranger").post(way)).json()["code"] == "track_unknown"
    with held(make.minutes(1)):
        await tracking.ok(tracking.office(make.CONSIGNEE).post(way))


async def test_a_driver_does_not_see_when_colleagues_arrive(tracking):
    await record(tracking, make.drive()[:100])
    for user, etas in ((make.DRIVER, 2), ("usr_colleague", 0)):
        with held(make.minutes(50)):
            view = await asked(
                tracking.office(id=user, roles=("driver",)).get("/api/tracking/orders/ord_1/eta")
            )
        assert len(view["items"]) == etas


async def test_a_day_of_positions_is_judged_beside_and_says_the_same(tracking, monkeypatch):
    """Every half minute of the tour, twice: judged at once, and as if it were too much for the loop."""
    drive = make.drive()
    watch = make.watch()
    make.judge(watch, drive)
    monkeypatch.setattr("rt.services.tracking_ia.actions.beside.AT_ONCE", 0)
    await record(tracking, drive, at=make.minutes(225))
    with held(make.minutes(226)):
        track = await asked(web(tracking).get("/api/tracking/orders/ord_1"))
        trips = await asked(web(tracking).get("/api/tracking/tours/tou_1/trips"))
    pickup = watch.stop_of("ord_1", "pickup")
    assert track["stops"][0]["left_at"] == f"{pickup.left_at:%Y-%m-%dT%H:%M:%SZ}"
    assert len(trips["segments"]) == 7


@pytest.mark.parametrize("day", ["1999-01-01", "2036-01-01", "9999-12-31"])
async def test_a_figure_holds_from_a_day_that_somebody_can_mean(tracking, day):
    rule = {"kind": "late_alert_percent", "valid_from": day, "value": 80}
    refused = await web(tracking).post("/api/tracking/rules", json=rule)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "valid_from")


async def test_a_leg_is_followed_by_the_two_between_whom_it_is(tracking):
    """Whoever hands the goods over or receives them follows the order that it carries."""
    parents = [ParentOrder(order_id="ord_0", reference="CMD-0")]
    summary = make.summary(order_id="leg_1", reference="CMD-L", client_id="org_client", owner_id="org_holder")
    leg = msgspec.structs.replace(make.planned(), order=msgspec.structs.replace(summary, parents=parents))
    with held(make.minutes(1)):
        await make.emit(tracking, "core_orders", leg, "org_holder")
        seen = {
            org: (await web(tracking, org).get("/api/tracking/orders/leg_1")).status_code
            for org in ("org_holder", make.CARRIER, "org_client", make.SHIPPER, make.CONSIGNEE)
        }
    assert seen == {
        "org_holder": 200, make.CARRIER: 200, "org_client": 404, make.SHIPPER: 404, make.CONSIGNEE: 404,
    }  # fmt: skip


def given_on(*legs: LegSummary) -> OrderSummary:
    """An order from Lyon to Marseille that its carrier has given on in legs."""
    order = make.summary(
        order_id="ord_0", carrier_id="org_holder", delivery=make.site("Marseille", (43.3, 5.37))
    )
    return msgspec.structs.replace(order, legs=list(legs))


def leg(order_id: str, carrier: str, state: str, level: int = 1) -> LegSummary:
    return LegSummary(
        level=level,
        order_id=order_id,
        reference="L",
        state=state,
        pickup=make.site("Lyon", make.LYON),
        delivery=make.site("Valence", make.VALENCE),
        carrier_id=carrier,
    )


async def test_an_order_that_is_given_on_is_followed_on_the_truck_of_its_leg(tracking):
    """From where it boards: the rest of that tour is not its own, nor where goods change trucks."""
    way, first = "/api/tracking/orders/ord_0", leg("ord_1", make.CARRIER, "planned")
    planned = msgspec.structs.replace(make.planned(), order=given_on(first))
    with held(make.AT):
        await make.emit(tracking, "core_orders", planned)
    await record(tracking, make.drive()[:100])
    with held(make.minutes(50)):
        seen = {org: await asked(web(tracking, org).get(way)) for org in (make.SHIPPER, "org_holder")}
    assert {org: len(track["points"]) for org, track in seen.items()} == {make.SHIPPER: 0, "org_holder": 0}
    assert [(one["order_id"], one["kind"]) for one in seen[make.SHIPPER]["etas"]] == [("ord_0", "pickup")]
    await record(tracking, make.drive()[100:300])
    with held(make.minutes(150)):
        track = await asked(web(tracking, make.SHIPPER).get(way))
        assert len(track["points"]) == 180
        assert [(one["order_id"], one["kind"]) for one in track["stops"]] == [("ord_0", "pickup")]
        assert track["etas"] == [], "it arrives in Valence, which is not where it goes"
        then = (leg("ord_1", make.CARRIER, "delivered"), leg("leg_2", "org_third", "planned"))
        await make.emit(tracking, "core_orders", ChainChanged(order=given_on(*then)))
        track = await asked(web(tracking, make.SHIPPER).get(way))
    assert (track["points"], track["stops"]) == ([], []), "on a truck of which nothing is known yet"


@pytest.mark.parametrize(
    ("legs", "ride"),
    [
        ([], None),
        ([leg("a", "", "confirmed")], None),
        ([leg("a", "one", "planned"), leg("b", "two", "assigned")], "a"),
        ([leg("a", "one", "delivered"), leg("b", "two", "assigned")], "b"),
        ([leg("a", "one", "delivered"), leg("b", "two", "delivered")], "b"),
        ([leg("a", "one", "planned"), leg("b", "two", "in_transit")], "b"),
        (
            [leg("a", "one", "in_transit"), leg("c", "three", "in_transit", 2), leg("b", "two", "planned")],
            "c",
        ),
    ],
)
def test_the_truck_that_has_the_goods_is_followed_then_the_one_that_will_then_the_last(legs, ride):
    found = ride_of(legs)
    assert (found and found.order_id) == ride


async def test_a_signature_is_kept_where_its_stop_is_after_the_order_changed_trucks(tracking):
    calls = [("ord_1", "pickup", "Lyon", make.LYON, 60, 90)]
    rest = [("ord_1", "delivery", "Valence", make.VALENCE, 180, 300)]
    signed = TakeoverSigned(
        document_id="cmr_1",
        order_id="ord_1",
        number="CMR-1",
        signed_at=make.minutes(79),
        reserves=0,
        by_name="Jean",
    )
    with held(make.minutes(100)):
        await make.emit(tracking, "planning", make.tour(calls=calls), make.CARRIER)
        await make.emit(tracking, "planning", make.tour(tour_id="tou_2", calls=rest), make.CARRIER)
        await make.emit(tracking, "ecpmr", signed)
    watches = tracking.instances["tracking_ia"].context.database["tracking_ia.watches"]
    stops = [
        stop
        for watch in await watches.find({}).to_list()
        for stop in watch["stops"]
        if stop["kind"] == "pickup"
    ]
    assert [stop.get("signed_at") is not None for stop in stops] == [True]


async def test_what_is_signed_on_the_note_of_an_order_in_legs_is_signed_where_their_trucks_stop(tracking):
    note = {"document_id": "cmr_1", "order_id": "ord_0", "number": "CMR-1", "reserves": 0, "by_name": "Jean"}
    first = msgspec.structs.replace(
        make.planned(), order=make.summary(parents=[ParentOrder(order_id="ord_0", reference="R")])
    )
    whole = msgspec.structs.replace(make.planned(), order=given_on(leg("ord_1", make.CARRIER, "planned")))
    with held(make.minutes(100)):
        await make.emit(tracking, "planning", make.tour(), make.CARRIER)
        for planned in (whole, first):
            await make.emit(tracking, "core_orders", planned, planned.order.owner_id)
        taken = TakeoverSigned(**note, signed_at=make.minutes(79), leg_id="ord_1")
        await make.emit(tracking, "ecpmr", taken)
        passed = HandoverSigned(**note, signed_at=make.minutes(99), from_leg_id="ord_1", to_leg_id="leg_2")
        await make.emit(tracking, "ecpmr", passed)
    watch = await tracking.instances["tracking_ia"].context.database["tracking_ia.watches"].find_one({})
    signed = {one["kind"]: one.get("signed_at") for one in watch["stops"] if one["order_id"] == "ord_1"}
    assert signed == {"pickup": make.minutes(79), "delivery": make.minutes(99)}
