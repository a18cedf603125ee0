"""Processes that read the log together, stopped, continued and killed: every effect once, in its order."""

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from tests.conftest import ROOT, TestPlatform
from tests.journeys.walkers import LEASE, Diaries, Stepped, Walker

from rt.host.keys import UnitKeys
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.outbox import Outbox
from rt.kernel.storage.persistence import Collection

ROUNDS = 20
WALKERS = 12
READERS = 2


class Reader:
    """One process that reads, under a name of its own."""

    def __init__(self, words: list[str], name: str) -> None:
        self._command = [sys.executable, "-m", "tests.journeys.walkers", *words, name]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        out: IO[str] = self.process.stdout
        assert out.readline() == "ready\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


async def walk(walkers: Collection[Walker], ids: list[str], until: asyncio.Event) -> int:
    """Step with all walkers, over and over; how many steps each made."""
    steps = 0
    while not until.is_set():
        steps += 1
        for walker_id in ids:
            async with walkers.change(walker_id) as walker:
                walker.steps = steps
                walker.emit(Stepped(walker_id=walker_id, step=steps))
    return steps


async def disturb(readers: list[Reader], dice: random.Random) -> None:
    """Stop one for longer than its lease and let it go on, or kill it and start it again."""
    reader = dice.choice(readers)
    await asyncio.sleep(dice.uniform(0.05, 0.4))
    if dice.random() < 0.5:
        reader.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(LEASE.total_seconds() * dice.uniform(1.2, 1.8))
        reader.process.send_signal(signal.SIGCONT)
    else:
        reader.kill()
        await asyncio.to_thread(reader.start)


async def test_whoever_takes_over_in_the_middle_of_a_batch_every_effect_happens_once_and_in_order(
    mongod: str, platform: TestPlatform, unit_keys: UnitKeys, tmp_path: Path
) -> None:
    words = [mongod, platform.settings.mongodb_db, str(unit_keys._folder)]
    database = platform.database("palette")
    walkers, outbox = Collection(database, Walker, "walkers"), Outbox(database, platform.hub)
    await platform.prepare()
    ids = [f"wal_{n}" for n in range(WALKERS)]
    readers = [Reader(words, f"reader{n}") for n in range(READERS)]
    appending = asyncio.create_task(outbox.run())
    try:
        with acting_for("org_a"):
            for walker_id in ids:
                await walkers.add(Walker(id=walker_id))
            enough = asyncio.Event()
            walking = asyncio.create_task(walk(walkers, ids, enough))
            dice = random.Random(20261128)
            for _ in range(ROUNDS):
                await disturb(readers, dice)
            enough.set()
            steps = await walking
            diaries = Diaries(database).kept
            expected = [list(range(1, steps + 1))] * WALKERS
            for _ in range(300):
                found = [one.steps for one in await diaries.find({}, limit=WALKERS)]
                if found == expected:
                    break
                await asyncio.sleep(0.1)
        assert steps > ROUNDS
        assert found == expected
        assert await database["dead_letters"].count_documents({}) == 0
    finally:
        appending.cancel()
        for reader in readers:
            reader.kill()


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The readers import this very tree."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}/src:{ROOT}")
