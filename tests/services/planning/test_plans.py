"""The optimiser: one search at a time, met by whoever asks again, accepted as it was read or not at all."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.services.planning import make
from tests.services.planning.conftest import assign

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.kernel.core import offload
from rt.kernel.core.clock import held, now
from rt.kernel.core.tenancy import acting_for
from rt.services.planning.domain.plan import Plan
from rt.services.planning.store import PlanningStore

ASKED = contract.Optimise(day=make.DAY, days=1, budget_seconds=0.5)


@pytest.fixture(autouse=True)
async def workers():
    yield
    await offload.close()


def accept(plan):
    return contract.AcceptPlan(plan_id=plan["plan_id"], version=plan["version"])


def discard(plan):
    return contract.DiscardPlan(plan_id=plan["plan_id"], version=plan["version"])


async def emitted(world, order, **changed):
    """The order again, accepted with what has changed."""
    await world.emit(core_orders.TenderAccepted(order=msgspec.structs.replace(order, **changed)))


async def test_a_search_answers_at_once_and_its_plan_is_accepted_once(world):
    for town in ("Reims", "Amiens", "Rouen"):
        await world.job(delivery=town)
    await world.job(weight_kg=50_000)
    await world.crew()
    await world.crew()
    begun = await world.carrier.get(ASKED, **{"idempotency-key": "opt"})
    assert (begun["state"], begun["tours"], begun["progress"]) == ("running", [], 0)
    await world.platform.tick()
    plan = await world.carrier.get(contract.GetOptimisedPlan(plan_id=begun["plan_id"]))
    assert (plan["assigned"], plan["violations"], plan["state"], plan["progress"]) == (3, 0, "proposed", 1)
    assert plan["distance_km"] > 0
    assert [one["rule"] for one in plan["left_over"][0]["reasons"]] == ["over_capacity"]
    again = await world.carrier.get(ASKED, **{"idempotency-key": "opt"})
    assert (again["plan_id"], again["state"]) == (plan["plan_id"], "proposed")
    assert len((await world.carrier.get(contract.FindJobs()))["items"]) == 4
    await world.carrier.get(accept(plan), **{"idempotency-key": "yes"})
    assert (await world.carrier.get(accept(plan), **{"idempotency-key": "yes"}))["state"] == "accepted"
    day = await world.carrier.get(contract.GetPlan(day=make.DAY))
    assert sum(len(tour["stops"]) for tour in day["tours"]) == 6
    assert len(day["unplanned"]) == 1
    assert await world.carrier.refused(discard(plan)) == "plan_decided"


async def test_the_same_search_asked_again_meets_the_one_that_runs_and_another_waits(world):
    await world.job()
    await world.crew()
    answers = await asyncio.gather(*(world.carrier.get(ASKED) for _ in range(5)))
    assert len({one["plan_id"] for one in answers}) == 1
    other = msgspec.structs.replace(ASKED, days=2)
    assert await world.carrier.refused(other) == "search_running"
    assert (await world.office("another").get(other))["state"] == "running"
    await world.carrier.get(discard(answers[0]))
    assert (await world.carrier.get(other))["state"] == "running"
    await world.platform.tick()
    ended = await world.carrier.get(contract.GetOptimisedPlan(plan_id=answers[0]["plan_id"]))
    assert (ended["state"], ended["tours"]) == ("discarded", [])


async def test_a_search_shows_how_far_it_is(world):
    with acting_for("carrier"):
        plan = Plan(id="pln_1", day=make.DAY, days=1, budget_seconds=10, job_ids=[], turn="running")
        assert plan.view(now()).progress == 0
        plan.begin(now())
        assert plan.view(now() + timedelta(seconds=4)).progress == 0.4
        assert plan.view(now() + timedelta(minutes=4)).progress < 1


async def test_a_search_cut_off_by_a_restart_is_done_again(world):
    await world.job()
    await world.crew()
    begun = await world.carrier.get(ASKED)
    cut = asyncio.create_task(world.platform.instance("planning").scheduler.step())
    asked = contract.GetOptimisedPlan(plan_id=begun["plan_id"])
    async with asyncio.timeout(10):
        while (await world.carrier.get(asked))["version"] == 1:
            assert not cut.done()
    while not cut.done():  # the driver of the database may take one cancellation for a lost connection
        cut.cancel()
        await asyncio.wait([cut], timeout=0.01)
    await world.platform.tick()
    assert (await world.carrier.get(asked))["state"] == "running"
    with held(make.NOON_BEFORE + timedelta(minutes=3)):
        await world.platform.tick()
    plan = await world.carrier.get(asked)
    assert (plan["state"], plan["assigned"]) == ("proposed", 1)


async def test_a_search_that_was_cut_off_three_times_is_said_to_be_lost(world):
    begun = await world.carrier.get(ASKED)
    with acting_for("carrier"):
        async with PlanningStore(world.platform.database("planning")).plans.change(begun["plan_id"]) as plan:
            plan.begun = 3
    await world.platform.tick()
    plan = await world.carrier.get(contract.GetOptimisedPlan(plan_id=begun["plan_id"]))
    assert (plan["state"], plan["lost_to"]) == ("lost", "restarts")
    assert (await world.carrier.get(ASKED))["state"] == "running"


async def test_the_search_leaves_the_event_loop_free(world):
    for _ in range(6):
        await world.job()
    await world.crew()
    await world.carrier.get(msgspec.structs.replace(ASKED, budget_seconds=1))
    searching = asyncio.create_task(world.platform.tick())
    turns = 0
    while not searching.done():
        await asyncio.sleep(0.001)
        turns += 1
    await searching
    assert turns > 20


async def test_jobs_that_are_named_are_ours_and_free(world):
    job = await world.job()
    strange = await world.office("another").say(contract.Optimise(day=make.DAY, job_ids=[job["job_id"]]))
    unknown = await world.carrier.say(contract.Optimise(day=make.DAY, job_ids=["job_of_nobody"]))
    for status, answer in (strange, unknown):
        assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "reference_unknown", "job_ids")
    await world.tour(job)
    taken = contract.Optimise(day=make.DAY, job_ids=[job["job_id"]])
    assert await world.carrier.refused(taken) == "job_not_free"


async def test_a_plan_whose_job_was_taken_meanwhile_is_not_accepted_at_all(world):
    job = await world.job()
    await world.job()
    await world.crew()
    plan = await world.plan()
    crew = await world.crew()
    await world.carrier.get(assign(job, *crew))
    assert await world.carrier.refused(accept(plan)) == "job_not_free"
    assert len((await world.carrier.get(contract.GetPlan(day=make.DAY)))["tours"]) == 1


async def test_a_plan_worked_out_before_an_order_changed_says_what_changed(world):
    order = make.order()
    await emitted(world, order)
    await world.crew()
    plan = await world.plan()
    await emitted(world, order, pallets=9, weight_kg=3_000)
    status, answer = await world.carrier.say(accept(plan))
    assert (status, answer["code"]) == (409, "plan_outdated")
    said = [one["messages"]["fr"] for one in answer["errors"]]
    assert any("palettes" in one and "« 5 » à « 9 »" in one for one in said)
    assert any("2000 kg" in one and "3000 kg" in one for one in said)
    assert (await world.carrier.get(contract.GetPlan(day=make.DAY)))["tours"] == []


async def test_a_plan_whose_truck_starts_elsewhere_meanwhile_is_not_what_was_read(world):
    await world.job()
    vehicle, _driver = await world.crew()
    plan = await world.plan()
    moved = contract.EditVehicle(vehicle_id=vehicle["vehicle_id"], depot=make.site("Reims"))
    await world.carrier.get(moved, **{"if-match": '"1"'})
    _, answer = await world.carrier.say(accept(plan))
    assert [one["code"] for one in answer["errors"]] == ["tour_would_differ"]


async def test_a_plan_is_accepted_at_the_version_that_was_read(world):
    await world.job()
    await world.crew()
    plan = await world.plan()
    old = contract.AcceptPlan(plan_id=plan["plan_id"], version=1)
    assert await world.carrier.refused(old) == "version_stale"
    assert (await world.carrier.get(accept(plan)))["state"] == "accepted"


async def test_a_proposal_is_put_aside_at_the_version_that_was_read(world):
    await world.job()
    await world.crew()
    begun = await world.carrier.get(ASKED)
    await world.platform.tick()
    plan = await world.carrier.get(contract.GetOptimisedPlan(plan_id=begun["plan_id"]))
    assert plan["version"] > begun["version"]
    assert await world.carrier.refused(discard(begun)) == "version_stale"
    assert (await world.carrier.get(discard(plan)))["state"] == "discarded"


async def test_proposals_of_a_month_ago_are_forgotten(world):
    begun = await world.carrier.get(ASKED)
    await world.carrier.get(discard(begun))
    with held(make.NOON_BEFORE + timedelta(days=31)):
        await world.platform.tick()
    assert await world.carrier.refused(contract.GetOptimisedPlan(plan_id=begun["plan_id"])) == "plan_unknown"
