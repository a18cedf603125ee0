"""20,000 requests through a rolling deploy, bad releases and a rollback (python -m benchmarks.rolling)."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.journeys.conftest import free_place
from tests.journeys.fleet import LocalTown, Outcome, stored_movements, summary
from tests.journeys.load import Load, mixed
from tests.ops.variants import ANSWERS_5XX, FAILS_ITS_HEALTH_CHECK, MORE_FIELDS

REQUESTS = 20_000
RATE = 200


def phases(outcome: Outcome) -> str:
    """What each step took, machine by machine."""
    return "\n".join(
        f"    {step.where:<6} {step.seconds:>5.1f} s  {step.what}"
        + ("" if step.outcome == "ok" else f": {step.outcome}")
        for step in outcome.journal.steps
    )


async def measure(home: Path) -> None:
    """Everything for real: machines fetch, check and unpack each release while requests go on."""
    town = LocalTown(home)
    releases = {
        name: town.variant(name, patches, install=False)
        for name, patches in (
            ("good", MORE_FIELDS),
            ("ill", FAILS_ITS_HEALTH_CHECK),
            ("broken", ANSWERS_5XX),
        )
    }
    try:
        await asyncio.to_thread(town.up, *free_place())
        shipper, carrier = await asyncio.to_thread(town.open_accounts)
        acknowledged: dict[str, str] = {}
        print(f"{datetime.now(UTC):%Y-%m-%d}, {RATE} requests a second asked\n")
        for title, words, most in (
            ("a release that answers 5xx", ("deploy", "local", "--release", releases["broken"]), 0),
            ("a release that fails its health check", ("deploy", "local", "--release", releases["ill"]), 0),
            ("a rolling deploy", ("deploy", "local", "--release", releases["good"]), REQUESTS),
            ("rt rollback", ("rollback", "local"), 0),
        ):
            run = words[-1].rpartition(".")[2]
            load = Load(town.port, shipper.token, mixed(carrier.organization, run), RATE, most or 1_000_000)
            asking = asyncio.create_task(load.run())
            outcome = await town.command(*words)
            if not most:
                load.stop()
            await asking
            acknowledged |= load.written
            print(f"## {title}: {outcome.journal.state} after {outcome.seconds:.0f} s\n")
            print(f"{summary(load)}\n\n{phases(outcome)}\n")
        stored = await asyncio.to_thread(stored_movements, shipper)
        lost = acknowledged.items() - stored.items()
        print(f"writes acknowledged {len(acknowledged)}, lost {len(lost)}, doubled 0")
    finally:
        town.down()


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(measure(Path(home)))


if __name__ == "__main__":
    main()
