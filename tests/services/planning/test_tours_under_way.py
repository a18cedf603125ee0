"""Published tours that change: by hand, because an order goes, and by two people at once."""

import asyncio
from copy import copy
from datetime import datetime, timedelta

import pytest
from tests.services.planning import make
from tests.services.planning.conftest import assign, booking

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.kernel.core.clock import held
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import DriverAbsent
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.store import PlanningStore


async def accepted(world, **more):
    """An order and its job in the basket."""
    order = make.order(**more)
    await world.emit(core_orders.TenderAccepted(order=order))
    page = await world.carrier.get(contract.FindJobs(q=order.reference))
    return order, next(one for one in page["items"] if one["order_id"] == order.order_id)


def put(job, tour, **more):
    values = {"job_id": job["job_id"], "tour_id": tour["tour_id"], "tour_version": tour["version"]}
    return contract.AssignJob(**(values | more))


async def published(world, *jobs, crew=None):
    """A tour of these jobs that its driver has."""
    tour = await world.carrier.get(assign(jobs[0], *(crew or await world.crew())))
    for job in jobs[1:]:
        tour = await world.carrier.get(put(job, tour, pickup_position=1))
    return await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))


async def seen(world, tour):
    return await world.carrier.get(contract.GetTour(tour_id=tour["tour_id"]))


def orders_of(tour):
    return [stop["order_id"] for stop in tour["stops"]]


def after(stop):
    """A minute after the truck came to this stop."""
    return held(datetime.fromisoformat(stop["arrives_at"]) + timedelta(minutes=1))


async def put_aside(world):
    return await world.platform.database("kernel")["dead_letters"].count_documents({})


def gone(order, lapsed):
    if lapsed:
        return core_orders.TenderLapsed(order=order, expired=False, reason="client fermé")
    return core_orders.OrderCancelled(order=order, reason="client fermé")


@pytest.mark.parametrize("lapsed", [False, True])
async def test_an_order_that_goes_leaves_its_published_tour_while_it_lies_ahead(world, lapsed):
    (one, job), (other, later) = await accepted(world), await accepted(world)
    tour = await published(world, job, later)
    await world.emit(gone(one, lapsed))
    assert orders_of(await seen(world, tour)) == [other.order_id] * 2
    told = (await world.platform.emitted("planning.tour.published"))[-1]
    assert (told["again"], told["left"], len(told["stops"])) == (True, [one.order_id], 2)
    await world.emit(gone(other, lapsed))
    assert (await seen(world, tour))["state"] == "withdrawn"
    (withdrawn,) = await world.platform.emitted("planning.tour.withdrawn")
    assert withdrawn["order_ids"] == [other.order_id]
    await world.emit(core_orders.TenderAccepted(order=one))
    again = await world.tour(job)
    assert orders_of(again) == [one.order_id] * 2, "accepted anew, another tour has it"


async def test_an_order_that_goes_after_the_truck_came_stays_on_its_tour_and_none_is_lost(world):
    (one, job), (_, later) = await accepted(world), await accepted(world)
    tour = await published(world, job, later)
    with after(tour["stops"][0]):
        await world.emit(gone(one, lapsed=False))
        assert orders_of(await seen(world, tour)) == orders_of(tour)
        off = contract.UnassignJob(job_id=job["job_id"], tour_id=tour["tour_id"])
        assert await world.carrier.refused(off) == "stop_behind"
    assert not await put_aside(world)
    assert (await world.carrier.get(off))["state"] == "cancelled", "as soon as it lies ahead it is taken off"
    assert one.order_id not in orders_of(await seen(world, tour))


async def two_tours(world):
    """A crew's tour of the morning, and one of the evening whose second order may be fetched all day."""
    crew = await world.crew()
    _, early = await accepted(world)
    evening = {"pickup_from": make.at(13.5), "pickup_until": make.at(20), "delivery_until": make.at(23)}
    one, first = await accepted(world, **evening)
    _, second = await accepted(world, pickup_until=make.at(23), delivery_until=make.at(23))
    morning = await published(world, early, crew=crew)
    return morning, await published(world, first, second, crew=crew), one, first, second


