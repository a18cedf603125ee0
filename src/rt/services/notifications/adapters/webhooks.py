"""The ways out to other people's systems and browsers: signed webhooks, encrypted pushes."""

from collections.abc import Awaitable, Callable

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.services.notifications.adapters.outside import Outside
from rt.services.notifications.adapters.provider import NotSent
from rt.services.notifications.domain.message import Message
from rt.services.notifications.domain.webhook import Webhook, headers
from rt.services.notifications.domain.webpush import PushSender, Subscription, encrypt

GONE = (404, 410)
PUSH_LIFE_SECONDS = 86_400


class Webhooks:
    """The message's id is the webhook's id (Standard Webhooks): a receiver knows a repeat by it."""

    name = "webhook"

    def __init__(self, outside: Outside, webhook: Callable[[str], Awaitable[Webhook]]) -> None:
        self._outside = outside
        self._webhook = webhook

    async def send(self, message: Message) -> str:
        try:
            webhook = await self._webhook(message.to)
        except NotFound:
            raise NotSent("the webhook was removed", permanent=True) from None
        if not webhook.active:
            raise NotSent("the webhook is switched off", permanent=True)
        body = message.rendered().text.encode()
        head = headers(webhook.secrets, message.id, int(now().timestamp()), body)
        status = await self._outside.post(webhook.url, body, head)
        if not 200 <= status < 300:
            raise NotSent(f"HTTP {status}", permanent=status == 410, gone=status == 410)
        return f"HTTP {status}"


class Browsers:
    """Web Push (RFC 8030): the same topic header replaces what the browser has not fetched yet."""

    name = "web_push"

    def __init__(
        self, outside: Outside, sender: PushSender, subscription: Callable[[str], Awaitable[Subscription]]
    ) -> None:
        self._outside = outside
        self._sender = sender
        self._subscription = subscription

    async def send(self, message: Message) -> str:
        try:
            browser = await self._subscription(message.to)
        except NotFound:
            raise NotSent("the browser no longer subscribes", permanent=True) from None
        content = message.rendered()
        url = content.links[0] if content.links else ""
        plain = msgspec.json.encode({"title": content.subject, "url": url, "id": message.id})
        body = encrypt(plain, browser.p256dh, browser.auth_secret)
        head = {
            "authorization": self._sender.proof(browser.endpoint, now()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(PUSH_LIFE_SECONDS),
            "topic": message.id[-32:].replace("_", "-"),
        }
        status = await self._outside.post(browser.endpoint, body, head)
        if status in GONE:
            raise NotSent(f"HTTP {status}", permanent=True, gone=True)
        if not 200 <= status < 300:
            raise NotSent(f"HTTP {status}", permanent=status in (400, 413))
        return f"HTTP {status}"
