"""The edge: one address in front of all units and portals, as the load balancer is in production."""

import hmac
from collections.abc import Mapping

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.host.topology import PORTALS, UNITS, UnitRow
from rt.kernel.core.errors import NotFound, Refusal, Unavailable
from rt.kernel.core.settings import Settings
from rt.kernel.web.limits import Limiter
from rt.kernel.web.middleware import RequestMiddleware, answer_problem, client_address, forwarded_for

HOP = "x-rt-edge"
"""Carries the key that edge and units of one platform share: it was the edge that handed this on."""
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)


class NotBuilt(Unavailable):
    status = 501
    fr = "Le service {unit} n'est pas encore construit."
    en = "The service {unit} is not built yet."


class Edge:
    """Routes by host name to portals, by path to units, all else to the front page.

    It holds the limit per address (S-30).
    """

    def __init__(
        self,
        units: Mapping[str, ASGIApp],
        portals: Mapping[str, ASGIApp],
        settings: Settings,
        limiter: Limiter,
        front: ASGIApp,
    ) -> None:
        self._units = sorted(((row.path, units[row.package]) for row in UNITS), key=lambda one: -len(one[0]))
        self._portals = {row.subdomain: portals[row.package] for row in PORTALS if row.package in portals}
        self._settings = settings
        self._limiter = limiter
        self._front = RequestMiddleware(front, "edge")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        if not request.url.path.startswith("/static/"):
            address = client_address(scope, self._settings.trusted_proxies)
            try:
                await self._limiter.let(f"ip:{address}", self._settings.ip_limit)
            except Refusal as refusal:
                await RequestMiddleware(answer_problem(refusal, request), "edge")(scope, receive, send)
                return
        await self._behind(request)(scope, receive, send)

    def _behind(self, request: Request) -> ASGIApp:
        subdomain = request.headers.get("host", "").partition(":")[0].partition(".")[0]
        if subdomain in self._portals:
            return self._portals[subdomain]
        path = request.url.path
        for prefix, app in self._units:
            if path == prefix or path.startswith(prefix + "/"):
                return app
        if path == "/health":
            return JSONResponse({"status": "ok", "unit": "edge"})
        if path.startswith("/api/"):
            return RequestMiddleware(answer_problem(NotFound(), request), "edge")
        return self._front


def not_built(row: UnitRow) -> ASGIApp:
    """What stands where a unit will be: it says that it is not built, and serves nothing else."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        if request.url.path in ("/health", row.path + "/health"):
            answer: ASGIApp = JSONResponse({"status": "not_built", "unit": row.package})
        else:
            answer = answer_problem(NotBuilt(unit=row.name), request)
        await answer(scope, receive, send)

    return RequestMiddleware(app, row.package)


def proxy(target: str, client: httpx.AsyncClient, hop: str) -> ASGIApp:
    """Hands a request on to another process (`unhopped`, with the same key) and streams its answer back."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        ours = HOP_BY_HOP | {"x-forwarded-for", HOP}
        headers = [(name, value) for name, value in request.headers.items() if name not in ours]
        seen = scope["client"][0] if scope.get("client") else "unknown"
        headers += [("x-forwarded-for", ", ".join([*forwarded_for(scope), seen])), (HOP, hop)]
        bodied = "content-length" in request.headers or "transfer-encoding" in request.headers
        content = request.stream() if bodied else None
        try:
            url = target + scope["raw_path"].decode("ascii") + _query(scope)
            asked = client.build_request(request.method, url, headers=headers, content=content)
            answer = await client.send(asked, stream=True)
        except (httpx.InvalidURL, UnicodeError):
            await answer_problem(NotFound(), request)(scope, receive, send)
            return
        except httpx.TransportError:
            await answer_problem(Unavailable(retry_after=1), request)(scope, receive, send)
            return
        response = StreamingResponse(answer.aiter_raw(), answer.status_code)
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower().decode() not in HOP_BY_HOP
        ]
        try:
            await response(scope, receive, send)
        finally:
            await answer.aclose()

    return app


def unhopped(app: ASGIApp, hop: str) -> ASGIApp:
    """What the edge handed on, as the edge saw it; what comes past the edge stays as it came."""
    key = hop.encode()

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told = [value for name, value in scope["headers"] if name == HOP.encode()]
            if len(told) == 1 and hmac.compare_digest(told[0], key):
                *before, seen = forwarded_for(scope)
                scope = {**scope, "client": (seen, 0), "headers": _but(scope, HOP, "x-forwarded-for")}
                if before:
                    scope["headers"].append((b"x-forwarded-for", ", ".join(before).encode("latin-1")))
        await app(scope, receive, send)

    return behind


def _but(scope: Scope, *names: str) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in names]


def _query(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return "?" + query.decode("ascii") if query else ""
