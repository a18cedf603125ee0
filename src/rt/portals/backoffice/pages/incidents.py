"""Incidents of the platform: opened, steps ticked, users told, resolved, and the post-mortem they owe."""

from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import (
    AcknowledgeOutage,
    FindOutages,
    GetOutage,
    OpenOutage,
    OutageView,
    PostOutageUpdate,
    ResolveOutage,
    StepView,
    TickStep,
)
from rt.kernel.core.errors import NotFound
from rt.pages.filters import address
from rt.pages.status import listed
from rt.portals.backoffice.pages.maintenance import unit_choices
from rt.ui.asking import pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language, moment
from rt.ui.forms import FormPage
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

STEPS = {
    "page_on_call": marked("Appeler l'astreinte (PagerDuty)"),
    "open_channel": marked("Ouvrir un canal d'incident (Slack)"),
    "investigate": marked("Chercher : journaux, mesures, derniers déploiements"),
    "roll_back": marked("Revenir à la version précédente, si besoin"),
    "post_mortem": marked("Écrire le bilan dans les 48 heures"),
    "notify_team": marked("Prévenir l'équipe"),
    "find_cause": marked("Trouver la cause"),
    "fix": marked("Corriger"),
    "monitor": marked("Surveiller"),
    "create_ticket": marked("Créer un ticket"),
    "prioritize": marked("Lui donner sa place dans le sprint"),
    "fix_in_release": marked("Corriger dans la prochaine version"),
}
"""The specification's flow, as its reader does it."""
SEVERITIES = {
    "p1": ("bad", marked("P1 · critique")),
    "p2": ("warn", marked("P2 · majeur")),
    "p3": ("note", marked("P3 · mineur")),
}
LEVELS = {"l1": marked("L1, 24 heures"), "l2": marked("L2, 4 heures ouvrées"), "l3": marked("L3, 30 minutes")}


class IncidentLine(msgspec.Struct, kw_only=True):
    """An incident in the list, with its next step and when that is due."""

    incident_id: str
    title: str
    state: str
    tone: str
    severity: str
    units: str
    opened_at: datetime
    next: str
    due_at: datetime | None


class StepLine(msgspec.Struct, kw_only=True):
    """A step of the flow."""

    step: str
    label: str
    state: str
    told: str
    note: str
    may_skip: bool
    wants_note: bool
    open: bool


class IncidentsPage(Page):
    """Incidents: those that last, then the others."""

    template = "incidents.html"
    rows: list[IncidentLine]
    tabs: list[tuple[str, str, int | None]]
    current: str
    more: str
    may: bool


class IncidentPage(Page):
    """One incident: what to do next, what users read."""

    template = "incident.html"
    incident: OutageView
    tone: str
    severity: str
    units: str
    level: str
    steps: list[StepLine]
    updates: list[tuple[datetime, str]]
    may: bool


def title_of(one: OutageView) -> str:
    return one.title_fr if language() == "fr" else one.title_en


def next_step(one: OutageView) -> tuple[str, datetime | None]:
    """What is to be done, and by when where that is promised."""
    if one.state == "open":
        return _("Prendre en charge"), one.answer_due_at
    left = next((step for step in one.steps if step.state == "to_do"), None)
    if left is not None and not (left.step == "post_mortem" and one.resolved_at is None):
        return _(STEPS[left.step]), one.post_mortem_due_at if left.step == "post_mortem" else None
    return ("", None) if one.resolved_at else (_("Dire que c'est résolu"), None)


def line(one: OutageView) -> IncidentLine:
    doing, due_at = next_step(one)
    tone, severity = SEVERITIES[one.severity]
    return IncidentLine(
        incident_id=one.incident_id,
        title=title_of(one),
        state=one.state,
        tone=tone,
        severity=_(severity),
        units=listed(one.units),
        opened_at=one.opened_at,
        next=doing,
        due_at=due_at,
    )


def step_line(one: OutageView, step: StepView) -> StepLine:
    told = " · ".join(part for part in (moment(step.at) if step.at else "", step.by) if part)
    wants_note = step.step == "post_mortem"
    return StepLine(
        step=step.step,
        label=_(STEPS[step.step]),
        state=step.state,
        told=told,
        note=step.note,
        may_skip=step.may_skip,
        wants_note=wants_note,
        open=step.state == "to_do" and (one.resolved_at is not None or not wants_note),
    )


async def incidents(visit: Visit) -> Page | Response:
    every = visit.query.get("all", "") == "1"
    after = visit.query.get("after", "")
    found = await visit.ask(FindOutages(state="" if every else "going", after=after))
    return IncidentsPage(
        title=_("Incidents"),
        crumbs=[("/status", _("État de la plateforme"))],
        rows=[line(one) for one in found.items],
        tabs=[("/incidents", _("En cours"), None), ("/incidents?all=1", _("Tous"), None)],
        current="/incidents?all=1" if every else "/incidents",
        more=address("/incidents", {"all": "1" if every else "", "after": found.next}) if found.next else "",
        may=visit.session.may("admin_gateway.write"),
    )


