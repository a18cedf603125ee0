"""Tours split after a breakdown: another truck takes what is left, what is on board changes trucks."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.planning import make
from tests.services.planning.test_tours_under_way import (
    accepted,
    after,
    gone,
    orders_of,
    published,
    put_aside,
    seen,
)

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.kernel.core.clock import held
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.splitting import split
from rt.services.planning.domain.stop import Stop
from rt.services.planning.domain.tour import Tour, new_tour
from rt.trade.places import Address, Site

REST_AREA = Site(name="Aire de Reims-Champagne", address=Address(postal_code="51100", city="Reims"))


async def asked(world, tour, position=1, crew=None, **more):
    vehicle, driver = crew or await world.crew()
    at = datetime.fromisoformat(tour["stops"][position]["arrives_at"]) + timedelta(hours=1)
    values = {
        "tour_id": tour["tour_id"],
        "version": tour["version"],
        "position": position,
        "vehicle_id": vehicle["vehicle_id"],
        "driver_id": driver["driver_id"],
        "site": REST_AREA,
        "at": at,
    }
    return contract.SplitTour(**(values | more))


def calls(tour):
    return [(stop["order_id"], stop["kind"], stop["transfer"]) for stop in tour["stops"]]


async def test_another_truck_takes_over_what_is_left_and_what_is_on_board(world):
    (one, job), (two, other) = await accepted(world), await accepted(world)
    tour = await published(world, job, other)
    with after(tour["stops"][0]):
        message = await asked(world, tour, late=True)
        status, fresh = await world.carrier.say(message)
        assert status == 201, fresh
    assert calls(await seen(world, tour)) == [
        (one.order_id, "pickup", False),
        (one.order_id, "delivery", True),
    ]
    assert calls(fresh)[0] == (one.order_id, "pickup", True)
    left = [(stop["order_id"], stop["kind"], False) for stop in tour["stops"][1:]]
    assert calls(fresh)[1:] == left
    assert (fresh["state"], fresh["vehicle_id"]) == ("published", message.vehicle_id)
    assert [stop["load_kg"] for stop in (await seen(world, fresh))["stops"]][-1] == 0
    for job_id in (job["job_id"], other["job_id"]):
        assert (await world.carrier.get(contract.GetJob(job_id=job_id)))["tour_id"] == fresh["tour_id"]
    told = {one["tour_id"]: one for one in await world.platform.emitted("planning.tour.published")}
    assert told[tour["tour_id"]]["left"] == [two.order_id]
    assert [stop["transfer"] for stop in told[fresh["tour_id"]]["stops"]] == [True, False, False, False]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"position": 0}, "nothing_done"),
        ({"position": 4}, "nothing_left"),
        ({"version": 99}, "version_stale"),
        ({"vehicle_id": "veh_nobodys"}, "reference_unknown"),
        ({"driver_id": "drv_nobodys"}, "reference_unknown"),
        ({"vehicle_id": None}, "same_truck"),
        ({"late": False}, "assignment_refused"),
    ],
)
async def test_a_split_that_cannot_be_is_refused_and_nothing_is_written(world, how, code):
    (_, job), (_, other) = await accepted(world), await accepted(world)
    tour = await published(world, job, other)
    with after(tour["stops"][0]):
        before = await seen(world, tour)
        at = datetime.fromisoformat(tour["stops"][-1]["window_until"])
        how = {name: tour["vehicle_id"] if value is None else value for name, value in how.items()}
        message = msgspec.structs.replace(await asked(world, tour, at=at, late=True), **how)
        assert await world.carrier.refused(message) == code
    assert await seen(world, tour) == before


async def test_a_draft_is_not_split_and_anothers_tour_is_unknown(world):
    _, job = await accepted(world)
    draft = await world.tour(job)
    assert await world.carrier.refused(await asked(world, draft)) == "tour_not_published"
    tour = await world.carrier.get(contract.PublishTour(tour_id=draft["tour_id"], version=draft["version"]))
    assert await world.office("another").refused(await asked(world, tour)) == "tour_unknown"


async def test_an_order_that_goes_after_the_split_leaves_the_truck_that_has_it(world):
    (_, job), (two, other) = await accepted(world), await accepted(world)
    tour = await published(world, job, other)
    with after(tour["stops"][0]):
        _, fresh = await world.carrier.say(await asked(world, tour, late=True))
        await world.emit(gone(two, lapsed=False))
        assert two.order_id not in orders_of(await seen(world, fresh))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True), st.data())
def test_both_trucks_have_what_they_load_and_between_them_every_call(jobs, data):
    """Wherever it breaks down, whatever is on board."""
    with held(make.at(5)):
        crew, rescue = make.crew(), Crew(make.vehicle(id="veh_2"), make.driver(id="drv_2"))
        stops = []
        for number in jobs:
            pickup, delivery = make.job(id=f"job_{number}").stops()
            where = data.draw(st.integers(0, len(stops)))
            stops.insert(where, pickup)
            stops.insert(data.draw(st.integers(where + 1, len(stops))), delivery)
        tour = new_tour("tur_1", crew, make.at(8).date())
        tour.arrange(stops, crew)
        tour.publish()
        position = data.draw(st.integers(1, len(stops) - 1))
        before = [(stop.job_id, stop.kind) for stop in tour.stops]
        fresh = split(tour, position, rescue, REST_AREA, make.at(12), "tur_2")
        both = [*tour.stops, *fresh.stops]
        assert [(stop.job_id, stop.kind) for stop in both if not stop.transfer] == before
        for one in (tour, fresh):
            aboard: list[str] = []
            for stop in one.stops:
                if stop.kind == "pickup":
                    aboard.append(stop.job_id)
                else:
                    aboard.remove(stop.job_id)
            assert not aboard, "what is loaded is unloaded, here or where it changes trucks"


async def broken_down(world):
    """A tour whose first order is on board as it breaks down, and the one of the other truck."""
    (one, job), (two, other) = await accepted(world), await accepted(world)
    tour = await published(world, job, other)
    with after(tour["stops"][0]):
        _, fresh = await world.carrier.say(await asked(world, tour, late=True))
    return tour, fresh, (one, job), (two, other)


async def test_an_order_on_board_that_changes_is_still_fetched_where_it_changes_trucks(world):
    tour, fresh, (one, _), _ = await broken_down(world)
    with after(tour["stops"][0]):
        until = one.stops[1].until_at + timedelta(hours=2)
        stops = [one.stops[0], msgspec.structs.replace(one.stops[1], until_at=until)]
        order = msgspec.structs.replace(one, stops=stops)
        await world.emit(
            core_orders.OrderAmended(
                order=order, change_id="chg_1", asked_by="owner", parts=["stops"], between=["owner"]
            )
        )
        again = await seen(world, fresh)
    assert calls(again) == calls(fresh)
    assert again["stops"][0]["site"]["name"] == REST_AREA.name
    mine = [stop for stop in again["stops"] if (stop["order_id"], stop["kind"]) == (one.order_id, "delivery")]
    assert datetime.fromisoformat(mine[0]["window_until"]) == until
    assert not await put_aside(world)


async def test_what_is_on_board_does_not_go_back_to_where_it_was_picked_up(world):
    tour, fresh, (one, job), (two, other) = await broken_down(world)
    with after(tour["stops"][0]):
        off = contract.UnassignJob(job_id=job["job_id"], tour_id=fresh["tour_id"])
        assert await world.carrier.refused(off) == "goods_between_trucks"
        back = contract.WithdrawTour(tour_id=fresh["tour_id"], version=fresh["version"])
        assert await world.carrier.refused(back) == "goods_between_trucks"
        await world.emit(gone(one, lapsed=False))
        assert one.order_id in orders_of(await seen(world, fresh)), "the goods are on the road"
        assert not await put_aside(world)
        off = contract.UnassignJob(job_id=other["job_id"], tour_id=fresh["tour_id"])
        await world.carrier.get(off)
    assert two.order_id not in orders_of(await seen(world, fresh))


async def test_a_truck_that_had_nothing_on_board_ends_where_it_was(world):
    """Where and when goods change trucks is nobody's business then."""
    (_, job), (_, other) = await accepted(world), await accepted(world)
    crew = await world.crew()
    tour = await published(world, job, crew=crew)
    tour = await world.carrier.get(
        contract.AssignJob(
            job_id=other["job_id"], tour_id=tour["tour_id"], tour_version=tour["version"],
            pickup_position=2, delivery_position=3,
        )
    )  # fmt: skip
    last = tour["stops"][1]
    with after(last):
        message = await asked(world, tour, position=2, late=True, at=make.at(24 * 200))
        fresh = await world.carrier.get(message)
        done = await seen(world, tour)
    assert done["ends_at"] == last["leaves_at"]
    assert fresh["stops"][0]["window_from"] == tour["stops"][2]["window_from"]


