"""Who may be named and who is told what: members, partners, orders with a part in them, and nobody else's."""

import msgspec
import pytest
from tests.isolation.samples import sample
from tests.services.planning import make
from tests.services.planning.conftest import READ, assign, booking

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.kernel.core.tenancy import acting_for
from rt.services.planning.store import PlanningStore

NIGHT_AND_DAY = [contract.OpeningHours(weekday=1, from_minute=480, until_minute=600)]


def order_view(**more):
    values = sample(core_orders.OrderView) | {"carrier_id": None, "pallets": 5, "reference": "CMD 1"} | more
    return msgspec.convert(values, core_orders.OrderView, strict=False)


async def warehouse_dock(world, serves="consignee"):
    """A dock of a warehouse that the consignee's partner runs."""
    world.standings["warehouse", "consignee"] = "partner"
    office = world.office("warehouse")
    values = {"name": "Quai 9", "site": make.site("Reims"), "hours": NIGHT_AND_DAY, "serves": [serves]}
    return office, await office.get(contract.AddDock(**values))


@pytest.mark.parametrize("standing", ["stranger", "asked", "asks", "blocked", None])
async def test_a_dock_serves_nobody_who_has_not_agreed_to_it(world, standing):
    world.standings["warehouse", "consignee"] = standing
    values = {"name": "Quai 9", "site": make.site("Reims"), "hours": NIGHT_AND_DAY, "serves": ["consignee"]}
    status, answer = await world.office("warehouse").say(contract.AddDock(**values))
    assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "reference_unknown", "serves")


@pytest.mark.parametrize("standing", ["guest", "partner"])
async def test_a_dock_serves_guests_and_partners_and_stays_so_when_edited(world, standing):
    world.standings["warehouse", "consignee"] = standing
    office = world.office("warehouse")
    values = {"name": "Quai 9", "site": make.site("Reims"), "hours": NIGHT_AND_DAY, "serves": ["consignee"]}
    dock = await office.get(contract.AddDock(**values))
    edit = contract.EditDock(dock_id=dock["dock_id"], serves=["consignee", "stranger"])
    assert await office.refused(edit, **{"if-match": '"1"'}) == "reference_unknown"


async def test_a_warehouse_that_only_serves_is_told_when_and_how_much_but_not_whose(world):
    office, dock = await warehouse_dock(world)
    job = await world.job()
    slot = await world.carrier.get(booking(job, dock, vehicle_plate="AB-123-CD"))
    assert (slot["reference"], slot["named"], slot["carrier_id"]) == (job["reference"], False, "carrier")
    (seen,) = (await office.get(contract.FindSlots(day=make.DAY)))["items"]
    assert (seen["slot_id"], seen["pallets"], seen["starts_at"]) == (slot["slot_id"], 5, slot["starts_at"])
    assert (seen["reference"], seen["carrier_id"], seen["carrier_name"], seen["vehicle_plate"]) == ("",) * 4
    assert (await office.get(contract.FindSlots(q=job["reference"])))["items"] == []
    kept = await world.platform.database("planning")["planning.slots"].find_one({"_id": slot["slot_id"]})
    assert "AB-123-CD" not in str(kept)
    assert job["reference"] not in str({**kept, "order_id": ""})
    (mine,) = (await world.carrier.get(contract.FindSlots()))["items"]
    assert mine["reference"] == job["reference"]


async def test_a_warehouse_named_on_the_order_is_told_everything(world):
    order = make.order(logistician_id="warehouse")
    await world.emit(core_orders.TenderAccepted(order=order))
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    office, dock = await warehouse_dock(world)
    await world.carrier.get(booking(job, dock, vehicle_plate="AB-123-CD"))
    (seen,) = (await office.get(contract.FindSlots(day=make.DAY)))["items"]
    assert (seen["reference"], seen["vehicle_plate"], seen["named"]) == (order.reference, "AB-123-CD", True)
    assert (await world.office("other").get(contract.FindSlots()))["items"] == []


