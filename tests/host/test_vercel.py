"""At the door of a portal at Vercel: settings that are refused, countries that are served, a first limit."""

import json
from collections.abc import Mapping

import httpx
import pytest
from joserfc.jwk import OKPKey
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from rt.host.vercel import OFFICE, ROAD, ZONES, Doorstep, InstanceLimit, portal, read
from rt.kernel.access.identity import current_address
from rt.kernel.core.errors import TooMany
from rt.kernel.core.settings import SettingRefused

KEY = OKPKey.generate_key("Ed25519")
GIVEN = {
    "PUBLIC_API_URL": "https://api.rt-technologie.com",
    "API_SECRET_KEY": "long enough a secret for a test of the door",
    "RT_PORTAL_KEY": json.dumps(KEY.as_dict(private=True)),
    "VERCEL": "1",
}


async def seen(scope: Scope, receive: Receive, send: Send) -> None:
    """A page that says whom it sees."""
    await PlainTextResponse(current_address())(scope, receive, send)


def visitor(
    given: Mapping[str, str] = GIVEN, portal: str = "industry", peer: str = "127.0.0.1"
) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Doorstep(seen, read(portal, given)), client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url="https://industry.rt-technologie.com")


async def status(country: str | None, address: str = "203.0.113.7", **given: str) -> int:
    """What somebody from a country gets."""
    headers = {"x-forwarded-for": address} | ({} if country is None else {"x-vercel-ip-country": country})
    async with visitor(GIVEN | given, given.pop("portal", "industry")) as client:
        return (await client.get("/", headers=headers)).status_code


@pytest.mark.parametrize(
    ("country", "answer"),
    [
        *((code, 200) for code in ("FR", "DE", "fr", "RE", "NO", "IS", "LI")),
        *((code, 403) for code in ("US", "CN", "CH", "GB", "RU", "XX", "FR,US")),
    ],
)
async def test_offices_are_served_in_the_union_and_its_economic_area(country: str, answer: int) -> None:
    assert await status(country) == answer


@pytest.mark.parametrize(
    ("country", "answer"), [("FR", 200), ("CH", 200), ("GB", 200), ("US", 403), ("MA", 403)]
)
async def test_drivers_are_served_where_their_lorries_go(country: str, answer: int) -> None:
    assert await status(country, portal="driver") == answer


async def test_the_list_of_countries_is_a_switch() -> None:
    assert await status("CH", RT_COUNTRIES="EU, CH") == 200
    assert await status("NO", RT_COUNTRIES="EU") == 403


async def test_an_address_of_no_known_country_is_dealt_with_as_the_policy_says() -> None:
    assert await status(None) == 403
    assert await status("") == 403
    assert await status(None, RT_COUNTRY_UNKNOWN="serve") == 200
    assert await status("US", RT_COUNTRY_UNKNOWN="serve") == 403


@pytest.mark.parametrize("address", ["10.0.0.9", "192.168.1.1", "fd00::1"])
async def test_private_addresses_have_no_country(address: str) -> None:
    assert await status(None, address) == 200


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-real-ip", "x-country", "cf-ipcountry", "x-vercel-ip-country"]
)
async def test_nothing_that_a_visitor_writes_opens_the_door(header: str) -> None:
    """S-10. Vercel's own headers come once and last; a second country is nobody's word."""
    told = [("x-vercel-ip-country", "US"), ("x-forwarded-for", "10.0.0.1, 203.0.113.7")]
    own = (header, "FR" if "country" in header else "10.0.0.1")
    async with visitor() as client:
        for headers in ([own, *told], [*told, own] if header != "x-forwarded-for" else told):
            assert (await client.get("/", headers=headers)).status_code == 403


async def test_away_from_vercel_its_headers_are_not_believed() -> None:
    given = {name: value for name, value in GIVEN.items() if name != "VERCEL"}
    async with visitor(given, peer="198.51.100.4") as client:
        answer = await client.get("/", headers={"x-vercel-ip-country": "US", "x-forwarded-for": "10.0.0.1"})
    assert (answer.status_code, answer.text) == (200, "198.51.100.4")


