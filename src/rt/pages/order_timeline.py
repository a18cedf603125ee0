"""What an order's page tells of it: how far it is, where its truck drove, and what happened."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from rt.contracts.core_orders import OrderView, TenderView
from rt.contracts.tracking_ia import TrackView
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import money

MOST_POINTS = 400
"""Points of a track drawn on the map; more would weigh on the page without being seen."""
TENDER_TONES = {"open": "warn", "accepted": "ok", "refused": "bad", "expired": "idle", "withdrawn": "idle"}
Drawn = list[dict[str, Any]]


class Happened(msgspec.Struct, kw_only=True):
    """A line of what happened to the order."""

    at: datetime | None
    title: str
    text: str = ""
    tone: str = "note"
    icon: str = "circle"


def on_map(order: OrderView, track: TrackView | None) -> tuple[Drawn, Drawn]:
    """Stops of the order, the truck and the way it drove."""
    points: Drawn = [
        {
            "lat": stop.site.latitude,
            "lon": stop.site.longitude,
            "label": f"{stop.site.name}, {stop.site.address.city}",
            "tone": "ok" if stop.kind == "pickup" else "warn",
            "glyph": str(place),
        }
        for place, stop in enumerate(order.stops, 1)
        if stop.site.latitude is not None and stop.site.longitude is not None
    ]
    if track is None or not track.points:
        return points, []
    every = max(1, len(track.points) // MOST_POINTS)
    way = [[p.latitude, p.longitude] for p in (*track.points[::every], track.points[-1])]
    points.append({"lat": way[-1][0], "lon": way[-1][1], "label": track.vehicle_plate, "tone": "note"})
    return points, [{"points": way, "label": track.vehicle_plate}]


def history(order: OrderView, track: TrackView | None) -> list[Happened]:
    """What happened, the latest first, as far as the reader's role tells it."""
    lines = [*_offers(order), *_changes(order), *_incidents(order), *_stops(track)]
    return sorted(lines, key=lambda line: line.at.timestamp() if line.at else 0, reverse=True)


def _offers(order: OrderView) -> Iterator[Happened]:
    """Who was asked and who answered what, when; a carrier knows of its own offer alone."""
    if order.tenders is None:
        if order.tender:
            yield Happened(at=order.tender.sent_at, title=_("Offre reçue"), icon="inbox")
        return
    for tender in order.tenders:
        said = {"carrier": tender.carrier_name, "price": money(tender.price_cents, tender.currency)}
        yield Happened(at=tender.sent_at, title=_("Proposée à %(carrier)s, %(price)s") % said, icon="send")
        if tender.answered_at or tender.state == "expired":
            yield _answer(tender)


def _answer(tender: TenderView) -> Happened:
    """How an offer ended."""
    state = named("state", tender.state)
    return Happened(
        at=tender.answered_at or tender.deadline,
        title=f"{tender.carrier_name} · {state}",
        text=tender.reason,
        tone=TENDER_TONES[tender.state],
        icon="check" if tender.state == "accepted" else "x",
    )


def _changes(order: OrderView) -> Iterator[Happened]:
    """Every change with its author where the reader may know it, else when each step was reached."""
    if order.history is None:
        for reached in order.milestones:
            yield Happened(at=reached.at, title=named("state", reached.state), icon="flag")
        return
    for change in order.history:
        text = " · ".join(t for t in (change.actor_name, change.note) if t)
        put_right = change.what.endswith("_corrected")
        title = named("choice", change.what) if put_right else named("state", change.state)
        yield Happened(at=change.at, title=title, text=text)


def _incidents(order: OrderView) -> Iterator[Happened]:
    for incident in order.incidents:
        yield Happened(
            at=incident.reported_at,
            title=_("Incident : %(kind)s") % {"kind": named("choice", incident.kind)},
            text=incident.text,
            tone="bad" if incident.open else "idle",
            icon="triangle-alert",
        )


def _stops(track: TrackView | None) -> Iterator[Happened]:
    for stop in track.stops if track else ():
        place = f"{stop.site.name}, {stop.site.address.city}"
        for at, title, icon in (
            (stop.reached_at, _("Arrivé sur site"), "map-pin"),
            (stop.left_at, _("Reparti du site"), "truck"),
        ):
            if at:
                yield Happened(at=at, title=title, text=place, tone="ok", icon=icon)