async def new(visit: Visit) -> Page | Response:
    form = visit.form(
        OpenOutage,
        choices={
            "severity": [
                ("p1", _("P1 · critique : un service ne répond plus")),
                ("p2", _("P2 · majeur : la plateforme marche mal")),
                ("p3", _("P3 · mineur : un défaut")),
            ],
            "units": unit_choices(),
        },
        labels={
            "severity": _("Gravité"),
            "title_fr": _("Ce qui ne va pas, en français"),
            "title_en": _("La même phrase en anglais"),
            "units": _("Services touchés"),
        },
        hints={
            "title_fr": _("Ce que l'utilisateur remarque : « Les commandes ne s'enregistrent pas »."),
            "units": _("Aucun coché : toute la plateforme."),
        },
        submit=_("Ouvrir l'incident"),
    )
    if visit.posted is not None and (made := await form.submit()):
        return visit.go(f"/incidents/{made.incident_id}", _("L'incident est ouvert et public."))
    return FormPage(
        title=_("Ouvrir un incident"),
        crumbs=[("/incidents", _("Incidents"))],
        form=form,
        lead=_("Il paraît aussitôt sur la page d'état ; P1 et P2 aussi en haut de chaque portail."),
        back="/incidents",
    )


async def one(visit: Visit) -> Page | Response:
    found = await visit.ask(GetOutage(incident_id=visit.path["incident_id"]))
    tone, severity = SEVERITIES[found.severity]
    return IncidentPage(
        title=title_of(found),
        crumbs=[("/incidents", _("Incidents"))],
        incident=found,
        tone=tone,
        severity=_(severity),
        units=listed(found.units),
        level=_(LEVELS[found.level]),
        steps=[step_line(found, step) for step in found.steps],
        updates=[(told.at, told.fr if language() == "fr" else told.en) for told in found.updates],
        may=visit.session.may("admin_gateway.write"),
    )


async def words(
    visit: Visit, message: type[PostOutageUpdate | ResolveOutage], title: str, lead: str, done: str
) -> Page | Response:
    """Two sentences for the status page."""
    found = await visit.ask(GetOutage(incident_id=visit.path["incident_id"]))
    path = f"/incidents/{found.incident_id}"
    form = visit.form(
        message,
        fixed={"incident_id": found.incident_id},
        labels={"fr": _("En français"), "en": _("En anglais")},
        submit=_("Publier"),
    )
    if visit.posted is not None and await form.submit():
        return visit.go(path, done)
    crumbs = [("/incidents", _("Incidents")), (path, title_of(found))]
    return FormPage(title=title, crumbs=crumbs, form=form, lead=lead, back=path)


async def tell(visit: Visit) -> Page | Response:
    lead = _("Ce que l'on sait, ce que l'on fait, quand la prochaine nouvelle vient.")
    return await words(
        visit, PostOutageUpdate, _("Donner des nouvelles"), lead, _("Publié sur la page d'état.")
    )


async def resolve(visit: Visit) -> Page | Response:
    lead = _("Comment cela s'est terminé pour les utilisateurs. L'incident quitte le haut des portails.")
    return await words(visit, ResolveOutage, _("Déclarer résolu"), lead, _("L'incident est résolu."))


async def acknowledge(visit: Visit) -> Response:
    incident_id = visit.path["incident_id"]
    message = AcknowledgeOutage(incident_id=incident_id)
    return await pressed(visit, message, f"/incidents/{incident_id}", _("Pris en charge."))


async def tick(visit: Visit) -> Response:
    incident_id, step = visit.path["incident_id"], visit.path["step"]
    if step not in STEPS:
        raise NotFound
    message = msgspec.convert(
        {
            "incident_id": incident_id,
            "step": step,
            "skipped": typed(visit, "skipped") == "1",
            "note": typed(visit, "note")[:300],
        },
        TickStep,
    )
    return await pressed(visit, message, f"/incidents/{incident_id}", _("Étape notée."))


PAGES = [
    page("/incidents", incidents, methods=("GET",)),
    page("/incidents/new", new),
    page("/incidents/{incident_id}", one, methods=("GET",)),
    page("/incidents/{incident_id}/acknowledge", acknowledge, methods=("POST",)),
    page("/incidents/{incident_id}/tell", tell),
    page("/incidents/{incident_id}/resolve", resolve),
    page("/incidents/{incident_id}/steps/{step}", tick, methods=("POST",)),
]
