"""Signing without an account: where a link goes, what it proves, how often codes leave and are tried."""

import asyncio
from datetime import timedelta

import pytest
from tests.services.ecpmr import make
from tests.services.ecpmr.conftest import EMAILS, GUEST

from rt.kernel.core.clock import held, now
from rt.services.ecpmr.actions.issuing import note_id

DOCUMENT = f"/api/ecpmr/documents/{note_id('ord_1')}"
OF_ORDER = "quai@rungis-froid.example"
"""What the shipper wrote on the order."""
AT_DOCK = "chef-de-quai@gmail.example"
"""What somebody types at the dock."""


async def said(response, status=200):
    got = await response
    assert got.status_code == status, got.text
    return got.json()


async def signed(web, note, step, *parties, org=make.CARRIER, status=200, **more):
    return await said(web(org).post(f"{DOCUMENT}/{step}", json=make.asked(note, *parties, **more)), status)


async def link(web, party, email="", org=make.CARRIER, status=200, **more):
    asked = {"party": party, "email": email, **more}
    return await said(web(org).post(f"{DOCUMENT}/links", json=asked), status)


async def by_code(client, emitted, note, party, step="delivery"):
    """What is answered to who signs with the code that this link is sent."""
    await said(client.post(f"{DOCUMENT}/{step}/code", json={}))
    code = (await emitted("ecpmr.code.requested"))[-1]["code"]
    body = make.asked(note, party, code=code)
    body["signature"]["method"] = "link_code"
    view = await said(client.post(f"{DOCUMENT}/{step}", json=body))
    return next(one for one in view["signatures"] if one["party"] == party and one["step"] == step)


def met(signature):
    return {one["code"] for one in signature["criteria"] if one["met"]}


ALL = {"unique_link", "identify", "sole_control", "tamper_evident"}


async def test_a_carrier_gets_no_link_of_its_shipper_at_an_address_of_its_own(web, note, emitted):
    """Whoever receives the link and the code is the shipper: only the shipper says where that is."""
    for email in (EMAILS[make.CARRIER]["card"], "someone@webmail.example"):
        refused = await link(web, "sender", email, status=422)
        assert (refused["code"], refused["errors"][0]["field"]) == ("address_not_theirs", "email")
        assert "Laiterie du Forez" in refused["messages"]["fr"]
    assert await emitted("ecpmr.link.sent") == []


async def test_a_shipper_gets_no_link_of_its_carrier_at_an_address_that_it_types(web, note):
    refused = await link(web, "carrier", "someone@webmail.example", make.SHIPPER, status=422)
    assert refused["code"] == "address_not_theirs"


async def test_the_logistician_who_hands_over_signs_by_a_link_of_its_own(emit, web, emitted):
    await emit(make.planned(logistician_id="org_store"))
    assert (await link(web, "sender", "agence@store.example", "org_store"))["origin"] == "own"
    (sent,) = await emitted("ecpmr.link.sent")
    assert sent["token"].endswith("/org_store")


async def test_the_link_of_the_sender_acts_for_who_hands_over_and_not_for_who_runs_the_order(
    emit, web, emitted
):
    parties = {"owner_id": make.CARRIER, "owner_name": "Transports Mabille", "client_id": make.SHIPPER}
    await emit(make.planned(shipper_id=GUEST, shipper_name="Épicerie Vial", **parties), make.CARRIER)
    assert (await link(web, "sender"))["origin"] == "order"
    (sent,) = await emitted("ecpmr.link.sent")
    assert sent["email"] == EMAILS[GUEST]["card"]
    assert sent["token"].endswith(f"/{GUEST}")


@pytest.mark.parametrize("email", ["", EMAILS[make.SHIPPER]["card"], EMAILS[make.SHIPPER]["member"].upper()])
async def test_a_link_asked_by_another_goes_to_the_party_s_own_address(web, note, emitted, email):
    made = await link(web, "sender", email)
    assert made["origin"] == "own"
    (sent,) = await emitted("ecpmr.link.sent")
    assert sent["email"] in EMAILS[make.SHIPPER].values()
    assert sent["requested_by_name"] == "Transports Mabille"
    assert sent["email"] not in str(made)


async def test_a_party_has_its_link_sent_wherever_it_says(web, by_link, note, emitted):
    await link(web, "sender", "stagiaire@webmail.example", make.SHIPPER)
    client = by_link("sign_takeover", make.SHIPPER)
    signature = await by_code(client, emitted, note, "sender", "takeover")
    assert met(signature) == ALL
    assert (signature["way"], signature["link"]["origin"]) == ("link", "own")
    with held(now() + timedelta(minutes=5)):
        assert (await link(web, "sender", "stagiaire@webmail.example"))["origin"] == "own"


