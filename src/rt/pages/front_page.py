"""The front page: what each portal is for, how it is now, and in demonstration whom one may enter it as."""

from collections.abc import Awaitable, Callable, Collection, Sequence

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp

from rt.contracts.admin_gateway import GetStatus, StatusView
from rt.pages.demonstration import ADDRESS, Demonstration, Person
from rt.pages.portal import FOLDER, portal_app
from rt.pages.status import name_of
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language
from rt.ui.pages import Page, render
from rt.ui.policy import CONTENT_SECURITY_POLICY
from rt.ui.portal import Portal
from rt.ui.visit import Connect, Visit, page


class Sign(msgspec.Struct, frozen=True):
    """What stands on the door of a portal: its name, for whom it is, and what one does there."""

    name: str
    icon: str
    audience: str
    does: str


SIGNS = {
    "industry": Sign(
        marked("Industriel"),
        "factory",
        marked("Pour ceux qui font transporter leurs marchandises"),
        marked(
            "Créer ou importer des commandes, les confier à un transporteur, les suivre, garder la preuve."
        ),
    ),
    "transporter": Sign(
        marked("Transporteur"),
        "truck",
        marked("Pour les exploitants des entreprises de transport"),
        marked("Répondre aux offres, composer les tournées, réserver les quais, suivre les camions."),
    ),
    "recipient": Sign(
        marked("Destinataire"),
        "package-check",
        marked("Pour ceux qui reçoivent les marchandises"),
        marked(
            "Voir ce qui arrive et quand, signer la livraison, émettre des réserves, suivre les palettes."
        ),
    ),
    "backoffice": Sign(
        marked("Administration"),
        "settings",
        marked("Pour l'équipe de la plateforme"),
        marked("Surveiller les services, lire l'histoire d'une commande, aider une organisation."),
    ),
    "driver": Sign(
        marked("Conducteur"),
        "navigation",
        marked("Pour les conducteurs, sur leur téléphone"),
        marked("Suivre sa tournée, faire signer, photographier, même sans réseau."),
    ),
}
"""By package, of every portal that is built."""


class Entrance(msgspec.Struct, frozen=True, kw_only=True):
    """A portal that exists: its package, its address without a slash at the end, the units it asks."""

    package: str
    address: str
    asks: Sequence[str]


class FrontPagePortal(msgspec.Struct, kw_only=True):
    """An entrance as shown: its sign, its state, and the people of the demonstration whose portal it is."""

    sign: Sign
    address: str
    state: str
    down: list[str]
    people: Sequence[Person]


class FrontPage(Page):
    """All entrances; `ready` when there are people to enter as."""

    template = "pages/front_page.html"
    doorways: list[FrontPagePortal]
    enter_at: str
    ready: bool
    english: bool


def state_of(
    entrance: Entrance, answering: Collection[str], told: StatusView | None
) -> tuple[str, list[str]]:
    """How a portal is, with the units that it lacks: itself first, then what stands behind it."""
    if entrance.package not in answering:
        return "down", []
    if told is None:
        return "unknown", []
    lacking = [one.unit for one in told.units if one.unit in entrance.asks and one.state == "down"]
    return ("degraded", lacking) if lacking else ("up", [])


def front_page(
    entrances: Sequence[Entrance],
    answering: Callable[[], Awaitable[Collection[str]]],
    demonstration: Demonstration | None,
    *,
    connect: Connect,
    secret: str,
    secure: bool,
) -> ASGIApp:
    """The page as an app; `answering` says which portals do, by package."""

    async def door(visit: Visit) -> Response:
        told, well = await attempt(visit, GetStatus()), await answering()
        doorways = []
        for entrance in entrances:
            state, lacking = state_of(entrance, well, told)
            doorways.append(
                FrontPagePortal(
                    sign=SIGNS[entrance.package],
                    address=entrance.address,
                    state=state,
                    down=[name_of(unit) for unit in lacking],
                    people=demonstration.of(entrance.package).people if demonstration else (),
                )
            )
        shown = FrontPage(
            title=_("Par où entrer ?"),
            doorways=doorways,
            enter_at=ADDRESS,
            ready=any(one.people for one in doorways),
            english=language() == "en",
        )
        answer = render(shown, visit.request)
        if shown.ready:
            # The forms post to the portals' own hosts, which know this page by its Origin.
            portals = " ".join(["form-action 'self'", *(one.address for one in entrances)])
            policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", portals)
            answer.headers["content-security-policy"] = policy
            answer.headers["referrer-policy"] = "strict-origin"
        return answer

    portal = Portal(
        name="door",
        title="RT-Technologie",
        folder=FOLDER,
        pages=[page("/", door, anyone=True, methods=("GET",))],
        public=True,
    )
    return portal_app(portal, connect=connect, secret=secret, secure=secure)
