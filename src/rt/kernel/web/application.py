"""A unit on the web: identity, tenancy, limits, idempotency and errors around the messages that it serves."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rt.kernel.access.identity import ANONYMOUS, Actor, Identity, acting_as, check, seen_from
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import (
    Forbidden,
    KeyRequired,
    Malformed,
    NotFound,
    Refusal,
    TooLarge,
    Unavailable,
    VersionRequired,
    WrongMediaType,
)
from rt.kernel.core.ids import Cause, because, fingerprint
from rt.kernel.core.settings import Settings
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.bounds import refuse_unfit, refuse_unstorable
from rt.kernel.model.content_disposition import disposition
from rt.kernel.model.messages import Download, MessageShape, several
from rt.kernel.service.service import Served, Unit
from rt.kernel.storage.files import Files
from rt.kernel.storage.persistence import ConnectionFailure, Database, retry_on_conflict
from rt.kernel.web.access_denials import AccessDenials
from rt.kernel.web.allow import allowed_methods
from rt.kernel.web.limits import Limiter
from rt.kernel.web.middleware import (
    RequestMiddleware,
    answer_problem,
    as_json,
    client_address,
    shown_path,
    with_default,
)
from rt.kernel.web.openapi import ENTITY_TAG, openapi

JSON_LIMIT_BYTES = 1_000_000
BODY_SECONDS = 30
"""A body that takes longer to arrive is given up (S-20)."""

API_POLICY = [
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
    )
]


class MethodUnknown(Refusal):
    status = 405
    fr = "Cette méthode n'est pas prévue ici."
    en = "This method is not served here."


class ApiContext:
    """What stands between the web and a unit's actions."""

    def __init__(
        self,
        unit: Unit,
        settings: Settings,
        database: Database,
        identity: Identity,
        limiter: Limiter,
        files: Files,
    ) -> None:
        self.unit = unit
        self.settings = settings
        self.database = database
        self.identity = identity
        self.limiter = limiter
        self.files = files
        self.denials = AccessDenials(database)

    async def actor(self, request: Request, shape: MessageShape) -> Actor:
        """Who asks; refused when the token is bad, the right is missing or the limit reached."""
        address = client_address(request.scope, self.settings.trusted_proxies)
        via = request.headers.get("x-rt-unit", "")
        ours = bool(via) and await self.identity.of_this_platform(via)
        if ours:
            address = request.headers.get("x-rt-seen-from", address)
        actor = await self.identity.actor(request.headers.get("authorization", ""), address)
        if actor.kind == "unit":
            address = request.headers.get("x-rt-seen-from", address)
        request.scope["rt.actor"] = actor
        request.scope["rt.address"] = address
        counted = ours or actor.kind in ("unit", "anonymous") or request.scope.get("rt.inside")
        if not counted:
            await self.limiter.let(f"{actor.kind}:{actor.id}", self.settings.user_limit)
        check(shape, actor, request.path_params)
        return actor