async def test_the_address_of_the_order_is_the_consignee_s(web, by_link, note, emitted):
    taken = await signed(web, note, "takeover", "sender", "carrier")
    assert (await link(web, "consignee"))["sent_to"] == "q…@rungis-froid.example"
    signature = await by_code(by_link(), emitted, taken, "consignee")
    assert met(signature) == ALL
    assert signature["link"] == {
        "requested_by": "Transports Mabille",
        "requested_for": "carrier",
        "origin": "order",
        "sent_to": "q…@rungis-froid.example",
    }


async def test_an_address_typed_at_the_dock_signs_and_proves_nobody(ecpmr, web, by_link, note, emitted):
    """The act says whose wish the link was, to parties, officers, the public and on paper."""
    taken = await signed(web, note, "takeover", "sender", "carrier")
    assert (await link(web, "consignee", AT_DOCK))["origin"] == "other"
    signature = await by_code(by_link(), emitted, taken, "consignee")
    assert met(signature) == {"unique_link", "tamper_evident"}
    assert signature["link"]["origin"] == "other"
    officer = await said(web(make.CARRIER).get(f"{DOCUMENT}/officer"))
    public = await said(ecpmr.web("ecpmr").get(f"/api/ecpmr/verify/{note['verification_id']}"))
    for seen in (officer["signatures"][-1], public["signatures"][-1]):
        assert (seen["way"], seen["link"]["requested_by"]) == ("link", "Transports Mabille")
        assert seen["link"]["origin"] == "other"
        assert met(seen) == {"unique_link", "tamper_evident"}
    assert "Nom consignee" not in str(public)
    assert AT_DOCK not in str(public)
    (fact,) = await emitted("ecpmr.delivery.signed")
    assert fact["proven"] is False


async def test_the_shipper_does_not_receive_for_its_consignee(web, note):
    """Neither at an address of its own, nor at one that it types after the order."""
    for email in EMAILS[make.SHIPPER].values():
        refused = await link(web, "consignee", email, make.SHIPPER, status=422)
        assert refused["code"] == "address_of_another"
    assert (await link(web, "consignee", "new@webmail.example", make.SHIPPER))["origin"] == "other"


async def test_a_number_for_the_code_is_given_by_its_party(web, note):
    refused = await link(web, "consignee", OF_ORDER, phone="+33612345678", status=422)
    assert (refused["code"], refused["errors"][0]["field"]) == ("phone_not_theirs", "phone")
    await link(web, "consignee", AT_DOCK, phone="+33612345678")


async def test_a_consignee_sends_links_for_itself_alone(web, note):
    assert (await link(web, "consignee", "quai-4@webmail.example", make.CONSIGNEE))["origin"] == "own"
    refused = await link(web, "sender", "", make.CONSIGNEE, status=403)
    assert refused["code"] == "may_not_send_link"


async def test_an_address_typed_at_a_dock_enters_no_address_book(emit, web, by_link):
    """A consignee of whom the order knows no address stays without an organization."""
    await emit(make.planned(consignee_id=None, consignee_email=""))
    refused = await link(web, "consignee", status=422)
    assert (refused["code"], refused["errors"][0]["field"]) == ("address_unknown", "email")
    await link(web, "consignee", AT_DOCK)
    assert (await said(web().get(DOCUMENT)))["consignee_id"] is None


async def test_what_a_bearer_says_about_itself_changes_nothing(web, by_link, note, emitted, ecpmr):
    """The act carries the link, whoever its bearer says to be, for the party that it was sent for."""
    await link(web, "sender", "", make.SHIPPER)
    client = by_link("sign_takeover", make.SHIPPER, **{"for": "usr_boss", "party": "carrier", "email": "x@y"})
    await by_code(client, emitted, note, "sender", "takeover")
    stored = (
        await ecpmr.instances["ecpmr"].context.database["ecpmr.notes"].find_one({"_id": note["document_id"]})
    )
    assert stored["acts"][0]["who"]["id"] == "lnk_1"
    assert (await emitted("ecpmr.code.requested"))[0]["email"] == EMAILS[make.SHIPPER]["card"]


