"""Events of the platform itself: every organization's administrators hear of maintenance."""

from rt.contracts.admin_gateway import PostMortemAwaited, WindowCancelled, WindowForeseen
from rt.kernel.access.tokens import PLATFORM
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.actions.notifying import About, Notifier
from rt.services.notifications.domain.templates.layout import Written
from rt.services.notifications.domain.templates.platform import (
    MaintenanceComes,
    MaintenanceOff,
    PostMortemOwed,
)

STATUS = ("admin", "/status")
"""The subdomain and path of the public status page."""


class Platform:
    """Who is told that the platform will be away, or that a post-mortem is owed."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(WindowForeseen, self.foreseen, since="now"),
            subscribe(WindowCancelled, self.cancelled, since="now"),
            subscribe(PostMortemAwaited, self.post_mortem, since="now"),
        ]

    async def foreseen(self, event: WindowForeseen, envelope: EventEnvelope) -> None:
        template = MaintenanceComes(
            urgent=event.kind == "urgent",
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            what_fr=event.fr,
            what_en=event.en,
        )
        await self._everybody(envelope, template, event.window_id)

    async def cancelled(self, event: WindowCancelled, envelope: EventEnvelope) -> None:
        """Whoever was told that it comes is told that it does not."""
        if event.foreseen:
            await self._everybody(envelope, MaintenanceOff(starts_at=event.starts_at), event.window_id)

    async def post_mortem(self, event: PostMortemAwaited, envelope: EventEnvelope) -> None:
        template = PostMortemOwed(
            title_fr=event.title_fr, title_en=event.title_en, due_at=event.due_at, late=event.late
        )
        about = About(object_id=event.incident_id)
        await self._notifier.organization(
            envelope, template, PLATFORM, about, f"/incidents/{event.incident_id}"
        )

    async def _everybody(self, envelope: EventEnvelope, template: Written, window_id: str) -> None:
        about = About(object_id=window_id, url=self._notifier.portals.page(*STATUS))
        async for card in self._notifier.people.organizations():
            await self._notifier.organization(envelope, template, card.id, about, "")
