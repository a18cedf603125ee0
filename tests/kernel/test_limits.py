"""The limit of a sliding minute: exact alone, within 110 % over processes, cheap, safe without database."""

import random

import pytest
from tests.conftest import TestPlatform

from rt.kernel.core.errors import TooMany
from rt.kernel.storage.persistence import Database, connect
from rt.kernel.web.limits import Limiter


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


async def allowed(limiter: Limiter, bucket: str, limit: int) -> bool:
    try:
        await limiter.let(bucket, limit)
    except TooMany as refusal:
        return refusal.retry_after < 1
    return True


async def test_the_101st_request_of_a_minute_is_refused(database: Database) -> None:
    limiter = Limiter(database, Hand())
    verdicts = [await allowed(limiter, "user:1", 100) for _ in range(120)]
    assert verdicts == [True] * 100 + [False] * 20
    assert await allowed(limiter, "user:2", 100)


async def test_waiting_as_long_as_told_lets_through_again(database: Database) -> None:
    clock = Hand()
    limiter = Limiter(database, clock)
    for _ in range(100):
        await limiter.let("user:1", 100)
    with pytest.raises(TooMany) as refused:
        await limiter.let("user:1", 100)
    clock.at += refused.value.retry_after
    assert await allowed(limiter, "user:1", 100)


@pytest.mark.parametrize(("limit", "processes"), [(100, 2), (100, 17), (1000, 2), (1000, 8)])
async def test_no_sliding_minute_over_several_processes_exceeds_110_percent(
    platform: TestPlatform, limit: int, processes: int
) -> None:
    clock = Hand()
    limiters = [Limiter(platform.database("edge"), clock) for _ in range(processes)]
    chance = random.Random(limit * processes)
    let: list[float] = []
    for _ in range(limit * 3):
        clock.at += chance.expovariate(limit / 30)
        if await allowed(chance.choice(limiters), "ip:1", limit):
            let.append(clock.at)
    busiest = max(sum(1 for at in let if start <= at < start + 60) for start in let)
    assert limit * 0.8 <= busiest <= limit * 1.1


async def test_far_from_the_limit_few_requests_ask_the_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(database, Hand())
    asked = 0
    add = limiter._add

    async def counted(bucket: str, current: int, number: int) -> dict[int, int]:
        nonlocal asked
        asked += 1
        return await add(bucket, current, number)

    monkeypatch.setattr(limiter, "_add", counted)
    for _ in range(500):
        await limiter.let("ip:1", 1000)
    assert asked < 50


async def test_without_database_each_process_keeps_the_limit_alone(platform: TestPlatform) -> None:
    nowhere = Database(connect("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=1"), "x", "edge")
    limiter = Limiter(nowhere, Hand())
    verdicts = [await allowed(limiter, "user:1", 10) for _ in range(12)]
    assert verdicts == [True] * 10 + [False] * 2