class Operation:
    """The endpoint of one message: who, may they, what exactly, once, and the answer."""

    def __init__(self, served: Served, api: ApiContext) -> None:
        self._served = served
        self._word: MessageShape = served.message.shape
        self._several = several(served.message)
        self._desk = api

    async def __call__(self, request: Request) -> Response:
        request.scope["rt.operation"] = self._word.name
        try:
            return await self._allowed(request)
        except Forbidden as refusal:
            actor: Actor = request.scope.get("rt.actor", ANONYMOUS)
            path = shown_path(request.scope)
            await self._desk.denials.record(actor, self._word.name, path, refusal)
            raise

    async def _allowed(self, request: Request) -> Response:
        actor = await self._desk.actor(request, self._word)
        with ExitStack() as stack:
            stack.enter_context(acting_as(actor))
            stack.enter_context(seen_from(request.scope["rt.address"]))
            if actor.org_id:
                stack.enter_context(acting_for(actor.org_id))
            if self._served.handler is not None:
                stack.enter_context(because(None))
                return await self._served.handler(request)
            asked, body = await self._asked(request)
            cause = self._cause(request, actor, body)
            stack.enter_context(because(cause))
            return await self._answer(asked, cause)

    async def _answer(self, asked: Any, cause: Cause | None) -> Response:
        action = self._served.action
        if action is None:
            raise NotFound
        if self._word.method == "GET":
            view = await action(asked)
        else:
            view = await retry_on_conflict(lambda: action(asked))
        headers = {"cache-control": "no-store"}
        if cause is not None and cause.replayed:
            headers["idempotent-replayed"] = "true"
        if isinstance(view, Download):
            return download(view, headers)
        version = getattr(view, "version", None)
        if isinstance(version, int):
            headers["etag"] = f'"{version}"'
        return as_json(view, self._word.status, "application/json", headers)

    async def _asked(self, request: Request) -> tuple[Any, bytes]:
        """The message as it was sent, every field checked; and the bytes that tell this request from
        another."""
        values: dict[str, Any] = dict(_query(request))
        body = b""
        if self._word.method in ("GET", "DELETE"):
            values |= {name: [values[name]] for name in self._several if isinstance(values.get(name), str)}
            return self._convert({**values, **self._path(request, values)}, strict=False), body
        body = await read_body(request, self._word.upload or JSON_LIMIT_BYTES)
        if self._word.upload:
            raw = {"content": body, "media_type": request.headers.get("content-type", "").partition(";")[0]}
            if set(raw) & set(values):
                raise Malformed("content", "à envoyer dans le corps", "belongs in the body")
            values |= self._path(request, values)
            return self._convert({**values, **raw}, strict=False), body
        if values:
            raise Malformed(next(iter(values)), "champ inconnu dans l'adresse", "unknown query parameter")
        if body:
            values = _json_object(request, body)
        return self._convert({**values, **self._path(request, values)}, strict=True), body

    def _path(self, request: Request, others: Mapping[str, Any]) -> dict[str, Any]:
        for name in self._word.path_fields:
            if name in others:
                raise Malformed(name, "est déjà dans le chemin", "is already in the path")
        return dict(request.path_params)

    def _convert(self, values: dict[str, Any], strict: bool) -> Any:
        refuse_unstorable(values)
        asked = msgspec.convert(values, self._served.message, strict=strict, builtin_types=(bytes,))
        refuse_unfit(asked)
        return asked

    def _cause(self, request: Request, actor: Actor, body: bytes) -> Cause | None:
        """Why we write: the caller's key, scoped to organization, actor and route (I-2)."""
        if_match = _if_match(request)
        if not self._word.keyed:
            return None
        key = request.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= 200:
            raise KeyRequired
        if self._word.method in ("PATCH", "PUT") and if_match is None:
            raise VersionRequired
        scope = (actor.org_id, actor.kind, actor.person, self._word.route, key)
        asked = fingerprint(request.url.path, request.url.query, body)
        return Cause(fingerprint(*scope), asked, if_match, frozenset(request.path_params.values()))


def web_app(api: ApiContext, public_path: str, background: Callable[[], bool] = lambda: True) -> Starlette:
    """The ASGI application of one unit, at its own port and under its public path.

    `background` says whether the unit's outbox and consumer run: it is not ready otherwise.
    """
    unit = api.unit

    @cache
    def specification() -> bytes:
        """Made when somebody first asks; making it is half of building a unit."""
        return msgspec.json.encode(openapi(unit, public_path))

    async def health(request: Request) -> Response:
        request.scope["rt.operation"] = "health"
        return as_json(
            {"status": "ok", "unit": unit.name}, 200, "application/json", {"cache-control": "no-store"}
        )

    async def ready(request: Request) -> Response:
        request.scope["rt.operation"] = "ready"
        await api.database.ping()
        if not background():
            raise Unavailable(retry_after=1)
        return as_json({"status": "ready", "unit": unit.name}, 200, "application/json", {})

    async def metrics(request: Request) -> Response:
        request.scope["rt.operation"] = "metrics"
        if api.settings.production and not _private(request):
            raise NotFound
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def specified(request: Request) -> Response:
        request.scope["rt.operation"] = "openapi"
        return Response(specification(), media_type="application/json")

    async def signed_file(request: Request) -> Response:
        request.scope["rt.operation"] = "file"
        query = request.query_params
        content, media_type = await api.files.open_signed(
            request.path_params["key"], query.get("expires", ""), query.get("signature", "")
        )
        name = request.path_params["key"].rpartition("/")[2]
        return download(Download(content=content, media_type=media_type, filename=name), {})

    own = {"/health": health, "/ready": ready, "/metrics": metrics, "/openapi.json": specified}
    routes = [Route(path, endpoint) for path, endpoint in own.items()]
    routes += [Route(public_path + path, endpoint) for path, endpoint in own.items() if path != "/metrics"]
    routes.append(Route(public_path + "/files/{key:path}", signed_file))
    routes += _operations(unit.serves, api)
    middleware = [Middleware(RequestMiddleware, unit=unit.name)]
    if api.settings.cors_allow_origin:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=api.settings.cors_allow_origin,
                allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
                allow_headers=["authorization", "content-type", "idempotency-key", "if-match", "traceparent"],
                expose_headers=["etag", "idempotent-replayed", "retry-after", "trace-id"],
                max_age=600,
            )
        )
    middleware.append(Middleware(ApiPolicy))
    return Starlette(routes=routes, middleware=middleware, exception_handlers=_handlers())


