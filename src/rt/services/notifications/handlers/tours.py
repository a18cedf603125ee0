"""Events of tours: their drivers' phones ring."""

from rt.contracts.planning import TourPublished, TourWithdrawn
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.actions.notifying import About, Notifier
from rt.services.notifications.domain.templates import tours as templates
from rt.services.notifications.domain.templates.layout import Written


class Tours:
    """Who is told of a tour."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(TourPublished, self.tour, since="now"),
            subscribe(TourWithdrawn, self.taken_back, since="now"),
        ]

    async def tour(self, event: TourPublished, envelope: EventEnvelope) -> None:
        """The driver's phone rings; a driver without an account is told by the dispatcher."""
        if event.former_driver_user_id:
            plate = event.former_vehicle_plate or event.vehicle_plate
            given = templates.TourGiven(vehicle_plate=plate)
            await self._driver(envelope, event.tour_id, given, event.former_driver_user_id)
        if not event.driver_user_id:
            return
        starts = [stop.planned_from for stop in event.stops if stop.planned_from]
        template = templates.TourReady(
            vehicle_plate=event.vehicle_plate,
            stops=len(event.stops),
            starts_at=min(starts, default=None),
            again=event.again and not event.former_driver_user_id,
        )
        order_id = event.stops[0].order_id if event.stops else ""
        await self._driver(envelope, event.tour_id, template, event.driver_user_id, order_id)

    async def taken_back(self, event: TourWithdrawn, envelope: EventEnvelope) -> None:
        """Whoever had it stays at home."""
        if event.driver_user_id:
            template = templates.TourTakenBack(vehicle_plate=event.vehicle_plate)
            await self._driver(envelope, event.tour_id, template, event.driver_user_id)

    async def _driver(
        self, envelope: EventEnvelope, tour_id: str, template: Written, user_id: str, order_id: str = ""
    ) -> None:
        """The event is the carrier's."""
        card = await self._notifier.people.organization(envelope.org_id)
        about = About(
            object_id=tour_id,
            order_id=order_id,
            url=self._notifier.portals.page("driver", "/"),
        )
        language = card.language if card else "fr"
        await self._notifier.person(envelope, template, envelope.org_id, user_id, "", language, about)
