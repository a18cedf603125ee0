"""A carrier's browser before services that answer at once: typed views, no network."""

from datetime import timedelta
from typing import Any

import httpx
from tests.portals.door import knock
from tests.portals.transporter import make

from rt.contracts.admin_gateway import GetToldToAll
from rt.contracts.authz import (
    FindSessions,
    FindUsers,
    GetOrganization,
    Login,
    OrganizationView,
    TokensView,
    UsersPage,
    UserView,
    WhoAmI,
    WhoView,
)
from rt.contracts.authz.sessions import SessionsView, SessionView
from rt.contracts.core_orders import (
    CountOrders,
    FindOrders,
    GetOrder,
    OrderCounts,
    OrdersPage,
)
from rt.contracts.ecpmr import DocumentsPage, FindDocuments
from rt.contracts.palette import (
    BalancesView,
    FindMovements,
    FindPolicies,
    FindStatements,
    FindVouchers,
    GetBalances,
    GetMovement,
    GetStatement,
    GetVoucher,
    MovementsPage,
    PoliciesView,
    StatementsPage,
    VouchersPage,
)
from rt.contracts.planning import (
    CheckAssignment,
    CheckView,
    DayCounts,
    DayView,
    DriversPage,
    FindDrivers,
    FindFits,
    FindFreeSlots,
    FindJobs,
    FindSlots,
    FindVehicles,
    FitsView,
    FitView,
    FreeSlotsView,
    GetDriver,
    GetJob,
    GetJobOfOrder,
    GetOptimisedPlan,
    GetPlan,
    GetSlot,
    GetTour,
    GetVehicle,
    JobsPage,
    LeftOverView,
    OptimisedPlanView,
    SlotsPage,
    VehiclesPage,
)
from rt.contracts.tracking_ia import (
    AddDevice,
    AppsView,
    AppView,
    DevicesView,
    FindApps,
    FindDevices,
    FleetPositions,
    FleetView,
    GetTrack,
    TrackPoint,
    TrackView,
)
from rt.kernel.errors import NotFound
from rt.portals.transporter.app import build

ORIGIN = "http://transporter.localhost"
UNITS = ("core_orders", "planning", "ecpmr", "tracking_ia", "palette", "authz")
RIGHTS = ["authz.partner", *(f"{unit}.{level}" for unit in UNITS for level in ("read", "write"))]

LINKED = {"accept_tender": "ord_1", "book_slot": "ord_1", "answer_statement": "sta_1"}
"""What the link of these tests opens, by its scope."""


class Town:
    """Answers words as the services would; remembers what was said, with which key and version."""

    def __init__(self, rights: list[str] | None = None) -> None:
        self.said: list[Any] = []
        self.keys: list[str] = []
        self.versions: list[int | None] = []
        self.tokens: list[str] = []
        self.rights = RIGHTS if rights is None else rights
        self.answers: dict[type, Any] = answers()

    def connect(self, token: str) -> "Voice":
        return Voice(self, token)

    def heard(self, kind: type) -> Any:
        """The latest word of this kind."""
        return next(word for word in reversed(self.said) if isinstance(word, kind))


class Voice:
    """One person's way to the services."""

    def __init__(self, town: Town, token: str) -> None:
        self.town, self.token = town, token

    async def ask(self, word: Any, /, *, key: str = "", version: int | None = None) -> Any:
        if isinstance(word, GetToldToAll):  # asked beside the pages, in nobody's name
            raise NotFound
        self.town.said.append(word)
        self.town.keys.append(key)
        self.town.versions.append(version)
        self.town.tokens.append(self.token)
        if isinstance(word, WhoAmI):
            return who(self.town.rights)
        by_link = self.token == "tok"
        knock(word, self.town.rights if self.token else [], version, LINKED if by_link else None)
        answer = self.town.answers.get(type(word), NotFound())
        answer = answer(word) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def who(rights: list[str]) -> WhoView:
    return WhoView(
        user_id="usr_karim",
        email="karim@transports-delmas.example",
        name="Karim Haddad",
        language="fr",
        organization_id="org_delmas",
        organization_name="Transports Delmas",
        role="dispatcher",
        rights=rights,
        memberships=[],
        mfa=False,
        session_id="ses_1",
    )


