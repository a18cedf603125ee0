"""Devices: what each sent that was refused, its key shown this once, its removal."""

from tests.portals.transporter import make
from tests.portals.transporter.town import RIGHTS, Town, signed_in

from rt.contracts.tracking_ia import AddDevice, AppsView, DevicesView, FindApps, FindDevices, RemoveDevice
from rt.kernel.clock import held

ADMINISTRATOR = [*RIGHTS, "tracking_ia.admin"]


async def test_bad_points_are_shown_at_the_device_how_many_why_and_the_last() -> None:
    client, _token = await signed_in(Town())
    with held(make.AT):
        page = (await client.get("/devices")).text
    assert page.count("27 points refusés") == 2
    assert "Illisible : 25 · Heure dans le futur : 2" in page
    assert "2026-13-45T99:00:00Z" in page
    assert "Application de Lucie Martin" in page
    assert "27 points<" in page


async def test_the_key_of_a_device_is_shown_when_it_is_made_and_only_then() -> None:
    there = Town(ADMINISTRATOR)
    client, token = await signed_in(there)
    said = {"kind": "vehicle", "name": "Boîtier 7", "vehicle_plate": "AB-123-CD", "driver_user_id": ""}
    made = await client.post("/devices/new", data={**said, "_csrf": token})
    assert (made.status_code, made.text.count("kEy-shown-once")) == (200, 1)
    assert there.heard(AddDevice).vehicle_plate == "AB-123-CD"
    assert "kEy-shown-once" not in (await client.get("/devices")).text
    there.answers[AddDevice] = make.device(key="")
    again = await client.post("/devices/new", data={**said, "_csrf": token})
    assert "La clé a déjà été montrée" in again.text


async def test_a_device_is_removed_by_one_press() -> None:
    there = Town(ADMINISTRATOR)
    client, token = await signed_in(there)
    gone = await client.post("/devices/dev_1/remove", data={"_csrf": token})
    assert gone.headers["location"] == "/devices"
    assert there.heard(RemoveDevice).device_id == "dev_1"


async def test_without_devices_the_page_says_what_they_are_for() -> None:
    there = Town()
    there.answers |= {FindDevices: DevicesView(items=[]), FindApps: AppsView(items=[])}
    client, _token = await signed_in(there)
    page = (await client.get("/devices")).text
    assert "Aucun boîtier" in page
    assert "Points refusés" not in page
