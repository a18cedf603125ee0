"""What the service promises, on the real database, the real event log and the real web layer."""

import asyncio
import base64
import io
import struct
import zlib
from datetime import datetime, timedelta

import pytest
from PIL import Image, ImageDraw
from tests.services.ecpmr import make
from tests.services.ecpmr.conftest import GUEST

from rt.contracts.core_orders import OrderCancelled, OrderLoading
from rt.kernel.core.clock import held, now
from rt.services.ecpmr.actions.issuing import note_id

DOCUMENT = f"/api/ecpmr/documents/{note_id('ord_1')}"


async def said(response, status=200):
    got = await response
    assert got.status_code == status, got.text
    return got.json()


async def signed(web, note, step, *parties, org=make.CARRIER, status=200, **more):
    return await said(web(org).post(f"{DOCUMENT}/{step}", json=make.asked(note, *parties, **more)), status)


async def test_a_planned_order_has_one_note_however_often_it_is_told(emit, web, emitted):
    await emit(make.planned())
    await emit(make.planned())
    page = await said(web().get("/api/ecpmr/documents", params={"order_id": "ord_1"}))
    assert [item["number"] for item in page["items"]] == ["LV-2026-000001"]
    assert await emitted("ecpmr.document.issued") == [
        {
            "document_id": note_id("ord_1"),
            "order_id": "ord_1",
            "number": "LV-2026-000001",
            "kind": "national",
        }
    ]


async def test_the_note_is_filled_from_order_and_cards(note):
    boxes = note["consignment"]
    assert boxes["carrier"]["siren"] == "330703844"
    assert boxes["vehicle_plate"] == "GF-482-KL"
    assert [line["line"] for line in boxes["goods"]] == [1, 2]
    assert boxes["sender"]["address"]["city"] == "Feurs"
    assert [m["code"] for m in note["mentions"] if not m["present"]] == ["carrier"]
    assert note["verification_url"].startswith("http://recipient.localhost:8080/v/")


async def test_numbers_follow_each_other_per_organization(emit, web):
    for number in (1, 2, 3):
        await emit(make.planned(order_id=f"ord_{number}"))
    await emit(make.planned(order_id="ord_other", shipper_id="org_guest"), org_id="org_guest")
    page = await said(web().get("/api/ecpmr/documents"))
    assert sorted(i["number"] for i in page["items"]) == [f"LV-2026-00000{n}" for n in (1, 2, 3)]
    other = await said(web("org_guest").get("/api/ecpmr/documents"))
    assert [item["number"] for item in other["items"]] == ["LV-2026-000001"]


async def test_a_new_plan_changes_an_unsigned_note_and_no_signed_one(emit, web, note):
    await emit(make.planned(vehicle_plate="AA-111-AA"))
    again = await said(web().get(DOCUMENT))
    assert (again["consignment"]["vehicle_plate"], again["in_force"]) == ("AA-111-AA", 2)
    await signed(web, again, "takeover", "sender", "carrier")
    await emit(make.planned(vehicle_plate="BB-222-BB"))
    after = await said(web().get(DOCUMENT))
    assert after["consignment"]["vehicle_plate"] == "AA-111-AA"


async def test_what_was_written_by_hand_survives_a_new_plan(emit, web, note):
    boxes = {**note["consignment"], "special_agreements": "Quai 12 uniquement"}
    body = {"content_hash": note["content_hash"], "consignment": boxes, "reason": "Accès"}
    await said(web().post(f"{DOCUMENT}/versions", json=body))
    await emit(make.planned(vehicle_plate="AA-111-AA"))
    after = (await said(web().get(DOCUMENT)))["consignment"]
    assert (after["special_agreements"], after["vehicle_plate"]) == ("Quai 12 uniquement", "AA-111-AA")


