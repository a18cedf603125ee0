"""Refresh tokens: rotation, reuse, grace, lifetimes, what is stored of them."""

import asyncio
from datetime import timedelta

import httpx
from tests.conftest import TestPlatform
from tests.services.authz import make

from rt.kernel.core.clock import held, now
from rt.services.authz.app import build
from rt.services.authz.domain.apikey import split_token


async def refresh(platform: TestPlatform, token: str, device: str = "") -> httpx.Response:
    async with platform.web("authz") as web:
        return await web.post("/auth/refresh", json={"refresh_token": token, "device": device})


async def test_m1_a_refresh_gives_a_successor_and_a_new_access_token(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    answer = (await refresh(authz, admin.tokens["refresh_token"])).json()
    assert answer["refresh_token"] != admin.tokens["refresh_token"]
    async with make.bearing(authz, answer["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 200


async def test_a20_reuse_after_the_grace_ends_the_family_and_warns(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    first = admin.tokens["refresh_token"]
    second = (await refresh(authz, first)).json()
    with held(now() + timedelta(seconds=11)):
        assert (await refresh(authz, first)).status_code == 401
        assert (await refresh(authz, second["refresh_token"])).status_code == 401
    await authz.settle()
    async with make.bearing(authz, second["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 401
    kinds = [body["kind"] for body in await make.emitted(authz, "authz.security.alerted")]
    assert kinds == ["refresh_reused"]
    revoked = await make.emitted(authz, "kernel.access.revoked")
    assert [body["subject"] for body in revoked] == ["session"]


async def test_a21_the_same_token_within_the_grace_gets_the_same_successor(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    tokens = (await make.login(authz, admin.email, device="tablet")).json()
    first = (await refresh(authz, tokens["refresh_token"], "tablet")).json()
    again = (await refresh(authz, tokens["refresh_token"], "tablet")).json()
    assert first["refresh_token"] == again["refresh_token"]
    assert (await refresh(authz, tokens["refresh_token"], "thief")).status_code == 401
    assert (await refresh(authz, first["refresh_token"], "tablet")).status_code == 401


async def test_a22_the_grandparent_within_the_grace_ends_the_family(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    first = admin.tokens["refresh_token"]
    second = (await refresh(authz, first)).json()["refresh_token"]
    third = (await refresh(authz, second)).json()["refresh_token"]
    assert (await refresh(authz, first)).status_code == 401
    assert (await refresh(authz, third)).status_code == 401


async def test_a23_fifty_parallel_refreshes_have_one_successor(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    answers = await asyncio.gather(*(refresh(authz, admin.tokens["refresh_token"]) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    session = await authz.database("authz")["authz.sessions"].find_one({"family": 2})
    assert session is not None


async def test_a24_two_replicas_and_a_restart_give_the_same_answers(authz: TestPlatform, mongod: str) -> None:
    """A replica that starts later, or again after kill -9, knows the session from its document."""
    admin = await make.admin(authz)
    replica = TestPlatform(authz.settings, mongod, authz.keys)
    await replica.mount(build)
    first = admin.tokens["refresh_token"]
    answers = await asyncio.gather(
        *(refresh(platform, first) for platform in (authz, replica) for _ in range(25))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    await replica.stop()
    again = TestPlatform(authz.settings, mongod, authz.keys)
    await again.mount(build)
    second = answers[0].json()["refresh_token"]
    third = (await refresh(again, second)).json()["refresh_token"]
    assert (await refresh(again, first)).status_code == 401
    assert (await refresh(authz, third)).status_code == 401
    await again.stop()


async def test_a25_a_week_idle_is_the_end(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    with held(now() + timedelta(days=6)):
        second = await refresh(authz, admin.tokens["refresh_token"])
        assert second.status_code == 200
    with held(now() + timedelta(days=13, minutes=1)):
        assert (await refresh(authz, second.json()["refresh_token"])).status_code == 401


async def test_a26_no_token_password_or_secret_is_stored_in_clear(authz: TestPlatform) -> None:
    """Everything that authz keeps and tells is searched."""
    admin = await make.admin(authz)
    tokens = (await refresh(authz, admin.tokens["refresh_token"])).json()
    key = (await admin.web.post("/auth/keys", json={"name": "TMS", "rights": ["core_orders.read"]})).json()
    totp = (await admin.web.post("/auth/totp", json={"password": make.PASSWORD})).json()
    await authz.settle()
    secrets = [
        admin.tokens["refresh_token"].split(".")[1],
        tokens["refresh_token"].split(".")[1],
        tokens["access_token"].split(".")[2],
        split_token(key["secret"])[1],
        totp["secret"],
        make.PASSWORD,
    ]
    names = [collection.name for collection in authz.instances["authz"].context.database.collections]
    for name in [*names, "events"]:
        kept = str([document async for document in authz.database("authz")[name].find({})])
        assert not [secret for secret in secrets if secret in kept], name


async def test_a_strange_refresh_token_is_just_refused(authz: TestPlatform) -> None:
    for token in ("x" * 8, "ses_nobody.secret", ".........", "é" * 20):
        assert (await refresh(authz, token)).status_code == 401
    assert (await refresh(authz, "ses\x00.x.y.z")).status_code == 422


async def test_logout_ends_access_and_refresh(authz: TestPlatform) -> None:
    """A-9."""
    admin = await make.admin(authz)
    assert (await admin.web.post("/auth/logout")).status_code == 200
    await authz.settle()
    assert (await admin.web.get("/auth/me")).status_code == 401
    assert (await refresh(authz, admin.tokens["refresh_token"])).status_code == 401


async def test_what_nobody_was_given_ends_no_session(authz: TestPlatform) -> None:
    """The id of a session is shown to its owner and stands in logs: knowing it is not to hold a token."""
    admin = await make.admin(authz)
    good = admin.tokens["refresh_token"]
    session, secret, seal = good.split(".")
    made_up = [
        f"{session}.{'x' * 43}.{seal}",
        f"{session}.{secret}.{'x' * 22}",
        f"{session}.{secret}",
        f"{session}.{secret}.{seal}.",
        f"{session}.{secret}{seal}..",
        f"ses_{'0' * 26}.{secret}.{seal}",
        session + ".garbage-of-some-length",
    ]
    for token in made_up:
        assert (await refresh(authz, token)).status_code == 401, token
    await authz.settle()
    assert (await admin.web.get("/auth/me")).status_code == 200
    assert (await refresh(authz, good)).status_code == 200
    assert await make.emitted(authz, "kernel.access.revoked") == []
