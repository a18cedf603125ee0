"""What the pallet service promises, on the real database, the real outbox and the real web layer."""

import asyncio
import re
from datetime import date, timedelta

import pytest
from tests.services.palette import make

from rt.contracts.ecpmr import PalletExchange
from rt.kernel.core.clock import held, now
from rt.services.palette.app import build

RIGHTS = {"palette.read", "palette.write", "palette.admin"}


@pytest.fixture
async def palette(platform):
    """The pallet service beside the part of authz that it asks."""
    await platform.mount(build, make.neighbours)
    return platform


def web(platform, org=make.SHIPPER, **more):
    return platform.web("palette", platform.actor(org=org, rights=RIGHTS, id=f"usr_{org}", **more))


async def asked(response):
    got = await response
    assert got.status_code < 300, got.text
    return got.json()


async def balance(platform, org, partner):
    items = (await asked(web(platform, org).get("/api/palettes/balances", params={"partner_id": partner})))[
        "items"
    ]
    return {(item["pallet_type"], item["quality"]): item["confirmed"] for item in items if item["confirmed"]}


async def told(platform, event):
    """An event of the shipper's, and everything that follows."""
    await platform.emit(event, make.SHIPPER)
    await platform.settle()


async def deliver(platform, deferred=False, **says):
    if deferred:
        policy = {"mode": "deferred", "site_name": "Lyon"}
        await asked(web(platform).post("/api/palettes/policies", json=policy))
    await told(platform, make.signed(**says))


async def test_a_signed_delivery_becomes_one_movement_that_all_sides_see(palette):
    await told(palette, make.planned())
    await deliver(palette)
    seen = {}
    for org in (make.SHIPPER, make.CARRIER, make.CONSIGNEE):
        page = await asked(web(palette, org).get("/api/palettes/movements"))
        seen[org] = [item["id"] for item in page["items"]]
    assert len(seen[make.SHIPPER]) == 1
    assert seen[make.SHIPPER] == seen[make.CARRIER] == seen[make.CONSIGNEE]
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {("EUR", "A"): -13}
    assert await balance(palette, make.CONSIGNEE, make.SHIPPER) == {("EUR", "A"): 13}
    assert await balance(palette, make.CARRIER, make.SHIPPER) == {("EUR", "A"): 20}


async def test_strangers_see_nothing_of_it(palette):
    await deliver(palette)
    movement_id = (await asked(web(palette).get("/api/palettes/movements")))["items"][0]["id"]
    stranger = web(palette, "org_stranger")
    assert (await asked(stranger.get("/api/palettes/movements")))["items"] == []
    assert (await stranger.get(f"/api/palettes/movements/{movement_id}")).status_code == 404
    refused = await stranger.post(
        f"/api/palettes/movements/{movement_id}/reverse", json={"reason": "not mine"}
    )
    assert refused.status_code == 404


async def test_each_side_reads_its_own_lines_alone(palette):
    await deliver(palette)
    item = (await asked(web(palette, make.CONSIGNEE).get("/api/palettes/movements")))["items"][0]
    assert {line["holder_id"] for line in item["lines"]} == {make.CONSIGNEE}


async def test_a_note_told_twice_is_booked_once(palette):
    await deliver(palette)
    await deliver(palette)
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {("EUR", "A"): -13}


async def test_pallets_that_a_sub_carrier_brings_are_those_of_the_carrier_of_the_note_and_count_once(palette):
    """The leg's carrier signed for the one that the shipper entrusted the goods to."""
    await told(palette, make.planned())
    await deliver(palette, leg_id="leg_1", by_org_id="org_sub_carrier")
    await deliver(palette, leg_id="leg_1", by_org_id="org_sub_carrier")
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {("EUR", "A"): -13}
    assert await balance(palette, make.CARRIER, make.SHIPPER) == {("EUR", "A"): 20}
    page = await asked(web(palette, "org_sub_carrier").get("/api/palettes/movements"))
    assert page["items"] == []


async def test_a_delivery_to_someone_without_organization_is_kept_under_the_name(palette):
    await deliver(palette, consignee_id=None, consignee_name="Épicerie Dupont")
    items = (await asked(web(palette).get("/api/palettes/balances")))["items"]
    assert ("name:épicerie dupont", "Épicerie Dupont", 0, -13) in [
        (item["partner_id"], item["partner_name"], item["confirmed"], item["own"]) for item in items
    ]


