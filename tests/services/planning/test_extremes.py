"""Nothing that can be said or was kept from before stops the platform: it is bounded, left out or said so."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.planning import make
from tests.services.planning.conftest import assign

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.kernel.core.tenancy import acting_for
from rt.services.planning.domain.accepted import job_of
from rt.services.planning.domain.distances import minutes_between, minutes_matrix
from rt.services.planning.domain.fits import best_fit, fits
from rt.services.planning.domain.planner import propose
from rt.services.planning.domain.tour import new_tour
from rt.services.planning.store import PlanningStore
from rt.trade.places import Address

FAR = datetime(3500, 3, 19, 8, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)).map(
    lambda at: at.replace(tzinfo=UTC)
)
REUNION = make.site(
    "Paris",
    name="Port",
    address=Address(city="Le Port", postal_code="97420"),
    latitude=-20.937,
    longitude=55.292,
)
AJACCIO = make.site(
    "Paris",
    name="Port",
    address=Address(city="Ajaccio", postal_code="20000"),
    latitude=41.927,
    longitude=8.737,
)
BASTIA = make.site(
    "Paris", name="Port", address=Address(city="Bastia", postal_code="20200"), latitude=42.703, longitude=9.45
)


def far_order(**more):
    """An order as it could be kept before dates were bounded."""
    return make.order(pickup_from=FAR, pickup_until=FAR + timedelta(hours=4), delivery_from=None,
                      delivery_until=None, **more)  # fmt: skip


async def test_a_job_of_the_year_3500_is_shown_as_out_of_reach_and_nothing_is_computed(world):
    order = far_order()
    await world.emit(core_orders.TenderAccepted(order=order))
    await world.crew()
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    assert [one["rule"] for one in job["obstacles"]] == ["out_of_reach"]
    assert "3500" in job["obstacles"][0]["fr"]
    fits_of = await world.carrier.get(contract.FindFits(job_id=job["job_id"], day=make.DAY))
    assert (fits_of["items"], fits_of["complete"]) == ([], True)
    assert [one["rule"] for one in fits_of["against"]] == ["out_of_reach"]


async def test_a_job_of_the_year_3500_is_assigned_nowhere_and_optimised_by_nobody(world):
    await world.emit(core_orders.TenderAccepted(order=far_order()))
    vehicle, driver = await world.crew()
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    _, refused = await world.carrier.say(assign(job, vehicle, driver))
    assert [one["code"] for one in refused["errors"]] == ["out_of_reach"]
    day = await world.carrier.get(contract.GetPlan(day=make.DAY))
    assert (day["unplanned"], day["counts"]["unplanned"]) == ([], 0)


@settings(max_examples=150, deadline=None)
@given(MOMENTS, MOMENTS, MOMENTS, MOMENTS)
def test_whatever_dates_an_order_once_had_its_job_is_tried_and_refused_or_placed(a, b, c, d):
    with acting_for("carrier"):
        order = make.order(pickup_from=a, pickup_until=b, delivery_from=c, delivery_until=d)
        job, crew = job_of(order, "job_1"), make.crew()
        job.view(make.NOON_BEFORE)
        fit = best_fit(job, new_tour("tour", crew, make.DAY), crew, [])
        fit.tour.hold()
        assert len(fit.tour.holds) <= 2 * 48 * 10 + 3
        propose([job], [crew], make.DAY, days=1, seconds=0.01, afterwards=0.1)


def test_an_order_of_the_last_day_of_the_calendar_without_an_end_is_heard():
    with acting_for("carrier"):
        last = datetime(9999, 12, 31, 23, tzinfo=UTC)
        order = make.order(pickup_from=last, pickup_until=None, delivery_from=None, delivery_until=None)
        assert job_of(order, "job_1").pickup_until == last


@pytest.mark.parametrize("day", ["0222-03-19", "0001-01-01", "9999-12-31", "3500-01-01"])
@pytest.mark.parametrize(
    "way",
    [
        "/api/planning/days/{day}",
        "/api/planning/jobs/x/fits?day={day}",
        "/api/planning/jobs/x/check?vehicle_id=a&driver_id=b&day={day}",
        "/api/planning/jobs?day={day}",
        "/api/planning/slots?day={day}",
        "/api/planning/docks/x/openings?day={day}",
        "/api/planning/orders/x/free-slots?kind=pickup&day={day}",
    ],
)
async def test_no_question_is_asked_of_a_day_that_no_truck_drives_on(world, way, day):
    answer = await world.carrier.client.get(way.format(day=day))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "day"


LINE = {"weekday": 0, "from_minute": 480, "until_minute": 720}


@pytest.mark.parametrize(
    ("way", "field", "value"),
    [
        ("docks", "hours", [LINE] * 22),
        ("docks", "accepts", ["dry"] * 4),
        ("docks", "serves", ["org_1"] * 51),
        ("drivers", "hours", [LINE] * 22),
        ("drivers", "skills", ["adr"] * 51),
        ("vehicles", "equipment", ["adr"] * 51),
        (
            "vehicles",
            "maintenance",
            [{"starts_at": "2026-06-02T08:00:00Z", "ends_at": "2026-06-02T09:00:00Z"}] * 101,
        ),
        ("optimise", "job_ids", ["job_1"] * 501),
    ],
)
async def test_every_list_has_a_longest(world, way, field, value):
    answer = await world.carrier.client.post(f"/api/planning/{way}", json={field: value})
    assert answer.status_code == 422
    assert field in answer.text


def test_places_are_looked_for_as_long_as_there_is_time_and_the_answer_says_so():
    with acting_for("carrier"):
        crews = [make.crew() for _ in range(4)]
        found = fits(make.job(), [], crews, make.DAY, [], seconds=0)
        assert (len(found.fits), found.complete) == (1, False)
        found = fits(make.job(), [], crews, make.DAY, [])
        assert (len(found.fits), found.complete) == (4, True)


async def test_many_crews_are_looked_at_in_a_process_beside_with_the_same_answer(world):
    """Far more than is answered at once: the answer comes from a worker, conflicts with both languages."""
    job = await world.job(weight_kg=9_500)
    with acting_for("carrier"):
        store = PlanningStore(world.platform.database("planning"))
        for number in range(70):
            await store.vehicles.add(
                make.vehicle(plate=f"ZZ-{number:03}-ZZ", capacity_kg=9_000 + 10 * number)
            )
            await store.drivers.add(make.driver())
    asked = contract.FindFits(job_id=job["job_id"], day=make.DAY, limit=50)
    found = await world.carrier.get(asked)
    assert [one["feasible"] for one in found["items"]][:20] == [True] * 20
    assert found["complete"]
    refused = next(one for one in found["items"] if not one["feasible"])
    assert refused["conflicts"][0]["rule"] == "over_capacity"
    assert refused["conflicts"][0]["fix_fr"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(42, 51), st.floats(-4, 8)), min_size=1, max_size=12))
def test_the_matrix_says_what_each_pair_says(points):
    sites = [make.site(latitude=lat, longitude=lon) for lat, lon in points]
    matrix = minutes_matrix(sites)
    for row, start in enumerate(sites):
        for column, end in enumerate(sites):
            assert abs(matrix[row, column] - minutes_between(start, end)) <= 1


def test_to_ajaccio_a_ship_is_taken_and_named_and_its_way_is_not_driven():
    with acting_for("carrier"):
        crew = make.crew()
        job = make.job("Lyon", delivery_until=make.at(200))
        job.delivery = AJACCIO
        fit = best_fit(job, new_tour("tour", crew, make.DAY), crew, [])
        assert [one for one in fit.conflicts if one.code == "sea_crossing"] == []
        assert fit.measured
        delivery = fit.tour.stops[-1]
        assert [one.name for one in delivery.ferries] == [one.name for one in fit.tour.ferries_home]
        (ship,) = delivery.ferries
        assert "Ajaccio" in ship.name
        assert ship.minutes > 300
        assert delivery.km_before < 600
        assert (
            sum((until - since).seconds // 60 for since, until in fit.tour.drives) == fit.tour.driving_minutes
        )
        aboard = [
            (since, until)
            for (_, since), (until, _) in pairwise(fit.tour.drives)
            if (until - since).seconds // 60 >= ship.minutes
        ]
        assert fit.tour.emissions() is None, "what the ship emits is not in the truck's kilometres"
        assert len(aboard) >= 2, "nobody is at the wheel while the ship sails, there and back"
        plan = propose([job, make.job()], [crew], make.DAY, days=1, seconds=0.1)
        assert [one.code for one in plan.left_over[job.id]] == ["by_ship"]
        assert len(plan.tours) == 1


def test_to_reunion_neither_road_nor_ship_leads():
    with acting_for("carrier"):
        crew = make.crew()
        job = make.job("Lyon", delivery_until=make.at(200))
        job.delivery = REUNION
        fit = best_fit(job, new_tour("tour", crew, make.DAY), crew, [])
        assert [one.code for one in fit.conflicts] == ["sea_crossing"]
        assert not fit.measured
        plan = propose([job, make.job()], [crew], make.DAY, days=1, seconds=0.1)
        assert [one.code for one in plan.left_over[job.id]] == ["sea_crossing"]


def test_corsican_goods_go_by_corsican_trucks():
    with acting_for("carrier"):
        paris, corsican = make.crew(), make.crew(depot=AJACCIO)
        job = make.job(delivery_until=make.at(18))
        job.pickup, job.delivery = AJACCIO, BASTIA
        plan = propose([job, make.job()], [paris, corsican], make.DAY, days=1, seconds=0.2)
        assert plan.left_over == {}
        by = {tour.vehicle_id: tour.job_ids for tour in plan.tours}
        assert by[corsican.vehicle.id] == [job.id]
        fit = best_fit(job, new_tour("tour", paris, make.DAY), paris, [])
        assert fit.tour.view().stops[0].ferries, "a truck from Paris takes the ship to fetch it"


async def test_fits_say_that_water_lies_between_and_leave_the_distance_open(world):
    order = make.order(delivery=REUNION)
    await world.emit(core_orders.TenderAccepted(order=order))
    vehicle, driver = await world.crew()
    (job,) = (await world.carrier.get(contract.FindJobs()))["items"]
    found = await world.carrier.get(contract.FindFits(job_id=job["job_id"], day=make.DAY))
    assert [one["rule"] for one in found["against"]] == ["sea_crossing"]
    check = contract.CheckAssignment(
        job_id=job["job_id"], vehicle_id=vehicle["vehicle_id"], driver_id=driver["driver_id"], day=make.DAY
    )
    assert (await world.carrier.get(check))["added_km"] is None


async def test_every_tour_that_is_over_is_closed_however_many_there_are(world):
    with acting_for("carrier"):
        store = PlanningStore(world.platform.database("planning"))
        crew = make.crew()
        for _ in range(430):
            tour = make.tour(crew, make.job(), day=date(2026, 3, 2))
            tour.ends_at, tour.state, tour.holds = make.at(0) - timedelta(days=3), "published", [tour.id]
            await store.tours.add(tour)
        await world.platform.tick()
        assert await store.tours.count({"state": "published"}) == 0
        assert await store.tours.count({"state": "done"}) == 430


async def test_an_order_called_12_is_found_among_hundreds_that_hold_a_12(world):
    orders = [make.order(reference=f"CMD-12{n:02}") for n in range(60)]
    wanted = make.order(reference="12", pickup_from=make.at(9))
    for order in [*orders, wanted]:
        with acting_for("carrier"):
            store = PlanningStore(world.platform.database("planning"))
            await store.jobs.add(job_of(order, f"job_{order.order_id}"))
    job = await world.carrier.get(contract.GetJobOfOrder(order_id=wanted.order_id))
    assert (job["reference"], job["order_id"]) == ("12", wanted.order_id)
    assert (
        await world.office("another").refused(contract.GetJobOfOrder(order_id=wanted.order_id))
        == "job_unknown"
    )


async def test_a_basket_longer_than_the_page_says_how_long_it_is_and_loses_no_job(world):
    with acting_for("carrier"):
        store = PlanningStore(world.platform.database("planning"))
        await asyncio.gather(*(store.jobs.add(make.job()) for _ in range(1_020)))
        last = await store.jobs.add(make.job(pickup_from=make.at(11)))
    day = await world.carrier.get(contract.GetPlan(day=make.DAY))
    assert (len(day["unplanned"]), day["counts"]["unplanned"]) == (200, 1_021)
    assert (await world.carrier.get(contract.GetJob(job_id=last.id)))["job_id"] == last.id
    seen, after = 0, ""
    while True:
        page = await world.carrier.get(contract.FindJobs(after=after, limit=200))
        seen, after = seen + len(page["items"]), page["next"]
        if not after:
            break
    assert seen == 1_021
