"""A platform administrator's browser before services that answer at once: typed views, no network."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from rt.contracts import palette
from rt.contracts.admin_gateway import (
    AuditLineView,
    AuditPage,
    DeadLettersPage,
    DeadLetterView,
    EraseTenant,
    EraseView,
    EventView,
    ExportAudit,
    ExportTenant,
    FindAnything,
    FindAudit,
    FindDeadLetters,
    FindFlags,
    FindTenants,
    FlagsView,
    FlagView,
    FoundPage,
    FoundView,
    GetQueues,
    GetStatus,
    GetTenant,
    GetTimeline,
    HealthView,
    NoticeView,
    QueuesView,
    QueueView,
    ReplayDeadLetter,
    SetFlag,
    SetNotice,
    StatusView,
    TenantsPage,
    TenantView,
    TimelineView,
    VerificationView,
    VerifyAudit,
)
from rt.contracts.authz import (
    ChangeRole,
    ConfirmIdentity,
    DisableUser,
    EnableUser,
    FindIdentityWishes,
    FindUsers,
    GetIdentity,
    GetOrganization,
    IdentitiesPage,
    IdentityChangeView,
    IdentityView,
    IdentityWishView,
    InviteUser,
    Login,
    OrganizationView,
    RefuseIdentity,
    ResumeOrganization,
    SuspendOrganization,
    TokensView,
    UsersPage,
    UserView,
    WhoAmI,
    WhoView,
)
from rt.contracts.notifications import MessagesPage, MessageView, ReadMailbox, ReplayMessage
from rt.kernel.core.errors import NotFound
from rt.kernel.model.messages import Command, Download, Empty, Query
from rt.kernel.service.service import Unit, serve
from rt.kernel.web.openapi import openapi
from rt.portals.backoffice.app import build

ORIGIN = "http://admin.localhost"
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Monday, 08:00 in France."""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ORDER = "ord_7d1f0c22ab"
RIGHTS = [
    f"{unit}.{level}"
    for unit in ("admin_gateway", "authz", "notifications")
    for level in ("read", "write", "admin")
]
HTML = (
    "<!doctype html><html><head><title>Offre</title></head><body><h1>Une offre de transport</h1>"
    '<p><a href="http://transporter.localhost:8080/l/tok/tender/ord_1">Répondre</a></p></body></html>'
)


class Town:
    """Answers messages as the services would; remembers what was said, with which key."""

    def __init__(self, rights: list[str] | None = None) -> None:
        self.said: list[Any] = []
        self.keys: list[str] = []
        self.rights = RIGHTS if rights is None else rights
        self.answers: dict[type, Any] = answers()

    def connect(self, token: str) -> "Voice":
        return Voice(self)

    def heard(self, kind: type) -> Any:
        """The latest word of this kind."""
        return next(message for message in reversed(self.said) if isinstance(message, kind))


