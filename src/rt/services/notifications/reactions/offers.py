"""Events of offers: the carrier is asked, the shipper hears the answer."""

from rt.contracts.core_orders import OrderSummary, OrderTendered, TenderAccepted, TenderLapsed, TenderRefused
from rt.kernel.bus import Listener, Told
from rt.kernel.unit import hear
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters.layout import Written
from rt.services.notifications.domain.letters.offers import Accepted, Lapsed, Refused, SlotWanted, Tendered


class Offers:
    """Who is told of an offer to carry."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def heard(self) -> list[Listener]:
        return [
            hear(OrderTendered, self.tendered, since="now"),
            hear(TenderAccepted, self.accepted, since="now"),
            hear(TenderRefused, self.refused, since="now"),
            hear(TenderLapsed, self.lapsed, since="now"),
        ]

    async def tendered(self, event: OrderTendered, told: Told) -> None:
        """A guest answers by the link of its mail, a carrier with an account in its portal."""
        order = event.order
        letter = Tendered(order=order, deadline=event.deadline, stranger=event.stranger)
        about = About(object_id=order.order_id, order_id=order.order_id)
        if not event.link_token:
            await self._teller.organization(told, letter, order.carrier_id, about, _page(order.order_id))
            return
        await self._guest(
            told, letter, order, event.carrier_email, event.link_token, f"/tender/{order.order_id}"
        )

    async def accepted(self, event: TenderAccepted, told: Told) -> None:
        order = event.order
        about = About(object_id=order.order_id, order_id=order.order_id)
        await self._teller.organization(
            told, Accepted(order=order), order.shipper_id, about, _page(order.order_id)
        )
        if event.slot_link_token:
            wanted, way = SlotWanted(order=order), f"/slots/{order.order_id}"
            await self._guest(told, wanted, order, event.carrier_email, event.slot_link_token, way)

    async def refused(self, event: TenderRefused, told: Told) -> None:
        order = event.order
        about = About(object_id=order.order_id, order_id=order.order_id)
        letter = Refused(order=order, reason=event.reason)
        await self._teller.organization(told, letter, order.shipper_id, about, _page(order.order_id))

    async def lapsed(self, event: TenderLapsed, told: Told) -> None:
        order = event.order
        about = About(object_id=order.order_id, order_id=order.order_id)
        letter = Lapsed(order=order, expired=event.expired, reason=event.reason)
        await self._teller.organization(told, letter, order.shipper_id, about, _page(order.order_id))

    async def _guest(
        self, told: Told, letter: Written, order: OrderSummary, email: str, token: str, way: str
    ) -> None:
        """A carrier without an account: its mail leads to the page that the link opens."""
        url = self._teller.portals.by_link("transporter", token, way)
        card = await self._teller.people.organization(order.carrier_id) if order.carrier_id else None
        language = card.language if card else "fr"
        about = About(object_id=order.order_id, order_id=order.order_id, url=url)
        await self._teller.address(told, letter, email, language, about)


def _page(order_id: str) -> str:
    return f"/orders/{order_id}"