async def test_a_carrier_address_written_once_is_lent_to_the_next_note(emit, web, note):
    boxes = note["consignment"]
    carrier = {
        **boxes["carrier"],
        "address": {"street": "4 rue du Canal", "postal_code": "42600", "city": "Montbrison"},
    }
    body = {
        "content_hash": note["content_hash"],
        "consignment": {**boxes, "carrier": carrier},
        "reason": "Adresse",
    }
    await said(web(make.CARRIER).post(f"{DOCUMENT}/versions", json=body))
    await emit(make.planned(order_id="ord_2"))
    following = await said(web().get(f"/api/ecpmr/documents/{note_id('ord_2')}"))
    assert all(mention["present"] for mention in following["mentions"])


async def test_another_carrier_sees_the_note_and_the_first_no_longer(emit, web, note):
    await emit(make.planned(carrier_id="org_guest", carrier_name="Épicerie Vial"))
    await said(web("org_guest").get(DOCUMENT))
    await said(web(make.CARRIER).get(DOCUMENT), 404)


async def test_another_shipper_hands_over_and_signs_and_the_first_no_longer(emit, web, note):
    await emit(make.planned(owner_id=make.SHIPPER, shipper_id=GUEST, shipper_name="Épicerie Vial"))
    again = await said(web(GUEST).get(DOCUMENT))
    assert (again["shipper_id"], again["sender_name"]) == (GUEST, "Épicerie Vial")
    refused = await signed(web, again, "takeover", "sender", org=make.SHIPPER, status=403)
    assert refused["code"] == "may_not_sign"
    await signed(web, again, "takeover", "sender", "carrier")
    delivered = await signed(web, again, "delivery", "consignee", "carrier")
    assert delivered["shipper_id"] == GUEST


async def test_other_parties_are_written_over_what_was_written_by_hand(emit, web, note):
    boxes = {**note["consignment"], "special_agreements": "Quai 12 uniquement"}
    body = {"content_hash": note["content_hash"], "consignment": boxes, "reason": "Accès"}
    await said(web().post(f"{DOCUMENT}/versions", json=body))
    parties = {"shipper_id": GUEST, "shipper_name": "Épicerie Vial", "consignee_id": make.STRANGER}
    await emit(make.planned(owner_id=make.SHIPPER, consignee_name="Halles de Lyon", **parties))
    after = (await said(web().get(DOCUMENT)))["consignment"]
    names = after["sender"]["name"], after["consignee"]["name"]
    assert (after["special_agreements"], names) == ("Quai 12 uniquement", ("Épicerie Vial", "Halles de Lyon"))


async def test_loading_and_cancelling_follow_the_order(emit, web, note):
    await emit(OrderLoading(order=make.order()))
    assert (await said(web().get(DOCUMENT)))["state"] == "loading"
    await emit(OrderCancelled(order=make.order(), reason="plus de marchandise"))
    assert (await said(web().get(DOCUMENT)))["cancelled"]
    refused = await signed(web, note, "takeover", "carrier", status=409)
    assert refused["code"] == "note_cancelled"


async def test_a_whole_journey_is_told_once_each(web, note, emitted):
    arrival = {"stop": "pickup", "happened_at": now().isoformat()}
    await said(web(make.CARRIER).post(f"{DOCUMENT}/arrivals", json=arrival))
    taken = await signed(web, note, "takeover", "sender", "carrier")
    reserve = {"line": 1, "text": "2 cartons écrasés", "damaged_quantity": 2, "photo_ids": ["photo-0001"]}
    pallets = [{"delivered": 24, "returned": 20, "broken": 1}]
    delivered = await signed(
        web, note, "delivery", "consignee", "carrier", reserves=[reserve], pallets=pallets
    )
    assert (delivered["state"], delivered["to_sign"]) == ("delivered", [])
    (takeover,) = await emitted("ecpmr.takeover.signed")
    assert takeover["signed_at"] == taken["taken_over_at"]
    (delivery,) = await emitted("ecpmr.delivery.signed")
    assert (delivery["order_id"], delivery["consignee_id"]) == ("ord_1", make.CONSIGNEE)
    assert delivery["reserves"] == [{"line": 1, "text": "2 cartons écrasés", "photos": 1}]
    assert delivery["pallets"][0]["broken"] == 1
    verified = await said(web().get(f"/api/ecpmr/verify/{delivered['verification_id']}"))
    assert (verified["intact"], verified["broken"]) == (True, [])


