"""What authz does on its own events: a wish for a new password becomes a mail, or nothing."""

from collections.abc import Awaitable, Callable

from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.authz.actions.account import Account
from rt.services.authz.domain.reset import ResetWished


def handlers(account: Account) -> list[Subscription]:
    """Which handler subscribes to what."""
    return [subscribe(ResetWished, send_reset(account), since="now")]


def send_reset(account: Account) -> Callable[[ResetWished, EventEnvelope], Awaitable[None]]:
    """Apart from the request: however long it takes, the asker does not see whether an account is there."""

    async def send(event: ResetWished, envelope: EventEnvelope) -> None:
        await account.send_reset(event.email, event.language)

    return send
