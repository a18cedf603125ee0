"""What planning promises, on the real database and the real outbox."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest
from tests.services.planning import make
from tests.services.planning.conftest import READ, assign, booking

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.kernel.core.clock import held
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import Unit, subscribe


async def book(office, job, dock, hour=8, kind="delivery", **more):
    return await office.say(booking(job, dock, hour, kind=kind, **more))


async def test_an_accepted_order_lies_in_the_carriers_basket_alone(world):
    job = await world.job()
    assert job["state"] == "unplanned"
    other = await world.office("another").get(contract.FindJobs())
    assert other["items"] == []


async def test_an_order_told_twice_is_one_job_and_an_accepted_change_renews_it(world):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    await world.emit(core_orders.TenderAccepted(order=msgspec.structs.replace(order, pallets=9)))
    page = await world.carrier.get(contract.FindJobs())
    assert [one["pallets"] for one in page["items"]] == [9]


@pytest.mark.parametrize("lapsed", [False, True])
async def test_an_order_cancelled_or_taken_back_leaves_basket_draft_and_dock(world, lapsed):
    order = make.order()
    gone = core_orders.OrderCancelled(order=order, reason="client fermé")
    if lapsed:
        gone = core_orders.TenderLapsed(order=order, expired=False, reason="client fermé")
    await world.emit(core_orders.TenderAccepted(order=order))
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    tour = await world.tour(job)
    status, slot = await book(world.carrier, job, await world.dock(), hour=11)
    assert status == 201
    await world.platform.settle()
    await world.emit(gone)
    assert (await world.carrier.get(contract.FindJobs(state="cancelled")))["items"][0]["order_id"] == job[
        "order_id"
    ]
    assert (await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"])))["state"] == "withdrawn"
    (slot,) = (await world.carrier.get(contract.FindSlots(order_id=job["order_id"])))["items"]
    assert (slot["state"], slot["reason"]) == ("cancelled", "client fermé")


async def test_an_order_that_is_given_on_is_others_to_plan_until_its_legs_are_gone(world):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    leg = core_orders.LegSummary(
        level=1,
        order_id="ord_leg",
        reference="L",
        state="confirmed",
        pickup=order.pickup,
        delivery=order.delivery,
    )
    states = []
    for legs in ([leg], []):
        given = msgspec.structs.replace(order, legs=legs)
        await world.emit(core_orders.ChainChanged(order=given))
        (job,) = (await world.carrier.get(contract.FindJobs(**({"state": "cancelled"} if legs else {}))))[
            "items"
        ]
        states.append(job["state"])
    assert states == ["cancelled", "unplanned"]


def planned_by_hand(order, tour_id=""):
    return core_orders.OrderPlanned(
        order=order, vehicle_plate="AB-123-CD", driver_id="", driver_name="Anne",
        planned_pickup_at=None, planned_delivery_at=None, tour_id=tour_id,
    )  # fmt: skip


@pytest.mark.parametrize("fact", ["planned", "loading", "in_transit", "delivered"])
async def test_an_order_carried_without_a_tour_leaves_the_basket(world, fact):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    emitted = {
        "planned": planned_by_hand(order),
        "loading": core_orders.OrderLoading(order=order),
        "in_transit": core_orders.OrderInTransit(order=order),
        "delivered": core_orders.OrderDelivered(order=order, with_reserves=False),
    }
    await world.emit(emitted[fact])
    assert (await world.carrier.get(contract.FindJobs()))["items"] == []
    (job,) = (await world.carrier.get(contract.FindJobs(state="elsewhere")))["items"]
    vehicle, driver = await world.crew()
    assert await world.carrier.refused(assign(job, vehicle, driver)) == "job_elsewhere"
    await world.emit(core_orders.TenderAccepted(order=order))
    assert len((await world.carrier.get(contract.FindJobs()))["items"]) == 1


async def test_a_job_of_a_tour_keeps_to_it_and_the_echo_of_a_withdrawn_tour_empties_no_basket(world):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    await world.emit(planned_by_hand(order, tour_id="tour_gone"))
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    await world.tour(job)
    await world.emit(core_orders.OrderLoading(order=order))
    assert len((await world.carrier.get(contract.FindJobs(state="planned")))["items"]) == 1


async def test_an_assigned_job_leaves_the_basket_and_comes_back(world):
    job = await world.job()
    tour = await world.tour(job)
    assert [stop["kind"] for stop in tour["stops"]] == ["pickup", "delivery"]
    assert (await world.carrier.get(contract.FindJobs()))["items"] == []
    await world.carrier.get(contract.UnassignJob(job_id=job["job_id"], tour_id=tour["tour_id"]))
    assert len((await world.carrier.get(contract.FindJobs()))["items"]) == 1


async def test_a_refused_assignment_names_every_rule_at_once(world):
    job = await world.job(weight_kg=20_000, requirements=["tail_lift"])
    vehicle, driver = await world.crew()
    status, answer = await world.carrier.say(assign(job, vehicle, driver))
    assert (status, answer["code"]) == (409, "assignment_refused")
    assert {one["code"] for one in answer["errors"]} == {"over_capacity", "skill_missing"}
    assert all(one["messages"]["fr"] and one["messages"]["en"] for one in answer["errors"])
    check = await world.carrier.get(
        contract.CheckAssignment(
            job_id=job["job_id"],
            vehicle_id=vehicle["vehicle_id"],
            driver_id=driver["driver_id"],
            day=make.DAY,
        )
    )
    assert {one["rule"] for one in check["conflicts"]} == {"over_capacity", "skill_missing"}
    assert (await world.carrier.get(contract.FindJobs()))["items"][0]["state"] == "unplanned"


async def test_a_reason_lets_a_ban_through(world):
    holiday = make.date(2026, 7, 14)
    times = {
        "pickup_from": make.at(7, holiday), "pickup_until": make.at(12, holiday),
        "delivery_from": make.at(8, holiday), "delivery_until": make.at(18, holiday),
    }  # fmt: skip
    job = await world.job(**times)
    vehicle, driver = await world.crew()
    _, answer = await world.carrier.say(assign(job, vehicle, driver, day=holiday))
    assert [one["code"] for one in answer["errors"]] == ["truck_banned"]
    _, answer = await world.carrier.say(assign(job, vehicle, driver, day=holiday, derogation="urgent"))
    assert [(one["code"], one["field"]) for one in answer["errors"]] == [("derogation_unknown", "derogation")]
    tour = await world.carrier.get(assign(job, vehicle, driver, day=holiday, derogation="perishables"))
    assert (tour["derogation"], tour["conflicts"]) == ("perishables", [])
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))


async def test_two_dispatchers_at_once_never_give_one_truck_two_tours(world):
    jobs = [await world.job() for _ in range(4)]
    vehicle, driver = await world.crew()
    answers = await asyncio.gather(*(world.carrier.say(assign(job, vehicle, driver)) for job in jobs))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    assert len((await world.carrier.get(contract.FindJobs()))["items"]) == 3


async def test_two_dispatchers_at_once_never_put_one_job_on_two_tours(world):
    job = await world.job()
    crews = [await world.crew() for _ in range(3)]
    answers = await asyncio.gather(*(world.carrier.say(assign(job, *crew)) for crew in crews))
    assert sorted(status for status, _ in answers) == [200, 409, 409]


async def test_the_same_assignment_sent_twice_is_one_tour(world):
    job = await world.job()
    crew = await world.crew()
    first = await world.carrier.get(assign(job, *crew), **{"idempotency-key": "k1"})
    again = await world.carrier.get(assign(job, *crew), **{"idempotency-key": "k1"})
    assert first["tour_id"] == again["tour_id"]
    assert len((await world.carrier.get(contract.GetPlan(day=make.DAY)))["tours"]) == 1


async def test_of_two_jobs_put_on_one_tour_at_once_the_second_reads_it_again_first(world):
    tour = await world.tour()
    jobs = [await world.job() for _ in range(2)]

    def put(job, version):
        return contract.AssignJob(job_id=job["job_id"], tour_id=tour["tour_id"], tour_version=version)

    answers = await asyncio.gather(*(world.carrier.say(put(job, tour["version"])) for job in jobs))
    assert sorted(status for status, _ in answers) == [200, 412]
    (late,) = [job for job, (status, _) in zip(jobs, answers, strict=True) if status == 412]
    seen = await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))
    await world.carrier.get(put(late, seen["version"]))
    seen = await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))
    assert {stop["job_id"] for stop in seen["stops"]} > {job["job_id"] for job in jobs}


async def test_a_stop_moves_only_where_the_rules_let_it(world):
    tour = await world.tour()
    assert await world.carrier.refused(
        contract.MoveStop(tour_id=tour["tour_id"], version=tour["version"], position=0, to_position=1)
    ) == ("assignment_refused")
    same = await world.carrier.get(
        contract.MoveStop(tour_id=tour["tour_id"], version=tour["version"], position=1, to_position=1)
    )
    assert [stop["kind"] for stop in same["stops"]] == ["pickup", "delivery"]


async def test_a_published_tour_is_told_with_stops_and_without_price(world):
    heard = []

    def listens(context):
        async def keep(event: contract.TourPublished, envelope: EventEnvelope):
            heard.append(event)

        return Unit(
            name="tracking_ia",
            serves=[],
            subscriptions=[subscribe(contract.TourPublished, keep, since="beginning")],
        )

    listens.__module__ = "rt.services.tracking_ia.app"
    await world.platform.mount(listens)
    tour = await world.tour()
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    await world.platform.settle()
    (event,) = heard
    assert (event.carrier_id, [stop.kind for stop in event.stops]) == ("carrier", ["pickup", "delivery"])
    assert "price" not in msgspec.json.encode(event).decode()


async def test_a_withdrawn_tour_gives_its_jobs_back(world):
    tour = await world.tour()
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    await world.carrier.get(contract.WithdrawTour(tour_id=tour["tour_id"], version=2))
    off = contract.UnassignJob(job_id=tour["stops"][0]["job_id"], tour_id=tour["tour_id"])
    assert (await world.carrier.get(off))["state"] == "unplanned", "off it already is fine"
    assert len((await world.carrier.get(contract.FindJobs()))["items"]) == 1


async def test_an_illness_shows_on_the_day_and_stops_publishing(world):
    vehicle, driver = await world.crew()
    tour = await world.tour(crew=(vehicle, driver))
    away = contract.AddAbsence(
        driver_id=driver["driver_id"], starts_at=make.at(0), ends_at=make.at(24), reason="grippe"
    )
    await world.carrier.get(away)
    day = await world.carrier.get(contract.GetPlan(day=make.DAY))
    assert [one["rule"] for one in day["tours"][0]["conflicts"]] == ["driver_absent"]
    assert (
        await world.carrier.refused(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
        == "assignment_refused"
    )
    await world.carrier.get(contract.RemoveAbsence(driver_id=driver["driver_id"], starts_at=make.at(0)))
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))


async def test_a_driver_sees_the_own_published_tours_and_no_others(world):
    driver = {"driver": {"user_id": "usr_anne"}}
    tour = await world.tour(crew=await world.crew(**driver))
    other = await world.tour(crew=await world.crew())
    anne = world.office("carrier", READ, roles={"driver"}, id="usr_anne")
    assert (await anne.get(contract.MyDay()))["tours"] == []
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    (mine,) = (await anne.get(contract.MyDay()))["tours"]
    assert mine["tour_id"] == tour["tour_id"]
    assert await anne.refused(contract.GetTour(tour_id=other["tour_id"])) == "tour_unknown"
    assert await anne.refused(contract.GetPlan(day=make.DAY)) == "role_may_not"
    stranger = world.office("carrier", READ, roles={"driver"}, id="usr_new")
    assert await stranger.refused(contract.MyDay()) == "driver_not_tied"


async def test_best_fits_offer_tours_and_free_crews(world):
    await world.tour()
    await world.crew()
    job = await world.job()
    found = (await world.carrier.get(contract.FindFits(job_id=job["job_id"], day=make.DAY)))["items"]
    assert len(found) == 2
    assert found[0]["feasible"]
    assert found[0]["tour_id"]
    assert found[0]["added_km"] <= found[1]["added_km"]


async def test_past_tours_are_closed_by_the_clock(world):
    tour = await world.tour()
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    with held(make.at(48)):
        await world.platform.tick()
    assert (await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"])))["state"] == "done"


async def test_of_fifty_carriers_one_gets_the_slot(world):
    dock = await world.dock()
    jobs = [await world.job() for _ in range(50)]
    answers = await asyncio.gather(*(book(world.carrier, job, dock) for job in jobs))
    assert sorted(status for status, _ in answers) == [201, *[409] * 49]
    refusal = next(answer for status, answer in answers if status == 409)
    assert refusal["code"] == "slot_taken"
    assert "08:30" in refusal["messages"]["fr"]


async def test_a_dock_of_three_doors_takes_exactly_three_at_once(world):
    dock = await world.dock(doors=3)
    jobs = [await world.job() for _ in range(8)]
    answers = await asyncio.gather(*(book(world.carrier, job, dock) for job in jobs))
    assert sorted(status for status, _ in answers) == [201, 201, 201, *[409] * 5]


async def test_a_carrier_without_account_books_moves_and_cancels_by_its_link(world):
    job, dock = await world.job(), await world.dock()
    link = world.office("carrier", (), kind="link", id="lnk_1", scope="book_slot", object_id=job["order_id"])
    free = await link.get(contract.FindFreeSlots(order_id=job["order_id"], kind="delivery", day=make.DAY))
    assert len(free["items"]) == 8
    status, slot = await book(link, job, dock)
    assert status == 201
    move = contract.MoveSlot(
        order_id=job["order_id"], slot_id=slot["slot_id"], version=slot["version"],
        starts_at=make.at(9), ends_at=make.at(9.5),
    )  # fmt: skip
    assert (await link.get(move))["starts_at"].startswith("2026-06-02T07:00")
    again = contract.GetSlot(order_id=job["order_id"], slot_id=slot["slot_id"])
    assert (await link.get(again))["starts_at"].startswith("2026-06-02T07:00")
    assert await world.office("stranger").refused(again) == "slot_unknown"
    answer = (await link.say(contract.SlotCalendar(order_id=job["order_id"], slot_id=slot["slot_id"])))[1]
    assert answer.headers["content-type"].startswith("text/calendar")
    assert b"DTSTART:20260602T070000Z" in answer.content
    cancel = contract.CancelSlot(
        order_id=job["order_id"], slot_id=slot["slot_id"], version=2, reason="panne moteur"
    )
    assert (await link.get(cancel))["state"] == "cancelled"
    assert (await book(link, job, dock, hour=8))[0] == 201


async def test_a_link_is_good_for_its_own_order_alone(world):
    job, other, dock = await world.job(), await world.job(), await world.dock()
    link = world.office("carrier", (), kind="link", id="lnk_1", scope="book_slot", object_id=job["order_id"])
    assert (
        await link.refused(
            contract.CancelSlot(
                order_id=other["order_id"], slot_id=job["order_id"], version=1, reason="essai"
            )
        )
        == "right_missing"
    )
    assert (await book(link, other, dock))[1]["code"] == "right_missing"


async def test_docks_are_hidden_from_those_who_carry_nothing_there(world):
    job, dock = await world.job(), await world.dock()
    stranger = world.office("stranger")
    ask = contract.FindFreeSlots(order_id=job["order_id"], kind="delivery", day=make.DAY)
    assert await stranger.refused(ask) == "job_unknown"
    assert (await book(stranger, job, dock))[1]["code"] == "reference_unknown"
    elsewhere = await world.job(delivery="Lyon")
    assert (await book(world.carrier, elsewhere, dock))[1]["code"] == "reference_unknown"
    assert (await book(world.carrier, job, dock, kind="pickup"))[1]["code"] == "reference_unknown"


async def test_a_dock_is_found_by_its_name_its_site_and_its_town(world):
    dock = await world.dock()
    site = dock["site"]
    for q in (dock["name"], site["name"], site["address"]["city"][:4], site["address"]["postal_code"]):
        found = await world.site.get(contract.FindDocks(q=q))
        assert [one["dock_id"] for one in found["items"]] == [dock["dock_id"]], q
    assert (await world.site.get(contract.FindDocks(q="zzz")))["items"] == []


async def test_a_booked_slot_becomes_the_window_of_the_job(world):
    job, dock = await world.job(), await world.dock()
    await book(world.carrier, job, dock, hour=11)
    await world.platform.settle()
    tour = await world.tour(job)
    assert tour["stops"][1]["starts_at"].startswith("2026-06-02T09:00")


async def test_what_is_given_back_goes_to_the_first_in_line(world):
    dock = await world.dock(hours=[contract.OpeningHours(weekday=1, from_minute=480, until_minute=510)])
    first, second, third = [await world.job() for _ in range(3)]
    _, slot = await book(world.carrier, first, dock)
    places = []
    for minute, job in enumerate((second, third)):
        with held(make.NOON_BEFORE + timedelta(minutes=minute)):
            wish = {"order_id": job["order_id"], "dock_id": dock["dock_id"]}
            join = contract.JoinWaitingList(kind="delivery", day=make.DAY, **wish)
            places.append(await world.carrier.get(join))
    assert [place["position"] for place in places] == [1, 2]
    cancel = contract.CancelSlot(
        order_id=first["order_id"], slot_id=slot["slot_id"], version=1, reason="retard usine"
    )
    await world.carrier.get(cancel)
    await world.platform.settle()
    (seated,) = [
        one
        for one in (await world.site.get(contract.FindSlots(day=make.DAY)))["items"]
        if one["state"] == "booked"
    ]
    assert seated["order_id"] == second["order_id"]


async def test_a_full_day_says_what_to_do_and_when_there_is_room(world):
    one = [contract.OpeningHours(weekday=n, from_minute=480, until_minute=510) for n in (1, 2)]
    dock = await world.dock(hours=one, full_instructions="Appelez le quai au 03 26 00 00 00.")
    await book(world.carrier, await world.job(), dock)
    job = await world.job()
    free = await world.carrier.get(
        contract.FindFreeSlots(order_id=job["order_id"], kind="delivery", day=make.DAY)
    )
    assert (free["items"], free["instructions"]) == ([], "Appelez le quai au 03 26 00 00 00.")
    assert free["next_free_day"] == "2026-06-03"
    assert [(one["dock_id"], one["dock_name"]) for one in free["docks"]] == [(dock["dock_id"], "Quai 1")]


async def test_the_gate_marks_arrivals_and_absences(world):
    dock = await world.dock()
    _, early = await book(world.carrier, await world.job(), dock, hour=8)
    _, gone = await book(world.carrier, await world.job(), dock, hour=9)
    assert (
        await world.carrier.refused(contract.MarkArrived(slot_id=early["slot_id"], version=1))
        == "slot_unknown"
    )
    with held(make.at(8.1)):
        arrived = await world.site.get(
            contract.MarkArrived(slot_id=early["slot_id"], version=1, vehicle_plate="AB-123-CD")
        )
        assert (arrived["state"], arrived["vehicle_plate"]) == ("arrived", "AB-123-CD")
        assert (
            await world.site.refused(contract.MarkNoShow(slot_id=gone["slot_id"], version=1))
            == "too_early_for_no_show"
        )
    with held(make.at(10)):
        assert (await world.site.get(contract.MarkNoShow(slot_id=gone["slot_id"], version=1)))[
            "state"
        ] == "no_show"


async def test_a_truck_without_an_order_is_a_visit_at_an_own_dock(world):
    dock = await world.dock()
    asked = contract.BookVisit(
        kind="delivery", dock_id=dock["dock_id"], starts_at=make.at(8), ends_at=make.at(9), pallets=12,
        reference="BL 7", carrier_name="Transports Inconnus",
    )  # fmt: skip
    slot = await world.site.get(asked)
    assert (slot["carrier_name"], slot["pallets"], slot["reference"]) == ("Transports Inconnus", 12, "BL 7")
    again = contract.GetSlot(order_id=slot["order_id"], slot_id=slot["slot_id"])
    assert (await world.site.get(again))["slot_id"] == slot["slot_id"]
    openings = await world.site.get(contract.FindOpenings(dock_id=dock["dock_id"], day=make.DAY, pallets=12))
    assert openings["items"][0]["starts_at"].startswith("2026-06-02T07:00")
    assert await world.office("other").refused(asked) == "dock_unknown"


async def test_one_order_has_one_slot_at_a_site(world):
    job, dock = await world.job(), await world.dock()
    await book(world.carrier, job, dock, hour=8)
    assert (await book(world.carrier, job, dock, hour=9))[1]["code"] == "order_has_slot"


async def test_a_slot_moves_only_to_a_free_time_and_keeps_its_own_otherwise(world):
    dock = await world.dock()
    job, other = await world.job(), await world.job()
    _, slot = await book(world.carrier, job, dock, hour=8)
    await book(world.carrier, other, dock, hour=9)
    move = contract.MoveSlot(
        order_id=job["order_id"], slot_id=slot["slot_id"], version=slot["version"],
        starts_at=make.at(9), ends_at=make.at(9.5),
    )  # fmt: skip
    assert await world.carrier.refused(move) == "slot_taken"
    with acting_for("consignee"):
        assert (await book(world.carrier, await world.job(), dock, hour=8))[1]["code"] == "slot_taken"


@pytest.mark.parametrize("message", [contract.EditVehicle, contract.EditDriver, contract.EditDock])
async def test_an_edit_of_an_older_version_is_refused(world, message):
    vehicle, driver = await world.crew()
    dock = await world.dock()
    office, edit = {
        contract.EditVehicle: (
            world.carrier,
            contract.EditVehicle(vehicle_id=vehicle["vehicle_id"], active=True),
        ),
        contract.EditDriver: (world.carrier, contract.EditDriver(driver_id=driver["driver_id"], phone="06")),
        contract.EditDock: (world.site, contract.EditDock(dock_id=dock["dock_id"], name="Quai 2")),
    }[message]
    again = msgspec.structs.replace(
        edit, **{"capacity_kg": 5} if message is contract.EditVehicle else {"name": "X"}
    )
    await office.get(again, **{"if-match": '"1"'})
    assert await office.refused(again, **{"if-match": '"1"'}) == "version_stale"


@pytest.mark.parametrize("message", [contract.EditVehicle, contract.EditDriver, contract.EditDock])
async def test_an_edit_that_says_nothing_writes_nothing(world, message):
    vehicle, driver = await world.crew()
    dock = await world.dock()
    office, edit, before = {
        contract.EditVehicle: (
            world.carrier,
            contract.EditVehicle(vehicle_id=vehicle["vehicle_id"]),
            vehicle,
        ),
        contract.EditDriver: (world.carrier, contract.EditDriver(driver_id=driver["driver_id"]), driver),
        contract.EditDock: (world.site, contract.EditDock(dock_id=dock["dock_id"]), dock),
    }[message]
    topic = f"planning.{message.shape.route.split('/')[3]}.changed"
    emitted = await world.platform.emitted(topic)
    assert await office.get(edit, **{"if-match": '"1"'}) == before
    assert await world.platform.emitted(topic) == emitted
    await office.get(msgspec.structs.replace(edit, active=False), **{"if-match": '"1"'})
    assert len(await world.platform.emitted(topic)) == len(emitted) + 1


async def test_nobody_edits_anothers_fleet_or_docks(world):
    vehicle, driver = await world.crew()
    dock = await world.dock()
    other = world.office("other")
    version = {"if-match": '"1"'}
    assert await other.refused(
        contract.EditVehicle(vehicle_id=vehicle["vehicle_id"], plate="ZZ-1-ZZ"), **version
    ) == ("vehicle_unknown")
    assert (
        await other.refused(contract.EditDriver(driver_id=driver["driver_id"], name="X"), **version)
        == "driver_unknown"
    )
    assert (
        await other.refused(contract.EditDock(dock_id=dock["dock_id"], name="X"), **version) == "dock_unknown"
    )


async def test_a_plate_is_in_the_fleet_once(world):
    vehicle, _ = await world.crew()
    status, answer = await world.carrier.say(
        contract.AddVehicle(
            plate=vehicle["plate"],
            kind="van",
            capacity_kg=900,
            capacity_pallets=2,
            capacity_loading_metres=3,
            gross_weight_t=3.5,
            depot=make.site(),
        )
    )
    assert (status, answer["code"]) == (409, "plate_known")


async def amended(world, order, **changes):
    """The order is changed by consent."""
    other = make.order(**({"order_id": order.order_id, "reference": order.reference} | changes))
    await world.emit(
        core_orders.OrderAmended(order=other, change_id="chg_1", asked_by="owner", parts=["stops", "goods"])
    )


async def test_a_changed_order_changes_in_the_basket_and_on_its_draft(world):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    await amended(world, order, pallets=9)
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    assert job["pallets"] == 9
    tour = await world.tour(job)
    await amended(world, order, pallets=7, delivery_from=make.at(13))
    seen = await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))
    assert (seen["state"], [stop["pallets"] for stop in seen["stops"]]) == ("draft", [7, 7])
    assert seen["stops"][1]["starts_at"] >= make.at(13).isoformat().replace("+00:00", "Z")
    assert await world.platform.emitted("planning.tour.published") == []


async def test_a_changed_order_moves_on_the_published_tour_and_its_driver_is_told(world):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    tour = await world.tour(job)
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    await amended(world, order, delivery="Amiens", delivery_from=make.at(14))
    seen = await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))
    assert (seen["state"], seen["stops"][1]["site"]["address"]["city"]) == ("published", "Amiens")
    first, second = await world.platform.emitted("planning.tour.published")
    assert first["stops"][1]["site"]["address"]["city"] == "Reims"
    assert second["stops"][1]["site"]["address"]["city"] == "Amiens"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"pallets": 6}, "booked"),
        ({"delivery_from": make.at(14), "delivery_until": make.at(18)}, "cancelled"),
        ({"delivery": "Amiens"}, "cancelled"),
    ],
)
async def test_a_slot_that_the_changed_order_no_longer_meets_is_given_back(world, changes, state):
    order = make.order()
    await world.emit(core_orders.TenderAccepted(order=order))
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    status, _ = await book(world.carrier, job, await world.dock(), hour=11)
    assert status == 201
    await world.platform.settle()
    await amended(world, order, **changes)
    (slot,) = (await world.carrier.get(contract.FindSlots(order_id=job["order_id"])))["items"]
    assert slot["state"] == state
    tour = await world.tour((await world.carrier.get(contract.FindJobs()))["items"][0])
    assert (tour["stops"][1]["window_from"] == slot["starts_at"]) == (state == "booked")


async def test_a_changed_order_that_its_crew_has_no_time_for_shows_it_and_is_not_lost(world):
    evening = {"pickup_from": make.at(15), "pickup_until": make.at(20), "delivery_until": make.at(22)}
    order, later = make.order(), make.order(**evening)
    for one in (order, later):
        await world.emit(core_orders.TenderAccepted(order=one))
    jobs = {job["order_id"]: job for job in (await world.carrier.get(contract.FindJobs()))["items"]}
    crew = await world.crew()
    first = await world.carrier.get(assign(jobs[order.order_id], *crew))
    await world.carrier.get(assign(jobs[later.order_id], *crew))
    at = {f"{kind}_{end}": make.at(17) for kind in ("pickup", "delivery") for end in ("from", "until")}
    await amended(world, order, **at)
    seen = await world.carrier.get(contract.GetTour(tour_id=first["tour_id"]))
    assert seen["stops"][0]["starts_at"] >= make.at(17).isoformat().replace("+00:00", "Z")
    assert seen["conflicts"]
    assert not await world.platform.database("kernel")["dead_letters"].count_documents({})


async def test_a_change_of_an_order_of_others_or_carried_elsewhere_touches_no_basket(world):
    order = make.order()
    await amended(world, order)
    assert (await world.carrier.get(contract.FindJobs()))["items"] == []
    await world.emit(core_orders.TenderAccepted(order=order))
    await world.emit(planned_by_hand(order))
    await amended(world, order, pallets=9)
    (job,) = (await world.carrier.get(contract.FindJobs(state="elsewhere")))["items"]
    assert (job["pallets"], job["state"]) == (9, "elsewhere")


async def published(world, *jobs):
    """A tour with these jobs that its driver has, and its crew."""
    crew = await world.crew()
    tour = await world.carrier.get(assign(jobs[0], *crew))
    for job in jobs[1:]:
        put = contract.AssignJob(job_id=job["job_id"], tour_id=tour["tour_id"], tour_version=tour["version"])
        tour = await world.carrier.get(put)
    publish = contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"])
    return await world.carrier.get(publish), crew


async def told_of_tours(world):
    return await world.platform.emitted("planning.tour.published")


async def test_an_urgent_order_is_added_to_a_published_tour_and_its_driver_is_told(world):
    tour, _crew = await published(world, await world.job())
    late = await world.job()
    put = contract.AssignJob(job_id=late["job_id"], tour_id=tour["tour_id"], tour_version=tour["version"])
    after = await world.carrier.get(put)
    assert (after["state"], len(after["stops"])) == ("published", 4)
    first, second = await told_of_tours(world)
    assert (first["again"], second["again"], len(second["stops"]), second["left"]) == (False, True, 4, [])
    fits = await world.carrier.get(contract.FindFits(job_id=(await world.job())["job_id"], day=make.DAY))
    assert tour["tour_id"] in [one["tour_id"] for one in fits["items"]]


async def test_an_order_taken_off_a_published_tour_is_named_and_the_last_one_takes_the_tour_back(world):
    one, other = await world.job(), await world.job()
    tour, _crew = await published(world, one, other)
    off = contract.UnassignJob(job_id=other["job_id"], tour_id=tour["tour_id"])
    assert (await world.carrier.get(off))["state"] == "unplanned"
    assert (await told_of_tours(world))[-1]["left"] == [other["order_id"]]
    await world.carrier.get(contract.UnassignJob(job_id=one["job_id"], tour_id=tour["tour_id"]))
    (gone,) = await world.platform.emitted("planning.tour.withdrawn")
    assert gone["order_ids"] == [one["order_id"]]


async def test_what_lies_behind_the_truck_stays_and_what_is_ahead_moves(world):
    jobs = [await world.job() for _ in range(2)]
    tour, crew = await published(world, *jobs)
    first = tour["stops"][0]
    with held(datetime.fromisoformat(first["arrives_at"]) + timedelta(minutes=1)):
        off = contract.UnassignJob(job_id=first["job_id"], tour_id=tour["tour_id"])
        assert await world.carrier.refused(off) == "stop_behind"
        move = contract.MoveStop(tour_id=tour["tour_id"], version=tour["version"], position=0, to_position=1)
        assert await world.carrier.refused(move) == "stop_behind"
        (urgent,) = [await world.job()]
        put = contract.AssignJob(
            job_id=urgent["job_id"], tour_id=tour["tour_id"], tour_version=tour["version"],
            pickup_position=0, delivery_position=1,
        )  # fmt: skip
        assert await world.carrier.refused(put) in ("stop_behind", "assignment_refused")
        vehicle, _driver = await world.crew()
        swap = contract.ChangeCrew(
            tour_id=tour["tour_id"], version=tour["version"],
            vehicle_id=vehicle["vehicle_id"], driver_id=crew[1]["driver_id"],
        )  # fmt: skip
        assert await world.carrier.refused(swap) == "vehicle_under_way"
    same = await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))
    assert same["version"] == tour["version"]
    assert len(await told_of_tours(world)) == 1


async def test_truck_and_driver_are_swapped_if_the_others_are_free_and_both_drivers_are_told(world):
    tour, crew = await published(world, await world.job())
    vehicle, driver = await world.crew()
    busy, _ = await published(world, await world.job())

    def swap(to_vehicle, to_driver, version):
        return contract.ChangeCrew(
            tour_id=tour["tour_id"], version=version, vehicle_id=to_vehicle, driver_id=to_driver
        )

    taken = swap(busy["vehicle_id"], driver["driver_id"], tour["version"])
    assert await world.carrier.refused(taken) in ("assignment_refused", "changed_meanwhile")
    after = await world.carrier.get(swap(vehicle["vehicle_id"], driver["driver_id"], tour["version"]))
    assert (after["vehicle_id"], after["driver_id"]) == (vehicle["vehicle_id"], driver["driver_id"])
    told = (await told_of_tours(world))[-1]
    assert (told["vehicle_plate"], told["driver_id"]) == (vehicle["plate"], driver["driver_id"])
    assert told["former_driver_user_id"] == (crew[1]["user_id"] or "")
    assert await world.carrier.refused(swap(vehicle["vehicle_id"], driver["driver_id"], 1)) == "version_stale"
    unknown = swap("veh_nobody", driver["driver_id"], after["version"])
    assert await world.carrier.refused(unknown) == "reference_unknown"


async def test_a_tour_that_is_asked_for_says_what_it_emits_and_the_day_does_not(world):
    tour = await world.tour(await world.job())
    read = await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))
    assert read["emissions"]["grams"] == pytest.approx(
        read["distance_km"] * read["emissions"]["factor"]["litres_per_km"] * 3_170
    )
    (share,) = read["emissions"]["shares"]
    assert share["order_id"] == read["stops"][0]["order_id"]
    day = await world.carrier.get(contract.GetPlan(day=make.DAY))
    assert [one["emissions"] for one in day["tours"]] == [None]
