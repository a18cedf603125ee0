"""Inviting needs a yes: before it nobody is a member, and nothing of them elsewhere is touched or told."""

import asyncio
import random
from typing import Any

import pytest
from tests.conftest import TestPlatform
from tests.services.authz import make
from tests.services.authz.make import PASSWORD

ASKED = {"name": "X", "role": "admin"}


async def invited(by: make.Admin, email: str) -> dict[str, Any]:
    answer = await by.web.post("/auth/users", json=ASKED | {"email": email})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_stranger_who_invites_touches_nothing_of_who_is_invited(authz: TestPlatform) -> None:
    """No token ends, no mail of alarm goes, no message of the person changes, whatever is done to the
    offer."""
    victim, stranger = await make.admin(authz), await make.admin(authz, "Pirate")
    people = authz.database("authz")["authz.people"]
    before = await people.find_one({"email": victim.email})
    user = await invited(stranger, victim.email)
    way = f"/auth/users/{user['user_id']}"
    for role in ("viewer", "admin", "driver"):
        changed = await stranger.web.post(f"{way}/role", json={"role": role})
        assert (changed.status_code, changed.json()["role"]) == (200, role)
    for word, state in (("disable", "disabled"), ("enable", "invited")):
        assert (await stranger.web.post(f"{way}/{word}")).json()["state"] == state
    assert (await stranger.web.delete(way)).status_code == 200
    await authz.settle()
    assert (await victim.web.get("/auth/me")).status_code == 200
    asked = {"refresh_token": victim.tokens["refresh_token"]}
    async with authz.web("authz") as web:
        assert (await web.post("/auth/refresh", json=asked)).status_code == 200
    assert await make.emitted(authz, "authz.security.alerted") == []
    assert await make.emitted(authz, "kernel.access.revoked") == []
    after = await people.find_one({"email": victim.email})
    assert before is not None
    assert after == before | {"outbox": []}


async def test_a_member_here_is_changed_here_alone(authz: TestPlatform) -> None:
    """Who said yes to one organization keeps tokens, roles and sessions in the others."""
    home, other = await make.admin(authz), await make.admin(authz, "Autre")
    await invited(other, home.email)
    async with authz.web("authz") as web:
        token = (await make.mailed(authz, "authz.user.invited", home.email))["token"]
        await web.post("/auth/invitations/accept", json={"token": token})
    there = (await home.web.post("/auth/switch", json={"organization_id": other.organization_id})).json()
    me = (await home.web.get("/auth/me")).json()["user_id"]
    for method, way in (("POST", "/role"), ("POST", "/disable"), ("DELETE", "")):
        body = {"role": "viewer"} if way == "/role" else None
        await authz.settle()
        answer = await other.web.request(method, f"/auth/users/{me}{way}", json=body)
        assert answer.status_code == 200
        await authz.settle()
        assert (await home.web.get("/auth/me")).status_code == 200
        async with make.bearing(authz, there["access_token"]) as web:
            assert (await web.get("/auth/sessions")).status_code == 401


async def test_an_id_does_not_tell_who_has_an_account(authz: TestPlatform) -> None:
    known, asking = await make.admin(authz), await make.admin(authz, "Curieuse")
    ids = {
        email: (await invited(asking, email))["user_id"]
        for email in (known.email, "jamais.vu@ailleurs.example")
    }
    first, second = ids.values()
    assert (len(first), first[:4]) == (len(second), second[:4])
    await authz.settle()
    people = authz.database("authz")["authz.people"]
    assert await people.count_documents({"email": "jamais.vu@ailleurs.example"}) == 0
    await make.accept(authz, "jamais.vu@ailleurs.example")
    person = await people.find_one({"email": "jamais.vu@ailleurs.example"})
    assert person is not None
    assert person["_id"] == ids["jamais.vu@ailleurs.example"]
    assert (await known.web.get("/auth/me")).json()["user_id"] == ids[known.email]


async def test_who_is_invited_is_no_member(authz: TestPlatform) -> None:
    known, asking = await make.admin(authz), await make.admin(authz, "Curieuse")
    user = await invited(asking, known.email)
    shown = (await asking.web.get(f"/auth/users/{user['user_id']}")).json()
    assert (shown["name"], shown["state"], shown["mfa"], shown["joined_at"]) == ("X", "invited", False, None)
    switch = await known.web.post("/auth/switch", json={"organization_id": asking.organization_id})
    assert switch.status_code == 403
    assert len((await known.web.get("/auth/me")).json()["memberships"]) == 1


