"""The inbox: offers to answer before their deadline, one click each, or many at once."""

import asyncio
from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.authz import BlockPartner
from rt.contracts.core_orders import (
    AcceptTender,
    CountOrders,
    ExposureView,
    FindExposures,
    FindOrders,
    OrderCounts,
    OrderRow,
    RefuseTender,
)
from rt.kernel.core.errors import Refusal
from rt.pages.filters import address
from rt.ui.asking import attempt, key_of, pressed, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import ngettext
from rt.ui.formats import brief, number, weight
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

SHOWN_AT_ONCE = 25


class OfferRow(msgspec.Struct, kw_only=True):
    """An offer as the inbox lists it."""

    order_id: str
    reference: str
    shipper: str
    pickup: str
    pickup_at: str
    delivery: str
    delivery_at: str
    load: str
    owed: str
    price_cents: int | None
    currency: str
    deadline: datetime | None
    tender_id: str
    shipper_id: str
    stranger: bool


class Outcome(msgspec.Struct, kw_only=True):
    """What became of one offer of a bulk answer."""

    reference: str
    sentence: str


class OffersPage(Page):
    """What waits for an answer, the nearest deadline first."""

    template, part = "offers.html", "_offers.html"
    rows: list[OfferRow]
    columns: list[Column]
    counts: OrderCounts
    q: str
    may_answer: bool
    may_block: bool
    more: str
    failed: list[Outcome]


def load_text(pallets: int, kilograms: float, metres: float) -> str:
    """Pallets, weight and loading metres in one line."""
    parts = [_("%(n)s pal.") % {"n": number(pallets)}] if pallets else []
    parts += [weight(kilograms)] if kilograms else []
    parts += [_("%(n)s ml") % {"n": number(round(metres, 1))}] if metres else []
    return " · ".join(parts)


def offer_row(order: OrderRow, exposure: ExposureView | None) -> OfferRow:
    """An order offered to us as a row of the inbox."""
    return OfferRow(
        order_id=order.order_id,
        reference=order.reference,
        shipper=order.owner_name,
        pickup=order.pickup_city,
        pickup_at=brief(order.pickup_from, order.pickup_until),
        delivery=order.delivery_city,
        delivery_at=brief(order.delivery_from, order.delivery_until),
        load=load_text(order.pallets, order.weight_kg, order.loading_metres),
        owed=owed_text(exposure),
        price_cents=order.tender_price_cents,
        currency=order.currency or "EUR",
        deadline=order.tender_deadline,
        tender_id=order.tender_id or "",
        shipper_id=order.owner_id,
        stranger=bool(order.tender_stranger),
    )


def owed_text(exposure: ExposureView | None) -> str:
    """What total loss may cost at most, with the price that CMR has refunded, and the declared value.

    In whole euros, rounded up.
    """
    if exposure is None:
        return ""
    refunded = exposure.refunded_cents or 0
    risk = _("non calculé") if exposure.cents is None else whole_euros(exposure.cents + refunded)
    parts = [_("Risque : %(sum)s") % {"sum": risk}]
    if exposure.declared_cents is not None:
        parts.append(_("déclaré %(sum)s") % {"sum": whole_euros(exposure.declared_cents)})
    return " · ".join(parts)


def whole_euros(cents: int) -> str:
    return f"{number(-(-cents // 100))}\N{NO-BREAK SPACE}€"


async def inbox(visit: Visit) -> Page | Response:
    return await shown(visit, [])


async def shown(visit: Visit, failed: list[Outcome]) -> OffersPage:
    """The inbox with what a bulk answer could not do."""
    q = visit.query.get("q", "")[:80]
    asked = FindOrders(state="tendered", q=q, limit=SHOWN_AT_ONCE, after=visit.query.get("after", ""))
    counting = attempt(visit, CountOrders())
    found, counts = await asyncio.gather(visit.ask(asked), counting)
    offers = [order for order in found.items if order.tender_id and not order.owned]
    exposed = await exposures(visit, offers)
    rows = [offer_row(order, exposed.get(order.order_id)) for order in offers]
    rows.sort(key=lambda row: (row.deadline is None, row.deadline))
    return OffersPage(
        title=_("Offres à répondre"),
        rows=rows,
        columns=columns(),
        counts=counts or OrderCounts(states={}, incident=0, total=0),
        q=q,
        may_answer=visit.session.may("core_orders.write"),
        may_block=visit.session.may("authz.partner"),
        more=address("/", {"q": q, "after": found.next}) if found.next else "",
        failed=failed,
    )


