"""A shipper's browser before services that answer at once: typed views, no network."""

from datetime import timedelta
from typing import Any

import httpx
from msgspec.structs import replace
from tests.portals.front_page import knock
from tests.portals.industry import make
from tests.portals.industry.make import view

from rt.contracts.authz import (
    FindOrganizations,
    FindPartners,
    FindSessions,
    FindUsers,
    GetOrganization,
    Login,
    OrganizationsPage,
    OrganizationView,
    TokensView,
    UsersPage,
    WhoAmI,
    WhoView,
)
from rt.contracts.authz.sessions import SessionsView
from rt.contracts.core_orders import (
    BoundView,
    ClaimView,
    CountOrders,
    DeadlineView,
    DutyView,
    EstimateClaim,
    ExportOrders,
    FindOrders,
    FindTemplates,
    GetDeliveryDuty,
    GetImport,
    GetOrder,
    ImportView,
    LawView,
    LetterView,
    OrderCounts,
    OrdersPage,
    TemplatesPage,
)
from rt.contracts.ecpmr import (
    DocumentsPage,
    DocumentView,
    FindDocuments,
    GetDocument,
    GetPdf,
    VerificationView,
    VerifyDocument,
)
from rt.contracts.notifications import FindMessages, FindPreferences, MessagesPage, PreferencesView
from rt.contracts.palette import (
    BalancesView,
    FindMovements,
    FindPolicies,
    FindStatements,
    FindVouchers,
    GetBalances,
    GetMovement,
    GetPolicy,
    GetStatement,
    GetVoucher,
    MovementsPage,
    MovementView,
    PoliciesView,
    PolicyView,
    StatementsPage,
    StatementView,
    VouchersPage,
    VoucherView,
)
from rt.contracts.planning import (
    DocksPage,
    FindDocks,
    FindOpenings,
    FindSlots,
    FreeSlotsView,
    GetDock,
    SlotsPage,
)
from rt.contracts.tracking_ia import FindEtas, GetTrack, TrackView
from rt.kernel.core.errors import NotFound
from rt.kernel.model.messages import Download
from rt.portals.industry.app import build

ORIGIN = "http://industry.localhost"
UNITS = ("core_orders", "planning", "ecpmr", "tracking_ia", "palette", "authz", "notifications")
RIGHTS = [f"{unit}.{level}" for unit in UNITS for level in ("read", "write")]


class Town:
    """Answers messages as the services would; remembers what was said, with which key and version."""

    def __init__(self, rights: list[str] | None = None) -> None:
        self.said: list[Any] = []
        self.keys: list[str] = []
        self.versions: list[int | None] = []
        self.rights = RIGHTS if rights is None else rights
        self.answers: dict[type, Any] = answers()

    def connect(self, token: str) -> "Voice":
        return Voice(self)

    def heard(self, kind: type) -> Any:
        """The latest word of this kind."""
        return next(message for message in reversed(self.said) if isinstance(message, kind))