async def test_two_links_of_one_party_do_not_share_a_code(web, by_link, note, emitted):
    """A link to a typed address does not turn the code of the consignee's own link away."""
    taken = await signed(web, note, "takeover", "sender", "carrier")
    await link(web, "consignee", OF_ORDER, make.SHIPPER)
    await link(web, "consignee", AT_DOCK)
    for number, client in enumerate((by_link(link_id="lnk_1"), by_link(link_id="lnk_2"))):
        await said(client.post(f"{DOCUMENT}/delivery/code", json={}))
        sent = (await emitted("ecpmr.code.requested"))[number]
        assert sent["email"] == (OF_ORDER, AT_DOCK)[number]
    body = make.asked(taken, "consignee", code=(await emitted("ecpmr.code.requested"))[1]["code"])
    assert (await said(by_link().post(f"{DOCUMENT}/delivery", json=body), 403))["code"] == "code_wrong"


async def test_strokes_on_a_driver_s_phone_prove_nobody_but_its_driver(web, note):
    """Also when the driver is of the shipper's own people: one account, one signature."""
    own_fleet = web(make.SHIPPER, roles={"driver"})
    view = await said(own_fleet.post(f"{DOCUMENT}/takeover", json=make.asked(note, "sender")))
    assert view["signatures"][0]["way"] == "collected"
    assert "identify" not in met(view["signatures"][0])
    view = await signed(web, note, "takeover", "carrier")
    assert view["signatures"][1]["way"] == "own_account"


async def test_a_code_leaves_once_a_minute_and_five_times_an_hour(web, by_link, note, emitted):
    await link(web, "consignee", OF_ORDER)
    start, statuses = now(), []
    for seconds in (0, 1, 30, 61, 62, 125, 190, 255, 320, 385, 3599, 3602):
        with held(start + timedelta(seconds=seconds)):
            got = await by_link().post(f"{DOCUMENT}/delivery/code", json={})
        statuses.append(got.status_code)
    assert statuses == [200, 429, 429, 200, 429, 200, 200, 200, 429, 429, 429, 200]
    assert got.headers.get("retry-after") is None
    assert len(await emitted("ecpmr.code.requested")) == 6


