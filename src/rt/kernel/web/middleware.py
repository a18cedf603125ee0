"""The middleware around every unit and portal: trace, access log, figures, security headers, refusals."""

import ipaddress
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rt.kernel.access.identity import ANONYMOUS, Actor, acting_as
from rt.kernel.core.errors import Malformed, Refusal, Unavailable
from rt.kernel.core.malformed import malformed
from rt.kernel.core.telemetry import DURATIONS, REQUESTS, current_trace, log, new_trace, span, tracing

Headers = Sequence[tuple[bytes, bytes]]

SECURITY_HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
    "x-frame-options": "DENY",
}
SECURITY = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

DOORS = frozenset({"token", "share_id"})
"""Fields of a path whose value opens something by itself: no log, trace or event holds it."""


class Surprise(Refusal):
    """500: our fault; the trace id finds it."""

    status = 500
    fr = "Une erreur interne est survenue. Elle est enregistrée sous la référence indiquée."
    en = "An internal error occurred. It is recorded under the reference given."


class RequestMiddleware:
    """What every unit stands behind: trace, access log, metrics, security headers, problem+json."""

    def __init__(self, app: ASGIApp, unit: str) -> None:
        self._app = app
        self._unit = unit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        trace = _incoming_trace(request.headers.get("traceparent", ""))
        started = time.perf_counter()
        status = 500
        begun = False

        async def sending(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                begun = True
                status = message["status"]
                said = [one for one in with_default(message, SECURITY) if one[0] != b"trace-id"]
                message["headers"] = [*said, (b"trace-id", trace.encode())]
            await send(message)

        with tracing(trace), span(self._unit, trace) as step, acting_as(ANONYMOUS):
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                if begun:
                    raise
                await answer_problem(error, request)(scope, receive, sending)
            operation, path = scope.get("rt.operation", "-"), shown_path(scope)
            step("path", path)
            seconds = time.perf_counter() - started
            REQUESTS.labels(self._unit, operation, str(status)).inc()
            DURATIONS.labels(self._unit, operation).observe(seconds)
            if operation not in ("health", "ready", "metrics"):
                actor: Actor = scope.get("rt.actor", ANONYMOUS)
                log.info(
                    "request",
                    unit=self._unit,
                    operation=operation,
                    method=scope["method"],
                    path=path,
                    status=status,
                    ms=round(seconds * 1000, 1),
                    actor=actor.id,
                    organization=actor.org_id,
                )


def with_default(message: Message, headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with those added that it does not have."""
    said = {name for name, _ in message["headers"]}
    return [*message["headers"], *(one for one in headers if one[0] not in said)]


def shown_path(scope: Scope) -> str:
    """The path that was asked for, without what opens something by itself."""
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        if name in DOORS and value:
            path = path.replace(str(value), "***")
    return path


def answer_problem(error: Exception, request: Request) -> Response:
    """Any exception as problem+json in the language that was asked for; what we did not expect is logged."""
    refusal = _as_refusal(error)
    if refusal.status >= 500 and not isinstance(refusal, Unavailable):
        log.error("surprise", path=shown_path(request.scope), exc_info=error)
    problem = refusal.problem(language_of(request))
    problem.instance = request.url.path
    problem.trace_id = current_trace()
    headers = {"content-language": language_of(request), "cache-control": "no-store"}
    if refusal.retry_after:
        headers["retry-after"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["www-authenticate"] = "Bearer"
    return as_json(problem, refusal.status, "application/problem+json", headers)


def _as_refusal(error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case msgspec.DecodeError() | RecursionError():
            return malformed(error)
        case OverflowError():
            return Malformed("", "nombre hors limites", "number out of range")
        case TimeoutError():
            return Unavailable(retry_after=2)
    return Surprise()


def language_of(request: Request) -> str:
    """French unless English is asked for first."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "fr"


def client_address(scope: Scope, trusted_proxies: int) -> str:
    """The address that asks: the one our own outermost proxy saw. IPv6 counts by its /64 (S-31).

    Each of our proxies adds what it saw at the end of X-Forwarded-For, some as a header of its own; whatever
    stands further left was said by whoever asks. Without proxies of ours the header says nothing.
    """
    client = scope.get("client")
    address = client[0] if client else ""
    if trusted_proxies:
        said = forwarded_for(scope)
        if len(said) >= trusted_proxies:
            address = said[-trusted_proxies]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def forwarded_for(scope: Scope) -> list[str]:
    """What all X-Forwarded-For headers say, in their order (RFC 9110, 5.3)."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [one.strip() for one in ",".join(lines).split(",")] if lines else []


def as_json(view: Any, status: int, media_type: str, headers: Mapping[str, str]) -> Response:
    return Response(msgspec.json.encode(view), status, dict(headers), media_type)


def _incoming_trace(traceparent: str) -> str:
    """The trace id of a W3C traceparent header, or a new one."""
    parts = traceparent.split("-")
    if len(parts) == 4 and len(parts[1]) == 32 and all(c in "0123456789abcdef" for c in parts[1]):
        return parts[1]
    return new_trace()