async def test_who_waits_at_a_dock_that_only_serves_is_seated_unnamed(world):
    office, dock = await warehouse_dock(world)
    first, second = await world.job(), await world.job()
    wait = contract.JoinWaitingList(
        order_id=second["order_id"], kind="delivery", dock_id=dock["dock_id"], day=make.DAY
    )
    await world.carrier.get(wait)
    slot = await world.carrier.get(booking(first, dock))
    cancel = contract.CancelSlot(
        order_id=first["order_id"], slot_id=slot["slot_id"], version=1, reason="panne"
    )
    await world.carrier.get(cancel)
    await world.platform.settle()
    booked = [one for one in (await office.get(contract.FindSlots()))["items"] if one["state"] == "booked"]
    assert [(one["order_id"], one["reference"]) for one in booked] == [(second["order_id"], "")]


async def test_a_dock_whose_owner_is_no_partner_any_more_is_offered_no_more(world):
    _office, dock = await warehouse_dock(world)
    job = await world.job()
    ask = contract.FindFreeSlots(order_id=job["order_id"], kind="delivery", day=make.DAY)
    assert (await world.carrier.get(ask))["items"] != []
    world.standings["warehouse", "consignee"] = "blocked"
    assert (await world.carrier.get(ask))["docks"] == []
    assert await world.carrier.refused(booking(job, dock)) == "reference_unknown"


async def test_a_site_books_for_an_order_that_it_has_a_part_in_and_no_other(world):
    dock = await world.dock()
    world.orders["consignee", "ord_1"] = order_view(carrier_id="carrier", carrier_name="Transports Martin")
    slot = await world.site.get(booking({"order_id": "ord_1"}, dock))
    assert (slot["reference"], slot["pallets"], slot["carrier_name"]) == ("CMD 1", 5, "Transports Martin")
    assert (await world.carrier.get(contract.FindSlots(order_id="ord_1")))["items"] != []
    assert await world.site.refused(booking({"order_id": "ord_of_others"}, dock, hour=9)) == "job_unknown"


async def test_a_drivers_phone_is_a_members(world):
    for user_id in ("usr_of_nobody", "usr_of_another"):
        status, answer = await world.carrier.say(contract.AddDriver(name="Anne", user_id=user_id))
        assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "reference_unknown", "user_id")
    driver = await world.carrier.get(contract.AddDriver(name="Anne", user_id="usr_anne"))
    edit = contract.EditDriver(driver_id=driver["driver_id"], user_id="usr_of_another")
    assert await world.carrier.refused(edit, **{"if-match": '"1"'}) == "reference_unknown"
    untie = contract.EditDriver(driver_id=driver["driver_id"], user_id=None)
    assert (await world.carrier.get(untie, **{"if-match": '"1"'}))["user_id"] is None


@pytest.mark.parametrize("field", ["tour_id", "vehicle_id", "driver_id"])
async def test_an_assignment_names_what_is_ours_before_anything_is_said_of_the_job(world, field):
    """Also for a job that is planned already, and alone in the body: another's and nothing are told alike."""
    job = await world.job()
    tour = await world.tour(job)
    theirs = {"tour_id": "tur_x", "vehicle_id": "veh_x", "driver_id": "drv_x"}
    with acting_for("another"):
        store = PlanningStore(world.platform.database("planning"))
        crew = make.crew(
            id="veh_x", org_id="another", plate="XX-1-XX", driver_id="drv_x", driver_org_id="another"
        )
        await store.vehicles.add(crew.vehicle)
        await store.drivers.add(crew.driver)
        foreign = make.tour(crew, make.job())
        foreign.id, foreign.org_id = "tur_x", "another"
        await store.tours.add(foreign)
    for named in (theirs[field], "of_nobody"):
        for message in (contract.AssignJob, contract.CheckAssignment):
            status, answer = await world.carrier.say(message(job_id=job["job_id"], **{field: named}))
            assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "reference_unknown", field)
    asked = contract.UnassignJob(job_id=job["job_id"], tour_id="tur_x")
    assert await world.carrier.refused(asked) == "reference_unknown"
    assert tour["tour_id"]