async def test_a_truck_that_breaks_down_on_its_second_day_is_followed_by_one_of_that_day(world):
    _, far = await accepted(world, delivery=make.site("Marseille"), delivery_until=make.at(60))
    tour = await published(world, far)
    with held(make.at(26)):
        message = await asked(world, tour, late=True, site=make.site("Lyon"), at=make.at(34))
        fresh = await world.carrier.get(message)
    assert fresh["day"] == "2026-06-03"
    assert datetime.fromisoformat(fresh["starts_at"]) >= make.at(26)


async def test_a_truck_that_broke_down_takes_nothing_more(world):
    tour, fresh, *_ = await broken_down(world)
    with after(tour["stops"][0]):
        another = await world.job()
        broken = await seen(world, tour)
        onto = contract.AssignJob(
            job_id=another["job_id"], tour_id=broken["tour_id"], tour_version=broken["version"]
        )
        assert await world.carrier.refused(onto) == "truck_broken_down"
        found = await world.carrier.get(contract.FindFits(job_id=another["job_id"], day=make.DAY))
        offered = {one["tour_id"] for one in found["items"]}
    assert fresh["tour_id"] in offered
    assert broken["tour_id"] not in offered


@pytest.mark.parametrize("hour", [-24, 24 * 200])
async def test_goods_do_not_change_trucks_before_the_tour_began_nor_months_later(world, hour):
    _, job = await accepted(world)
    tour = await published(world, job)
    with after(tour["stops"][0]):
        message = await asked(world, tour, late=True, at=make.at(hour))
        assert await world.carrier.refused(message) == "transfer_out_of_reach"


