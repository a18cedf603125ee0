"""One delivery: when it comes, what is on it, its papers, its slot, signing it."""

import asyncio
from typing import Any

from starlette.responses import Response

from rt.contracts.core_orders import GetOrder, OrderView
from rt.contracts.ecpmr import DocumentView, FindDocuments, GetDocument
from rt.contracts.palette import GetPolicy, PolicyView
from rt.contracts.planning import FindSlots, SlotView
from rt.contracts.tracking_ia import EtaView, GetTrack, StopView, TrackView
from rt.pages import papers
from rt.portals.recipient.pages.arrivals import expected
from rt.portals.recipient.pages.by_link import done_page, signature_on
from rt.portals.recipient.pages.signing import Signer, note_for, signed
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class DeliveryPage(Page):
    """Everything about one delivery that concerns its recipient."""

    template = "delivery.html"
    order: OrderView
    eta: EtaView | None
    track: TrackView | None
    points: list[dict[str, Any]]
    here_times: StopView | None
    note: DocumentView | None
    slots: list[SlotView]
    exchange: str
    signable: bool


async def delivery(visit: Visit) -> Page:
    order_id = visit.path["order_id"]
    order, eta, note = await asyncio.gather(
        visit.ask(GetOrder(order_id=order_id)),
        expected(visit, [order_id]),
        note_of(visit, order_id),
    )
    policy = await attempt(visit, GetPolicy(order_id=order_id))
    track = await attempt(visit, GetTrack(order_id=order_id))
    slots = await attempt(visit, FindSlots(order_id=order_id))
    return DeliveryPage(
        title=_("Livraison %(ref)s") % {"ref": order.reference},
        crumbs=[("/", _("Arrivées"))],
        order=order,
        eta=eta.get(order_id),
        track=track,
        points=truck(track),
        here_times=came(track),
        note=note,
        slots=[slot for slot in slots.items if slot.kind == "delivery"] if slots else [],
        exchange=exchange_text(policy) if policy else "",
        signable=note is not None and note.state == "in_transport" and visit.session.may("ecpmr.write"),
    )


def came(track: TrackView | None) -> StopView | None:
    """Our own stop, once the truck was there or was said to be."""
    stops = track.stops if track else []
    ours = next((stop for stop in stops if stop.kind == "delivery"), None)
    return ours if ours is not None and (ours.reached_at or ours.corrections) else None


def exchange_text(policy: PolicyView) -> str:
    """What the pallet policy asks of the one who receives."""
    match policy.mode:
        case "immediate":
            asked = _("Rendez autant de palettes que vous en recevez.")
        case "ratio":
            asked = _("Rendez %(n)s %% des palettes reçues.") % {"n": policy.ratio_percent}
        case "deferred":
            asked = _("Rien à rendre à la livraison : un bon palettes est émis.")
        case "none":
            asked = _("Pas d'échange de palettes.")
    return " ".join(part for part in (asked, policy.note) if part)


async def note_of(visit: Visit, order_id: str) -> DocumentView | None:
    """The order's consignment note, if there is one yet."""
    found = await attempt(visit, FindDocuments(order_id=order_id))
    current = next((one for one in found.items if not one.cancelled), None) if found else None
    if current is None:
        return None
    message = GetDocument(document_id=current.document_id)
    return await attempt(visit, message)


def truck(track: TrackView | None) -> list[dict[str, Any]]:
    """Where the truck was seen last, and where it comes to."""
    if track is None or not track.points:
        return []
    last = track.points[-1]
    marks = [(last.latitude, last.longitude, _("Camion"), "idle" if track.old else "note")]
    for stop in track.stops:
        site = stop.site
        if stop.kind == "delivery" and site.latitude is not None and site.longitude is not None:
            marks.append((site.latitude, site.longitude, site.name, "ok"))
    return [
        {"lat": lat, "lon": lon, "label": label, "tone": tone, "href": "", "glyph": ""}
        for lat, lon, label, tone in marks
    ]


async def sign(visit: Visit) -> Page | Response:
    note = await note_for(visit, "delivery")
    if signature_on(note, "delivery", "consignee"):
        return done_page(note, "delivery", "consignee", f"/sign/{note.document_id}/paper.pdf")
    here = f"/sign/{note.document_id}"
    signer = Signer(here=here, step="delivery", party="consignee", by_link=False, photos=True)

    async def to_copy(_signed: DocumentView) -> Page | Response:
        return visit.go(here, _("Signé. Votre copie est prête."))

    return await signed(visit, signer, note, to_copy)


PAGES = [
    page("/deliveries/{order_id}", delivery, methods=("GET",)),
    page("/deliveries/{order_id}/documents/{document_id}", papers.document, methods=("GET",)),
    page("/sign/{document_id}", sign),
    page("/sign/{document_id}/paper.pdf", papers.pdf, methods=("GET",)),
]
