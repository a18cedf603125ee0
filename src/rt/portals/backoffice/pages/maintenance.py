"""Maintenance: windows announced to everybody, called off before they begin, ended early."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import AnnounceWindow, CancelWindow, EndWindow, FindWindows, WindowView
from rt.kernel.core.errors import NotFound
from rt.pages.status import PURPOSES, listed, name_of
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.forms import Form, FormPage
from rt.ui.pages import Choice, Page
from rt.ui.visit import Visit, page


class WindowLine(msgspec.Struct, kw_only=True):
    """A window in the list."""

    window_id: str
    title: str
    text: str
    state: str
    starts_at: datetime
    ends_at: datetime
    units: str
    mail: str
    short_notice: bool
    reason: str


class MaintenancePage(Page):
    """Windows, the latest first."""

    template = "maintenance.html"
    rows: list[WindowLine]
    next_starts_at: datetime
    next_ends_at: datetime
    may: bool


class AnnouncePage(Page):
    """A window to be announced."""

    template = "announce.html"
    form: Form


def unit_choices() -> Sequence[Choice]:
    return [Choice(unit, name_of(unit)) for unit in PURPOSES]


def mail_of(window: WindowView) -> str:
    """When the organizations are or were written to."""
    if window.foreseen_at is not None:
        return _("Les administrateurs ont été prévenus par courriel.")
    if window.state == "announced":
        return _("Les administrateurs seront prévenus par courriel sept jours avant.")
    return ""


def title_of(window: WindowView) -> str:
    return _("Fenêtre régulière") if window.kind == "regular" else _("Maintenance urgente")


def line(window: WindowView) -> WindowLine:
    return WindowLine(
        window_id=window.window_id,
        title=title_of(window),
        text=window.fr if language() == "fr" else window.en,
        state=window.state,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        units=listed(window.units),
        mail=mail_of(window),
        short_notice=window.short_notice,
        reason=window.cancelled_because or window.reason,
    )


async def maintenance(visit: Visit) -> Page | Response:
    found = await visit.ask(FindWindows())
    return MaintenancePage(
        title=_("Maintenance"),
        crumbs=[("/status", _("État de la plateforme"))],
        rows=[line(one) for one in found.items],
        next_starts_at=found.next_starts_at,
        next_ends_at=found.next_ends_at,
        may=visit.session.may("admin_gateway.write"),
    )


async def announce(visit: Visit) -> Page | Response:
    """The next regular window is proposed."""
    found = await visit.ask(FindWindows())
    form = visit.form(
        AnnounceWindow,
        values={"kind": "regular", "starts_at": found.next_starts_at, "ends_at": found.next_ends_at},
        choices={
            "kind": [("regular", _("Régulière")), ("urgent", _("Urgente"))],
            "units": unit_choices(),
        },
        labels={
            "kind": _("Sorte"),
            "starts_at": _("Début (heure de Paris)"),
            "ends_at": _("Fin (heure de Paris)"),
            "fr": _("Ce que lisent les utilisateurs, en français"),
            "en": _("La même phrase en anglais"),
            "units": _("Services touchés"),
            "reason": _("Pourquoi c'est urgent"),
        },
        hints={
            "kind": _("Régulière : une fois par mois, un dimanche de 2 h à 6 h UTC, sept jours d'avance."),
            "units": _("Aucun coché : toute la plateforme."),
            "reason": _("Pour une fenêtre urgente ; lu par l'équipe seule. 24 heures d'avance si possible."),
        },
        submit=_("Annoncer"),
    )
    if visit.posted is not None and await form.submit():
        return visit.go("/maintenance", _("La fenêtre est annoncée."))
    return AnnouncePage(
        title=_("Annoncer une maintenance"),
        crumbs=[("/status", _("État de la plateforme")), ("/maintenance", _("Maintenance"))],
        form=form,
    )


async def cancel(visit: Visit) -> Page | Response:
    window_id = visit.path["window_id"]
    found = await visit.ask(FindWindows())
    window = next((one for one in found.items if one.window_id == window_id), None)
    if window is None:
        raise NotFound
    form = visit.form(
        CancelWindow,
        fixed={"window_id": window_id},
        labels={"reason": _("Motif")},
        hints={"reason": _("Lu par l'équipe seule.")},
        submit=_("Annuler la fenêtre"),
    )
    if visit.posted is not None and await form.submit():
        return visit.go("/maintenance", _("La fenêtre est annulée."))
    return FormPage(
        title=_("Annuler une fenêtre"),
        crumbs=[("/maintenance", _("Maintenance"))],
        form=form,
        lead=_("Ceux qui avaient été prévenus par courriel le sont aussi de l'annulation."),
        back="/maintenance",
    )


async def end(visit: Visit) -> Response:
    message = EndWindow(window_id=visit.path["window_id"])
    return await pressed(visit, message, "/maintenance", _("La maintenance est terminée."))


PAGES = [
    page("/maintenance", maintenance, methods=("GET",)),
    page("/maintenance/new", announce),
    page("/maintenance/{window_id}/cancel", cancel),
    page("/maintenance/{window_id}/end", end, methods=("POST",)),
]
