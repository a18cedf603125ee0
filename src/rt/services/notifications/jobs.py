"""What notifications does by the clock: sends what waits, forgets what is old."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

from rt.contracts.notifications import Channel
from rt.kernel.core.clock import now
from rt.kernel.core.errors import ChangedMeanwhile, NotFound
from rt.kernel.core.telemetry import log, tracing
from rt.kernel.core.tenancy import acting_for
from rt.kernel.service.jobs import Every, every
from rt.kernel.storage.persistence import retry_on_conflict
from rt.services.notifications.adapters.provider import NotSent, Provider, deliver
from rt.services.notifications.domain.message import Message, shaken
from rt.services.notifications.store import KEPT, NotificationsStore

AT_ONCE = 10
BATCH = 100
SECRETS_KEPT = timedelta(days=1)
"""Links and codes of what could not be sent: as long as somebody may mend it and send again."""
FORGOTTEN_AT_ONCE = 1_000
ROUND_SECONDS = 40
"""A round ends before the lease of the clock does; what is left is taken up by the next."""


class Sender:
    """Takes each message for itself, then sends it, then notes how it went.

    A process that dies between sending and noting leaves a claim that runs out: the message is sent again
    with the same identity, which webhooks, SMS and push recognise; Mailgun and SES do not.
    """

    def __init__(
        self, store: NotificationsStore, providers: Mapping[Channel, Provider], forget: bool
    ) -> None:
        self._store = store
        self._providers = providers
        self._forget = forget

    def jobs(self) -> list[Every]:
        return [
            every(1, self.send_waiting),
            every(3_600, self.forget_secrets),
            every(86_400, self.forget_old),
        ]

    async def send_waiting(self) -> None:
        """Send everything that is due, ten at a time."""
        try:
            async with asyncio.timeout(ROUND_SECONDS):
                while found := await self._store.waiting(now(), BATCH):
                    if not sum(await self._together(found)):
                        return
        except TimeoutError:
            log.warning("sending_continues_later")

    async def forget_secrets(self) -> None:
        """What could not be sent within a day opens nothing any more."""
        if not self._forget:
            return
        old = {"secret": True, "forgotten": False, "created_at": {"$lt": now() - SECRETS_KEPT}}
        kept = self._store.messages.everywhere
        for message in await kept.find(old, sort="created_at", limit=FORGOTTEN_AT_ONCE):
            await retry_on_conflict(partial(self._forget_one, message.id))

    async def forget_old(self) -> None:
        """Messages are kept as long as the audit trail, then removed."""
        await self._store.messages.everywhere.remove_where({"created_at": {"$lt": now() - KEPT}})

    async def _forget_one(self, message_id: str) -> None:
        async with self._store.messages.everywhere.change(message_id) as message:
            message.give_up_secret()

    async def _together(self, messages: list[Message]) -> list[bool]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(message: Message) -> bool:
            async with gate:
                return await self.send(message)

        return await asyncio.gather(*(one(message) for message in messages))

    async def send(self, message: Message) -> bool:
        """Send one; false when it is somebody else's or has to wait its turn."""
        with acting_for(message.org_id), tracing(message.trace):
            if message.channel == "webhook" and await self._store.earlier_waits(message):
                with suppress(ChangedMeanwhile, NotFound):
                    async with self._store.messages.everywhere.change(message.id) as waiting:
                        waiting.queue_up(now())
                return False
            claimed = await self._claim(message.id)
            if claimed is None:
                return False
            provider = self._providers.get(message.channel)
            if provider is None:
                await self._fail(message.id, "", NotSent("no provider is configured", permanent=True))
                return True
            try:
                receipt = await deliver(provider, claimed)
            except NotSent as reason:
                log.info("not_sent", message_id=message.id, provider=provider.name, reason=reason.reason)
                await self._fail(message.id, provider.name, reason)
                await self._mark(message, failed=True, gone=reason.gone)
                return True
            await self._leave(message.id, provider.name, receipt)
            await self._mark(message, failed=False, gone=False)
            return True

    async def _claim(self, message_id: str) -> Message | None:
        """The message, when it is this process's to send."""
        try:
            async with self._store.messages.everywhere.change(message_id) as message:
                claimed = message.claim(now())
        except (ChangedMeanwhile, NotFound):
            return None
        return message if claimed else None

    async def _leave(self, message_id: str, provider: str, receipt: str) -> None:
        async def note() -> None:
            async with self._store.messages.everywhere.change(message_id) as message:
                message.leave(provider, receipt, now(), self._forget)

        await retry_on_conflict(note)

    async def _fail(self, message_id: str, provider: str, reason: NotSent) -> None:
        async def note() -> None:
            async with self._store.messages.everywhere.change(message_id) as message:
                message.fail(provider, reason.reason, now(), reason.permanent, shaken())

        await retry_on_conflict(note)

    async def _mark(self, message: Message, failed: bool, gone: bool) -> None:
        """What a try says about the webhook or browser itself."""
        if message.channel == "push" and gone:
            await self._store.subscriptions.everywhere.remove(message.to)
        if message.channel != "webhook":
            return

        async def note() -> None:
            async with self._store.webhooks.everywhere.change(message.to) as webhook:
                webhook.active = webhook.active and not gone
                webhook.failed(now()) if failed else webhook.went()

        try:
            await retry_on_conflict(note)
        except NotFound:
            return
