"""What stands against tours is worked out once for the same versions of what it follows from."""

import asyncio
from datetime import timedelta

import pytest
from tests.services.planning import make

from rt.contracts.planning import PeriodView
from rt.kernel.core.clock import held
from rt.services.planning.actions import computing
from rt.services.planning.actions.computing import Verdicts
from rt.services.planning.domain.beside import ChecksAsked, checks


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The tours of each question that was worked out."""
    heard: list[list[str]] = []

    def overheard(question: ChecksAsked) -> object:
        heard.append([tour.id for tour, _ in question.tours])
        return checks(question)

    monkeypatch.setattr(computing, "checks", overheard)
    return heard


def codes(found, tour):
    return {one.code for one in found[tour.id]}


async def test_an_unchanged_day_is_not_worked_out_again(asked):
    crew = make.crew()
    first, second = make.tour(crew, make.job()), make.tour(crew, make.job())
    verdicts, pairs = Verdicts(), [(first, crew), (second, crew)]
    once, again = await verdicts.of(pairs, []), await verdicts.of(pairs, [])
    assert once == again
    assert codes(again, first) == {"vehicle_busy", "driver_busy"}
    assert asked == [[first.id, second.id], []]


@pytest.mark.parametrize("part", ["tour", "vehicle", "driver", "other"])
async def test_whatever_changes_is_worked_out_anew(asked, part):
    crew, verdicts = make.crew(), Verdicts()
    tour, other = make.tour(crew, make.job()), make.tour(crew, make.job())
    await verdicts.of([(tour, crew)], [other])
    {"tour": tour, "vehicle": crew.vehicle, "driver": crew.driver, "other": other}[part].version += 1
    await verdicts.of([(tour, crew)], [other])
    assert asked == [[tour.id], [tour.id]]


async def test_a_tour_that_goes_or_comes_changes_what_stands_against_the_others():
    crew, verdicts = make.crew(), Verdicts()
    tour, other = make.tour(crew, make.job()), make.tour(crew, make.job())
    assert codes(await verdicts.of([(tour, crew)], []), tour) == set()
    assert codes(await verdicts.of([(tour, crew)], [other]), tour) == {"vehicle_busy", "driver_busy"}
    assert codes(await verdicts.of([(tour, crew)], []), tour) == set()


async def test_no_more_is_kept_than_the_last_day_when_there_are_too_many(asked, monkeypatch):
    monkeypatch.setattr(computing, "VERDICTS_KEPT", 2)
    verdicts, days = (
        Verdicts(),
        [[(make.tour(crew, make.job()), crew)] for crew in (make.crew() for _ in range(3))],
    )
    for day in [*days, days[2], days[0]]:
        await verdicts.of(day, [])
    assert [len(one) for one in asked] == [1, 1, 1, 0, 1]


async def test_what_lies_behind_by_now_stands_no_longer_against_a_tour():
    ill = PeriodView(starts_at=make.at(0), ends_at=make.at(23), reason="")
    crew, verdicts = make.crew(), Verdicts()
    tour = make.tour(crew, make.job())
    tour.state, crew.driver.absences = "published", [ill]
    with held(tour.starts_at - timedelta(hours=1)):
        before = await verdicts.of([(tour, crew)], [])
    with held(tour.stops[0].leaves_at):
        later, fresh = await verdicts.of([(tour, crew)], []), await Verdicts().of([(tour, crew)], [])
    said = [[str(one) for one in found[tour.id]] for found in (before, later, fresh)]
    assert said[1] == said[2]
    assert said[0] != said[2], "the first stop was served"


async def test_a_verdict_that_is_known_is_told_though_others_made_room_meanwhile(monkeypatch):
    monkeypatch.setattr(computing, "VERDICTS_KEPT", 1)
    verdicts = Verdicts()
    first, second, third = ((make.tour(crew, make.job()), crew) for crew in (make.crew() for _ in range(3)))
    await verdicts.of([first], [])
    begun, room = asyncio.Event(), asyncio.Event()

    async def slowly(answers, question):
        if second in question.tours:
            begun.set()
            await room.wait()
        return answers(question)

    monkeypatch.setattr(computing, "worked_out", slowly)
    both = asyncio.create_task(verdicts.of([first, second], []))
    await begun.wait()
    await verdicts.of([third], [])
    room.set()
    assert set(await both) == {first[0].id, second[0].id}
