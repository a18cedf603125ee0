"""How the house is: the board of its units, open to anybody, and the sentence that all users read."""

from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import GetStatus, HealthView, SetNotice
from rt.kernel.clock import now
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language, percent
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PURPOSES = {
    "admin_gateway": marked("Administration, état, audit"),
    "authz": marked("Personnes, organisations, droits"),
    "core_orders": marked("Commandes de transport"),
    "notifications": marked("Courriels, SMS et webhooks"),
    "planning": marked("Flotte, tournées et créneaux à quai"),
    "tms_sync": marked("Échanges avec les TMS"),
    "ecpmr": marked("Lettres de voiture électroniques"),
    "vigilance": marked("Papiers des transporteurs"),
    "palette": marked("Comptes de palettes"),
    "affret_ia": marked("Recherche de transporteur"),
    "training": marked("Formations et certificats"),
    "storage_market": marked("Places d'entreposage"),
    "pricing_grids": marked("Grilles de prix, gazole"),
    "tracking_ia": marked("Positions et heures prévues"),
    "bourse": marked("Bourse de fret"),
    "wms_sync": marked("Échanges avec les entrepôts"),
    "erp_sync": marked("Échanges avec les ERP, factures"),
}
ORDER = {"down": 0, "unknown": 1, "up": 2, "not_built": 3}


class UnitLine(msgspec.Struct, kw_only=True):
    """A unit on the board."""

    unit: str
    name: str
    purpose: str
    state: str
    since: datetime | None
    answers: str
    availability: str


class StatusPage(Page):
    """The board; whoever is not signed in sees it in a frame of its own."""

    template, part = "status.html", "_status.html"
    state: str
    rows: list[UnitLine]
    columns: list[str]
    built: int
    up: int
    notice: str
    checked_at: datetime | None
    seen_at: datetime
    may_say: bool


class NoticePage(Page):
    """The sentence at the top of every portal."""

    template = "notice.html"
    form: Form
    says: bool


def line(unit: HealthView) -> UnitLine:
    purpose = PURPOSES.get(unit.unit, "")
    return UnitLine(
        unit=unit.unit,
        name=unit.name,
        purpose=_(purpose) if purpose else "",
        state=unit.state,
        since=unit.since,
        answers="" if unit.milliseconds is None else f"{round(unit.milliseconds)} ms",
        availability="" if unit.availability_24h is None else percent(unit.availability_24h, 1),
    )


async def status(visit: Visit) -> Page | Response:
    told = await attempt(visit, GetStatus())
    units = sorted(told.units, key=lambda one: ORDER[one.state]) if told else []
    built = [one for one in units if one.state != "not_built"]
    return StatusPage(
        title=_("État de la plateforme"),
        state=told.state if told else "unknown",
        rows=[line(one) for one in units],
        columns=[
            _("Service"),
            _("Rôle"),
            _("État"),
            _("Depuis"),
            _("Répond en"),
            _("Disponible sur 24 h"),
        ],
        built=len(built),
        up=sum(one.state == "up" for one in built),
        notice=((told.notice_fr if language() == "fr" else told.notice_en) if told else ""),
        checked_at=max((one.checked_at for one in units if one.checked_at), default=None),
        seen_at=now(),
        may_say=visit.session.signed_in and visit.session.may("admin_gateway.write"),
    )


async def notice(visit: Visit) -> Page | Response:
    told = await attempt(visit, GetStatus())
    said = {"fr": told.notice_fr, "en": told.notice_en} if told else {}
    form = visit.form(
        SetNotice,
        values=said,
        labels={"fr": _("En français"), "en": _("En anglais")},
        hints={"fr": _("Une phrase : ce qui se passe, jusqu'à quand. Vide pour ne plus rien dire.")},
        submit=_("Afficher à tous"),
    )
    if visit.posted is not None and (done := await form.submit()):
        shown = _("Le message est affiché à tous.") if done.fr or done.en else _("Le message est retiré.")
        return visit.go("/notice", shown)
    return NoticePage(
        title=_("Message à tous"),
        crumbs=[("/status", _("État de la plateforme"))],
        form=form,
        says=any(said.values()),
    )


PAGES = [page("/status", status, anyone=True, methods=("GET",)), page("/notice", notice)]
