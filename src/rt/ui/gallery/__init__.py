"""Every component in every state, live: shown in the back office, walked through by the tests."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response
from starlette.routing import Route

from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Invalid
from rt.kernel.model.messages import SIGNED_IN, Command, Empty
from rt.trade.places import Address
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form
from rt.ui.pages import UI, Column, Page
from rt.ui.visit import Visit, page

PARTS = tuple(sorted(path.stem for path in (UI / "gallery" / "parts").glob("*.html")))
"""One part per component file."""


class TryForm(Command[Empty], route="/gallery/form", needs=SIGNED_IN):
    """A command with a field of each kind, for the gallery alone."""

    reference: Annotated[str, Meta(min_length=3, max_length=20, pattern="^[A-Z0-9-]+$")]
    email: Annotated[str, Meta(max_length=254)]
    price_cents: Annotated[int, Meta(ge=0, le=100_000_00)]
    weight_kg: Annotated[float, Meta(ge=0, le=44_000)]
    pallets: Annotated[int, Meta(ge=1, le=66)] = 1
    day: date | None = None
    pickup_from: datetime | None = None
    role: Literal["dispatcher", "driver", "viewer"] = "dispatcher"
    requirements: tuple[Literal["tail_lift", "adr", "temperature"], ...] = ()
    instructions: Annotated[str, Meta(max_length=500)] = ""
    delivery: Address = Address()
    two_drivers: bool = False


class GalleryFull(Conflict):
    fr = "Le quai est complet à cette heure. Le prochain créneau libre est à {at}."
    en = "The dock is full at that time. The next free slot is at {at}."


class Sample(msgspec.Struct, kw_only=True):
    """A row of the sample list."""

    id: str
    reference: str
    state: str
    carrier: str
    delivery: str
    deadline: datetime | None
    price_cents: int | None
    weight_kg: float
    next: str


class GalleryPage(Page):
    """All parts on one page, or one alone."""

    template = "ui/gallery/gallery.html"
    part = "ui/gallery/_parts.html"
    parts: tuple[str, ...]
    at: datetime
    columns: list[Column]
    rows: list[Sample]
    form: Form
    wrong: Form
    refused: Form
    points: list[dict[str, Any]]


def samples(at: datetime) -> list[Sample]:
    """Orders in the states that a list meets."""
    told = [
        ("CMD-24107", "in_transit", "Transports Morel", "Lyon 7e", 45, 48_500, 12_400, _("Suivre")),
        ("CMD-24108", "tendered", "Garonne Fret", "Toulouse", 130, 91_250, 22_800, _("Relancer")),
        ("CMD-24102", "late", "Établissements Lefèvre", "Strasbourg", -35, 128_000, 24_000, _("Prévenir")),
        ("CMD-24111", "planned", "Transports Morel", "Rungis", 1800, None, 840.5, _("Ouvrir")),
        ("CMD-24093", "delivered", "Atlantique Messagerie", "Nantes", None, 31_990, 3_150, _("Valider")),
    ]
    return [
        Sample(
            id=f"ord_{number}",
            reference=reference,
            state=state,
            carrier=carrier,
            delivery=place,
            deadline=None if minutes is None else at + timedelta(minutes=minutes),
            price_cents=cents,
            weight_kg=kilograms,
            next=action,
        )
        for number, (reference, state, carrier, place, minutes, cents, kilograms, action) in enumerate(told)
    ]


def columns() -> list[Column]:
    return [
        Column(name="reference", label=_("Commande")),
        Column(name="state", label=_("État"), kind="state"),
        Column(name="carrier", label=_("Transporteur")),
        Column(name="delivery", label=_("Livraison"), wide=True),
        Column(name="weight_kg", label=_("Poids"), kind="weight", wide=True),
        Column(name="price_cents", label=_("Prix"), kind="money"),
        Column(name="deadline", label=_("Échéance"), kind="deadline"),
    ]


def shown(visit: Visit, parts: tuple[str, ...] = PARTS) -> GalleryPage:
    """The gallery's page with forms before, after a mistake and after a refusal."""
    token = visit.seal.token(visit.session)
    wrong = Form(TryForm, token=token, only=("reference", "price_cents", "day"), submit=_("Enregistrer"))
    wrong.refused(
        Invalid.together([Invalid("reference"), Invalid("price_cents")]),
    )
    refused = Form(TryForm, token=token, only=("pickup_from",), submit=_("Réserver"))
    refused.refused(GalleryFull(at="14:30"))
    return GalleryPage(
        title=_("Galerie des composants"),
        crumbs=[("/", _("Accueil"))],
        parts=parts,
        at=now(),
        columns=columns(),
        rows=samples(now()),
        form=visit.form(TryForm, submit=_("Enregistrer"), values={"reference": "CMD-24107"}),
        wrong=wrong,
        refused=refused,
        points=[
            {"lat": 48.7558, "lon": 2.3522, "label": "Rungis", "tone": "ok", "glyph": "1"},
            {"lat": 47.322, "lon": 5.0415, "label": "FR-482-KD", "tone": "note", "href": "#map"},
            {"lat": 45.764, "lon": 4.8357, "label": "Lyon", "tone": "warn", "glyph": "2"},
        ],
    )


async def gallery(visit: Visit) -> Page | Response:
    return shown(visit)


async def one(visit: Visit) -> Page | Response:
    named = visit.path["name"]
    return shown(visit, tuple(part for part in PARTS if part == named))


async def tried(visit: Visit) -> Page | Response:
    made = shown(visit, ("form",))
    made.form.read()
    return made


PAGES: list[Route] = [
    page("/gallery", gallery, methods=("GET",)),
    page("/gallery/form", tried),
    page("/gallery/{name}", one, methods=("GET",)),
]
"""To stand among the back office's pages."""
