"""How long judging the positions of a day keeps the event loop: here, and in a process beside.

.venv/bin/python -m benchmarks.judging
"""

import asyncio
import time
from datetime import UTC, datetime

from rt.kernel.core import offload
from rt.services.tracking_ia.domain.judging import Call, judged
from rt.services.tracking_ia.domain.points import Fix, pack

BEGIN_MS = round(datetime(2026, 3, 2, 6, tzinfo=UTC).timestamp() * 1000)
HOURS = 10
STOPS = 12


def day(every_seconds: int) -> tuple[list[bytes], list[Call]]:
    """Ten hours around Lyon in hourly packs, a dozen stops of a quarter of an hour each."""
    places = [(45.5 + nth * 0.05, 4.8 + (nth % 3) * 0.04) for nth in range(STOPS)]
    contents = []
    for hour in range(HOURS):
        fixes = []
        for second in range(0, 3600, every_seconds):
            share = (hour * 3600 + second) / (HOURS * 3600) * (STOPS - 1)
            nth, within = int(share), min(1.0, (share % 1) * 1.5)
            a, b = places[nth], places[min(nth + 1, STOPS - 1)]
            place = a[0] + (b[0] - a[0]) * within, a[1] + (b[1] - a[1]) * within
            fixes.append(Fix(BEGIN_MS + (hour * 3600 + second) * 1000, *place, "dev_1", 60.0, 90.0))
        contents.append(pack(fixes))
    return contents, [Call(f"ord_{nth}", "delivery", place, None) for nth, place in enumerate(places)]


async def longest_pause(work: asyncio.Task[object]) -> float:
    """The longest the loop was kept from its other work meanwhile, in milliseconds."""
    longest, before = 0.0, time.perf_counter()
    while not work.done():
        await asyncio.sleep(0.0005)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return longest * 1000


async def here(contents: list[bytes], calls: list[Call]) -> object:
    return judged(contents, calls)


async def measure() -> None:
    await offload.run(judged, *day(60))
    print(f"{'a fix every':>12} {'fixes':>7} {'here ms':>8} {'beside ms':>10} {'loop kept ms':>13}")
    for every in (60, 30, 10, 5, 1):
        contents, calls = day(every)
        times = []
        for _ in range(7):
            started = time.perf_counter()
            judged(contents, calls)
            times.append(time.perf_counter() - started)
        started = time.perf_counter()
        beside = asyncio.create_task(offload.run(judged, contents, calls))
        kept = await longest_pause(beside)
        took = (time.perf_counter() - started) * 1000
        fixes = HOURS * 3600 // every
        print(f"{every:>10} s {fixes:>7} {sorted(times)[3] * 1000:>8.1f} {took:>10.1f} {kept:>13.1f}")
    await offload.close()


if __name__ == "__main__":
    asyncio.run(measure())
