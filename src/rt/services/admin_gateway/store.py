"""Where switches, the notice and erasures are kept; health is measured and leaves no trace."""

from rt.kernel.notes import Notes
from rt.kernel.persistence import Collection, Database
from rt.services.admin_gateway.domain.erasure import Erasure
from rt.services.admin_gateway.domain.flags import HOUSE, NOTICE_ID, Flag, Notice
from rt.services.admin_gateway.domain.health import Pulse


class GatewayStore:
    """Collections of the gateway; all belong to the platform itself."""

    def __init__(self, database: Database) -> None:
        self.flags = Collection(database, Flag, "flags").everywhere
        self.notices = Collection(database, Notice, "notices").everywhere
        self.erasures = Collection(database, Erasure, "erasures").everywhere
        self.pulses = Notes(database, Pulse, "health")

    async def notice(self) -> Notice:
        found = await self.notices.first({"id": NOTICE_ID})
        return found or Notice(id=NOTICE_ID, org_id=HOUSE)
