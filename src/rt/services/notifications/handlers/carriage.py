"""Events of the road: tours, docks, signatures, following, delays."""

from collections.abc import Callable
from functools import partial

from rt.contracts.ecpmr import CodeRequested, DeliverySigned, LinkSent
from rt.contracts.planning import SlotBooked, SlotChanged
from rt.contracts.tracking_ia import DelayForeseen, FollowLinkMade, StopCorrected
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.actions.notifying import About, Notifier
from rt.services.notifications.domain.templates import carriage as templates
from rt.services.notifications.domain.templates.layout import Written
from rt.services.notifications.store import NotificationsStore, OrderCard


class Carriage:
    """Who is told what happens between two docks."""

    def __init__(self, notifier: Notifier, store: NotificationsStore) -> None:
        self._notifier = notifier
        self._store = store

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(SlotBooked, self.slot, since="now"),
            subscribe(SlotChanged, self.slot_moved, since="now"),
            subscribe(LinkSent, self.link, since="now"),
            subscribe(CodeRequested, self.code, since="now"),
            subscribe(DeliverySigned, self.signed, since="now"),
            subscribe(FollowLinkMade, self.follow, since="now"),
            subscribe(DelayForeseen, self.delay, since="now"),
            subscribe(StopCorrected, self.corrected, since="now"),
        ]

    async def slot(self, event: SlotBooked, envelope: EventEnvelope) -> None:
        await self._of_slot(envelope, event, templates.SlotTaken)

    async def slot_moved(self, event: SlotChanged, envelope: EventEnvelope) -> None:
        await self._of_slot(envelope, event, partial(templates.SlotMoved, reason=event.reason))

    async def link(self, event: LinkSent, envelope: EventEnvelope) -> None:
        template = templates.SigningLink(
            number=event.number,
            sender_name=event.sender_name,
            site_name=event.site_name,
            expires_at=event.expires_at,
            requested_by_name=event.requested_by_name,
        )
        act = "sign" if event.party == "consignee" else "takeover"
        url = self._notifier.portals.by_link("recipient", event.token, f"/{act}/{event.document_id}")
        about = About(object_id=event.document_id, order_id=event.order_id, url=url)
        await self._notifier.address(envelope, template, event.email, event.language, about)

    async def code(self, event: CodeRequested, envelope: EventEnvelope) -> None:
        template = templates.SigningCode(code=event.code)
        about = About(object_id=event.document_id)
        await self._notifier.address(envelope, template, event.email, event.language, about, event.phone)

    async def signed(self, event: DeliverySigned, envelope: EventEnvelope) -> None:
        template = templates.DeliveryNoted(
            number=event.number,
            by_name=event.by_name,
            site_name=event.site_name,
            signed_at=event.signed_at,
            reserves=len(event.reserves),
        )
        about = About(object_id=event.document_id, order_id=event.order_id)
        for party in dict.fromkeys([event.owner_id, event.shipper_id, event.carrier_id, event.consignee_id]):
            await self._notifier.organization(envelope, template, party, about, f"/orders/{event.order_id}")

    async def follow(self, event: FollowLinkMade, envelope: EventEnvelope) -> None:
        template = templates.FollowDelivery(name=event.consignee_name, reference=event.reference)
        url = self._notifier.portals.absolute("recipient", event.url)
        about = About(object_id=event.share_id, order_id=event.order_id, url=url)
        await self._notifier.address(envelope, template, event.consignee_email, "fr", about)

    async def delay(self, event: DelayForeseen, envelope: EventEnvelope) -> None:
        """Shipper and carrier hear it before they are asked (contrat type, art. 14: an announced delay)."""
        card = await self._store.order(event.order_id)
        template = templates.DelayAhead(
            reference=card.reference if card else event.order_id,
            kind=event.kind,
            eta=event.eta,
            promised_until=event.promised_until,
            minutes_late=event.minutes_late,
        )
        await self._both(envelope, template, card, event.order_id)

    async def corrected(self, event: StopCorrected, envelope: EventEnvelope) -> None:
        """Whoever was told that the truck is there, or reckons waiting time, hears the other time."""
        card = await self._store.order(event.order_id)
        template = templates.StopPutRight(
            reference=card.reference if card else event.order_id,
            kind=event.kind,
            what=event.what,
            site_name=event.site_name,
            before=event.before,
            after=event.after,
        )
        await self._both(envelope, template, card, event.order_id)

    async def _of_slot(
        self, envelope: EventEnvelope, event: SlotBooked | SlotChanged, template: Callable[..., Written]
    ) -> None:
        written = template(
            reference=await self._reference(event.order_id),
            site_name=event.site_name,
            dock_name=event.dock_name,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
        )
        about = About(object_id=event.slot_id, order_id=event.order_id)
        path = f"/orders/{event.order_id}"
        await self._notifier.organization(envelope, written, event.carrier_id, about, path)

    async def _both(
        self, envelope: EventEnvelope, template: Written, card: OrderCard | None, order_id: str
    ) -> None:
        about = About(object_id=order_id, order_id=order_id)
        parties = [card.org_id, card.carrier_id] if card else [envelope.org_id]
        for party in dict.fromkeys(parties):
            await self._notifier.organization(envelope, template, party, about, f"/orders/{order_id}")

    async def _reference(self, order_id: str) -> str:
        card = await self._store.order(order_id)
        return card.reference if card else order_id
