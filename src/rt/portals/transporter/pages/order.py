"""What a carrier's order has beside what all show: its offer, its tour, planning and steps by hand."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from rt.contracts.core_orders import GetOrder, OrderView, PlanOrder, ReportProgress
from rt.contracts.planning import GetJobOfOrder, JobView
from rt.pages import legs, legs_grouping
from rt.pages.claiming import Exposure, exposure_of
from rt.pages.order import Ladder, OrderPages
from rt.pages.running import Running, RunOrderPage
from rt.ui.asking import attempt, pressed, worded
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.forms import FormPage
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PROGRESS = ("loading", "in_transit", "delivered")


RUNNING = Running(giving=marked("Confier à un sous-traitant"), carries=True)


class CarrierOrderPage(RunOrderPage):
    """Everything about one order that we carry, may carry, or run for a client of ours."""

    template = "order.html"
    job: JobView | None
    progress: list[str]
    may_plan: bool
    may_block: bool
    exposure: Exposure | None
    card: legs.FileCard | None


def labels() -> Mapping[str, str]:
    return {"text": _("Que se passe-t-il ?"), "shared": _("Prévenir aussi le client et le destinataire")}


async def more(visit: Visit, order: OrderView) -> dict[str, Any]:
    job, exposure, card = await asyncio.gather(
        job_of(visit, order), exposure_of(visit, order), legs.file_of(visit, order)
    )
    return RUNNING.more(visit, order) | {
        "job": job,
        "exposure": exposure,
        "progress": progress_left(order) if visit.session.may("core_orders.write") else [],
        "may_plan": visit.session.may("planning.write"),
        "may_block": visit.session.may("authz.partner"),
        "card": card,
    }


def progress_left(order: OrderView) -> list[str]:
    """Steps of the execution that can be reported by hand now."""
    if "ReportProgress" not in order.may:
        return []
    at = PROGRESS.index(order.state) + 1 if order.state in PROGRESS else 0
    return list(PROGRESS[at:])


async def job_of(visit: Visit, order: OrderView) -> JobView | None:
    """The planning's job for an order, waiting or on a tour."""
    found = await attempt(visit, GetJobOfOrder(order_id=order.order_id))
    return found if found and found.state in ("unplanned", "planned") else None


async def planned(visit: Visit) -> Page | Response:
    """Plan by hand; mistakes stand beside their fields."""
    order_id = visit.path["order_id"]
    read = await visit.ask(GetOrder(order_id=order_id))
    form = visit.form(
        PlanOrder,
        fixed={"order_id": read.order_id},
        values=read.plan
        or {"planned_pickup_at": read.pickup_from, "planned_delivery_at": read.delivery_from},
        only=("vehicle_plate", "driver_name", "planned_pickup_at", "planned_delivery_at"),
        submit=_("Planifier"),
    )
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
    message = worded(ReportProgress, {"order_id": order_id, "reached": reached, "with_reserves": reserves})
    return await pressed(visit, message, f"/orders/{order_id}", _("Étape notée."))


ORDER = OrderPages(
    ladder=Ladder(("tendered", "assigned", "planned", "in_transit", "delivered"), {"loading": "in_transit"}),
    incident=("kind", "text", "shared"),
    labels=labels,
    shown=CarrierOrderPage,
    more=more,
    books=True,
    links=True,
)
PAGES = [
    *ORDER.pages(),
    *RUNNING.pages(),
    *legs.PAGES,
    *legs_grouping.PAGES,
    page("/orders/{order_id}/plan", planned),
    page("/orders/{order_id}/progress/{reached}", progress, methods=("POST",)),
]