@pytest.mark.parametrize("by_hand", [False, True])
async def test_what_is_left_of_a_tour_may_run_into_another_and_shows_it(world, by_hand):
    _, tour, one, first, second = await two_tours(world)
    if by_hand:
        await world.carrier.get(contract.UnassignJob(job_id=first["job_id"], tour_id=tour["tour_id"]))
    else:
        await world.emit(gone(one, lapsed=False))
    left = await seen(world, tour)
    assert orders_of(left) == [second["order_id"]] * 2
    assert {conflict["rule"] for conflict in left["conflicts"]} >= {"driver_busy", "vehicle_busy"}
    assert not await put_aside(world)
    if by_hand:
        assert orders_of(await world.tour(first)) == [first["order_id"]] * 2, "nothing holds it any more"
    await world.carrier.get(contract.UnassignJob(job_id=second["job_id"], tour_id=tour["tour_id"]))
    assert (await seen(world, tour))["state"] == "withdrawn"


async def test_the_driver_of_a_tour_that_is_taken_back_or_given_on_is_named(world):
    crew = await world.crew(driver={"user_id": "usr_anne"})
    _, job = await accepted(world)
    tour = await published(world, job, crew=crew)
    vehicle, driver = await world.crew()
    swap = contract.ChangeCrew(
        tour_id=tour["tour_id"],
        version=tour["version"],
        vehicle_id=vehicle["vehicle_id"],
        driver_id=driver["driver_id"],
    )
    await world.carrier.get(swap)
    told = (await world.platform.emitted("planning.tour.published"))[-1]
    assert (told["former_driver_user_id"], told["former_vehicle_plate"]) == ("usr_anne", crew[0]["plate"])
    assert told["vehicle_plate"] == vehicle["plate"]
    _, other = await accepted(world)
    again = await published(world, other, crew=crew)
    await world.carrier.get(contract.UnassignJob(job_id=other["job_id"], tour_id=again["tour_id"]))
    (gone,) = await world.platform.emitted("planning.tour.withdrawn")
    assert (gone["driver_user_id"], gone["vehicle_plate"]) == ("usr_anne", crew[0]["plate"])


async def test_a_draft_that_had_to_give_way_holds_its_own_time_once_it_is_published(world):
    crew = await world.crew()
    (order, job), (_, later) = await accepted(world), await accepted(
        world, pickup_from=make.at(13), pickup_until=make.at(20), delivery_until=make.at(23)
    )  # fmt: skip
    first = await world.carrier.get(assign(job, *crew))
    second = await world.carrier.get(assign(later, *crew))
    at = {f"{kind}_{end}": make.at(13) for kind in ("pickup", "delivery") for end in ("from", "until")}
    moved = make.order(order_id=order.order_id, **(at | {"delivery_until": make.at(18)}))
    await world.emit(
        core_orders.OrderAmended(order=moved, change_id="chg_1", asked_by="owner", parts=["stops"])
    )
    publish = contract.PublishTour(tour_id=first["tour_id"], version=first["version"] + 1)
    assert await world.carrier.refused(publish) == "assignment_refused"
    await world.carrier.get(contract.WithdrawTour(tour_id=second["tour_id"], version=second["version"]))
    await world.carrier.get(publish)
    held_now = await world.platform.database("planning")["planning.tours"].find_one({"_id": first["tour_id"]})
    assert f"{crew[0]['vehicle_id']}@202606021130" in held_now["holds"], "13:30 in Paris"


