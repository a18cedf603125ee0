"""Devices: what each sent that was refused, its key shown this once, its removal."""

import re
from datetime import timedelta

import httpx
from tests.portals.transporter.world import MORNING, World
from tests.portals.world import Browser, carried

from rt.contracts.tracking_ia import AddDevice, FindDevices

TRACKER = {"kind": "vehicle", "name": "Boîtier 7", "vehicle_plate": "AB-123-CD"}
LATER = (MORNING + timedelta(hours=1)).isoformat()


async def reported(world: World, key: str, at: str = MORNING.isoformat()) -> httpx.Response:
    """What a tracker sends that knows nothing but its key."""
    sent = {"id": key, "lat": "45.7", "lon": "4.9", "timestamp": at}
    return await world.platform.web("tracking_ia").get("/api/tracking/osmand", params=sent)


async def test_bad_points_are_shown_at_the_device_how_many_why_and_the_last(
    world: World, carrier: Browser
) -> None:
    key = (await world.ask(world.carrier, AddDevice(**TRACKER))).key
    await world.ask(world.carrier, AddDevice(kind="vehicle", vehicle_plate="EF-456-GH"))
    for at in [LATER] * 2 + ["2026-13-45T99:00:00Z"] * 3:
        await reported(world, key, at)
    points = [{"at": at, "latitude": 45.7, "longitude": 4.9} for at in ["demain"] * 3 + [LATER] * 2]
    lucie = await world.colleague("driver", "Lucie Martin")
    await world.sends(lucie.id, "Lucie Martin", points)
    page = await carrier.page("/devices")
    assert page.count("5 points refusés") == 2
    assert page.count("Illisible : 3 · Heure dans le futur : 2") == 2
    assert "2026-13-45T99:00:00Z" in page
    assert "Application de Lucie Martin" in page
    assert page.count("5 points<") == 1


async def test_the_key_of_a_device_is_shown_when_it_is_made_and_only_then(
    world: World, carrier: Browser
) -> None:
    page = await carrier.page("/devices/new")
    said = carried(page, "/devices/new") | TRACKER | {"driver_user_id": ""}
    made = await carrier.web.post("/devices/new", data=said)
    (key,) = re.findall('<code class="wrap">([^<]+)</code>', made.text)
    (device,) = (await world.ask(world.carrier, FindDevices())).items
    assert device.vehicle_plate == "AB-123-CD"
    assert (await reported(world, key)).status_code == 200
    assert key not in await carrier.page("/devices")
    again = await carrier.web.post("/devices/new", data=said)
    assert "La clé a déjà été montrée" in again.text
    assert key not in again.text


async def test_a_device_is_removed_by_one_press(world: World, carrier: Browser) -> None:
    key = (await world.ask(world.carrier, AddDevice(**TRACKER))).key
    page = await carrier.page("/devices")
    (action,) = re.findall('action="(/devices/[^"]+/remove)"', page)
    gone = await carrier.press(page, action)
    assert gone.headers["location"] == "/devices"
    assert (await world.ask(world.carrier, FindDevices())).items == []
    assert (await reported(world, key)).status_code == 404


async def test_only_who_runs_the_devices_is_shown_the_buttons_for_it(world: World) -> None:
    await world.ask(world.carrier, AddDevice(**TRACKER))
    browser = await world.browser((await world.colleague("dispatcher")).email)
    page = await browser.page("/devices")
    assert "Boîtier 7" in page
    assert "/remove" not in page


async def test_without_devices_the_page_says_what_they_are_for(carrier: Browser) -> None:
    page = await carrier.page("/devices")
    assert "Aucun boîtier" in page
    assert "Points refusés" not in page
