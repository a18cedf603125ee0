"""A movement binds a party by its signature, its confirmation or its contract, and by nobody else's word."""

from datetime import timedelta
from random import Random

import pytest
from tests.services.palette import make
from tests.services.palette.test_actions import asked, balance, confirm, deliver, palette, web

from rt.kernel.core.clock import held, now
from rt.services.palette.store.migrations import ConsentFilled

__all__ = ["palette"]
SHIPPER, CARRIER, CONSIGNEE = make.SHIPPER, make.CARRIER, make.CONSIGNEE
MOVEMENTS, VOUCHERS, POLICIES = (f"/api/palettes/{what}" for what in ("movements", "vouchers", "policies"))


async def book(platform, org=SHIPPER, partner=CONSIGNEE, **says):
    said = {"partner_id": partner, "direction": "given", "quantity": 33} | says
    return await asked(web(platform, org).post(MOVEMENTS, json=said))


async def shares(platform, org, partner):
    """Confirmed, claimed by us, claimed by others and own, over all sites and types."""
    items = (await asked(web(platform, org).get("/api/palettes/balances", params={"partner_id": partner})))[
        "items"
    ]
    figures = ("confirmed", "claimed_by_us", "claimed_by_others", "own")
    return tuple(sum(item[figure] for item in items) for figure in figures)


async def answer(platform, org, movement, what, **says):
    got = await web(platform, org).post(f"{MOVEMENTS}/{movement['id']}/{what}", json=says)
    await platform.settle()
    return got


async def waiting(platform, org, whose="ours"):
    page = await asked(web(platform, org).get(MOVEMENTS, params={"waits": whose}))
    return [item["id"] for item in page["items"]]


async def emitted(platform, topic):
    return await platform.emitted(topic)


async def test_what_one_side_books_is_no_debt_of_the_other_until_it_says_yes(palette):
    movement = await book(palette)
    assert movement["standing"] == "claimed"
    assert movement["awaited"] == ["Consignee"]
    assert await shares(palette, SHIPPER, CONSIGNEE) == (0, -33, 0, 0)
    assert await shares(palette, CONSIGNEE, SHIPPER) == (0, 0, 33, 0)
    await answer(palette, CONSIGNEE, movement, "confirm")
    assert await shares(palette, SHIPPER, CONSIGNEE) == (-33, 0, 0, 0)
    assert await shares(palette, CONSIGNEE, SHIPPER) == (33, 0, 0, 0)


async def test_a_claim_waits_on_both_sides_and_is_told_to_the_one_that_is_asked(palette):
    movement = await book(palette)
    assert await waiting(palette, CONSIGNEE) == [movement["id"]] == await waiting(palette, SHIPPER, "theirs")
    assert await waiting(palette, SHIPPER) == [] == await waiting(palette, CONSIGNEE, "theirs")
    (claimed,) = await emitted(palette, "palette.movement.claimed")
    assert (claimed["awaited"], claimed["teller_name"]) == ([CONSIGNEE], "Shipper")
    await answer(palette, CONSIGNEE, movement, "confirm")
    assert await waiting(palette, CONSIGNEE) == await waiting(palette, SHIPPER, "theirs") == []
    (confirmed,) = await emitted(palette, "palette.movement.confirmed")
    assert (confirmed["teller_id"], confirmed["by_name"]) == (SHIPPER, "Consignee")


async def test_nobody_confirms_its_own_claim_or_a_strangers(palette):
    movement = await book(palette)
    own = await answer(palette, SHIPPER, movement, "confirm")
    assert (own.status_code, own.json()["code"]) == (409, "claim_closed")
    assert (await answer(palette, CARRIER, movement, "confirm")).status_code == 404
    assert await balance(palette, CONSIGNEE, SHIPPER) == {}


