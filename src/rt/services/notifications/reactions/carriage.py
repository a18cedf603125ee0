"""Events of the road: tours, docks, signatures, following, delays."""

from rt.contracts.ecpmr import CodeRequested, DeliverySigned, LinkSent
from rt.contracts.planning import SlotBooked, SlotChanged, TourPublished
from rt.contracts.tracking_ia import DelayForeseen, FollowLinkMade, StopCorrected
from rt.kernel.bus import Listener, Told
from rt.kernel.unit import hear
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters import carriage as letters
from rt.services.notifications.domain.letters.layout import Written
from rt.services.notifications.store import NotificationsStore, OrderCard


class Carriage:
    """Who is told what happens between two docks."""

    def __init__(self, teller: Teller, store: NotificationsStore) -> None:
        self._teller = teller
        self._store = store

    def heard(self) -> list[Listener]:
        return [
            hear(TourPublished, self.tour, since="now"),
            hear(SlotBooked, self.slot, since="now"),
            hear(SlotChanged, self.slot_moved, since="now"),
            hear(LinkSent, self.link, since="now"),
            hear(CodeRequested, self.code, since="now"),
            hear(DeliverySigned, self.signed, since="now"),
            hear(FollowLinkMade, self.follow, since="now"),
            hear(DelayForeseen, self.delay, since="now"),
            hear(StopCorrected, self.corrected, since="now"),
        ]

    async def tour(self, event: TourPublished, told: Told) -> None:
        """The driver's phone rings; a driver without an account is told by the dispatcher."""
        if not event.driver_user_id:
            return
        starts = [stop.planned_from for stop in event.stops if stop.planned_from]
        letter = letters.TourReady(
            vehicle_plate=event.vehicle_plate,
            stops=len(event.stops),
            starts_at=min(starts, default=None),
        )
        card = await self._teller.people.organization(event.carrier_id)
        about = About(
            object_id=event.tour_id,
            order_id=event.stops[0].order_id if event.stops else "",
            url=self._teller.portals.page("driver", "/"),
        )
        language = card.language if card else "fr"
        await self._teller.person(told, letter, event.carrier_id, event.driver_user_id, "", language, about)

    async def slot(self, event: SlotBooked, told: Told) -> None:
        letter = letters.SlotTaken(
            reference=await self._reference(event.order_id),
            site_name=event.site_name,
            dock_name=event.dock_name,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
        )
        about = About(object_id=event.slot_id, order_id=event.order_id)
        await self._teller.organization(told, letter, event.carrier_id, about, f"/orders/{event.order_id}")

    async def slot_moved(self, event: SlotChanged, told: Told) -> None:
        letter = letters.SlotMoved(
            reference=await self._reference(event.order_id),
            site_name=event.site_name,
            dock_name=event.dock_name,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            reason=event.reason,
        )
        about = About(object_id=event.slot_id, order_id=event.order_id)
        await self._teller.organization(told, letter, event.carrier_id, about, f"/orders/{event.order_id}")

    async def link(self, event: LinkSent, told: Told) -> None:
        letter = letters.SigningLink(
            number=event.number,
            sender_name=event.sender_name,
            site_name=event.site_name,
            expires_at=event.expires_at,
            requested_by_name=event.requested_by_name,
        )
        act = "sign" if event.party == "consignee" else "takeover"
        url = self._teller.portals.by_link("recipient", event.token, f"/{act}/{event.document_id}")
        about = About(object_id=event.document_id, order_id=event.order_id, url=url)
        await self._teller.address(told, letter, event.email, event.language, about)

    async def code(self, event: CodeRequested, told: Told) -> None:
        letter = letters.SigningCode(code=event.code)
        about = About(object_id=event.document_id)
        await self._teller.address(told, letter, event.email, event.language, about, event.phone)

    async def signed(self, event: DeliverySigned, told: Told) -> None:
        letter = letters.DeliveryNoted(
            number=event.number,
            by_name=event.by_name,
            site_name=event.site_name,
            signed_at=event.signed_at,
            reserves=len(event.reserves),
        )
        about = About(object_id=event.document_id, order_id=event.order_id)
        for party in dict.fromkeys([event.shipper_id, event.carrier_id, event.consignee_id]):
            await self._teller.organization(told, letter, party, about, f"/orders/{event.order_id}")

    async def follow(self, event: FollowLinkMade, told: Told) -> None:
        letter = letters.FollowDelivery(name=event.consignee_name, reference=event.reference)
        url = self._teller.portals.absolute("recipient", event.url)
        about = About(object_id=event.share_id, order_id=event.order_id, url=url)
        await self._teller.address(told, letter, event.consignee_email, "fr", about)

    async def delay(self, event: DelayForeseen, told: Told) -> None:
        """Shipper and carrier hear it before they are asked (contrat type, art. 14: an announced delay)."""
        card = await self._store.order(event.order_id)
        letter = letters.DelayAhead(
            reference=card.reference if card else event.order_id,
            kind=event.kind,
            eta=event.eta,
            promised_until=event.promised_until,
            minutes_late=event.minutes_late,
        )
        await self._both(told, letter, card, event.order_id)

    async def corrected(self, event: StopCorrected, told: Told) -> None:
        """Whoever was told that the truck is there, or reckons waiting time, hears the other time."""
        card = await self._store.order(event.order_id)
        letter = letters.StopPutRight(
            reference=card.reference if card else event.order_id,
            kind=event.kind,
            what=event.what,
            site_name=event.site_name,
            before=event.before,
            after=event.after,
        )
        await self._both(told, letter, card, event.order_id)

    async def _both(self, told: Told, letter: Written, card: OrderCard | None, order_id: str) -> None:
        about = About(object_id=order_id, order_id=order_id)
        parties = [card.shipper_id, card.carrier_id] if card else [told.org_id]
        for party in dict.fromkeys(parties):
            await self._teller.organization(told, letter, party, about, f"/orders/{order_id}")

    async def _reference(self, order_id: str) -> str:
        card = await self._store.order(order_id)
        return card.reference if card else order_id
