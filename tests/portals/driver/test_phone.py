"""The phone itself: whose day it shows, photos, tokens that end, installing, pages beside the app."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from tests.portals.delivery import STROKES
from tests.portals.driver.world import MORNING, Phone, World, queued, signing

from rt.contracts.authz import DisableUser, Refresh
from rt.contracts.core_orders import GetOrder
from rt.contracts.ecpmr import FindDocuments, GetDocument
from rt.kernel.core.clock import held
from rt.ui.catalogues import check, folders

ALMOST = timedelta(minutes=59, seconds=30)
"""From the login until the access token is about to end (authz: an hour)."""
PICTURE = BytesIO()
Image.new("RGB", (64, 48), "#c33").save(PICTURE, "JPEG")


async def photographed(phone: Phone, document_id: str, photo_id: str) -> int:
    address = f"/photos/{photo_id}?document_id={document_id}&order_id={phone.world.order_id}&stop=pickup"
    sent = await phone.send(address, PICTURE.getvalue(), "PUT", **{"content-type": "image/jpeg"})
    return sent.status_code


async def test_a_photo_comes_once_to_its_note_before_the_reserve_that_cites_it(phone: Phone) -> None:
    (note,) = (await phone.day())["documents"]
    assert [await photographed(phone, note["document_id"], "photo-0001") for _ in range(2)] == [200, 200]
    reserve = {"text": "3 cartons écrasés, angle droit", "line": 1, "photo_ids": ["photo-0001"]}
    (signed,) = await phone.say(queued("SignTakeover", signing(note, "sender", reserves=[reserve])))
    assert signed["status"] == 200, signed
    (row,) = (await phone.world.say(phone.world.shipper, FindDocuments())).items
    kept = await phone.world.say(phone.world.shipper, GetDocument(document_id=row.document_id))
    assert [one.photo_id for one in kept.photos] == ["photo-0001"]
    assert kept.reserves_made[0].photo_ids == ["photo-0001"]


async def test_an_incident_cites_the_photo_that_went_to_the_note_and_is_reported_once(phone: Phone) -> None:
    (note,) = (await phone.day())["documents"]
    await photographed(phone, note["document_id"], "photo-0009")
    body = {"order_id": phone.world.order_id, "kind": "damage", "text": "Palette renversée", "shared": True}
    told = queued("ReportIncident", body | {"photos": ["photo-0009"]})
    assert [one["status"] for _ in range(2) for one in await phone.say(told)] == [200, 200]
    order = await phone.world.say(phone.world.shipper, GetOrder(order_id=phone.world.order_id))
    (incident,) = order.incidents
    (picture,) = [one for one in order.documents if one.kind == "photo"]
    assert incident.photos == [picture.document_id]


async def test_what_is_no_picture_is_refused_and_a_photo_of_nothing_too(phone: Phone) -> None:
    (note,) = (await phone.day())["documents"]
    address = f"/photos/photo-0002?document_id={note['document_id']}"
    noise = await phone.send(address, b"GIF89a", "PUT", **{"content-type": "image/jpeg"})
    assert noise.status_code == 422
    nowhere = await phone.send("/photos/photo-0003", PICTURE.getvalue(), "PUT")
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "entry_unreadable")


async def test_another_person_on_the_same_phone_sees_nothing_of_the_first(world: World) -> None:
    """S-35: the day, its owner's name in the browser's keeps and the proof of requests are all others."""
    phone = await Phone(world).sign_in("lucie")
    before = (await phone.browser.get("/session.json")).json()
    assert world.order_id in json.dumps(await phone.day())
    await phone.browser.post("/logout", data={"_csrf": await phone.proof()})
    gone = await phone.browser.get("/day.json", headers={"accept": "application/json"})
    assert gone.status_code == 401
    assert world.order_id not in gone.text
    await phone.sign_in("thomas")
    after = (await phone.browser.get("/session.json")).json()
    assert {before[name] for name in ("owner", "marker", "token")}.isdisjoint(after.values())
    told = json.dumps(await phone.day())
    assert "Laiterie" not in told
    assert (await phone.day())["day"]["tours"] == []


async def test_a_colleague_can_not_say_the_first_ones_entries_with_an_old_proof(world: World) -> None:
    phone = await Phone(world).sign_in("lucie")
    (note,) = (await phone.day())["documents"]
    proof = await phone.proof()
    await phone.browser.post("/logout", data={"_csrf": proof})
    await phone.sign_in("thomas")
    told = queued("SignTakeover", signing(note, "sender"))
    answer = await phone.browser.post(
        "/commands", json={"commands": [told]}, headers={"x-csrf-token": proof, "accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "form_unproven")


async def test_an_access_token_that_ended_is_renewed_unseen_and_the_entry_is_taken(phone: Phone) -> None:
    with held(datetime.now(UTC) + ALMOST):
        (taken,) = await phone.say(queued("StartDuty", {}))
        assert taken["status"] == 200
    assert phone.world.ear.said(Refresh)


async def test_a_session_that_was_ended_keeps_the_entry_on_the_phone(phone: Phone) -> None:
    """401 is what makes the app wait for the person instead of throwing the entry away."""
    world = phone.world
    await world.ask(world.carrier, DisableUser(user_id=world.people["lucie"]))
    with held(datetime.now(UTC) + ALMOST):
        told = {"commands": [queued("StartDuty", {})]}
        answer = await phone.browser.post("/commands", json=told, headers={"accept": "application/json"})
        assert answer.status_code == 401


async def test_someone_who_drives_nothing_has_an_empty_day(world: World) -> None:
    phone = await Phone(world).sign_in("")
    day = await phone.day()
    assert (day["day"]["tours"], day["documents"]) == ([], [])


async def test_signatures_drawn_by_others_stay_on_the_server(phone: Phone) -> None:
    (note,) = (await phone.day())["documents"]
    await phone.say(queued("SignTakeover", signing(note, "sender")))
    assert STROKES not in json.dumps(await phone.day())


async def test_the_app_installs_and_its_shell_loads_nothing_from_elsewhere(phone: Phone) -> None:
    manifest = (await phone.browser.get("/manifest.webmanifest")).json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert (await phone.browser.get("/offline")).status_code == 200
    worker = await phone.browser.get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    shell = await phone.browser.get("/")
    assert 'id="driver"' in shell.text
    assert "driver.js" in shell.text
    assert "default-src 'none'" in shell.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/day.json", "/recordings", "/account"])
async def test_strangers_sign_in_first(world: World, path: str) -> None:
    answer = await Phone(world).browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_drivers_see_pause_and_end_what_is_recorded_of_them(phone: Phone) -> None:
    points = [
        {"at": (MORNING + timedelta(minutes=n)).isoformat(), "latitude": 45.7, "longitude": 4.2 + n / 100}
        for n in range(5)
    ]
    with held(MORNING + timedelta(minutes=10)):
        proof = {"_csrf": await phone.proof(), "_key": "press-1"}
        assert (await phone.browser.post("/recordings/start", data=proof)).status_code == 303
        assert (await phone.browser.get("/recordings")).text.count("En marche") == 1
        with held(MORNING + timedelta(minutes=30)):
            proof["_csrf"] = await phone.proof()
            at = {"at": (MORNING + timedelta(minutes=20)).isoformat()}
            sent = [*(point | at for point in points), {"at": "broken", "latitude": 45, "longitude": 4}]
            await phone.say(queued("RecordPositions", {"points": sent}))
            page = (await phone.browser.get("/recordings")).text
            assert "1 position n&#39;a pas pu être lue" in page
            assert "Trajet enregistré" in page
            await phone.browser.post("/recordings/pause", data=proof | {"_key": "press-2"})
            assert "En pause" in (await phone.browser.get("/recordings")).text
            english = (await phone.browser.get("/recordings?lang=en")).text
            assert "Paused" in english
            assert "Enregistrement" not in english
        unknown = await phone.browser.post("/recordings/erase", data=proof)
        assert unknown.status_code == 404


def test_no_sentence_of_the_portal_lacks_its_english() -> None:
    folder = next(f for f in folders() if f.name == "driver")
    assert check(folder) == []