def aboard_and_balanced(tours: list[Tour]) -> None:
    """Every truck unloads what it loads, and what changes trucks leaves one where it boards the next."""
    between: dict[str, list[Stop]] = {}
    for tour in tours:
        aboard: list[str] = []
        for stop in tour.stops:
            if stop.kind == "pickup":
                aboard.append(stop.job_id)
            else:
                aboard.remove(stop.job_id)
            if stop.transfer:
                between.setdefault(stop.job_id, []).append(stop)
        assert not aboard
    for stops in between.values():
        off = sorted(stop.site.name for stop in stops if stop.kind == "delivery")
        assert off == sorted(stop.site.name for stop in stops if stop.kind == "pickup")


@given(st.lists(st.integers(1, 7), min_size=2, max_size=4), st.data())
def test_trucks_that_break_down_one_after_the_other_lose_nothing(breaks, data):
    with held(make.at(5)):
        crew = make.crew()
        tour = new_tour("tur_0", crew, make.at(8).date())
        jobs = [make.job(id=f"job_{n}") for n in range(3)]
        pairs = [job.stops() for job in jobs]
        tour.arrange([*(one for one, _ in pairs), *(two for _, two in pairs)], crew)
        tour.publish()
        tours = [tour]
        for number, position in enumerate(breaks, start=1):
            broken = tours[data.draw(st.integers(0, len(tours) - 1))]
            if position >= len(broken.stops):
                continue
            rescue = Crew(make.vehicle(id=f"veh_{number}"), make.driver(id=f"drv_{number}"))
            place = Site(name=f"Aire {number}", address=Address(postal_code="51100", city="Reims"))
            fresh = split(broken, position, rescue, place, make.at(12), f"tur_{number}")
            fresh.publish()
            tours.append(fresh)
            aboard_and_balanced(tours)
            holders = [one.id for one in tours for job_id in one.job_ids if job_id == "job_0"]
            assert len(holders) == 1, "each job is on one tour that has it"
        real = [(stop.job_id, stop.kind) for one in tours for stop in one.stops if not stop.transfer]
        assert sorted(real) == sorted((job.id, kind) for job in jobs for kind in ("pickup", "delivery"))
