"""What a flood of logins does to everybody else (A-34), and whether time tells who has an account (A-33).

Run: .venv/bin/python benchmarks/logins.py [seconds of flood] [samples]; it prints the tables of logins.md.
The baselines, in the same run: the other route without a flood, and an account that nobody has.
"""

import asyncio
import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator

import httpx

from rt.ops.actors import Stage
from rt.ops.world import ADMIN_EMAIL, CARRIERS, OTHERS, SHIPPERS

RATE = 50
"""Logins a second."""
PROBES = 10
"""Requests a second on another route meanwhile."""
WRONG = "pas le bon mot de passe"
CHANCE = random.Random(7)


def start(home: str) -> tuple[subprocess.Popen[str], str]:
    shift = random.SystemRandom().randrange(6_000, 24_400, 200)
    place = ["--port", str(8080 + shift), "--shift", str(shift), "--data", home, "--demo"]
    own = {"PYTHONUNBUFFERED": "1", "COLUMNS": "200", "RT_TRUSTED_PROXIES": "1", "RT_USER_LIMIT": "100000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "rt.ops.command", "up", *place],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **own},
    )
    for line in process.stdout or ():
        if "password of all" in line:
            return process, f"http://127.0.0.1:{8080 + shift}"
    raise SystemExit("the platform did not start")


def somewhere() -> dict[str, str]:
    """Another address each time, so that no limit per address answers in place of the route."""
    return {"x-forwarded-for": ".".join(str(CHANCE.randrange(1, 250)) for _ in range(4))}


async def timed(
    client: httpx.AsyncClient, method: str, path: str, token: str = "", said: object = None
) -> tuple[float, httpx.Response]:
    """Milliseconds and the answer."""
    headers = somewhere() | ({"authorization": f"Bearer {token}"} if token else {})
    began = time.perf_counter()
    answer = await client.request(method, path, headers=headers, json=said)
    return (time.perf_counter() - began) * 1000, answer


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


async def probe(client: httpx.AsyncClient, token: str, seconds: float) -> list[float]:
    """Milliseconds of a list of orders, asked PROBES times a second whether or not the last has answered."""
    asked = []
    for _ in range(int(seconds * PROBES)):
        asked.append(asyncio.create_task(timed(client, "GET", "/api/orders", token)))
        await asyncio.sleep(1 / PROBES)
    answered = await asyncio.gather(*asked)
    assert all(answer.status_code == 200 for _, answer in answered)
    return [spent for spent, _ in answered]


async def flood(client: httpx.AsyncClient, seconds: float) -> Counter[str]:
    """Logins of unknown people; how they were answered."""
    asked = []
    for number in range(int(seconds * RATE)):
        said = {"email": f"inconnu{number}@flood.example", "password": WRONG}
        asked.append(asyncio.create_task(timed(client, "POST", "/auth/login", said=said)))
        await asyncio.sleep(1 / RATE)
    return Counter(_verdict(one) for one in await asyncio.gather(*asked, return_exceptions=True))


def _verdict(one: tuple[float, httpx.Response] | BaseException) -> str:
    if isinstance(one, BaseException):
        return type(one).__name__
    wait = one[1].headers.get("retry-after")
    return f"{one[1].status_code}" + (f" (Retry-After {wait})" if wait else "")


async def flooded(edge: str, token: str, seconds: float) -> None:
    pool = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=edge, timeout=60, limits=pool) as client:
        alone = await probe(client, token, seconds / 3)
        answers, meanwhile = await asyncio.gather(flood(client, seconds), probe(client, token, seconds))
    print(f"\n{answers.total()} logins in {seconds:.0f} s: {dict(sorted(answers.items()))}\n")
    print("| list of orders | median | p99 |\n| --- | --- | --- |")
    for name, values in (("alone (baseline)", alone), ("during the flood", meanwhile)):
        print(f"| {name} | {statistics.median(values):.0f} ms | {p99(values):.0f} ms |")
    ratio = statistics.median(meanwhile) / statistics.median(alone)
    print(f"| ratio | {ratio:.1f} | {p99(meanwhile) / p99(alone):.1f} |")


def questions(emails: list[str]) -> Iterator[tuple[str, str, str]]:
    """What a guesser asks, of somebody known and of somebody unknown by turns: route, e-mail, which."""
    nobody = itertools.count()
    for path in ("/auth/login", "/auth/password/forgotten", "/auth/organizations"):
        known = itertools.cycle(emails)
        for _ in range(10_000):
            yield path, next(known), "known"
            yield path, f"inconnu{next(nobody)}@nulle-part.example", "unknown"


async def guessed(edge: str, emails: list[str], samples: int) -> None:
    print("\n| route | known | unknown (baseline) | ratio of medians | answers alike |")
    print("| --- | --- | --- | --- | --- |")
    async with httpx.AsyncClient(base_url=edge, timeout=60) as client:
        for path, asked in itertools.groupby(questions(emails), key=lambda one: one[0]):
            spent: dict[str, list[float]] = {"known": [], "unknown": []}
            shapes: dict[str, set[str]] = {"known": set(), "unknown": set()}
            for _, email, which in itertools.islice(asked, 2 * samples):
                said = {"email": email}
                if path == "/auth/login":
                    said["password"] = WRONG
                if path == "/auth/organizations":
                    said |= {"name": f"Essai {email}", "kind": "shipper", "person_name": "Essai"}
                took, answer = await timed(client, "POST", path, said=said)
                spent[which].append(took)
                shapes[which].add(f"{answer.status_code} {_shape(answer)}")
            known, unknown = (statistics.median(spent[which]) for which in ("known", "unknown"))
            alike = "yes" if shapes["known"] == shapes["unknown"] else f"NO: {shapes}"
            print(
                f"| `{path}` | {known:.1f} ms | {unknown:.1f} ms | {known / unknown:.3f} | {alike} |",
                flush=True,
            )


def _shape(answer: httpx.Response) -> str:
    """An answer without what differs in every answer."""
    body = json.loads(answer.content or b"{}")
    for name in ("trace_id", "organization_id"):
        if name in body:
            body[name] = "*" * len(body[name])
    return json.dumps(body, sort_keys=True)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as home:
        process, edge = start(home)
        try:
            stage = Stage(edge, "logins")
            boss = stage.sign_in(SHIPPERS[0].email, "Chargeur")
            emails = [firm.email for firm in (*SHIPPERS, *CARRIERS, *OTHERS)] + [ADMIN_EMAIL]
            for number in range(samples // 8 - len(emails)):
                emails.append(f"collegue{number}@{SHIPPERS[0].domain}.example")
                stage.invite(boss, emails[-1], f"Collègue {number}", "viewer")
            asyncio.run(flooded(edge, boss.token, seconds))
            asyncio.run(guessed(edge, emails, samples))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


if __name__ == "__main__":
    main()
