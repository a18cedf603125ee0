"""Ways out: what providers are sent, what happens when they fail, which addresses are never spoken to."""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import json
import random
import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.isolation.samples import sample
from tests.services.notifications import make
from tests.services.notifications.make import AT, SHIPPER
from tests.services.notifications.sink import BAD, Loopback, Posted, sink

from rt.contracts.core_orders import OrderCancelled, OrderDelivered
from rt.kernel.core.clock import held, now
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.messages import EVENTS
from rt.kernel.storage.personal import is_kept
from rt.kernel.storage.sealing import secrets_of
from rt.services.notifications.adapters.mail import Credentials, Mailgun, Ses, Sms, as_mail, signed_headers
from rt.services.notifications.adapters.outside import Outside
from rt.services.notifications.adapters.provider import Mailbox, NotSent, Provider
from rt.services.notifications.adapters.webhooks import Browsers, Webhooks
from rt.services.notifications.domain.address import Unsubscriber
from rt.services.notifications.domain.message import TRIES, Message, SecretForgotten
from rt.services.notifications.domain.outside import UrlNotAllowed
from rt.services.notifications.domain.portals import Portals
from rt.services.notifications.domain.templates.layout import Content
from rt.services.notifications.domain.webhook import WEBHOOKS_AT_MOST, Webhook, fresh_secret, published
from rt.services.notifications.domain.webpush import (
    PushSender,
    Subscription,
    decoded,
    encoded,
    encrypt_with,
)
from rt.services.notifications.jobs import Sender
from rt.services.notifications.store import NotificationsStore

SECRET = fresh_secret()
MAILGUN_KEY = "a webhook key of tests"
SEALED = re.compile(r"eyJ[\w-]{20,}")
FORM = "application/x-www-form-urlencoded"
OLD_SECRET = fresh_secret()


def hook(**more: Any) -> Webhook:
    fields: dict[str, Any] = {
        "id": "whk_1",
        "org_id": SHIPPER,
        "url": "http://hooks.example/rt",
        "topics": ["core_orders"],
        "secrets": [SECRET, OLD_SECRET],
    }
    return Webhook(**(fields | more))


def verified(secret: str, posted: Posted) -> bool:
    """What a receiver does, written from the Standard Webhooks text and not from our own code."""
    stamp = posted.headers["webhook-timestamp"]
    if abs(int(stamp) - time.time()) > 300:
        return False
    signed = posted.headers["webhook-id"].encode() + b"." + stamp.encode() + b"." + posted.body
    mac = hmac.digest(base64.b64decode(secret[6:]), signed, hashlib.sha256)
    given = [one.partition(",")[2] for one in posted.headers["webhook-signature"].split(" ")]
    return any(hmac.compare_digest(base64.b64encode(mac).decode(), one) for one in given)


def way_off(message: Message) -> str:
    return "https://rt.example/u" if message.unsubscribable else ""


@pytest.fixture
def store(platform: Any, voice: Any) -> NotificationsStore:
    return NotificationsStore(platform.database("notifications"))


def sender(store: NotificationsStore, provider: Provider, forget: bool = False) -> Sender:
    return Sender(store, {"email": provider, "webhook": provider, "sms": provider}, forget)


