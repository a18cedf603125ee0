"""What the gateway promises: timelines, audit, tenants, flags, dead letters, health."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.house.messages import asked
from tests.services.admin_gateway.conftest import RIGHTS

from rt.host.topology import UNITS
from rt.kernel.core.clock import held, now
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.messages import OPEN, SIGNED_IN
from rt.kernel.privacy.tenant_data import counts
from rt.services.admin_gateway import store
from rt.services.admin_gateway.domain import units
from rt.services.admin_gateway.domain.flags import FLAGS_AT_MOST
from rt.services.admin_gateway.store import COUNTED_FOR

WORDS = asked("admin_gateway")
GUARDED = [message for message in WORDS if message.shape.needs not in (OPEN, SIGNED_IN)]
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


NAMED = {
    "kind": "regular",
    "starts_at": AT.isoformat(),
    "ends_at": AT.isoformat(),
    "severity": "p1",
    "step": "fix",
    **dict.fromkeys(("fr", "en", "title_fr", "title_en"), "une phrase"),
}
"""What commands must hold before anybody looks at who says them."""


def way(message: Any) -> str:
    route: str = message.shape.route
    for name in message.shape.path_fields:
        route = route.replace("{" + name + "}", "x" * 8)
    return route


@pytest.mark.parametrize("message", GUARDED, ids=lambda message: message.__name__)
async def test_what_belongs_to_all_is_for_the_platforms_people_alone(
    platform: Any, voice: Any, message: Any
) -> None:
    """An organization's own administrator is refused, even one that was given the right by mistake."""
    full = {"q": "abc", "reason": "a reason", "name": "x", "on": True} | NAMED
    named = set(message.__struct_fields__) - set(message.shape.path_fields)
    json = {name: full[name] for name in sorted(named) if name in full}
    request = {"params": json} if message.shape.method == "GET" else {"json": json}
    async with platform.web("admin_gateway") as nobody:
        assert (await nobody.request(message.shape.method, way(message), **request)).status_code == 401
    for rights in ({"core_orders.admin"}, RIGHTS):
        async with platform.web("admin_gateway", platform.actor("org_a", rights, {"admin"})) as client:
            answer = await client.request(message.shape.method, way(message), **request)
        assert (answer.status_code, answer.json()["code"]) == (403, "right_missing")


async def test_the_timeline_of_an_order_crosses_units_and_organizations(
    platform: Any, voice: Any, root: Any
) -> None:
    await voice.send(
        id="par_1", order_id="ord_0000001", number="P-17", token="t0k-of-the-recipient", email="a@b.example"
    )
    await voice.send(org="org_b", id="par_2", order_id="ord_0000002")
    await voice.recount("par_1", 3)
    await platform.settle()
    timeline = (await root.get("/admin/timelines/ord_0000001")).json()
    assert [event["entity_id"] for event in timeline["events"]] == ["par_1"]
    assert "par_1" in timeline["related"]
    assert timeline["units"] == ["palette"]
    assert "t0k-of-the-recipient" not in str(timeline)
    assert "a@b.example" not in str(timeline)
    whole = (await root.get("/admin/timelines/par_1")).json()
    assert [event["topic"] for event in whole["events"]] == ["palette.parcel.sent", "palette.parcels.changed"]
    assert whole["events"][1]["change"]["after"]["count"] == 3
    assert (await root.get("/admin/timelines/par_404")).status_code == 404


async def test_a_timeline_that_is_longer_than_its_page_says_so_and_goes_on(
    platform: Any, voice: Any, root: Any
) -> None:
    await voice.send(id="par_1")
    for count in range(2, 7):
        await voice.recount("par_1", count)
    await platform.settle()
    whole = (await root.get("/admin/timelines/par_1")).json()
    assert (len(whole["events"]), whole["next"]) == (6, "")
    newest = (await root.get("/admin/timelines/par_1?limit=4")).json()
    assert newest["events"] == whole["events"][2:]
    rest = (await root.get("/admin/timelines/par_1", params={"limit": 4, "after": newest["next"]})).json()
    assert (rest["events"], rest["next"]) == (whole["events"][:2], "")
    assert (await root.get("/admin/timelines/par_1?limit=6")).json()["next"] == ""
    assert (await root.get("/admin/timelines/par_1?after=evt_unknown")).status_code == 422


