"""Who may say which message of the service, and how each refusal looks from outside."""

import pytest
from msgspec import structs
from tests.services.ecpmr import make

from rt.contracts import ecpmr as contract
from rt.kernel.core.clock import now
from rt.services.ecpmr.actions.issuing import note_id

DOCUMENT = f"/api/ecpmr/documents/{note_id('ord_1')}"
TIME = {"stop": "pickup", "happened_at": now().isoformat()}
LINK = {"party": "consignee", "email": "quai@rungis.example"}


def reads(note):
    return [
        ("GET", "/api/ecpmr/documents", None),
        ("GET", "/api/ecpmr/day?order_ids=ord_1", None),
        ("GET", DOCUMENT, None),
        ("GET", f"{DOCUMENT}/takeover", None),
        ("GET", f"{DOCUMENT}/pdf", None),
        ("GET", f"{DOCUMENT}/officer", None),
    ]


def writes(note):
    changed = {**note["consignment"], "instructions": "x"}
    return [
        ("POST", f"{DOCUMENT}/takeover", make.asked(note, "carrier")),
        ("POST", f"{DOCUMENT}/delivery", make.asked(note, "consignee")),
        ("POST", f"{DOCUMENT}/amendment", make.asked(note, "carrier")),
        ("POST", f"{DOCUMENT}/arrivals", TIME),
        ("POST", f"{DOCUMENT}/departures", TIME),
        ("POST", f"{DOCUMENT}/links", LINK),
        ("POST", f"{DOCUMENT}/takeover/code", {}),
        ("POST", f"{DOCUMENT}/delivery/code", {}),
        (
            "POST",
            f"{DOCUMENT}/versions",
            {"content_hash": note["content_hash"], "consignment": changed, "reason": "x"},
        ),
    ]


async def test_parties_read_the_note_in_every_way(web, note):
    for org in (make.SHIPPER, make.CARRIER, make.CONSIGNEE):
        for method, path, _ in reads(note):
            got = await web(org, rights={"ecpmr.read"}).request(method, path)
            assert got.status_code == 200, (org, path, got.text)


async def test_nothing_is_done_without_the_right(web, note):
    for method, path, body in reads(note) + writes(note):
        got = await web(make.CARRIER, rights={"palette.read"}).request(method, path, json=body)
        assert (got.status_code, got.json()["code"]) == (403, "right_missing"), path


async def test_readers_do_not_write(web, note):
    for method, path, body in writes(note):
        got = await web(make.CARRIER, rights={"ecpmr.read"}).request(method, path, json=body)
        assert got.status_code == 403, path


AT_THE_DOCK = {
    "MyDocuments",
    "GetDocument",
    "GetTakeover",
    "GetPdf",
    "GetLoadingList",
    "GetPhoto",
    "OfficerView",
    "SignTakeover",
    "SignHandover",
    "SignDelivery",
    "SignAmendment",
    "RecordArrival",
    "RecordDeparture",
    "AddPhoto",
    "MakeSigningLink",
    "AskTakeoverCode",
    "AskDeliveryCode",
    "VerifyDocument",
    "CheckReserve",
}
"""What a driver may say: all that happens at a stop; the boxes are not among it."""


def test_a_driver_says_what_happens_at_a_stop(ecpmr):
    served = ecpmr.instances["ecpmr"].unit.serves
    assert {
        one.message.__name__ for one in served if "driver" not in one.message.shape.closed_to
    } == AT_THE_DOCK


async def test_a_driver_does_not_amend(web, note):
    driver = web(make.CARRIER, roles={"driver"})
    changed = {"consignment": {**note["consignment"], "instructions": "x"}, "reason": "x"}
    body = {**changed, "content_hash": note["content_hash"]}
    got = await driver.post(f"{DOCUMENT}/versions", json=body)
    assert (got.status_code, got.json()["code"]) == (403, "role_may_not")
    assert (await driver.get(DOCUMENT)).status_code == 200