def member(name: str, role: Any, state: Any) -> UserView:
    return UserView(
        user_id=f"usr_{name.lower()}",
        email=f"{name.lower()}@transports-delmas.example",
        name=name,
        role=role,
        state=state,
        mfa=False,
        joined_at=make.AT,
    )


def answers() -> dict[type, Any]:
    """One full day at a carrier's."""
    busy = make.tour("published", "tou_2", vehicle_id="veh_2", plate="CD-456-EF", driver="Thomas Girard")
    fits = [
        FitView(
            vehicle_id="veh_1",
            vehicle_plate="AB-123-CD",
            driver_id="drv_1",
            driver_name="Lucie Martin",
            tour_id="tou_1",
            tour_version=3,
            pickup_position=1,
            delivery_position=3,
            added_km=18.4,
            added_minutes=47,
            feasible=True,
            conflicts=[],
        ),
        FitView(
            vehicle_id="veh_2",
            vehicle_plate="CD-456-EF",
            driver_id="drv_2",
            driver_name="Thomas Girard",
            tour_id="",
            tour_version=0,
            pickup_position=0,
            delivery_position=1,
            added_km=96,
            added_minutes=190,
            feasible=False,
            conflicts=[make.CONFLICT],
        ),
    ]
    return {
        Login: TokensView(
            access_token="access",
            refresh_token="refresh",
            expires_at=make.AT + timedelta(days=365),
            organization_id="org_delmas",
        ),
        CountOrders: OrderCounts(
            states={"tendered": 2, "assigned": 3, "in_transit": 1, "delivered": 4}, incident=1, total=10
        ),
        FindOrders: OrdersPage(
            items=[
                make.row(),
                make.row("assigned", order_id="ord_2", reference="CMD-24108"),
                make.row("in_transit", order_id="ord_3", reference="CMD-24102", incident_open=True),
            ],
            next="cursor",
        ),
        GetOrder: lambda word: make.order(order_id=word.order_id),
        FindDocuments: DocumentsPage(items=[make.note()]),
        FindJobs: JobsPage(items=[make.job()]),
        GetJob: lambda word: make.job(word.job_id),
        GetJobOfOrder: make.job(),
        FindSlots: SlotsPage(items=[make.slot()]),
        GetSlot: make.slot(),
        FindFreeSlots: FreeSlotsView(
            day=make.DAY, items=[make.free(1), make.free(2)], instructions="", next_free_day=None
        ),
        GetTrack: TrackView(
            order_id="ord_1",
            reference="CMD-24107",
            phase="in_transit",
            vehicle_plate="AB-123-CD",
            driver_name="Lucie Martin",
            points=[
                TrackPoint(at=make.AT, latitude=46.2 - n / 20, longitude=5.22, speed_kmh=70, heading_deg=180)
                for n in range(5)
            ],
            stops=[],
            etas=[make.eta(0.7)],
            driven_km=48,
            fix_at=make.AT,
            old=False,
        ),
        FindDevices: DevicesView(items=[make.device(), make.device("dev_2", trouble=None)], next="cursor"),
        FindApps: AppsView(
            items=[AppView(driver_user_id="usr_1", driver_name="Lucie Martin", trouble=make.trouble())]
        ),
        AddDevice: make.device(key="kEy-shown-once", trouble=None),
        FleetPositions: FleetView(items=[make.truck(), make.truck(tour_id="tou_2", old=True)]),
        GetPlan: DayView(
            day=make.DAY,
            vehicles=[make.vehicle(), make.vehicle("veh_2", "CD-456-EF"), make.vehicle("veh_3", "GH-789-IJ")],
            drivers=[make.driver(), make.driver("drv_2", "Thomas Girard")],
            tours=[make.tour(), busy],
            unplanned=[make.job(), make.job("job_3", "CMD-24110")],
            counts=DayCounts(vehicles=3, drivers=2, tours=2, unplanned=2),
            driving_bans=["Poids lourds de plus de 7,5 t : de samedi 22:00 à dimanche 22:00."],
        ),
        GetTour: make.tour(),
        FindFits: FitsView(items=fits, against=[], complete=True),
        CheckAssignment: CheckView(
            feasible=False, conflicts=[make.CONFLICT], added_km=12, added_minutes=40, tour=make.tour()
        ),
        GetOptimisedPlan: OptimisedPlanView(
            plan_id="pla_1",
            day=make.DAY,
            days=2,
            state="proposed",
            lost_to="",
            progress=1,
            asked_at=make.AT,
            version=4,
            beyond=0,
            tours=[make.tour(tour_id="prop_1"), busy],
            left_over=[LeftOverView(job_id="job_3", reference="CMD-24110", reasons=[make.CONFLICT])],
            distance_km=428,
            driving_hours=6.5,
            working_hours=11.2,
            assigned=6,
            seconds=4.9,
            violations=0,
        ),
        GetVehicle: lambda word: make.vehicle(word.vehicle_id),
        GetDriver: lambda word: make.driver(word.driver_id),
        FindVehicles: VehiclesPage(items=[make.vehicle(), make.vehicle("veh_2", "CD-456-EF")]),
        FindDrivers: DriversPage(items=[make.driver(), make.driver("drv_2", "Thomas Girard", "usr_9")]),
        GetBalances: BalancesView(items=[make.balance()], as_of=make.AT),
        FindMovements: MovementsPage(items=[make.movement()], next=""),
        GetMovement: make.movement(),
        FindPolicies: PoliciesView(items=[make.policy()]),
        FindVouchers: VouchersPage(items=[make.voucher()], next=""),
        GetVoucher: make.voucher(),
        FindStatements: StatementsPage(items=[make.statement()], next=""),
        GetStatement: make.statement(),
        FindUsers: UsersPage(
            items=[
                member("Karim", "dispatcher", "active"),
                member("Lucie", "driver", "invited"),
                member("Denis", "viewer", "disabled"),
            ]
        ),
        GetOrganization: OrganizationView(
            id="org_delmas",
            name="Transports Delmas",
            kind="carrier",
            country="FR",
            siret="73282932000074",
            vat="FR44732829320",
            email="exploitation@transports-delmas.example",
            phone="+33 4 72 00 00 00",
            language="fr",
            guest=False,
            suspended=False,
            version=5,
        ),
        FindSessions: SessionsView(
            items=[
                SessionView(
                    session_id=f"ses_{n}",
                    device="poste",
                    agent=agent,
                    ip="192.0.2.7",
                    begun_at=make.AT,
                    used_at=make.AT,
                    organization_id="org_delmas",
                    current=n == 1,
                )
                for n, agent in ((1, "Firefox sur Linux"), (2, "Chrome sur Android"))
            ]
        ),
    }


def browser(town: Town) -> httpx.AsyncClient:
    app = build(connect=town.connect, secret="s" * 32, secure=False)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"accept": "text/html"})


def token_of(html: str) -> str:
    return html.split('name="rt-token" content="')[1].split('"')[0]


async def signed_in(town: Town) -> tuple[httpx.AsyncClient, str]:
    """A dispatcher's browser and the token that its forms carry."""
    client = browser(town)
    page = await client.get("/login")
    typed = {"email": "karim@transports-delmas.example", "password": "quai", "_csrf": token_of(page.text)}
    await client.post("/login", data=typed)
    home = await client.get("/settings")
    return client, token_of(home.text)