async def test_an_offer_that_was_changed_gives_what_it_offers_now(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    user = await invited(admin, "zoe@usine.example")
    way = f"/auth/users/{user['user_id']}"
    await admin.web.post(f"{way}/role", json={"role": "viewer"})
    await admin.web.post(f"{way}/disable")
    assert (await make.accept(authz, "zoe@usine.example")).status_code == 401
    await admin.web.post(f"{way}/enable")
    assert (await make.accept(authz, "zoe@usine.example")).status_code == 200
    assert (await admin.web.get(way)).json()["role"] == "viewer"


async def test_an_offer_taken_back_opens_nothing(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    user = await invited(admin, "zoe@usine.example")
    assert (await admin.web.delete(f"/auth/users/{user['user_id']}")).status_code == 200
    assert (await make.accept(authz, "zoe@usine.example")).status_code == 401
    assert (await admin.web.get(f"/auth/users/{user['user_id']}")).status_code == 404
    assert len((await admin.web.get("/auth/users")).json()["items"]) == 1
    await invited(admin, "zoe@usine.example")
    assert (await make.accept(authz, "zoe@usine.example")).status_code == 200


async def test_an_inbox_is_no_target(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    answers = [
        await admin.web.post("/auth/users", json=ASKED | {"email": "zoe@usine.example"}) for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert answers[-1].json()["code"] == "invited_too_often"


async def test_an_inbox_is_no_target_of_many_either(authz: TestPlatform) -> None:
    """Whoever registers organization after organization writes to a stranger so often a day, and no more."""
    body = {"kind": "carrier", "person_name": "X", "email": "zoe@usine.example"}
    async with authz.web("authz") as web:
        answers = [await web.post("/auth/organizations", json=body | {"name": f"N{n}"}) for n in range(22)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 2
    assert len(await make.emitted(authz, "authz.user.invited")) == 20


async def test_members_come_before_who_is_invited_and_each_once(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    for number in range(3):
        await make.colleague(authz, admin, "viewer", f"membre{number}")
        await invited(admin, f"invite{number}@usine.example")
    for limit in (1, 2, 4, 7, 50):
        seen, after = [], ""
        while True:
            page = (await admin.web.get("/auth/users", params={"limit": limit, "after": after})).json()
            seen += [user["email"] for user in page["items"]]
            after = page["next"]
            if not after:
                break
        assert len(seen) == len(set(seen)) == 7
        assert [email.startswith("invite") for email in seen] == [False] * 4 + [True] * 3
    waiting = (await admin.web.get("/auth/users", params={"state": "invited", "limit": 2})).json()
    assert [user["state"] for user in waiting["items"]] == ["invited", "invited"]


async def test_two_who_invite_one_address_at_once_make_one_account(authz: TestPlatform) -> None:
    one, other = await make.admin(authz), await make.admin(authz, "Autre")
    await asyncio.gather(*(invited(by, "zoe@usine.example") for by in (one, other)))
    tokens = [body["token"] for body in await make.emitted(authz, "authz.user.invited")][-2:]
    async with authz.web("authz") as web:
        said = [{"token": token, "password": PASSWORD} for token in tokens]
        answers = await asyncio.gather(*(web.post("/auth/invitations/accept", json=body) for body in said))
    assert [answer.status_code for answer in answers] == [200, 200]
    memberships = (await make.login(authz, "zoe@usine.example")).json()
    async with make.bearing(authz, memberships["access_token"]) as web:
        assert len((await web.get("/auth/me")).json()["memberships"]) == 2


async def test_one_mail_accepted_many_times_at_once_is_accepted_once(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    await invited(admin, "zoe@usine.example")
    token = (await make.mailed(authz, "authz.user.invited", "zoe@usine.example"))["token"]
    said = {"token": token, "password": PASSWORD}
    async with authz.web("authz") as web:
        answers = await asyncio.gather(*(web.post("/auth/invitations/accept", json=said) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


@pytest.mark.parametrize("seed", range(4))
async def test_somebody_always_runs_the_organization(authz: TestPlatform, seed: int) -> None:
    """The law of the last administrator: whatever administrators do to each other at once, one is left."""
    chance = random.Random(seed)
    first = await make.admin(authz)
    webs = {(await first.web.get("/auth/me")).json()["user_id"]: first.web}
    for number in range(2):
        member = await make.colleague(authz, first, "admin", f"chef{number}")
        webs[member["user_id"]] = make.bearing(authz, member["tokens"]["access_token"])
    people = authz.database("authz")["authz.people"]
    active = {
        "memberships": {
            "$elemMatch": {"organization_id": first.organization_id, "role": "admin", "state": "active"}
        }
    }
    for _ in range(4):
        acts = []
        for actor, web in webs.items():
            other = chance.choice([one for one in webs if one != actor])
            method, way, body = chance.choice(
                [
                    ("POST", "/role", {"role": "viewer"}),
                    ("POST", "/disable", None),
                    ("DELETE", "", None),
                    ("POST", "/enable", None),
                    ("POST", "/role", {"role": "admin"}),
                ]
            )
            acts.append(web.request(method, f"/auth/users/{other}{way}", json=body))
        answers = await asyncio.gather(*acts)
        assert {answer.status_code for answer in answers} <= {200, 401, 403, 404, 409}
        assert await people.count_documents(active) >= 1
