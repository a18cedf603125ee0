"""What a reader is shown of organizations: whole cards of itself, its guests and partners, else public."""

from typing import Final

from rt.contracts.authz import OrganizationView, Standing
from rt.kernel.access.identity import current_actor
from rt.services.authz.actions.caller import acts_for_platform
from rt.services.authz.domain.organization import Organization
from rt.services.authz.domain.partner import Partner
from rt.services.authz.store import AuthzStore

CONFIDED: Final[frozenset[Standing]] = frozenset({"self", "guest", "partner"})
"""To whom an organization's addresses are shown."""


class Cards:
    """Cards as the organization that asks may read them; a unit sees what the one that it acts for sees."""

    def __init__(self, store: AuthzStore) -> None:
        self._store = store

    async def of(self, organizations: list[Organization]) -> list[OrganizationView]:
        """Each with its standing, in the same order."""
        reader = current_actor().org_id
        if not reader:
            return [organization.view() for organization in organizations]
        notes = await self._store.notes_on([organization.id for organization in organizations])
        return [self._card(one, reader, notes.get(one.id)) for one in organizations]

    async def one(self, organization: Organization) -> OrganizationView | None:
        """None when the reader may not know that it is there: another's guest, one that never opened."""
        reader = current_actor().org_id
        note = await self._store.partner(organization.id) if reader else None
        listed = organization.open and not organization.guest
        known = not reader or reader == organization.id or note is not None or acts_for_platform()
        return self._card(organization, reader, note) if listed or known else None

    def _card(self, organization: Organization, reader: str, note: Partner | None) -> OrganizationView:
        if not reader:
            return organization.view()
        standing: Standing = "stranger"
        if organization.id == reader:
            standing = "self"
        elif note is not None:
            standing = note.standing
        confided = standing in CONFIDED or acts_for_platform() or (note is not None and note.guest)
        return organization.view(standing) if confided else organization.public_view(standing)
