"""A portal as a function at Vercel: made from environment variables, without database or files."""

import importlib
import ipaddress
import os
import time
from collections.abc import Callable, Mapping
from html import escape
from typing import Literal

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.host.topology import PORTALS
from rt.kernel.access.identity import UnitKey, seen_from
from rt.kernel.core.errors import Forbidden, Refusal, TooMany
from rt.kernel.core.settings import WEAK_SECRETS, SettingRefused
from rt.kernel.core.telemetry import start_logging
from rt.kernel.core.tls import tls
from rt.kernel.service.client import Services
from rt.kernel.web.middleware import RequestMiddleware, client_address
from rt.ui.policy import PAGE_HEADERS

COUNTRY = "x-vercel-ip-country"
ZONES: Mapping[str, str] = {
    "EU": "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    " AX GF GP MF MQ RE YT",
    "EEA": "IS LI NO",
    "CH": "CH",
    "GB": "GB GG IM JE",
}
"""Countries by ISO 3166-1. The EU with those of its regions that have a code of their own (TFEU 349, 355)."""
OFFICE = "EU,EEA"
ROAD = "EU,EEA,CH,GB"
ON_THE_ROAD = frozenset({"driver"})
"""Portals used in lorries, which leave the Union on ordinary days."""
PRIVATE = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")
]
"""RFC 1918, RFC 4193 and this machine; Python's `is_private` says more, and not the same in each version."""
SLICE_SECONDS = 5
SLICES = 60 // SLICE_SECONDS + 1
ADDRESSES_KEPT = 10_000
SECRET_LENGTH = 32
ANSWER_SECONDS = 10


class CountryNotServed(Forbidden):
    fr = "Ce service n'est pas ouvert aux connexions depuis votre pays ({country})."
    en = "This service is not open to connections from your country ({country})."


class PortalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What one portal's project is given at Vercel; the same names in infra/vercel/README.md."""

    api: str
    key: OKPKey
    secret: str
    countries: frozenset[str] = frozenset()
    """Served; all are when the platform does not say where a request comes from."""
    unknown: Literal["refuse", "serve"] = "refuse"
    """What to do with an address of no known country."""
    limit: int = 1000
    on_platform: bool = False
    """Whether requests come through Vercel, whose headers nobody outside can write."""
    log_level: str = "info"


def read(name: str, environ: Mapping[str, str] = os.environ) -> PortalSettings:
    """The settings of a portal; SettingRefused names everything that is missing or weak."""
    faults: list[str] = []
    api = environ.get("PUBLIC_API_URL", "")
    development = environ.get("RT_ENV") == "development"
    if not api.startswith("https://") and not (development and api.startswith("http://")):
        faults.append("PUBLIC_API_URL must be the https address of the units' edge")
    secret = environ.get("API_SECRET_KEY", "")
    if len(secret) < SECRET_LENGTH or secret.lower() in WEAK_SECRETS:
        faults.append(f"API_SECRET_KEY must hold at least {SECRET_LENGTH} characters of randomness")
    key: OKPKey | None = None
    try:
        given = msgspec.json.decode(environ.get("RT_PORTAL_KEY", ""), type=dict[str, str | list[str]])
        key = OKPKey.import_key(given)
    except (msgspec.DecodeError, JoseError, ValueError, KeyError):
        key = None
    if key is None or not key.is_private:
        faults.append(f"RT_PORTAL_KEY must hold the private key of portal_{name} (JWK)")
    zones = environ.get("RT_COUNTRIES", ROAD if name in ON_THE_ROAD else OFFICE).split(",")
    if strange := [zone for zone in zones if zone.strip() not in ZONES]:
        faults.append(f"RT_COUNTRIES knows {', '.join(ZONES)}, not {', '.join(strange)}")
    unknown = environ.get("RT_COUNTRY_UNKNOWN", "refuse")
    if unknown not in ("refuse", "serve"):
        faults.append("RT_COUNTRY_UNKNOWN must be refuse or serve")
    if faults or key is None:
        raise SettingRefused("refusing to start:\n  " + "\n  ".join(faults))
    return PortalSettings(
        api=api.rstrip("/"),
        key=key,
        secret=secret,
        countries=frozenset(country for zone in zones for country in ZONES[zone.strip()].split()),
        unknown="serve" if unknown == "serve" else "refuse",
        limit=int(environ.get("RT_IP_LIMIT", "1000")),
        on_platform=environ.get("VERCEL") == "1",
        log_level=environ.get("RT_LOG", "info"),
    )


