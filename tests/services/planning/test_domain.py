"""Rules of tours, calendars, docks and slots."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.services.planning import make

from rt.contracts.planning import OpeningHours, PeriodView, WorkingHours
from rt.kernel.core.tenancy import acting_for
from rt.services.planning.domain.accepted import job_of
from rt.services.planning.domain.beside import ChecksAsked, checks
from rt.services.planning.domain.calendar_file import icalendar
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import SkillMissing, WindowMissed
from rt.services.planning.domain.docks import (
    BookedTooLate,
    Dock,
    DockClosed,
    DockOutOfUse,
    GoodsNotAccepted,
    SlotOffGrid,
)
from rt.services.planning.domain.fits import best_fit, try_at
from rt.services.planning.domain.fleet import AlreadyAway, PeriodReversed, crews
from rt.services.planning.domain.hours import HoursEmpty
from rt.services.planning.domain.job import JobNotFree
from rt.services.planning.domain.planner import propose, why_not
from rt.services.planning.domain.sequence import NoSuchStop, move
from rt.services.planning.domain.slots import Slot, SlotOver, TooEarlyForNoShow
from rt.services.planning.domain.tour import TourEmpty, TourNotDraft, TourOver
from rt.services.planning.domain.verifier import violations
from rt.trade.goods import Goods

TOWNS = st.sampled_from(sorted(make.TOWNS))
TRIPS = st.tuples(TOWNS, TOWNS, st.integers(6, 16), st.integers(1, 12))
NEAR = st.sampled_from(["Paris", "Reims", "Orléans", "Rouen", "Amiens"])


@pytest.fixture(autouse=True)
def carrier():
    with acting_for("carrier"):
        yield


def rules(tour, crew, others=(), derogation=""):
    return {one.code for one in conflicts(tour, crew, list(others), derogation)}


def holds(tours, crews_):
    return violations(
        tours, {one.vehicle.id: one.vehicle for one in crews_}, {one.driver.id: one.driver for one in crews_}
    )


def test_an_ordinary_tour_has_nothing_against_it():
    crew = make.crew()
    tour = make.tour(crew, make.job())
    assert rules(tour, crew) == set()
    assert holds([tour], [crew]) == []


def test_two_tours_of_one_vehicle_or_driver_may_not_overlap():
    crew = make.crew()
    first, second = make.tour(crew, make.job()), make.tour(crew, make.job())
    assert rules(second, crew, [first]) == {"vehicle_busy", "driver_busy"}


def test_tours_that_are_checked_together_stand_against_each_other():
    crew = make.crew()
    first, second, alone = (make.tour(one, make.job()) for one in (crew, crew, make.crew()))
    asked = ChecksAsked(tours=[(first, crew), (second, crew)], others=[alone])
    for found in checks(asked):
        assert {one.code for one in found} == {"vehicle_busy", "driver_busy"}
    assert {one.rule for one in holds([first, second], [crew])} == {"vehicle_twice", "driver_twice"}
    first.withdraw()
    assert rules(second, crew, [first]) == set()


@pytest.mark.parametrize(
    ("load", "unit"),
    [({"weight_kg": 10_001}, "kg"), ({"pallets": 19}, "pal"), ({"loading_metres": 7.3}, "ml")],
)
def test_each_dimension_of_capacity_counts(load, unit):
    crew = make.crew()
    tour = make.tour(crew, make.job(**load))
    (against,) = conflicts(tour, crew, [])
    assert (against.code, against.values["unit"]) == ("over_capacity", unit)
    assert "capacity" in {one.rule for one in holds([tour], [crew])}


def test_capacity_is_checked_at_every_point_not_as_a_sum():
    crew = make.crew()
    loads = [make.job(weight_kg=6_000), make.job(weight_kg=6_000)]
    apart = make.tour(crew, *loads)
    assert "over_capacity" not in rules(apart, crew)
    (a, b), (c, d) = loads[0].stops(), loads[1].stops()
    apart.arrange([a, c, b, d], crew)
    assert "over_capacity" in rules(apart, crew)


def test_a_late_arrival_names_minutes_and_a_fix_in_both_languages():
    crew = make.crew()
    tour = make.tour(crew, make.job(delivery="Lyon", delivery_until=make.at(10)))
    (against,) = conflicts(tour, crew, [])
    shown = against.conflict_view()
    assert shown.rule == "window_missed"
    assert int(shown.figures["minutes"]) > 0
    assert "retard" in shown.fr
    assert "late" in shown.en
    assert shown.fix_fr
    assert shown.fix_en
    assert "window" in {one.rule for one in holds([tour], [crew])}


def test_lateness_is_said_in_hours_where_it_has_some():
    late = [WindowMissed(place=1, reference="C-1", at="", closes="", minutes=n).says("fr") for n in (45, 900)]
    assert "45 min de retard" in late[0]
    assert "15 h 00 de retard" in late[1]


def test_a_skill_may_be_the_vehicles_or_the_drivers():
    needs = make.job(requirements=["adr", "tail_lift"])
    assert rules(make.tour(lacks := make.crew(), needs), lacks) == {"skill_missing"}
    emitted = SkillMissing(reference="C-1", skill="tail_lift", plate="GH-218-KL", name="Zoé")
    assert emitted.conflict_view().fr == "C-1 exige un hayon : ni GH-218-KL ni Zoé ne l'ont."
    assert emitted.says("en").endswith("Take a vehicle or driver with a tail lift.")
    able = make.crew(equipment=["tail_lift"], driver_skills=["adr"])
    assert rules(make.tour(able, needs), able) == set()
    assert "skill" in {one.rule for one in holds([make.tour(lacks, needs)], [lacks])}


def test_nobody_drives_on_a_day_off_or_in_an_absence():
    crew = make.crew()
    sunday = date(2026, 6, 7)
    job = make.job(
        pickup_from=make.at(7, sunday), pickup_until=make.at(12, sunday),
        delivery_from=make.at(8, sunday), delivery_until=make.at(23, sunday),
    )  # fmt: skip
    assert "driver_absent" in rules(make.tour(crew, job, day=sunday), crew)
    away = make.crew(driver_absences=[PeriodView(starts_at=make.at(0), ends_at=make.at(24), reason="congé")])
    (against,) = conflicts(make.tour(away, make.job()), away, [])
    assert (against.code, against.values["reason"]) == ("driver_absent", "congé")
    assert "calendar" in {one.rule for one in holds([make.tour(away, make.job())], [away])}


def test_a_vehicle_in_the_workshop_stays_there():
    crew = make.crew(maintenance=[PeriodView(starts_at=make.at(9), ends_at=make.at(11), reason="mines")])
    tour = make.tour(crew, make.job())
    assert rules(tour, crew) == {"vehicle_in_maintenance"}
    assert {one.rule for one in holds([tour], [crew])} == {"maintenance"}


def test_a_heavy_truck_does_not_drive_on_a_holiday_without_a_derogation():
    holiday = date(2026, 7, 14)
    times = {
        "pickup_from": make.at(7, holiday), "pickup_until": make.at(12, holiday),
        "delivery_from": make.at(8, holiday), "delivery_until": make.at(18, holiday),
    }  # fmt: skip
    crew, light = make.crew(), make.crew(gross_weight_t=7.5)
    tour = make.tour(crew, make.job(**times), day=holiday)
    assert rules(tour, crew) == {"truck_banned"}
    assert {one.rule for one in holds([tour], [crew])} == {"ban"}
    assert rules(tour, crew, derogation="perishables") == set()
    tour.derogation = "perishables"
    assert holds([tour], [crew]) == []
    assert rules(make.tour(light, make.job(**times), day=holiday), light) == set()


def test_a_derogation_heals_nothing_but_a_ban():
    crew = make.crew()
    tour = make.tour(crew, make.job(weight_kg=20_000))
    assert rules(tour, crew, derogation="perishables") == {"over_capacity"}


def test_a_delivery_before_its_pickup_is_refused():
    crew, job = make.crew(), make.job()
    tour = make.tour(crew, job)
    tour.arrange(move(tour.stops, 0, 1), crew)
    assert "delivered_before_pickup" in rules(tour, crew)
    assert "pickup_first" in {one.rule for one in holds([tour], [crew])}


def test_a_place_without_coordinates_is_named():
    crew, job = make.crew(), make.job()
    job.pickup = make.site(latitude=None, longitude=None)
    assert "place_unknown" in rules(make.tour(crew, job), crew)


def test_what_is_out_of_service_is_not_planned():
    crew = make.crew(active=False)
    assert rules(make.tour(crew, make.job()), crew) == {"out_of_service"}


def test_long_ways_have_their_break_and_nights_their_rest():
    crew = make.crew()
    tomorrow = make.DAY + timedelta(days=1)
    tour = make.tour(
        crew, make.job("Paris", "Marseille", delivery_from=make.at(8), delivery_until=make.at(18, tomorrow))
    )
    gaps = [after[0] - before[1] for before, after in zip(tour.drives, tour.drives[1:], strict=False)]
    assert timedelta(minutes=45) in gaps
    assert max(gaps) >= timedelta(hours=11)
    assert holds([tour], [crew]) == []


def test_a_tour_leaves_as_late_as_its_first_window_lets_it():
    crew = make.crew()
    tour = make.tour(crew, make.job(pickup_from=make.at(10), pickup_until=make.at(12)))
    assert tour.stops[0].arrives_at == make.at(10)
    assert tour.starts_at <= make.at(10)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TOWNS, TOWNS, st.integers(6, 16), st.integers(1, 12)), min_size=1, max_size=4),
    st.data(),
)
def test_hand_made_tours_and_the_verifier_agree(trips, data):
    """What the check lets pass the verifier lets pass too, and what it refuses the verifier refuses."""
    crew = make.crew()
    jobs = [
        make.job(a, b, pickup_from=make.at(h), pickup_until=make.at(h + 3), pallets=p, weight_kg=900 * p)
        for a, b, h, p in trips
    ]
    tour = make.tour(crew, *jobs)
    tour.arrange(data.draw(st.permutations(tour.stops)), crew)
    assert bool(conflicts(tour, crew, [])) == bool(holds([tour], [crew]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NEAR, NEAR), min_size=0, max_size=3), NEAR, NEAR)
def test_the_best_fit_is_the_best_of_all_places(trips, pickup, delivery):
    crew = make.crew()
    wide = {"pickup_until": make.at(18)}
    tour = make.tour(crew, *(make.job(a, b, **wide) for a, b in trips))
    job = make.job(pickup, delivery, **wide)
    every = [
        try_at(job, tour, crew, [], first, second)
        for first in range(len(tour.stops) + 1)
        for second in range(first + 1, len(tour.stops) + 2)
    ]
    allowed = [fit.added_km for fit in every if not fit.conflicts]
    best = best_fit(job, tour, crew, [])
    assert bool(allowed) == (not best.conflicts)
    if allowed:
        assert best.added_km == pytest.approx(min(allowed), abs=0.11)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(NEAR, TOWNS, st.integers(6, 14), st.booleans(), st.integers(1, 15), st.booleans()),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 3),
    st.sampled_from([date(2026, 6, 2), date(2026, 6, 5), date(2026, 7, 13)]),
)
def test_a_proposed_plan_never_breaks_a_rule_and_loses_no_job(trips, trucks, day):
    """Also before a weekend and before a public holiday."""
    later = day + timedelta(days=1)
    jobs = [
        make.job(
            a, b, pickup_from=make.at(h, day), pickup_until=make.at(h + 4, day),
            delivery_from=make.at(8, later if overnight else day),
            delivery_until=make.at(18, later if overnight else day),
            pallets=p, weight_kg=700 * p, loading_metres=0.4 * p, requirements=["tail_lift"] if lift else [],
        )
        for a, b, h, overnight, p, lift in trips
    ]  # fmt: skip
    manned = [make.crew(equipment=["tail_lift"] if n == 0 else []) for n in range(trucks)]
    plan = propose(jobs, manned, day, days=2, seconds=0.1)
    assert holds(plan.tours, manned) == []
    on_tour = [job_id for tour in plan.tours for job_id in tour.job_ids]
    assert sorted([*on_tour, *plan.left_over]) == sorted(job.id for job in jobs)
    assert all(plan.left_over.values())


def test_a_load_of_the_evening_is_delivered_the_next_morning():
    tomorrow = make.DAY + timedelta(days=1)
    job = make.job(
        "Paris", "Lyon", pickup_from=make.at(15), pickup_until=make.at(17),
        delivery_from=make.at(8, tomorrow), delivery_until=make.at(12, tomorrow),
    )  # fmt: skip
    crew = make.crew()
    plan = propose([job], [crew], make.DAY, days=2, seconds=0.2)
    assert [tour.job_ids for tour in plan.tours] == [[job.id]]
    assert plan.tours[0].ends_at > make.at(12, tomorrow)


def test_what_the_calendar_refuses_is_taken_off_the_plan():
    """Work that the search runs through the night waits for the morning in truth, and makes the next late."""
    tomorrow = make.DAY + timedelta(days=1)
    crew = make.crew()
    job = make.job(
        "Paris", "Paris", pickup_from=make.at(18.75), pickup_until=make.at(18, tomorrow),
        delivery_from=make.at(6.2, tomorrow), delivery_until=make.at(6.34, tomorrow),
    )  # fmt: skip
    plan = propose([job], [crew], make.DAY, days=2, seconds=0.2)
    assert holds(plan.tours, [crew]) == []
    assert [one.code for one in plan.left_over[job.id]] == ["window_missed"]


def test_what_is_left_over_says_why():
    crew = make.crew()
    reasons = {
        "over_capacity": make.job(weight_kg=30_000),
        "skill_missing": make.job(requirements=["crane"]),
        "window_missed": make.job("Marseille", "Lille", delivery_until=make.at(9)),
    }
    plan = propose(list(reasons.values()), [crew], make.DAY, days=1, seconds=0.2)
    assert plan.tours == []
    for rule, job in reasons.items():
        assert rule in {one.code for one in plan.left_over[job.id]}
    assert why_not(make.job(), [], make.DAY, 1, [])[0].code == "nobody_there"


def test_what_would_fit_alone_but_found_no_room_says_that():
    same = {"pickup_from": make.at(8), "pickup_until": make.at(8.5), "pallets": 18}
    jobs = [make.job("Paris", "Reims", **same), make.job("Paris", "Rouen", **same)]
    plan = propose(jobs, [make.crew()], make.DAY, days=1, seconds=0.2)
    assert [[one.code for one in why] for why in plan.left_over.values()] == [["no_room_left"]]


def test_usual_drivers_come_first_and_nobody_drives_twice():
    drivers = [make.driver(), make.driver()]
    vehicles = [make.vehicle(), make.vehicle(usual_driver_id=drivers[0].id), make.vehicle()]
    found = crews(vehicles, drivers, make.at(0), make.at(24))
    assert [(one.vehicle.id, one.driver.id) for one in found] == [
        (vehicles[1].id, drivers[0].id),
        (vehicles[0].id, drivers[1].id),
    ]


def test_an_absence_is_noted_once_and_taken_back():
    driver = make.driver()
    driver.leave(PeriodView(starts_at=make.at(0), ends_at=make.at(24)))
    with pytest.raises(AlreadyAway):
        driver.leave(PeriodView(starts_at=make.at(12), ends_at=make.at(30)))
    with pytest.raises(PeriodReversed):
        driver.leave(PeriodView(starts_at=make.at(50), ends_at=make.at(49)))
    assert driver.shifts(make.at(0), make.at(24)) == []
    driver.come_back(make.at(0))
    assert driver.shifts(make.at(0), make.at(24)) == [(make.at(6), make.at(19))]


def test_a_shift_is_never_longer_than_thirteen_hours():
    driver = make.driver(hours=[WorkingHours(weekday=1, from_minute=240, until_minute=1320)])
    ((start, end),) = driver.shifts(make.at(0), make.at(24))
    assert end - start == timedelta(hours=13)


def test_a_tour_goes_from_draft_to_published_to_withdrawn():
    crew = make.crew()
    tour = make.tour(crew, make.job())
    tour.publish()
    (emitted,) = tour.emitted
    assert (emitted.carrier_id, [stop.kind for stop in emitted.stops]) == ("carrier", ["pickup", "delivery"])
    with pytest.raises(TourNotDraft):
        tour.publish()
    tour.withdraw()
    assert tour.holds == [tour.id]
    assert tour.emitted[-1].order_ids == [emitted.stops[0].order_id]
    with pytest.raises(TourOver):
        tour.withdraw()
    with pytest.raises(TourEmpty):
        make.tour(crew).publish()
    with pytest.raises(NoSuchStop):
        move([], 0, 1)


def test_a_job_is_on_one_tour_alone():
    job = make.job()
    job.plan("tour_1")
    job.plan("tour_1")
    with pytest.raises(JobNotFree):
        job.plan("tour_2")
    job.free()
    assert job.state == "unplanned"


def test_an_order_without_times_gets_open_windows_and_its_town():
    order = make.order(pickup_from=None, pickup_until=None, delivery_from=None, delivery_until=None)
    job = job_of(order, "job_1")
    assert job.pickup_from < job.pickup_until
    assert job.delivery_from < job.delivery_until
    town = make.site("Lyon", latitude=None, longitude=None)
    assert job_of(make.order(), "job_2").pickup.latitude
    found = job_of(make.order_at(town), "job_3").pickup
    assert (round(found.latitude), round(found.longitude)) == (46, 5)


def test_goods_choose_their_dock():
    assert job_of(make.order(), "j").goods_type == "dry"
    cold = make.order(goods=[Goods(description="yaourt", temperature_max_c=4)])
    assert job_of(cold, "j").goods_type == "temperature"
    assert job_of(make.order(goods=[Goods(description="acide", un_number="1830")]), "j").goods_type == "adr"


def dock(**more):
    weekdays = [OpeningHours(weekday=day, from_minute=480, until_minute=720) for day in range(5)]
    values = {
        "id": "dck_1",
        "org_id": "consignee",
        "name": "Quai 1",
        "site": make.site("Reims"),
        "hours": weekdays,
    }
    return Dock(**(values | more))


def slot(**more):
    at = dock()
    made = Slot(
        id="slt_1", org_id="consignee", order_id="ord_1", reference="R1", kind="delivery", dock_id="dck_1",
        dock_name="Quai 1", site=at.site, carrier_id="carrier", carrier_name="Martin", vehicle_plate="",
        pallets=10, goods_type="dry", day=make.DAY, starts_at=make.at(8), ends_at=make.at(9), door=1,
        cells=[],
    )  # fmt: skip
    made.place(at, 1, make.at(8))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_a_slot_is_as_long_as_its_pallets_take():
    assert dock().duration(0) == timedelta(minutes=30)
    assert dock().duration(10) == timedelta(minutes=30)
    assert dock().duration(11) == timedelta(hours=1)
    assert dock(step_minutes=15).duration(10) == timedelta(minutes=30)


def test_slots_lie_on_the_grid_within_the_opening_hours():
    starts = dock().starts(make.DAY, timedelta(hours=1))
    assert starts[0] == make.at(8)
    assert starts[-1] == make.at(11)
    assert dock().starts(date(2026, 6, 7), timedelta(hours=1)) == []


def test_a_dock_refuses_what_it_does_not_do():
    at, hour, early = dock(), timedelta(hours=1), make.NOON_BEFORE
    at.check(make.at(8), hour, "dry", early)
    with pytest.raises(DockClosed):
        at.check(make.at(11.5), hour, "dry", early)
    with pytest.raises(SlotOffGrid):
        at.check(make.at(8.1), hour, "dry", early)
    with pytest.raises(GoodsNotAccepted):
        at.check(make.at(8), hour, "adr", early)
    with pytest.raises(BookedTooLate):
        at.check(make.at(8), hour, "dry", make.at(6.01))
    with pytest.raises(DockOutOfUse):
        dock(active=False).check(make.at(8), hour, "dry", early)
    with pytest.raises(HoursEmpty):
        dock(hours=[OpeningHours(weekday=0, from_minute=600, until_minute=600)]).settle()


def test_after_the_cut_off_the_next_day_is_closed():
    at = dock(cut_off_minute=15 * 60)
    eve = make.DAY - timedelta(days=1)
    assert at.bookable_until(make.at(8)) == make.at(15, eve)
    assert at.bookable_until(make.at(8)) < dock().bookable_until(make.at(8))


@settings(max_examples=200)
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 8),
    st.integers(0, 8),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_two_slots_share_a_cell_exactly_when_they_overlap_at_one_door(door, other, a, b, long, longer):
    at, half = dock(), timedelta(minutes=30)
    one = at.cells(door, make.at(8) + a * half, long * half)
    two = at.cells(other, make.at(8) + b * half, longer * half)
    overlap = door == other and a < b + longer and b < a + long
    assert bool(set(one) & set(two)) == overlap


def test_a_slot_given_back_holds_nothing_but_itself():
    made = slot()
    made.cancel("camion en panne")
    assert made.cells == ["slt_1"]
    assert made.emitted[-1].reason == "cancelled: camion en panne"
    with pytest.raises(SlotOver):
        made.cancel("encore")


def test_half_an_hour_after_its_slot_a_truck_is_late_and_only_then_missed():
    on_time, late, absent = slot(), slot(), slot()
    on_time.arrive(make.at(8.5), "AB-123-CD")
    late.arrive(make.at(8.6), "")
    assert (on_time.state, late.state, late.view("consignee").minutes_late) == ("arrived", "late", 36)
    with pytest.raises(TooEarlyForNoShow):
        absent.miss(make.at(8.4))
    absent.miss(make.at(8.5))
    assert (absent.state, absent.cells) == ("no_show", ["slt_1"])


@settings(max_examples=100)
@given(st.text(min_size=0, max_size=300))
@example("é" * 80)
def test_a_calendar_file_folds_and_escapes_as_rfc_5545_says(text):
    made = slot(reference=text)
    content = icalendar(made)
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and line.decode() is not None for line in lines)
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    unfolded = content.replace(b"\r\n ", b"").decode()
    (summary,) = [line for line in unfolded.split("\r\n") if line.startswith("SUMMARY:")]
    assert re.search(r"(?<!\\)(\\\\)*[,;]", summary[8:]) is None
    plain = summary[8:].replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    if text and not {"\\", "\r"} & set(text):
        assert text in plain


def test_a_calendar_file_names_the_slot_in_utc():
    content = icalendar(slot()).decode()
    assert "DTSTART:20260602T060000Z" in content
    assert "DTEND:20260602T063000Z" in content
    assert "STATUS:CONFIRMED" in content
    assert datetime(2026, 6, 2, 6, tzinfo=UTC) == make.at(8)
