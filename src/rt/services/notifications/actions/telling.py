"""Telling: from something that happened to one message per recipient and channel."""

import msgspec

from rt.contracts.notifications import Channel
from rt.kernel.bus import Told
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists
from rt.kernel.ids import derived_id
from rt.kernel.messages import EVENTS
from rt.kernel.sealing import secrets_of
from rt.services.notifications.adapters.people import People
from rt.services.notifications.domain.address import folded
from rt.services.notifications.domain.letters.layout import Written, write
from rt.services.notifications.domain.message import Content, Message
from rt.services.notifications.domain.portals import Portals
from rt.services.notifications.domain.preference import SUBJECTS, concerns, wanted
from rt.services.notifications.domain.webhook import concerned, published, shown
from rt.services.notifications.store import NotificationsStore


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is about, for the timelines of objects and orders, and where its button leads."""

    object_id: str
    order_id: str = ""
    url: str = ""


class Teller:
    """Writes messages down; that they leave is the sender's work.

    Every message has an identity that follows from event, recipient and channel: an event that is heard again
    meets its own messages.
    """

    def __init__(self, store: NotificationsStore, people: People, portals: Portals) -> None:
        self._store = store
        self.people = people
        self.portals = portals

    async def address(
        self, told: Told, letter: Written, email: str, language: str, about: About, phone: str = ""
    ) -> None:
        """Tell whoever reads an address, or a phone where there is no address."""
        if email:
            await self._mail(told, letter, email, language, about, told.org_id, "")
        elif phone:
            await self._write(told, letter, "sms", phone, language, about, told.org_id)

    async def organization(
        self, told: Told, letter: Written, organization_id: str | None, about: About, path: str
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
            if card.email and "email" in SUBJECTS[letter.topic].default:
                await self._mail(told, letter, card.email, card.language, about, card.id, "")
            return
        for person in await self.people.members(card.id):
            if concerns(letter.topic, [person.role]):
                await self.person(told, letter, card.id, person.user_id, person.email, card.language, about)

    async def person(
        self,
        told: Told,
        letter: Written,
        org_id: str,
        user_id: str,
        email: str,
        language: str,
        about: About,
    ) -> None:
        """Tell one person by the channels they chose."""
        choice = await self._store.choice(org_id, user_id, letter.topic)
        for channel in wanted(letter.topic, choice):
            if channel == "email" and email:
                await self._mail(told, letter, email, language, about, org_id, user_id)
            elif channel == "in_app":
                await self._write(told, letter, channel, user_id, language, about, org_id, user_id)
            elif channel == "push":
                for browser in await self._store.subscriptions.everywhere.find({"user_id": user_id}):
                    await self._write(told, letter, channel, browser.id, language, about, org_id, user_id)

    async def webhooks(self, told: Told) -> None:
        """Send an event to the webhooks that may hear it and want to."""
        if not published(told.topic):
            return
        for org_id in concerned(told.topic, told.org_id, told.body):
            for webhook in await self._store.webhooks.everywhere.find({"org_id": org_id, "active": True}):
                if webhook.hears(told.topic):
                    await self._hook(told, org_id, webhook.id)

    async def _hook(self, told: Told, org_id: str, webhook_id: str) -> None:
        hidden = secrets_of(EVENTS[told.topic]) if told.topic in EVENTS else ()
        data = shown(told.body, hidden)
        body = {"type": told.topic, "timestamp": told.at.isoformat(), "data": data}
        order = told.body.get("order") or {}
        message = Message(
            id=derived_id("msg", told.id, webhook_id, "webhook"),
            org_id=org_id,
            seen_by=[org_id],
            topic=told.topic,
            channel="webhook",
            to=webhook_id,
            content=Content(subject=told.topic, text=msgspec.json.encode(body).decode()),
            language="en",
            at=told.at,
            seq=told.seq,
            due_at=now(),
            object_id=told.entity_id,
            order_id=str(told.body.get("order_id") or order.get("order_id") or ""),
            trace=told.trace,
        )
        await self._add(message)

    async def _mail(
        self,
        told: Told,
        letter: Written,
        email: str,
        language: str,
        about: About,
        org_id: str,
        user_id: str,
    ) -> None:
        known = await self._store.address(email)
        mandatory = SUBJECTS[letter.topic].mandatory
        if known is not None and (
            known.bounced_at is not None or not (mandatory or known.takes(letter.topic))
        ):
            return
        await self._write(
            told, letter, "email", folded(email), language, about, org_id, user_id, not mandatory
        )

    async def _write(
        self,
        told: Told,
        letter: Written,
        channel: Channel,
        to: str,
        language: str,
        about: About,
        org_id: str,
        user_id: str = "",
        unsubscribable: bool = False,
    ) -> None:
        message = Message(
            id=derived_id("msg", told.id, letter.topic, channel, to),
            org_id=org_id,
            seen_by=list(dict.fromkeys([org_id, told.org_id])),
            topic=letter.topic,
            channel=channel,
            to=to,
            content=write(letter, language, about.url),
            language=language,
            at=told.at,
            seq=told.seq,
            due_at=now(),
            user_id=user_id,
            object_id=about.object_id,
            order_id=about.order_id,
            trace=told.trace,
            template=f"{type(letter).__name__}.{letter.version}",
            secret=letter.secret,
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
