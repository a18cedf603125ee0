"""Who the organization's own people are, as authz knows them at that moment."""

from rt.contracts.authz import FindUsers
from rt.kernel.service.client import Services

PAGE = 200


class People:
    """Asks authz each time: a device belongs to nobody who was removed."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def member(self, user_id: str) -> bool:
        """Whether somebody is an active member of the organization acted for."""
        after = ""
        while True:
            page = await self._services.ask(FindUsers(state="active", after=after, limit=PAGE))
            if any(user.user_id == user_id for user in page.items):
                return True
            if not page.next:
                return False
            after = page.next
