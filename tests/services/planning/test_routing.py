"""The search and its verifier on published instances and on small problems of every shape."""

import msgspec
import numpy as np
import pytest
from benchmarks.routing_instances import best_known, read
from hypothesis import given, settings
from hypothesis import strategies as st

from rt.services.planning.domain.routing.problem import (
    Answer,
    Call,
    Problem,
    Request,
    Route,
    Truck,
    Visit,
    cost_of,
)
from rt.services.planning.domain.routing.solver import alone, solve
from rt.services.planning.domain.routing.verifier import violations

LINE = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
"""Six places one unit apart on a line; 0 is the depot."""


def truck(**more):
    return Truck(**({"start": 0, "end": 0, "opens": 0, "closes": 100, "capacity": (10,)} | more))


def trip(start=1, end=3, load=4, opens=0, closes=100, **more):
    return Request(
        pickup=Call(start, opens, closes, 1), delivery=Call(end, opens, closes, 1), load=(load,), **more
    )


def problem(*requests, trucks=None):
    return Problem(costs=LINE, durations=LINE, requests=requests, trucks=tuple(trucks or [truck()]))


def route(*visits, truck=0):
    return Route(truck, tuple(Visit(number, pickup) for number, pickup in visits))


def rules(asked, answer):
    return {one.rule for one in violations(asked, answer)}


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("solomon", "C101"),
        ("solomon", "R202"),
        ("solomon", "RC207"),
        ("homberger_200", "c1_2_1"),
        ("homberger_200", "r2_2_4"),
        ("li_lim_100", "lc101"),
        ("li_lim_100", "lr204"),
        ("li_lim_100", "lrc101"),
    ],
)
def test_published_instances_are_solved_whole_without_a_violation(shared_data, folder, name):
    known = best_known(shared_data / "vrp")[name]
    trucks = known["solved_with_vehicles"] + 1 if folder.startswith("li") else None
    asked = read(shared_data / "vrp" / folder / f"{name}.txt", trucks)
    answer = solve(asked, 1.5)
    assert violations(asked, answer) == []
    assert answer.left_over == ()
    assert len(asked.requests) == (known["jobs"] // 2 if trucks else known["jobs"])


@st.composite
def problems(draw):
    """Small problems with two loads, skills, depots, half trips and windows that may not fit."""
    size = 6
    spots = draw(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=size, max_size=size))
    at = np.array(spots, dtype=float)
    matrix = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    skill = st.frozensets(st.sampled_from(["adr", "tail_lift"]), max_size=2)
    call = st.builds(
        lambda node, opens, width, service: Call(node, opens, opens + width, service),
        st.integers(1, size - 1), st.integers(0, 200), st.integers(0, 150), st.integers(0, 20),
    )  # fmt: skip
    load = st.tuples(st.integers(0, 8), st.integers(0, 5))
    whole = st.builds(
        lambda p, d, w, s: Request(pickup=p, delivery=d, load=w, skills=s), call, call, load, skill
    )
    half = st.builds(lambda d, w, s: Request(delivery=d, load=w, skills=s), call, load, skill)
    trucks = st.builds(
        lambda start, opens, capacity, skills, most: Truck(
            start=start, end=start, opens=opens, closes=opens + 300, capacity=capacity, skills=skills,
            most_cost=most,
        ),
        st.integers(0, 1), st.integers(0, 50), st.tuples(st.integers(4, 12), st.integers(3, 8)), skill,
        st.sampled_from([None, 120.0]),
    )  # fmt: skip
    return Problem(
        costs=matrix,
        durations=matrix,
        requests=tuple(draw(st.lists(st.one_of(whole, half), min_size=1, max_size=8))),
        trucks=tuple(draw(st.lists(trucks, min_size=1, max_size=3))),
        precision=100,
    )


@settings(max_examples=25, deadline=None)
@given(problems())
def test_no_answer_ever_breaks_a_rule(asked):
    answer = solve(asked, 0.15, patience=200)
    assert violations(asked, answer) == []
    for number in set(range(len(asked.requests))) - set(answer.left_over):
        assert any(alone(asked, asked.requests[number], one) is None for one in asked.trucks)


