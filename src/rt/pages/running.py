"""What whoever runs an order does with it: carries, offers, cancels it, accepts its proof, shares it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import (
    AcceptProof,
    AssignCarrier,
    CancelOrder,
    CarryOrder,
    CloseOrder,
    GetOrder,
    OrderView,
    ReleaseCarrier,
    ReopenOrder,
    TenderOrder,
    TenderView,
    WithdrawTender,
)
from rt.contracts.tracking_ia import EndShare, ShareOrder, ShareView
from rt.kernel.core.clock import now
from rt.kernel.model.messages import Command
from rt.pages.carriers import carrier_choices
from rt.pages.order import TRACKED, OrderPage
from rt.ui.asking import key_of, pressed, typed, version_seen, worded
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

ANSWER_HOURS = 3
"""Hours a carrier usually has to answer an offer."""


class RunOrderPage(OrderPage):
    """One order, with what whoever runs it may do; its template includes `pages/_order_acts.html`."""

    giving: str
    carries: bool
    may_share: bool


class TenderPage(Page):
    """To whom an order is offered, at which price, until when; who was asked before."""

    template = "pages/tender.html"
    order: OrderView
    form: Form
    before: list[TenderView]
    has_carriers: bool


class ActPage(Page):
    """One command about the order, alone on its page."""

    template = "pages/act.html"
    form: Form
    kind: str
    lead: str
    back: str


class SharedPage(Page):
    """The link to follow an order, to be copied or sent."""

    template = "pages/shared.html"
    order: OrderView
    share: ShareView
    url: str


def crumbs(order: OrderView) -> list[tuple[str, str]]:
    return [("/orders", _("Commandes")), (f"/orders/{order.order_id}", order.reference)]


async def carry(visit: Visit) -> Response:
    """Take the order, as its page showed it, on our own vehicles."""
    order_id = visit.path["order_id"]
    message = CarryOrder(order_id=order_id, version=version_seen(visit) or 1)
    done = _("À vous de transporter : la commande attend un véhicule au planning.")
    return await pressed(visit, message, f"/orders/{order_id}", done)


async def tender(visit: Visit) -> Page | Response:
    """Offer the order; the last price asked or wished for stands there already."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    carriers = await carrier_choices(visit)
    before = sorted(order.tenders or (), key=lambda t: t.sent_at, reverse=True)
    price = before[0].price_cents if before else order.buy_cents
    soon = now() + timedelta(hours=ANSWER_HOURS)
    asked_before = {t.carrier_id for t in before}
    fresh = [c for c in carriers if c.value not in asked_before] or carriers
    form = visit.form(
        TenderOrder,
        fixed={"order_id": order_id},
        values={
            "carrier_id": visit.query.get("carrier_id") or (fresh[0].value if fresh else ""),
            "price_cents": price,
            "deadline": min(soon, order.pickup_from)
            if order.pickup_from and order.pickup_from > now()
            else soon,
        },
        choices={"carrier_id": carriers},
        labels={"deadline": _("Répondre avant le")},
        submit=_("Proposer"),
    )
    if visit.posted is not None and (made := await form.submit()):
        name = made.tender.carrier_name if made.tender else made.carrier_name
        said = _("Proposée à %(carrier)s. Vous serez prévenu de sa réponse.") % {"carrier": name}
        undo = f"/orders/{order_id}/tenders/{made.tender.tender_id}/withdraw" if made.tender else ""
        return visit.go(f"/orders/{order_id}", said, undo=undo)
    return TenderPage(
        title=_("Proposer %(ref)s") % {"ref": order.reference},
        crumbs=crumbs(order),
        order=order,
        form=form,
        before=before,
        has_carriers=bool(carriers),
    )


async def assign(visit: Visit) -> Page | Response:
    """Give the order to a carrier that agreed already."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    form = visit.form(
        AssignCarrier,
        fixed={"order_id": order_id, "version": version_seen(visit) or order.version},
        version=order.version,
        values={"agreed_cents": order.buy_cents},
        choices={"carrier_id": await carrier_choices(visit, agreed=True)},
        submit=_("Attribuer"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(f"/orders/{order_id}", _("Commande attribuée."))
    return ActPage(
        title=_("Attribuer %(ref)s") % {"ref": order.reference},
        crumbs=crumbs(order),
        form=form,
        kind="primary",
        lead=_("Le transporteur a déjà dit oui (contrat, téléphone) : il n'aura pas à répondre."),
        back=f"/orders/{order_id}",
    )


async def reasoned(
    visit: Visit, message: type[Command[Any]], title: str, lead: str, submit: str, done: str, **fixed: str
) -> Page | Response:
    """A command that wants a reason, on a page of its own, about the order as that page showed it."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    named: dict[str, Any] = {"order_id": order_id, **fixed}
    read = order.version if "version" in message.__struct_fields__ else None
    if read:
        named["version"] = version_seen(visit) or read
    form = visit.form(message, fixed=named, submit=submit, version=read)
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(f"/orders/{order_id}", done)
    return ActPage(
        title=title, crumbs=crumbs(order), form=form, kind="danger", lead=lead, back=f"/orders/{order_id}"
    )