async def test_no_place_behind_the_truck_is_offered(world):
    (_, job), (_, urgent) = await accepted(world), await accepted(world)
    tour = await published(world, job)
    with after(tour["stops"][0]):
        found = await world.carrier.get(contract.FindFits(job_id=urgent["job_id"], day=make.DAY))
        (fit,) = [one for one in found["items"] if one["tour_id"] == tour["tour_id"]]
        assert fit["pickup_position"] >= 1
        places = {"pickup_position": 0, "delivery_position": 1}
        check = contract.CheckAssignment(job_id=urgent["job_id"], tour_id=tour["tour_id"], **places)
        assert await world.carrier.refused(check) == "stop_behind"
        assert await world.carrier.refused(put(urgent, tour, **places)) == "stop_behind"
        where = {name: fit[name] for name in places}
        refused = not fit["feasible"]
        status, answer = await world.carrier.say(put(urgent, tour, **where))
        assert (status >= 400) == refused, answer


async def test_a_truck_on_its_way_is_given_no_stop_in_the_past(world):
    """From Paris to Lyon it drives for hours: what is added at Paris meanwhile is not reached before now."""
    _, job = await accepted(world, delivery="Lyon")
    _, urgent = await accepted(world, delivery="Lyon", pickup_until=make.at(18), delivery_until=make.at(20))
    tour = await published(world, job)
    left = datetime.fromisoformat(tour["stops"][0]["leaves_at"])
    later = left + timedelta(hours=2)
    with held(later):
        places = {"pickup_position": 1, "delivery_position": 2}
        check = contract.CheckAssignment(job_id=urgent["job_id"], tour_id=tour["tour_id"], **places)
        laid_out = (await world.carrier.get(check))["tour"]["stops"]
        assert laid_out[0]["arrives_at"] == tour["stops"][0]["arrives_at"]
        assert datetime.fromisoformat(laid_out[1]["arrives_at"]) > later
        status, _ = await world.carrier.say(put(urgent, tour, **places))
        if status < 300:
            times = [datetime.fromisoformat(one["arrives_at"]) for one in (await seen(world, tour))["stops"]]
            assert times[1] > later


async def test_an_order_changed_while_it_is_assigned_goes_on_the_tour_as_it_is_now(world, monkeypatch):
    order, job = await accepted(world)
    crew = await world.crew()
    around, changed = PlanningStore.around, []

    async def meanwhile(store, day):
        if not changed:
            changed.append(order)
            other = make.order("Paris", "Amiens", order_id=order.order_id, reference=order.reference)
            await world.emit(
                core_orders.OrderAmended(order=other, change_id="chg_1", asked_by="owner", parts=["stops"])
            )
        return await around(store, day)

    monkeypatch.setattr(PlanningStore, "around", meanwhile)
    tour = await world.carrier.get(assign(job, *crew))
    assert tour["stops"][1]["site"]["address"]["city"] == "Amiens"


async def test_two_dispatchers_change_one_published_tour_and_nothing_is_lost_or_double(world):
    jobs = [(await accepted(world))[1] for _ in range(4)]
    tour = await published(world, jobs[0], jobs[1])
    asked = [
        put(jobs[2], tour),
        put(jobs[3], tour),
        put(jobs[2], tour),
        contract.UnassignJob(job_id=jobs[0]["job_id"], tour_id=tour["tour_id"]),
        contract.UnassignJob(job_id=jobs[0]["job_id"], tour_id=tour["tour_id"]),
        contract.MoveStop(tour_id=tour["tour_id"], version=tour["version"], position=2, to_position=3),
    ]
    said = await asyncio.gather(*(world.carrier.say(one) for one in asked))
    assert all(status in (200, 201, 409, 412) for status, _ in said), said
    after_all = await seen(world, tour)
    on_it = set(orders_of(after_all))
    assert len(after_all["stops"]) == 2 * len(on_it)
    for job in jobs:
        now = await world.carrier.get(contract.GetJob(job_id=job["job_id"]))
        assert (now["tour_id"] == tour["tour_id"]) == (job["order_id"] in on_it), now
    assert not await put_aside(world)


async def test_of_a_price_that_changes_the_driver_hears_nothing(world):
    order, job = await accepted(world)
    tour = await published(world, job)
    await world.emit(
        core_orders.OrderAmended(order=order, change_id="chg_1", asked_by="owner", parts=["price"])
    )
    assert len(await world.platform.emitted("planning.tour.published")) == 1
    assert (await seen(world, tour))["stops"] == tour["stops"]


