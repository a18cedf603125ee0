"""Where switches, the notice, erasures, maintenance and incidents are kept; health leaves no trace."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import because
from rt.kernel.privacy.tenant_data import counts
from rt.kernel.storage.key_values import KeyValues
from rt.kernel.storage.listing import Filter, Listing
from rt.kernel.storage.persistence import Collection, Database
from rt.services.admin_gateway.domain.erasure import Erasure
from rt.services.admin_gateway.domain.flags import NOTICE_ID, OPERATOR, Flag, Notice
from rt.services.admin_gateway.domain.health import Pulse
from rt.services.admin_gateway.domain.incidents import IncidentUnknown, Outage
from rt.services.admin_gateway.domain.maintenance import CALENDAR_ID, Calendar

OUTAGES = Listing(Outage, {"newest": "-opened_at"}, {"state": Filter("state", first=True)}, everywhere=True)
MOST_TOLD = 50
"""Incidents of one kind that the status page shows."""
COUNTED_FOR = timedelta(minutes=10)
"""How old the number of an organization's objects may be: it is shown with its hour."""
COUNTS_KEPT = 10_000


class GatewayStore:
    """Collections of the gateway; all belong to the platform itself."""

    def __init__(self, database: Database) -> None:
        self.flags = Collection(database, Flag, "flags").everywhere
        self.notices = Collection(database, Notice, "notices").everywhere
        self.erasures = Collection(database, Erasure, "erasures").everywhere
        self.calendars = Collection(database, Calendar, "calendars").everywhere
        self.incidents = Collection(
            database, Outage, "incidents", missing=IncidentUnknown, listings=(OUTAGES,)
        ).everywhere
        self.pulses = KeyValues(database, Pulse, "health")

    async def notice(self) -> Notice:
        found = await self.notices.first({"id": NOTICE_ID})
        return found or Notice(id=NOTICE_ID, org_id=OPERATOR)

    async def calendar(self) -> Calendar:
        """The one calendar of maintenance; made when it is first looked for.

        Not as part of the command that looks: that one's key is for its own write to the calendar.
        """
        found = await self.calendars.first({"id": CALENDAR_ID})
        if found is None:
            try:
                with because(None):
                    found = await self.calendars.add(Calendar(id=CALENDAR_ID, org_id=OPERATOR))
            except AlreadyExists:
                found = await self.calendars.get(CALENDAR_ID)
        return found

    async def outages_announced(self) -> list[Outage]:
        """Incidents that last, and the latest that are over."""
        lasting = await self.incidents.find({"resolved_at": None}, sort="-opened_at", limit=MOST_TOLD)
        over = await self.incidents.find({"resolved_at": {"$ne": None}}, sort="-opened_at", limit=MOST_TOLD)
        return [*lasting, *over]


class Counted(NamedTuple):
    """How many objects an organization had in each collection, and when."""

    objects: dict[str, int]
    at: datetime


class Holdings:
    """What organizations have in all units, counted now and then: who shows it says of when it is."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: dict[str, Counted] = {}

    async def of(self, org_ids: Iterable[str]) -> dict[str, Counted]:
        """The counts of these organizations, none older than COUNTED_FOR."""
        wanted = list(org_ids)
        at = now()
        counted = {one: self._counted[one] for one in wanted if one in self._counted}
        found = {one: kept for one, kept in counted.items() if kept.at >= at - COUNTED_FOR}
        old = [one for one in wanted if one not in found]
        fresh = await counts(self._database, old) if old else {}
        found |= {org_id: Counted(objects, at) for org_id, objects in fresh.items()}
        every = self._counted | found
        self._counted = found if len(every) > COUNTS_KEPT else every
        return found

    def forget(self, org_id: str) -> None:
        """What was counted of an organization is no more."""
        self._counted.pop(org_id, None)
