"""Telling: from something that happened to one message per recipient and channel."""

from collections.abc import Mapping

import msgspec

from rt.contracts.notifications import Channel
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import EVENTS
from rt.kernel.storage.sealing import secrets_of
from rt.services.notifications.adapters.people import People
from rt.services.notifications.domain.address import folded
from rt.services.notifications.domain.message import Message
from rt.services.notifications.domain.portals import Portals
from rt.services.notifications.domain.preference import SUBJECTS, concerns, wanted
from rt.services.notifications.domain.templates.layout import Content, Written, write
from rt.services.notifications.domain.webhook import concerned, published, shown
from rt.services.notifications.store import NotificationsStore


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is about, for the timelines of objects and orders, and where its button leads."""

    object_id: str
    order_id: str = ""
    url: str = ""


class Notifier:
    """Writes messages down; that they leave is the sender's work.

    Every message has an identity that follows from event, recipient and channel: an event that is heard again
    meets its own messages.
    """

    def __init__(self, store: NotificationsStore, people: People, portals: Portals) -> None:
        self._store = store
        self.people = people
        self.portals = portals

    async def address(
        self,
        envelope: EventEnvelope,
        template: Written,
        email: str,
        language: str,
        about: About,
        phone: str = "",
    ) -> None:
        """Tell whoever reads an address, or a phone where there is no address."""
        if email:
            await self._mail(envelope, template, email, language, about, envelope.org_id, "")
        elif phone:
            await self._write(envelope, template, "sms", phone, language, about, envelope.org_id)

    async def organization(
        self, envelope: EventEnvelope, template: Written, organization_id: str | None, about: About, path: str
    ) -> None:
        """Tell the members whom the topic concerns, each by the channels they chose.

        A guest has no members: its own address is written to. `path` is the page of their portal.
        """
        card = await self.people.organization(organization_id) if organization_id else None
        if card is None or card.suspended:
            return
        url = about.url or self.portals.of_kind(card.kind, path)
        about = msgspec.structs.replace(about, url=url)
        if card.guest:
            if card.email and "email" in SUBJECTS[template.topic].default:
                await self._mail(envelope, template, card.email, card.language, about, card.id, "")
            return
        members = await self.people.members(card.id)
        told = {one.user_id: one.email for one in members if concerns(template.topic, [one.role])}
        await self._people(envelope, template, card.id, told, card.language, about)

    async def person(
        self,
        envelope: EventEnvelope,
        template: Written,
        org_id: str,
        user_id: str,
        email: str,
        language: str,
        about: About,
    ) -> None:
        """Tell one person by the channels they chose."""
        await self._people(envelope, template, org_id, {user_id: email}, language, about)

    async def _people(
        self,
        envelope: EventEnvelope,
        template: Written,
        org_id: str,
        emails: Mapping[str, str],
        language: str,
        about: About,
    ) -> None:
        """Tell people of an organization, each by the channels they chose."""
        chosen = await self._store.choices(org_id, emails, template.topic) if emails else {}
        for user_id, email in emails.items():
            for channel in wanted(template.topic, chosen.get(user_id)):
                if channel == "email" and email:
                    await self._mail(envelope, template, email, language, about, org_id, user_id)
                elif channel == "in_app":
                    await self._write(envelope, template, channel, user_id, language, about, org_id, user_id)
                elif channel == "push":
                    for browser in await self._store.subscriptions.everywhere.find({"user_id": user_id}):
                        await self._write(
                            envelope, template, channel, browser.id, language, about, org_id, user_id
                        )

    async def webhooks(self, envelope: EventEnvelope) -> None:
        """Send an event to the webhooks that may hear it and want to."""
        if not published(envelope.topic):
            return
        for org_id in concerned(envelope.topic, envelope.org_id, envelope.body):
            for webhook in await self._store.webhooks.everywhere.find({"org_id": org_id, "active": True}):
                if webhook.hears(envelope.topic):
                    await self._hook(envelope, org_id, webhook.id)

    async def _hook(self, envelope: EventEnvelope, org_id: str, webhook_id: str) -> None:
        hidden = secrets_of(EVENTS[envelope.topic]) if envelope.topic in EVENTS else ()
        data = shown(envelope.body, hidden, org_id)
        body = {"type": envelope.topic, "timestamp": envelope.at.isoformat(), "data": data}
        order = envelope.body.get("order") or {}
        message = Message(
            id=derived_id("msg", envelope.id, webhook_id, "webhook"),
            org_id=org_id,
            seen_by=[org_id],
            topic=envelope.topic,
            channel="webhook",
            to=webhook_id,
            content=Content(subject=envelope.topic, text=msgspec.json.encode(body).decode()),
            language="en",
            at=envelope.at,
            seq=envelope.seq,
            due_at=now(),
            object_id=envelope.entity_id,
            order_id=str(envelope.body.get("order_id") or order.get("order_id") or ""),
            trace=envelope.trace,
        )
        await self._add(message)

    async def _mail(
        self,
        envelope: EventEnvelope,
        template: Written,
        email: str,
        language: str,
        about: About,
        org_id: str,
        user_id: str,
    ) -> None:
        known = await self._store.address(email)
        mandatory = SUBJECTS[template.topic].mandatory
        if known is not None and (
            known.bounced_at is not None or not (mandatory or known.takes(template.topic))
        ):
            return
        await self._write(
            envelope, template, "email", folded(email), language, about, org_id, user_id, not mandatory
        )

    async def _write(
        self,
        envelope: EventEnvelope,
        template: Written,
        channel: Channel,
        to: str,
        language: str,
        about: About,
        org_id: str,
        user_id: str = "",
        unsubscribable: bool = False,
    ) -> None:
        message = Message(
            id=derived_id("msg", envelope.id, template.topic, channel, to),
            org_id=org_id,
            seen_by=list(dict.fromkeys([org_id, envelope.org_id])),
            topic=template.topic,
            channel=channel,
            to=to,
            content=write(template, language, about.url),
            language=language,
            at=envelope.at,
            seq=envelope.seq,
            due_at=now(),
            user_id=user_id,
            object_id=about.object_id,
            order_id=about.order_id,
            trace=envelope.trace,
            template=f"{type(template).__name__}.{template.version}",
            secret=template.secret,
            unsubscribable=unsubscribable,
        )
        if channel == "in_app":
            message.leave("portal", "", now(), forget=False)
        await self._add(message)

    async def _add(self, message: Message) -> None:
        try:
            await self._store.messages.add(message)
        except AlreadyExists:
            return


def teller(envelope: EventEnvelope) -> str:
    """The organization whose people, key or link did it, and know of it; none where a unit did."""
    by = envelope.actor
    return by.get("org_id", "") if by["kind"] in ("user", "key", "link") else ""