async def test_a_no_closes_the_claim_for_good(palette):
    movement = await book(palette)
    disputed = await answer(palette, CONSIGNEE, movement, "dispute", reason="only 32 came")
    assert disputed.json()["standing"] == "disputed"
    assert await shares(palette, SHIPPER, CONSIGNEE) == (0, 0, 0, 0)
    late = await answer(palette, CONSIGNEE, movement, "confirm")
    assert (late.status_code, late.json()["code"]) == (409, "claim_closed")
    shown = await asked(web(palette).get(f"{MOVEMENTS}/{movement['id']}"))
    assert (shown["closed_by"], shown["closed_reason"]) == ("Consignee", "only 32 came")
    (no,) = await emitted(palette, "palette.movement.disputed")
    assert (no["teller_id"], no["reason"]) == (SHIPPER, "only 32 came")


async def test_a_claim_lapses_after_the_days_that_the_rule_says(palette):
    rule = {"kind": "claim_days", "valid_from": "2020-01-01", "value": 7}
    await asked(web(palette).post("/api/palettes/rules", json=rule))
    movement = await book(palette)
    with held(now() + timedelta(days=8)):
        late = await answer(palette, CONSIGNEE, movement, "confirm")
        assert (late.status_code, late.json()["code"]) == (409, "claim_closed")
        assert await shares(palette, SHIPPER, CONSIGNEE) == (0, 0, 0, 0)
        assert await waiting(palette, CONSIGNEE) == []
        await palette.tick()
    shown = await asked(web(palette).get(f"{MOVEMENTS}/{movement['id']}"))
    assert shown["standing"] == "lapsed"
    assert len(await emitted(palette, "palette.movement.lapsed")) == 1


async def test_the_author_takes_its_claim_back_until_somebody_said_yes(palette):
    movement, other = await book(palette), await book(palette)
    theirs = await answer(palette, CONSIGNEE, movement, "withdraw", reason="not mine")
    assert (theirs.status_code, theirs.json()["code"]) == (403, "claim_of_others")
    gone = await answer(palette, SHIPPER, movement, "withdraw", reason="by mistake")
    assert gone.json()["standing"] == "withdrawn"
    await answer(palette, CONSIGNEE, other, "confirm")
    refused = await answer(palette, SHIPPER, other, "withdraw", reason="by mistake")
    assert (refused.status_code, refused.json()["code"]) == (409, "claim_closed")
    assert await shares(palette, SHIPPER, CONSIGNEE) == (-33, 0, 0, 0)


async def test_a_reversal_needs_the_same_yes_as_the_movement(palette):
    await deliver(palette)
    movement = (await asked(web(palette).get(MOVEMENTS)))["items"][0]
    back = (await answer(palette, SHIPPER, movement, "reverse", reason="wrong count")).json()
    assert back["reverses"] == movement["id"]
    assert await balance(palette, SHIPPER, CONSIGNEE) == {("EUR", "A"): -13}
    await answer(palette, CONSIGNEE, back, "confirm")
    assert await balance(palette, SHIPPER, CONSIGNEE) == {}
    assert await balance(palette, SHIPPER, CARRIER) == {("EUR", "A"): -20}
    await answer(palette, CARRIER, back, "confirm")
    assert await balance(palette, SHIPPER, CARRIER) == {}
    again = await answer(palette, SHIPPER, movement, "reverse", reason="wrong count")
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")


async def test_whoever_is_bound_may_ask_for_the_reversal(palette):
    movement = await book(palette)
    early = await answer(palette, CONSIGNEE, movement, "reverse", reason="not so many")
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_reverse")
    await answer(palette, CONSIGNEE, movement, "confirm")
    back = (await answer(palette, CONSIGNEE, movement, "reverse", reason="not so many")).json()
    await answer(palette, SHIPPER, back, "confirm")
    assert await balance(palette, CONSIGNEE, SHIPPER) == {}


async def test_a_refused_reversal_may_be_asked_for_again(palette):
    await deliver(palette)
    movement = (await asked(web(palette).get(MOVEMENTS)))["items"][0]
    for _ in range(2):
        back = (await answer(palette, SHIPPER, movement, "reverse", reason="wrong count")).json()
        waits = await answer(palette, CONSIGNEE, movement, "reverse", reason="wrong count")
        assert (waits.status_code, waits.json()["code"]) == (409, "already_reversed")
        await answer(palette, CONSIGNEE, back, "dispute", reason="it was right")
    assert await balance(palette, SHIPPER, CONSIGNEE) == {("EUR", "A"): -13}


