"""For a carrier without an account, by link: the offer, then the vehicle, then each step reported."""

from starlette.responses import Response

from rt.contracts.core_orders import (
    AcceptTender,
    GetOrder,
    OrderView,
    PlanOrder,
    RefuseTender,
    ReportIncident,
    ReportProgress,
)
from rt.pages.claiming import Exposure, exposure_of
from rt.pages.papers import added, document
from rt.portals.transporter.asking import said_here as form_of
from rt.portals.transporter.pages.offers import load_text
from rt.portals.transporter.pages.order import progress_left
from rt.ui.asking import pressed, typed, worded
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class TenderLinkPage(Page):
    """An offer and, once accepted, what is left to do."""

    template = "link_tender.html"
    order: OrderView
    here: str
    load: str
    exposure: Exposure | None
    progress: list[str]
    plan: Form
    refuse: Form
    incident: Form


class SaidPage(Page):
    """It is done; nothing more to do here."""

    template = "link_said.html"
    sentence: str
    tone: str = "ok"


def here_of(visit: Visit) -> str:
    return f"/l/{visit.path['token']}/tender/{visit.path['order_id']}"


async def tender(visit: Visit) -> Page | Response:
    return await shown(visit, "")


async def shown(visit: Visit, said: str) -> Page | Response:
    """The page; `said` names the form that was posted to it. Reading it never answers the offer."""
    order_id, here = visit.path["order_id"], here_of(visit)
    order = await visit.ask(GetOrder(order_id=order_id))
    refuse = form_of(
        visit,
        RefuseTender,
        posted=said == "refuse",
        fixed={"order_id": order_id, "tender_id": typed(visit, "tender_id")},
        hints={"reason": _("Le client lira votre raison.")},
        submit=_("Refuser l'offre"),
        action=f"{here}/refuse",
    )
    plan = form_of(
        visit,
        PlanOrder,
        posted=said == "plan",
        fixed={"order_id": order_id},
        values=order.plan
        or {"planned_pickup_at": order.pickup_from, "planned_delivery_at": order.delivery_from},
        only=("vehicle_plate", "driver_name", "planned_pickup_at", "planned_delivery_at"),
        submit=_("Transmettre au client"),
        action=f"{here}/plan",
    )
    incident = form_of(
        visit,
        ReportIncident,
        posted=said == "incident",
        fixed={"order_id": order_id, "shared": True},
        only=("kind", "text"),
        submit=_("Signaler"),
        action=f"{here}/incident",
    )
    if said == "refuse" and await refuse.submit() is not None:
        return SaidPage(
            title=_("Offre refusée"), sentence=_("Merci de votre réponse : le client est prévenu.")
        )
    if said == "plan" and await plan.submit() is not None:
        return visit.go(here, _("Merci : le client voit votre véhicule et vos horaires."))
    if said == "incident" and await incident.submit() is not None:
        return visit.go(here, _("Merci : le client est prévenu."))
    return TenderLinkPage(
        title=_("Transport %(ref)s") % {"ref": order.reference},
        order=order,
        here=here,
        load=load_text(order.pallets, order.weight_kg, order.loading_metres),
        exposure=await exposure_of(visit, order),
        progress=progress_left(order),
        plan=plan,
        refuse=refuse,
        incident=incident,
    )


async def accept(visit: Visit) -> Page | Response:
    message = AcceptTender(order_id=visit.path["order_id"], tender_id=typed(visit, "tender_id"))
    return await pressed(
        visit, message, here_of(visit), _("Offre acceptée. Dites maintenant quel véhicule vient.")
    )


async def refuse(visit: Visit) -> Page | Response:
    return await shown(visit, "refuse")


async def plan(visit: Visit) -> Page | Response:
    return await shown(visit, "plan")


async def incident(visit: Visit) -> Page | Response:
    return await shown(visit, "incident")


async def progress(visit: Visit) -> Page | Response:
    told = {
        "order_id": visit.path["order_id"],
        "reached": typed(visit, "reached"),
        "with_reserves": typed(visit, "reserves") == "yes",
    }
    return await pressed(visit, worded(ReportProgress, told), here_of(visit), _("Étape notée, merci."))


async def paper(visit: Visit) -> Response:
    return await document(visit)


async def add_paper(visit: Visit) -> Response:
    return await added(visit, here_of(visit))


PAGES = [
    page("/l/{token}/tender/{order_id}", tender, anyone=True, methods=("GET",)),
    page("/l/{token}/tender/{order_id}/accept", accept, anyone=True, methods=("POST",)),
    page("/l/{token}/tender/{order_id}/refuse", refuse, anyone=True, methods=("POST",)),
    page("/l/{token}/tender/{order_id}/plan", plan, anyone=True, methods=("POST",)),
    page("/l/{token}/tender/{order_id}/progress", progress, anyone=True, methods=("POST",)),
    page("/l/{token}/tender/{order_id}/incident", incident, anyone=True, methods=("POST",)),
    page("/l/{token}/tender/{order_id}/documents", add_paper, anyone=True, methods=("POST",)),
    page("/l/{token}/tender/{order_id}/documents/{document_id}", paper, anyone=True, methods=("GET",)),
]
