"""What core_orders answers over HTTP: happy paths, each refusal, each right, and once only."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.services.core_orders import make
from tests.services.core_orders.conftest import GUEST, STANDINGS, THEIR_GUEST
from tests.services.core_orders.make import CARRIER, CONSIGNEE, LOGISTICIAN, SHIPPER, STRANGER

from rt.contracts import core_orders as words
from rt.kernel.core.clock import held, now
from rt.kernel.model.messages import Command, Query
from rt.ops.world import SIGNED_PAPER
from rt.services.core_orders.store import counts

PRICES = ("sell_cents", "buy_cents", "agreed_cents", "invoiced_cents")


def body(**more: Any) -> dict[str, Any]:
    return msgspec.to_builtins(make.asked(**more))


async def post(client, path: str, **content: Any) -> Any:
    response = await client.post(f"/api/orders/{path}", json=content)
    assert response.status_code < 300, response.text
    return response.json()


async def new(client, **more: Any) -> str:
    response = await client.post("/api/orders", json=body(**more))
    assert response.status_code == 201, response.text
    return response.json()["order_id"]


async def confirmed(client, **more: Any) -> str:
    order_id = await new(client, **more)
    await post(client, f"{order_id}/confirm")
    return order_id


def soon(**delta: Any) -> str:
    return (now() + timedelta(**(delta or {"hours": 4}))).isoformat()


async def tendered(client, carrier: str = CARRIER, **more: Any) -> str:
    order_id = await confirmed(client, **more)
    await post(client, f"{order_id}/tender", carrier_id=carrier, price_cents=80_000, deadline=soon())
    return order_id


async def version(client, order_id: str) -> int:
    """The version of an order as somebody reads it now."""
    return (await client.get(f"/api/orders/{order_id}")).json()["version"]


async def offer(client, order_id: str) -> str:
    """The offer that somebody reads on an order now."""
    return (await client.get(f"/api/orders/{order_id}")).json()["tender"]["tender_id"]


async def accept(client, order_id: str) -> Any:
    """Take the offer that is read."""
    return await post(client, f"{order_id}/tender/accept", tender_id=await offer(client, order_id))


async def assigned(client, **more: Any) -> str:
    order_id = await confirmed(client, **more)
    read = await version(client, order_id)
    await post(client, f"{order_id}/assign", version=read, carrier_id=CARRIER, agreed_cents=80_000)
    return order_id


async def proven(client, order_id: str) -> dict[str, str]:
    """Attach a signed paper, and name it as whoever read it does."""
    answer = await client.post(
        f"/api/orders/{order_id}/documents",
        params={"kind": "pod", "filename": "émargé.png"},
        content=SIGNED_PAPER,
        headers={"content-type": "image/png"},
    )
    assert answer.status_code == 201, answer.text
    proof = (await client.get(f"/api/orders/{order_id}")).json()["proof"]
    return {name: proof[name] for name in ("document_id", "content_hash")}


async def test_an_order_goes_from_the_draft_to_the_last_paper(web):
    shipper, carrier = web(), web(CARRIER)
    order_id = await tendered(shipper)
    assert (await accept(carrier, order_id))["agreed_cents"] == 80_000
    await post(carrier, f"{order_id}/plan", vehicle_plate="AB-123-CD", driver_name="Jo")
    for step in ("loading", "in_transit", "delivered"):
        await post(web(CARRIER, roles={"driver"}), f"{order_id}/progress", reached=step)
    await post(shipper, f"{order_id}/accept-proof", **await proven(carrier, order_id))
    read = await version(carrier, order_id)
    await post(carrier, f"{order_id}/invoiced", version=read, invoice_number="F-9", invoiced_cents=80_000)
    closed = await post(shipper, f"{order_id}/close")
    assert closed["state"] == "closed"
    assert [line["what"] for line in closed["history"]] == [
        *("created", "confirmed", "tendered", "accepted", "planned", "loading", "in_transit", "delivered"),
        *("document_added", "proof_accepted", "invoiced", "closed"),
    ]
    assert {line["source"] for line in closed["history"]} == {"portal"}
    assert [one["state"] for one in closed["milestones"]] == [
        *("planned", "loading", "in_transit", "delivered", "pod_ok")
    ]


async def test_numbers_follow_each_other_within_an_organization(web):
    numbers = [(await web().get(f"/api/orders/{await new(web())}")).json()["reference"] for _ in range(3)]
    year = now().year
    assert numbers == [f"{year}-{n:06d}" for n in (1, 2, 3)]


async def test_a_reference_is_given_once_within_an_organization_and_freely_in_another(web):
    await new(web(), reference="CMD-7")
    again = await web().post("/api/orders", json=body(reference="CMD-7"))
    assert (again.status_code, again.json()["code"]) == (409, "reference_taken")
    await new(web(CARRIER), reference="CMD-7")


async def test_fifty_equal_posts_with_one_key_make_one_order(web):
    client = web(headers={"idempotency-key": "the-only-one"})
    answers = await asyncio.gather(*(client.post("/api/orders", json=body()) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert (await web().get("/api/orders/counts")).json()["total"] == 1
    other = await client.post("/api/orders", json=body(instructions="autre"))
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_a_post_without_a_key_is_refused(orders, web):
    actor = orders.actor(SHIPPER, rights={"core_orders.write"})
    async with orders.web("core_orders", actor) as client:
        client.event_hooks = {"request": []}
        assert (await client.post("/api/orders", json=body())).json()["code"] == "key_required"


async def test_fifty_accepts_at_once_take_the_order_once(orders, web):
    order_id = await tendered(web())
    clients = [web(CARRIER, session_id=f"s{n}") for n in range(50)]
    named = {"tender_id": await offer(web(CARRIER), order_id)}
    answers = await asyncio.gather(
        *(client.post(f"/api/orders/{order_id}/tender/accept", json=named) for client in clients)
    )
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}
    order = (await web().get(f"/api/orders/{order_id}")).json()
    assert [line["what"] for line in order["history"]].count("accepted") == 1


async def test_an_edit_needs_the_version_that_was_read(web):
    client = web()
    order_id = await new(client)
    path = f"/api/orders/{order_id}"
    without = await client.patch(path, json={"instructions": "x"})
    assert (without.status_code, without.json()["code"]) == (428, "version_required")
    done = await client.patch(path, json={"instructions": "x"}, headers={"if-match": '"1"'})
    assert (done.status_code, done.json()["instructions"], done.json()["version"]) == (200, "x", 2)
    stale = await client.patch(path, json={"instructions": "y"}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")


async def test_null_empties_nothing_writes_nothing_and_an_empty_text_is_refused(web):
    client = web()
    path = f"/api/orders/{await new(client)}"

    async def edit(version, **said):
        return await client.patch(path, json=said, headers={"if-match": f'"{version}"'})

    await edit(1, instructions="x", equipment="semi_box", sell_cents=5)
    before = (await client.get(path)).json()
    assert (await edit(2)).json() == before
    assert (await edit(2, instructions="x")).json() == before
    emptied = (await edit(2, instructions=None, equipment=None, sell_cents=None)).json()
    assert [emptied[name] for name in ("instructions", "equipment", "sell_cents")] == ["", "", None]
    for said in ({"instructions": ""}, {"equipment": ""}, {"stops": None}, {"currency": None}):
        refused = await edit(3, **said)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, next(iter(said)))


async def test_an_illegal_transition_is_a_conflict_with_the_states_allowed(web):
    order_id = await new(web())
    refused = await web().post(f"/api/orders/{order_id}/close", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert refused.json()["values"]["allowed"] == ["confirmed", "cancelled"]


async def test_confirming_an_incomplete_order_names_each_field_in_both_languages(web):
    order_id = await new(web(), goods=[], consignee_name="", consignee_id=None)
    refused = await web().post(f"/api/orders/{order_id}/confirm", json={})
    assert refused.status_code == 422
    assert {fault["field"] for fault in refused.json()["errors"]} == {"goods", "consignee_name"}
    assert all(set(fault["messages"]) == {"fr", "en"} for fault in refused.json()["errors"])


async def test_the_consignee_is_named_by_its_card_when_the_order_does_not(web):
    order_id = await new(web(), consignee_name="")
    assert (await web().get(f"/api/orders/{order_id}")).json()["consignee_name"] == f"Maison {CONSIGNEE}"


async def test_an_overload_is_refused_with_its_figure(web):
    refused = await web().post("/api/orders", json=body(goods=[make.goods(weight_kg=31_000)]))
    assert refused.status_code == 422
    assert "7000" in refused.json()["title"]


@pytest.mark.parametrize("field", ["carrier_id", "consignee_id"])
async def test_an_unknown_partner_is_refused_by_its_field(web, field):
    if field == "carrier_id":
        path = f"/api/orders/{await confirmed(web())}/tender"
        asked = {"carrier_id": "org_none", "price_cents": 1, "deadline": soon()}
    else:
        path, asked = "/api/orders", body(consignee_id="org_none")
    refused = await web().post(path, json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "reference_unknown")
    assert refused.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("carrier", "hours", "code"), [(CARRIER, -1, "deadline_passed"), (SHIPPER, 1, "carrier_is_owner")]
)
async def test_an_offer_that_makes_no_sense_is_refused(web, carrier, hours, code):
    order_id = await confirmed(web())
    refused = await web().post(
        f"/api/orders/{order_id}/tender",
        json={"carrier_id": carrier, "price_cents": 1, "deadline": soon(hours=hours)},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_naive_deadline_is_refused(web):
    order_id = await confirmed(web())
    asked = {"carrier_id": CARRIER, "price_cents": 1, "deadline": "2030-01-01T10:00:00"}
    assert (await web().post(f"/api/orders/{order_id}/tender", json=asked)).status_code == 422


async def test_each_partner_sees_the_order_as_its_part_allows_and_a_stranger_not_at_all(web):
    order_id = await assigned(web())
    path = f"/api/orders/{order_id}"
    seen = {
        "shipper": web(),
        "carrier": web(CARRIER),
        "consignee": web(CONSIGNEE),
        "logistician": web(LOGISTICIAN),
        "driver": web(CARRIER, roles={"driver"}),
    }
    views = {role: (await client.get(path)).json() for role, client in seen.items()}
    assert {role: view["my_role"] for role, view in views.items()} == {role: role for role in seen}
    priced = {role: {p for p in PRICES if view[p] is not None} for role, view in views.items()}
    assert priced == {
        "shipper": {"sell_cents", "buy_cents", "agreed_cents"},
        "carrier": {"agreed_cents"},
        "consignee": set(),
        "logistician": set(),
        "driver": set(),
    }
    for role, client in seen.items():
        if role == "driver":
            continue
        row = (await client.get("/api/orders")).json()["items"][0]
        assert (row["agreed_cents"] is not None) == (role in ("shipper", "carrier"))
    assert (await web(STRANGER).get(path)).status_code == 404
    assert (await web(STRANGER).get("/api/orders")).json()["items"] == []


STRANGERS = [
    ("POST", "confirm", {}),
    ("POST", "cancel", {"version": 3, "reason": "x"}),
    ("POST", "tender", {"carrier_id": CARRIER, "price_cents": 1, "deadline": soon()}),
    ("POST", "tender/accept", {"tender_id": "tnd_1"}),
    ("POST", "tender/refuse", {"tender_id": "tnd_1", "reason": "x"}),
    ("POST", "tender/withdraw", {"tender_id": "tnd_1"}),
    ("POST", "assign", {"version": 3, "carrier_id": CARRIER, "agreed_cents": 1}),
    ("POST", "release", {"version": 3, "reason": "x"}),
    ("POST", "plan", {"vehicle_plate": "X"}),
    ("POST", "progress", {"reached": "loading"}),
    ("POST", "duplicate", {}),
    ("POST", "accept-proof", {"document_id": "doc_1", "content_hash": make.HASH}),
    ("POST", "reopen", {"reason": "x"}),
    ("POST", "close", {}),
    ("POST", "invoiced", {"version": 3, "invoice_number": "1", "invoiced_cents": 1}),
    ("PATCH", "", {"instructions": "x"}),
]


@pytest.mark.parametrize(("method", "path", "asked"), STRANGERS)
async def test_a_stranger_finds_nothing_to_act_on(web, method, path, asked):
    order_id = await tendered(web())
    where = f"/api/orders/{order_id}/{path}".rstrip("/")
    refused = await web(STRANGER).request(method, where, json=asked, headers={"if-match": '"3"'})
    assert (refused.status_code, refused.json()["code"]) == (404, "order_not_found")


@pytest.mark.parametrize(
    ("org", "path", "asked"),
    [
        (CARRIER, "cancel", {"version": 3, "reason": "x"}),
        (SHIPPER, "tender/accept", {}),
        (CARRIER, "tender/withdraw", {}),
        (LOGISTICIAN, "close", {}),
    ],
)
async def test_a_partner_does_not_do_what_is_anothers_part(web, org, path, asked):
    order_id = await tendered(web())
    if path.startswith("tender/"):
        asked = {"tender_id": await offer(web(org), order_id)}
    refused = await web(org).post(f"/api/orders/{order_id}/{path}", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_part")


DRIVERS = {
    *("GetOrder", "FindDocuments", "GetDocument", "GetDocumentUrl"),
    *("AddDocument", "ReportIncident", "ReportProgress"),
}


def test_a_driver_reads_reports_and_attaches_and_does_nothing_of_the_office():
    said = {message.__name__ for message in _words() if "driver" not in message.shape.closed_to}
    assert said == DRIVERS


async def test_a_driver_does_not_accept_an_offer_for_its_boss(web):
    order_id = await tendered(web())
    named = {"tender_id": await offer(web(CARRIER), order_id)}
    path = f"/api/orders/{order_id}/tender/accept"
    refused = await web(CARRIER, roles={"driver"}).post(path, json=named)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_may_not")


def _words() -> list[Any]:
    found = [one for one in vars(words).values() if isinstance(one, type)]
    return sorted(
        (one for one in found if issubclass(one, Query | Command)), key=lambda message: str(message.__name__)
    )


@pytest.mark.parametrize("message", _words(), ids=lambda message: message.__name__)
async def test_every_word_needs_its_right(orders, web, message):
    shape = message.shape
    path = shape.route.replace("{", "").replace("}", "")
    without = web(rights=frozenset({"core_orders.read"} - {shape.needs}))
    async with without as client:
        refused = await client.request(shape.method, path, headers={"if-match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (403, "right_missing")
    async with orders.web("core_orders") as nobody:
        assert (await nobody.request(shape.method, path)).status_code == 401


async def test_a_refused_offer_is_out_of_the_carriers_sight_and_a_repeat_is_harmless(web):
    order_id = await tendered(web())
    carrier = web(CARRIER, headers={"idempotency-key": "no-thanks"})
    path = f"/api/orders/{order_id}/tender/refuse"
    asked = {"tender_id": await offer(carrier, order_id), "reason": "pas de camion"}
    first = await carrier.post(path, json=asked)
    again = await carrier.post(path, json=asked)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert (await carrier.get(f"/api/orders/{order_id}")).status_code == 404
    order = (await web().get(f"/api/orders/{order_id}")).json()
    assert (order["state"], order["tenders"][0]["reason"]) == ("confirmed", "pas de camion")


async def test_a_carrier_that_gives_the_order_back_says_so_once(web):
    order_id = await assigned(web())
    carrier = web(CARRIER, headers={"idempotency-key": "give-back"})
    asked = {"version": await version(carrier, order_id), "reason": "panne"}
    for _ in range(2):
        answer = await carrier.post(f"/api/orders/{order_id}/release", json=asked)
        assert answer.status_code == 200
    order = (await web().get(f"/api/orders/{order_id}")).json()
    assert (order["state"], order["carrier_id"], order["agreed_cents"]) == ("confirmed", None, None)
    assert [line["what"] for line in order["history"]].count("released") == 1
    assert (await carrier.get(f"/api/orders/{order_id}")).status_code == 404


async def test_a_withdrawn_offer_leaves_the_order_to_others(web):
    order_id = await tendered(web())
    order = await post(web(), f"{order_id}/tender/withdraw", tender_id=await offer(web(), order_id))
    assert (order["state"], order["tenders"][0]["state"]) == ("confirmed", "withdrawn")
    await post(web(), f"{order_id}/tender", carrier_id=STRANGER, price_cents=1, deadline=soon())
    assert (await web(STRANGER).get(f"/api/orders/{order_id}")).json()["tender"]["price_cents"] == 1


async def test_a_guest_carrier_answers_by_its_link_on_that_order_alone(orders, web):
    order_id, other = await tendered(web(), GUEST), await tendered(web(), GUEST)
    named = {"tender_id": await offer(web(), order_id)}
    link = orders.actor(
        GUEST,
        kind="link",
        scope="accept_tender",
        object_id=order_id,
        id="lnk_1",
        claims={"tender": named["tender_id"]},
    )
    async with orders.web("core_orders", link) as client:
        assert (await client.get(f"/api/orders/{order_id}")).json()["tender"]["price_cents"] == 80_000
        assert (await client.get(f"/api/orders/{other}")).status_code == 403
        assert (await client.post(f"/api/orders/{other}/tender/accept", json=named)).status_code == 403
        assert (await client.post(f"/api/orders/{order_id}/cancel", json={"reason": "x"})).status_code == 403
        accepted = await post(client, f"{order_id}/tender/accept", **named)
    assert accepted["state"] == "assigned"
    history = (await web().get(f"/api/orders/{order_id}")).json()["history"]
    assert history[-1]["source"] == "link"


async def test_orders_are_found_by_any_fragment_of_what_they_are_called(web):
    client = web()
    await new(client, reference="CMD-2026-777", references={"booking": "BK4711"})
    await new(client, consignee_name="Établissements Gaudin")
    for q, count in (("26-77", 1), ("k471", 1), ("gaud", 1), ("etienne", 2), ("gaudin etien", 1), ("zz", 0)):
        found = (await client.get("/api/orders", params={"q": q})).json()["items"]
        assert len(found) == count, q


@pytest.mark.parametrize("named", ["12", "7", "12 / A", "AB-1", "ÉTÉ 9"])
async def test_who_types_a_whole_reference_finds_its_order_first_however_old_it_is(web, named):
    wanted = await new(web(), reference=named)
    for n in range(4):
        await new(web(), reference=f"{named}{n}", references={"booking": named})
    first = (await web().get("/api/orders", params={"q": f" {named} ", "limit": 2})).json()
    assert first["items"][0]["order_id"] == wanted
    second = (await web().get("/api/orders", params={"q": named, "limit": 4, "after": first["next"]})).json()
    seen = [row["order_id"] for row in first["items"] + second["items"]]
    assert len(seen) == len(set(seen)) == 5
    elsewhere = {"q": named, "state": "confirmed"}
    assert (await web().get("/api/orders", params=elsewhere)).json()["items"] == []


async def test_a_partner_searches_what_it_sees_and_no_more(web):
    await assigned(web(), reference="VU-1")
    await confirmed(web(), reference="VU-2")
    await assigned(web(STRANGER), reference="VU-3")
    found = (await web(CARRIER).get("/api/orders", params={"q": "vu"})).json()["items"]
    assert [row["reference"] for row in found] == ["VU-3", "VU-1"]
    assert (await web(GUEST).get("/api/orders", params={"q": "vu"})).json()["items"] == []


async def test_lists_are_filtered_counted_and_paged_newest_first(web):
    client = web()
    ids = [await new(client) for _ in range(3)]
    await post(client, f"{ids[0]}/confirm")
    late = make.pickup(from_at=make.MONDAY + timedelta(days=30), until_at=None)
    stops = [late, make.delivery(from_at=late.from_at, until_at=None)]
    ids.append(await new(client, stops=stops))
    first = (await client.get("/api/orders", params={"limit": 3})).json()
    second = (await client.get("/api/orders", params={"limit": 3, "after": first["next"]})).json()
    assert [row["order_id"] for row in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] == ""

    async def found(**params: Any) -> list[str]:
        answer = await client.get("/api/orders", params=params)
        return [row["order_id"] for row in answer.json()["items"]]

    assert await found(state="confirmed,tendered") == [ids[0]]
    assert await found(pickup_since="2026-12-20") == [ids[3]]
    assert await found(pickup_until="2026-11-23") == ids[2::-1]
    assert await found(carrier_id=CARRIER) == []
    counts = (await client.get("/api/orders/counts")).json()
    assert counts == {"states": {"confirmed": 1, "draft": 3}, "incident": 0, "total": 4}


async def test_lists_are_sorted_and_filtered_by_what_their_reader_sees(web):
    first = await assigned(web(), reference="B")
    late = make.delivery(from_at=make.MONDAY + timedelta(days=9), until_at=None)
    second = await assigned(web(), reference="A", stops=[make.pickup(), late])
    theirs = await assigned(web(STRANGER), reference="C")

    async def found(by, **params: Any) -> list[str]:
        answer = await by.get("/api/orders", params=params)
        assert answer.status_code == 200, answer.text
        return [row["order_id"] for row in answer.json()["items"]]

    carrier = web(CARRIER)
    assert await found(carrier, sort="reference") == [second, first, theirs]
    assert (await found(carrier, sort="-delivery"))[0] == second
    assert await found(carrier, sort="-newest") == [first, second, theirs]
    assert await found(carrier, sort="client", shipper_id=STRANGER) == [theirs]
    assert await found(carrier, sort="delivery", delivery_since="2026-12-01") == [second]
    assert await found(carrier, order_ids=[first, theirs, "ord_unknown"]) == [theirs, first]
    assert await found(carrier, order_ids=first) == [first]
    plan = {"vehicle_plate": "AB-123-CD", "driver_name": "Jo"}
    assert (await carrier.post(f"/api/orders/{first}/plan", json=plan)).status_code == 200
    assert await found(web(), plate="ab 123 cd") == [first]
    assert await found(web(), q="b123") == [first]
    incident = {"kind": "delay", "text": "bouchon", "shared": False}
    assert (await carrier.post(f"/api/orders/{theirs}/incidents", json=incident)).status_code in (200, 201)
    assert await found(carrier, incident=True) == [theirs]
    assert await found(carrier, incident=False, sort="reference") == [second, first]
    assert await found(web(STRANGER), incident=True) == []


async def test_a_list_is_sorted_by_price_for_those_between_whom_it_is_agreed_alone(web):
    mine = await assigned(web(), reference="P")
    assert (await web(CONSIGNEE).get("/api/orders")).json()["items"]
    refused = await web(CONSIGNEE).get("/api/orders", params={"sort": "price"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (403, "sort")
    await new(web(CONSIGNEE))
    by_price = (await web(CONSIGNEE).get("/api/orders", params={"sort": "-price"})).json()["items"]
    assert mine not in [row["order_id"] for row in by_price]
    assert len(by_price) == 1
    for who in (web(), web(CARRIER)):
        rows = (await who.get("/api/orders", params={"sort": "price"})).json()["items"]
        assert [row["order_id"] for row in rows] == [mine]
    unknown = await web().get("/api/orders", params={"sort": "buy_cents"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "sort")


async def test_numbers_that_nobody_works_through_are_remembered_for_a_while(web, monkeypatch):
    monkeypatch.setattr(counts, "MOST_COUNTED", 2)

    async def counted(by) -> dict[str, int]:
        return (await by.get("/api/orders/counts")).json()["states"]

    for _ in range(3):
        await new(web())
    order_id = await assigned(web())
    assert await counted(web()) == {"draft": 3, "assigned": 1}
    await new(web())
    await post(web(CARRIER), f"{order_id}/plan", vehicle_plate="AB-123-CD")
    assert await counted(web()) == {"draft": 3, "planned": 1}
    with held(now() + counts.COUNTED_FOR):
        assert await counted(web()) == {"draft": 4, "planned": 1}
    assert await counted(web(CARRIER)) == {"planned": 1}


async def test_an_export_quotes_formulas_and_hides_prices_from_the_consignee(web):
    await assigned(web(), reference="=1+1", consignee_name="@SUM(A1)")
    mine = (await web().get("/api/orders/export")).content.decode("utf-8-sig")
    theirs = (await web(CONSIGNEE).get("/api/orders/export")).content.decode("utf-8-sig")
    assert "'=1+1" in mine
    assert "'@SUM(A1)" in mine
    assert "800,00" in mine
    assert "800,00" not in theirs
    assert "Prix" not in theirs


async def test_an_export_has_the_columns_that_were_chosen_in_their_order_and_no_hidden_price(web):
    await assigned(web(), reference="CMD-1")
    said = {"columns": ["agreed_cents", "reference", "incident_open"]}
    mine = (await web().get("/api/orders/export", params=said)).content.decode("utf-8-sig")
    assert mine.splitlines() == ["Prix convenu;Référence;Incident", "800,00;CMD-1;"]
    theirs = (await web(CONSIGNEE).get("/api/orders/export", params=said)).content.decode("utf-8-sig")
    assert theirs.splitlines() == ["Référence;Incident", "CMD-1;"]
    assert (await web().get("/api/orders/export", params={"columns": "buy_cents"})).status_code == 422


async def test_what_a_search_finds_is_counted_no_further_than_asked_for(web):
    for n in range(3):
        await new(web(), reference=f"CMD-{n}", consignee_name="Distri Rhône")
    await assigned(web(), reference="CMD-9", consignee_name="Distri Rhône")

    async def found(who, *by, **more):
        answer = await who.post("/api/orders/found", json={"by": by, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["counts"]

    asked = ({}, {"state": "draft"}, {"q": "CMD-2 Rhône"})
    assert await found(web(), *asked) == [4, 3, 1]
    assert await found(web(), *asked, most=2) == [2, 2, 1]
    assert await found(web(CARRIER), *asked) == [1, 0, 0]
    for wrong in ({"by": []}, {"by": [{}] * 21}, {"by": [{"org_id": SHIPPER}]}, {"by": [{"sort": "price"}]}):
        assert (await web().post("/api/orders/found", json=wrong)).status_code == 422


async def test_bulk_actions_answer_for_each_order(web):
    good, draft = await confirmed(web()), await new(web())
    client = web(headers={"idempotency-key": "bulk-1"})
    read = [{"order_id": one, "version": await version(web(), one)} for one in (good, draft)]
    asked = {
        "orders": read,
        "carrier_id": GUEST,
        "price_cents": 5,
        "deadline": soon(),
    }
    path = "/api/orders/bulk/tender"
    results = (await client.post(path, json=asked)).json()["results"]
    assert [(one["ok"], one["code"]) for one in results] == [
        (True, ""),
        (False, "illegal_transition"),
    ]
    assert results[1]["fr"] != results[1]["en"]
    again = (await client.post(path, json=asked)).json()["results"]
    assert again == results
    unknown = await web().post(path, json=asked | {"orders": [*read, {"order_id": "ord_none", "version": 1}]})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "orders.2.order_id")
    stale, fresh = await version(web(), good), await version(web(), draft)
    await post(web(), f"{good}/tender/withdraw", tender_id=await offer(web(), good))
    read = [{"order_id": good, "version": stale}, {"order_id": draft, "version": fresh}]
    cancelled = await post(web(), "bulk/cancel", orders=read, reason="grève")
    assert [(one["ok"], one["code"]) for one in cancelled["results"]] == [
        (False, "order_changed"),
        (True, ""),
    ]
    assert (await web().get(f"/api/orders/{good}")).json()["state"] == "confirmed"


async def test_a_duplicate_is_a_draft_with_its_dates_moved(web):
    order_id = await assigned(web())
    twin = await post(web(), f"{order_id}/duplicate", shift_days=7)
    assert (twin["state"], twin["carrier_id"], twin["agreed_cents"]) == ("draft", None, None)
    assert twin["pickup_from"] == (make.MONDAY + timedelta(days=7)).isoformat().replace("+00:00", "Z")
    refused = await web(CARRIER).post(f"/api/orders/{order_id}/duplicate", json={})
    assert refused.status_code == 404


async def test_a_template_starts_an_order_on_another_day_at_the_same_hour(web):
    order_id = await new(web())
    template = await post(web(), "templates", order_id=order_id, name="Lyon - Saint-Étienne")
    assert (await web().get("/api/orders/templates")).json()["items"] == [template]
    made = await post(web(), f"templates/{template['template_id']}/orders", pickup_day="2027-07-05")
    assert made["pickup_from"] == "2027-07-05T06:00:00Z"  # 08:00 in Paris, winter and summer
    assert (await web(CARRIER).get("/api/orders/templates")).json()["items"] == []


@pytest.mark.parametrize("field", ["consignee_id", "logistician_id"])
async def test_another_tenants_guest_is_named_no_more_than_nobody_and_shows_no_name(web, field):
    order_id = await new(web())
    for named in (THEIR_GUEST, "org_none"):
        asked = body(**{field: named}, consignee_name="")
        made = await web().post("/api/orders", json=asked)
        path, known = f"/api/orders/{order_id}", {"if-match": f'"{await version(web(), order_id)}"'}
        edited = await web().patch(path, json={field: named}, headers=known)
        for refused in (made, edited):
            assert (refused.status_code, refused.json()["code"]) == (422, "reference_unknown")
            assert refused.json()["errors"][0]["field"] == field
            assert "Maison" not in refused.text


async def test_an_edit_that_leaves_a_partner_as_it_was_does_not_ask_about_it_again(web, monkeypatch):
    order_id = await new(web())
    monkeypatch.setitem(STANDINGS, CONSIGNEE, "blocked")
    path, known = f"/api/orders/{order_id}", {"if-match": '"1"'}
    kept = await web().patch(path, json={"consignee_id": CONSIGNEE, "instructions": "x"}, headers=known)
    assert kept.status_code == 200


@pytest.mark.parametrize(
    ("standing", "code"),
    [("asked", "partnership_pending"), ("asks", "partnership_pending"), ("blocked", "partner_refuses")],
)
async def test_an_order_is_shown_to_accepted_partners_alone(web, monkeypatch, standing, code):
    monkeypatch.setitem(STANDINGS, CONSIGNEE, standing)
    refused = await web().post("/api/orders", json=body())
    assert refused.json()["code"] == code
    assert refused.json()["errors"][0]["field"] == "consignee_id"


async def test_what_is_made_again_names_only_partners_who_still_are(web, monkeypatch):
    order_id = await new(web())
    template = await post(web(), "templates", order_id=order_id, name="Lyon")
    monkeypatch.setitem(STANDINGS, CONSIGNEE, "blocked")
    twin = await post(web(), f"{order_id}/duplicate", shift_days=7)
    made = await post(web(), f"templates/{template['template_id']}/orders", pickup_day="2027-07-05")
    for one in (twin, made):
        assert (one["consignee_id"], one["consignee_name"]) == (None, "Brico Loire")
        assert one["logistician_id"] == LOGISTICIAN


async def test_a_draft_is_not_confirmed_towards_who_has_blocked_meanwhile(web, monkeypatch):
    order_id = await new(web())
    monkeypatch.setitem(STANDINGS, CONSIGNEE, "blocked")
    refused = await web().post(f"/api/orders/{order_id}/confirm", json={})
    assert (refused.json()["code"], refused.json()["errors"][0]["field"]) == (
        "partner_refuses",
        "consignee_id",
    )
    assert (await web(CONSIGNEE).get(f"/api/orders/{order_id}")).status_code == 404


async def test_a_block_counts_from_the_next_offer_on(web, monkeypatch):
    first, second = await confirmed(web()), await confirmed(web())
    asked = {"carrier_id": STRANGER, "price_cents": 1, "deadline": soon()}
    offered = await post(web(), f"{first}/tender", **asked)
    assert offered["tender"]["stranger"]
    row = (await web(STRANGER).get("/api/orders")).json()["items"][0]
    assert (row["tender_stranger"], row["shipper_id"]) == (True, SHIPPER)
    monkeypatch.setitem(STANDINGS, STRANGER, "blocked")
    one = await web().post(f"/api/orders/{second}/tender", json=asked)
    named = [{"order_id": second, "version": await version(web(), second)}]
    many = await web().post("/api/orders/bulk/tender", json=asked | {"orders": named})
    assert [answer.json()["code"] for answer in (one, many)] == ["partner_refuses"] * 2


async def test_an_order_is_given_outright_to_partners_and_others_are_asked(web):
    order_id = await confirmed(web())
    asked = {"version": await version(web(), order_id), "carrier_id": STRANGER, "agreed_cents": 1}
    refused = await web().post(f"/api/orders/{order_id}/assign", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "carrier_not_partner")
    assert "proposez-lui" in refused.json()["messages"]["fr"]
    assert (await web(STRANGER).get(f"/api/orders/{order_id}")).status_code == 404


async def test_an_offer_that_was_read_at_another_price_is_not_accepted_at_this_one(web):
    """500 € read, 300 € standing: the carrier is bound by neither."""
    order_id = await tendered(web())
    read = await offer(web(CARRIER), order_id)
    await post(web(), f"{order_id}/tender/withdraw", tender_id=read)
    await post(web(), f"{order_id}/tender", carrier_id=CARRIER, price_cents=30_000, deadline=soon())
    late = await web(CARRIER).post(f"/api/orders/{order_id}/tender/accept", json={"tender_id": read})
    assert (late.status_code, late.json()["code"]) == (409, "offer_closed")
    assert (await web().get(f"/api/orders/{order_id}")).json()["state"] == "tendered"


async def test_a_link_of_an_older_offer_opens_nothing(orders, web):
    order_id = await tendered(web(), GUEST)
    old = await offer(web(), order_id)
    await post(web(), f"{order_id}/tender/withdraw", tender_id=old)
    await post(web(), f"{order_id}/tender", carrier_id=GUEST, price_cents=30_000, deadline=soon())
    new_one = await offer(web(), order_id)

    def by_link(**claims: str) -> Any:
        actor = orders.actor(GUEST, kind="link", scope="accept_tender", object_id=order_id, claims=claims)
        return orders.web("core_orders", actor)

    for claims in ({"tender": old}, {}):
        async with by_link(**claims) as carrier:
            assert (await carrier.get(f"/api/orders/{order_id}")).status_code == 404
            path = f"/api/orders/{order_id}/tender/accept"
            for named in (old, new_one):
                assert not (await carrier.post(path, json={"tender_id": named})).is_success
    async with by_link(tender=new_one) as carrier:
        assert (await carrier.get(f"/api/orders/{order_id}")).json()["tender"]["price_cents"] == 30_000


async def test_a_cancellation_of_what_was_not_read_is_refused(web):
    order_id = await assigned(web())
    read = await version(web(), order_id)
    await post(web(CARRIER), f"{order_id}/plan", vehicle_plate="AB-123-CD", driver_name="Jo")
    refused = await web().post(f"/api/orders/{order_id}/cancel", json={"version": read, "reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_changed")


async def test_a_delivery_by_hand_proves_nothing_until_something_signed_is_there(web):
    order_id = await assigned(web())
    await post(web(CARRIER), f"{order_id}/progress", reached="delivered")
    seen = (await web().get(f"/api/orders/{order_id}")).json()
    assert (seen["proof"], "AcceptProof" in seen["may"]) == (None, False)
    row = (await web().get("/api/orders")).json()["items"][0]
    assert (row["proof"], "AcceptProof" in row["may"]) == (None, False)
    named = await proven(web(CARRIER), order_id)
    wrong = await web().post(f"/api/orders/{order_id}/accept-proof", json=named | {"content_hash": make.HASH})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "proof_changed")
    assert (await post(web(), f"{order_id}/accept-proof", **named))["state"] == "pod_ok"


async def test_numbers_follow_the_year_of_paris(web):
    with held(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        order_id = await new(web())
    assert (await web().get(f"/api/orders/{order_id}")).json()["reference"] == "2027-000001"


async def test_days_are_not_shifted_beyond_what_the_trade_can_mean(web):
    order_id = await new(web())
    for _ in range(3):
        answer = await web().post(f"/api/orders/{order_id}/duplicate", json={"shift_days": 366})
        if answer.status_code != 201:
            break
        order_id = answer.json()["order_id"]
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("stops.")
