"""Events of offers: the carrier is asked, the owner hears the answer."""

from rt.contracts.core_orders import OrderSummary, OrderTendered, TenderAccepted, TenderLapsed, TenderRefused
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.actions.notifying import About, Notifier, teller
from rt.services.notifications.domain.templates.layout import Written
from rt.services.notifications.domain.templates.offers import Accepted, Lapsed, Refused, SlotWanted, Tendered


class Offers:
    """Who is told of an offer to carry."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(OrderTendered, self.tendered, since="now"),
            subscribe(TenderAccepted, self.accepted, since="now"),
            subscribe(TenderRefused, self.refused, since="now"),
            subscribe(TenderLapsed, self.lapsed, since="now"),
        ]

    async def tendered(self, event: OrderTendered, envelope: EventEnvelope) -> None:
        """A guest answers by the link of its mail, a carrier with an account in its portal."""
        order = event.order
        template = Tendered(order=order, deadline=event.deadline, stranger=event.stranger)
        about = About(object_id=order.order_id, order_id=order.order_id)
        if not event.link_token:
            await self._notifier.organization(
                envelope, template, order.carrier_id, about, _page(order.order_id)
            )
            return
        await self._guest(
            envelope, template, order, event.carrier_email, event.link_token, f"/tender/{order.order_id}"
        )

    async def accepted(self, event: TenderAccepted, envelope: EventEnvelope) -> None:
        order = event.order
        if order.carrier_id != order.owner_id:
            await self._owner(envelope, Accepted(order=order), order)
        if event.slot_link_token:
            wanted, way = SlotWanted(order=order), f"/slots/{order.order_id}"
            await self._guest(envelope, wanted, order, event.carrier_email, event.slot_link_token, way)

    async def refused(self, event: TenderRefused, envelope: EventEnvelope) -> None:
        await self._owner(envelope, Refused(order=event.order, reason=event.reason), event.order)

    async def lapsed(self, event: TenderLapsed, envelope: EventEnvelope) -> None:
        template = Lapsed(order=event.order, expired=event.expired, reason=event.reason)
        await self._owner(envelope, template, event.order)

    async def _owner(self, envelope: EventEnvelope, template: Written, order: OrderSummary) -> None:
        """Tell whose order it is what others did about it."""
        if order.owner_id != teller(envelope):
            about = About(object_id=order.order_id, order_id=order.order_id)
            page = _page(order.order_id)
            await self._notifier.organization(envelope, template, order.owner_id, about, page)

    async def _guest(
        self,
        envelope: EventEnvelope,
        template: Written,
        order: OrderSummary,
        email: str,
        token: str,
        way: str,
    ) -> None:
        """A carrier without an account: its mail leads to the page that the link opens."""
        url = self._notifier.portals.by_link("transporter", token, way)
        card = await self._notifier.people.organization(order.carrier_id) if order.carrier_id else None
        language = card.language if card else "fr"
        about = About(object_id=order.order_id, order_id=order.order_id, url=url)
        await self._notifier.address(envelope, template, email, language, about)


def _page(order_id: str) -> str:
    return f"/orders/{order_id}"