async def test_a_trace_tells_its_timeline(platform: Any, voice: Any, root: Any) -> None:
    await voice.send()
    await platform.settle()
    await root.post("/admin/flags/fast_track", json={"on": True}, headers={"traceparent": TRACEPARENT})
    await platform.settle()
    timeline = (await root.get(f"/admin/timelines/{TRACE}")).json()
    assert [event["topic"] for event in timeline["events"]] == ["admin_gateway.flag.set"]
    assert timeline["events"][0]["actor_id"] == "usr_root"


TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize("q", ["p-1", "P-17", "par_1", "ord_0000001"])
async def test_anything_is_found_by_its_number_or_identity(
    platform: Any, voice: Any, root: Any, q: str
) -> None:
    await voice.send(number="P-17", order_id="ord_0000001")
    await voice.recount("par_1", 3)
    await platform.settle()
    found = (await root.get("/admin/search", params={"q": q})).json()["items"]
    assert [one["subject"] for one in found] == ["par_1"]


async def test_every_event_is_in_the_trail_with_before_and_after(
    platform: Any, voice: Any, root: Any
) -> None:
    await voice.send()
    await voice.recount("par_1", 3)
    await platform.settle()
    page = (await root.get("/admin/audit", params={"entity_id": "par_1"})).json()
    assert [line["did"] for line in page["items"]] == ["palette.parcels.changed", "palette.parcel.sent"]
    changed = page["items"][0]
    assert (changed["before"]["count"], changed["after"]["count"]) == (0, 3)
    checked = (await root.get("/admin/audit/verify")).json()
    assert (checked["intact"], checked["lines"], checked["unsealed"]) == (True, 0, 2)
    await platform.tick()
    checked = (await root.get("/admin/audit/verify")).json()
    assert (checked["intact"], checked["lines"], checked["unsealed"], checked["vouched"]) == (True, 2, 0, 2)


async def test_the_trail_shows_the_line_that_changed_wherever_it_is_and_what_only_sounds_secret(
    platform: Any, voice: Any, root: Any
) -> None:
    lines = [f"line {nth}" for nth in range(80)]
    await voice.send(postal_code="69007", lines=lines, password_hash="$2b$x")
    await voice.relabel("par_1", 77, "another")
    await platform.settle()
    changed, sent = (await root.get("/admin/audit", params={"entity_id": "par_1"})).json()["items"]
    assert (changed["before"], changed["after"]) == ({"lines.77": "line 77"}, {"lines.77": "another"})
    assert (sent["after"]["postal_code"], sent["after"]["password_hash"]) == ("69007", "***")
    assert sent["after"]["lines"] == lines


async def test_the_hundred_and_first_event_put_aside_is_reached_and_all_are_counted(
    platform: Any, voice: Any, root: Any
) -> None:
    dead_letters = platform.instances["admin_gateway"].context.database["dead_letters"]
    for nth in range(230):
        letter = {
            "_id": f"let_{nth:03}", "unit": "palette", "subscription": "x", "event": {}, "reason": "x",
            "tries": 9, "state": "dead" if nth % 10 else "waiting", "put_aside_at": AT, "next_try_at": AT,
        }  # fmt: skip
        await dead_letters.insert_one(letter)
    seen, after = [], ""
    while True:
        params = {"state": "dead", "after": after}
        page = (await root.get("/admin/dead-letters", params=params)).json()
        seen += [one["dead_letter_id"] for one in page["items"]]
        assert (page["dead"], page["waiting"]) == (207, 23)
        if not (after := page["next"]):
            break
    assert seen == [f"let_{nth:03}" for nth in range(230) if nth % 10]


async def test_an_organization_is_found_by_its_id_among_however_many_of_its_name(
    platform: Any, voice: Any, root: Any
) -> None:
    await voice.send(org="org_b")
    await platform.settle()
    found = (await root.get("/admin/tenants/org_b")).json()
    assert (found["organization_id"], found["objects"]["palette.parcels"]) == ("org_b", 1)
    assert (await root.get("/admin/tenants/org_404")).status_code == 404


