"""One order on one page: state, arrival, note and proofs, price, offers, incidents, history."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import GetOrder, OrderView, ReportIncident, TenderView
from rt.contracts.ecpmr import DocumentRow, FindDocuments
from rt.contracts.notifications import FindMessages, MessageView
from rt.contracts.palette import GetPolicy, PolicyView
from rt.contracts.planning import FindSlots, SlotView
from rt.contracts.tracking_ia import GetTrack, TrackView
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import language, money
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

LADDER = ("draft", "confirmed", "assigned", "in_transit", "delivered")
STANDS_WITH = {"tendered": "confirmed", "planned": "assigned", "loading": "in_transit"}
"""Steps shown, few enough for a phone; whatever follows the delivery is past them all."""
TRACKED = ("planned", "loading", "in_transit", "delivered", "pod_ok", "invoiced", "closed")
MOST_POINTS = 400
"""Points of a track drawn on the map; more would weigh on the page without being seen."""
TENDER_TONES = {"open": "warn", "accepted": "ok", "refused": "bad", "expired": "idle", "withdrawn": "idle"}


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
    may: Sequence[str]
    notes: Sequence[DocumentRow]
    notes_known: bool
    slots: Sequence[SlotView]
    track: TrackView | None
    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    happened: list[Happened]
    pallets: str
    sent: Sequence[MessageView]
    incident: Form
    may_share: bool


def step_of(state: str) -> int:
    """How far along the shown steps a state is."""
    shown = STANDS_WITH.get(state, state)
    return LADDER.index(shown) if shown in LADDER else len(LADDER)


def on_map(order: OrderView, track: TrackView | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Stops of the order, the truck and the way it drove."""
    points: list[dict[str, Any]] = []
    for place, stop in enumerate(order.stops, 1):
        if stop.site.latitude is not None and stop.site.longitude is not None:
            label = f"{stop.site.name}, {stop.site.address.city}"
            tone = "ok" if stop.kind == "pickup" else "warn"
            at = {"lat": stop.site.latitude, "lon": stop.site.longitude}
            points.append(at | {"label": label, "tone": tone, "glyph": str(place)})
    if track is None or not track.points:
        return points, []
    every = max(1, len(track.points) // MOST_POINTS)
    way = [[p.latitude, p.longitude] for p in (*track.points[::every], track.points[-1])]
    points.append({"lat": way[-1][0], "lon": way[-1][1], "label": track.vehicle_plate, "tone": "note"})
    return points, [{"points": way, "label": track.vehicle_plate}]


def offers(order: OrderView) -> list[Happened]:
    """Who was asked and who answered what, when."""
    lines = []
    for tender in order.tenders or ():
        price = money(tender.price_cents, tender.currency)
        lines.append(
            Happened(
                at=tender.sent_at,
                title=_("Proposée à %(carrier)s, %(price)s")
                % {"carrier": tender.carrier_name, "price": price},
                icon="send",
            )
        )
        if tender.answered_at or tender.state == "expired":
            lines.append(answer(tender))
    return lines


def answer(tender: TenderView) -> Happened:
    """How an offer ended."""
    state = named("state", tender.state)
    return Happened(
        at=tender.answered_at or tender.deadline,
        title=f"{tender.carrier_name} · {state}",
        text=tender.reason,
        tone=TENDER_TONES[tender.state],
        icon="check" if tender.state == "accepted" else "x",
    )


def history(order: OrderView, track: TrackView | None) -> list[Happened]:
    """What happened, the latest first."""
    lines = offers(order)
    for change in order.history or ():
        text = " · ".join(t for t in (change.actor_name, change.note) if t)
        put_right = change.what.endswith("_corrected")
        title = named("choice", change.what) if put_right else named("state", change.state)
        lines.append(Happened(at=change.at, title=title, text=text))
    for incident in order.incidents:
        tone = "bad" if incident.open else "idle"
        title = _("Incident : %(kind)s") % {"kind": named("choice", incident.kind)}
        lines.append(
            Happened(
                at=incident.reported_at, title=title, text=incident.text, tone=tone, icon="triangle-alert"
            )
        )
    for stop in track.stops if track else ():
        place = f"{stop.site.name}, {stop.site.address.city}"
        for at, title, icon in (
            (stop.reached_at, _("Arrivé sur site"), "map-pin"),
            (stop.left_at, _("Reparti du site"), "truck"),
        ):
            if at:
                lines.append(Happened(at=at, title=title, text=place, tone="ok", icon=icon))
    return sorted(lines, key=lambda line: line.at.timestamp() if line.at else 0, reverse=True)


def instruction(policy: PolicyView | None) -> str:
    """What the driver is told about the pallets of this delivery."""
    if policy is None:
        return ""
    return policy.instruction_en if language() == "en" else policy.instruction_fr


def incident_form(visit: Visit, order_id: str) -> Form:
    """An incident to report, or a claim opened from the delivery."""
    return visit.form(
        ReportIncident,
        fixed={"order_id": order_id},
        only=("kind", "text", "responsible", "cost_cents", "shared"),
        labels={
            "text": _("Que s'est-il passé ? Combien de colis, où, constaté par qui ?"),
            "responsible": _("Responsable selon vous"),
            "cost_cents": _("Montant réclamé"),
            "shared": _("Le transporteur et le destinataire le voient"),
        },
        submit=_("Signaler"),
        action=f"/orders/{order_id}/incidents",
    )


async def order(visit: Visit) -> Page | Response:
    return await shown(visit, None)


async def shown(visit: Visit, incident: Form | None) -> OrderPage:
    """The page; `incident` is its form when that was posted and refused."""
    order_id = visit.path["order_id"]
    read = await visit.ask(GetOrder(order_id=order_id))
    notes_asked = attempt(visit, FindDocuments(order_id=order_id))
    slots_asked = attempt(visit, FindSlots(order_id=order_id))
    sent_asked = attempt(visit, FindMessages(order_id=order_id, limit=20))
    policy_asked = pallets_of(visit, read)
    notes, slots, sent, track, policy = await asyncio.gather(
        notes_asked, slots_asked, sent_asked, track_of(visit, read), policy_asked
    )
    points, lines = on_map(read, track)
    return OrderPage(
        title=read.reference,
        crumbs=[("/orders", _("Commandes"))],
        order=read,
        steps=[named("state", state) for state in LADDER],
        at_step=step_of(read.state),
        may=read.may if visit.session.may("core_orders.write") else (),
        notes=notes.items if notes else (),
        notes_known=notes is not None,
        slots=slots.items if slots else (),
        track=track,
        points=points,
        lines=lines,
        happened=history(read, track),
        pallets=instruction(policy),
        sent=sent.items if sent else (),
        incident=incident or incident_form(visit, order_id),
        may_share=visit.session.may("tracking_ia.write") and read.state in (*TRACKED, "assigned"),
    )


async def track_of(visit: Visit, read: OrderView) -> TrackView | None:
    """The order's track; there is none before it is planned."""
    if read.state not in TRACKED:
        return None
    return await attempt(visit, GetTrack(order_id=read.order_id))


async def pallets_of(visit: Visit, read: OrderView) -> PolicyView | None:
    """What is done with the pallets at the delivery."""
    if not read.pallets or read.state in ("draft", "cancelled"):
        return None
    return await attempt(visit, GetPolicy(order_id=read.order_id))


PAGES = [page("/orders/{order_id}", order, methods=("GET",))]