IMPOSSIBLE = [
    (
        "movements",
        {"partner_id": make.CARRIER, "direction": "given", "moved_at": "2999-01-01T00:00:00Z"},
        "moved_at",
    ),
    (
        "movements",
        {"partner_id": make.CARRIER, "direction": "given", "moved_at": "2026-01-01T00:00:00"},
        "moved_at",
    ),
    ("movements", {"partner_id": make.SHIPPER, "direction": "given"}, "partner_id"),
    ("vouchers", {"creditor_id": make.CARRIER, "expires_on": "2020-01-01"}, "expires_on"),
    ("vouchers", {"creditor_id": make.SHIPPER}, "creditor_id"),
    ("vouchers", {"creditor_id": make.CARRIER, "bearer_id": make.SHIPPER}, "bearer_id"),
]


@pytest.mark.parametrize(("way", "said", "field"), IMPOSSIBLE)
async def test_what_cannot_be_is_refused_with_its_field(palette, way, said, field):
    refused = await web(palette).post(f"/api/palettes/{way}", json={"quantity": 1, **said})
    assert refused.status_code in (409, 422)
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


async def test_a_balance_of_an_earlier_day_is_folded_from_earlier_movements(palette):
    await deliver(palette)
    until = (make.AT - timedelta(days=1)).isoformat()
    assert (await asked(web(palette).get("/api/palettes/balances", params={"until": until})))["items"] == []


async def test_the_driver_reads_the_policy_before_arrival(palette):
    await told(palette, make.planned())
    way = "/api/palettes/orders/ord_1/policy"
    assert (await asked(web(palette, make.CARRIER).get(way)))["mode"] == "immediate"
    policy = {"mode": "ratio", "ratio_percent": 80, "partner_id": make.CONSIGNEE}
    await asked(web(palette).post("/api/palettes/policies", json=policy))
    read = await asked(web(palette, make.CARRIER).get(way))
    assert (read["mode"], read["ratio_percent"]) == ("ratio", 80)
    assert "80 %" in read["instruction_fr"]
    assert (await web(palette, "org_stranger").get(way)).json()["code"] == "order_unknown"


async def test_an_order_planned_anew_has_the_policy_of_who_hands_over_then(palette):
    other = {"owner_id": make.SHIPPER, "shipper_id": make.CONSIGNEE, "consignee_id": None}
    await told(palette, make.planned())
    await asked(web(palette, make.CONSIGNEE).post("/api/palettes/policies", json={"mode": "none"}))
    await told(palette, make.planned(**other))
    for org in (make.SHIPPER, make.CARRIER, make.CONSIGNEE):
        read = await asked(web(palette, org).get("/api/palettes/orders/ord_1/policy"))
        assert read["mode"] == "none"


async def test_a_policy_set_again_is_changed_and_can_be_removed(palette):
    shipper = web(palette)
    for mode in ("none", "deferred"):
        kept = await asked(shipper.post("/api/palettes/policies", json={"mode": mode, "site_name": "Lyon"}))
    listed = (await asked(shipper.get("/api/palettes/policies")))["items"]
    assert [policy["mode"] for policy in listed] == ["deferred"]
    await asked(shipper.delete(f"/api/palettes/policies/{kept['id']}"))
    assert (await asked(shipper.get("/api/palettes/policies")))["items"] == []


async def test_a_deferred_exchange_issues_a_voucher_by_itself(palette):
    await deliver(palette, deferred=True, pallets=[PalletExchange(
        pallet_type="EUR", quality="A", delivered=33, returned=0, refused=0, broken=0)])  # fmt: skip
    vouchers = (await asked(web(palette, make.CARRIER).get("/api/palettes/vouchers")))["items"]
    assert [(v["quantity"], v["left"], v["debtor_id"], v["state"]) for v in vouchers] == [
        (33, 33, make.CONSIGNEE, "open")
    ]


async def confirm(platform, org):
    """Say yes to everything that waits for an organization."""
    client = web(platform, org)
    waiting = await asked(client.get("/api/palettes/movements", params={"waits": "ours", "limit": 200}))
    for item in waiting["items"]:
        await asked(client.post(f"/api/palettes/movements/{item['id']}/confirm", json={}))
    await platform.settle()


async def test_a_redemption_is_booked_from_the_voucher(palette):
    await deliver(palette, deferred=True)
    with held(make.AT):
        voucher = (await asked(web(palette).get("/api/palettes/vouchers")))["items"][0]
    way = f"/api/palettes/vouchers/{voucher['id']}/redeem"
    redeemed = await asked(web(palette, make.CARRIER).post(way, json={"quantity": 5, "left": 13}))
    assert redeemed["left"] == 8
    await palette.settle()
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {("EUR", "A"): -13}
    await confirm(palette, make.CONSIGNEE)
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {("EUR", "A"): -8}
    assert await balance(palette, make.CARRIER, make.SHIPPER) == {("EUR", "A"): 25}
    assert await balance(palette, make.CONSIGNEE, make.SHIPPER) == {("EUR", "A"): 8}