async def cancel(visit: Visit) -> Page | Response:
    return await reasoned(
        visit,
        CancelOrder,
        _("Annuler la commande"),
        _("Le transporteur en est averti avec votre motif."),
        _("Annuler la commande"),
        _("Commande annulée."),
    )


async def release(visit: Visit) -> Page | Response:
    return await reasoned(
        visit,
        ReleaseCarrier,
        _("Retirer la commande au transporteur"),
        _("La commande redevient libre : vous pourrez la proposer à un autre."),
        _("Retirer"),
        _("Commande retirée : proposez-la à un autre transporteur."),
    )


async def reopen(visit: Visit) -> Page | Response:
    """With a reason; the undo of the last ten seconds brings none and says so."""
    order_id = visit.path["order_id"]
    if visit.posted is not None and "reason" not in visit.posted:
        message = ReopenOrder(order_id=order_id, reason=_("Acceptation annulée aussitôt"))
        return await pressed(visit, message, f"/orders/{order_id}", _("La preuve est de nouveau à accepter."))
    return await reasoned(
        visit,
        ReopenOrder,
        _("Rouvrir la preuve de livraison"),
        _("La commande redevient « livrée » ; le motif reste au dossier."),
        _("Rouvrir"),
        _("La preuve est de nouveau à accepter."),
    )


def back_to(visit: Visit, order_id: str) -> str:
    """To where the button was pressed: the day's list, or the order."""
    place = urlsplit(typed(visit, "back"))
    known = not place.netloc and place.path in ("/", "/orders", "/documents", "/documents/batch")
    return typed(visit, "back") if known else f"/orders/{order_id}"


async def withdraw(visit: Visit) -> Response:
    order_id, tender_id = visit.path["order_id"], visit.path["tender_id"]
    message = WithdrawTender(order_id=order_id, tender_id=tender_id, reason=typed(visit, "reason")[:500])
    return await pressed(visit, message, back_to(visit, order_id), _("Offre retirée."))


async def accept_proof(visit: Visit) -> Response:
    order_id = visit.path["order_id"]
    undo = f"/orders/{order_id}/reopen"
    proof = {name: typed(visit, name) for name in ("document_id", "content_hash")}
    message = worded(AcceptProof, {"order_id": order_id, **proof})
    return await pressed(visit, message, back_to(visit, order_id), _("Preuve acceptée."), undo=undo)


async def close(visit: Visit) -> Response:
    order_id = visit.path["order_id"]
    return await pressed(visit, CloseOrder(order_id=order_id), f"/orders/{order_id}", _("Dossier clos."))


async def share(visit: Visit) -> Page | Response:
    """Make the link to follow the order, or meet the one that runs; it shows no price and no driver."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    made = await visit.ask(ShareOrder(order_id=order_id), key=key_of(visit))
    return SharedPage(
        title=_("Lien de suivi"),
        crumbs=crumbs(order),
        order=order,
        share=made,
        url=recipient_address(visit, made.url),
    )


def recipient_address(visit: Visit, path: str) -> str:
    """A path of the recipients' portal as a whole address: beside ours, under its own subdomain."""
    here = visit.request.url
    name, _dot, host = here.netloc.partition(".")
    return f"{here.scheme}://recipient.{host}{path}" if host and name.isalpha() else path


async def unshare(visit: Visit) -> Response:
    order_id = visit.path["order_id"]
    message = EndShare(order_id=order_id)
    return await pressed(visit, message, f"/orders/{order_id}", _("Les liens de suivi ne s'ouvrent plus."))


class Running:
    """The pages of these acts; `giving`: what offering is called, `carries`: whether it has own vehicles."""

    def __init__(self, *, giving: str = marked("Proposer à un transporteur"), carries: bool = False) -> None:
        self.giving, self.carries = giving, carries

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            *([page("/orders/{order_id}/carry", carry, methods=("POST",))] if self.carries else []),
            page("/orders/{order_id}/tender", tender),
            page("/orders/{order_id}/assign", assign),
            page("/orders/{order_id}/cancel", cancel),
            page("/orders/{order_id}/release", release),
            page("/orders/{order_id}/reopen", reopen),
            page("/orders/{order_id}/tenders/{tender_id}/withdraw", withdraw, methods=("POST",)),
            page("/orders/{order_id}/accept-proof", accept_proof, methods=("POST",)),
            page("/orders/{order_id}/close", close, methods=("POST",)),
            page("/orders/{order_id}/share", share, methods=("POST",)),
            page("/orders/{order_id}/unshare", unshare, methods=("POST",)),
        ]

    def more(self, visit: Visit, order: OrderView) -> dict[str, Any]:
        """The values of the fields of a RunOrderPage."""
        followed = order.state in (*TRACKED, "assigned")
        return {
            "giving": _(self.giving),
            "carries": self.carries,
            "may_share": followed and visit.session.may("tracking_ia.write"),
        }
