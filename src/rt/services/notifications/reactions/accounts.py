"""Events of accounts and of our own messages: who is written to, and who hears that it failed."""

from rt.contracts.authz import PasswordResetAsked, SecurityAlert, UserInvited
from rt.contracts.notifications import MessageBounced, MessageDead
from rt.kernel.bus import Fact, Listener, Told
from rt.kernel.unit import hear
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters.accounts import (
    Bounced,
    GivenUp,
    Invitation,
    PasswordReset,
    SecurityNotice,
)


class Accounts:
    """Mails that open doors, and warnings."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def heard(self) -> list[Listener]:
        return [
            hear(UserInvited, self.invite),
            hear(PasswordResetAsked, self.reset),
            hear(SecurityAlert, self.alert),
            hear(MessageBounced, self.bounced),
            hear(MessageDead, self.dead),
            hear(Fact, self.publish),
        ]

    async def invite(self, event: UserInvited, told: Told) -> None:
        card = await self._teller.people.organization(told.org_id)
        kind = card.kind if card else ""
        url = self._teller.portals.invitation(kind, event.role, event.token)
        letter = Invitation(name=event.name, organization_name=event.organization_name)
        about = About(object_id=event.user_id, url=url)
        await self._teller.address(told, letter, event.email, event.language, about)

    async def reset(self, event: PasswordResetAsked, told: Told) -> None:
        kind, role = await self._place(event.user_id, told)
        about = About(object_id=event.user_id, url=self._teller.portals.password(kind, role, event.token))
        await self._teller.address(told, PasswordReset(), event.email, event.language, about)

    async def alert(self, event: SecurityAlert, told: Told) -> None:
        kind, role = await self._place(event.user_id, told)
        about = About(object_id=event.user_id, url=self._teller.portals.of_kind(kind, "/account", role))
        letter = SecurityNotice(kind=event.kind)
        await self._teller.person(
            told, letter, told.org_id, event.user_id, event.email, event.language, about
        )

    async def bounced(self, event: MessageBounced, told: Told) -> None:
        letter = Bounced(address=event.address, reason=event.reason)
        about = About(object_id=event.message_id)
        await self._teller.organization(told, letter, told.org_id, about, "/notifications")

    async def dead(self, event: MessageDead, told: Told) -> None:
        letter = GivenUp(channel=event.channel, error=event.error)
        order_id = event.order_ids[0] if event.order_ids else ""
        about = About(object_id=event.message_id, order_id=order_id)
        await self._teller.organization(told, letter, told.org_id, about, "/notifications")

    async def publish(self, event: Fact, told: Told) -> None:
        """Whatever happens goes to the webhooks that asked for it."""
        await self._teller.webhooks(told)

    async def _place(self, user_id: str, told: Told) -> tuple[str, str]:
        """The kind of organization and the role that say in which portal somebody works."""
        card = await self._teller.people.organization(told.org_id)
        if card is None:
            return "", ""
        members = await self._teller.people.members(told.org_id)
        return card.kind, next((person.role for person in members if person.user_id == user_id), "")