class ApiPolicy:
    """An API answers with nothing that a browser should run."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_default(message, API_POLICY)
            await send(message)

        await self._app(scope, receive, sending)


def _operations(serves: Sequence[Served], api: ApiContext) -> list[Route]:
    """One route per path with its methods; fixed paths before those with fields, so that none is hidden."""
    ordered = sorted(serves, key=lambda one: one.message.shape.route.replace("{", "~"))
    return [
        Route(one.message.shape.route, _endpoint(Operation(one, api)), methods=[one.message.shape.method])
        for one in ordered
    ]


def _endpoint(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await operation(request)

    return endpoint


def _handlers() -> dict[Any, Any]:
    async def refuse(request: Request, error: Exception) -> Response:
        return answer_problem(error, request)

    async def lost(request: Request, error: Exception) -> Response:
        return answer_problem(Unavailable(retry_after=2), request)

    async def unrouted(request: Request, error: Exception) -> Response:
        if getattr(error, "status_code", 404) != 405:
            return answer_problem(NotFound(), request)
        answer = answer_problem(MethodUnknown(), request)
        answer.headers["allow"] = allowed_methods(request)
        return answer

    return {
        Refusal: refuse,
        msgspec.DecodeError: refuse,
        RecursionError: refuse,
        OverflowError: refuse,
        ConnectionFailure: lost,
        TimeoutError: refuse,
        404: unrouted,
        405: unrouted,
    }


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The body, or TooLarge as soon as the limit is passed, whatever length was announced."""
    if (whole(request.headers.get("content-length", "0"), longest=18) or 0) > limit_bytes:
        raise TooLarge(limit_mb=limit_bytes // 1_000_000)
    chunks = []
    size = 0
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit_bytes:
                raise TooLarge(limit_mb=limit_bytes // 1_000_000)
            chunks.append(chunk)
    return b"".join(chunks)


def download(view: Download, headers: Mapping[str, str]) -> Response:
    """A document that a browser saves, or shows when it is ours, and never runs."""
    return Response(
        view.content,
        media_type=view.media_type,
        headers={**headers, "content-disposition": disposition(view)},
    )


def _private(request: Request) -> bool:
    client = request.client
    return client is not None and ipaddress.ip_address(client.host).is_private


def _query(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in found:
            previous = found[name]
            found[name] = [*previous, value] if isinstance(previous, list) else [previous, value]
        else:
            found[name] = value
    return found


def _json_object(request: Request, body: bytes) -> dict[str, Any]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type != "application/json":
        raise WrongMediaType(media_type=media_type or "-")
    decoded = msgspec.json.decode(body)
    if not isinstance(decoded, dict):
        raise Malformed("", "un objet JSON est attendu", "a JSON object is expected")
    return decoded


def _if_match(request: Request) -> int | None:
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    if not ENTITY_TAG.match(given):
        raise Malformed("If-Match", "un numéro de version entre guillemets", "a quoted version number")
    return int(given.removeprefix("W/").strip('"'))