class Voice:
    """The way to the services."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def ask(self, message: Any, /, *, key: str = "", version: int | None = None) -> Any:
        self.town.said.append(message)
        self.town.keys.append(key)
        if isinstance(message, WhoAmI):
            return who(self.town.rights)
        if type(message).__name__ == "GetSpecification":
            return specification(type(message).__module__)
        answer = self.town.answers.get(type(message), NotFound())
        answer = answer(message) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


async def _never(asked: Any) -> Any:
    raise NotFound


def specification(contract: str) -> Download:
    """What the palette unit would answer at openapi.json; no other unit answers."""
    if contract != palette.__name__:
        raise NotFound
    contract = [
        thing
        for thing in vars(palette).values()
        if isinstance(thing, type) and issubclass(thing, (Query, Command)) and hasattr(thing, "shape")
    ]
    unit = Unit(name="palette", serves=[serve(message, _never) for message in contract])
    content = msgspec.json.encode(openapi(unit, "/api/palettes"))
    return Download(content=content, media_type="application/json", filename="")


def who(rights: list[str]) -> WhoView:
    return WhoView(
        user_id="usr_sophie0001",
        email="admin@rt-technologie.example",
        name="Sophie Renard",
        language="fr",
        organization_id="org_operator",
        organization_name="RT-Technologie",
        role="platform_admin",
        rights=rights,
        memberships=[],
        mfa=True,
        session_id="ses_1",
    )


def organization(organization_id: str = "org_monts0001", **changed: Any) -> OrganizationView:
    told: dict[str, Any] = {
        "id": organization_id,
        "name": "Laiterie des Monts",
        "kind": "shipper",
        "country": "FR",
        "siret": "73282932000074",
        "vat": "FR44732829320",
        "email": "camille@laiterie-monts.example",
        "phone": "+33 4 74 00 00 00",
        "language": "fr",
        "guest": False,
        "suspended": False,
    }
    return OrganizationView(**(told | changed))


WISHED = IdentityView(
    organization_id="org_monts0001",
    organization_name="Laiterie des Monts",
    siret="40483304800022",
    vat="",
    confirmed=False,
    wish=IdentityWishView(
        siret="73282932000074",
        vat="FR44732829320",
        proof="Kbis <12>",
        asked_at=AT,
        held_by=["org_pirate0001"],
    ),
    history=[
        IdentityChangeView(
            act="declared",
            at=AT,
            by="usr_camille01",
            siret_before="",
            siret_after="40483304800022",
            vat_before="",
            vat_after="",
            reason="",
        )
    ],
)


def event(number: int, source: str, topic: str, **changed: Any) -> EventView:
    told: dict[str, Any] = {
        "event_id": f"evt_{number}",
        "source": source,
        "topic": topic,
        "at": AT + timedelta(minutes=7 * number),
        "org_id": "org_monts0001",
        "entity": "order",
        "entity_id": ORDER,
        "actor_kind": "user",
        "actor_id": "usr_camille01",
        "actor_name": "Camille Perrin",
        "trace": TRACE,
        "body": {"order": {"order_id": ORDER, "reference": "CMD-24107", "pallets": 18}},
        "change": {"before": {"state": "draft"}, "after": {"state": "confirmed"}},
    }
    return EventView(**(told | changed))


def timeline() -> TimelineView:
    return TimelineView(
        subject=ORDER,
        events=[
            event(0, "core_orders", "core_orders.order.created", change={}),
            event(1, "core_orders", "core_orders.order.confirmed"),
            event(
                2,
                "core_orders",
                "core_orders.order.tendered",
                change={
                    "before": {"state": "confirmed", "carrier_id": None},
                    "after": {"state": "tendered", "carrier_id": "org_delmas0001"},
                },
            ),
            event(
                3,
                "planning",
                "planning.tour.published",
                entity="tour",
                entity_id="tou_55aa22bb",
                org_id="org_delmas0001",
                actor_name="Karim Haddad",
                trace="0" * 31 + "1",
                change={},
            ),
            event(
                4,
                "ecpmr",
                "ecpmr.delivery.signed",
                entity="document",
                entity_id="cmr_0099aabb",
                actor_kind="link",
            ),
            event(5, "core_orders", "core_orders.order.cancelled", actor_kind="unit", actor_name=""),
        ],
        related=["cmr_0099aabb", "org_delmas0001", "org_monts0001", "tou_55aa22bb", "usr_camille01"],
        units=["core_orders", "planning", "ecpmr"],
    )


def health(unit: str, state: Any, **changed: Any) -> HealthView:
    built = state != "not_built"
    told: dict[str, Any] = {
        "unit": unit,
        "name": unit.replace("_", "-"),
        "state": state,
        "since": AT,
        "checked_at": AT,
        "milliseconds": 4.2 if built else None,
        "availability_24h": 0.9987 if built else None,
    }
    return HealthView(**(told | changed))


def status(**changed: Any) -> StatusView:
    up = ("admin_gateway", "authz", "core_orders", "notifications", "planning", "ecpmr", "palette")
    rest = ("tms_sync", "vigilance", "affret_ia", "training", "storage_market", "pricing_grids", "bourse")
    told: dict[str, Any] = {
        "state": "degraded",
        "units": [
            *(health(unit, "up") for unit in up),
            health("tracking_ia", "down", milliseconds=None, availability_24h=0.962),
            *(health(unit, "not_built") for unit in (*rest, "wms_sync", "erp_sync")),
        ],
    }
    return StatusView(**(told | changed))


def letter(number: int, state: Any = "dead") -> DeadLetterView:
    return DeadLetterView(
        dead_letter_id=f"let_{number}",
        unit="palette",
        subscription="book",
        topic="ecpmr.delivery.signed",
        entity_id="cmr_0099aabb",
        org_id="org_monts0001",
        reason="KeyError: 'EUR3'",
        tries=12 if state == "dead" else 2,
        state=state,
        put_aside_at=AT - timedelta(hours=3),
        next_try_at=AT + timedelta(minutes=4),
        trace=TRACE,
    )


def line(seq: int, did: str = "core_orders.order.confirmed") -> AuditLineView:
    return AuditLineView(
        event_id=f"evt_{seq}",
        partition="core_orders.3",
        seq=seq,
        at=AT,
        org_id="org_monts0001",
        actor_kind="user",
        actor_id="usr_camille01",
        actor_name="Camille Perrin",
        did=did,
        entity="order",
        entity_id=ORDER,
        trace=TRACE,
        before={"state": "draft", "note": "<script>alert(1)</script>"},
        after={"state": "confirmed", "note": ""},
        hash="9f86d081884c7d659a2feaa0c55ad015",
    )


def mail(message_id: str = "msg_1", **changed: Any) -> MessageView:
    told: dict[str, Any] = {
        "message_id": message_id,
        "topic": "core_orders.order.tendered",
        "channel": "email",
        "to": "karim@transports-delmas.example",
        "subject": "Offre CMD-24107 : Bourg-en-Bresse → Vénissieux",
        "text": "Bonjour Karim,\n\nLaiterie des Monts vous propose un transport.",
        "html": HTML,
        "links": ["http://transporter.localhost:8080/l/tok/tender/ord_1"],
        "language": "fr",
        "state": "sent",
        "provider": "mailbox",
        "tries": 1,
        "error": "",
        "object_id": ORDER,
        "order_id": ORDER,
        "at": AT,
        "sent_at": AT,
        "trace": TRACE,
    }
    return MessageView(**(told | changed))


def flag(name: str, on: bool, **changed: Any) -> FlagView:
    told = {"description": "La vue des quais par heure", "organizations": [], "roles": [], "version": 1}
    return FlagView(name=name, on=on, **(told | changed))


def user(name: str, state: Any, user_id: str) -> UserView:
    return UserView(
        user_id=user_id,
        email=f"{name.lower()}@rt-technologie.example",
        name=name,
        role="platform_admin",
        state=state,
        mfa=state == "active",
        joined_at=AT,
    )


def answers() -> dict[type, Any]:
    """One ordinary morning at the platform."""
    return {
        Login: TokensView(
            access_token="access",
            refresh_token="refresh",
            expires_at=AT + timedelta(days=365),
            organization_id="org_operator",
        ),
        GetStatus: status(),
        GetQueues: QueuesView(
            items=[
                QueueView(unit="core_orders", behind=0, dead_letters=0, timers=4),
                QueueView(unit="palette", behind=3, dead_letters=2, timers=0),
            ]
        ),
        FindDeadLetters: lambda message: DeadLettersPage(
            items=[one for one in (letter(1), letter(2, "waiting")) if message.state in (None, one.state)],
            dead=251,
            waiting=1,
            next="let_2" if not message.after else "",
        ),
        ReplayDeadLetter: Empty(),
        FindAnything: FoundPage(
            items=[
                FoundView(
                    subject=ORDER, entity="order", org_id="org_monts0001", label="CMD-24107", last_at=AT
                ),
                FoundView(
                    subject="cmr_0099aabb",
                    entity="document",
                    org_id="org_monts0001",
                    label="LV-2026-000107",
                    last_at=AT,
                ),
            ]
        ),
        GetTimeline: timeline(),
        GetOrganization: lambda message: organization(message.organization_id),
        GetTenant: lambda message: TenantView(
            organization_id=message.organization_id,
            name="Laiterie des Monts",
            kind="shipper",
            guest=False,
            suspended=False,
            objects={"core_orders_orders": 1240, "ecpmr_documents": 880, "palette_vouchers": 0},
            counted_at=AT,
        ),
        FindTenants: TenantsPage(
            items=[
                TenantView(
                    organization_id="org_monts0001",
                    name="Laiterie des Monts",
                    kind="shipper",
                    guest=False,
                    suspended=False,
                    objects={"core_orders_orders": 1240, "ecpmr_documents": 880, "palette_vouchers": 0},
                    counted_at=AT,
                ),
                TenantView(
                    organization_id="org_delmas0001",
                    name="Transports Delmas",
                    kind="carrier",
                    guest=True,
                    suspended=True,
                    objects={},
                ),
            ],
            next="cursor",
        ),
        FindIdentityWishes: IdentitiesPage(items=[WISHED]),
        GetIdentity: WISHED,
        ConfirmIdentity: WISHED,
        RefuseIdentity: WISHED,
        SuspendOrganization: lambda message: organization(suspended=True),
        ResumeOrganization: lambda message: organization(),
        ExportTenant: Download(content=b"{}\n", media_type="application/octet-stream", filename="org.jsonl"),
        EraseTenant: EraseView(
            organization_id="org_monts0001",
            removed={"core_orders_orders": 1240, "palette_vouchers": 0},
            left=0,
        ),
        FindUsers: UsersPage(
            items=[
                user("Sophie", "active", "usr_sophie0001"),
                user("Hugo", "invited", "usr_hugo000001"),
                user("Inès", "disabled", "usr_ines000001"),
            ]
        ),
        InviteUser: user("Hugo", "invited", "usr_hugo000001"),
        ChangeRole: user("Hugo", "active", "usr_hugo000001"),
        DisableUser: user("Hugo", "disabled", "usr_hugo000001"),
        EnableUser: user("Hugo", "active", "usr_hugo000001"),
        FindAudit: AuditPage(items=[line(42), line(41, "authz.organization.suspended")], next="a-cursor"),
        ExportAudit: Download(content=b"seq,at\r\n", media_type="text/csv", filename="audit.csv"),
        VerifyAudit: VerificationView(intact=True, lines=42, unsealed=2, broken=[], vouched=40),
        ReadMailbox: MessagesPage(
            items=[
                mail(),
                mail("msg_2", state="dead", error="550 mailbox unavailable"),
                mail("msg_3", channel="sms", html="", subject="", to="+33612345678", text="Code 123456"),
            ]
        ),
        ReplayMessage: mail("msg_2"),
        FindFlags: FlagsView(
            items=[
                flag("dock_view", True, organizations=["org_monts0001"], roles=["dispatcher"]),
                flag("new_search", False),
            ]
        ),
        SetFlag: flag("dock_view", False),
        SetNotice: lambda message: NoticeView(fr=message.fr, en=message.en),
    }


def browser(town: Town) -> httpx.AsyncClient:
    app = build(connect=town.connect, secret="s" * 32, secure=False)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"accept": "text/html"})


def token_of(html: str) -> str:
    return html.split('name="rt-token" content="')[1].split('"')[0]


async def signed_in(town: Town) -> tuple[httpx.AsyncClient, str]:
    """An administrator's browser and the token that its forms carry."""
    client = browser(town)
    page = await client.get("/login")
    typed = {"email": "admin@rt-technologie.example", "password": "quai", "_csrf": token_of(page.text)}
    await client.post("/login", data=typed)
    home = await client.get("/")
    return client, token_of(home.text)