async def test_a_refusal_at_the_door_speaks_both_languages_and_runs_nothing() -> None:
    async with visitor() as client:
        page = await client.get("/", headers={"x-vercel-ip-country": "<b"})
        told = await client.get("/", headers={"x-vercel-ip-country": "US", "accept": "application/json"})
    assert "pas ouvert aux connexions" in page.text
    assert "not open to connections" in page.text
    assert "(&lt;B)" in page.text
    assert "<B" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert told.json()["code"] == "country_not_served"


async def test_one_address_is_slowed_down_and_others_are_not() -> None:
    async with visitor(GIVEN | {"RT_IP_LIMIT": "3"}) as client:

        def ask(address: str) -> httpx.Headers:
            return httpx.Headers({"x-vercel-ip-country": "FR", "x-forwarded-for": address})

        answers = [await client.get("/", headers=ask("203.0.113.7")) for _ in range(4)]
        other = await client.get("/", headers=ask("203.0.113.8"))
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 65
    assert other.status_code == 200


def test_a_minute_later_the_address_may_ask_again() -> None:
    clock = [1000.0]
    limit = InstanceLimit(2, lambda: clock[0])
    limit.let("a")
    limit.let("a")
    with pytest.raises(TooMany) as refused:
        limit.let("a")
    clock[0] += refused.value.retry_after - 2
    with pytest.raises(TooMany):
        limit.let("a")
    clock[0] += 2
    limit.let("a")


def test_no_more_addresses_are_remembered_than_memory_has_room_for() -> None:
    limit = InstanceLimit(1)
    for number in range(25_000):
        limit.let(str(number))
    assert len(limit._counts) <= 10_000


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PUBLIC_API_URL": ""}, "PUBLIC_API_URL"),
        ({"PUBLIC_API_URL": "http://api.rt-technologie.com"}, "PUBLIC_API_URL"),
        ({"API_SECRET_KEY": "changeme"}, "API_SECRET_KEY"),
        ({"RT_PORTAL_KEY": ""}, "RT_PORTAL_KEY"),
        ({"RT_PORTAL_KEY": "{}"}, "RT_PORTAL_KEY"),
        ({"RT_PORTAL_KEY": json.dumps(KEY.as_dict(private=False))}, "RT_PORTAL_KEY"),
        ({"RT_COUNTRIES": "EU,US"}, "RT_COUNTRIES"),
        ({"RT_COUNTRY_UNKNOWN": "perhaps"}, "RT_COUNTRY_UNKNOWN"),
    ],
)
def test_what_is_missing_or_weak_is_named_at_the_start(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingRefused, match=named):
        read("industry", GIVEN | given)


def test_every_weakness_is_named_at_once() -> None:
    with pytest.raises(SettingRefused, match=r"(?s)PUBLIC_API_URL.*API_SECRET_KEY.*RT_PORTAL_KEY"):
        read("industry", {})


async def test_the_portal_shows_its_sign_in_page_without_a_database() -> None:
    app = portal("industry", GIVEN | {"RT_LOG": "critical"})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="https://industry.rt-technologie.com"
    ) as client:
        page = await client.get("/login", headers={"x-vercel-ip-country": "FR"})
        turned = await client.get("/orders", headers={"x-vercel-ip-country": "FR", "accept": "text/html"})
    assert page.status_code == 200
    assert page.cookies.get("__Host-rt_session")
    assert turned.headers["location"] == "/login?next=%2Forders", "nobody is shown a page before signing in"


def test_each_country_stands_in_one_zone() -> None:
    codes = [code for zone in ZONES.values() for code in zone.split()]
    assert len(codes) == len(set(codes))
    assert all(len(code) == 2 and code.isupper() for code in codes)
    assert set(OFFICE.split(",")) < set(ROAD.split(",")) <= set(ZONES)
