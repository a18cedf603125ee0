"""Who wants to be told what, how, and what they no longer want; addresses that bounce."""

from datetime import datetime

from rt.contracts.notifications import (
    FindPreferences,
    PreferencesView,
    PreferenceView,
    SetPreference,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import current_org
from rt.services.notifications.domain.address import PLATFORM, Address, Unsubscriber, address_id, folded
from rt.services.notifications.domain.preference import SUBJECTS, Preference, chosen, concerns, subject
from rt.services.notifications.domain.preference import wanted as channels_of
from rt.services.notifications.store import NotificationsStore, ReportSeen, preference_id


class Preferences:
    """Choices of persons, and of addresses."""

    def __init__(self, store: NotificationsStore, unsubscriber: Unsubscriber) -> None:
        self._store = store
        self._unsubscriber = unsubscriber

    async def find(self, asked: FindPreferences) -> PreferencesView:
        """What may concern the person who asks, in their role."""
        actor = current_actor()
        kept = await self._store.preferences.find({"user_id": actor.id})
        choices = {preference.topic: preference.channels for preference in kept}
        roles = list(actor.roles)
        return PreferencesView(
            items=[
                subject(topic).view(topic, channels_of(topic, choices.get(topic)))
                for topic in SUBJECTS
                if concerns(topic, roles)
            ]
        )

    async def set(self, asked: SetPreference) -> PreferenceView:
        channels = chosen(asked.topic, asked.channels)
        user_id = current_actor().id
        choice = Preference(
            id=preference_id(current_org(), user_id, asked.topic),
            user_id=user_id,
            topic=asked.topic,
            channels=channels,
        )
        if await self._store.preferences.first({"id": choice.id}) is None:
            await self._store.preferences.add(choice)
        else:
            async with self._store.preferences.change(choice.id) as kept:
                kept.channels = channels
        return subject(asked.topic).view(asked.topic, channels)

    async def unsubscribe(self, token: str) -> None:
        """Take an address off one kind of mail; what is mandatory carries no such token."""
        address, topic = self._unsubscriber.read(token)
        await self._change_address(address, muted=topic)

    async def bounce(self, address: str, reason: str) -> None:
        """The address does not exist, or its reader complained: write there no more."""
        await self._change_address(address, bounced=reason)

    async def report(self, receipt: str, address: str, reason: str) -> None:
        """What a provider reported of one message: note it on the message and on the address."""
        await self.bounce(address, reason)
        message = await self._store.messages.everywhere.first({"receipt": receipt}) if receipt else None
        if message is not None:
            async with self._store.messages.everywhere.change(message.id) as bounced:
                bounced.bounce(reason)

    async def seen(self, provider: str, report_id: str, until: datetime) -> bool:
        """Whether this very report was heard before."""
        seen = ReportSeen(id=derived_id("rep", provider, report_id), org_id=PLATFORM, expires_at=until)
        try:
            await self._store.reports.add(seen)
        except AlreadyExists:
            return True
        return False

    async def _change_address(self, address: str, muted: str = "", bounced: str = "") -> None:
        known = Address(id=address_id(address), org_id=PLATFORM, address=folded(address))
        if await self._store.address(address) is None:
            try:
                await self._store.addresses.add(known)
            except AlreadyExists:
                known.version = 0
        async with self._store.addresses.everywhere.change(known.id) as kept:
            if muted:
                kept.mute(muted)
            if bounced:
                kept.bounce(bounced, now())