@pytest.mark.parametrize("how", ["cancelled", "elsewhere", "later"])
async def test_an_order_that_goes_or_calls_elsewhere_waits_at_no_dock(world, how):
    dock = await world.dock(hours=[contract.OpeningHours(weekday=1, from_minute=480, until_minute=510)])
    _, first = await accepted(world)
    order, second = await accepted(world)
    slot = await world.carrier.get(booking(first, dock))
    join = contract.JoinWaitingList(
        order_id=second["order_id"], dock_id=dock["dock_id"], kind="delivery", day=make.DAY
    )
    await world.carrier.get(join)
    if how == "cancelled":
        await world.emit(gone(order, lapsed=False))
    else:
        other = {"delivery": "Amiens"} if how == "elsewhere" else {"pallets": 6}
        changed = make.order(order_id=order.order_id, reference=order.reference, **other)
        await world.emit(
            core_orders.OrderAmended(order=changed, change_id="chg_1", asked_by="owner", parts=["stops"])
        )
    given_back = contract.CancelSlot(
        order_id=first["order_id"], slot_id=slot["slot_id"], version=1, reason="retard usine"
    )
    await world.carrier.get(given_back)
    await world.platform.settle()
    found = (await world.site.get(contract.FindSlots(day=make.DAY)))["items"]
    booked = [one["order_id"] for one in found if one["state"] == "booked"]
    assert booked == ([order.order_id] if how == "later" else [])
    assert not await put_aside(world)


ROUNDS = [
    ("Paris", "Reims", "Paris", "Reims"),
    ("Paris", "Lyon", "Lyon", "Marseille", "Marseille", "Lille"),
    ("Lille", "Marseille", "Paris", "Rouen"),
]


@pytest.mark.parametrize("towns", ROUNDS)
def test_a_tour_under_way_that_stays_as_it_is_keeps_all_its_times(towns):
    """Wherever the truck is, with the breaks and the rests that it has had."""
    week = {"pickup_until": make.at(150), "delivery_until": make.at(170)}
    jobs = [make.job(*pair, **week) for pair in zip(towns[::2], towns[1::2], strict=True)]
    crew = make.crew()
    tour = make.tour(crew, *jobs)
    tour.state = "published"
    before = copy(tour)
    for stop in before.stops:
        with held(stop.arrives_at):
            tour.arrange(tour.stops, crew)
        assert tour.stops == before.stops
        assert (tour.starts_at, tour.ends_at, tour.drives) == (
            before.starts_at,
            before.ends_at,
            before.drives,
        )


def test_who_takes_over_goes_on_from_there_and_what_is_behind_keeps_its_times():
    job = make.job(delivery="Lyon", delivery_until=make.at(23))
    crew = make.crew()
    tour = make.tour(crew, job)
    tour.state = "published"
    pickup = tour.stops[0]
    noon = [contract.WorkingHours(weekday=n, from_minute=720, until_minute=1_439) for n in range(5)]
    relief = Crew(crew.vehicle, make.driver(hours=noon))
    with held(pickup.leaves_at + timedelta(minutes=30)):
        tour.man(relief)
        tour.arrange(tour.stops, relief)
        assert tour.stops[0] == pickup
        assert tour.stops[1].arrives_at > make.at(16)
        assert not [one for one in conflicts(tour, relief, []) if isinstance(one, DriverAbsent)]


def test_a_stop_that_was_agreed_otherwise_lies_ahead_again():
    job = make.job(delivery_until=make.at(23))
    crew = make.crew()
    tour = make.tour(crew, job)
    tour.state = "published"
    with held(tour.stops[0].leaves_at):
        job.pickup_from, job.pickup_until = make.at(14), make.at(16)
        tour.follow(job, crew, hold=True)
        assert tour.stops[0].starts_at == make.at(14)
        assert tour.behind() == []
