"""A driver's whole day through the portal and the services behind it: loaded, signed offline, sent later."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.portals.driver.world import MORNING, Phone, World, queued, signing

from rt.contracts.core_orders import GetOrder
from rt.contracts.ecpmr import FindDocuments, GetDocument
from rt.kernel.core.clock import held


async def whole_state(world: World) -> tuple[Any, Any]:
    """The order and its note as their owner sees them."""
    (row,) = (await world.say(world.shipper, FindDocuments())).items
    note = await world.say(world.shipper, GetDocument(document_id=row.document_id))
    return await world.say(world.shipper, GetOrder(order_id=world.order_id)), note


def offline_day(day: dict[str, Any]) -> list[dict[str, Any]]:
    """What a driver does without network, from what the phone has kept."""
    (note,) = day["documents"]
    about = {"document_id": note["document_id"]}
    told = []
    steps = (
        ("RecordArrival", "pickup", 2.0),
        ("SignTakeover", "sender", 2.4),
        ("RecordDeparture", "pickup", 2.5),
        ("RecordArrival", "delivery", 4.0),
        ("SignDelivery", "consignee", 4.3),
        ("RecordDeparture", "delivery", 4.5),
    )
    for name, message, hours in steps:
        with held(MORNING + timedelta(hours=hours)):
            at = (MORNING + timedelta(hours=hours)).isoformat()
            body = (
                signing(note, message)
                if name.startswith("Sign")
                else {**about, "stop": message, "happened_at": at}
            )
            if name == "SignDelivery":
                body["reserves"] = [
                    {"text": "2 palettes mouillées, cartons éventrés", "line": 1, "damaged_quantity": 2}
                ]
                body["pallets"] = [{"pallet_type": "EUR", "delivered": 12, "returned": 10}]
            told.append(queued(name, body))
    return told


async def test_the_day_holds_stops_notes_and_what_each_client_asks(phone: Phone) -> None:
    day = await phone.day()
    (tour,) = day["day"]["tours"]
    pickup, delivery = tour["stops"]
    (note,) = day["documents"]
    assert note["order_id"] == delivery["order_id"] == phone.world.order_id
    assert pickup["site"]["instructions"] == "Casque obligatoire"
    assert "Échange différé" in delivery["site"]["instructions"]
    assert "Bon palettes signé" in delivery["site"]["instructions"]
    assert day["orders"][0]["policy"]["mode"] == "deferred"
    assert day["orders"][0]["instructions"] == "Température +4 °C"


async def test_a_price_never_reaches_the_phone(phone: Phone) -> None:
    told = json.dumps(await phone.day())
    assert "48517" not in told
    assert "agreed_cents" not in told


async def test_a_day_signed_offline_and_sent_twice_leaves_the_state_of_a_day_sent_once(phone: Phone) -> None:
    told = offline_day(await phone.day())
    with held(MORNING + timedelta(hours=10)):
        first = [(await phone.say(one))[0]["status"] for one in told]
        once = await whole_state(phone.world)
        second = await phone.say(*told)
        assert first == [one["status"] for one in second] == [200] * 6
        assert [one["id"] for one in second] == [one["id"] for one in told]
        assert await whole_state(phone.world) == once
        order, note = once
    assert (order.state, order.with_reserves, note.state) == ("delivered", True, "delivered")
    assert [one.happened_at for one in note.times] == [MORNING + timedelta(hours=h) for h in (2, 2.5, 4, 4.5)]
    assert note.pallets_delivery[0].returned == 10


async def test_five_hundred_operations_fit_in_ten_requests(phone: Phone) -> None:
    """S-33, with the positions of a day as operations."""
    points = [
        {"at": (MORNING + timedelta(minutes=n)).isoformat(), "latitude": 45.7, "longitude": 4.2 + n / 1000}
        for n in range(500)
    ]
    told = [queued("RecordPositions", {"points": [point]}) for point in points]
    with held(MORNING + timedelta(hours=9)):
        await phone.say(queued("StartDuty", {}))
        results = [one for n in range(0, 500, 100) for one in await phone.say(*told[n : n + 100])]
    assert [one["status"] for one in results] == [200] * 500


async def test_after_a_refusal_nothing_else_about_that_note_is_said_and_other_things_are(
    phone: Phone,
) -> None:
    (note,) = (await phone.day())["documents"]
    told = [
        queued("SignTakeover", signing(note, "sender", content_hash="0" * 64)),
        queued(
            "RecordDeparture",
            {"document_id": note["document_id"], "stop": "pickup", "happened_at": MORNING.isoformat()},
        ),
        queued("StartDuty", {}),
    ]
    results = await phone.say(*told)
    assert [one["status"] for one in results] == [409, 425, 200]
    assert results[0]["code"] == "content_unknown"
    assert "Rechargez" in results[0]["messages"]["fr"]
    _order, kept = await whole_state(phone.world)
    assert (kept.times, kept.signatures) == ([], [])


async def test_a_refusal_comes_back_in_both_languages(phone: Phone) -> None:
    (note,) = (await phone.day())["documents"]
    (refused,) = await phone.say(queued("SignDelivery", signing(note, "consignee")))
    assert (refused["status"], refused["code"]) == (409, "not_taken_over")
    assert refused["messages"].keys() == {"fr", "en"}


async def test_a_phone_may_only_say_a_drivers_words(phone: Phone) -> None:
    (other,) = await phone.say(queued("AmendDocument", {"document_id": "x"}))
    assert (other["status"], other["code"]) == (403, "word_not_the_drivers")
    (broken,) = await phone.say(queued("StartDuty", {"vehicle_plate": 7}))
    assert (broken["status"], broken["code"]) == (422, "entry_unreadable")
    noise = await phone.send("/commands", b"{")
    assert (noise.status_code, noise.json()["code"]) == (422, "entry_unreadable")


async def test_more_than_a_phone_sends_at_once_is_turned_away(phone: Phone) -> None:
    heavy = queued("StartDuty", {"vehicle_plate": "x" * 8_100_000})
    answer = await phone.send("/commands", {"commands": [heavy]})
    assert answer.status_code == 413
    many = await phone.send("/commands", {"commands": [queued("StartDuty", {})] * 101})
    assert (many.status_code, many.json()["code"]) == (422, "entry_unreadable")


@pytest.mark.parametrize(
    "clock",
    [
        "1970-01-01T00:03:00.000Z",
        "2004-01-01T10:00:00.000Z",
        "2099-12-31T10:00:00.000Z",
        "+275760-09-13T00:00:00.000Z",
    ],
)
async def test_no_wrong_clock_loses_what_was_signed_on_the_phone(phone: Phone, clock: str) -> None:
    """Sent twice, signed once; the note is dated by its receipt and says what the phone's clock said."""
    (note,) = (await phone.day())["documents"]
    about = {"document_id": note["document_id"], "stop": "pickup", "happened_at": clock}
    told = [
        queued("RecordArrival", about) | {"happened_at": clock},
        queued("SignTakeover", signing(note, "sender", happened_at=clock)) | {"happened_at": clock},
    ]
    with held(MORNING + timedelta(hours=3)):
        for _ in range(2):
            assert [one["status"] for one in await phone.say(*told)] == [200, 200]
        _order, kept = await whole_state(phone.world)
    assert {one.device_time for one in [*kept.times, *kept.signatures]} == {clock}
    assert {one.happened_at for one in [*kept.times, *kept.signatures]} == {MORNING + timedelta(hours=3)}


async def test_an_entry_without_a_readable_time_spoils_no_other(phone: Phone) -> None:
    (note,) = (await phone.day())["documents"]
    noise = queued("SignTakeover", signing(note, "sender", happened_at="yesterday")) | {"happened_at": "soon"}
    results = await phone.say(queued("StartDuty", {}), noise)
    assert [one["status"] for one in results] == [200, 200]
    _order, kept = await whole_state(phone.world)
    assert {one.device_time for one in kept.signatures} == {"0000-00-00"}