async def test_once_a_tour_says_whose_drive_it_is_other_drivers_find_no_note(emit, web, note):
    mine, other = (web(make.CARRIER, roles={"driver"}, id=f"usr_{who}") for who in ("jo", "al"))
    paths = [DOCUMENT, f"{DOCUMENT}/pdf", f"{DOCUMENT}/officer"]

    async def answers(driver):
        day = (await driver.get("/api/ecpmr/day", params={"order_ids": "ord_1"})).json()["items"]
        return {(await driver.get(path)).status_code for path in paths}, len(day)

    assert await answers(other) == ({200}, 1)
    await emit(structs.replace(make.planned(), driver_user_id="usr_jo"))
    assert (await answers(mine), await answers(other)) == (({200}, 1), ({404}, 0))
    await web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=make.asked(note, "sender", "carrier"))
    await emit(structs.replace(make.planned(), driver_user_id="usr_al"))
    assert (await answers(mine), await answers(other)) == (({200}, 1), ({200}, 1))
    assert (await web(make.CARRIER).get(DOCUMENT)).status_code == 200


async def test_strangers_meet_nothing(web, note):
    for method, path, body in reads(note)[2:] + writes(note):
        got = await web(make.STRANGER).request(method, path, json=body)
        assert (got.status_code, got.json()["code"]) == (404, "note_unknown"), path
    assert (await web(make.STRANGER).get("/api/ecpmr/documents")).json()["items"] == []


async def test_nobody_comes_in_without_saying_who(ecpmr, note):
    for method, path, body in reads(note) + writes(note):
        assert (await ecpmr.web("ecpmr").request(method, path, json=body)).status_code == 401, path


async def test_anyone_verifies_and_learns_no_person(ecpmr, web, note):
    body = make.asked(note, "sender", "carrier")
    await web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=body)
    way = f"/api/ecpmr/verify/{note['verification_id']}"
    got = await ecpmr.web("ecpmr").get(way, params={"hash": note["content_hash"]})
    assert got.status_code == 200
    assert (got.json()["asked"], got.json()["intact"]) == ("in_force", True)
    for person in ("Nom sender", "Karim", "Quai expéditions", "usr_"):
        assert person not in got.text
    assert (await ecpmr.web("ecpmr").get("/api/ecpmr/verify/guessed")).status_code == 404


async def test_anyone_weighs_a_reserve(ecpmr):
    way = "/api/ecpmr/reserves/check"
    vague = (await ecpmr.web("ecpmr").get(way, params={"text": "Sous réserve de déballage"})).json()
    assert vague["vague"]
    assert vague["warnings"][0]["code"] == "subject_to_unpacking"
    precise = (await ecpmr.web("ecpmr").get(way, params={"text": "3 cartons écrasés"})).json()
    assert precise == {"vague": False, "warnings": []}


async def test_a_link_opens_its_own_note_and_its_own_step(web, by_link, note):
    delivery, takeover = by_link(), by_link("sign_takeover", make.SHIPPER)
    assert (await delivery.get(DOCUMENT)).status_code == 200
    assert (await delivery.get(f"{DOCUMENT}/pdf")).status_code == 200
    assert (await takeover.get(f"{DOCUMENT}/takeover")).status_code == 200
    for client, path in (
        (takeover, f"{DOCUMENT}/delivery"),
        (delivery, f"{DOCUMENT}/takeover"),
        (delivery, f"{DOCUMENT}/arrivals"),
        (by_link(document_id="cmr_other"), f"{DOCUMENT}/delivery"),
    ):
        got = await client.post(path, json=make.asked(note, "consignee"))
        assert got.status_code == 403, path
    assert (await delivery.get("/api/ecpmr/documents")).status_code == 403


async def test_a_link_signs_for_nobody_else(web, by_link, note):
    await web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=make.asked(note, "sender", "carrier"))
    await web().post(f"{DOCUMENT}/links", json={"party": "consignee"})
    body = make.asked(note, "consignee", "carrier", code="123456")
    got = await by_link().post(f"{DOCUMENT}/delivery", json=body)
    assert (got.status_code, got.json()["code"]) == (403, "may_not_sign")