async def test_there_are_a_hundred_switches_and_no_more(platform: Any, voice: Any, root: Any) -> None:
    for nth in range(FLAGS_AT_MOST):
        made = await root.post(f"/admin/flags/flag_{nth}", json={"on": True})
        assert made.status_code == 200, made.text
    refused = await root.post("/admin/flags/one_more", json={"on": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_flags")
    assert len((await root.get("/admin/flags")).json()["items"]) == FLAGS_AT_MOST
    assert (await root.post("/admin/flags/flag_99", json={"on": False})).status_code == 200


async def test_a_refused_access_is_in_the_trail(platform: Any, voice: Any, root: Any) -> None:
    curious = platform.actor("org_a", RIGHTS, {"admin"}, id="usr_curious")
    async with platform.web("admin_gateway", curious) as client:
        assert (await client.get("/admin/audit")).status_code == 403
    async with platform.web("admin_gateway") as nobody:
        assert (await nobody.get("/admin/audit")).status_code == 401
    await platform.settle()
    lines = (await root.get("/admin/audit", params={"did": "kernel.access.denied"})).json()["items"]
    assert [(line["actor_id"], line["org_id"]) for line in lines] == [("usr_curious", "org_a")]
    timeline = (await root.get(f"/admin/timelines/{lines[0]['entity_id']}")).json()
    assert timeline["events"][0]["body"] == {
        "operation": "FindAudit",
        "path": "/admin/audit",
        "refusal": "right_missing",
    }


async def test_the_export_holds_no_formula(platform: Any, voice: Any, root: Any) -> None:
    await voice.send(id='=HYPERLINK("evil")')
    await platform.settle()
    answer = await root.get("/admin/audit/export")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "'=HYPERLINK" in rows[1]


async def test_a_tenant_is_counted_and_taken_away_without_the_secrets(
    platform: Any, voice: Any, root: Any
) -> None:
    await voice.send(email="a@b.example", password_hash="$2b$x")
    await voice.send(org="org_b", id="par_2")
    tenants = (await root.get("/admin/tenants")).json()["items"]
    assert {one["organization_id"]: one["objects"] for one in tenants} == {
        "org_a": {"palette.parcels": 1},
        "org_b": {"palette.parcels": 1},
    }
    lines = (await root.get("/admin/tenants/org_a/export")).text.splitlines()
    assert len(lines) == 1
    assert "a@b.example" in lines[0]
    assert "$2b$x" not in lines[0]
    assert not {"outbox", "done", "emitted", "fences", "tokens"} & set(json.loads(lines[0]))


async def test_an_erased_tenant_leaves_nothing(platform: Any, voice: Any, directory: Any, root: Any) -> None:
    await voice.send(email="a@b.example")
    await voice.send(org="org_b", id="par_2", partners=["org_a"])
    await voice.send(org="org_operator", id="par_3", email="person@a.example")
    await platform.database("palette")["palette.parcels"].update_one(
        {"_id": "par_3"}, {"$set": {"seen_by": ["org_a"]}}
    )
    with acting_for("org_a"):
        key = await voice.files.put("documents", b"%PDF", "application/pdf", "fil_1")
    await platform.settle()
    path = "/admin/tenants/org_a/erase"
    good = {"name": "Usines Dupont", "reason": "fin de contrat"}
    wrong = await root.post(path, json={**good, "name": "Dupont"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "name_differs")
    early = await root.post(path, json=good)
    assert (early.status_code, early.json()["code"]) == (409, "not_suspended")
    directory.suspended.add("org_a")
    answer = await root.post(path, json=good)
    assert answer.status_code == 200, answer.text
    assert answer.json()["left"] == 0
    assert answer.json()["removed"]["palette.parcels"] == 2
    assert key not in await voice.files.keys("documents", "org_a")
    database = platform.database("admin_gateway")
    for name in await database.names():
        if name not in ("audit",):
            assert "a@b.example" not in repr(await database[name].find().to_list()), name
    with acting_for("org_b"):
        assert (await voice.parcels.get("par_2")).seen_by == ["org_b"]
    await platform.settle()
    erased = (await root.get("/admin/audit", params={"did": "admin_gateway.tenant.erased"})).json()["items"]
    assert len(erased) == 1
    assert (await root.get("/admin/audit/verify")).json()["intact"]


async def test_a_switch_holds_from_the_next_request_for_those_named(
    platform: Any, voice: Any, root: Any
) -> None:
    dispatcher = platform.actor("org_a", roles={"dispatcher"})
    async with platform.web("admin_gateway", dispatcher) as client:

        async def mine() -> list[str]:
            found: list[str] = (await client.get("/admin/flags/mine")).json()["on"]
            return found

        assert await mine() == []
        for body, on in (
            ({"on": True}, ["quotes"]),
            ({"on": True, "organizations": ["org_b"]}, []),
            ({"on": True, "organizations": ["org_a"], "roles": ["admin"]}, []),
            ({"on": True, "organizations": ["org_a"], "roles": ["dispatcher"]}, ["quotes"]),
            ({"on": False}, []),
        ):
            assert (await root.post("/admin/flags/quotes", json=body)).status_code == 200
            assert await mine() == on
    flags = (await root.get("/admin/flags")).json()["items"]
    assert [flag["name"] for flag in flags] == ["quotes"]


async def test_a_switch_is_set_whole(platform: Any, voice: Any, root: Any) -> None:
    said = {"on": True, "description": "Devis", "organizations": ["org_a"]}
    assert (await root.post("/admin/flags/quotes", json=said)).json()["description"] == "Devis"
    again = (await root.post("/admin/flags/quotes", json={"on": True})).json()
    assert (again["description"], again["organizations"]) == ("", [])


async def test_a_dead_letter_is_heard_again(platform: Any, voice: Any, root: Any) -> None:
    voice.deaf = True
    await voice.send()
    await platform.settle()
    (letter,) = (await root.get("/admin/dead-letters", params={"unit": "palette"})).json()["items"]
    assert "anna@ship.example" not in letter["reason"]
    assert letter["topic"] == "palette.parcel.sent"
    queues = (await root.get("/admin/queues")).json()["items"]
    assert {one["unit"]: one["dead_letters"] for one in queues}["palette"] == 1
    voice.deaf = False
    replayed = await root.post(f"/admin/dead-letters/{letter['dead_letter_id']}/replay")
    assert replayed.status_code == 200
    await platform.settle()
    assert (await root.get("/admin/dead-letters")).json()["items"] == []
    assert (await root.post("/admin/dead-letters/ltr_0/replay")).status_code == 404


async def test_the_board_asks_every_unit_and_says_a_notice(platform: Any, voice: Any, root: Any) -> None:
    for step in range(3):
        with held(AT + timedelta(seconds=31 * step)):
            await platform.tick()
    await root.post("/admin/notice", json={"fr": "Maintenance à 22 h", "en": "Maintenance at 22:00"})
    async with platform.web("admin_gateway") as nobody:
        status = (await nobody.get("/admin/status")).json()
    states = {unit["unit"]: unit["state"] for unit in status["units"]}
    assert states["palette"] == states["admin_gateway"] == "up"
    assert status["notice_fr"] == "Maintenance à 22 h"
    assert len(states) == len(UNITS)


def test_the_board_knows_every_unit_of_the_platform() -> None:
    assert sorted(units.UNITS) == sorted(row.package for row in UNITS)


async def test_objects_are_counted_again_after_ten_minutes_and_dated(
    platform: Any, voice: Any, root: Any
) -> None:
    begun = now()
    with held(begun):
        await voice.send()
        first = (await root.get("/admin/tenants/org_a")).json()
        await voice.send(id="par_2")
    with held(begun + COUNTED_FOR):
        listed = (await root.get("/admin/tenants")).json()["items"]
    with held(begun + COUNTED_FOR + timedelta(seconds=1)):
        again = (await root.get("/admin/tenants/org_a")).json()
        shares = (await root.get("/admin/costs", params={"by_tenant": "true"})).json()
    told = {one["organization_id"]: one for one in listed}
    assert [one["objects"]["palette.parcels"] for one in (first, told["org_a"], again)] == [1, 1, 2]
    times = [datetime.fromisoformat(one["counted_at"]) for one in (first, told["org_a"], again)]
    assert times == [begun, begun, begun + COUNTED_FOR + timedelta(seconds=1)]
    assert datetime.fromisoformat(told["org_b"]["counted_at"]) == begun + COUNTED_FOR
    assert datetime.fromisoformat(shares["counted_at"]) == begun + COUNTED_FOR
    kept = {one["organization_id"]: one["objects"] for one in shares["tenant_costs"]}
    assert kept["org_a"] == 2


async def test_an_erased_tenant_is_counted_anew(platform: Any, voice: Any, directory: Any, root: Any) -> None:
    await voice.send()
    assert (await root.get("/admin/tenants/org_a")).json()["objects"] == {"palette.parcels": 1}
    directory.suspended.add("org_a")
    good = {"name": "Usines Dupont", "reason": "fin de contrat"}
    erased = await root.post("/admin/tenants/org_a/erase", json=good)
    assert erased.status_code == 200, erased.text
    assert (await root.get("/admin/tenants/org_a")).json()["objects"] == {}


async def test_a_tenant_erased_while_others_are_counted_leaves_their_list_whole(
    platform: Any, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    holdings = store.Holdings(platform.instances["admin_gateway"].context.database)
    await holdings.of(["org_a"])

    async def meanwhile(database: Any, org_ids: list[str]) -> dict[str, dict[str, int]]:
        holdings.forget("org_a")
        return await counts(database, org_ids)

    monkeypatch.setattr(store, "counts", meanwhile)
    assert set(await holdings.of(["org_a", "org_b"])) == {"org_a", "org_b"}
