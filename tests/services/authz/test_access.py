"""Organizations; API keys; capability links."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import TestPlatform
from tests.services.authz import make

from rt.contracts.authz import CheckAddress, GetOrganization, IssueLink, LinkView, RevokeLink
from rt.kernel.access.identity import TokenRefused
from rt.kernel.core.clock import held, now
from rt.kernel.core.errors import AskRefused
from rt.kernel.core.tenancy import acting_for


async def test_strangers_see_a_card_without_address(authz: TestPlatform) -> None:
    ours, theirs = await make.admin(authz), await make.admin(authz, "Autre")
    seen = (await theirs.web.get(f"/auth/organizations/{ours.organization_id}")).json()
    assert (seen["name"], seen["email"], seen["phone"]) == ("Usine", "", "")
    with acting_for(theirs.organization_id):
        for_unit = await make.unit(authz).ask(GetOrganization(organization_id=ours.organization_id))
        alone = await make.unit(authz).ask(GetOrganization(organization_id=theirs.organization_id))
    assert (for_unit.email, for_unit.standing) == ("", "stranger")
    assert (alone.email, alone.standing) == (theirs.email, "self")


async def test_an_unconfirmed_registration_is_nobody(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    asked = {"name": "Fantôme", "kind": "carrier", "email": "f@fantome.example", "person_name": "F"}
    async with authz.web("authz") as web:
        ghost = (await web.post("/auth/organizations", json=asked)).json()["organization_id"]
    assert (await admin.web.get(f"/auth/organizations/{ghost}")).status_code == 404
    assert (await admin.web.get("/auth/organizations?q=fant")).json()["items"] == []
    created = await make.emitted(authz, "authz.organization.created")
    assert [body["organization_id"] for body in created] == [admin.organization_id]


async def test_an_unconfirmed_registration_is_forgotten_after_a_week(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    async with authz.web("authz") as web:
        for email in ("f@fantome.example", admin.email):
            asked = {"name": "Fantôme", "kind": "carrier", "email": email, "person_name": "F"}
            assert (await web.post("/auth/organizations", json=asked)).status_code == 201
    with held(now() + timedelta(days=7, minutes=1)):
        await authz.tick()
    database = authz.database("authz")
    kept = [one["_id"] async for one in database["authz.organizations"].find({})]
    assert sorted(kept) == sorted(["org_operator", admin.organization_id])
    people = [one async for one in database["authz.people"].find({})]
    assert [(one["email"], one["seen_by"]) for one in people] == [(admin.email, [admin.organization_id])]


async def test_nobody_registers_as_the_operator(authz: TestPlatform) -> None:
    asked = {"name": "X", "kind": "operator", "email": "x@x.example", "person_name": "X"}
    async with authz.web("authz") as web:
        assert (await web.post("/auth/organizations", json=asked)).status_code == 422


async def test_editing_needs_the_version_that_was_read(authz: TestPlatform) -> None:
    ours, theirs = await make.admin(authz), await make.admin(authz, "Autre")
    way = f"/auth/organizations/{ours.organization_id}"
    version = (await ours.web.get(way)).json()["version"]
    tag = {"if-match": f'"{version}"'}
    assert (await ours.web.patch(way, json={"phone": "1"})).status_code == 428
    edited = await ours.web.patch(way, json={"phone": "+33 1 02 03 04 05"}, headers=tag)
    assert edited.json()["version"] == version + 1
    assert (await ours.web.patch(way, json={"phone": "2"}, headers=tag)).status_code == 412
    assert (await theirs.web.patch(way, json={"phone": "3"}, headers=tag)).status_code == 404
    tag = {"if-match": f'"{version + 1}"'}
    wrong = await ours.web.patch(way, json={"siret": "73282932000075"}, headers=tag)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "siret")


async def test_a_suspended_organization_is_out_with_all_it_has(authz: TestPlatform) -> None:
    """A-9, M4 of admin-gateway: tokens, logins, refreshes, keys and links."""
    chief, admin = await make.operator(authz), await make.admin(authz)
    way = f"/auth/organizations/{admin.organization_id}"
    key = (await admin.web.post("/auth/keys", json={"name": "T", "rights": ["authz.read"]})).json()["secret"]
    link = await issue(authz, organization_id=admin.organization_id)
    suspended = await chief.post(f"{way}/suspend", json={"reason": "fraude présumée"})
    assert suspended.json()["suspended"] is True
    await authz.settle()
    refused = await admin.web.get("/auth/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "organization_is_suspended")
    assert (await make.login(authz, admin.email)).status_code == 403
    async with authz.web("authz") as web:
        asked = {"refresh_token": admin.tokens["refresh_token"]}
        assert (await web.post("/auth/refresh", json=asked)).status_code == 403
        assert (await web.post("/auth/links/attenuate", json={"token": link.token})).status_code == 403
    async with make.bearing(authz, key) as web:
        assert (await web.get("/auth/users")).status_code == 403
    assert [
        body["organization_id"] for body in await make.emitted(authz, "authz.organization.suspended")
    ] == [admin.organization_id]
    assert (await chief.post(f"{way}/resume")).json()["suspended"] is False
    assert (await make.login(authz, admin.email)).status_code == 200


async def test_the_operator_does_not_shut_itself_out(authz: TestPlatform) -> None:
    chief = await make.operator(authz)
    refused = await chief.post("/auth/organizations/org_operator/suspend", json={"reason": "par erreur"})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_suspension")


async def add_key(admin: make.Admin, **more: Any) -> dict[str, Any]:
    asked = {"name": "TMS", "rights": ["authz.read", "core_orders.read"]} | more
    answer = await admin.web.post("/auth/keys", json=asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def users_with(platform: TestPlatform, key: str) -> int:
    async with make.bearing(platform, key) as web:
        return (await web.get("/auth/users")).status_code


async def test_a61_a_key_acts_within_its_rights_and_is_shown_once(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    made = await add_key(admin)
    assert await users_with(authz, made["secret"]) == 200
    async with make.bearing(authz, made["secret"]) as web:
        assert (
            await web.post("/auth/users", json={"email": "x@y.example", "name": "X", "role": "admin"})
        ).status_code == 403
        assert (await web.get("/auth/organizations")).status_code == 200
    listed = (await admin.web.get("/auth/keys")).json()["items"]
    assert made["secret"] not in str(listed)
    assert made["secret"].startswith(listed[0]["prefix"])
    assert listed[0]["used_at"] is not None


async def test_a61_rotation_keeps_two_secrets_then_one(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    made = await add_key(admin)
    second = (
        await admin.web.post(f"/auth/keys/{made['key']['key_id']}/rotate", json={"overlap_hours": 2})
    ).json()
    assert second["key"]["secrets"] == 2
    assert [await users_with(authz, one["secret"]) for one in (made, second)] == [200, 200]
    with held(now() + timedelta(hours=2)):
        assert [await users_with(authz, one["secret"]) for one in (made, second)] == [401, 200]


async def test_a61_a_revoked_key_is_out_at_once(authz: TestPlatform) -> None:
    admin, other = await make.admin(authz), await make.admin(authz, "Autre")
    made = await add_key(admin)
    assert (await other.web.delete(f"/auth/keys/{made['key']['key_id']}")).status_code == 404
    assert (await admin.web.delete(f"/auth/keys/{made['key']['key_id']}")).status_code == 200
    await authz.settle()
    assert await users_with(authz, made["secret"]) == 401


@pytest.mark.parametrize(
    ("more", "status"),
    [({"networks": ["127.0.0.0/8"]}, 200), ({"networks": ["10.0.0.0/8"]}, 401)],
)
async def test_a61_a_key_works_from_its_networks_alone(
    authz: TestPlatform, more: dict[str, Any], status: int
) -> None:
    made = await add_key(await make.admin(authz), **more)
    assert await users_with(authz, made["secret"]) == status


async def test_a61_altered_keys_are_refused(authz: TestPlatform) -> None:
    made = await add_key(await make.admin(authz))
    prefix, _, secret = made["secret"].rpartition("_")
    for altered in (
        "rtk_",
        "rtk_a_b",
        f"{prefix}_",
        f"{prefix}_{secret[:-1]}",
        f"{prefix}x_{secret}",
        "rtk_" + "a" * 190,
    ):
        assert await users_with(authz, altered) == 401


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"rights": ["authz.write"]}, 403, "key_right_forbidden"),
        ({"rights": ["admin_gateway.admin"]}, 403, "key_right_forbidden"),
        ({"networks": ["10.0.0.0/99"]}, 422, "network_invalid"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "key_expiry_past"),
        ({"rights": []}, 422, "malformed"),
    ],
)
async def test_a60_a_key_cannot_be_made_so(
    authz: TestPlatform, more: dict[str, Any], status: int, code: str
) -> None:
    admin = await make.admin(authz)
    refused = await admin.web.post("/auth/keys", json={"name": "T", "rights": ["palette.read"]} | more)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def issue(platform: TestPlatform, **more: Any) -> LinkView:
    start = {
        "scope": "accept_tender",
        "object_id": "ord_1",
        "organization_id": "org_durand",
        "expires_at": now() + timedelta(days=2),
    }
    return await make.unit(platform).ask(IssueLink(**{**start, **more}))


async def actor_of(platform: TestPlatform, token: str) -> Any:
    return await platform.identity("core_orders").actor(f"Bearer {token}", "")


async def test_x2_a_link_acts_for_one_organization_on_one_object_in_one_scope(authz: TestPlatform) -> None:
    link = await issue(authz, claims={"name": "Durand"})
    actor = await actor_of(authz, link.token)
    assert (actor.kind, actor.org_id, actor.scope, actor.object_id) == (
        "link",
        "org_durand",
        "accept_tender",
        "ord_1",
    )
    assert (actor.id, actor.claims, actor.rights) == (link.link_id, {"name": "Durand"}, frozenset())
    async with make.bearing(authz, link.token) as web:
        assert (await web.get("/auth/organizations")).status_code == 403


async def test_x2_only_units_issue_links(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    asked = {
        "scope": "accept_tender",
        "object_id": "o",
        "organization_id": "o",
        "expires_at": "2030-01-01T00:00:00Z",
    }
    assert (await admin.web.post("/auth/links", json=asked)).status_code == 403


async def test_a_secret_that_is_replaced_without_overlap_is_refused_at_once(authz: TestPlatform) -> None:
    """Also by who has just believed it: the former secret does not live on for half a minute."""
    admin = await make.admin(authz)
    made = (await admin.web.post("/auth/keys", json={"name": "K", "rights": ["authz.read"]})).json()
    async with make.bearing(authz, made["secret"]) as web:
        assert (await web.get("/auth/users")).status_code == 200
        way = f"/auth/keys/{made['key']['key_id']}/rotate"
        fresh = (await admin.web.post(way, json={"overlap_hours": 0})).json()["secret"]
        await authz.settle()
        assert (await web.get("/auth/users")).status_code == 401
    async with make.bearing(authz, fresh) as web:
        assert (await web.get("/auth/users")).status_code == 200
        await admin.web.post(way, json={"overlap_hours": 1})
        await authz.settle()
        assert (await web.get("/auth/users")).status_code == 200


async def test_x2_a_link_asked_for_again_is_the_same_link(authz: TestPlatform) -> None:
    unit, asked = make.unit(authz), {"scope": "follow_order", "object_id": "s", "organization_id": "o"}
    word = IssueLink(**asked, expires_at=now() + timedelta(days=1))
    assert (await unit.ask(word, key="k")).link_id == (await unit.ask(word, key="k")).link_id


async def test_x2_a_narrowed_link_is_narrower_and_falls_with_its_parent(authz: TestPlatform) -> None:
    link = await issue(authz, claims={"name": "Durand"})
    sooner = (now() + timedelta(hours=1)).isoformat()
    async with authz.web("authz") as web:
        asked = {"token": link.token, "expires_at": sooner, "claims": {"plate": "AB-123-CD"}}
        narrow = (await web.post("/auth/links/attenuate", json=asked)).json()
        assert datetime.fromisoformat(narrow["expires_at"]) < link.expires_at
        assert (await actor_of(authz, narrow["token"])).claims == {
            "name": "Durand",
            "holder.plate": "AB-123-CD",
        }
        for wider in (
            {"expires_at": (link.expires_at + timedelta(hours=1)).isoformat()},
            {"claims": {"plate": "ZZ-999-ZZ"}},
        ):
            refused = await web.post("/auth/links/attenuate", json={"token": narrow["token"]} | wider)
            assert (refused.status_code, refused.json()["code"]) == (403, "link_widened")
        back = {"token": narrow["token"], "expires_at": link.expires_at.isoformat()}
        assert (await web.post("/auth/links/attenuate", json=back)).status_code == 403
    await make.unit(authz).ask(RevokeLink(link_id=link.link_id))
    await authz.settle()
    for token in (link.token, narrow["token"]):
        with pytest.raises(TokenRefused):
            await actor_of(authz, token)
    async with authz.web("authz") as web:
        assert (await web.post("/auth/links/attenuate", json={"token": narrow["token"]})).status_code == 401


@pytest.mark.parametrize("name", ["for", "party", "email", "name", "org", "sub", "scope", "For", "roles"])
async def test_x2_a_bearer_does_not_say_who_it_is(authz: TestPlatform, name: str) -> None:
    """What identifies is said by the unit that issues the link, and by nobody who holds it."""
    link = await issue(authz)
    async with authz.web("authz") as web:
        asked = {"token": link.token, "claims": {name: "usr_other"}}
        refused = await web.post("/auth/links/attenuate", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    actor = await actor_of(authz, (await issue(authz, claims={"for": "usr_other"})).token)
    assert actor.person == actor.id


async def test_an_address_is_an_organization_s_by_its_card_or_its_members(authz: TestPlatform) -> None:
    """A member is one who has accepted: inviting a stranger makes no mailbox an organization's."""
    admin = await make.admin(authz)
    organization_id, unit = admin.organization_id, make.unit(authz)

    async def held(email: str) -> str:
        return (await unit.ask(CheckAddress(organization_id=organization_id, email=email))).held

    assert await held(admin.email.upper()) == "card"
    assert await held("somebody@elsewhere.example") == ""
    invited = {"email": "quai@invited.example", "name": "Quai", "role": "dispatcher"}
    assert (await admin.web.post("/auth/users", json=invited)).status_code == 201
    assert await held("quai@invited.example") == ""
    assert (await make.accept(authz, "quai@invited.example")).status_code == 200
    assert await held("quai@invited.example") == "member"
    path = f"/auth/organizations/{organization_id}/addresses"
    assert (await admin.web.get(path, params={"email": admin.email})).status_code == 403


async def test_x2_ten_thousand_altered_links_open_nothing(authz: TestPlatform) -> None:
    link = await issue(authz, claims={"name": "Durand"})
    dice = random.Random(20261122)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    identity = authz.identity("core_orders")
    accepted = 0
    for _ in range(10_000):
        altered = list(link.token)
        for _ in range(dice.choice((1, 1, 1, 2, 5))):
            place = dice.randrange(len(altered))
            match dice.randrange(3):
                case 0:
                    altered[place] = dice.choice(letters)
                case 1:
                    altered.insert(place, dice.choice(letters))
                case _:
                    del altered[place]
        token = "".join(altered)
        if token == link.token:
            continue
        try:
            await identity.actor(f"Bearer {token}", "")
        except TokenRefused:
            continue
        accepted += 1
    assert accepted == 0


async def test_a_link_is_refused_a_life_of_more_than_ninety_days(authz: TestPlatform) -> None:
    with pytest.raises(AskRefused) as refused:
        await issue(authz, expires_at=now() + timedelta(days=91))
    assert refused.value.code == "link_too_long"