async def test_a_link_without_a_code_is_told_to_ask_for_one(web, by_link, note):
    await web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=make.asked(note, "sender", "carrier"))
    for path, body in (("delivery", make.asked(note, "consignee")), ("delivery/code", {})):
        got = await by_link().post(f"{DOCUMENT}/{path}", json=body)
        assert (got.status_code, got.json()["code"]) == (403, "link_not_sent")
    await web().post(f"{DOCUMENT}/links", json={"party": "consignee"})
    got = await by_link().post(f"{DOCUMENT}/delivery", json=make.asked(note, "consignee"))
    assert (got.status_code, got.json()["code"]) == (403, "code_needed")


async def test_the_officer_sees_the_mentions_and_no_price(web, note):
    page = (await web(make.CARRIER).get(f"{DOCUMENT}/officer")).json()
    assert len(page["mentions"]) == 8
    assert page["complete"] is False
    assert page["vehicle_plate"] == "GF-482-KL"
    assert "cents" not in str(page)


async def test_the_paper_comes_as_a_pdf_under_its_number(web, note):
    got = await web().get(f"{DOCUMENT}/pdf", params={"language": "en"})
    assert got.headers["content-type"] == "application/pdf"
    assert 'filename="LV-2026-000001.pdf"' in got.headers["content-disposition"]
    assert got.content.startswith(b"%PDF-1.7")
    assert (await web().get(f"{DOCUMENT}/pdf", params={"language": "xx"})).status_code == 422


async def test_a_reserve_in_any_writing_is_signed_and_its_paper_comes(web, note):
    reserve = {"line": 1, "text": "1 carton ouvert, le reste OK 👍 中文 مرحبا #let $x$"}
    body = make.asked(note, "sender", "carrier", reserves=[reserve])
    got = await web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=body)
    assert (got.status_code, got.json()["reserves_made"][0]["text"]) == (200, reserve["text"])
    for org in (make.SHIPPER, make.CARRIER, make.CONSIGNEE):
        paper = await web(org).get(f"{DOCUMENT}/pdf")
        assert (paper.status_code, paper.content[:4]) == (200, b"%PDF")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"happened_at": "2026-09-14T09:30:00"}, "happened_at"),
        ({"content_hash": "short"}, "content_hash"),
        ({"code": "12ab56"}, "code"),
        ({"reserves": [{"text": "x" * 501}]}, "reserves[0].text"),
        ({"reserves": [{"text": "1 cassé", "photo_ids": ["../../etc"]}]}, "reserves[0].photo_ids[0]"),
        ({"pallets": [{"delivered": -1}]}, "pallets[0].delivered"),
        ({"signature": {"party": "driver", "name": "x"}}, "signature.party"),
        ({"surprise": 1}, "surprise"),
        ({"reserves": [{"line": 9, "text": "1 cassé"}]}, "reserves.0.line"),
        ({"signature": {"party": "carrier", "name": ""}}, "signature.name"),
        ({"signature": {"party": "carrier", "name": "x", "image": "<svg/>"}}, "signature.image"),
        ({"signature": {"party": "carrier", "name": "bell\a"}}, "signature.name"),
        ({"reserves": [{"text": "1 carton \u202eéssac"}]}, "reserves.0.text"),
    ],
)
async def test_what_is_wrong_is_named(web, note, change, field):
    got = await web(make.CARRIER).post(f"{DOCUMENT}/takeover", json={**make.asked(note, "carrier"), **change})
    assert (got.status_code, got.json()["errors"][0]["field"]) == (422, field)


async def test_refusals_speak_both_languages(web, note):
    got = await web(make.CARRIER).post(f"{DOCUMENT}/delivery", json=make.asked(note, "consignee"))
    assert (got.status_code, got.json()["code"]) == (409, "not_taken_over")
    assert got.json()["messages"] == {
        "fr": "La prise en charge n'est pas signée : la livraison ne peut pas l'être.",
        "en": "The takeover is not signed: the delivery cannot be.",
    }


def test_every_message_of_the_contract_is_served(ecpmr):
    said = {one.message.__name__ for one in ecpmr.instances["ecpmr"].unit.serves}
    spoken = {name for name, one in vars(contract).items() if hasattr(one, "shape")}
    assert said == spoken