async def test_mailgun_is_sent_the_mail_with_one_click_unsubscribing() -> None:
    async with sink(lambda _: (200, b'{"id": "<x@mg>"}')) as there, httpx.AsyncClient() as http:
        provider = Mailgun(http, "key-1", "mg.example", "RT <no@rt.example>", way_off, there.url)
        assert await provider.send(make.message(unsubscribable=True)) == "x@mg"
    (posted,) = there.taken
    fields = dict(httpx.QueryParams(posted.body.decode()))
    assert posted.path == "/v3/mg.example/messages"
    assert posted.headers["authorization"] == "Basic " + base64.b64encode(b"api:key-1").decode()
    assert fields["to"] == "anna@ship.example"
    assert fields["h:List-Unsubscribe"] == "<https://rt.example/u>"
    assert fields["h:List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_ses_is_sent_a_signed_mail() -> None:
    async with sink(lambda _: (200, b'{"MessageId": "ses-1"}')) as there, httpx.AsyncClient() as http:
        provider = Ses(http, Credentials("AKID", "s3cr3t"), "eu-west-1", "no@rt.example", way_off, there.url)
        assert await provider.send(make.message()) == "ses-1"
    (posted,) = there.taken
    assert "/eu-west-1/ses/aws4_request" in posted.headers["authorization"]
    raw = base64.b64decode(json.loads(posted.body)["Content"]["Raw"]["Data"])
    assert b"anna@ship.example" in raw


def test_the_signature_is_that_of_the_aws_test_suite() -> None:
    """“get-vanilla” of the published Signature Version 4 test suite."""
    key = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    moment = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    signed = signed_headers(
        key, "us-east-1", "service", "GET", "https://example.amazonaws.com/", {}, b"", moment
    )
    assert signed["authorization"].endswith(
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


async def test_a_text_message_is_sent_with_its_idempotency_key() -> None:
    async with sink(lambda _: (200, b"{}")) as there, httpx.AsyncClient() as http:
        content = Content(subject="Code", text="Votre code est 042137\n\n-- \nRT")
        await Sms(http, there.url, "key").send(make.message(channel="sms", to="+336", content=content))
    (posted,) = there.taken
    assert json.loads(posted.body)["text"] == "Votre code est 042137"
    assert posted.headers["idempotency-key"] == "msg_1"


@pytest.mark.parametrize("bad", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nX: y"])
def test_no_line_break_adds_a_header(bad: str) -> None:
    with pytest.raises(ValueError, match=r"[Hh]eader|linefeed|carriage"):
        as_mail(make.message(to=bad), "no@rt.example")


async def test_a_webhook_is_signed_anew_by_both_secrets() -> None:
    async with sink(lambda _: (204, b"")) as there:

        async def find(_: str) -> Webhook:
            return hook(url=there.url + "/rt")

        message = make.message(channel="webhook", to="whk_1", content=Content(subject="x", text='{"a":1}'))
        await Webhooks(Loopback(), find).send(message)
    (posted,) = there.taken
    assert verified(SECRET, posted)
    assert verified(OLD_SECRET, posted)
    assert not verified(fresh_secret(), posted)
    assert not verified(SECRET, msgspec.structs.replace(posted, body=posted.body + b" "))
    assert posted.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize(
    "answer", [(302, b""), (500, b""), (200, b"x" * 1_100_000), BAD], ids=["redirect", "500", "long", "cut"]
)
async def test_a_webhook_that_answers_badly_is_tried_again(answer: Any) -> None:
    async with sink(lambda _: answer) as there:

        async def find(_: str) -> Webhook:
            return hook(url=there.url)

        with pytest.raises(NotSent) as failure:
            await Webhooks(Loopback(), find).send(make.message(channel="webhook"))
    assert not failure.value.permanent
    assert there.asked == 1


INNER = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://[::]/",
    "http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/", "http://10.0.0.1/",
    "http://172.16.3.4/", "http://192.168.1.1/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://[fec0::1]/", "http://224.0.0.1/", "http://[ff02::1]/",
    "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "http://user@example.org/",
    "http://example.org:22/", "http://example.org:99999/", "http:///x",
]  # fmt: skip


@pytest.mark.parametrize("url", INNER)
async def test_inner_addresses_are_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(UrlNotAllowed):
        await Outside(plain_too=True).check(url)


async def test_a_name_that_moves_inside_reaches_nothing() -> None:
    """DNS rebinding: public when it was saved, the loopback when it is spoken to."""
    answers = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("127.0.0.1")]

    async def resolver(host: str, port: int) -> list[Any]:
        return [answers.pop(0)]

    outside = Outside(plain_too=True, resolver=resolver)
    await outside.check("http://moving.example/")
    async with sink(lambda _: (200, b"")) as there:
        port = int(there.url.rpartition(":")[2])
        with pytest.raises(NotSent) as failure:
            await outside.post("http://moving.example/", b"", {})
        assert port
    assert failure.value.permanent
    assert there.asked == 0


async def test_one_bad_address_among_good_ones_is_enough_to_refuse() -> None:
    async def resolver(host: str, port: int) -> list[Any]:
        return [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("10.0.0.1")]

    with pytest.raises(UrlNotAllowed):
        await Outside(plain_too=True, resolver=resolver).check("http://two.example/")


def test_a_push_is_encrypted_as_the_rfc_shows() -> None:
    """RFC 8291, appendix A."""
    own = int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sealed = encrypt_with(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        ec.derive_private_key(own, ec.SECP256R1()),
        decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encoded(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


async def test_a_browser_that_is_gone_is_told_nothing_more(store: NotificationsStore) -> None:
    subscription = Subscription(
        id="psh_1",
        org_id=SHIPPER,
        user_id="usr_anna",
        endpoint="http://push.example/1",
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth_secret="BTBZMqHH6r4Tts7J_aSIgg",
    )
    async with sink(lambda _: (410, b"")) as there:
        subscription.endpoint = there.url
        with acting_for(SHIPPER):
            await store.subscriptions.add(subscription)
            await store.messages.add(make.message(channel="push", to="psh_1"))
        push = Browsers(
            Loopback(), PushSender(b"s", "mailto:a@b.example"), store.subscriptions.everywhere.get
        )
        with held(AT):
            await Sender(store, {"push": push}, False).send_waiting()
    assert await store.subscriptions.everywhere.first({"id": "psh_1"}) is None
    assert (await store.messages.everywhere.get("msg_1")).state == "dead"


async def test_providers_that_fail_at_random_take_each_message_once(store: NotificationsStore) -> None:
    """30 % of requests fail, two senders work at once, the clock goes on: each mail is taken exactly once."""
    dice = random.Random(7)
    count = 60

    def moody(_: Posted) -> tuple[int, bytes] | str:
        luck = dice.random()
        return BAD if luck < 0.15 else (503, b"") if luck < 0.3 else (200, b'{"id": "ok"}')

    for number in range(count):
        await store.messages.add(make.message(id=f"msg_{number}", to=f"p{number}@ship.example"))
    async with sink(moody) as there, httpx.AsyncClient() as http:
        provider = Mailgun(http, "key", "mg.example", "no@rt.example", way_off, there.url)
        for nth in range(TRIES):
            with held(AT + timedelta(hours=2 * nth)):
                one, other = sender(store, provider), sender(store, provider)
                await asyncio.gather(one.send_waiting(), other.send_waiting())
    taken = Counter(dict(httpx.QueryParams(posted.body.decode()))["to"] for posted in there.taken)
    assert taken == {f"p{number}@ship.example": 1 for number in range(count)}
    assert there.asked > count
    sent = await store.messages.everywhere.count({"state": "sent"})
    assert sent == count


class Broken:
    """A provider that never works."""

    name = "broken"

    def __init__(self, permanent: bool = False) -> None:
        self.tries = 0
        self._permanent = permanent

    async def send(self, message: Any) -> str:
        self.tries += 1
        raise NotSent("HTTP 500", self._permanent)


async def test_after_eight_tries_a_human_decides(
    platform: Any, store: NotificationsStore, mailbox: Any
) -> None:
    await store.messages.add(make.message())
    provider = Broken()
    for nth in range(20):
        with held(AT + timedelta(hours=3 * nth)):
            await sender(store, provider).send_waiting()
    assert provider.tries == TRIES
    dead = await store.messages.everywhere.get("msg_1")
    assert (dead.state, dead.error) == ("dead", "HTTP 500")
    replayed = await mailbox.post("/api/notifications/messages/msg_1/replay")
    assert (replayed.status_code, replayed.json()["state"]) == (200, "waiting")
    await platform.tick()
    assert (await store.messages.everywhere.get("msg_1")).state == "sent"
    again = await mailbox.post("/api/notifications/messages/msg_1/replay")
    assert (again.status_code, again.json()["code"]) == (409, "not_replayable")


async def test_a_refused_message_is_not_tried_again(store: NotificationsStore) -> None:
    await store.messages.add(make.message())
    provider = Broken(permanent=True)
    for nth in range(3):
        with held(AT + timedelta(hours=nth)):
            await sender(store, provider).send_waiting()
    assert provider.tries == 1


async def test_a_claim_of_a_dead_process_runs_out(store: NotificationsStore) -> None:
    await store.messages.add(make.message())
    with acting_for(SHIPPER):
        async with store.messages.change("msg_1") as message:
            assert message.claim(AT)
    provider = Broken()
    with held(AT + timedelta(seconds=59)):
        await sender(store, provider).send_waiting()
    assert provider.tries == 0
    with held(AT + timedelta(seconds=61)):
        await sender(store, provider).send_waiting()
    assert provider.tries == 1


async def test_webhooks_of_one_object_leave_in_order(store: NotificationsStore) -> None:
    """The first fails once: what follows of the same object waits, what is of another does not."""
    for number, (object_id, seq) in enumerate([("ord_1", 1), ("ord_1", 2), ("ord_2", 3)]):
        content = Content(subject="x", text=f"{object_id}.{seq}")
        await store.messages.add(
            make.message(
                id=f"msg_{number}",
                channel="webhook",
                to="whk_1",
                object_id=object_id,
                seq=seq,
                content=content,
            )
        )
    heard: list[str] = []

    class Once:
        name = "webhook"

        async def send(self, message: Any) -> str:
            if not heard and message.rendered().text == "ord_1.1" and message.tries == 1:
                raise NotSent("HTTP 500")
            heard.append(message.rendered().text)
            return ""

    for nth in range(4):
        with held(AT + timedelta(seconds=10 * nth)):
            await sender(store, Once()).send_waiting()
    assert [one for one in heard if one.startswith("ord_1")] == ["ord_1.1", "ord_1.2"]
    assert heard[0] == "ord_2.3"


async def test_production_forgets_the_token_once_it_is_sent(store: NotificationsStore) -> None:
    await store.messages.add(make.message(secret=True))

    class Fine(Broken):
        async def send(self, message: Any) -> str:
            return "ok"

    with held(AT):
        await sender(store, Fine(), forget=True).send_waiting()
    kept = await store.messages.everywhere.get("msg_1")
    assert (kept.state, kept.content) == ("sent", Content(subject="Livrée"))
    assert (kept.view().text, kept.view().html, kept.view().links) == ("", "", [])


async def test_a_message_keeps_its_words_once_and_is_rendered_when_it_is_read(
    platform: Any, voice: Any, store: NotificationsStore
) -> None:
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    mail = (await store.messages.everywhere.find({"channel": "email"}))[0]
    kept = msgspec.to_builtins(mail.content)
    assert kept.keys() <= {"subject", "lines", "facts", "button", "url"}
    assert len(msgspec.json.encode(kept)) < 700
    shown = mail.view()
    url = kept["url"]
    assert shown.text.startswith(kept["lines"][0])
    assert shown.text.endswith(
        f"\n\n{kept['button']} :\n\n{url}\n\n-- \nRT-Technologie — message automatique\n"
    )
    assert (shown.html.count(f'href="{url}"'), shown.links) == (2, [url])
    stored = await platform.database("notifications")["notifications.messages"].find_one({"_id": mail.id})
    assert is_kept(stored["content"])


async def test_a_message_of_the_release_before_is_read_and_sent_as_it_was_kept(
    platform: Any, voice: Any, store: NotificationsStore
) -> None:
    """It kept text, page and links, encrypted as one value."""
    before = {
        "subject": "Livrée",
        "text": "Bonjour",
        "html": "<p>Bonjour</p>",
        "links": ["https://x.example"],
    }
    await store.messages.add(make.message())
    database = platform.database("notifications")
    sealed = await database.personal.keep(SHIPPER, "notifications.messages/msg_1", before)
    await database["notifications.messages"].update_one({"_id": "msg_1"}, {"$set": {"content": sealed}})
    kept = await store.messages.everywhere.get("msg_1")
    shown = kept.view()
    assert {name: getattr(shown, name) for name in before} == before
    assert "<p>Bonjour</p>" in as_mail(kept, "no@rt.example").decode()
    kept.secret = True
    kept.forget()
    assert (kept.view().subject, kept.view().text, kept.view().html, kept.view().links) == (
        "Livrée",
        "",
        "",
        [],
    )


async def test_events_go_to_the_webhooks_that_asked_without_secrets(
    platform: Any, voice: Any, store: NotificationsStore
) -> None:
    for org in (SHIPPER, "org_else"):
        with acting_for(org):
            await store.webhooks.add(hook(id=f"whk_{org}", org_id=org, topics=["core_orders.order"]))
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await platform.settle()
    (message,) = await store.messages.everywhere.find({"channel": "webhook"})
    assert message.to == f"whk_{SHIPPER}"
    assert json.loads(message.rendered().text)["type"] == "core_orders.order.delivered"
    assert "carrier_email" not in message.rendered().text


async def test_a_bounced_address_is_not_written_to_again(
    platform: Any, voice: Any, mailbox: Any, store: NotificationsStore
) -> None:
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await platform.settle()
    await platform.tick()
    (mail,) = await store.messages.everywhere.find({"channel": "email"})
    report = mailgun_report(MAILGUN_KEY, "Anna@ship.example", receipt=mail.receipt)
    async with platform.web("notifications") as mailgun:
        for _ in range(2):  # the same report again has no effect and is answered well
            answer = await mailgun.post("/api/notifications/bounces/mailgun", content=report)
            assert answer.status_code == 200, answer.text
        assert (await mailgun.post("/api/notifications/bounces/ses", content=report)).status_code == 404
    assert (await store.messages.everywhere.get(mail.id)).state == "bounced"
    await platform.settle()
    (notice,) = await store.messages.everywhere.find({"topic": "notifications.message.bounced"})
    assert (notice.channel, notice.to) == ("in_app", "usr_anna")
    await voice.say(OrderDelivered(order=make.order(order_id="ord_2"), with_reserves=False))
    await platform.settle()
    assert await store.messages.everywhere.count({"channel": "email"}) == 1


@pytest.mark.parametrize(
    ("key", "late"),
    [
        ("", timedelta()),
        ("another key", timedelta()),
        (MAILGUN_KEY, timedelta(seconds=-305)),
        (MAILGUN_KEY, timedelta(seconds=305)),
    ],
)
async def test_a_report_that_is_not_proved_changes_nothing(
    platform: Any, store: NotificationsStore, key: str, late: timedelta
) -> None:
    report = mailgun_report(key, "anna@ship.example", late)
    async with platform.web("notifications") as mailgun:
        answer = await mailgun.post("/api/notifications/bounces/mailgun", content=report)
        nonsense = await mailgun.post("/api/notifications/bounces/mailgun", content=b"{")
    assert answer.status_code == nonsense.status_code == 401
    assert await store.address("anna@ship.example") is None


def mailgun_report(key: str, address: str, late: timedelta = timedelta(), receipt: str = "") -> bytes:
    stamp = str(int((now() + late).timestamp()))
    proof = hmac.new(key.encode(), f"{stamp}tok".encode(), hashlib.sha256).hexdigest()
    event = {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "recipient": address,
        "message": {"headers": {"message-id": receipt}},
    }
    return json.dumps(
        {"signature": {"timestamp": stamp, "token": "tok", "signature": proof}, "event-data": event}
    ).encode()


async def test_one_click_unsubscribes_from_one_kind_of_mail(
    platform: Any, voice: Any, store: NotificationsStore
) -> None:
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await platform.settle()
    (mail,) = await store.messages.everywhere.find({"channel": "email"})
    secret = platform.instances["notifications"].context.secret
    address = Portals("http://localhost:8080").way_off(Unsubscriber(secret))(mail)
    path = address.removeprefix("http://localhost:8080")
    assert path.rpartition("/")[2] not in msgspec.json.encode(mail).decode()
    form = {"content": "List-Unsubscribe=One-Click", "headers": {"content-type": FORM}}
    async with platform.web("notifications") as anybody:
        assert (await anybody.get(path)).status_code == 405
        assert await store.address("anna@ship.example") is None
        assert (await anybody.post(path[:-1] + "x", **form)).status_code == 404
        assert (await anybody.post(path, **form)).status_code == 200
    await voice.say(OrderDelivered(order=make.order(order_id="ord_2"), with_reserves=False))
    carried = make.order(shipper_id="org_client", carrier_id=SHIPPER)
    await voice.say(OrderCancelled(order=carried, reason="Client"), "org_client")
    await platform.settle()
    mails = await store.messages.everywhere.find({"channel": "email"}, sort="created_at")
    assert [one.topic for one in mails] == ["core_orders.order.delivered", "core_orders.order.cancelled"]


async def test_a_secret_is_shown_by_the_request_that_made_it_and_never_again(
    platform: Any, voice: Any
) -> None:
    """Not in the list, not by rotating under the same key, not by adding under the same key."""
    admin = platform.actor(SHIPPER, {"notifications.write"}, {"admin"})
    async with platform.web("notifications", admin) as client:
        path = "/api/notifications/webhooks"
        good = {"url": "https://93.184.216.34/rt", "topics": ["core_orders.order"]}
        add, rotate = {"idempotency-key": "add"}, {"idempotency-key": "rotate"}
        (first,) = (await client.post(path, json=good, headers=add)).json()["secrets"]
        again = (await client.post(path, json=good, headers=add)).json()
        (second,) = (await client.post(f"{path}/{again['webhook_id']}/rotate", headers=rotate)).json()[
            "secrets"
        ]
        answers = [
            await client.post(path, json=good, headers=add),
            await client.post(f"{path}/{again['webhook_id']}/rotate", headers=rotate),
            await client.get(path),
        ]
    assert first != second
    assert again["secrets"] == []
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert not any(first in answer.text or second in answer.text for answer in answers)


async def test_an_organization_has_fifty_webhooks_and_all_of_them_hear(
    platform: Any, voice: Any, store: NotificationsStore
) -> None:
    admin = platform.actor(SHIPPER, {"notifications.write"}, {"admin"})
    with acting_for(SHIPPER):
        for nth in range(WEBHOOKS_AT_MOST):
            await store.webhooks.add(hook(id=f"whk_{nth}"))
    async with platform.web("notifications", admin) as client:
        good = {"url": "https://93.184.216.34/rt", "topics": ["core_orders.order"]}
        refused = await client.post("/api/notifications/webhooks", json=good)
        assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")
        assert len((await client.get("/api/notifications/webhooks")).json()["items"]) == WEBHOOKS_AT_MOST
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await platform.settle()
    assert await store.messages.everywhere.count({"channel": "webhook"}) == WEBHOOKS_AT_MOST


async def test_no_event_brings_a_secret_or_an_address_to_a_webhook(
    platform: Any, voice: Any, store: NotificationsStore
) -> None:
    """Every event that is published, with a secret in each field that holds one."""
    with acting_for(SHIPPER):
        await store.webhooks.add(hook(topics=["core_orders", "planning", "ecpmr", "tracking_ia", "palette"]))
    said = 0
    for topic, kind in sorted(EVENTS.items()):
        if published(topic):
            secret = dict.fromkeys(secrets_of(kind), "a-door-that-opens")
            body = sample(kind, text="mail@hidden.example") | secret
            await voice.say(msgspec.convert(body, kind, builtin_types=(datetime,)))
            said += 1
    await platform.settle()
    sent = await store.messages.everywhere.find({"channel": "webhook"}, limit=200)
    assert len(sent) == said > 20
    for message in sent:
        assert "a-door-that-opens" not in message.rendered().text
        assert '"email"' not in message.rendered().text
        assert '_email"' not in message.rendered().text
        assert not SEALED.search(message.rendered().text), message.topic


class Poison(Mailbox):
    """Fails as no provider should over one message."""

    name = "poison"

    async def send(self, message: Message) -> str:
        if message.id == "msg_bad":
            raise ValueError("a header with a line break")
        return await super().send(message)


async def test_one_message_that_cannot_be_sent_holds_up_no_other(store: NotificationsStore) -> None:
    await store.messages.add(make.message(id="msg_bad"))
    await store.messages.add(make.message(id="msg_good", due_at=AT + timedelta(seconds=1)))
    for nth in range(60):
        with held(AT + timedelta(minutes=10 * nth)):
            await sender(store, Poison()).send_waiting()
    states = {one.id: one.state for one in await store.messages.everywhere.find({})}
    assert states == {"msg_bad": "dead", "msg_good": "sent"}


@pytest.mark.parametrize(
    "to",
    [
        "a@x.example; b@x.example",
        "a@x.example, b@x.example",
        "a@x.example\r\nBcc: b@x.example",
        "Anna <a@x.example>",
        "a@x.example b@x.example",
        "a@x@y.example",
        "nobody",
    ],
)
async def test_a_letter_goes_to_one_address_or_to_nobody(store: NotificationsStore, to: str) -> None:
    await store.messages.add(make.message(to=to))
    taken = Counter[str]()

    class Counting(Mailbox):
        async def send(self, message: Message) -> str:
            taken[message.to] += 1
            return ""

    with held(AT):
        await sender(store, Counting()).send_waiting()
    kept = await store.messages.everywhere.get("msg_1")
    assert (kept.state, kept.error, taken) == ("dead", "not one address", Counter())


async def test_what_opens_something_is_forgotten_a_day_after_it_could_not_be_sent(
    store: NotificationsStore,
) -> None:
    """A template without a secret keeps its words; development's mailbox keeps all."""
    for kept_as, secret in (("secret", True), ("plain", False)):
        await store.messages.add(make.message(id=f"msg_{kept_as}", secret=secret, state="dead"))
        await store.messages.add(make.message(id=f"msg_{kept_as}_waiting", secret=secret))
    for hours, forget, left in ((25, False, 4), (23, True, 4), (25, True, 2)):
        with held(now() + timedelta(hours=hours)):
            await sender(store, Mailbox(), forget=forget).forget_secrets()
        found = await store.messages.everywhere.find({})
        assert len([one for one in found if one.rendered().text]) == left, (hours, forget)
    waiting = await store.messages.everywhere.get("msg_secret_waiting")
    assert (waiting.state, waiting.forgotten) == ("dead", True)
    with pytest.raises(SecretForgotten):
        waiting.replay(AT)


async def test_a_webhook_is_added_rotated_and_removed(platform: Any, voice: Any) -> None:
    admin = platform.actor(SHIPPER, {"notifications.write"}, {"admin"})
    async with platform.web("notifications", admin) as client:
        path = "/api/notifications/webhooks"
        good = {"url": "https://93.184.216.34/rt", "topics": ["core_orders.order"]}
        inner = await client.post(path, json={**good, "url": "http://127.0.0.1/x"})
        assert (inner.status_code, inner.json()["code"]) == (422, "url_not_allowed")
        hidden = await client.post(path, json={**good, "topics": ["ecpmr.code.requested"]})
        assert (hidden.status_code, hidden.json()["code"]) == (422, "topic_not_published")
        made = (await client.post(path, json=good)).json()
        assert len(made["secrets"]) == 1
        rotated = (await client.post(f"{path}/{made['webhook_id']}/rotate")).json()
        assert rotated["secrets"] != made["secrets"]
        assert (await client.get(path)).json()["items"][0]["secrets"] == []
        assert (await client.delete(f"{path}/{made['webhook_id']}")).status_code == 200
        assert (await client.get(path)).json()["items"] == []
