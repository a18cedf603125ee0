"""Our docks: where they are, when they work, how long a load takes, what is free."""

from collections.abc import Sequence
from datetime import date, time

import msgspec
from babel.dates import get_day_names
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.planning import (
    AddDock,
    DockView,
    EditDock,
    FindDocks,
    FindOpenings,
    FreeSlotsView,
    GetDock,
    OpeningHours,
)
from rt.kernel.core.errors import Refusal
from rt.pages.gate import day_shown
from rt.ui.asking import attempt, key_of, laid_over, signed_in_still, typed, version_seen
from rt.ui.catalogues import gettext as _
from rt.ui.formats import LOCALES, language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/docks/places"
WORKING_WEEK = (("08:00", "12:00", "13:30", "17:00"),) * 5 + (("", "", "", ""),) * 2
"""Hours that a new dock starts from: morning and afternoon, Monday to Friday."""
PARTS = (("am_from", "am_until"), ("pm_from", "pm_until"), ("more_from", "more_until"))
SITE_FIELDS = (
    "site.name",
    "site.address.street",
    "site.address.postal_code",
    "site.address.city",
    "site.address.country",
    "site.contact.name",
    "site.contact.phone",
)
FIELDS = (
    "name",
    *SITE_FIELDS,
    "doors",
    "accepts",
    "base_minutes",
    "minutes_per_pallet",
    "lead_hours",
    "full_instructions",
)


class DocksPage(Page):
    """The docks of the organization, and those of warehouses that serve it, which are theirs to change."""

    template = "pages/docks.html"
    docks: list[DockView]
    own: set[str]
    weeks: dict[str, list[str]]
    may_write: bool


class DockPage(Page):
    """One dock, new or changed."""

    template = "pages/dock.html"
    form: Form
    days: list[tuple[str, list[tuple[str, str, str]]]]
    fault: str
    dock: DockView | None
    day: date
    free: FreeSlotsView | None


class Docks:
    """The pages where docks are described; `board` is the address of the day at them."""

    def __init__(self, board: str = "/docks") -> None:
        self.board = board

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page(PATH, self.docks, methods=("GET",)),
            page(f"{PATH}/new", self.add),
            page(f"{PATH}/{{dock_id}}", self.edit),
        ]

    async def docks(self, visit: Visit) -> Page | Response:
        found = await visit.ask(FindDocks(limit=200))
        return DocksPage(
            title=_("Nos quais"),
            crumbs=[(self.board, _("Quais du jour"))],
            docks=found.items,
            own={d.dock_id for d in found.items if d.organization_id == visit.session.organization_id},
            weeks={dock.dock_id: hours_text(dock.hours) for dock in found.items},
            may_write=visit.session.may("planning.write"),
        )

    async def add(self, visit: Visit) -> Page | Response:
        form = visit.form(
            AddDock,
            values={"site": {"address": {"country": "FR"}}, "accepts": ["dry"]},
            only=(*FIELDS, "step_minutes"),
            fixed={"hours": []},
            labels=labels(),
            submit=_("Ajouter le quai"),
        )
        return await self._kept(visit, form, list(WORKING_WEEK), None)

    async def edit(self, visit: Visit) -> Page | Response:
        dock = await own_dock(visit)
        form = visit.form(
            EditDock,
            fixed={"dock_id": dock.dock_id},
            values=dock,
            version=dock.version,
            only=(*FIELDS, "active"),
            labels=labels(),
            submit=_("Enregistrer"),
        )
        return await self._kept(visit, form, week_of(dock.hours), dock)

    async def _kept(
        self, visit: Visit, form: Form, week: list[tuple[str, ...]], dock: DockView | None
    ) -> Page | Response:
        """Say the dock with the hours of its week, which stand in the form as seven lines."""
        fault = ""
        if visit.posted is not None:
            try:
                hours = hours_typed(visit)
            except ValueError:
                fault = _("Une heure comme 08:00 est attendue, et une fin différente du début.")
                form.read()
            else:
                if await say(visit, form, hours, dock):
                    return visit.go(PATH, _("Quai enregistré."))
        day = day_shown(visit)
        free: FreeSlotsView | None = None
        if dock is not None:
            free = await attempt(visit, FindOpenings(dock_id=dock.dock_id, day=day))
        return DockPage(
            title=dock.name if dock else _("Nouveau quai"),
            crumbs=[(self.board, _("Quais du jour")), (PATH, _("Nos quais"))],
            form=form,
            days=days_shown(visit, week),
            fault=fault,
            dock=dock,
            day=day,
            free=free,
        )


