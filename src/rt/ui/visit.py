"""One request to a portal: who visits, what they say, and where they go next."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rt.kernel.core.errors import Forbidden, Malformed, Refusal, Unauthorized
from rt.kernel.core.malformed import malformed
from rt.kernel.model.messages import Command, Query
from rt.ui.addresses import inside
from rt.ui.fields import Unreadable
from rt.ui.forms import PROOF, Form
from rt.ui.pages import Page, render
from rt.ui.policy import PAGE_HEADERS
from rt.ui.session import Flash, Seal, Session, Tone, signed_out

Answer = TypeVar("Answer")
SAFE = ("GET", "HEAD")
MOST_FIELDS = 5_000
"""More than the longest form has: a statement of 2,000 lines, each with an answer and a remark."""
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class Asks(Protocol):
    """What a portal speaks to services with: the kernel's Services under one person's token."""

    async def ask(
        self, message: Query[Answer] | Command[Answer], /, *, key: str = "", version: int | None = None
    ) -> Answer:
        """The answer to a message; `key` is the idempotency key of a command, `version` goes as If-Match."""


Connect = Callable[[str], Asks]
"""Services that speak with this token; with none as anybody."""


class FormUnproven(Forbidden):
    """A form without the token of its session: from elsewhere, or older than the session."""

    fr = "Ce formulaire a expiré. Rechargez la page et recommencez : rien n'a été enregistré."
    en = "This form has expired. Reload the page and try again: nothing was recorded."


class Visit:
    """One request, in the words that pages need."""

    def __init__(self, request: Request, posted: FormData | None) -> None:
        self.request = request
        self.posted = posted
        self.session: Session = request.state.session
        self.services: Asks = request.state.services
        self.seal: Seal = request.state.seal

    @property
    def path(self) -> Mapping[str, str]:
        """Values from the address."""
        return self.request.path_params

    @property
    def query(self) -> QueryParams:
        """Values after the question mark."""
        return self.request.query_params

    @property
    def link(self) -> str:
        """The token of the public link that this visit came by, if any."""
        return (
            str(self.request.path_params.get("token", "")) if self.request.url.path.startswith("/l/") else ""
        )

    async def ask(
        self, message: Query[Answer] | Command[Answer], *, key: str = "", version: int | None = None
    ) -> Answer:
        """Ask a service in the visitor's name."""
        return await self.services.ask(message, key=key, version=version)

    def asked(self, message: type[Query[Answer]], **fixed: Any) -> Query[Answer]:
        """A query filled from the address's query string; what does not fit it is left out."""
        given = dict(fixed)
        for name in message.__struct_fields__:
            if name in fixed or not (texts := [text for text in self.query.getlist(name) if text]):
                continue
            with suppress(msgspec.ValidationError):
                msgspec.convert({**given, name: texts[-1]}, message, strict=False)
                given[name] = texts[-1]
        return msgspec.convert(given, message, strict=False)

    def form(self, message: type[msgspec.Struct], **options: Any) -> Form:
        """The form of a command, with what was posted to this address; options as for Form."""
        return Form(
            message, posted=self.posted, say=self._say, token=self.seal.token(self.session), **options
        )

    async def _say(self, message: Command[Any], key: str, version: int | None = None) -> Any:
        return await self.services.ask(message, key=key, version=version)

    def go(self, path: str, say: str = "", *, undo: str = "", kind: Tone = "ok") -> Response:
        """Go to another page of the portal, with a message there and the address that takes it back.

        An address that leads out of it leads home. A message of kind `bad` says why nothing was done.
        """
        if say:
            self.session.flash = Flash(say, undo, kind)
        return sent(self.request, inside(path, self.request.state.portal.home))

    def json(self, value: Any, status: int = 200) -> Response:
        """A struct as JSON, for islands."""
        return Response(
            msgspec.json.encode(value), status, headers={**PAGE_HEADERS, "content-type": "application/json"}
        )

    async def body(self, kind: type[Answer]) -> Answer:
        """A JSON body of an island as a struct."""
        try:
            return msgspec.json.decode(await self.request.body(), type=kind)
        except (msgspec.DecodeError, RecursionError) as error:
            raise malformed(error) from error


Handler = Callable[[Visit], Awaitable[Page | Response]]


async def _posted(request: Request) -> FormData | None:
    """The form of an unsafe request after its token was checked; JSON and photos prove it in a header."""
    if request.method in SAFE:
        return None
    session: Session = request.state.session
    seal: Seal = request.state.seal
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormUnproven()
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://")[-1] != request.headers.get("host", ""):
        raise FormUnproven()
    kind = request.headers.get("content-type", "").split(";")[0]
    form = await request.form(max_fields=MOST_FIELDS) if kind in FORM_TYPES else None
    token = request.headers.get("x-csrf-token") or (str(form.get(PROOF, "")) if form is not None else "")
    if not seal.accepts(session, token):
        raise FormUnproven()
    return form if form is not None else FormData()


def page(
    path: str, handler: Handler, *, anyone: bool = False, methods: tuple[str, ...] = ("GET", "POST")
) -> Route:
    """A route to a page; the handler answers GET and POST of one address. `anyone`: without signing in."""

    async def endpoint(request: Request) -> Response:
        session: Session = request.state.session
        if not anyone and not session.signed_in and not request.url.path.startswith("/l/"):
            return signing_in(request)
        visit = Visit(request, await _posted(request))
        try:
            made = await handler(visit)
        except Refusal as refusal:
            if signed_out(refusal) and session.signed_in:
                session.access = session.refresh = ""
                return signing_in(request)
            raise
        except (msgspec.ValidationError, OverflowError, Unreadable) as error:
            raise unreadable(error) from error
        if isinstance(made, Response):
            return made
        wrong = any(
            isinstance(v, Form) and v.wrong for v in (getattr(made, f) for f in made.__struct_fields__)
        )
        return render(made, request, 422 if wrong and visit.posted is not None else 200)

    return Route(path, endpoint, methods=list(methods), name=handler.__name__)


def unreadable(error: Exception) -> Refusal:
    """An address or a form that no page makes: its values fit no message of ours."""
    if isinstance(error, msgspec.ValidationError):
        return malformed(error)
    if isinstance(error, Unreadable):
        return Malformed("", str(error), str(error))
    return Malformed("", "nombre hors limites", "number out of range")


def signing_in(request: Request) -> Response:
    """To the login page, and back here afterwards; islands are told with 401."""
    if "application/json" in request.headers.get("accept", ""):
        headers = {**PAGE_HEADERS, "content-type": "application/problem+json"}
        return Response(msgspec.json.encode(Unauthorized().problem()), 401, headers=headers)
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"/login?next={quote(back, safe='')}" if request.method in SAFE and back != "/" else "/login"
    return sent(request, target)


def sent(request: Request, path: str) -> Response:
    """To a page of this portal; HTMX is told so that it loads it whole."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)