class Voice:
    """One person's way to the services."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def ask(self, message: Any, /, *, key: str = "", version: int | None = None) -> Any:
        self.town.said.append(message)
        self.town.keys.append(key)
        self.town.versions.append(version)
        if isinstance(message, WhoAmI):
            return who(self.town.rights)
        if not isinstance(message, Login):
            knock(message, self.town.rights, version)
        answer = self.town.answers.get(type(message), NotFound())
        answer = answer(message) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def who(rights: list[str]) -> WhoView:
    return view(
        WhoView, name="Camille Perrin", organization_id=make.ME, rights=rights, memberships=[], language="fr"
    )


STANDING = (("at_delivery", "met"), ("reserves", "passed"), ("lawsuit", "open"))
"""Deadlines of a claim and how each stands."""


def partner(kind: str, **said: Any) -> OrganizationView:
    told = {"id": f"org_{kind}", "name": f"Maison {kind}", "kind": kind, "suspended": False}
    return view(OrganizationView, **(told | said))


def estimate() -> ClaimView:
    """What an incident may cost, with a deadline and a letter."""
    return view(
        ClaimView,
        harm="loss",
        law=view(LawView, regime="cmr"),
        bounds=[view(BoundView, code="per_kg"), view(BoundView, code="loss")],
        refund=view(BoundView, code="price"),
        deadlines=[view(DeadlineView, code=code, state=state) for code, state in STANDING],
        letters=[view(LetterView, language=one, body=["Bonjour,"]) for one in ("fr", "en")],
    )


def answers() -> dict[type, Any]:
    """One day at a shipper's."""
    rows = [
        make.row(),
        make.row("in_transit", order_id="ord_2", reference="D26-0041"),
        make.row("draft", order_id="ord_3", reference="D26-0001"),
    ]
    guest = partner("carrier", guest=True)
    return {
        Login: view(
            TokensView,
            access_token="access",
            refresh_token="refresh",
            organization_id=make.ME,
            expires_at=make.AT + timedelta(days=365),
        ),
        CountOrders: OrderCounts(states={"draft": 3, "confirmed": 2, "in_transit": 1}, incident=1, total=6),
        FindOrders: lambda message: OrdersPage(
            items=[make.row(order_id=one) for one in message.order_ids]
            or [r for r in rows if wanted(message, r)],
            next="",
        ),
        ExportOrders: Download(content=b"ref", media_type="text/csv", filename="commandes.csv"),
        GetOrder: lambda message: make.order(order_id=message.order_id, tenders=[make.tender("refused")]),
        FindTemplates: view(TemplatesPage),
        GetImport: view(ImportView, import_id="imp_1", filename="semaine 48.csv"),
        GetDeliveryDuty: view(
            DutyView, legal_on=make.DAY, limit_at=make.AT, delivery="expected_late", tell_by=make.AT
        ),
        EstimateClaim: estimate(),
        FindDocuments: view(DocumentsPage, next=""),
        GetDocument: lambda message: replace(view(DocumentView), document_id=message.document_id),
        GetPdf: Download(content=b"%PDF", media_type="application/pdf", filename="lv.pdf"),
        VerifyDocument: view(VerificationView, intact=True),
        FindMessages: view(MessagesPage),
        FindPreferences: view(PreferencesView),
        GetTrack: view(TrackView, etas=make.etas(0.8).items),
        FindEtas: make.etas(0.1),
        FindDocks: DocksPage(items=[make.dock()]),
        GetDock: lambda message: make.dock(dock_id=message.dock_id),
        FindOpenings: view(FreeSlotsView),
        FindSlots: SlotsPage(items=[make.slot()]),
        GetBalances: view(BalancesView),
        FindMovements: view(MovementsPage),
        GetMovement: view(MovementView),
        FindPolicies: view(PoliciesView),
        GetPolicy: view(PolicyView),
        FindVouchers: view(VouchersPage),
        GetVoucher: view(VoucherView),
        FindStatements: view(StatementsPage),
        GetStatement: view(StatementView, state="open", partner_id=make.ME),
        FindPartners: lambda message: OrganizationsPage(
            items=[guest] if message.kind in ("", "carrier") else []
        ),
        FindOrganizations: OrganizationsPage(items=[partner("carrier", guest=False)]),
        FindUsers: view(UsersPage),
        GetOrganization: view(OrganizationView, id=make.ME, name="Laiterie des Monts", version=5),
        FindSessions: view(SessionsView),
    }


def wanted(message: FindOrders, row: Any) -> bool:
    """Whether a row answers the question."""
    states = message.state.split(",") if message.state else [row.state]
    return row.state in states and (message.incident is None or row.incident_open is message.incident)


def browser(town: Town) -> httpx.AsyncClient:
    app = build(connect=town.connect, secret="s" * 32, secure=False)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"accept": "text/html"})


def token_of(html: str) -> str:
    return html.split('name="rt-token" content="')[1].split('"')[0]


async def signed_in(town: Town) -> tuple[httpx.AsyncClient, dict[str, str]]:
    """A dispatcher's browser and what its forms carry unseen."""
    client = browser(town)
    page = await client.get("/login")
    typed = {"email": "camille@laiterie-monts.example", "password": "quai", "_csrf": token_of(page.text)}
    await client.post("/login", data=typed)
    home = await client.get("/settings")
    return client, {"_csrf": token_of(home.text), "_key": "k" * 32}