def day_names() -> list[str]:
    """Monday to Sunday in the language of the page."""
    names = get_day_names("wide", "stand-alone", locale=LOCALES[language()])
    return [names[n] for n in range(7)]


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(text: str) -> int:
    """Minutes since midnight of a typed time; a closing at midnight is the day's last minute and one."""
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def week_of(hours: list[OpeningHours]) -> list[tuple[str, ...]]:
    """The parts of each day as typed: morning and afternoon, and a third where some day has one."""
    lines = [sorted((h for h in hours if h.weekday == day), key=lambda h: h.from_minute) for day in range(7)]
    places = 2 * max(2, *(len(of_day) for of_day in lines))
    week: list[tuple[str, ...]] = []
    for of_day in lines:
        texts = [clock(m % 1440) for h in of_day for m in (h.from_minute, h.until_minute)]
        week.append(tuple(texts + [""] * (places - len(texts))))
    return week


def hours_text(hours: list[OpeningHours]) -> list[str]:
    """One line for each day on which the dock works."""
    names = day_names()
    said = []
    for weekday in range(7):
        spans = [hours_of(h) for h in sorted(hours, key=lambda h: h.from_minute) if h.weekday == weekday]
        said += [f"{names[weekday].capitalize()} {', '.join(spans)}"] if spans else []
    return said


def hours_of(line: OpeningHours) -> str:
    """A line of the week; what ends before it begins ends on the next day."""
    told = f"{clock(line.from_minute)}–{clock(line.until_minute)}"
    return told + " " + _("(le lendemain)") if line.until_minute < line.from_minute else told


def hours_typed(visit: Visit) -> list[OpeningHours]:
    """The hours of the posted form; ValueError when one is no time or has no length."""
    hours = []
    for weekday in range(7):
        for first, last in PARTS:
            begins, ends = (typed(visit, f"hours-{weekday}-{name}") for name in (first, last))
            if not begins and not ends:
                continue
            from_minute, until_minute = minute_of(begins), minute_of(ends) or 1440
            if until_minute == from_minute:
                raise ValueError(ends)
            hours.append(OpeningHours(weekday=weekday, from_minute=from_minute, until_minute=until_minute))
    return hours


def days_shown(visit: Visit, week: list[tuple[str, ...]]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Days with their times: the field's name, its label, what stands in it."""
    labels = (
        _("matin, de"),
        _("matin, à"),
        _("après-midi, de"),
        _("après-midi, à"),
        _("encore, de"),
        _("encore, à"),
    )
    names = [name for part in PARTS for name in part][: len(week[0])]
    shown = []
    for weekday, name in enumerate(day_names()):
        fields = []
        for place, half in enumerate(names):
            field = f"hours-{weekday}-{half}"
            value = typed(visit, field) if visit.posted is not None else week[weekday][place]
            fields.append((field, labels[place], value))
        shown.append((name.capitalize(), fields))
    return shown


def labels() -> dict[str, str]:
    return {
        "name": _("Nom du quai"),
        "site.name": _("Nom du site"),
        "site.contact.name": _("Contact sur place"),
        "site.contact.phone": _("Téléphone du contact"),
        "base_minutes": _("Durée fixe d'un camion"),
        "minutes_per_pallet": _("Minutes de plus par palette"),
        "lead_hours": _("Réserver au moins"),
        "step_minutes": _("Pas de la grille"),
        "full_instructions": _("Que faire quand la journée est pleine"),
    }


async def own_dock(visit: Visit) -> DockView:
    """The dock of the address, among ours."""
    return await visit.ask(GetDock(dock_id=visit.path["dock_id"]))


async def say(visit: Visit, form: Form, hours: list[OpeningHours], dock: DockView | None) -> bool:
    """Whether the dock was kept; a refusal then stands beside its field."""
    message = form.read()
    if not isinstance(message, AddDock | EditDock):
        return False
    changed: dict[str, object] = {"hours": hours}
    if isinstance(message, EditDock) and dock is not None and message.site:
        names = [f"site.0.{i.name.removeprefix('site.')}" for i in form.inputs if i.name.startswith("site.")]
        site = laid_over([dock.site], [message.site], names, "site")[0]
        moved = site.address != dock.site.address
        changed["site"] = msgspec.structs.replace(site, latitude=None, longitude=None) if moved else site
    whole = msgspec.structs.replace(message, **changed)
    try:
        await visit.ask(whole, key=key_of(visit), version=version_seen(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        form.refused(refusal)
        return False
    return True