async def test_a_reversal_sent_twice_is_one(palette):
    await deliver(palette)
    movement = (await asked(web(palette).get(MOVEMENTS)))["items"][0]
    way, once = f"{MOVEMENTS}/{movement['id']}/reverse", {"idempotency-key": "once"}
    backs = [await asked(web(palette).post(way, json={"reason": "wrong"}, headers=once)) for _ in range(2)]
    assert backs[0]["id"] == backs[1]["id"]


async def test_a_note_signed_with_the_carrier_binds_all_three(palette):
    await deliver(palette)
    assert await shares(palette, SHIPPER, CONSIGNEE) == (-13, 0, 0, 0)
    assert await shares(palette, CARRIER, SHIPPER) == (20, 0, 0, 0)


async def test_what_the_consignee_signs_by_itself_waits_for_the_carrier_who_speaks_for_the_shipper(palette):
    """Or a consignee alone would pay its debts by writing that it gave a thousand pallets back."""
    await deliver(palette, by_org_id=CONSIGNEE)
    assert await shares(palette, CONSIGNEE, SHIPPER) == (0, 13, 0, 0)
    assert await shares(palette, CARRIER, SHIPPER) == (0, 0, 20, 0)
    await confirm(palette, CARRIER)
    assert await shares(palette, SHIPPER, CONSIGNEE) == (-13, 0, 0, 0)
    assert await shares(palette, CARRIER, SHIPPER) == (20, 0, 0, 0)


async def test_what_one_without_account_signs_by_link_counts_once_the_carrier_has_said_yes(palette):
    await deliver(palette, consignee_id=None, consignee_name="Épicerie Dupont", by_org_id="gst_link")
    assert await shares(palette, CARRIER, SHIPPER) == (0, 0, 20, 0)
    (claim,) = (await asked(web(palette, CARRIER).get(MOVEMENTS, params={"waits": "ours"})))["items"]
    assert claim["teller_name"] == "Épicerie Dupont"
    await confirm(palette, CARRIER)
    assert await shares(palette, CARRIER, SHIPPER) == (20, 0, 0, 0)
    assert await shares(palette, SHIPPER, "name:épicerie dupont") == (0, 0, 0, -13)


@pytest.mark.parametrize("carrier", [SHIPPER, "org_guest"])
async def test_glass_in_the_hands_of_who_gains_by_it_binds_nobody_else(palette, carrier):
    await deliver(palette, carrier_id=carrier, by_org_id=carrier)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == 0
    await confirm(palette, CONSIGNEE)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == 13


async def test_who_runs_the_order_and_carries_it_writes_no_debts_of_those_it_names(palette):
    """Or a carrier would say alone what others owe each other: nobody has entrusted anything to it."""
    await deliver(palette, owner_id=CARRIER)
    await confirm(palette, CONSIGNEE)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == (await shares(palette, CARRIER, SHIPPER))[0] == 0
    await confirm(palette, SHIPPER)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == 13
    assert (await shares(palette, CARRIER, SHIPPER))[0] == 20


async def test_the_carrier_of_anothers_order_does_not_speak_for_its_shipper(palette):
    await deliver(palette, deferred=True, owner_id="org_forwarder")
    assert (await shares(palette, SHIPPER, CONSIGNEE))[0] == 0
    await confirm(palette, SHIPPER)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == 13
    (voucher,) = (await asked(web(palette).get(VOUCHERS)))["items"]
    await redeem(palette, CARRIER, voucher, 13)
    await confirm(palette, CONSIGNEE)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == 13, "its own yes is wanted for what settles it"


async def test_a_shipper_without_account_is_asked_nothing(palette):
    await deliver(palette, owner_id=CARRIER, shipper_id="org_guest")
    (claimed,) = await emitted(palette, "palette.movement.claimed")
    assert claimed["awaited"] == [CONSIGNEE]
    await confirm(palette, CONSIGNEE)
    (movement,) = (await asked(web(palette, CONSIGNEE).get(MOVEMENTS)))["items"]
    assert movement["standing"] == "own"


