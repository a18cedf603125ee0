"""A portal put together: session, language, static files and error pages around its pages.

Signing in and what the platform announces come from above (`Surroundings`): here no contract is known.
"""

import gzip
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rt.kernel.core.errors import NotFound, Refusal, TooLarge, Unavailable
from rt.kernel.web.allow import allowed_methods
from rt.trade import roads_map
from rt.ui import density
from rt.ui.catalogues import gettext as _
from rt.ui.formats import LANGUAGES, speaking
from rt.ui.pages import STATIC, Frame, NavItem, Page, render, static, wants_part
from rt.ui.policy import PAGE_HEADERS
from rt.ui.session import Seal, Session, visitor
from rt.ui.templating import environment
from rt.ui.visit import Connect, Visit, page

LANGUAGE_COOKIE = "rt_language"
YEAR_S = 365 * 24 * 3600
FORM_LIMIT_BYTES = 60_000_000
"""Five photos as units take them, and some."""
PRESSED = (".css", ".js", ".json", ".svg")
"""Files sent compressed. Pages are not: they hold a token beside what visitors typed (BREACH)."""


class Portal(msgspec.Struct, kw_only=True):
    """What a portal says of itself: its pages and their navigation, nothing else."""

    name: str
    """As in the topology: `transporter`."""
    title: str
    """As people call it, in French."""
    folder: Path
    """Where its `templates/` are, and its `static/` if it has any."""
    pages: Sequence[BaseRoute]
    navigation: Sequence[NavItem] = ()
    home: str = "/"
    field: bool = False
    """Large targets and strong contrast, for gloves and sun."""
    offline: bool = False
    """With service worker and manifest: pages seen stay readable without network."""
    public: bool = False
    """Nobody signs in here: visitors come by links."""
    style: str = ""
    """A stylesheet in its `static/` that overrides tokens."""


class Surroundings(msgspec.Struct, kw_only=True, frozen=True):
    """What every portal of the platform has around its own pages, in messages of contracts."""

    renew: Callable[[Session], Awaitable[None]]
    """New tokens for a session whose access ends, unseen by its visitor."""
    announced: Callable[[Request], Awaitable[Sequence[Any]]]
    """What stands above every page; nothing rather than something late."""
    routes: Sequence[BaseRoute] = ()
    search: str = ""
    """The address of a search over everything, for those who are signed in."""
    notices: str = ""
    """The address of what the platform tells the person, for those who are signed in."""
    templates: Mapping[str, Path] = {}
    """More folders of templates, by the name that their addresses begin with."""


class ErrorPage(Page):
    """What went wrong, in words, and where to go from here."""

    template = "ui/pages/error.html"
    status: int
    sentence: str
    code: str = ""
    trace: str = ""
    home: str = "/"


class OfflinePage(Page):
    """What the service worker shows for a page it never saw."""

    template = "ui/pages/offline.html"


