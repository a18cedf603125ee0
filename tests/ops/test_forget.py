"""`rt forget` destroys one key in each organization whose events tell of somebody, and notes that it did."""

from typing import Any

import pytest
from tests.conftest import TestPlatform

from rt.contracts.authz import UserJoined
from rt.kernel.log.event_log import EVENT_LOG
from rt.kernel.model.envelope import envelope_of
from rt.ops.forget import NobodySuch, forget

ODILE, KARIM = "usr_odile_brenner", "usr_karim_haddad"


@pytest.fixture
async def joined(platform: TestPlatform) -> None:
    """Odile is told of in three organizations, Karim in one of them; accounts have a collection."""
    await platform.database("authz")["authz.people"].insert_one({"_id": ODILE})
    for org_id, user_id in [("org_a", ODILE), ("org_b", ODILE), ("org_b", KARIM), ("org_c", ODILE)]:
        event = UserJoined(
            user_id=user_id, email=f"{user_id}@here.example", name=user_id.upper(), role="admin"
        )
        await platform.emit(event, org_id)
    await platform.settle()


async def heard(platform: TestPlatform) -> set[tuple[str, str]]:
    """Who is still named in the log, and by whose events."""
    platform.subject_keys.forget()
    events = [envelope_of(event) async for event in platform.database("kernel")[EVENT_LOG].find({})]
    opened: list[Any] = [await platform.personal.open(event) for event in events]
    return {(one.org_id, one.body["name"].lower()) for one in opened if one.body["name"]}


async def noted(platform: TestPlatform) -> set[tuple[str, str]]:
    return {(one.org_id, one.subject) for one in await platform.subject_keys.erased()}


@pytest.mark.usefixtures("joined")
async def test_a_person_is_forgotten_wherever_events_tell_of_them_and_nobody_else_is(
    platform: TestPlatform, mongod: str
) -> None:
    where, _ = await forget(platform.settings, mongod, f"authz.people/{ODILE}", ["org_a"])
    assert where == ["org_a", "org_b", "org_c"]
    assert await heard(platform) == {("org_b", KARIM)}
    assert await noted(platform) == {(org_id, f"authz.people/{ODILE}") for org_id in where}


@pytest.mark.usefixtures("joined")
async def test_who_was_told_of_in_one_organization_alone_keeps_no_other_from_them(
    platform: TestPlatform, mongod: str
) -> None:
    assert (await forget(platform.settings, mongod, f"authz.people/{KARIM}", [])).org_ids == ["org_b"]
    assert await heard(platform) == {("org_a", ODILE), ("org_b", ODILE), ("org_c", ODILE)}
    assert (await forget(platform.settings, mongod, f"authz.people/{KARIM}", [])).org_ids == ["org_b"]


@pytest.mark.usefixtures("joined")
async def test_what_units_keep_of_somebody_is_said(platform: TestPlatform, mongod: str) -> None:
    database = platform.database("kernel")
    sessions = [{"_id": "ses_1", "person_id": ODILE}, {"_id": "ses_2", "person_id": KARIM}]
    lines = [{"actor_id": KARIM, "actor_name": "K"}, {"actor_id": ODILE, "actor_name": "O"}]
    await database["authz.sessions"].insert_many(sessions)
    await database["core_orders.orders"].insert_one({"_id": "ord_1", "history": lines})
    _, kept = await forget(platform.settings, mongod, f"authz.people/{ODILE}", [])
    assert kept == {"authz.people": 1, "authz.sessions": 1, "core_orders.orders": 1}


@pytest.mark.usefixtures("joined")
@pytest.mark.parametrize(
    ("subject", "org_ids"),
    [
        (ODILE, ["org_a"]),
        ("authz.people/", ["org_a"]),
        (f"people/{ODILE}", ["org_a"]),
        (f"authz.persons/{ODILE}", ["org_a"]),
        (f"authz.people/{ODILE}", ["org_a", "org_mistyped"]),
        ("authz.people/usr_nobody_at_all", []),
    ],
)
async def test_what_is_mistyped_is_refused_and_not_noted_as_done(
    platform: TestPlatform, mongod: str, subject: str, org_ids: list[str]
) -> None:
    with pytest.raises(NobodySuch):
        await forget(platform.settings, mongod, subject, org_ids)
    assert await noted(platform) == set()
    assert len(await heard(platform)) == 4