async def test_the_same_signature_sent_again_gets_the_same_answer(web, note, emitted):
    body = make.asked(note, "sender", "carrier")
    phone = web(make.CARRIER, headers={"idempotency-key": "phone-1"})
    first = await said(phone.post(f"{DOCUMENT}/takeover", json=body))
    again = await phone.post(f"{DOCUMENT}/takeover", json=body)
    assert again.status_code == 200
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first
    assert len(await emitted("ecpmr.takeover.signed")) == 1


async def test_two_phones_at_once_sign_once(web, note, emitted):
    bodies = [make.asked(note, "sender", "carrier") for _ in range(4)]
    answers = await asyncio.gather(
        *(web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=body) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await emitted("ecpmr.takeover.signed")) == 1


async def test_a_day_offline_arrives_in_order_hours_later(web, note):
    """Everything carries its own time; received times are the server's."""
    taken, given = now() + timedelta(hours=1), now() + timedelta(hours=8, microseconds=456)
    with held(now() + timedelta(days=3)):
        both = {"happened_at": taken.isoformat()}
        await signed(web, note, "takeover", "sender", "carrier", **both)
        view = await signed(web, note, "delivery", "consignee", happened_at=given.isoformat())
    assert datetime.fromisoformat(view["delivered_at"]) == given - timedelta(microseconds=456)
    assert all(s["drift_s"] < 0 for s in view["signatures"])
    assert (await said(web().get(f"/api/ecpmr/verify/{view['verification_id']}")))["intact"]


async def test_the_signer_of_an_old_version_is_shown_what_changed(web, note):
    boxes = {**note["consignment"], "instructions": "Sonner"}
    body = {"content_hash": note["content_hash"], "consignment": boxes, "reason": "Accès"}
    await said(web().post(f"{DOCUMENT}/versions", json=body))
    refused = await signed(web, note, "takeover", "carrier", status=409)
    assert refused["code"] == "content_changed"
    assert refused["values"]["changed"] == ["instructions"]
    assert "5 Instructions de l'expéditeur" in refused["messages"]["fr"]
    assert "5 Sender's instructions" in refused["messages"]["en"]


async def test_an_amendment_stands_when_both_parties_signed_it(web, note, emitted):
    taken = await signed(web, note, "takeover", "sender", "carrier")
    boxes = {**taken["consignment"], "other_particulars": "Bâche ouverte"}
    body = {"content_hash": taken["content_hash"], "consignment": boxes, "reason": "Ajout"}
    proposed = await said(web().post(f"{DOCUMENT}/versions", json=body))
    assert (proposed["in_force"], proposed["to_sign"]) == (1, ["sender", "carrier"])
    newer = {"content_hash": proposed["versions"][-1]["content_hash"]}
    await signed(web, newer, "amendment", "sender", org=make.SHIPPER)
    agreed = await signed(web, newer, "amendment", "carrier")
    assert (agreed["in_force"], agreed["consignment"]["other_particulars"]) == (2, "Bâche ouverte")
    wished, stands = await emitted("ecpmr.document.amended")
    assert wished["changed"] == stands["changed"] == ["other_particulars"]
    assert (wished["to_sign"], stands["to_sign"]) == (["sender", "carrier"], [])


