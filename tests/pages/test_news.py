"""What the platform tells everybody stands above pages, is put away one by one, and never holds a page up."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from rt.contracts.admin_gateway import (
    AnnouncementsView,
    AnnouncementView,
    GetAnnouncements,
    GetHistory,
    GetNews,
    GetStatus,
    GetSupport,
    HealthView,
    HistoryView,
    NewsView,
    PublicOutageView,
    PublicWindowView,
    StatusView,
    SupportLevelView,
    SupportView,
    UnitHistoryView,
    UpdateView,
)
from rt.kernel.core.errors import NotFound, Unavailable
from rt.pages import news
from rt.pages.portal import portal_app
from rt.pages.status import bars, in_words
from rt.ui.pages import Page
from rt.ui.portal import Portal
from rt.ui.visit import Visit, page

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 12, 6, 2, 0, tzinfo=UTC), datetime(2026, 12, 6, 6, 0, tzinfo=UTC)
WINDOW = AnnouncementView(
    notice_id="win_0001",
    kind="window",
    fr="Mise à jour de la base.",
    en="Database update.",
    starts_at=STARTS,
    ends_at=ENDS,
)
OUTAGE = AnnouncementView(
    notice_id="inc_0001", kind="incident", fr="Commandes lentes.", en="Slow orders.", severity="p1"
)
AS_BROWSER = {"accept": "text/html"}


class Gateway:
    """Answers what it is given; `hold` keeps everybody waiting."""

    def __init__(self, *told: AnnouncementView) -> None:
        self.answers: dict[type, Any] = {GetAnnouncements: AnnouncementsView(items=list(told))}
        self.hold: asyncio.Event | None = None
        self.asked: list[str] = []

    def connect(self, token: str) -> "Gateway":
        return self

    async def ask(self, message: Any, /, *, key: str = "", version: int | None = None) -> Any:
        self.asked.append(type(message).__name__)
        if self.hold is not None:
            await self.hold.wait()
        answer = self.answers.get(type(message), NotFound())
        if isinstance(answer, Exception):
            raise answer
        return answer


class Plain(Page):
    """A page with nothing on it."""

    template = "ui/pages/offline.html"


async def plain(visit: Visit) -> Page:
    return Plain(title="Accueil")


def browser(gateway: Gateway, tmp_path: Path, **more: Any) -> httpx.AsyncClient:
    routes = [page("/", plain, anyone=True), page("/orders", plain, anyone=True)]
    made = Portal(name="industry", title="Chargeur", folder=tmp_path, pages=routes, **more)
    app = portal_app(made, connect=gateway.connect, secret="s" * 40, secure=False)
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://industry.localhost", headers=AS_BROWSER)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "PATIENCE_S", 0.05)


async def test_a_window_stands_above_every_page_in_both_languages(tmp_path: Path) -> None:
    async with browser(Gateway(WINDOW, OUTAGE), tmp_path) as client:
        french = (await client.get("/")).text
        english = (await client.get("/orders?lang=en")).text
        part = (await client.get("/", headers={"hx-request": "true"})).text
    assert "Maintenance prévue · <time" in french
    assert "03:00–07:00" in french
    assert "heure de Paris" in french
    assert "Mise à jour de la base." in french
    assert french.index("Commandes lentes.") > french.index("Mise à jour de la base.")
    assert "Slow orders." in english
    assert 'datetime="2026-12-06T02:00:00+00:00"' in english
    assert "notice news" not in part


async def test_it_is_asked_once_for_many_pages(tmp_path: Path) -> None:
    gateway = Gateway(WINDOW)
    async with browser(gateway, tmp_path) as client:
        for _ in range(5):
            await client.get("/")
            await asyncio.sleep(0)
    assert gateway.asked == ["GetAnnouncements"]


async def test_one_is_put_away_without_script_and_the_other_stays(tmp_path: Path) -> None:
    async with browser(Gateway(WINDOW, OUTAGE), tmp_path) as client:
        shown = (await client.get("/orders?q=a")).text
        token = shown.partition('name="rt-token" content="')[2].partition('"')[0]
        form = {"_csrf": token, "back": "/orders?q=a"}
        forged = await client.post("/news/win_0001/dismiss", data={"back": "/"})
        odd = await client.post("/news/..%2f/dismiss", data=form)
        away = await client.post("/news/win_0001/dismiss", data=form)
        out = await client.post("/news/inc_0002/dismiss", data=form | {"back": "//evil.example"})
        left = (await client.get("/orders")).text
    assert (forged.status_code, odd.status_code) == (403, 404)
    assert 'value="/orders?q=a"' in shown
    assert (away.status_code, away.headers["location"]) == (303, "/orders?q=a")
    assert "HttpOnly" in away.headers["set-cookie"]
    assert out.headers["location"] == "/"
    assert "Mise à jour de la base." not in left
    assert "Commandes lentes." in left


@pytest.mark.parametrize("fault", [Unavailable(), KeyError("a fault of ours")])
async def test_a_page_is_whole_when_the_gateway_is_away(tmp_path: Path, fault: Exception) -> None:
    gateway = Gateway()
    gateway.answers[GetAnnouncements] = fault
    async with browser(gateway, tmp_path) as client:
        for _ in range(3):
            answer = await client.get("/")
            assert answer.status_code == 200
            assert 'class="notice news' not in answer.text
    assert gateway.asked == ["GetAnnouncements"]


async def test_a_page_does_not_wait_for_a_gateway_that_does_not_answer(tmp_path: Path) -> None:
    gateway = Gateway(WINDOW)
    gateway.hold = asyncio.Event()
    async with browser(gateway, tmp_path) as client:
        early = (await client.get("/")).text
        gateway.hold.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        later = (await client.get("/")).text
    assert "Mise à jour" not in early
    assert "Mise à jour" in later


async def test_the_status_page_is_open_in_every_portal(tmp_path: Path) -> None:
    gateway = Gateway()
    health = HealthView(
        unit="core_orders",
        name="core-orders",
        state="up",
        since=AT,
        checked_at=AT,
        milliseconds=12.4,
        availability_24h=0.998,
    )
    gateway.answers |= {
        GetStatus: StatusView(state="up", units=[health]),
        GetHistory: HistoryView(
            first_day=AT.date(),
            units=[UnitHistoryView(unit="core_orders", days=[None, 1.0, 0.97, 0.5] + [1.0] * 86)],
        ),
        GetNews: NewsView(
            windows=[
                PublicWindowView(
                    window_id="win_0001",
                    kind="regular",
                    state="announced",
                    starts_at=STARTS,
                    ends_at=ENDS,
                    fr="Mise à jour de la base.",
                    en="Database update.",
                    units=["core_orders"],
                )
            ],
            incidents=[
                PublicOutageView(
                    incident_id="inc_0001",
                    severity="p1",
                    state="acknowledged",
                    title_fr="Commandes <lentes>",
                    title_en="Slow orders",
                    units=[],
                    updates=[UpdateView(at=AT, fr="Cause trouvée.", en="Cause found.")],
                    opened_at=AT,
                    resolved_at=None,
                )
            ],
        ),
        GetSupport: SupportView(
            levels=[
                SupportLevelView(
                    level="l2",
                    since=AT.date(),
                    address="tech@rt-technologie.com",
                    always=False,
                    answer_minutes=240,
                    answer_by=ENDS,
                )
            ]
        ),
    }
    async with browser(gateway, tmp_path) as client:
        french = (await client.get("/status")).text
        english = (await client.get("/status?lang=en")).text
    for contract in ("Commandes &lt;lentes&gt;", "Cause trouvée.", "Toute la plateforme", "4\u00a0h\u00a000"):
        assert contract in french
    for contract in ("Slow orders", "Cause found.", "Critical", "Database update.", "99.40% over 90 days"):
        assert contract in english
    assert len(french.encode()) < 60_000


async def test_the_status_page_says_so_when_nothing_answers(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.answers.clear()
    async with browser(gateway, tmp_path) as client:
        answer = await client.get("/status")
    assert answer.status_code == 200
    assert "État inconnu" in answer.text


def test_a_day_is_drawn_and_said() -> None:
    drawn = dict(bars([None, 1.0, 0.97, 0.5]))
    assert set(drawn) == {"idle", "ok", "warn", "bad"}
    assert drawn["bad"].startswith("M12 ")
    said = in_words([None, 1.0, 0.97, 0.5], AT.date())
    assert said.index("26 nov. 2026") < said.index("25 nov. 2026")
    assert in_words([None], AT.date()) == "Rien n'est encore connu."