async def test_fifty_at_once_with_the_same_page_redeem_once(palette):
    await deliver(palette, deferred=True)
    carrier = web(palette, make.CARRIER)
    voucher = (await asked(carrier.get("/api/palettes/vouchers")))["items"][0]
    way = f"/api/palettes/vouchers/{voucher['id']}/redeem"
    said = {"quantity": 1, "left": voucher["left"]}
    answers = await asyncio.gather(*(carrier.post(way, json=said) for _ in range(50)))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {a.json()["code"] for a in answers if a.status_code != 200} == {"voucher_changed"}


async def test_whoever_reads_and_redeems_at_once_never_gives_more_than_there_is(palette):
    await deliver(palette, deferred=True)
    carrier, debtor = web(palette, make.CARRIER), web(palette, make.CONSIGNEE)
    voucher = (await asked(carrier.get("/api/palettes/vouchers")))["items"][0]
    way = f"/api/palettes/vouchers/{voucher['id']}"

    async def one(client):
        for _ in range(40):
            left = (await asked(client.get(way)))["left"]
            if not left:
                return
            await client.post(f"{way}/redeem", json={"quantity": min(2, left), "left": left})

    await asyncio.gather(*(one(client) for client in [carrier, debtor] * 4))
    await palette.settle()
    for org in (make.CARRIER, make.CONSIGNEE):
        await confirm(palette, org)
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {}
    assert await balance(palette, make.CARRIER, make.SHIPPER) == {("EUR", "A"): 33}
    shown = await asked(carrier.get(way))
    assert (shown["state"], shown["left"]) == ("redeemed", 0)
    assert sum(one["quantity"] for one in shown["redemptions"]) == shown["quantity"] == 13


def cab_of(platform):
    return platform.web(
        "palette", platform.actor(org=make.CARRIER, rights=RIGHTS, roles={"driver"}, id="usr_cab")
    )


DOCK = {"FindVouchers", "GetPolicy", "GetVoucher", "RedeemVoucher"}
"""What a driver does at a dock: read the instructions and a voucher, say what was given back."""


async def test_a_driver_redeems_and_reads_instructions_and_nothing_else(palette):
    await deliver(palette, deferred=True)
    cab = cab_of(palette)
    voucher = (await asked(web(palette, make.CARRIER).get("/api/palettes/vouchers")))["items"][0]
    said = {"quantity": 1, "left": voucher["left"]}
    await asked(cab.post(f"/api/palettes/vouchers/{voucher['id']}/redeem", json=said))
    for message in (served.message for served in palette.instances["palette"].unit.serves):
        way = re.sub(r"{\w+}", "x", message.shape.route)
        answer = await cab.request(message.shape.method, way)
        closed = answer.status_code == 403 and answer.json()["code"] == "role_may_not"
        assert closed == (message.__name__ not in DOCK), message.__name__


async def test_the_same_redemption_sent_twice_counts_once(palette):
    await deliver(palette, deferred=True)
    carrier = web(palette, make.CARRIER)
    voucher = (await asked(carrier.get("/api/palettes/vouchers")))["items"][0]
    way = f"/api/palettes/vouchers/{voucher['id']}/redeem"
    said = {"quantity": 5, "left": 13}
    for _ in range(2):
        answer = await asked(carrier.post(way, json=said, headers={"idempotency-key": "once"}))
    assert answer["left"] == 8


async def test_a_voucher_ends_on_its_day(palette):
    await deliver(palette, deferred=True)
    voucher = (await asked(web(palette).get("/api/palettes/vouchers")))["items"][0]
    with held(now() + timedelta(days=200)):
        await palette.tick()
    assert (await asked(web(palette).get(f"/api/palettes/vouchers/{voucher['id']}")))["state"] == "expired"
    assert await balance(palette, make.SHIPPER, make.CONSIGNEE) == {("EUR", "A"): -13}


async def test_a_lost_voucher_is_worth_nothing(palette):
    await deliver(palette, deferred=True)
    carrier = web(palette, make.CARRIER)
    voucher = (await asked(carrier.get("/api/palettes/vouchers")))["items"][0]
    way = f"/api/palettes/vouchers/{voucher['id']}"
    await asked(carrier.post(f"{way}/withdraw", json={"state": "lost", "reason": "left in the cab"}))
    refused = await carrier.post(f"{way}/redeem", json={"quantity": 1, "left": 13})
    assert (refused.status_code, refused.json()["code"]) == (409, "voucher_closed")