async def test_a_phone_that_sends_its_day_again_changes_nothing_twice(web, note, emitted):
    """Killed in the middle of sending, the phone begins again: same ids, same keys, same times."""
    hash_ = {"content_hash": note["content_hash"]}
    base = now()

    def at(minutes):
        return (base + timedelta(minutes=minutes)).isoformat()

    queue = [
        ("arrivals", {"stop": "pickup", "happened_at": at(-9)}),
        ("takeover", make.asked(hash_, "sender", "carrier", happened_at=at(-7))),
        ("departures", {"stop": "pickup", "happened_at": at(-6)}),
        ("arrivals", {"stop": "delivery", "happened_at": at(1)}),
        ("delivery", make.asked(hash_, "consignee", "carrier", happened_at=at(2))),
        ("departures", {"stop": "delivery", "happened_at": at(3)}),
    ]
    for sent in (3, 5, 2, 6, 6):
        for number, (path, body) in enumerate(queue[:sent]):
            phone = web(make.CARRIER, headers={"idempotency-key": f"phone-{number}"})
            await said(phone.post(f"{DOCUMENT}/{path}", json=body))
    view = await said(web().get(DOCUMENT))
    assert [(t["stop"], t["moment"]) for t in view["times"]] == [
        ("pickup", "arrived"),
        ("pickup", "departed"),
        ("delivery", "arrived"),
        ("delivery", "departed"),
    ]
    assert len(view["signatures"]) == 4
    assert datetime.fromisoformat(view["times"][0]["happened_at"]) == base - timedelta(minutes=9)
    assert len(await emitted("ecpmr.time.recorded")) == 4
    assert len(await emitted("ecpmr.delivery.signed")) == 1


async def test_a_driver_s_day_comes_whole(emit, web):
    for number in (1, 2):
        await emit(make.planned(order_id=f"ord_{number}"))
    day = await said(web(make.CARRIER).get("/api/ecpmr/day", params={"order_ids": "ord_1,ord_2,ord_9"}))
    assert [item["order_id"] for item in day["items"]] == ["ord_1", "ord_2"]
    assert all(item["mentions"] and item["consignment"]["goods"] for item in day["items"])
    assert "price" not in str(day)


@pytest.mark.parametrize(
    ("contract", "found"),
    [
        ("rungis", 1),
        ("MABILLE", 1),
        ("cmd-7741", 1),
        ("gf-482-kl", 1),
        ("482 KL", 1),
        ("nowhere", 0),
        (".*", 0),
    ],
)
async def test_notes_are_found_by_their_words(web, note, contract, found):
    page = await said(web().get("/api/ecpmr/documents", params={"q": contract}))
    assert len(page["items"]) == found


async def test_notes_are_found_by_state(web, note):
    assert (await said(web().get("/api/ecpmr/documents", params={"state": "delivered"})))["items"] == []
    assert len((await said(web().get("/api/ecpmr/documents", params={"state": "new"})))["items"]) == 1


def jpeg(size=(800, 600), **options):
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, "JPEG", **options)
    return kept.getvalue()


def bomb(side=12_000):
    """A PNG of 144 megapixels in a few kilobytes."""

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def send(client, content, photo="photo-0001", media_type="image/jpeg", **query):
    return await client.post(
        f"{DOCUMENT}/photos/{photo}", content=content, params=query, headers={"content-type": media_type}
    )


async def test_a_photo_is_kept_without_exif_and_read_back(web, note):
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    got = await send(web(make.CARRIER), jpeg(exif=exif.tobytes()) + b"<script>", stop="delivery")
    assert got.status_code == 200, got.text
    back = await web(make.CONSIGNEE).get(f"{DOCUMENT}/photos/photo-0001")
    assert back.headers["content-type"] == "image/jpeg"
    assert b"SecretPhone" not in back.content
    assert b"<script>" not in back.content
    view = await said(web().get(DOCUMENT))
    assert [photo["photo_id"] for photo in view["photos"]] == ["photo-0001"]
    assert (await said(web().get(f"/api/ecpmr/verify/{view['verification_id']}")))["intact"]


async def test_a_photo_lies_as_it_was_held(web, note):
    turned = Image.Exif()
    turned[0x0112] = 6
    await send(web(make.CARRIER), jpeg((800, 600), exif=turned.tobytes()))
    back = await web().get(f"{DOCUMENT}/photos/photo-0001")
    with Image.open(io.BytesIO(back.content)) as picture:
        assert picture.size == (600, 800)


