"""The real services behind a recipient: an order on its way, its note, and links to sign it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import httpx
from tests.conftest import TestHouse

from rt.contracts.authz import (
    AddPartner,
    AddressHolderView,
    CheckAddress,
    GetKeys,
    GetOrganization,
    IssueLink,
    KeySetView,
    LinkView,
    Login,
    OrganizationView,
    TokensView,
    WhoAmI,
    WhoView,
)
from rt.contracts.core_orders import AssignCarrier, ConfirmOrder, CreateOrder, PlanOrder, Stop
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
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.identity import current_actor
from rt.kernel.unit import Ground, Unit, serve
from rt.portals.recipient.app import build
from rt.services.authz.domain.roles import RIGHTS
from rt.services.core_orders.app import build as core_orders
from rt.services.ecpmr.app import build as ecpmr
from rt.services.palette.app import build as palette
from rt.services.planning.app import build as planning
from rt.services.tracking_ia.app import build as tracking_ia
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

MORNING = datetime(2026, 6, 2, 5, 0, tzinfo=UTC)
"""Tuesday, 07:00 in France."""
SHIPPER, CARRIER, CONSIGNEE = "org_shipper", "org_carrier", "org_consignee"
NAMES = {SHIPPER: "Laiterie du Forez", CARRIER: "Transports Mabille", CONSIGNEE: "Rungis Froid"}
KINDS = {SHIPPER: "shipper", CARRIER: "carrier", CONSIGNEE: "recipient"}
FEURS = Site(
    name="Laiterie du Forez, quai 3",
    address=Address(street="12 route de Lyon", postal_code="42110", city="Feurs"),
    contact=Contact(name="Zoé Marchand", phone="+33 4 77 00 00 00"),
    latitude=45.74,
    longitude=4.22,
)
LYON = Site(
    name="Plateforme Lyon",
    address=Address(street="20 bd Joliot-Curie", postal_code="69200", city="Vénissieux"),
    contact=Contact(name="Réception", phone="+33 4 72 00 00 00"),
    latitude=45.697,
    longitude=4.887,
)
STROKES = "M10 40L50 40L80 90L120 38"


class World:
    """The services, and who works with them."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house
        self.services = Services(house.keys.of("portal_recipient"), house.door)
        self.portal = build(connect=self.services.using, secret="s" * 32, secure=False)
        self.order_id = ""

    def token(self, org: str) -> str:
        actor = self.house.actor(org, set(RIGHTS["dispatcher"]), {"dispatcher"}, f"usr_{org}", name="Julie")
        return self.house.token(actor)

    def link(self, scope: str, object_id: str, org: str = CONSIGNEE, **claims: str) -> str:
        """A capability link as authz would sign it."""
        actor = self.house.actor(
            org, kind="link", id=f"lnk_{scope}_{org}", scope=scope, object_id=object_id, claims=claims
        )
        return self.house.token(actor)

    async def say(self, org: str, word: Any) -> Any:
        """A word said by somebody of an organization, and everything that follows from it."""
        answer = await self.services.using(self.token(org)).ask(word, key=uuid4().hex)
        await self.house.settle()
        return answer

    async def note(self) -> DocumentView:
        (row,) = (await self.say(SHIPPER, FindDocuments())).items
        note: DocumentView = await self.say(SHIPPER, GetDocument(document_id=row.document_id))
        return note

    async def taken_over(self, reserves: Sequence[ReserveGiven] = ()) -> DocumentView:
        """The note after the carrier has collected the goods."""
        note = await self.note()
        taken: DocumentView = await self.say(
            CARRIER,
            SignTakeover(
                document_id=note.document_id,
                content_hash=note.content_hash,
                happened_at=now(),
                signature=SignatureGiven(party="carrier", name="Lucie Martin", image=STROKES),
                reserves=list(reserves),
            ),
        )
        return taken

    async def sent_link(self, note: DocumentView, party: Party, asker: str = SHIPPER, email: str = "") -> str:
        """The token of a link to sign that somebody, mostly the sender, had sent to a party."""
        email = email or f"quai@{party}.example"
        await self.say(asker, MakeSigningLink(document_id=note.document_id, party=party, email=email))
        return await self.told("ecpmr.link.sent", "token")

    async def code(self) -> str:
        """The digits of the latest code that was sent."""
        return await self.told("ecpmr.code.requested", "code")

    async def told(self, topic: str, name: str) -> str:
        """A value of the latest event of a topic, as the letter to its reader carries it."""
        await self.house.settle()
        events = self.house.rooms["ecpmr"].ground.database["events"]
        found = [event async for event in events.find({"topic": topic}).sort("seq", -1).limit(1)]
        value: str = self.house.letter(found[0])[name]
        return value

    def authz(self, ground: Ground) -> Unit:
        """The part of authz that is asked here."""

        async def card(asked: GetOrganization) -> OrganizationView:
            return organization(asked.organization_id)

        async def partner(asked: AddPartner) -> OrganizationView:
            return organization(CONSIGNEE)

        async def link(asked: IssueLink) -> LinkView:
            token = self.link(asked.scope, asked.object_id, asked.organization_id, **asked.claims)
            link_id = f"lnk_{asked.scope}_{asked.organization_id}"
            return LinkView(link_id=link_id, token=token, expires_at=asked.expires_at)

        async def address(asked: CheckAddress) -> AddressHolderView:
            own = {SHIPPER: "quai@sender.example", CARRIER: "quai@carrier.example"}
            own[CONSIGNEE] = "quai@consignee.example"
            held: Literal["", "member"] = "member" if own.get(asked.organization_id) == asked.email else ""
            return AddressHolderView(email=asked.email, held=held, guest=False)

        async def keys(asked: GetKeys) -> KeySetView:
            return KeySetView(keys=[])

        async def login(asked: Login) -> TokensView:
            return TokensView(
                access_token=self.token(asked.email.partition("@")[0]),
                refresh_token="refresh-0000000000",
                expires_at=now() + timedelta(days=1),
            )

        async def me(asked: WhoAmI) -> WhoView:
            actor = current_actor()
            return WhoView(
                user_id=actor.id,
                email="julie@rungis-froid.example",
                name=actor.name,
                language="fr",
                organization_id=actor.org_id,
                organization_name=NAMES[actor.org_id],
                role="dispatcher",
                rights=sorted(actor.rights),
                memberships=[],
                mfa=False,
                session_id="ses",
            )

        answers = [
            (GetOrganization, card),
            (AddPartner, partner),
            (IssueLink, link),
            (CheckAddress, address),
            (GetKeys, keys),
            (Login, login),
            (WhoAmI, me),
        ]
        return Unit(name="authz", serves=[serve(word, action) for word, action in answers])

    async def begin(self) -> "World":
        """An order for the recipient is planned by its carrier, and so has a note."""

        def authz(ground: Ground) -> Unit:
            return self.authz(ground)

        authz.__module__ = "rt.services.authz.app"
        await self.house.mount(core_orders, planning, ecpmr, palette, tracking_ia, authz)
        hour = timedelta(hours=1)
        goods = [
            Goods(
                description=what,
                quantity=12,
                package_code="PX",
                pallets=12,
                weight_kg=6000.0,
                length_cm=120,
                width_cm=80,
                height_cm=160,
            )
            for what in ("Pots de yaourt", "Beurre doux")
        ]
        order = await self.say(
            SHIPPER,
            CreateOrder(
                reference="CMD-7741",
                stops=[
                    Stop(kind="pickup", site=FEURS, from_at=MORNING + hour, until_at=MORNING + 5 * hour),
                    Stop(kind="delivery", site=LYON, from_at=MORNING + 3 * hour, until_at=MORNING + 9 * hour),
                ],
                goods=goods,
                consignee_id=CONSIGNEE,
                consignee_name=NAMES[CONSIGNEE],
                consignee_email="quai@rungis-froid.example",
            ),
        )
        self.order_id = order.order_id
        firm = await self.say(SHIPPER, ConfirmOrder(order_id=self.order_id))
        await self.say(
            SHIPPER,
            AssignCarrier(
                order_id=self.order_id, version=firm.version, carrier_id=CARRIER, agreed_cents=48_517
            ),
        )
        await self.say(
            CARRIER,
            PlanOrder(order_id=self.order_id, vehicle_plate="AB-123-CD", driver_name="Lucie Martin"),
        )
        return self


class Browser:
    """Somebody's browser at the portal."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.web = httpx.AsyncClient(
            transport=httpx.ASGITransport(world.portal), base_url="http://recipient.localhost"
        )
        self.web.headers["accept"] = "text/html"

    async def sign_in(self, org: str = CONSIGNEE) -> "Browser":
        page = await self.web.get("/login")
        typed = {"email": f"{org}@x.example", "password": "Quai-17-avant-l-aube", **hidden(page.text)}
        answer = await self.web.post("/login", data=typed)
        assert answer.status_code == 303, answer.text
        return self

    async def press(self, path: str, files: Any = None, **typed: Any) -> httpx.Response:
        """Open the page, fill its form and press a button of it."""
        page = await self.web.get(path)
        return await self.web.post(path, data=hidden(page.text) | typed, files=files or {"none": b""})


def organization(org_id: str) -> OrganizationView:
    return OrganizationView(
        id=org_id,
        name=NAMES[org_id],
        kind=KINDS[org_id],
        country="FR",
        siret="",
        vat="",
        email="",
        phone="",
        language="fr",
        guest=False,
        suspended=False,
        standing="partner",
    )


def hidden(html: str) -> dict[str, str]:
    """What the page's last form carries unseen."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