@settings(max_examples=60, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_verifier_notices_a_spoiled_answer(asked, chance):
    """A visit of a right answer dropped or doubled is always found."""
    answer = solve(asked, 0.02, patience=20)
    if not answer.routes or not answer.routes[0].visits:
        return
    first = answer.routes[0]
    visit = chance.choice(first.visits)
    spoiled = chance.choice(
        [
            tuple(one for one in first.visits if one != visit),
            (*first.visits, visit),
        ]
    )
    wrong = Answer(routes=(Route(first.truck, spoiled), *answer.routes[1:]), left_over=answer.left_over)
    assert "once" in rules(asked, wrong)


def test_a_delivery_before_its_pickup_is_found():
    asked = problem(trip())
    assert rules(asked, Answer(routes=(route((0, False), (0, True)),), left_over=())) == {"order"}


def test_a_change_of_trucks_is_found():
    asked = problem(trip(), trucks=[truck(), truck()])
    split = (route((0, True)), route((0, False), truck=1))
    assert rules(asked, Answer(routes=split, left_over=())) == {"same_truck"}


def test_too_much_on_board_at_one_point_is_found():
    asked = problem(trip(load=6), trip(load=6))
    both = route((0, True), (1, True), (0, False), (1, False))
    one_by_one = route((0, True), (0, False), (1, True), (1, False))
    assert rules(asked, Answer(routes=(both,), left_over=())) == {"capacity"}
    assert rules(asked, Answer(routes=(one_by_one,), left_over=())) == set()


def test_a_late_call_and_a_late_return_are_found():
    late = problem(trip(closes=2))
    assert rules(late, Answer(routes=(route((0, True), (0, False)),), left_over=())) == {"window"}
    long = problem(trip(end=5), trucks=[truck(closes=8)])
    assert rules(long, Answer(routes=(route((0, True), (0, False)),), left_over=())) == {"shift"}


def test_a_missing_skill_and_too_long_a_way_are_found():
    asked = problem(trip(skills=frozenset({"adr"})), trucks=[truck(most_cost=5)])
    assert rules(asked, Answer(routes=(route((0, True), (0, False)),), left_over=())) == {"skill", "cost"}


def test_what_no_truck_can_carry_is_left_over_and_the_rest_is_driven():
    asked = problem(trip(), trip(load=99), trip(skills=frozenset({"crane"})))
    answer = solve(asked, 0.2, patience=100)
    assert answer.left_over == (1, 2)
    assert violations(asked, answer) == []


def test_the_search_itself_keeps_to_skills_and_driving_time():
    near, able = truck(), truck(start=5, end=5, skills=frozenset({"crane"}))
    skilled = problem(trip(skills=frozenset({"crane"})), trucks=[near, able])
    assert [one.truck for one in solve(skilled, 0.2, patience=100).routes] == [1]
    both = problem(trip(opens=0, closes=6), trip(opens=20, closes=40, load=9), trucks=[truck(most_cost=7)])
    answer = solve(both, 0.2, patience=100)
    assert len(answer.left_over) == 1
    assert violations(both, answer) == []


def test_trips_within_one_place_cost_nothing_and_are_driven_all_the_same():
    free = msgspec.structs.replace(problem(trip()), costs=LINE * 0)
    assert solve(free, 0.2, patience=100).left_over == ()


def test_a_cheap_request_is_given_up_only_when_the_truck_is_full():
    """Two loads that exclude each other in time: one of them is driven, never none."""
    asked = problem(trip(opens=5, closes=6), trip(start=5, end=4, opens=5, closes=6))
    answer = solve(asked, 0.2, patience=100)
    assert len(answer.left_over) >= 1
    assert violations(asked, answer) == []


def test_the_cost_counts_the_way_out_and_home():
    asked = problem(trip())
    assert cost_of(asked, Answer(routes=(route((0, True), (0, False)),), left_over=())) == 6
    dear = msgspec.structs.replace(asked, trucks=(truck(fixed_cost=10),))
    assert cost_of(dear, Answer(routes=(route((0, True), (0, False)),), left_over=())) == 16