async def exposures(visit: Visit, offers: list[OrderRow]) -> dict[str, ExposureView]:
    """What each offer may cost, asked for all at once."""
    if not offers:
        return {}
    found = await attempt(visit, FindExposures(order_ids=[one.order_id for one in offers]))
    return {one.order_id: one for one in found.items} if found else {}


def columns() -> list[Column]:
    return [
        Column(name="reference", label=_("Offre")),
        Column(name="deadline", label=_("Répondre"), kind="deadline"),
        Column(name="price_cents", label=_("Prix"), kind="money"),
        Column(name="pickup", label=_("Enlèvement"), kind="place"),
        Column(name="pickup_at", label=_("Enlever le"), kind="code"),
        Column(name="delivery", label=_("Livraison"), kind="place"),
        Column(name="delivery_at", label=_("Livrer le"), kind="code"),
        Column(name="load", label=_("Chargement")),
        Column(name="shipper", label=_("Client"), wide=True),
    ]


def back_to(visit: Visit) -> str:
    """The order that was being read, else the inbox."""
    return f"/orders/{visit.path['order_id']}" if typed(visit, "back") == "order" else "/"


async def accept(visit: Visit) -> Page | Response:
    """Accept the offer whose price was read, and no other that took its place."""
    order_id = visit.path["order_id"]
    message = AcceptTender(order_id=order_id, tender_id=typed(visit, "tender_id"))
    return await pressed(visit, message, back_to(visit), _("Offre acceptée : elle est à planifier."))


async def refuse(visit: Visit) -> Page | Response:
    reason = typed(visit, "reason")
    if not reason:
        return visit.go(
            f"/orders/{visit.path['order_id']}",
            _("Dites pourquoi : le client lira votre raison."),
            kind="warn",
        )
    return await pressed(visit, refusal(visit, reason), "/", _("Offre refusée, le client est prévenu."))


def refusal(visit: Visit, reason: str) -> RefuseTender:
    named = typed(visit, "tender_id")
    return RefuseTender(order_id=visit.path["order_id"], tender_id=named, reason=reason[:500])


async def block(visit: Visit) -> Page | Response:
    """Refuse the offer of somebody unknown, and any other that it would send."""
    shipper_id = typed(visit, "shipper_id")
    message = refusal(visit, _("Nous ne travaillons pas avec cet expéditeur."))
    try:
        await visit.ask(message, key=f"{key_of(visit)[:60]}-refuse")
    except Refusal as refused:
        signed_in_still(refused)
    blocked = BlockPartner(organization_id=shipper_id)
    said = _("Expéditeur bloqué : ses offres ne vous parviennent plus.")
    return await pressed(visit, blocked, "/", said, undo=f"/partners/{shipper_id}/unblock")


async def accept_many(visit: Visit) -> Page | Response:
    """Accept each chosen offer under a key of its own, so that a repeat changes nothing."""
    chosen = [str(v) for v in visit.posted.getlist("order_id")] if visit.posted is not None else []
    if not chosen:
        return visit.go("/", _("Cochez au moins une offre."), kind="warn")
    failed = []
    for order_id in chosen[:200]:
        try:
            message = AcceptTender(order_id=order_id, tender_id=typed(visit, f"tender-{order_id}"))
            await visit.ask(message, key=f"{key_of(visit)[:60]}-{order_id}"[:200])
        except Refusal as refusal:
            signed_in_still(refusal)
            failed.append(
                Outcome(reference=typed(visit, f"ref-{order_id}") or order_id, sentence=told(refusal))
            )
    done = len(chosen) - len(failed)
    if failed:
        return await shown(visit, failed)
    counted = ngettext("%(num)s offre acceptée", "%(num)s offres acceptées", done)
    return visit.go("/", counted % {"num": number(done)})


PAGES = [
    page("/", inbox, methods=("GET",)),
    page("/offers/accept", accept_many, methods=("POST",)),
    page("/offers/{order_id}/accept", accept, methods=("POST",)),
    page("/offers/{order_id}/refuse", refuse, methods=("POST",)),
    page("/offers/{order_id}/block", block, methods=("POST",)),
]
