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
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.pages.carriers import carrier_choices
from rt.portals.industry.pages.orders import ORDERS
from rt.ui.addresses import inside
from rt.ui.asking import AT_ONCE, apart, key_of, signed_in_still, ticked, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Outcome, Page
from rt.ui.visit import Visit, page

VERBS = {
    "confirm": marked("Confirmer les commandes"),
    "tender": marked("Proposer les commandes"),
    "cancel": marked("Annuler les commandes"),
}
MOST = 200
ANSWER_HOURS = 3


class Chosen(msgspec.Struct, kw_only=True):
    """One of the orders that something is asked for."""

    order_id: str
    reference: str
    way: str
    version: int


class BulkPage(Page):
    """The chosen orders, and what is asked for them."""

    template = "bulk.html"
    verb: str
    chosen: list[Chosen]
    form: Form
    back: str


def seen(orders: list[OrderRow]) -> list[Chosen]:
    return [
        Chosen(
            order_id=o.order_id,
            reference=o.reference,
            way=f"{o.pickup_city} → {o.delivery_city}",
            version=o.version,
        )
        for o in orders
    ]


def outcomes(results: list[BulkResult]) -> dict[str, Outcome]:
    """What became of each order, in the language of the page."""
    english = language() == "en"
    return {r.order_id: Outcome(ok=r.ok, said=r.en if english else r.fr) for r in results}


async def bulk(visit: Visit) -> Page | Response:
    """First the boxes of the list, then (with `sure`) the command itself."""
    ids = list(dict.fromkeys(ticked(visit, "order_id")))
    verb = typed(visit, "verb")
    back = inside(typed(visit, "back"), ORDERS.path)
    if not ids or verb not in VERBS:
        return visit.go(back, _("Cochez d'abord des commandes."), kind="bad")
    if len(ids) > MOST:
        too_many = _("Cochez %(most)s commandes au plus : rien n'a été fait.") % {"most": MOST}
        return visit.go(back, too_many, kind="bad")
    found = await visit.ask(FindOrders(order_ids=ids, limit=MOST))
    orders = sorted(found.items, key=lambda row: ids.index(row.order_id))
    if not orders:
        return visit.go(back, _("Aucune de ces commandes n'est à vous : rien n'a été fait."), kind="bad")
    ids = [order.order_id for order in orders]
    form = await form_of(visit, verb, as_read(visit, orders))
    if form is None:
        confirm = f"{ORDERS.path}/{{order_id}}/confirm"
        return await ORDERS.results(visit, outcomes(await confirmed(visit, ids)), back, mend=confirm)
    if typed(visit, "sure") and (done := await form.submit()):
        return await ORDERS.results(visit, outcomes(done.results), back)
    if not typed(visit, "sure"):
        apart(form)
    return BulkPage(
        title=_(VERBS[verb]),
        crumbs=[(back, _("Commandes"))],
        verb=verb,
        chosen=seen(orders),
        form=form,
        back=back,
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
