"""The real units behind a recipient: an order on its way, its note, and links to sign it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.conftest import TestPlatform
from tests.portals import delivery
from tests.portals.delivery import STROKES
from tests.portals.world import Browser as AnyBrowser
from tests.portals.world import Links, Organization

from rt.contracts.core_orders import PlanOrder
from rt.contracts.ecpmr import (
    DocumentView,
    FindDocuments,
    GetDocument,
    MakeSigningLink,
    Party,
    ReserveGiven,
    SignatureGiven,
    SignTakeover,
)
from rt.kernel.core.clock import now
from rt.portals.recipient.app import build

MORNING = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
"""Tuesday, 07:00 in France."""


class World(delivery.World):
    """The recipient's portal."""

    def __init__(self, platform: TestPlatform, links: Links) -> None:
        super().__init__(platform, links, "recipient", build)

    async def begin(self) -> "World":
        """An order for the recipient is planned by its carrier, and so has a note."""
        await self.meet()
        hour = timedelta(hours=1)
        await self.ordered(MORNING + hour, MORNING + 3 * hour, ("Pots de yaourt", "Beurre doux"))
        await self.assigned()
        plan = PlanOrder(order_id=self.order_id, vehicle_plate="AB-123-CD", driver_name="Lucie Martin")
        await self.say(self.carrier, plan)
        return self

    def link(self, scope: str, object_id: str, **claims: str) -> str:
        """A link of the consignee's as authz would sign it."""
        org = self.consignee.id
        actor = self.platform.actor(
            org, kind="link", id=f"lnk_{scope}_{org}", scope=scope, object_id=object_id, claims=claims
        )
        return self.platform.token(actor)

    async def note(self) -> DocumentView:
        (row,) = (await self.say(self.shipper, FindDocuments())).items
        note: DocumentView = await self.ask(self.shipper, GetDocument(document_id=row.document_id))
        return note

    async def taken_over(self, reserves: Sequence[ReserveGiven] = ()) -> DocumentView:
        """The note after the carrier has collected the goods."""
        note = await self.note()
        message = SignTakeover(
            document_id=note.document_id,
            content_hash=note.content_hash,
            happened_at=now(),
            signature=SignatureGiven(party="carrier", name="Lucie Martin", image=STROKES),
            reserves=list(reserves),
        )
        taken: DocumentView = await self.say(self.carrier, message)
        return taken

    async def sent_link(
        self, note: DocumentView, party: Party, asker: Organization | None = None, email: str = ""
    ) -> str:
        """The token of a link to sign that somebody, mostly the sender, had sent to a party."""
        own = {"sender": self.shipper, "carrier": self.carrier, "consignee": self.consignee}
        email = email or own[party].email
        message = MakeSigningLink(document_id=note.document_id, party=party, email=email)
        await self.say(asker or self.shipper, message)
        return await self.emitted("ecpmr.link.sent", "token")

    async def code(self) -> str:
        """The digits of the latest code that was sent."""
        return await self.emitted("ecpmr.code.requested", "code")

    async def emitted(self, topic: str, name: str) -> str:
        """A value of the latest event of a topic, as the letter to its reader carries it."""
        value: str = (await self.platform.emitted(topic))[-1][name]
        return value


class Browser(AnyBrowser):
    """Somebody's browser at the recipient's portal."""

    def __init__(self, world: World) -> None:
        super().__init__(world.portal, "recipient")
        self.world = world

    async def enter(self, org: Organization | None = None) -> "Browser":
        """As somebody of the consignee's, or of another's."""
        await self.sign_in((org or self.world.consignee).email)
        return self

    async def fill(self, path: str, files: Any = None, **typed: Any) -> httpx.Response:
        """Open the page, fill its form and press a button of it."""
        page = await self.web.get(path)
        return await self.press(page.text, path, files or {"none": b""}, **typed)
