"""Ctrl-K before the real units: each thing by what is written on it, and nothing of anybody else."""

import re
from collections.abc import Iterator

import pytest
from tests.conftest import TestPlatform
from tests.portals.plain import faults
from tests.portals.transporter.day import AT, Day
from tests.portals.transporter.world import World
from tests.portals.world import Links

from rt.kernel.core.clock import held


@pytest.fixture(scope="module")
async def day(units: tuple[TestPlatform, Links]) -> Day:
    """What all tests here read and none changes."""
    return await Day(World(*units)).begin()


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with held(AT):
        yield


async def found(day: Day, q: str) -> list[str]:
    """Addresses of what a search finds."""
    answer = await day.browser.web.get("/search", params={"q": q})
    assert answer.status_code == 200
    assert faults(answer.text) == []
    assert "Sans réponse" not in answer.text
    part = answer.text.split('id="part"')[1].split("</main>")[0]
    return re.findall(r'<li><a href="([^"]+)"', part)


async def test_orders_and_their_notes_are_found_by_reference_and_place(day: Day) -> None:
    reference = day("{reference}")
    assert [one for one in await found(day, reference) if one.startswith("/orders/ord_")]
    assert [one for one in await found(day, "Vénissieux") if one.startswith("/orders/ord_")]
    assert [one for one in await found(day, "distri rhone") if "/cmr/" in one]


async def test_vehicles_drivers_partners_and_people_are_found_by_their_names(day: Day) -> None:
    listed = await day.browser.page("/fleet")
    plate = re.findall(r">([A-Z]{2}-\d{3}-[A-Z]{2})<", listed)[0]
    assert [one for one in await found(day, plate) if one.startswith("/fleet/")]
    assert any(one.startswith("/partners?q=") for one in await found(day, "forez"))
    assert any(one.startswith("/team?q=") for one in await found(day, "haddad"))
    assert "/fleet/new" in await found(day, "ajouter un véhicule")


async def test_nobody_elses_things_are_found(day: Day) -> None:
    stranger = day.world.anybody()
    other = await day.world.organization("Transports Ailleurs", "carrier")
    await stranger.sign_in(other.email)
    for q in (day("{reference}"), "Vénissieux", "forez"):
        text = (await stranger.web.get("/search", params={"q": q})).text
        assert f"Rien ne correspond à « {q} »." in text
