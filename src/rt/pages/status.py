"""How the platform is, for anybody, in every portal: units, ninety days, incidents, maintenance, support."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import (
    GetHistory,
    GetNews,
    GetStatus,
    GetSupport,
    HealthView,
    PublicOutageView,
    PublicWindowView,
    SupportLevelView,
    UpdateView,
)
from rt.kernel.core.clock import now, today
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import day, duration, language, percent
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
GOOD, FAIR = 0.999, 0.95
"""Shares of good answers from which a day is green, and amber."""
BAR, STEP, TALL = 3, 4, 24
"""A day in the drawing: its width, its place, its height."""
BAD_DAYS_NAMED = 3


class UnitLine(msgspec.Struct, kw_only=True):
    """A unit on the board; `bars` are drawn paths by tone, `told` says them in words."""

    unit: str
    name: str
    purpose: str
    state: str
    since: datetime | None
    answers: str
    availability: str
    bars: list[tuple[str, str]]
    told: str


class Happening(msgspec.Struct, kw_only=True):
    """An incident or a window as this page's reader is told of it."""

    title: str
    text: str
    state: str
    severity: str = ""
    units: str
    starts_at: datetime
    ends_at: datetime | None
    updates: list[tuple[datetime, str]] = []


class Promise(msgspec.Struct, kw_only=True):
    """A level of support in words."""

    name: str
    address: str
    hours: str
    within: str
    answer_by: datetime


class StatusPage(Page):
    """The board; whoever is not signed in sees it in a frame of its own."""

    template, part = "pages/status.html", "pages/_status.html"
    state: str
    rows: list[UnitLine]
    absent: list[str]
    built: int
    up: int
    incidents: list[Happening]
    past: list[Happening]
    windows: list[Happening]
    done: list[Happening]
    promises: list[Promise]
    notice: str
    checked_at: datetime | None
    seen_at: datetime
    days: int
    width: int
    framed: bool
    home: str
    actions: Sequence[tuple[str, str, str]] = ()
    """What its reader may do here: path, label, icon."""


def name_of(unit: str) -> str:
    """What a unit is for, in the page's language."""
    purpose = PURPOSES.get(unit, "")
    return _(purpose) if purpose else unit.replace("_", "-")


def bars(days: Sequence[float | None]) -> list[tuple[str, str]]:
    """One path for each tone, with a bar for each day; days that nobody knows are left low."""
    paths: dict[str, list[str]] = {}
    for nth, share in enumerate(days):
        tone = "idle" if share is None else "ok" if share >= GOOD else "warn" if share >= FAIR else "bad"
        tall = TALL // 3 if share is None else TALL
        paths.setdefault(tone, []).append(f"M{nth * STEP} {TALL}v-{tall}h{BAR}v{tall}")
    return [(tone, "".join(drawn)) for tone, drawn in paths.items()]


def in_words(days: Sequence[float | None], first: date) -> str:
    """The same for who does not see the drawing: the average, and the worst days."""
    known = [share for share in days if share is not None]
    if not known:
        return _("Rien n'est encore connu.")
    worst = sorted(
        (share, first + timedelta(days=nth))
        for nth, share in enumerate(days)
        if share is not None and share < GOOD
    )
    average = _("%(share)s sur 90 jours") % {"share": percent(sum(known) / len(known), 2)}
    named = [f"{day(on)} ({percent(share, 1)})" for share, on in worst[:BAD_DAYS_NAMED]]
    return " · ".join([average, *named])


def line(unit: HealthView, days: Sequence[float | None], first: date) -> UnitLine:
    return UnitLine(
        unit=unit.unit,
        name=unit.name,
        purpose=name_of(unit.unit),
        state=unit.state,
        since=unit.since,
        answers="" if unit.milliseconds is None else f"{round(unit.milliseconds)} ms",
        availability="" if unit.availability_24h is None else percent(unit.availability_24h, 1),
        bars=bars(days),
        told=in_words(days, first),
    )


def spoken(one: UpdateView | PublicWindowView) -> str:
    return one.fr if language() == "fr" else one.en


def listed(units: Sequence[str]) -> str:
    return ", ".join(name_of(unit) for unit in units) or _("Toute la plateforme")


def outage(one: PublicOutageView) -> Happening:
    return Happening(
        title=one.title_fr if language() == "fr" else one.title_en,
        text="",
        state=one.state,
        severity=one.severity,
        units=listed(one.units),
        starts_at=one.opened_at,
        ends_at=one.resolved_at,
        updates=[(update.at, spoken(update)) for update in one.updates],
    )


def window(one: PublicWindowView) -> Happening:
    return Happening(
        title=_("Maintenance") if one.kind == "regular" else _("Maintenance urgente"),
        text=spoken(one),
        state=one.state,
        units=listed(one.units),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
    )


def promise(level: SupportLevelView) -> Promise:
    names = {"l1": _("Utilisateurs"), "l2": _("Technique"), "l3": _("Urgence")}
    return Promise(
        name=names[level.level],
        address=level.address,
        hours=_("Jour et nuit") if level.always else _("Jours ouvrés, de 9 h à 18 h (Paris)"),
        within=duration(level.answer_minutes * 60),
        answer_by=level.answer_by,
    )


async def status(visit: Visit) -> StatusPage:
    telling, counting = attempt(visit, GetStatus()), attempt(visit, GetHistory())
    reading, asking = attempt(visit, GetNews()), attempt(visit, GetSupport())
    told, history, news, support = await asyncio.gather(telling, counting, reading, asking)
    first = history.first_day if history else today()
    days = {one.unit: one.days for one in history.units} if history else {}
    units = sorted(told.units, key=lambda one: ORDER[one.state]) if told else []
    built = [one for one in units if one.state != "not_built"]
    incidents = news.incidents if news else []
    windows = news.windows if news else []
    most = max((len(one) for one in days.values()), default=0)
    portal = visit.request.state.portal
    return StatusPage(
        title=_("État de la plateforme"),
        state=told.state if told else "unknown",
        rows=[line(one, days.get(one.unit, ()), first) for one in units],
        absent=[name_of(one.unit) for one in units if one.state == "not_built"],
        built=len(built),
        up=sum(one.state == "up" for one in built),
        incidents=[outage(one) for one in incidents if one.resolved_at is None],
        past=[outage(one) for one in incidents if one.resolved_at is not None],
        windows=[window(one) for one in windows if one.state != "done"],
        done=[window(one) for one in windows if one.state == "done"],
        promises=[promise(level) for level in support.levels] if support else [],
        notice=((told.notice_fr if language() == "fr" else told.notice_en) if told else ""),
        checked_at=max((one.checked_at for one in units if one.checked_at), default=None),
        seen_at=now(),
        days=most,
        width=most * STEP,
        framed=visit.session.signed_in and bool(visit.request.state.frame.navigation),
        home=portal.home,
    )


async def shown(visit: Visit) -> Page | Response:
    return await status(visit)


PAGES = [page("/status", shown, anyone=True, methods=("GET",))]
"""In every portal, so that what stands above its pages can lead here."""