async def test_a_carrier_that_is_its_own_consignee_does_not_speak_for_the_shipper(palette):
    await deliver(palette, consignee_id=CARRIER, by_org_id=CARRIER)
    assert (await shares(palette, SHIPPER, CARRIER))[0] == 0


async def test_under_a_policy_that_both_accepted_either_ones_note_binds_both(palette):
    policy = await asked(web(palette).post(POLICIES, json={"mode": "immediate", "partner_id": CONSIGNEE}))
    said = {"version": policy["version"], "answer": "accepted"}
    await asked(web(palette, CONSIGNEE).post(f"{POLICIES}/{policy['id']}/answer", json=said))
    await deliver(palette, carrier_id=SHIPPER, by_org_id=SHIPPER)
    assert (await shares(palette, CONSIGNEE, SHIPPER))[0] == 13


async def test_an_answer_to_a_policy_is_to_the_terms_that_were_read(palette):
    asking = {"mode": "immediate", "partner_id": CONSIGNEE}
    policy = await asked(web(palette).post(POLICIES, json=asking))
    (proposed,) = await emitted(palette, "palette.policy.proposed")
    assert proposed["partner_id"] == CONSIGNEE
    way = f"{POLICIES}/{policy['id']}/answer"
    own = await web(palette).post(way, json={"version": policy["version"], "answer": "accepted"})
    assert (own.status_code, own.json()["code"]) == (403, "policy_of_others")
    await asked(web(palette).post(POLICIES, json=asking | {"mode": "ratio", "ratio_percent": 50}))
    consignee = web(palette, CONSIGNEE)
    stale = await consignee.post(way, json={"version": policy["version"], "answer": "accepted"})
    assert (stale.status_code, stale.json()["code"]) == (409, "policy_changed")
    (read,) = (await asked(consignee.get(POLICIES)))["items"]
    assert (read["answerable"], read["ratio_percent"], read["owner_name"]) == (True, 50, "Shipper")
    await asked(consignee.post(way, json={"version": read["version"], "answer": "accepted"}))
    await asked(web(palette).post(POLICIES, json=asking))
    assert [one["answer"] for one in (await asked(web(palette).get(POLICIES)))["items"]] == ["none"]
    assert (await consignee.delete(f"{POLICIES}/{policy['id']}")).status_code == 404


async def test_a_voucher_is_born_when_its_debtor_has_agreed_to_the_debt(palette):
    await deliver(palette, deferred=True, carrier_id=SHIPPER, by_org_id=SHIPPER)
    assert (await asked(web(palette).get(VOUCHERS)))["items"] == []
    await confirm(palette, CONSIGNEE)
    (voucher,) = (await asked(web(palette).get(VOUCHERS)))["items"]
    assert (voucher["quantity"], voucher["debtor_id"]) == (13, CONSIGNEE)


async def redeem(platform, org, voucher, quantity):
    way = f"{VOUCHERS}/{voucher['id']}"
    left = (await asked(web(platform, org).get(way)))["left"]
    got = await asked(web(platform, org).post(f"{way}/redeem", json={"quantity": quantity, "left": left}))
    await platform.settle()
    return got


async def issue(platform, **says):
    said = {"creditor_id": SHIPPER, "quantity": 33, "bearer_id": CARRIER} | says
    return await asked(web(platform, CONSIGNEE).post(VOUCHERS, json=said))


async def test_the_author_of_a_voucher_moves_nothing_alone(palette):
    voucher = await issue(palette)
    await redeem(palette, CONSIGNEE, voucher, 33)
    assert await shares(palette, SHIPPER, CONSIGNEE) == (0, 0, 33, 0)
    assert await shares(palette, CARRIER, SHIPPER) == (0, 0, 33, 0)


