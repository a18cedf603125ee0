"""Events of the platform itself: every organization's administrators hear of maintenance."""

from rt.contracts.admin_gateway import PostMortemAwaited, WindowCancelled, WindowForeseen
from rt.kernel.bus import Listener, Told
from rt.kernel.tokens import PLATFORM
from rt.kernel.unit import hear
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters.layout import Written
from rt.services.notifications.domain.letters.platform import (
    MaintenanceComes,
    MaintenanceOff,
    PostMortemOwed,
)

STATUS = ("admin", "/status")
"""The subdomain and path of the public status page."""


class Platform:
    """Who is told that the platform will be away, or that a post-mortem is owed."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def heard(self) -> list[Listener]:
        return [
            hear(WindowForeseen, self.foreseen, since="now"),
            hear(WindowCancelled, self.cancelled, since="now"),
            hear(PostMortemAwaited, self.post_mortem, since="now"),
        ]

    async def foreseen(self, event: WindowForeseen, told: Told) -> None:
        letter = MaintenanceComes(
            urgent=event.kind == "urgent",
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            what_fr=event.fr,
            what_en=event.en,
        )
        await self._everybody(told, letter, event.window_id)

    async def cancelled(self, event: WindowCancelled, told: Told) -> None:
        """Whoever was told that it comes is told that it does not."""
        if event.foreseen:
            await self._everybody(told, MaintenanceOff(starts_at=event.starts_at), event.window_id)

    async def post_mortem(self, event: PostMortemAwaited, told: Told) -> None:
        letter = PostMortemOwed(
            title_fr=event.title_fr, title_en=event.title_en, due_at=event.due_at, late=event.late
        )
        about = About(object_id=event.incident_id)
        await self._teller.organization(told, letter, PLATFORM, about, f"/incidents/{event.incident_id}")

    async def _everybody(self, told: Told, letter: Written, window_id: str) -> None:
        about = About(object_id=window_id, url=self._teller.portals.page(*STATUS))
        async for card in self._teller.people.organizations():
            await self._teller.organization(told, letter, card.id, about, "")
