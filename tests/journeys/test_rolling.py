"""R-13, R-14: a release rolls over two machines under load, no request fails; bad ones go back alone."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.conftest import free_place
from tests.journeys.fleet import LocalTown, Outcome, stored_movements, summary
from tests.journeys.load import Load, mixed
from tests.ops.variants import ANSWERS_5XX, FAILS_ITS_HEALTH_CHECK, MORE_FIELDS

REQUESTS = 20_000
RATE = 220
"""Requests per second; ASSURANCE R-13 asks for 200."""
ENOUGH_TO_JUDGE = 60
"""Requests per second by which a release is seen to answer 5xx: R-14 asks for a share, not for a number."""
ROLLBACK_SECONDS = 300
"""Specification: previous version in 5 minutes."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[LocalTown]:
    town = LocalTown(tmp_path)
    try:
        yield town
    finally:
        town.down()


@pytest.mark.xdist_group("journeys")
async def test_releases_roll_under_load(town: LocalTown, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(town.up, *free_place())
    good = town.variant("good", MORE_FIELDS, install=True)
    ill = town.variant("ill", FAILS_ITS_HEALTH_CHECK, install=True)
    broken = town.variant("broken", ANSWERS_5XX, install=True)
    shipper, carrier = await asyncio.to_thread(town.open_accounts)

    def load(run: str, rate: float, most: int) -> Load:
        return Load(town.port, shipper.token, mixed(carrier.organization, run), rate, most)

    troubled = load("troubled", ENOUGH_TO_JUDGE, 1_000_000)
    asking = asyncio.create_task(troubled.run())
    went_wrong = await town.command("deploy", "local", "--release", broken)
    troubled.stop()
    await asking
    assert (went_wrong.status, went_wrong.journal.state) == (1, "rolled_back"), went_wrong.said
    assert "palette answers 5xx" in went_wrong.journal.reason
    assert {fault.what[:3] for fault in troubled.faults} == {"500"}
    assert {fault.path for fault in troubled.faults} == {"/api/palettes/movements?limit=5"}
    by_broken = await asyncio.to_thread(stored_movements, shipper)
    assert by_broken.items() >= troubled.written.items(), "data written by the bad release is readable"

    steady = load("steady", RATE, REQUESTS)
    asking = asyncio.create_task(steady.run())
    unwell = await town.command("deploy", "local", "--release", ill)
    assert (unwell.status, unwell.journal.state) == (1, "rolled_back"), unwell.said
    assert "a is not well: palette" in unwell.journal.reason
    assert set(town.running().values()) == {town.first}
    rolled = await town.command("deploy", "local", "--release", good)
    assert (rolled.status, rolled.journal.state) == (0, "done"), rolled.said
    assert set(town.running().values()) == {good}
    await asking
    assert steady.faults == []
    assert steady.answered == REQUESTS
    stored = await asyncio.to_thread(stored_movements, shipper)
    assert stored == steady.written | by_broken, "no write is lost, none is doubled"
    with capsys.disabled():
        print(f"\nrolling deploy: {rolled.seconds:.0f} s; {summary(steady)}")
        for what, outcome in (("fails its health check", unwell), ("answers 5xx", went_wrong)):
            print(f"a release that {what}: back {since_bad(outcome):.0f} s after its first machine changed")
    assert max(since_bad(unwell), since_bad(went_wrong)) < ROLLBACK_SECONDS


def since_bad(outcome: Outcome) -> float:
    return outcome.seconds_from("drained")
