"""What every way out of the platform offers: send one message, or say why not."""

from typing import Protocol

from rt.kernel.core.telemetry import log
from rt.services.notifications.domain.address import is_mailbox, is_phone
from rt.services.notifications.domain.message import Message


class NotSent(Exception):
    """The provider did not take it; `permanent` when another try would change nothing."""

    def __init__(self, reason: str, permanent: bool = False, gone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.gone = gone


class Provider(Protocol):
    """A way out; the message's id is the idempotency key where the other side knows such a thing."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Message) -> str:
        """The provider's own reference; NotSent when it refuses or does not answer."""
        ...


class Mailbox:
    """Development: nothing leaves the platform, what was sent is read in the mailbox."""

    name = "mailbox"

    async def send(self, message: Message) -> str:
        return message.id


async def deliver(provider: Provider, message: Message) -> str:
    """The provider's receipt; whatever goes wrong is this message's own and holds up no other."""
    check = {"email": is_mailbox, "sms": is_phone}.get(message.channel)
    if check is not None and not check(message.to):
        raise NotSent("not one address", permanent=True)
    try:
        return await provider.send(message)
    except NotSent:
        raise
    except Exception as error:
        log.error("sending_failed", message_id=message.id, provider=provider.name, exc_info=error)
        raise NotSent(type(error).__name__) from error