async def test_debtor_and_a_bearer_of_its_choice_do_not_speak_for_the_creditor(palette):
    """Or a debtor would pay with the name of whoever helps it."""
    voucher = await issue(palette)
    await redeem(palette, CONSIGNEE, voucher, 33)
    await confirm(palette, CARRIER)
    assert await shares(palette, SHIPPER, CONSIGNEE) == (0, 0, 33, 0)
    await confirm(palette, SHIPPER)
    assert await shares(palette, SHIPPER, CONSIGNEE) == (33, 0, 0, 0)
    assert await shares(palette, SHIPPER, CARRIER) == (-33, 0, 0, 0)


async def test_what_a_debtor_denies_is_left_on_the_voucher(palette):
    await deliver(palette, deferred=True)
    (voucher,) = (await asked(web(palette).get(VOUCHERS)))["items"]
    assert (await redeem(palette, CARRIER, voucher, 13))["left"] == 0
    (movement,) = (await asked(web(palette, CONSIGNEE).get(MOVEMENTS, params={"waits": "ours"})))["items"]
    await answer(palette, CONSIGNEE, movement, "dispute", reason="nobody came")
    shown = await asked(web(palette, CARRIER).get(f"{VOUCHERS}/{voucher['id']}"))
    assert (shown["state"], shown["left"]) == ("open", 13)
    assert [one["standing"] for one in shown["redemptions"]] == ["disputed"]
    assert await balance(palette, SHIPPER, CONSIGNEE) == {("EUR", "A"): -13}


async def test_a_debtor_without_account_is_answered_for_by_nobody_but_the_creditor(palette):
    await deliver(palette, deferred=True, consignee_id=None, consignee_name="Épicerie Dupont")
    (voucher,) = (await asked(web(palette).get(VOUCHERS)))["items"]
    await redeem(palette, CARRIER, voucher, 13)
    assert await shares(palette, SHIPPER, CARRIER) == (-20, 0, -13, 0)
    await confirm(palette, SHIPPER)
    assert await shares(palette, SHIPPER, CARRIER) == (-33, 0, 0, 0)
    assert await shares(palette, SHIPPER, "name:épicerie dupont") == (0, 0, 0, 0)


@pytest.mark.parametrize("partner", ["name:Épicerie  DUPONT", "org_guest"])
async def test_with_a_partner_without_account_one_keeps_ones_own_book(palette, partner):
    movement = await book(palette, partner=partner)
    account = "name:épicerie dupont" if partner.startswith("name:") else partner
    assert (movement["standing"], movement["lapses_at"]) == ("own", None)
    assert await shares(palette, SHIPPER, account) == (0, 0, 0, -33)
    assert await emitted(palette, "palette.movement.claimed") == []


async def test_a_guest_that_opens_its_account_finds_claims_and_no_debts(palette):
    movement = await book(palette, partner="org_guest")
    assert await shares(palette, "org_guest", SHIPPER) == (0, 0, 33, 0)
    await answer(palette, "org_guest", movement, "confirm")
    assert await shares(palette, "org_guest", SHIPPER) == (33, 0, 0, 0)


FOREIGN = [
    (MOVEMENTS, {"direction": "given", "quantity": 1}, "partner_id"),
    (VOUCHERS, {"quantity": 1}, "creditor_id"),
    (VOUCHERS, {"quantity": 1, "creditor_id": CARRIER}, "bearer_id"),
    (POLICIES, {"mode": "none"}, "partner_id"),
    ("/api/palettes/statements", {"period_from": "2026-03-01", "period_until": "2026-03-31"}, "partner_id"),
]


@pytest.mark.parametrize("id", ["org_nobody", "org_stranger", "org_blocked"])
@pytest.mark.parametrize(("way", "said", "field"), FOREIGN)
async def test_a_stranger_is_refused_like_an_unknown_id(palette, way, said, field, id):
    refused = await web(palette).post(way, json=said | {field: id})
    assert (refused.status_code, refused.json()["code"]) == (422, "reference_unknown")
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


