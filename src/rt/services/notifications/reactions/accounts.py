"""Events of accounts and of our own messages: who is written to, and who hears that it failed."""

from rt.contracts.authz import (
    IdentityAnswered,
    IdentityAsked,
    MemberChanged,
    PartnerAccepted,
    PartnerAsked,
    PasswordResetAsked,
    SecurityAlert,
    UserInvited,
    UserJoined,
)
from rt.contracts.notifications import MessageBounced, MessageDead
from rt.kernel.bus import Listener, Told
from rt.kernel.errors import AlreadyExists
from rt.kernel.tokens import PLATFORM
from rt.kernel.unit import hear, hear_all
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters.accounts import (
    Bounced,
    GivenUp,
    Invitation,
    NumbersAnswered,
    NumbersAsked,
    PartnerWish,
    PartnerWon,
    PasswordReset,
    SecurityNotice,
)
from rt.services.notifications.domain.webhook import published_topics
from rt.services.notifications.store import Home, NotificationsStore, home_id


class Accounts:
    """Mails that open doors, and warnings."""

    def __init__(self, teller: Teller, store: NotificationsStore) -> None:
        self._teller = teller
        self._store = store

    def heard(self) -> list[Listener]:
        return [
            hear(UserInvited, self.invite, since="now"),
            hear(UserJoined, self.joined, since="beginning"),
            hear(MemberChanged, self.member_changed, since="beginning"),
            hear(PasswordResetAsked, self.reset, since="now"),
            hear(SecurityAlert, self.alert, since="now"),
            hear(PartnerAsked, self.partner_asked, since="now"),
            hear(PartnerAccepted, self.partner_accepted, since="now"),
            hear(IdentityAsked, self.numbers_asked, since="now"),
            hear(IdentityAnswered, self.numbers_answered, since="now"),
            hear(MessageBounced, self.bounced, since="now"),
            hear(MessageDead, self.dead, since="now"),
            *hear_all(published_topics(), self.publish, since="now", name="webhooks"),
        ]

    async def invite(self, event: UserInvited, told: Told) -> None:
        card = await self._teller.people.organization(told.org_id)
        kind = card.kind if card else ""
        url = self._teller.portals.invitation(kind, event.role, event.token)
        letter = Invitation(name=event.name, organization_name=event.organization_name)
        about = About(object_id=event.user_id, url=url)
        await self._teller.address(told, letter, event.email, event.language, about)

    async def reset(self, event: PasswordResetAsked, told: Told) -> None:
        kind, role, _ = await self._place(event.user_id, told)
        url = self._teller.portals.password(kind, role, event.token)
        about = About(object_id=event.user_id, url=url)
        await self._teller.address(told, PasswordReset(), event.email, event.language, about)

    async def alert(self, event: SecurityAlert, told: Told) -> None:
        kind, role, org_id = await self._place(event.user_id, told)
        about = About(object_id=event.user_id, url=self._teller.portals.of_kind(kind, "/account", role))
        letter = SecurityNotice(kind=event.kind)
        await self._teller.person(told, letter, org_id, event.user_id, event.email, event.language, about)

    async def partner_asked(self, event: PartnerAsked, told: Told) -> None:
        about = About(object_id=event.by_id)
        letter = PartnerWish(name=event.by_name)
        await self._teller.organization(told, letter, event.organization_id, about, "/partners?standing=asks")

    async def partner_accepted(self, event: PartnerAccepted, told: Told) -> None:
        about = About(object_id=event.by_id)
        letter = PartnerWon(name=event.by_name)
        await self._teller.organization(told, letter, event.organization_id, about, "/partners")

    async def numbers_asked(self, event: IdentityAsked, told: Told) -> None:
        about = About(object_id=event.organization_id)
        letter = NumbersAsked(name=event.organization_name, siret=event.siret, vat=event.vat)
        await self._teller.organization(told, letter, PLATFORM, about, f"/tenants/{event.organization_id}")

    async def numbers_answered(self, event: IdentityAnswered, told: Told) -> None:
        about = About(object_id=event.organization_id)
        letter = NumbersAnswered(act=event.act, siret=event.siret, vat=event.vat, reason=event.reason)
        await self._teller.organization(told, letter, event.organization_id, about, "/settings/numbers")

    async def bounced(self, event: MessageBounced, told: Told) -> None:
        letter = Bounced(address=event.address, reason=event.reason)
        about = About(object_id=event.message_id)
        await self._teller.organization(told, letter, told.org_id, about, "/notifications")

    async def dead(self, event: MessageDead, told: Told) -> None:
        letter = GivenUp(channel=event.channel, error=event.error)
        order_id = event.order_ids[0] if event.order_ids else ""
        about = About(object_id=event.message_id, order_id=order_id)
        await self._teller.organization(told, letter, told.org_id, about, "/notifications")

    async def publish(self, event: None, told: Told) -> None:
        """What is published goes to the webhooks that asked for it."""
        await self._teller.webhooks(told)

    async def joined(self, event: UserJoined, told: Told) -> None:
        """The newest place is where a person's links lead."""
        card = await self._teller.people.organization(told.org_id)
        home = Home(
            id=home_id(event.user_id),
            user_id=event.user_id,
            kind=card.kind if card else "",
            role=event.role,
        )
        try:
            await self._store.homes.add(home)
        except AlreadyExists:
            async with self._store.homes.everywhere.change(home.id) as kept:
                kept.org_id, kept.kind, kept.role = home.org_id, home.kind, home.role

    async def member_changed(self, event: MemberChanged, told: Told) -> None:
        home = await self._store.home(event.user_id)
        if home is None or home.org_id != told.org_id:
            return
        if event.state == "removed":
            await self._store.homes.remove(home.id)
            return
        async with self._store.homes.change(home.id) as kept:
            kept.role = event.role

    async def _place(self, user_id: str, told: Told) -> tuple[str, str, str]:
        """The kind of organization, the role and the organization in which somebody works."""
        home = await self._store.home(user_id)
        return (home.kind, home.role, home.org_id) if home else ("", "", told.org_id)
