"""Ask another unit by its messages, in the same process or over HTTP."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import quote

import httpx
import msgspec
import stamina

from rt.kernel.access.identity import UnitKey, current_actor, current_address
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import AskRefused, NotFound, Problem, ReferenceUnknown, Unavailable
from rt.kernel.core.ids import caused_key, fingerprint
from rt.kernel.core.reading import read_json
from rt.kernel.core.telemetry import current_trace, new_trace
from rt.kernel.core.tenancy import NoOrganization, current_org
from rt.kernel.model.content_disposition import filename
from rt.kernel.model.messages import Command, Download, MessageShape, Query

Answer = TypeVar("Answer")

FAILURES = 5
FAILURES_WITHIN_SECONDS = 10
OPEN_SECONDS = 30
HEALTH_SECONDS = 5
NOT_THERE = (403, 404)
NO_SEGMENT = ("", ".", "..")
"""What no path holds between two slashes: the address would be another message's (RFC 3986, 5.2.4)."""


class Health(msgspec.Struct, frozen=True):
    """A unit's answer at /health."""

    status: str


class Breaker:
    """Stops asking a unit that has failed five times in ten seconds, for thirty seconds (R-6)."""

    def __init__(self) -> None:
        self._failures: list[float] = []
        self._open_until = 0.0

    def check(self) -> None:
        if time.monotonic() < self._open_until:
            raise Unavailable

    def failed(self) -> None:
        moment = time.monotonic()
        self._failures = [at for at in self._failures if moment - at < FAILURES_WITHIN_SECONDS] + [moment]
        if len(self._failures) >= FAILURES:
            self._open_until = moment + OPEN_SECONDS
            self._failures.clear()

    def answered(self) -> None:
        self._failures.clear()


class Services:
    """The other units, asked as this unit on behalf of whoever is acting, or with a user's own token.

    `client_of` gives the HTTP client that reaches a unit; it is chosen by the host.
    """

    def __init__(
        self, key: UnitKey, client_of: Callable[[str], httpx.AsyncClient], bearer: str | None = None
    ) -> None:
        self._key = key
        self._client_of = client_of
        self._bearer = bearer
        self._breakers: dict[str, Breaker] = {}

    def using(self, bearer: str) -> "Services":
        """The same services, asked with a user's or link's own token, or as nobody with none: for portals."""
        twin = Services(self._key, self._client_of, bearer)
        twin._breakers = self._breakers
        return twin

    async def ask(
        self, message: Query[Answer] | Command[Answer], key: str = "", version: int | None = None
    ) -> Answer:
        """The typed answer; AskRefused with the other's status and sentences, or Unavailable.

        `key` is the idempotency key of a command (else one follows from our own cause); `version` is sent as
        If-Match.
        """
        shape = message.shape
        unit = type(message).__module__.split(".")[2]
        request = self._request(unit, message, shape, key, version)
        response = await self._send(unit, request, again=shape.method == "GET" or shape.keyed)
        if response.status_code >= 400:
            raise _refusal(response)
        if shape.answer is Download:
            return cast("Answer", _download(response))
        return cast("Answer", read_json(response.content, shape.answer))

    async def known(self, field: str, message: Query[Answer]) -> Answer:
        """The answer about what a field names; ReferenceUnknown where there is none for whoever asks."""
        try:
            return await self.ask(message)
        except AskRefused as refused:
            if refused.status in NOT_THERE:
                raise ReferenceUnknown(field) from refused
            raise

    async def health(self, unit: str) -> str:
        """What a unit says of itself at /health; Unavailable when it does not answer well within 5 s."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                response = await self._client_of(unit).get("/health")
            answered = msgspec.json.decode(response.content, type=Health)
        except (httpx.TransportError, TimeoutError, msgspec.DecodeError) as error:
            raise Unavailable from error
        if response.status_code != 200:
            raise Unavailable
        return answered.status

    async def _send(self, unit: str, request: httpx.Request, again: bool) -> httpx.Response:
        breaker = self._breakers.setdefault(unit, Breaker())
        breaker.check()
        client = self._client_of(unit)
        try:
            async for attempt in stamina.retry_context(
                on=httpx.TransportError, attempts=3 if again else 1, wait_initial=0.05, wait_max=0.5
            ):
                with attempt:
                    async with asyncio.timeout(20):
                        response = await client.send(request)
        except (httpx.TransportError, TimeoutError) as error:
            breaker.failed()
            raise Unavailable from error
        if response.status_code >= 500 and response.status_code != 503:
            breaker.failed()
        else:
            breaker.answered()
        return response

    def _request(
        self,
        unit: str,
        message: Query[Any] | Command[Any],
        shape: MessageShape,
        key: str,
        version: int | None,
    ) -> httpx.Request:
        values = {
            name: getattr(message, name)
            for name in message.__struct_fields__
            if getattr(message, name) is not msgspec.UNSET
        }
        path = shape.route
        for name in shape.path_fields:
            value = str(values.pop(name))
            if value in NO_SEGMENT:
                raise AskRefused(NotFound().problem())
            path = path.replace("{" + name + "}", quote(value, safe=""))
        headers = self._headers(unit)
        if version is not None:
            headers["if-match"] = f'"{version}"'
        content: bytes | None = None
        if shape.upload:
            content = values.pop("content")
            headers["content-type"] = values.pop("media_type")
        elif shape.method not in ("GET", "DELETE"):
            content, values = msgspec.json.encode(values), {}
            headers["content-type"] = "application/json"
        query = {name: _in_query(value) for name, value in values.items() if value not in (None, "")}
        if shape.keyed:
            asked = fingerprint(content or b"", msgspec.json.encode(query, order="sorted"))
            headers["idempotency-key"] = key or caused_key(unit, shape.name, path, asked)
        return self._client_of(unit).build_request(
            shape.method, path, params=query, content=content, headers=headers
        )

    def _headers(self, unit: str) -> dict[str, str]:
        actor = current_actor()
        trace = current_trace() or new_trace()
        headers = {"traceparent": f"00-{trace}-{trace[:16]}-01", "accept-language": actor.language}
        if address := current_address():
            headers["x-rt-seen-from"] = address
        try:
            org_id = current_org()
        except NoOrganization:
            org_id = ""
        own = self._key.token(unit, actor, org_id)
        if self._bearer is None:
            return {**headers, "authorization": f"Bearer {own}"}
        headers["x-rt-unit"] = own
        return {**headers, "authorization": f"Bearer {self._bearer}"} if self._bearer else headers


def _in_query(value: Any) -> Any:
    plain = msgspec.to_builtins(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return plain


def _download(response: httpx.Response) -> Download:
    how = response.headers.get("content-disposition", "")
    return Download(
        content=response.content,
        media_type=response.headers.get("content-type", "application/octet-stream"),
        filename=filename(how),
        inline=how.startswith("inline"),
    )


def _refusal(response: httpx.Response) -> AskRefused:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        title = f"HTTP {response.status_code}"
        problem = Problem(
            type="about:blank", title=title, status=response.status_code, code="unreadable_answer"
        )
    refusal = AskRefused(problem)
    refusal.retry_after = whole(response.headers.get("retry-after", "")) or 0
    return refusal
