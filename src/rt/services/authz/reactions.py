"""What authz does when it hears itself: a wish for a new password becomes a mail, or nothing."""

from collections.abc import Awaitable, Callable

from rt.kernel.bus import Listener, Told
from rt.kernel.unit import hear
from rt.services.authz.actions.account import Account
from rt.services.authz.domain.reset import ResetWished


def reactions(account: Account) -> list[Listener]:
    """Who hears what."""
    return [hear(ResetWished, send_reset(account), since="now")]


def send_reset(account: Account) -> Callable[[ResetWished, Told], Awaitable[None]]:
    """Apart from the request: however long it takes, the asker does not see whether an account is there."""

    async def send(event: ResetWished, told: Told) -> None:
        await account.send_reset(event.email, event.language)

    return send
