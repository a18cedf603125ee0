"""Webhooks and browsers of an organization: added, listed, rotated, removed."""

from contextlib import suppress

from rt.contracts.notifications import (
    AddWebhook,
    FindWebhooks,
    GetPushKey,
    PushKeyView,
    RemoveWebhook,
    RotateWebhookSecret,
    SubscribePush,
    WebhooksPage,
    WebhookView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id, new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Empty
from rt.services.notifications.adapters.outside import Outside
from rt.services.notifications.domain.webhook import (
    WEBHOOKS_AT_MOST,
    TooManyWebhooks,
    Webhook,
    check_topics,
    fresh_secret,
)
from rt.services.notifications.domain.webpush import PushSender, Subscription
from rt.services.notifications.store import NotificationsStore

BROWSERS_AT_MOST = 20


class Receivers:
    """Where an organization has its events sent."""

    def __init__(self, store: NotificationsStore, outside: Outside, sender: PushSender) -> None:
        self._store = store
        self._outside = outside
        self._sender = sender

    async def add(self, asked: AddWebhook) -> WebhookView:
        """The address is looked at now, and again at each sending: names can move."""
        await self._outside.check(asked.url)
        if await self._store.webhooks.count({}) >= WEBHOOKS_AT_MOST:
            raise TooManyWebhooks(limit=WEBHOOKS_AT_MOST)
        secret = fresh_secret()
        webhook = await self._store.webhooks.add(
            Webhook(id=new_id("whk"), url=asked.url, topics=check_topics(asked.topics), secrets=[secret])
        )
        return webhook.view(secret)

    async def find(self, asked: FindWebhooks) -> WebhooksPage:
        return WebhooksPage(items=[webhook.view("") for webhook in await self._store.webhooks.find({})])

    async def rotate(self, asked: RotateWebhookSecret) -> WebhookView:
        secret = fresh_secret()
        async with self._store.webhooks.change(asked.webhook_id) as webhook:
            webhook.rotate(secret)
        return webhook.view(secret)

    async def remove(self, asked: RemoveWebhook) -> Empty:
        await self._store.webhooks.remove(asked.webhook_id)
        return Empty()

    async def push_key(self, asked: GetPushKey) -> PushKeyView:
        return PushKeyView(public_key=self._sender.public_key)

    async def subscribe(self, asked: SubscribePush) -> Empty:
        """The browsers that a person uses; of more than twenty the oldest is forgotten."""
        await self._outside.check(asked.endpoint)
        user_id = current_actor().id
        subscription = Subscription(
            id=derived_id("psh", current_org(), user_id, asked.endpoint),
            user_id=user_id,
            endpoint=asked.endpoint,
            p256dh=asked.p256dh,
            auth_secret=asked.auth,
        )
        subscription.check()
        with suppress(AlreadyExists):
            await self._store.subscriptions.add(subscription)
        for old in (await self._store.subscriptions.find({"user_id": user_id}))[BROWSERS_AT_MOST:]:
            await self._store.subscriptions.remove(old.id)
        return Empty()