class Gate:
    """Opens the visitor's session before a page and keeps it after; pure ASGI."""

    def __init__(
        self, app: ASGIApp, portal: Portal, seal: Seal, connect: Connect, around: Surroundings
    ) -> None:
        self.app, self.portal, self.seal, self.connect, self.around = app, portal, seal, connect, around
        self.templates = environment(portal.folder / "templates", beside=around.templates)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/static/", "/portal/")):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        known = self.seal.open(request.cookies.get(self.seal.name, ""))
        session = known or visitor()
        before = msgspec.json.encode(known)
        if session.due:
            await self.around.renew(session)
        flash = None
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            flash, session.flash = session.flash, None
        chosen = self._language(request, session)
        whole = "text/html" in request.headers.get("accept", "") and not wants_part(request.headers)
        with speaking(chosen):
            told = await self.around.announced(request) if whole else []
        state: dict[str, Any] = scope.setdefault("state", {})
        link = scope["path"].split("/")[2] if scope["path"].startswith("/l/") else ""
        state.update(
            session=session,
            seal=self.seal,
            portal=self.portal,
            connect=self.connect,
            services=self.connect(link or session.access),
            templates=self.templates,
            frame=Frame(
                portal=self.portal.name,
                brand=self.portal.title,
                path=scope["path"],
                language=chosen,
                navigation=[n for n in self.portal.navigation if session.signed_in and session.may(n.needs)],
                search=self.around.search if session.signed_in else "",
                notices=self.around.notices if session.signed_in else "",
                name=session.name,
                organization=session.organization,
                token=self.seal.token(session),
                marker=self.seal.marker(session),
                owner=self.seal.owner(session),
                flash=flash,
                news=told,
                here=scope["path"] + (f"?{request.url.query}" if request.url.query else ""),
                field=self.portal.field,
                dense=density.dense(request.cookies),
                offline=self.portal.offline,
                style=f"/portal/{self.portal.style}" if self.portal.style else "",
            ),
        )

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["rt-session"] = self.seal.marker(state["session"])
                headers["content-language"] = chosen
                if msgspec.json.encode(state["session"]) != before:
                    headers.append("set-cookie", self.seal.header(state["session"]))
                if request.query_params.get("lang") in LANGUAGES:
                    headers.append("set-cookie", self._language_cookie(chosen))
            await send(message)

        with speaking(chosen):
            await self.app(scope, bounded(receive), keep)

    def _language_cookie(self, chosen: str) -> str:
        kept = f"{LANGUAGE_COOKIE}={chosen}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR_S}"
        return kept + ("; Secure" if self.seal.secure else "")

    def _language(self, request: Request, session: Session) -> str:
        """Asked for now, chosen before, the person's own, the browser's, French: in this order."""
        accepted = [
            part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")
        ]
        wanted = [
            request.query_params.get("lang", ""),
            request.cookies.get(LANGUAGE_COOKIE, ""),
            session.language,
            *accepted,
        ]
        return next((w for w in wanted if w in LANGUAGES), "fr")


