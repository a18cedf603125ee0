"""One order on one page: what, where, when, its papers, its truck, its docks, what went wrong."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import (
    GetOrder,
    OrderView,
    PlanOrder,
    ReportIncident,
    ReportProgress,
    ResolveIncident,
)
from rt.contracts.ecpmr import DocumentRow, FindDocuments
from rt.contracts.planning import FindSlots, GetJobOfOrder, JobView, SlotView
from rt.contracts.tracking_ia import GetTrack, TrackView
from rt.portals.transporter.pages.papers import signers
from rt.ui.asking import attempt, pressed, worded
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.forms import Form, FormPage
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

LADDER = ("tendered", "assigned", "planned", "in_transit", "delivered")
"""Steps shown; loading stands with being in transit, whatever follows the delivery is past them all."""
PROGRESS = ("loading", "in_transit", "delivered")
TRACKED = ("planned", "loading", "in_transit", "delivered", "pod_ok", "invoiced", "closed")
MOST_POINTS = 400
"""Points of a track drawn on the map; more would weigh on the page without being seen."""


class Happened(msgspec.Struct, kw_only=True):
    """A line of what happened to the order."""

    at: datetime | None
    title: str
    text: str = ""
    tone: str = "note"
    icon: str = "circle"


class OrderPage(Page):
    """Everything about one order."""

    template = "order.html"
    order: OrderView
    steps: list[str]
    at_step: int
    job: JobView | None
    notes: Sequence[DocumentRow]
    notes_known: bool
    signable: Sequence[str]
    slots: Sequence[SlotView]
    slots_known: bool
    track: TrackView | None
    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    happened: list[Happened]
    progress: list[str]
    incident: Form
    plan: Form
    may_write: bool
    may_plan: bool
    may_block: bool


def step_of(state: str) -> int:
    """How far along the shown steps a state is."""
    shown = "in_transit" if state == "loading" else state
    return LADDER.index(shown) if shown in LADDER else len(LADDER)


def progress_left(order: OrderView) -> list[str]:
    """Steps of the execution that can be reported by hand now."""
    if "ReportProgress" not in order.may:
        return []
    at = PROGRESS.index(order.state) + 1 if order.state in PROGRESS else 0
    return list(PROGRESS[at:])


def on_map(order: OrderView, track: TrackView | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Stops of the order, the truck and the way it drove."""
    points: list[dict[str, Any]] = [
        {
            "lat": stop.site.latitude,
            "lon": stop.site.longitude,
            "label": f"{stop.site.name}, {stop.site.address.city}",
            "tone": "ok" if stop.kind == "pickup" else "warn",
            "glyph": str(number),
        }
        for number, stop in enumerate(order.stops, 1)
        if stop.site.latitude is not None and stop.site.longitude is not None
    ]
    if track is None or not track.points:
        return points, []
    every = max(1, len(track.points) // MOST_POINTS)
    way = [[p.latitude, p.longitude] for p in (*track.points[::every], track.points[-1])]
    points.append({"lat": way[-1][0], "lon": way[-1][1], "label": track.vehicle_plate, "tone": "note"})
    return points, [{"points": way, "label": track.vehicle_plate}]


def history(order: OrderView, track: TrackView | None) -> list[Happened]:
    """What happened, the latest first, as far as our role tells it."""
    lines = [Happened(at=m.at, title=named("state", m.state), icon="flag") for m in order.milestones]
    for change in order.history or ():
        text = " · ".join(t for t in (change.actor_name, change.note) if t)
        put_right = change.what.endswith("_corrected")
        title = named("choice", change.what) if put_right else named("state", change.state)
        lines.append(Happened(at=change.at, title=title, text=text))
    for incident in order.incidents:
        lines.append(
            Happened(
                at=incident.reported_at,
                title=named("choice", incident.kind),
                text=incident.text,
                tone="bad" if incident.open else "idle",
                icon="triangle-alert",
            )
        )
    for stop in track.stops if track else ():
        place = f"{stop.site.name}, {stop.site.address.city}"
        if stop.reached_at:
            lines.append(
                Happened(
                    at=stop.reached_at, title=_("Arrivé sur site"), text=place, tone="ok", icon="map-pin"
                )
            )
        if stop.left_at:
            lines.append(
                Happened(at=stop.left_at, title=_("Reparti du site"), text=place, tone="ok", icon="truck")
            )
    if order.tender:
        lines.append(Happened(at=order.tender.sent_at, title=_("Offre reçue"), icon="inbox"))
    return sorted(lines, key=lambda line: line.at.timestamp() if line.at else 0, reverse=True)


async def job_of(visit: Visit, order: OrderView) -> JobView | None:
    """The planning's job for an order, waiting or on a tour."""
    found = await attempt(visit, GetJobOfOrder(order_id=order.order_id))
    return found if found and found.state in ("unplanned", "planned") else None


async def order(visit: Visit) -> Page | Response:
    order_id = visit.path["order_id"]
    read = await visit.ask(GetOrder(order_id=order_id))
    notes_asked = attempt(visit, FindDocuments(order_id=order_id))
    slots_asked = attempt(visit, FindSlots(order_id=order_id))
    notes, slots, job, track = await asyncio.gather(
        notes_asked, slots_asked, job_of(visit, read), track_of(visit, read)
    )
    here = f"/orders/{order_id}"
    incident = visit.form(
        ReportIncident,
        fixed={"order_id": order_id},
        only=("kind", "text", "shared"),
        labels={"text": _("Que se passe-t-il ?"), "shared": _("Prévenir aussi le client et le destinataire")},
        submit=_("Signaler l'incident"),
        action=f"{here}/incidents",
    )
    plan = plan_form(visit, read, f"{here}/plan")
    points, lines = on_map(read, track)
    return OrderPage(
        title=read.reference,
        crumbs=[("/orders", _("Commandes"))],
        order=read,
        steps=[named("state", state) for state in LADDER],
        at_step=step_of(read.state),
        job=job,
        notes=notes.items if notes else (),
        notes_known=notes is not None,
        signable=[one.document_id for one in notes.items if signers(one)]
        if notes and visit.session.may("ecpmr.write")
        else (),
        slots=slots.items if slots else (),
        slots_known=slots is not None,
        track=track,
        points=points,
        lines=lines,
        happened=history(read, track),
        progress=progress_left(read),
        incident=incident,
        plan=plan,
        may_write=visit.session.may("core_orders.write"),
        may_plan=visit.session.may("planning.write"),
        may_block=visit.session.may("authz.partner"),
    )


async def track_of(visit: Visit, read: OrderView) -> TrackView | None:
    """The order's track; there is none before it is planned."""
    if read.state not in TRACKED:
        return None
    return await attempt(visit, GetTrack(order_id=read.order_id))


def plan_form(visit: Visit, read: OrderView, action: str) -> Form:
    """Vehicle and driver named by hand, without a tour."""
    return visit.form(
        PlanOrder,
        fixed={"order_id": read.order_id},
        values=read.plan
        or {"planned_pickup_at": read.pickup_from, "planned_delivery_at": read.delivery_from},
        only=("vehicle_plate", "driver_name", "planned_pickup_at", "planned_delivery_at"),
        submit=_("Planifier"),
        action=action,
    )


async def planned(visit: Visit) -> Page | Response:
    """Plan by hand; mistakes stand beside their fields."""
    order_id = visit.path["order_id"]
    read = await visit.ask(GetOrder(order_id=order_id))
    form = plan_form(visit, read, f"/orders/{order_id}/plan")
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(f"/orders/{order_id}", _("Véhicule et conducteur transmis au client."))
    return FormPage(
        title=_("Planifier sans tournée"),
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", read.reference)],
        form=form,
        lead=_("Pour un affrété ou un véhicule hors de votre flotte : le client voit l'immatriculation."),
        back=f"/orders/{order_id}",
    )


async def progress(visit: Visit) -> Page | Response:
    order_id, reached = visit.path["order_id"], visit.path["reached"]
    reserves = visit.query.get("reserves") == "yes"
    word = worded(ReportProgress, {"order_id": order_id, "reached": reached, "with_reserves": reserves})
    return await pressed(visit, word, f"/orders/{order_id}", _("Étape notée."))


async def incident(visit: Visit) -> Page | Response:
    order_id = visit.path["order_id"]
    form = visit.form(
        ReportIncident,
        fixed={"order_id": order_id},
        only=("kind", "text", "shared"),
        submit=_("Signaler l'incident"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(f"/orders/{order_id}#incidents", _("Incident signalé."))
    return FormPage(
        title=_("Signaler un incident"),
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", _("Commande"))],
        form=form,
        lead=_("Dites ce qui se passe et combien de palettes ou de colis sont touchés."),
        back=f"/orders/{order_id}",
    )


async def resolve(visit: Visit) -> Page | Response:
    order_id, incident_id = visit.path["order_id"], visit.path["incident_id"]
    form = visit.form(
        ResolveIncident,
        fixed={"order_id": order_id, "incident_id": incident_id},
        submit=_("Clore l'incident"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(f"/orders/{order_id}#incidents", _("Incident clos."))
    return FormPage(
        title=_("Clore un incident"),
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", _("Commande"))],
        form=form,
        lead=_("Dites comment il s'est terminé : cela reste au dossier."),
        back=f"/orders/{order_id}",
    )


PAGES = [
    page("/orders/{order_id}", order, methods=("GET",)),
    page("/orders/{order_id}/plan", planned),
    page("/orders/{order_id}/progress/{reached}", progress, methods=("POST",)),
    page("/orders/{order_id}/incidents", incident),
    page("/orders/{order_id}/incidents/{incident_id}/resolve", resolve),
]
