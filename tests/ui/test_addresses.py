"""Nobody is led out of a portal by an address that somebody gave them."""

from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import Response
from tests.pages.shop import PASSWORD, Town, browser, shop, token_of

from rt.ui.addresses import inside
from rt.ui.visit import Visit, page

PORTAL = "https://industry.rt.example/here"
ASTRAY = [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "/\x00/evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "/../\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    " //evil.example",
    "/" + "a" * 3000,
]


def as_browsers_read(path: str) -> str:
    """The host that a browser goes to: it drops tabs and line ends, and a backslash is a slash."""
    seen = path.strip("".join(map(chr, range(0x21)))).translate(dict.fromkeys(map(ord, "\t\n\r")))
    return urlsplit(urljoin(PORTAL, seen.replace("\\", "/"))).netloc


@pytest.mark.parametrize("path", ASTRAY)
def test_an_address_that_leads_elsewhere_is_not_followed(path: str) -> None:
    assert inside(path, "/home") == "/home"


@pytest.mark.parametrize(
    ("path", "carried"),
    [
        ("/orders?q=a b&day=2026-11-28#x", "/orders?q=a%20b&day=2026-11-28#x"),
        ("/commandes/été", "/commandes/%C3%A9t%C3%A9"),
        ("/%09/host", "/%09/host"),
        ("/€", "/%E2%82%AC"),
        ("/\ud800", "/?"),
    ],
)
def test_an_address_inside_stays_as_it_is(path: str, carried: str) -> None:
    assert inside(path, "/home") == carried


@given(st.text(alphabet="/\\\t\n\r\x00 .%09:@?#é\ud800evil", max_size=12))
@example("/\t/evil")
def test_whatever_is_said_a_browser_stays(path: str) -> None:
    carried = inside(path, "/home")
    assert carried.isascii()
    assert as_browsers_read(carried) == urlsplit(PORTAL).netloc


@pytest.mark.parametrize("wanted", ASTRAY)
@pytest.mark.parametrize("htmx", [False, True])
async def test_signing_in_and_putting_news_away_lead_nobody_elsewhere(wanted: str, htmx: bool) -> None:
    asked = {"hx-request": "true"} if htmx else {}
    async with browser(shop(Town())) as client:
        form = await client.get("/login", params={"next": wanted})
        proof = token_of(form.text)
        typed = {"email": "a@x.fr", "password": PASSWORD, "_csrf": proof}
        answer = await client.post("/login", params={"next": wanted}, data=typed, headers=asked)
        assert led(answer) == "/gallery"
    async with browser(shop(Town())) as client:
        proof = token_of((await client.get("/login")).text)
        away = await client.post(
            "/news/inc_0002/dismiss", data={"_csrf": proof, "back": wanted}, headers=asked
        )
        assert led(away) == "/"


def led(answer: httpx.Response) -> str:
    """Where an answer sends its reader."""
    assert answer.status_code in (303, 204)
    return answer.headers["location"] if answer.status_code == 303 else answer.headers["hx-redirect"]


async def test_a_visitor_is_sent_to_pages_with_any_letters() -> None:
    async def gone(visit: Visit) -> Response:
        return visit.go(f"/orders/{visit.query['id']}")

    async with browser(shop(Town(), pages=[page("/gone", gone, anyone=True)])) as client:
        for asked in ({}, {"hx-request": "true"}):
            answer = await client.get("/gone", params={"id": "€ 1\n/"}, headers=asked)
            assert led(answer) == "/gallery"
            answer = await client.get("/gone", params={"id": "€ 1"}, headers=asked)
            assert led(answer) == "/orders/%E2%82%AC%201"
