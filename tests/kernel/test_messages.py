"""What the kernel promises of every word: tenancy, rights, idempotency, versions, errors, events once."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.conftest import TestPlatform
from tests.kernel.toys import GetJar, Toys

from rt.kernel.access.tokens import Revoked
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AskRefused

WRITE = {"palette.read", "palette.write"}


@pytest.fixture
async def toys(platform: TestPlatform) -> Toys:
    toys = Toys()
    await platform.mount(toys)
    return toys


@pytest.fixture
async def web(platform: TestPlatform, toys: Toys) -> AsyncIterator[httpx.AsyncClient]:
    async with platform.web("palette", platform.actor(rights=WRITE)) as client:
        yield client


async def make_jar(web: httpx.AsyncClient, marbles: int = 5) -> str:
    answer = await web.post("/api/palettes/jars", json={"marbles": marbles})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_another_organization_meets_the_same_404_as_for_nothing(
    platform: TestPlatform, web: Any
) -> None:
    jar = await make_jar(web)
    async with platform.web("palette", platform.actor("org_b", WRITE, id="usr_b")) as other:
        foreign = await other.get(f"/api/palettes/jars/{jar}")
        absent = await other.get("/api/palettes/jars/jar_nothing")
        taken = await other.post(f"/api/palettes/jars/{jar}/take", json={"count": 1})
        listed = await other.get("/api/palettes/jars")
    assert foreign.status_code == absent.status_code == taken.status_code == 404
    assert foreign.json()["code"] == absent.json()["code"]
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    ("rights", "status"), [(set(), 403), ({"palette.read"}, 403), ({"palette.write"}, 201)]
)
async def test_a_right_is_needed(platform: TestPlatform, toys: Toys, rights: set[str], status: int) -> None:
    async with platform.web("palette", platform.actor(rights=rights)) as web:
        assert (await web.post("/api/palettes/jars", json={"marbles": 1})).status_code == status


async def test_nobody_is_not_somebody(platform: TestPlatform, toys: Toys) -> None:
    async with platform.web("palette") as web:
        answer = await web.get("/api/palettes/jars")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()["messages"]) == {"fr", "en"}
    assert len(answer.json()["trace_id"]) == 32


async def test_a_command_without_key_is_refused(web: Any) -> None:
    answer = await web.post("/api/palettes/jars", json={"marbles": 1}, headers={"idempotency-key": ""})
    assert (answer.status_code, answer.json()["code"]) == (400, "key_required")


async def test_a_repeated_create_meets_itself(web: Any) -> None:
    first = await web.post("/api/palettes/jars", json={"marbles": 1}, headers={"idempotency-key": "k"})
    again = await web.post("/api/palettes/jars", json={"marbles": 1}, headers={"idempotency-key": "k"})
    other = await web.post("/api/palettes/jars", json={"marbles": 2}, headers={"idempotency-key": "k"})
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len((await web.get("/api/palettes/jars?limit=9")).json()["items"]) == 1


async def test_fifty_parallel_creates_with_one_key_are_one(web: Any) -> None:
    asked = [
        web.post("/api/palettes/jars", json={"marbles": 1}, headers={"idempotency-key": "k"})
        for _ in range(50)
    ]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_repeated_change_happens_once_even_when_it_would_now_be_refused(web: Any) -> None:
    jar = await make_jar(web, 3)
    take = {
        "url": f"/api/palettes/jars/{jar}/take",
        "json": {"count": 3},
        "headers": {"idempotency-key": "t"},
    }
    first = await web.post(**take)
    again = await web.post(**take)
    assert first.json()["marbles"] == again.json()["marbles"] == 0
    assert again.status_code == 200
    assert again.headers["idempotent-replayed"] == "true"


async def test_parallel_changes_are_all_counted(platform: TestPlatform, toys: Toys, web: Any) -> None:
    jar = await make_jar(web, 25)
    asked = [web.post(f"/api/palettes/jars/{jar}/take", json={"count": 1}) for _ in range(30)]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200] * 25 + [409] * 5
    await platform.settle()
    assert len(toys.jars.heard) == 25


async def test_a_stale_version_is_refused_and_a_missing_one_asked_for(web: Any) -> None:
    jar = await make_jar(web)
    path = f"/api/palettes/jars/{jar}"
    missing = await web.patch(path, json={"marbles": 1})
    good = await web.patch(path, json={"marbles": 1}, headers={"if-match": '"1"'})
    stale = await web.patch(path, json={"marbles": 9}, headers={"if-match": '"1"'})
    assert [missing.status_code, good.status_code, stale.status_code] == [428, 200, 412]
    assert good.headers["etag"] == '"2"'
    assert "version 1" in stale.json()["messages"]["fr"]
    assert (await web.get(path)).json()["marbles"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "marbles"),
        ({"marbles": -1}, "marbles"),
        ({"marbles": "5"}, "marbles"),
        ({"marbles": 1, "org_id": "org_b"}, "org_id"),
        ({"marbles": 10**30}, ""),
        ({"marbles": {"$gt": 0}}, "marbles"),
    ],
)
async def test_bad_input_names_the_field_and_writes_nothing(web: Any, body: Any, field: str) -> None:
    answer = await web.post("/api/palettes/jars", json=body)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ([field] if field else [])
    assert (await web.get("/api/palettes/jars")).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"marbles": NaN}',
        b'{"marbles": 1e999}',
        b"[" * 5000,
        b'{"label":' * 40 + b"1" + b"}" * 40,
    ],
)
async def test_what_is_not_json_is_refused(web: Any, body: bytes) -> None:
    answer = await web.post("/api/palettes/jars", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


async def test_a_body_over_the_limit_is_refused(web: Any) -> None:
    jar = await make_jar(web)
    path = f"/api/palettes/jars/{jar}/picture"
    big = await web.post(path, content=b"x" * 1_000_001, headers={"content-type": "image/png"})
    good = await web.post(path + "?title=a", content=b"png", headers={"content-type": "image/png"})
    assert (big.status_code, big.json()["code"]) == (413, "too_large")
    assert good.status_code == 200
    shown = await web.get(path)
    assert shown.content == b"png"
    assert shown.headers["x-content-type-options"] == "nosniff"


async def test_pages_follow_each_other_without_gap_or_overlap(web: Any) -> None:
    made = [await make_jar(web) for _ in range(7)]
    seen: list[str] = []
    after = ""
    while True:
        page = (await web.get("/api/palettes/jars", params={"after": after})).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if not after:
            break
    assert sorted(seen) == sorted(made)
    assert (await web.get("/api/palettes/jars?after=nonsense")).status_code == 422


async def test_a_link_opens_one_object_for_one_act(platform: TestPlatform, web: Any) -> None:
    jar, other = await make_jar(web), await make_jar(web)
    holder = platform.actor("org_a", kind="link", id="lnk_1", scope="take", object_id=jar)
    async with platform.web("palette", holder) as link:
        assert (await link.post(f"/api/palettes/jars/{jar}/take", json={"count": 1})).status_code == 200
        assert (await link.post(f"/api/palettes/jars/{other}/take", json={"count": 1})).status_code == 403
        assert (await link.get(f"/api/palettes/jars/{jar}")).status_code == 403


async def test_an_event_that_fails_is_put_aside_in_order_and_comes_through_later(
    platform: TestPlatform, toys: Toys, web: Any
) -> None:
    jar = await make_jar(web, 9)
    other = await make_jar(web, 9)
    toys.jars.failures[jar] = 1
    for count in (1, 2):
        await web.post(f"/api/palettes/jars/{jar}/take", json={"count": count})
    await web.post(f"/api/palettes/jars/{other}/take", json={"count": 3})
    await platform.settle()
    assert toys.jars.heard == [(other, 3)]
    letters = platform.database("palette")["dead_letters"]
    await letters.update_many({}, {"$set": {"next_try_at": now()}})
    await platform.settle()
    assert toys.jars.heard == [(other, 3), (jar, 1), (jar, 2)]
    assert await letters.count_documents({}) == 0


async def test_an_event_heard_twice_has_its_effect_once(platform: TestPlatform, toys: Toys, web: Any) -> None:
    jar = await make_jar(web, 9)
    for _ in range(2):
        await web.post(f"/api/palettes/jars/{jar}/take", json={"count": 2})
    await platform.settle()
    await platform.redeliver()
    assert len(toys.jars.heard) == 4
    shelves = await toys.jars.shelves.everywhere.find({})
    assert [shelf.taken for shelf in shelves] == [4]


async def test_what_a_crash_left_untold_is_told_once(platform: TestPlatform, toys: Toys, web: Any) -> None:
    jar = await make_jar(web, 9)
    await web.post(f"/api/palettes/jars/{jar}/take", json={"count": 2})
    stored = platform.database("palette")["palette.jars"]
    before = await stored.find_one({"_id": jar})
    await platform.settle()
    await stored.update_one(
        {"_id": jar}, {"$set": {"outbox": before["outbox"]}}
    )  # killed before the clearing
    platform.instance("palette").outbox.scan()
    await platform.settle()
    events = platform.database("palette")["event_log"]
    assert await events.count_documents({"topic": "palette.marbles.taken"}) == 1
    for partition in await events.distinct("partition"):
        seqs = [event["seq"] async for event in events.find({"partition": partition}).sort([("seq", 1)])]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_a_revoked_session_is_refused_everywhere(platform: TestPlatform, web: Any) -> None:
    assert (await web.get("/api/palettes/jars")).status_code == 200
    platform.revocations.heard(
        Revoked(subject="session", subject_id="ses_usr_a", before=now().replace(year=2100))
    )
    assert (await web.get("/api/palettes/jars")).status_code == 401
    platform.revocations.heard(
        Revoked(subject="organization", subject_id="org_a", before=now().replace(year=2100))
    )
    async with platform.web("palette", platform.actor(rights=WRITE, id="usr_c")) as other:
        assert (await other.get("/api/palettes/jars")).status_code == 403


@pytest.mark.parametrize("hostile", ["", ".", ".."])
async def test_an_identity_that_is_no_path_segment_is_nobody_s(
    platform: TestPlatform, toys: Toys, hostile: str, acting: Any
) -> None:
    """`/jars/..` would be another message's address."""
    with acting(platform.actor(rights=WRITE)), pytest.raises(AskRefused) as refused:
        await platform.context("palette").services.ask(GetJar(jar_id=hostile))
    assert refused.value.status == 404


async def test_a_cursor_that_no_page_gave_is_refused_by_name(web: Any) -> None:
    early = [{"$t": "0001-01-01T00:00:00+14:00"}, "jar_1"]
    made = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in (early, [10**19, "jar_1"])]
    for cursor in ("W10", "é", "x" * 1_000, "eyIkdCI6MX0", "WzFd", *made):
        answer = await web.get("/api/palettes/jars", params={"after": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["errors"][0]["field"] == "after"