async def test_forty_at_once_send_one_code(web, by_link, note, emitted):
    await link(web, "consignee", OF_ORDER)
    answers = await asyncio.gather(*(by_link().post(f"{DOCUMENT}/delivery/code", json={}) for _ in range(40)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(429) + statuses.count(409)) == (1, 39)
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert len(await emitted("ecpmr.code.requested")) == 1


async def test_nobody_fills_a_mailbox_with_links(web, note, emitted):
    await link(web, "consignee", AT_DOCK)
    refused = await link(web, "consignee", AT_DOCK.upper(), status=429)
    assert refused["code"] == "sent_just_now"
    for number in range(9):
        await link(web, "consignee", f"dock-{number}@webmail.example")
    await link(web, "consignee", "dock-10@webmail.example", status=429)
    await link(web, "consignee", "dock-10@webmail.example", make.SHIPPER)


async def test_guesses_are_capped_over_all_codes_of_a_party(web, by_link, note, emitted):
    """Five tries a code, ten an hour: a right code is refused too, until the hour has passed."""
    client, code = await with_link(web, by_link, emitted, note)
    start, taken = now(), await said(web().get(DOCUMENT))

    async def guess(typed, status):
        body = make.asked(taken, "consignee", code=typed)
        return await said(client.post(f"{DOCUMENT}/delivery", json=body), status)

    for _ in range(5):
        assert (await guess(other(code), 403))["code"] == "code_wrong"
    with held(start + timedelta(minutes=2)):
        await said(client.post(f"{DOCUMENT}/delivery/code", json={}))
        code = (await emitted("ecpmr.code.requested"))[-1]["code"]
        for _ in range(4):
            await guess(other(code), 403)
        assert (await guess(other(code), 403))["values"]["left"] == 0
        blocked = await guess(code, 429)
        assert blocked["code"] == "codes_guessed"
        assert "bloquée" in blocked["messages"]["fr"]
        assert (await said(client.post(f"{DOCUMENT}/delivery/code", json={}), 429))["code"] == "codes_guessed"
    with held(start + timedelta(hours=1, minutes=3)):
        await said(client.post(f"{DOCUMENT}/delivery/code", json={}))
        code = (await emitted("ecpmr.code.requested"))[-1]["code"]
        await guess(code, 200)


async def test_guesses_at_once_are_all_counted(web, by_link, note, emitted):
    client, code = await with_link(web, by_link, emitted, note)
    body = make.asked(await said(web().get(DOCUMENT)), "consignee", code=other(code))
    answers = await asyncio.gather(*(client.post(f"{DOCUMENT}/delivery", json=body) for _ in range(20)))
    lefts = sorted(a.json()["values"]["left"] for a in answers if a.json()["code"] == "code_wrong")
    assert lefts == [0, 1, 2, 3, 4]
    assert {a.json()["code"] for a in answers} == {"code_wrong", "code_exhausted"}


def other(code):
    """A wrong code."""
    return "999999" if code != "999999" else "888888"


async def test_a_link_is_made_and_its_token_goes_to_the_signer_alone(web, note, emitted):
    link = await said(
        web(make.CARRIER).post(f"{DOCUMENT}/links", json={"party": "consignee", "email": "quai@vial.example"})
    )
    assert "token" not in link
    (sent,) = await emitted("ecpmr.link.sent")
    assert sent["token"] == f"sign_delivery/{note['document_id']}/{make.CONSIGNEE}"
    assert (sent["email"], sent["site_name"]) == ("quai@vial.example", "Rungis Froid, porte 12")


async def test_a_consignee_without_organization_becomes_a_guest_who_sees_the_note(emit, web, by_link):
    await emit(make.planned(consignee_id=None))
    await said(web().post(f"{DOCUMENT}/links", json={"party": "consignee"}))
    seen = await said(by_link(org=GUEST).get(DOCUMENT))
    assert seen["consignee_id"] == GUEST


async def with_link(web, by_link, emitted, note):
    """The consignee's link after the takeover, and the code that was sent for it."""
    await signed(web, note, "takeover", "sender", "carrier")
    await link(web, "consignee", "quai@rungis.example")
    client = by_link()
    sent = await said(client.post(f"{DOCUMENT}/delivery/code", json={}))
    assert (sent["sent_to"], sent["tries"]) == ("q…@rungis.example", 5)
    (asked,) = await emitted("ecpmr.code.requested")
    assert asked["email"] == "quai@rungis.example"
    return client, asked["code"]


async def test_a_consignee_signs_by_link_with_the_code_and_only_once(web, by_link, emitted, note):
    client, code = await with_link(web, by_link, emitted, note)
    body = make.asked(note, "consignee", code=code)
    body["signature"]["method"] = "link_code"
    delivered = await said(client.post(f"{DOCUMENT}/delivery", json=body))
    assert delivered["state"] == "delivered"
    assert all(c["met"] for c in delivered["signatures"][-1]["criteria"])
    again = await said(client.post(f"{DOCUMENT}/delivery", json=body), 409)
    assert again["code"] == "already_signed"
    assert again["messages"]["fr"].startswith("Déjà signé par")


async def test_a_carrier_without_an_account_takes_over_by_link(web, by_link, emitted, note):
    """Its driver signs the takeover with a code; the consignee signs by a link of its own."""
    await link(web, "carrier", "camion@mabille.example", make.SHIPPER)
    client = by_link("sign_takeover", make.CARRIER)
    await said(client.post(f"{DOCUMENT}/takeover/code", json={}))
    (asked,) = await emitted("ecpmr.code.requested")
    assert asked["email"] == "camion@mabille.example"
    refused = await said(
        client.post(f"{DOCUMENT}/takeover", json=make.asked(note, "sender", code=asked["code"])), 403
    )
    assert refused["code"] == "may_not_sign"
    body = make.asked(note, "carrier", code=asked["code"])
    assert (await said(client.post(f"{DOCUMENT}/takeover", json=body)))["state"] == "in_transport"


async def test_wrong_codes_are_counted_although_refused(web, by_link, emitted, note):
    client, code = await with_link(web, by_link, emitted, note)
    body = make.asked(note, "consignee", code=other(code))
    lefts = [
        (await said(client.post(f"{DOCUMENT}/delivery", json=body), 403))["values"]["left"] for _ in range(5)
    ]
    assert lefts == [4, 3, 2, 1, 0]
    blocked = await said(client.post(f"{DOCUMENT}/delivery", json={**body, "code": code}), 409)
    assert blocked["code"] == "code_exhausted"


async def test_a_signature_by_link_sent_again_with_its_key_is_not_refused(web, by_link, emitted, note):
    client, code = await with_link(web, by_link, emitted, note)
    client.headers["idempotency-key"] = "kitchen-table"
    body = make.asked(note, "consignee", code=code)
    first = await said(client.post(f"{DOCUMENT}/delivery", json=body))
    assert await said(client.post(f"{DOCUMENT}/delivery", json=body)) == first


async def test_the_code_is_readable_nowhere(web, by_link, emitted, note, ecpmr):
    _, code = await with_link(web, by_link, emitted, note)
    database = ecpmr.instances["ecpmr"].context.database
    stored = await database["ecpmr.notes"].find_one({"_id": note["document_id"]})
    assert f"'{code}'" not in str(stored)
    async for event in database["event_log"].find({}):
        assert f"'{code}'" not in str(event)
