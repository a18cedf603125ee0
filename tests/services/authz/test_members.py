"""People of an organization: invited, in, changed, out; sessions and passwords of one's own."""

from datetime import timedelta

import pytest
from tests.conftest import TestPlatform
from tests.services.authz import make
from tests.services.authz.make import PASSWORD

from rt.kernel.core.clock import held, now


async def test_m8_an_invitation_gives_its_role_once(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin, "driver", "marc")
    async with make.bearing(authz, member["tokens"]["access_token"]) as web:
        assert (await web.get("/auth/me")).json()["role"] == "driver"
        assert (await web.get("/auth/users")).status_code == 403
    assert (await make.accept(authz, member["email"])).status_code == 401


async def test_m8_an_invitation_ends_after_a_week_or_when_sent_again(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    asked = {"email": "zoe@usine.example", "name": "Zoé", "role": "viewer"}
    await admin.web.post("/auth/users", json=asked)
    first = (await make.mailed(authz, "authz.user.invited", asked["email"]))["token"]
    await admin.web.post("/auth/users", json=asked | {"role": "accountant"})
    with held(now() + timedelta(days=7, minutes=1)):
        assert (await make.accept(authz, asked["email"])).status_code == 401
    async with authz.web("authz") as web:
        old = await web.post("/auth/invitations/accept", json={"token": first, "password": PASSWORD})
    assert old.status_code == 401
    assert (await make.accept(authz, asked["email"])).status_code == 200
    found = (await admin.web.get("/auth/users?q=zo")).json()["items"]
    assert [(user["role"], user["state"]) for user in found] == [("accountant", "active")]


async def test_a_repeated_invitation_command_sends_one_mail(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    asked = {"email": "zoe@usine.example", "name": "Zoé", "role": "viewer"}
    for _ in range(2):
        answer = await admin.web.post("/auth/users", json=asked, headers={"idempotency-key": "one"})
        assert answer.status_code == 201
    mails = [
        body for body in await make.emitted(authz, "authz.user.invited") if body["email"] == asked["email"]
    ]
    assert len(mails) == 1


async def test_a36_administrators_need_fifteen_characters(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    await admin.web.post("/auth/users", json={"email": "zoe@usine.example", "name": "Z", "role": "admin"})
    short = await make.accept(authz, "zoe@usine.example", "neuf mots")
    assert (short.status_code, short.json()["code"]) == (422, "password_too_short")
    common = await make.accept(authz, "zoe@usine.example", "administrateur123")
    assert common.json()["code"] == "password_too_common"
    assert (await make.accept(authz, "zoe@usine.example", "sans majuscule ni chiffre")).status_code == 200


async def test_b1_one_person_two_organizations_one_session(authz: TestPlatform) -> None:
    factory, haulier = await make.admin(authz), await make.admin(authz, "Transports", "carrier")
    await haulier.web.post("/auth/users", json={"email": factory.email, "name": "X", "role": "viewer"})
    async with authz.web("authz") as web:
        token = (await make.mailed(authz, "authz.user.invited", factory.email))["token"]
        assert (await web.post("/auth/invitations/accept", json={"token": token})).status_code == 200
    assert len((await factory.web.get("/auth/me")).json()["memberships"]) == 2
    switched = await factory.web.post("/auth/switch", json={"organization_id": haulier.organization_id})
    async with make.bearing(authz, switched.json()["access_token"]) as web:
        who = (await web.get("/auth/me")).json()
    assert (who["organization_id"], who["role"]) == (haulier.organization_id, "viewer")
    async with authz.web("authz") as web:
        asked = {"refresh_token": factory.tokens["refresh_token"]}
        assert (await web.post("/auth/refresh", json=asked)).json()[
            "organization_id"
        ] == haulier.organization_id
    shown = {
        user["email"]: user["user_id"] for user in (await haulier.web.get("/auth/users")).json()["items"]
    }
    assert set(shown) == {factory.email, haulier.email}
    way = f"/auth/users/{shown[factory.email]}/role"
    assert (await haulier.web.post(way, json={"role": "driver"})).status_code == 200
    foreign = await factory.web.post("/auth/switch", json={"organization_id": "org_operator"})
    assert foreign.status_code == 403


async def test_a9_a_lowered_role_refuses_the_old_token(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin)
    await admin.web.post(f"/auth/users/{member['user_id']}/role", json={"role": "viewer"})
    await authz.settle()
    async with make.bearing(authz, member["tokens"]["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 401
        asked = {"refresh_token": member["tokens"]["refresh_token"]}
        fresh = (await web.post("/auth/refresh", json=asked, headers={"authorization": ""})).json()
    async with make.bearing(authz, fresh["access_token"]) as web:
        assert (await web.get("/auth/me")).json()["role"] == "viewer"


@pytest.mark.parametrize(("method", "way"), [("POST", "/disable"), ("DELETE", "")])
async def test_a9_who_is_out_is_out(authz: TestPlatform, method: str, way: str) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin)
    assert (await admin.web.request(method, f"/auth/users/{member['user_id']}{way}")).status_code == 200
    await authz.settle()
    async with make.bearing(authz, member["tokens"]["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 401
    async with authz.web("authz") as web:
        asked = {"refresh_token": member["tokens"]["refresh_token"]}
        assert (await web.post("/auth/refresh", json=asked)).status_code == 401
    assert (await make.login(authz, member["email"])).status_code == 403


async def test_a_disabled_member_may_be_let_in_again(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin)
    for way in ("disable", "enable"):
        await admin.web.post(f"/auth/users/{member['user_id']}/{way}")
    assert (await make.login(authz, member["email"])).status_code == 200


async def test_the_last_administrator_cannot_go(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    second = await make.colleague(authz, admin, "admin", "second")
    me = (await admin.web.get("/auth/me")).json()["user_id"]
    own = await admin.web.post(f"/auth/users/{me}/role", json={"role": "viewer"})
    assert (own.status_code, own.json()["code"]) == (409, "own_role")
    assert (await admin.web.post(f"/auth/users/{second['user_id']}/disable")).status_code == 200


async def test_m5_people_of_another_organization_are_not_found(authz: TestPlatform) -> None:
    """T-1 for the messages of authz that carry a person's id."""
    ours, theirs = await make.admin(authz), await make.admin(authz, "Transports", "carrier")
    member = await make.colleague(authz, ours)
    for method, way, body in (
        ("POST", "/role", {"role": "viewer"}),
        ("POST", "/disable", None),
        ("POST", "/enable", None),
        ("DELETE", "", None),
    ):
        answer = await theirs.web.request(method, f"/auth/users/{member['user_id']}{way}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    shown = {user["email"] for user in (await theirs.web.get("/auth/users")).json()["items"]}
    assert shown == {theirs.email}


@pytest.mark.parametrize("role", ["dispatcher", "operator", "accountant", "driver", "viewer"])
async def test_a60_only_administrators_run_the_organization(authz: TestPlatform, role: str) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin, role)
    async with make.bearing(authz, member["tokens"]["access_token"]) as web:
        for way, body in (
            ("/auth/users", {"email": "x@y.example", "name": "X", "role": "admin"}),
            ("/auth/keys", {"name": "X", "rights": ["palette.read"]}),
            (f"/auth/organizations/{admin.organization_id}/suspend", {"reason": "because"}),
            ("/auth/keys/rotate", {}),
        ):
            assert (await web.post(way, json=body)).status_code == 403, way


async def test_an_administrator_makes_no_platform_administrator(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    asked = {"email": "x@y.example", "name": "X", "role": "platform_admin"}
    refused = await admin.web.post("/auth/users", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "role_not_for_organization")
    member = await make.colleague(authz, admin)
    way = f"/auth/users/{member['user_id']}/role"
    assert (await admin.web.post(way, json={"role": "platform_admin"})).status_code == 422


async def test_m8_sessions_are_listed_and_ended_one_by_one_or_all(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    other = (await make.login(authz, admin.email, device="d2", agent="Firefox, quai 3")).json()
    listed = (await admin.web.get("/auth/sessions")).json()["items"]
    assert [(one["agent"], one["current"]) for one in listed] == [("Firefox, quai 3", False), ("", True)]
    assert (await admin.web.delete(f"/auth/sessions/{listed[0]['session_id']}")).status_code == 200
    await authz.settle()
    async with make.bearing(authz, other["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 401
    third = (await make.login(authz, admin.email)).json()
    await admin.web.delete("/auth/sessions?keep=current")
    await authz.settle()
    assert (await admin.web.get("/auth/me")).status_code == 200
    async with make.bearing(authz, third["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 401
    await admin.web.delete("/auth/sessions")
    await authz.settle()
    assert (await admin.web.get("/auth/me")).status_code == 401


async def test_somebody_elses_session_is_not_found(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin)
    async with make.bearing(authz, member["tokens"]["access_token"]) as web:
        session = (await web.get("/auth/me")).json()["session_id"]
    assert (await admin.web.delete(f"/auth/sessions/{session}")).status_code == 404


async def test_a9_a_changed_password_ends_the_other_sessions(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    other = (await make.login(authz, admin.email)).json()
    asked = {"current_password": "no", "new_password": "encore une nuit de route"}
    assert (await admin.web.put("/auth/password", json=asked)).status_code == 401
    asked["current_password"] = PASSWORD
    assert (await admin.web.put("/auth/password", json=asked)).status_code == 200
    await authz.settle()
    assert (await admin.web.get("/auth/me")).status_code == 200
    async with make.bearing(authz, other["access_token"]) as web:
        assert (await web.get("/auth/me")).status_code == 401
    assert (await make.login(authz, admin.email)).status_code == 401
    assert (await make.login(authz, admin.email, asked["new_password"])).status_code == 200


async def test_m8_a_reset_link_lives_fifteen_minutes(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    async with authz.web("authz") as web:
        await web.post("/auth/password/forgotten", json={"email": admin.email})
        token = (await make.mailed(authz, "authz.password.reset_asked", admin.email))["token"]
        asked = {"token": token, "new_password": "encore une nuit de route"}
        with held(now() + timedelta(minutes=15)):
            assert (await web.post("/auth/password/reset", json=asked)).status_code == 401
        assert (await web.post("/auth/password/reset", json=asked)).status_code == 200
    await authz.settle()
    assert (await admin.web.get("/auth/me")).status_code == 401


async def test_a_program_has_no_account_of_its_own(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    asked = {"name": "TMS", "rights": ["core_orders.read"]}
    key = (await admin.web.post("/auth/keys", json=asked)).json()["secret"]
    async with make.bearing(authz, key) as web:
        assert (await web.get("/auth/me")).json()["code"] == "people_only"
        assert (await web.get("/auth/sessions")).status_code == 403


async def test_each_organization_has_its_own_timeline_of_its_people(authz: TestPlatform) -> None:
    """T-3: what is told for one organization names no other."""
    ours, theirs = await make.admin(authz), await make.admin(authz, "Transports", "carrier")
    member = await make.colleague(authz, ours, name="lea")
    await theirs.web.post("/auth/users", json={"email": member["email"], "name": "L", "role": "viewer"})
    async with authz.web("authz") as web:
        token = (await make.mailed(authz, "authz.user.invited", member["email"]))["token"]
        await web.post("/auth/invitations/accept", json={"token": token})
    await theirs.web.post(f"/auth/users/{member['user_id']}/role", json={"role": "driver"})
    await theirs.web.delete(f"/auth/users/{member['user_id']}")
    await authz.settle()
    events = authz.database("authz")["event_log"]
    own = [event async for event in events.find({"org_id": ours.organization_id})]
    timeline = [event async for event in events.find({"org_id": theirs.organization_id}).sort([("at", 1)])]
    assert theirs.organization_id not in str(own)
    assert ours.organization_id not in str(timeline)
    changed = [event["body"] for event in timeline if event["topic"] == "authz.member.changed"]
    assert [(body["role"], body["state"]) for body in changed] == [
        ("driver", "active"),
        ("driver", "removed"),
    ]
    joined = [await authz.letter(event) for event in timeline if event["topic"] == "authz.user.joined"]
    assert [body["email"] for body in joined] == [theirs.email, member["email"]]
