"""What an incident may cost, by when to act, with the letter; what an offer may cost before it is taken."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import (
    BoundView,
    ClaimView,
    DeadlineView,
    DutyView,
    EstimateClaim,
    ExposureView,
    GetDeliveryDuty,
    GetExposure,
    GetOrder,
    LetterView,
    OrderView,
)
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language, moment, money
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/orders/{order_id}/incidents/{incident_id}/claim"
FIELDS = ("loss_cents", "weight_kg", "packages", "harm", "delivered_on", "confirmed_on", "noted")
SELDOM = ("hidden", "grave", "declared_cents", "euros_per_sdr")
"""What most claims do not need."""
BOUNDS = {
    "loss": marked("Préjudice"),
    "per_kg": marked("Plafond au kilo"),
    "per_package": marked("Plafond au colis"),
    "per_tonne": marked("Plafond à l'envoi"),
    "price": marked("Prix du transport"),
    "declared": marked("Valeur déclarée"),
    "none": marked("Sans plafond"),
    "unknown": marked("Plafond inconnu"),
}
DEADLINES = {
    "confirm": marked("Confirmer par lettre recommandée"),
    "at_delivery": marked("Réserves à la livraison"),
    "reserves": marked("Réserves écrites"),
    "delay": marked("Réserves pour retard"),
    "lawsuit": marked("Prescription"),
}
REGISTERED = {
    "fr": "Lettre recommandée avec avis de réception",
    "en": "Registered letter with acknowledgement of receipt",
}
ADDRESS = {"fr": "(adresse à compléter)", "en": "(address to be added)"}
"""In the letter's language, whatever the page's: cards of organizations have no street."""
DUE = ("confirmed", "tendered", "assigned", "planned", "loading", "in_transit")
"""States in which it matters by when an order has to be delivered."""


class Limit(NamedTuple):
    """A limit of what is owed as the page shows it; the one that decides is `binding`."""

    label: str
    arithmetic: str
    cents: int | None
    source: str
    verified: bool
    binding: bool


class Due(NamedTuple):
    """A deadline as the page shows it."""

    label: str
    told: DeadlineView
    what: str
    after: str


class Exposure(NamedTuple):
    """What an offer may cost, in sentences."""

    headline: str
    limits: Sequence[Limit]
    more: Sequence[str]
    verified: bool


class Duty(NamedTuple):
    """When an order is due; the warning is empty while nothing threatens."""

    told: DutyView
    counted: str
    tone: str
    warning: str
    advice: str


class ClaimPage(Page):
    """How much, and until when?"""

    template = "pages/claim.html"
    order: OrderView
    form: Form
    here: str
    claim: ClaimView | None
    law: str
    limits: Sequence[Limit]
    refund: Limit | None
    deadlines: Sequence[Due]


class LetterPage(Page):
    """A registered letter, to be printed, read again and signed."""

    template = "pages/claim_letter.html"
    letter: LetterView
    registered: str
    address: str
    back: str


def pages() -> Sequence[Route]:
    return [page(PATH, claim), page(f"{PATH}/letter/{{language}}", letter, methods=("POST",))]


async def claim(visit: Visit) -> Page | Response:
    """One press from the incident: what order and incident say is reckoned before anything is typed."""
    order = await visit.ask(GetOrder(order_id=visit.path["order_id"]))
    if visit.posted is not None:
        form = _form(visit, None)
        return _page(visit, order, form, await form.submit())
    found = await visit.ask(_asked(visit))
    return _page(visit, order, _form(visit, found), found)


async def letter(visit: Visit) -> Page | Response:
    """The letter of what stands in the form."""
    order = await visit.ask(GetOrder(order_id=visit.path["order_id"]))
    form = _form(visit, None)
    found: ClaimView | None = await form.submit()
    wanted = [one for one in found.letters if one.language == visit.path["language"]] if found else []
    if not wanted:
        return _page(visit, order, form, found)
    french = wanted[0].language == "fr"
    return LetterPage(
        title=wanted[0].subject,
        letter=wanted[0],
        registered=REGISTERED["fr" if french else "en"],
        address=ADDRESS["fr" if french else "en"],
        back=_here(visit),
    )


def _form(visit: Visit, found: ClaimView | None) -> Form:
    """What was reckoned stands in the fields, to be corrected."""
    return visit.form(
        EstimateClaim,
        fixed={name: visit.path[name] for name in ("order_id", "incident_id")},
        values=found,
        only=(*FIELDS, *SELDOM),
        choices={
            "harm": [
                ("loss", _("Perte ou manquant")),
                ("damage", _("Avarie")),
                ("delay", _("Retard")),
            ]
        },
        labels={
            "loss_cents": _("Montant du préjudice"),
            "weight_kg": _("Poids brut concerné"),
            "packages": _("Colis concernés"),
            "harm": _("Nature"),
            "delivered_on": _("Livré le"),
            "confirmed_on": _("Lettre recommandée postée le"),
            "noted": _("Réserves écrites à la livraison"),
            "hidden": _("Dommage invisible à la livraison"),
            "grave": _("Dol ou faute inexcusable"),
            "declared_cents": _("Valeur ou intérêt déclaré"),
            "euros_per_sdr": _("Valeur du DTS en euros"),
        },
        hints={
            "declared_cents": _("Acceptée par écrit et payée en supplément : elle remplace le plafond."),
            "grave": _("À prouver par qui réclame : il n'y a plus de plafond."),
            "euros_per_sdr": _("Celle que le FMI publie ce jour-là ; sans elle, un ordre de grandeur."),
        },
        submit=_("Recalculer"),
        action=_here(visit),
    )


def _page(visit: Visit, order: OrderView, form: Form, found: ClaimView | None) -> ClaimPage:
    deadlines = [
        Due(_(DEADLINES[one.code]), one, _said(one.fr, one.en), _said(one.after_fr, one.after_en))
        for one in (found.deadlines if found else ())
    ]
    return ClaimPage(
        title=_("Combien, et jusqu'à quand ?"),
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order.order_id}", order.reference)],
        order=order,
        form=form,
        here=_here(visit),
        claim=found,
        law=_said(found.law.fr, found.law.en) if found else "",
        limits=[_limit(one, found.binding) for one in found.bounds] if found else (),
        refund=_limit(found.refund, None) if found and found.refund else None,
        deadlines=deadlines,
    )


async def exposure_of(visit: Visit, order: OrderView) -> Exposure | None:
    """What the carrier may owe at most for what it is offered; nothing beside an order that is not."""
    if order.tender is None or "AcceptTender" not in order.may:
        return None
    found = await attempt(visit, GetExposure(order_id=order.order_id))
    return _exposed(found) if found else None


def _exposed(found: ExposureView) -> Exposure:
    more = []
    if found.cents is None:
        headline = _said(found.law.fr, found.law.en)
    else:
        headline = _("En cas de perte totale vous devez au plus %(sum)s.") % {"sum": money(found.cents)}
    if found.refunded_cents is not None:
        more.append(_("S'y ajoute le prix du transport : %(sum)s.") % {"sum": money(found.refunded_cents)})
    if found.declared_cents is not None:
        more.append(
            _(
                "Valeur déclarée de la marchandise : %(sum)s. Acceptée et payée comme déclaration de valeur, "
                "elle remplace ce plafond : faites-le préciser avant d'accepter."
            )
            % {"sum": money(found.declared_cents)}
        )
    if found.cents is not None:
        more.append(_("Sans plafond en cas de dol ou de faute inexcusable."))
    least = min((one.cents for one in found.bounds if one.cents is not None), default=None)
    binding = next((one.code for one in found.bounds if one.cents == least), None)
    return Exposure(
        headline=headline,
        limits=[_limit(one, binding) for one in found.bounds if one.cents is not None],
        more=more,
        verified=found.law.verified and all(one.verified for one in found.bounds),
    )


async def duty_of(visit: Visit, order: OrderView) -> Duty | None:
    """When the order is due, and what threatens."""
    if order.state not in DUE:
        return None
    found = await attempt(visit, GetDeliveryDuty(order_id=order.order_id))
    if found is None:
        return None
    tone, warning, advice = "", "", ""
    if found.delivery == "late":
        tone, warning = "bad", _("La livraison est en retard")
        advice = _("Prévenez le destinataire ; l'indemnité de retard est due si un préjudice est prouvé.")
    elif found.replaceable_at is not None:
        tone, warning = "warn", _("Le chargement est en retard")
        advice = _("Un autre transporteur peut être pris sans préavis à partir du %(at)s.") % {
            "at": moment(found.replaceable_at)
        }
    elif found.delivery == "expected_late":
        tone, warning = "warn", _("La livraison est attendue trop tard")
        advice = _("Il est encore temps de prévenir le destinataire et le client.")
    return Duty(found, _said(found.fr, found.en), tone, warning, advice)


def claimable(order: OrderView) -> bool:
    """Whether the reader is one of those between whom a claim is reckoned."""
    return order.changes is not None and order.state not in ("draft", "cancelled")


def _asked(visit: Visit) -> EstimateClaim:
    return EstimateClaim(order_id=visit.path["order_id"], incident_id=visit.path["incident_id"])


def _here(visit: Visit) -> str:
    return PATH.format(**{name: visit.path[name] for name in ("order_id", "incident_id")})


def _limit(bound: BoundView, binding: str | None) -> Limit:
    return Limit(
        label=_(BOUNDS[bound.code]),
        arithmetic=_said(bound.fr, bound.en),
        cents=bound.cents,
        source=bound.source,
        verified=bound.verified,
        binding=bound.code == binding,
    )


def _said(fr: str, en: str) -> str:
    """A sentence of a rule in the page's language."""
    return en if language() == "en" else fr