async def test_a_photo_under_the_same_id_stays_the_first(web, note):
    first = (await send(web(make.CARRIER), jpeg((100, 100)))).json()
    again = (await send(web(make.CARRIER), jpeg((200, 200)))).json()
    assert again == first


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"\xff" * 10_000_001, "image/jpeg", 413, "too_large"),
        (b"GIF89a/*<script>", "image/jpeg", 422, "photo_unreadable"),
        (b"<html>", "text/html", 415, "wrong_media_type"),
        (b"", "image/jpeg", 422, "photo_unreadable"),
        (b'<svg onload="alert(1)"/>', "image/svg+xml", 422, "photo_unreadable"),
        (bomb(), "image/png", 422, "photo_too_many_pixels"),
    ],
    ids=["too large", "gif with script", "html", "empty", "svg", "pixel bomb"],
)
async def test_what_is_no_photo_is_refused(web, note, content, media_type, status, code):
    got = await send(web(make.CARRIER), content, media_type=media_type)
    assert (got.status_code, got.json()["code"]) == (status, code)


async def test_a_photo_named_in_a_reserve_may_arrive_later(web, note):
    await signed(web, note, "takeover", "sender", "carrier")
    reserve = {"line": 1, "text": "1 palette éventrée", "photo_ids": ["late-photo"]}
    view = await signed(web, note, "delivery", "consignee", reserves=[reserve])
    assert view["photos"] == []
    missing = await said(web().get(f"{DOCUMENT}/photos/late-photo"), 404)
    assert missing["code"] == "photo_unknown"
    assert (await send(web(make.CARRIER), jpeg(), photo="late-photo")).status_code == 200
    assert (await web().get(f"{DOCUMENT}/photos/late-photo")).status_code == 200


async def test_an_altered_note_is_found_out_by_anyone(web, note, ecpmr):
    await signed(web, note, "takeover", "sender", "carrier")
    notes = ecpmr.instances["ecpmr"].context.database["ecpmr.notes"]
    change = {"versions.0.consignment.goods.0.goods.weight_kg": 1.0}
    await notes.update_one({"_id": note["document_id"]}, {"$set": change})
    verified = await said(web().get(f"/api/ecpmr/verify/{note['verification_id']}"))
    assert verified["intact"] is False
    assert verified["broken"] == ["version[0].consignment.goods[0].goods.weight_kg"]


async def test_a_png_signature_survives_the_database(web, note):
    kept, drawn = io.BytesIO(), Image.new("RGBA", (300, 100))
    ImageDraw.Draw(drawn).line([(20, 70), (90, 20), (160, 80), (280, 40)], (0, 0, 0, 200), 3)
    drawn.save(kept, "PNG")
    body = make.asked(note, "sender", "carrier")
    body["signature"]["image"] = "data:image/png;base64," + base64.b64encode(kept.getvalue()).decode()
    view = await said(web(make.CARRIER).post(f"{DOCUMENT}/takeover", json=body))
    assert view["signatures"][0]["image"].startswith("data:image/png;base64,")
    assert (await said(web().get(f"/api/ecpmr/verify/{view['verification_id']}")))["intact"]


async def test_an_unsigned_note_reads_as_the_order_that_was_changed(emit, web, note):
    await emit(make.amended(delivery=make.LYON, instructions="Sonner"))
    after = await said(web().get(DOCUMENT))
    boxes, before = after["consignment"], note["consignment"]
    assert (boxes["delivery"]["address"]["city"], after["in_force"]) == ("Lyon", 2)
    assert (boxes["vehicle_plate"], boxes["carrier"]) == (before["vehicle_plate"], before["carrier"])
    assert boxes["goods"] == before["goods"], "what was not changed stays as it was written"


async def test_a_signed_note_is_proposed_the_change_to_those_who_have_signed(emit, web, note):
    await signed(web, note, "takeover", "sender", "carrier")
    await emit(make.amended(delivery=make.LYON))
    after = await said(web().get(DOCUMENT))
    assert after["consignment"] == note["consignment"]
    assert after["proposal"]["delivery"]["address"]["city"] == "Lyon"
    assert set(after["to_sign"]) == {"sender", "carrier"}


async def test_a_change_of_an_order_without_note_makes_none(emit, web):
    await emit(make.amended())
    assert (await said(web().get("/api/ecpmr/documents")))["items"] == []