async def test_statements_count_what_is_agreed_and_list_claims_apart(palette):
    await deliver(palette)
    await book(palette, moved_at=make.AT.isoformat(), quantity=7)
    said = {"partner_id": CONSIGNEE, "period_from": "2026-03-01", "period_until": "2026-03-31"}
    made = await asked(web(palette).post("/api/palettes/statements", json=said))
    assert [one["closing"] for one in made["balances"]] == [-13]
    assert [line["quantity"] for line in made["lines"]] == [-33, 20]
    assert [(claim["quantity"], claim["by_maker"]) for claim in made["claims"]] == [(-7, True)]


@pytest.mark.parametrize("seed", range(12))
async def test_no_sequence_of_commands_by_one_changes_anothers_confirmed_balance(palette, seed):
    """Whatever the author says, in whatever order, with a guest of its own for accomplice."""
    random, author = Random(seed), SHIPPER
    await deliver(palette, deferred=True)
    for org, partner in ((CONSIGNEE, author), (author, CONSIGNEE)):
        await book(palette, org, partner, quantity=random.randint(1, 50))
    said = {"creditor_id": author, "quantity": 20, "bearer_id": CARRIER}
    await asked(web(palette, CONSIGNEE).post(VOUCHERS, json=said))
    victims = {(CONSIGNEE, CARRIER), (CONSIGNEE, "org_guest"), (CARRIER, CONSIGNEE)}
    pairs = victims | {(CONSIGNEE, author), (CARRIER, author)}
    waits = set(await waiting(palette, author))
    before = {pair: await balance(palette, *pair) for pair in pairs}
    client = web(palette, author)
    for _ in range(25):
        movements = [one["id"] for one in (await asked(client.get(MOVEMENTS)))["items"]]
        vouchers = (await asked(client.get(VOUCHERS)))["items"]
        partner = random.choice([CONSIGNEE, CARRIER, "org_guest", "name:x"])
        quantity = random.randint(1, 40)
        voucher, movement = random.choice(vouchers), random.choice(movements)
        if movement in waits:
            continue
        way, said = random.choice(
            [
                (MOVEMENTS, {"partner_id": partner, "direction": "given", "quantity": quantity}),
                (MOVEMENTS, {"partner_id": partner, "direction": "received", "quantity": quantity}),
                (f"{MOVEMENTS}/{movement}/confirm", {}),
                (f"{MOVEMENTS}/{movement}/dispute", {"reason": "my wish"}),
                (f"{MOVEMENTS}/{movement}/withdraw", {"reason": "my wish"}),
                (f"{MOVEMENTS}/{movement}/reverse", {"reason": "my wish"}),
                (VOUCHERS, {"creditor_id": partner, "quantity": quantity, "bearer_id": "org_guest"}),
                (f"{VOUCHERS}/{voucher['id']}/redeem", {"quantity": 1, "left": max(1, voucher["left"])}),
                (f"{VOUCHERS}/{voucher['id']}/withdraw", {"state": "lost", "reason": "my wish"}),
                (POLICIES, {"mode": "deferred", "partner_id": CONSIGNEE}),
            ]
        )
        await client.post(way, json=said)
        await palette.settle()
    assert {pair: await balance(palette, *pair) for pair in pairs} == before
    for one, other in pairs:
        mirrored = {kind: -count for kind, count in (await balance(palette, other, one)).items()}
        assert await balance(palette, one, other) == mirrored


async def test_what_was_booked_before_is_read_on(palette):
    """Signed movements as agreed, one-sided ones as claims."""
    await deliver(palette)
    await book(palette, quantity=7)
    database = palette.instances["palette"].context.database
    fields = ("bound", "awaits", "absent", "teller_id", "closed", "lapses_at", "principal_id", "agent_id")
    await database["palette.movements"].update_many({}, {"$unset": dict.fromkeys(fields, "")})
    assert await shares(palette, CONSIGNEE, SHIPPER) == (0, 0, 20, 0)
    for _ in range(2):
        await ConsentFilled(database).expand()
    assert await shares(palette, CONSIGNEE, SHIPPER) == (13, 0, 7, 0)
    assert await shares(palette, SHIPPER, CONSIGNEE) == (-13, -7, 0, 0)
    assert len(await waiting(palette, CONSIGNEE)) == 1
