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
from rt.kernel.access.tokens import PLATFORM
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe, subscribe_to_all
from rt.services.notifications.actions.notifying import About, Notifier
from rt.services.notifications.domain.templates.accounts import (
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

    def __init__(self, notifier: Notifier, store: NotificationsStore) -> None:
        self._notifier = notifier
        self._store = store

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(UserInvited, self.invite, since="now"),
            subscribe(UserJoined, self.joined, since="beginning"),
            subscribe(MemberChanged, self.member_changed, since="beginning"),
            subscribe(PasswordResetAsked, self.reset, since="now"),
            subscribe(SecurityAlert, self.alert, since="now"),
            subscribe(PartnerAsked, self.partner_asked, since="now"),
            subscribe(PartnerAccepted, self.partner_accepted, since="now"),
            subscribe(IdentityAsked, self.numbers_asked, since="now"),
            subscribe(IdentityAnswered, self.numbers_answered, since="now"),
            subscribe(MessageBounced, self.bounced, since="now"),
            subscribe(MessageDead, self.dead, since="now"),
            *subscribe_to_all(published_topics(), self.publish, since="now", name="webhooks"),
        ]

    async def invite(self, event: UserInvited, envelope: EventEnvelope) -> None:
        card = await self._notifier.people.organization(envelope.org_id)
        kind = card.kind if card else ""
        url = self._notifier.portals.invitation(kind, event.role, event.token)
        template = Invitation(name=event.name, organization_name=event.organization_name)
        about = About(object_id=event.user_id, url=url)
        await self._notifier.address(envelope, template, event.email, event.language, about)

    async def reset(self, event: PasswordResetAsked, envelope: EventEnvelope) -> None:
        kind, role, _ = await self._place(event.user_id, envelope)
        url = self._notifier.portals.password(kind, role, event.token)
        about = About(object_id=event.user_id, url=url)
        await self._notifier.address(envelope, PasswordReset(), event.email, event.language, about)

    async def alert(self, event: SecurityAlert, envelope: EventEnvelope) -> None:
        kind, role, org_id = await self._place(event.user_id, envelope)
        about = About(object_id=event.user_id, url=self._notifier.portals.of_kind(kind, "/account", role))
        template = SecurityNotice(kind=event.kind)
        await self._notifier.person(
            envelope, template, org_id, event.user_id, event.email, event.language, about
        )

    async def partner_asked(self, event: PartnerAsked, envelope: EventEnvelope) -> None:
        about = About(object_id=event.by_id)
        template = PartnerWish(name=event.by_name)
        await self._notifier.organization(
            envelope, template, event.organization_id, about, "/partners?standing=asks"
        )

    async def partner_accepted(self, event: PartnerAccepted, envelope: EventEnvelope) -> None:
        about = About(object_id=event.by_id)
        template = PartnerWon(name=event.by_name)
        await self._notifier.organization(envelope, template, event.organization_id, about, "/partners")

    async def numbers_asked(self, event: IdentityAsked, envelope: EventEnvelope) -> None:
        about = About(object_id=event.organization_id)
        template = NumbersAsked(name=event.organization_name, siret=event.siret, vat=event.vat)
        await self._notifier.organization(
            envelope, template, PLATFORM, about, f"/tenants/{event.organization_id}"
        )

    async def numbers_answered(self, event: IdentityAnswered, envelope: EventEnvelope) -> None:
        about = About(object_id=event.organization_id)
        template = NumbersAnswered(act=event.act, siret=event.siret, vat=event.vat, reason=event.reason)
        await self._notifier.organization(
            envelope, template, event.organization_id, about, "/settings/numbers"
        )

    async def bounced(self, event: MessageBounced, envelope: EventEnvelope) -> None:
        template = Bounced(address=event.address, reason=event.reason)
        about = About(object_id=event.message_id)
        await self._notifier.organization(envelope, template, envelope.org_id, about, "/notifications")

    async def dead(self, event: MessageDead, envelope: EventEnvelope) -> None:
        template = GivenUp(channel=event.channel, error=event.error)
        order_id = event.order_ids[0] if event.order_ids else ""
        about = About(object_id=event.message_id, order_id=order_id)
        await self._notifier.organization(envelope, template, envelope.org_id, about, "/notifications")

    async def publish(self, event: None, envelope: EventEnvelope) -> None:
        """What is published goes to the webhooks that asked for it."""
        await self._notifier.webhooks(envelope)

    async def joined(self, event: UserJoined, envelope: EventEnvelope) -> None:
        """The newest place is where a person's links lead."""
        card = await self._notifier.people.organization(envelope.org_id)
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

    async def member_changed(self, event: MemberChanged, envelope: EventEnvelope) -> None:
        home = await self._store.home(event.user_id)
        if home is None or home.org_id != envelope.org_id:
            return
        if event.state == "removed":
            await self._store.homes.remove(home.id)
            return
        async with self._store.homes.change(home.id) as kept:
            kept.role = event.role

    async def _place(self, user_id: str, envelope: EventEnvelope) -> tuple[str, str, str]:
        """The kind of organization, the role and the organization in which somebody works."""
        home = await self._store.home(user_id)
        return (home.kind, home.role, home.org_id) if home else ("", "", envelope.org_id)
