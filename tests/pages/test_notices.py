"""What every portal promises of notices: counted at the bell, unread first, read by being opened."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect
from tests.pages.shop import ORIGIN, Town, browser, shop, signed_in, token_of
from tests.portals.industry.make import view
from tests.portals.plain import faults
from tests.portals.screen import looking, shot

from rt.contracts.notifications import (
    CountNotices,
    GetPushKey,
    MarkAllRead,
    MarkRead,
    MessagesPage,
    MessageView,
    MyNotices,
    NoticesCountView,
    PushKeyView,
    SubscribePush,
)
from rt.kernel.core.clock import now
from rt.kernel.model.messages import Empty


def notice(**said: Any) -> MessageView:
    told = {
        "message_id": "msg_1",
        "subject": "D26-0041 : livrée avec réserves",
        "text": "La livraison est signée, avec réserves.\n\nVoir la commande :\n\nhttp://shop.localhost/x",
        "links": ["http://shop.localhost/gallery/band?a=1"],
        "at": now() - timedelta(minutes=5),
        "read_at": None,
    }
    return view(MessageView, **(told | said))


def at_work(*notices: MessageView) -> Town:
    town = Town()
    town.answers = {
        MyNotices: MessagesPage(items=list(notices)),
        CountNotices: NoticesCountView(unread=len(notices)),
        MarkRead: Empty(),
        MarkAllRead: Empty(),
    }
    return town


def asked(town: Town, kind: type) -> list[Any]:
    return [message for _token, message, _key in town.said if isinstance(message, kind)]


async def test_the_list_says_what_happened_and_asks_for_the_unread_alone() -> None:
    town = at_work(notice())
    async with signed_in(town) as client:
        text = (await client.get("/notices")).text
    assert [message.unread for message in asked(town, MyNotices)] == [True]
    assert "D26-0041 : livrée avec réserves" in text
    assert "La livraison est signée, avec réserves." in text
    assert "Voir la commande :" not in text
    assert faults(text) == []


async def test_all_of_them_are_a_tab_away_and_go_on_page_by_page() -> None:
    town = at_work()
    town.answers[MyNotices] = MessagesPage(items=[notice(read_at=now())], next="nx")
    async with signed_in(town) as client:
        text = (await client.get("/notices?all=1")).text
    assert [message.unread for message in asked(town, MyNotices)] == [None]
    assert "Non lue ·" not in text
    assert 'href="/notices?all=1&amp;after=nx"' in text


async def test_opening_one_marks_it_read_and_leads_to_what_it_is_about() -> None:
    town = at_work(notice())
    async with signed_in(town) as client:
        page = (await client.get("/notices")).text
        assert 'name="leads" value="/gallery/band?a=1"' in page
        typed = {"_csrf": token_of(page), "_key": "k1", "leads": "/gallery/band?a=1"}
        answer = await client.post("/notices/msg_1/open", data=typed)
    assert answer.headers["location"] == "/gallery/band?a=1"
    assert [message.message_id for message in asked(town, MarkRead)] == ["msg_1"]


@pytest.mark.parametrize("leads", ["//evil.example/", "https://evil.example/", "/\\evil.example", ""])
async def test_opening_one_never_leads_out_of_the_portal(leads: str) -> None:
    async with signed_in(at_work(notice())) as client:
        typed = {"_csrf": token_of((await client.get("/notices")).text), "leads": leads}
        answer = await client.post("/notices/msg_1/open", data=typed)
    assert answer.headers["location"] == "/notices"


async def test_what_leads_to_another_portal_stays_in_the_list() -> None:
    async with signed_in(at_work(notice(links=["http://driver.localhost/day"]))) as client:
        assert 'name="leads" value=""' in (await client.get("/notices")).text


async def test_all_are_marked_read_at_once() -> None:
    town = at_work(notice())
    async with signed_in(town) as client:
        typed = {"_csrf": token_of((await client.get("/notices")).text), "_key": "k1"}
        await client.post("/notices/read", data=typed)
    assert len(asked(town, MarkAllRead)) == 1


async def test_visitors_have_no_bell_and_no_notices() -> None:
    async with browser(shop(at_work())) as client:
        assert 'href="/notices"' not in (await client.get("/login")).text
        assert (await client.get("/notices")).headers["location"].startswith("/login")
        counted = await client.get("/notices/count.json", headers={"accept": "application/json"})
        assert counted.status_code == 401
    async with signed_in(at_work(), public=True) as client:
        assert (await client.get("/notices")).status_code == 404


async def test_the_bell_counts_what_is_unread_and_looks_again_by_itself() -> None:
    town = at_work(notice(), notice(message_id="msg_2"))
    async with signed_in(town) as client, looking(client, viewport={"width": 1440, "height": 900}) as window:
        await window.clock.install()
        await window.goto(f"{ORIGIN}/notices")
        bell = window.get_by_role("link", name="Notifications 2 non lues")
        await expect(bell).to_be_visible()
        await shot(window, "notices-1440")
        town.answers[CountNotices] = NoticesCountView(unread=100)
        await window.clock.run_for(31_000)
        await expect(window.get_by_role("link", name="Notifications 99+ non lues")).to_be_visible()
        town.answers[CountNotices] = NoticesCountView(unread=0)
        await window.clock.run_for(31_000)
        await expect(window.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
        for width in (360, 768):
            await window.set_viewport_size({"width": width, "height": 800})
            await shot(window, f"notices-{width}")


BROWSER = {"endpoint": "https://push.example/v1/abc", "p256dh": "B" * 87, "auth": "a" * 22}
STAND_IN = """
const keys = {p256dh: "B".repeat(87), auth: "a".repeat(22)};
const made = {
  toJSON: () => ({endpoint: "https://push.example/v1/abc", keys}),
  unsubscribe: async () => { window.ended = true; },
};
const pushManager = {
  subscribe: async (how) => { window.asked = how; return made; },
  getSubscription: async () => made,
};
const here = {pushManager};
const worker = {register: async () => here, ready: Promise.resolve(here), getRegistration: async () => here};
Object.defineProperty(navigator, "serviceWorker", {value: worker});
Object.defineProperty(Notification, "permission", {value: "granted"});
Notification.requestPermission = async () => "granted";
"""
"""A push service that answers at once: the real ones are on the internet."""


async def test_a_browser_subscribes_with_the_proof_of_its_session_alone() -> None:
    town = at_work()
    town.answers |= {GetPushKey: PushKeyView(public_key="BPub"), SubscribePush: Empty()}
    async with signed_in(town) as client:
        assert (await client.get("/notices/push.json")).json() == {"public_key": "BPub"}
        refused = await client.post("/notices/push", json=BROWSER)
        assert refused.status_code == 403
        proof = {"x-csrf-token": token_of((await client.get("/notices")).text)}
        assert (await client.post("/notices/push", json=BROWSER, headers=proof)).status_code == 200
        worker = await client.get("/push.js")
        assert worker.headers["content-type"].startswith("text/javascript")
    assert [message.endpoint for message in asked(town, SubscribePush)] == [BROWSER["endpoint"]]


async def test_a_press_has_notices_sent_to_this_device_and_another_ends_it() -> None:
    town = at_work()
    town.answers |= {GetPushKey: PushKeyView(public_key="BPub"), SubscribePush: Empty()}
    async with signed_in(town) as client, looking(client) as window:
        await window.add_init_script(STAND_IN)
        await window.goto(f"{ORIGIN}/gallery/finder")
        await window.get_by_role("button", name="Recevoir sur cet appareil").click()
        stop = window.get_by_role("button", name="Ne plus recevoir sur cet appareil")
        await expect(stop).to_be_visible()
        assert await window.evaluate("asked") == {"userVisibleOnly": True, "applicationServerKey": "BPub"}
        assert [message.p256dh for message in asked(town, SubscribePush)] == [BROWSER["p256dh"]]
        await stop.click()
        await expect(window.get_by_role("button", name="Recevoir sur cet appareil")).to_be_visible()
        assert await window.evaluate("ended")


async def test_signing_out_ends_what_is_sent_to_this_device() -> None:
    async with signed_in(at_work()) as client, looking(client) as window:
        await window.add_init_script(STAND_IN)
        await window.add_init_script("localStorage.setItem('rt-push-for', 'somebody')")
        await window.goto(f"{ORIGIN}/gallery/finder")
        await window.evaluate("HTMLFormElement.prototype.submit = () => { window.left = true; }")
        await window.evaluate("document.querySelector('form[data-logout]').requestSubmit()")
        await window.wait_for_function("window.left && window.ended")
        assert await window.evaluate("localStorage.getItem('rt-push-for')") is None


async def test_a_browser_that_takes_no_pushes_says_so() -> None:
    async with signed_in(at_work()) as client, looking(client) as window:
        await window.add_init_script("delete window.PushManager")
        await window.goto(f"{ORIGIN}/gallery/finder")
        said = window.get_by_text("Ce navigateur ne peut pas recevoir de notifications")
        await expect(said).to_be_visible()
        await expect(window.get_by_role("button", name="Recevoir sur cet appareil")).to_be_hidden()