async def test_a_voucher_is_issued_by_hand_by_who_owes(palette):
    issued = await asked(
        web(palette, make.CONSIGNEE).post(
            "/api/palettes/vouchers",
            json={"creditor_id": make.SHIPPER, "quantity": 7, "bearer_id": make.CARRIER},
        )
    )
    found = await asked(
        web(palette, make.CARRIER).get("/api/palettes/vouchers", params={"number": issued["number"]})
    )
    assert [voucher["left"] for voucher in found["items"]] == [7]


PERIOD = {"period_from": "2026-03-01", "period_until": "2026-03-31"}


async def stated(platform, partner=make.CONSIGNEE, **more):
    return await asked(
        web(platform).post("/api/palettes/statements", json={"partner_id": partner, **PERIOD, **more})
    )


async def test_the_partner_answers_the_statement_line_by_line(palette):
    await deliver(palette)
    made = await stated(palette)
    assert [line["quantity"] for line in made["lines"]] == [-33, 20]
    assert made["balances"][0]["closing"] == -13
    answers = [
        {"line_id": made["lines"][0]["id"], "verdict": "contested", "comment": "only 32 came"},
        {"line_id": made["lines"][1]["id"], "verdict": "confirmed"},
    ]
    way = f"/api/palettes/statements/{made['id']}/answer"
    said = {"version": made["version"], "answers": answers}
    refused = await web(palette).post(way, json=said)
    assert (refused.status_code, refused.json()["code"]) == (403, "statement_of_others")
    answered = await asked(web(palette, make.CONSIGNEE).post(way, json=said))
    assert answered["state"] == "contested"
    stale = await web(palette, make.CONSIGNEE).post(way, json=said)
    assert (stale.status_code, stale.json()["code"]) == (409, "statement_changed")
    seen = await asked(web(palette).get(f"/api/palettes/statements/{made['id']}"))
    assert [line["verdict"] for line in seen["lines"]] == ["contested", "confirmed"]


async def test_a_partner_without_account_answers_by_a_link_to_that_statement_alone(palette):
    await deliver(palette, consignee_id=None, consignee_name="Épicerie Dupont")
    made = await stated(palette, partner="name:épicerie dupont", partner_email="dupont@example.org")
    other = await stated(palette, partner="name:épicerie dupont", partner_email="dupont@example.org")
    emitted = (
        await palette.instances["palette"]
        .context.database["event_log"]
        .find_one({"topic": "palette.statement.ready", "entity_id": made["id"]})
    )
    assert emitted is None
    await palette.settle()
    emitted = (
        await palette.instances["palette"]
        .context.database["event_log"]
        .find_one({"topic": "palette.statement.ready", "entity_id": made["id"]})
    )
    assert (await palette.letter(emitted))["url"] == f"/l/token-{made['id']}"
    link = palette.actor(
        org="org_guest", kind="link", id="lnk_1", scope="answer_statement", object_id=made["id"]
    )
    guest = palette.web("palette", link)
    answers = [{"line_id": line["id"], "verdict": "confirmed"} for line in made["lines"]]
    answered = await asked(
        guest.post(
            f"/api/palettes/statements/{made['id']}/answer",
            json={"version": made["version"], "answers": answers},
        )
    )
    assert answered["state"] == "confirmed"
    assert (await guest.get(f"/api/palettes/statements/{other['id']}")).status_code == 403
    assert (await guest.get("/api/palettes/movements")).status_code == 403


async def test_a_statement_downloads_as_a_sheet(palette):
    await deliver(palette, site_name="=cmd()")
    made = await stated(palette)
    sheet = await web(palette).get(f"/api/palettes/statements/{made['id']}/csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "'=cmd()" in sheet.content.decode("utf-8-sig")


async def test_a_claim_that_soon_lapses_is_told_once(palette):
    await deliver(palette)
    for days in (300, 330, 331):
        with held(make.AT + timedelta(days=days)):
            await palette.tick()
    events = palette.instances["palette"].context.database["event_log"]
    emitted = await events.find({"topic": "palette.limitation.near"}).to_list()
    assert sorted((one["body"]["debtor_id"], one["body"]["quantity"]) for one in emitted) == [
        (make.CARRIER, 20),
        (make.CONSIGNEE, 13),
    ]
    assert emitted[0]["body"]["lapses_on"] == date(2027, 3, 2).isoformat()


async def test_a_rule_of_the_organization_comes_before_that_of_the_platform(palette):
    rule = {"kind": "limitation_months", "valid_from": "2020-01-01", "value": 6, "source": "contrat"}
    await asked(web(palette).post("/api/palettes/rules", json=rule))
    await deliver(palette)
    made = await stated(palette)
    assert made["balances"][0]["lapses_on"] == "2026-09-02"
    kinds = [one["kind"] for one in (await asked(web(palette).get("/api/palettes/rules")))["items"]]
    assert kinds.count("limitation_months") == 2