async def test_a_usual_driver_and_a_dock_to_wait_at_are_ones_that_may_be_named(world):
    vehicle, _driver = await world.crew()
    edit = contract.EditVehicle(vehicle_id=vehicle["vehicle_id"], usual_driver_id="drv_of_nobody")
    assert await world.carrier.refused(edit, **{"if-match": '"1"'}) == "reference_unknown"
    job = await world.job()
    wait = contract.JoinWaitingList(order_id=job["order_id"], kind="delivery", dock_id="dck_x", day=make.DAY)
    assert await world.carrier.refused(wait) == "reference_unknown"


async def test_what_is_decided_names_what_was_read(world):
    """Each at an older version than the present one: nothing is done, and the present one is named."""
    job = await world.job()
    tour = await world.tour(job)
    other = await world.job()
    put = contract.AssignJob(job_id=other["job_id"], tour_id=tour["tour_id"], tour_version=tour["version"])
    newer = await world.carrier.get(put)
    old = {"tour_id": tour["tour_id"], "version": tour["version"]}
    third = await world.job()
    for message in (
        contract.PublishTour(**old),
        contract.WithdrawTour(**old),
        contract.MoveStop(**old, position=1, to_position=1),
        contract.AssignJob(job_id=third["job_id"], tour_id=tour["tour_id"], tour_version=tour["version"]),
    ):
        status, answer = await world.carrier.say(message)
        assert (status, answer["code"]) == (412, "version_stale"), message
        assert answer["values"]["current"] == newer["version"]
    assert (await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"])))["state"] == "draft"


async def test_a_slot_is_moved_given_back_and_marked_as_it_was_read(world):
    job, dock = await world.job(), await world.dock()
    slot = await world.carrier.get(booking(job, dock))
    which = {"order_id": job["order_id"], "slot_id": slot["slot_id"], "version": 1}
    nine = {"starts_at": make.at(9), "ends_at": make.at(9.5)}
    moved = await world.carrier.get(contract.MoveSlot(**which, **nine), **{"idempotency-key": "m"})
    assert moved["version"] == 2
    again = await world.carrier.get(contract.MoveSlot(**which, **nine), **{"idempotency-key": "m"})
    assert again["starts_at"] == moved["starts_at"]
    ten = {"starts_at": make.at(10), "ends_at": make.at(10.5)}
    assert await world.carrier.refused(contract.MoveSlot(**which, **ten)) == "version_stale"
    assert await world.carrier.refused(contract.CancelSlot(**which, reason="panne")) == "version_stale"
    for message in (contract.MarkArrived, contract.MarkNoShow):
        assert await world.site.refused(message(slot_id=slot["slot_id"], version=1)) == "version_stale"


async def test_an_opening_that_has_become_longer_is_not_booked_as_it_was_shown(world):
    job, dock = await world.job(), await world.dock()
    edit = contract.EditDock(dock_id=dock["dock_id"], base_minutes=60)
    await world.site.get(edit, **{"if-match": '"1"'})
    status, answer = await world.carrier.say(booking(job, dock))
    assert (status, answer["code"], answer["errors"][0]["field"]) == (409, "opening_changed", "ends_at")
    assert "09:30" in answer["messages"]["fr"]
    assert (await world.carrier.get(booking(job, dock, long=1.5)))["ends_at"].startswith("2026-06-02T07:30")


async def test_a_driver_reads_the_own_day_and_a_viewer_changes_nothing(world):
    driver = world.office("carrier", READ, roles={"driver"}, id="usr_anne")
    viewer = world.office("carrier", READ, roles={"viewer"}, id="usr_denis")
    job = await world.job()
    for message in (
        contract.FindJobs(),
        contract.FindSlots(),
        contract.FindDocks(),
        contract.GetPlan(day=make.DAY),
        contract.GetJob(job_id=job["job_id"]),
        contract.FindFits(job_id=job["job_id"], day=make.DAY),
    ):
        assert await driver.refused(message) == "role_may_not"
        assert (await viewer.say(message))[0] == 200
    vehicle, anne = await world.crew()
    assert await viewer.refused(assign(job, vehicle, anne)) == "right_missing"
    assert await viewer.refused(contract.Optimise(day=make.DAY)) == "right_missing"