class InstanceLimit:
    """At most `limit` requests of one address in any 60 seconds, as far as this instance sees them.

    A first line only: instances do not know of each other. The units' own limits hold across all of them.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._counts: dict[str, dict[int, int]] = {}

    def let(self, address: str) -> None:
        """Count one request, or raise TooMany with the seconds to wait."""
        current = int(self._clock() // SLICE_SECONDS)
        kept = {at: n for at, n in self._counts.get(address, {}).items() if at > current - SLICES}
        if sum(kept.values()) >= self._limit:
            seconds = max(1, int((min(kept) + SLICES) * SLICE_SECONDS - self._clock()) + 1)
            raise TooMany(seconds=seconds, retry_after=seconds)
        if len(self._counts) >= ADDRESSES_KEPT and address not in self._counts:
            self._counts.clear()
        self._counts[address] = {**kept, current: kept.get(current, 0) + 1}


class Doorstep:
    """What the platform's middleware would do: where from, how often; who it is, the portal asks itself."""

    def __init__(self, app: ASGIApp, settings: PortalSettings) -> None:
        self._app = app
        self._settings = settings
        self._limit = InstanceLimit(settings.limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        # Vercel writes X-Forwarded-For itself; elsewhere anybody does.
        address = client_address(scope, 1 if self._settings.on_platform else 0)
        try:
            if self._settings.on_platform:
                self._serve_from(request.headers.getlist(COUNTRY), address)
            self._limit.let(address)
        except Refusal as refusal:
            await turned_away(refusal, request)(scope, receive, send)
            return
        with seen_from(address):
            await self._app(scope, receive, send)

    def _serve_from(self, told: list[str], address: str) -> None:
        """Let pass or raise CountryNotServed; private addresses have no country."""
        if len(told) == 1 and told[0].strip().upper() in self._settings.countries:
            return
        if not any(told):
            if self._settings.unknown == "serve" or _private(address):
                return
            raise CountryNotServed(country="?")
        raise CountryNotServed(country=told[0][:2].upper() if told[0].isascii() else "?")


def portal(name: str, environ: Mapping[str, str] = os.environ) -> ASGIApp:
    """The app of one portal (by its package); it reaches every unit through the public edge."""
    row = next(row for row in PORTALS if row.package == name)
    settings = read(name, environ)
    start_logging(settings.log_level)
    package = f"portal_{row.package}"
    api = httpx.AsyncClient(base_url=settings.api, timeout=ANSWER_SECONDS, verify=tls())
    services = Services(UnitKey(package, settings.key), lambda unit: api)
    build = importlib.import_module(f"rt.portals.{row.package}.app").build
    app: ASGIApp = build(connect=services.using, secret=settings.secret, secure=True)
    return RequestMiddleware(Doorstep(app, settings), package)


def turned_away(refusal: Refusal, request: Request) -> Response:
    """A refusal at the door in both languages: which one the visitor reads is not known yet."""
    problem = refusal.problem("fr")
    headers = dict(PAGE_HEADERS)
    if refusal.retry_after:
        headers["retry-after"] = str(refusal.retry_after)
    if "application/json" in request.headers.get("accept", ""):
        headers["content-type"] = "application/problem+json"
        return Response(msgspec.json.encode(problem), problem.status, headers=headers)
    page = (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport"'
        ' content="width=device-width"><title>RT-Technologie</title>'
        f"<main><h1>{problem.status}</h1>"
        f'<p>{escape(refusal.says("fr"))}</p><p lang="en">{escape(refusal.says("en"))}</p>'
        f"<p><code>{problem.code}</code></p></main></html>"
    )
    return HTMLResponse(page, problem.status, headers=headers)


def _private(address: str) -> bool:
    try:
        return any(ipaddress.ip_address(address) in network for network in PRIVATE)
    except ValueError:
        return False
