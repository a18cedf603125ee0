"""The people of the demonstration, in development: one press at the front page signs them in."""

from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.contracts.authz import Login
from rt.kernel.core.errors import NotFound, Refusal
from rt.pages import signin
from rt.ui.catalogues import gettext as _
from rt.ui.formats import LANGUAGES, speaking
from rt.ui.policy import PAGE_HEADERS
from rt.ui.session import Flash, Seal, visitor
from rt.ui.visit import Connect, FormUnproven

ADDRESS = "/demonstration"
"""At each portal's own host: only there can its session be kept."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the demonstration, the portal that is theirs (by package), and what to try there."""

    email: str
    name: str
    organization: str
    role: str
    portal: str
    fr: str
    en: str


class Demonstration(msgspec.Struct, frozen=True, kw_only=True):
    """Who may be signed in by a press, the password they all have, and where the page of the presses is."""

    people: Sequence[Person]
    password: str
    origins: Sequence[str]
    """As browsers say them: `http://localhost:8080`."""

    def of(self, portal: str) -> "Demonstration":
        return msgspec.structs.replace(self, people=[one for one in self.people if one.portal == portal])


def entered_by_press(portal: ASGIApp, demonstration: Demonstration, seal: Seal, connect: Connect) -> ASGIApp:
    """The portal, which also signs in people of the demonstration when the front page's form says who."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == ADDRESS
        answer = await enter(Request(scope, receive)) if asked else portal
        await answer(scope, receive, send)

    async def enter(request: Request) -> Response:
        # No form token: the front page is another host, and no page can say that it comes from there.
        if request.headers.get("origin") not in demonstration.origins:
            raise FormUnproven()
        form = await request.form(max_files=0, max_fields=2)
        email, wanted = str(form.get("email", "")), str(form.get("lang", ""))
        if not any(one.email == email for one in demonstration.people):
            raise NotFound()
        chosen = wanted if wanted in LANGUAGES else "fr"
        session = visitor()
        try:
            tokens = await connect("").ask(Login(email=email, password=demonstration.password))
            path = await signin.admitted(session, connect, tokens) or "/"
        except Refusal:
            path = "/login"
            with speaking(chosen):
                text = _("Ce compte n'est pas encore là : la démonstration se prépare. Réessayez bientôt.")
            session.flash = Flash(text, kind="warn")
        answer = RedirectResponse(f"{path}?lang={chosen}", 303, headers=PAGE_HEADERS)
        answer.headers.append("set-cookie", seal.header(session))
        return answer

    return app
