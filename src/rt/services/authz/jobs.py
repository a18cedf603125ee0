"""What authz does by the clock, and when it starts."""

from collections.abc import Awaitable, Callable
from typing import Final

from rt.contracts.authz import AddUser
from rt.kernel.core.settings import Settings
from rt.kernel.service.jobs import Every, every
from rt.services.authz.actions.members import Members
from rt.services.authz.actions.organizations import Organizations
from rt.services.authz.actions.signing import Signing
from rt.services.authz.domain.organization import OPERATOR
from rt.services.authz.store import AuthzStore

HOUR_SECONDS: Final = 3600


def jobs(signing: Signing, organizations: Organizations) -> list[Every]:
    """Every hour the signing keys are looked after, and registrations that nobody confirmed forgotten."""
    return [every(HOUR_SECONDS, signing.tend), every(HOUR_SECONDS, organizations.forget_unopened)]


def at_start(
    settings: Settings, store: AuthzStore, signing: Signing, organizations: Organizations, members: Members
) -> Callable[[], Awaitable[None]]:
    """A key to sign with, the operator's organization, and its first administrator from the settings."""

    async def start() -> None:
        await signing.ensure()
        await organizations.ensure_operator()
        if not settings.admin_email or not settings.admin_password:
            return
        if await store.other_administrators(OPERATOR, ""):
            return
        await members.add(
            AddUser(
                organization_id=OPERATOR,
                email=settings.admin_email,
                name=settings.admin_email.partition("@")[0],
                role="platform_admin",
                password=settings.admin_password,
            )
        )

    return start