def bounded(receive: Receive) -> Receive:
    """A body up to FORM_LIMIT_BYTES, TooLarge beyond: the parser of forms knows no end of files."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > FORM_LIMIT_BYTES:
            raise TooLarge(limit_mb=FORM_LIMIT_BYTES // 1_000_000)
        return message

    return receiving


async def refused(request: Request, exc: Exception) -> Response:
    """A refusal as a page, or as problem details for islands."""
    refusal = exc if isinstance(exc, Refusal) else NotFound()
    problem = refusal.problem(request.state.frame.language)
    if "application/json" in request.headers.get("accept", ""):
        return Response(
            msgspec.json.encode(problem),
            problem.status,
            headers={**PAGE_HEADERS, "content-type": "application/problem+json"},
        )
    made = ErrorPage(
        title=_("Page introuvable") if problem.status == 404 else _("Demande refusée"),
        status=problem.status,
        sentence=problem.title,
        code=problem.code,
        trace=problem.trace_id,
        home=request.state.portal.home,
    )
    return render(made, request, problem.status)


async def unrouted(request: Request, exc: Exception) -> Response:
    """No page or file at this address, or not with this method; a form that cannot be read."""
    found = exc if isinstance(exc, HTTPException) else HTTPException(404)
    if "frame" in request.scope.get("state", {}):
        answer = await refused(request, NotFound())
    else:
        answer = Response(status_code=found.status_code, headers=PAGE_HEADERS)
    answer.status_code = found.status_code
    answer.headers.update(found.headers or {})
    if found.status_code == 405 and (served := allowed_methods(request)):
        answer.headers["allow"] = served
    return answer


async def broke(request: Request, exc: Exception) -> Response:
    """A fault of ours: say that nothing was lost and how to name it to support."""
    with speaking(request.state.frame.language):
        made = ErrorPage(
            title=_("Un problème est survenu chez nous"),
            status=500,
            sentence=_("Votre saisie n'est pas perdue : revenez en arrière et réessayez dans un instant."),
            code=Unavailable().code,
            home=request.state.portal.home,
        )
        return render(made, request, 500)


async def offline(request: Request) -> Response:
    """The page without network."""
    return render(OfflinePage(title=_("Hors connexion")), request)


async def worker(request: Request) -> Response:
    """The service worker that works offline: at the root, because its place is its scope."""
    return script("sw.js")


async def pusher(request: Request) -> Response:
    """The service worker that only shows what is pushed."""
    return script("pushonly.js")


def script(name: str) -> Response:
    return FileResponse(
        STATIC / "built" / name, media_type="text/javascript", headers={"cache-control": "no-cache"}
    )


async def manifest(request: Request) -> Response:
    """What a phone needs to install the portal."""
    portal: Portal = request.state.portal
    icons = [
        {
            "src": static(f"app-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    told = {
        "name": f"RT {portal.title}",
        "short_name": portal.title,
        "start_url": portal.home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#0d2a38",
        "theme_color": "#0d2a38",
        "lang": "fr",
        "icons": icons,
    }
    return Response(json.dumps(told), media_type="application/manifest+json")


@lru_cache(maxsize=128)
def _pressed(file: Path, modified: float) -> bytes:
    return gzip.compress(file.read_bytes(), 9)


class HashedFiles(StaticFiles):
    """Static files; one asked for by the print of its content may be kept for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if isinstance(answer, FileResponse) and path.endswith(PRESSED) and "gzip" in accepted:
            modified = answer.stat_result.st_mtime if answer.stat_result else 0
            pressed = _pressed(Path(answer.path), modified)
            answer = Response(pressed, media_type=answer.media_type, headers={"content-encoding": "gzip"})
        answer.headers["vary"] = "Accept-Encoding"
        kept = b"v=" in scope.get("query_string", b"") or "/chunk-" in f"/{path}"
        answer.headers["cache-control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        answer.headers["x-content-type-options"] = "nosniff"
        return answer


async def road_tile(request: Request) -> Response:
    """Roads and towns for the map; the same for everybody, for a day."""
    content = roads_map.tile(request.path_params["tile"])
    if content is None:
        return Response(status_code=404)
    headers = {"cache-control": "public, max-age=86400", "vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = gzip.compress(content, 6), "gzip"
    return Response(content, media_type="application/json", headers=headers)


async def session_told(visit: Visit) -> Response:
    """For islands: whether one is signed in, and the token that their requests carry."""
    session = visit.session
    return visit.json(
        {
            "signed_in": session.signed_in,
            "token": visit.seal.token(session),
            "marker": visit.seal.marker(session),
            "owner": visit.seal.owner(session),
            "name": session.name,
        }
    )


def framed_app(portal: Portal, around: Surroundings, *, connect: Connect, seal: Seal) -> Starlette:
    """The portal as an app within its surroundings. `connect` gives services for a token."""
    routes: list[BaseRoute] = [
        Route("/static/roads/{tile}", road_tile),
        Mount("/static", HashedFiles(directory=STATIC, check_dir=False)),
        Route("/offline", offline),
        Route("/manifest.webmanifest", manifest),
        page("/session.json", session_told, anyone=True, methods=("GET",)),
    ]
    if portal.offline:
        routes.append(Route("/sw.js", worker))
    if not portal.public:
        routes.append(Route("/push.js", pusher))
    if (portal.folder / "static").is_dir():
        routes.append(Mount("/portal", HashedFiles(directory=portal.folder / "static")))
    return Starlette(
        routes=[*routes, *density.PAGES, *portal.pages, *around.routes],
        middleware=[Middleware(Gate, portal=portal, seal=seal, connect=connect, around=around)],
        exception_handlers={Refusal: refused, HTTPException: unrouted, Exception: broke},
    )
