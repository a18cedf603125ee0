"""Several orders at once: confirm, offer or cancel them, and what became of each."""

import asyncio
import re
from datetime import timedelta

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import (
    BulkCancel,
    BulkResult,
    BulkTender,
    ConfirmOrder,
    FindOrders,
    OrderRow,
    ReadOrder,
)
from rt.kernel.clock import now
from rt.kernel.errors import Refusal
from rt.portals.industry.pages.partners import carrier_choices
from rt.ui.asking import AT_ONCE, apart, attempt, key_of, signed_in_still, ticked, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

VERBS = {
    "confirm": marked("Confirmer les commandes"),
    "tender": marked("Proposer les commandes"),
    "cancel": marked("Annuler les commandes"),
}
MOST = 200
ANSWER_HOURS = 3


class Outcome(msgspec.Struct, kw_only=True):
    """What became of one order."""

    order_id: str
    reference: str
    way: str
    ok: bool
    said: str = ""
    version: int = 0


class BulkPage(Page):
    """The chosen orders, what is asked for them, then one result for each."""

    template = "bulk.html"
    verb: str
    chosen: list[Outcome]
    form: Form | None
    results: list[Outcome]
    left: int


def seen(orders: list[OrderRow]) -> list[Outcome]:
    return [
        Outcome(
            order_id=o.order_id,
            reference=o.reference,
            way=f"{o.pickup_city} → {o.delivery_city}",
            ok=True,
            version=o.version,
        )
        for o in orders
    ]


def outcomes(orders: list[OrderRow], results: list[BulkResult]) -> list[Outcome]:
    """The results beside what people call their orders."""
    names = {one.order_id: one for one in seen(orders)}
    return [
        Outcome(
            order_id=r.order_id,
            reference=names[r.order_id].reference if r.order_id in names else r.order_id,
            way=names[r.order_id].way if r.order_id in names else "",
            ok=r.ok,
            said=r.en if language() == "en" else r.fr,
        )
        for r in results
    ]


async def bulk(visit: Visit) -> Page | Response:
    """First the boxes of the list, then (with `sure`) the command itself."""
    ids = list(dict.fromkeys(ticked(visit, "order_id")))[:MOST]
    verb = typed(visit, "verb")
    if not ids or verb not in VERBS:
        return visit.go("/orders", _("Cochez d'abord des commandes."))
    found = await attempt(visit, FindOrders(order_ids=ids, limit=MOST))
    orders = sorted(found.items if found else (), key=lambda row: ids.index(row.order_id))
    form = await form_of(visit, verb, as_read(visit, orders))
    results: list[Outcome] = []
    if form is None:
        results = outcomes(orders, await confirmed(visit, ids))
    elif typed(visit, "sure") and (done := await form.submit()):
        results, form = outcomes(orders, done.results), None
    elif not typed(visit, "sure"):
        apart(form)
    return BulkPage(
        title=_(VERBS[verb]),
        crumbs=[("/orders", _("Commandes"))],
        verb=verb,
        chosen=seen(orders),
        form=form,
        results=sorted(results, key=lambda one: one.ok),
        left=sum(not one.ok for one in results),
    )


def as_read(visit: Visit, orders: list[OrderRow]) -> list[ReadOrder]:
    """The orders with the versions that the page showed before it was posted, if it was."""
    shown = {o.order_id: typed(visit, f"version-{o.order_id}") for o in orders}
    return [
        ReadOrder(order_id=o.order_id, version=int(seen) if re.fullmatch("[0-9]{1,9}", seen) else o.version)
        for o, seen in ((o, shown[o.order_id]) for o in orders)
    ]


async def form_of(visit: Visit, verb: str, orders: list[ReadOrder]) -> Form | None:
    """What else the action needs to know; confirming needs nothing."""
    if verb == "tender":
        return visit.form(
            BulkTender,
            fixed={"orders": orders},
            values={"deadline": now() + timedelta(hours=ANSWER_HOURS)},
            only=("carrier_id", "price_cents", "deadline"),
            choices={"carrier_id": await carrier_choices(visit)},
            labels={"price_cents": _("Prix de chaque commande")},
            submit=_("Proposer à ce transporteur"),
        )
    if verb == "cancel":
        return visit.form(BulkCancel, fixed={"orders": orders}, submit=_("Annuler ces commandes"))
    return None


async def confirmed(visit: Visit, ids: list[str]) -> list[BulkResult]:
    """Each order confirmed under a key of its own, so that a repeat of the form meets what is done."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(order_id: str) -> BulkResult:
        async with places:
            try:
                await visit.ask(ConfirmOrder(order_id=order_id), key=f"{key_of(visit)}-{order_id}")
            except Refusal as refusal:
                signed_in_still(refusal)
                faults = [fault.messages for fault in refusal.problem().errors] or [
                    refusal.problem().messages
                ]
                said = {tongue: " ".join(m[tongue] for m in faults) for tongue in ("fr", "en")}
                return BulkResult(
                    order_id=order_id, ok=False, code=refusal.code, fr=said["fr"], en=said["en"]
                )
            return BulkResult(order_id=order_id, ok=True)

    return list(await asyncio.gather(*(one(order_id) for order_id in ids)))


PAGES = [page("/orders/bulk", bulk, methods=("POST",))]
