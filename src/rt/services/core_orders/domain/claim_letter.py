"""The registered letter to whoever carried, drafted in French and English: reasons, figures, a demand."""

from datetime import date
from decimal import Decimal

from rt.contracts.core_orders.claims import ClaimView, LetterView
from rt.services.core_orders.domain.kept import Incident
from rt.services.core_orders.domain.order import Order
from rt.trade.liability import euros, figure
from rt.trade.places import Address

HARM_FR = {"loss": "perte ou manquant", "damage": "avarie", "delay": "retard"}
HARM_EN = {"loss": "loss or shortage", "damage": "damage", "delay": "delay"}


def letters(order: Order, incident: Incident, claim: ClaimView, today: date) -> list[LetterView]:
    """From whom claims to whom owes; it is read again and signed before it leaves."""
    to_carrier = claim.against == "carrier"
    sender = order.owner_name if to_carrier else order.client_name
    addressee = order.carrier_name if to_carrier else order.owner_name
    return [
        LetterView(
            language="fr",
            written_on=today,
            sender=sender,
            addressee=addressee,
            subject=f"{HARM_FR[claim.harm].capitalize()} sur le transport {order.reference} : "
            "protestation motivée et réclamation",
            body=_french(order, incident, claim),
        ),
        LetterView(
            language="en",
            written_on=today,
            sender=sender,
            addressee=addressee,
            subject=f"{HARM_EN[claim.harm].capitalize()} in transport {order.reference}: "
            "reasoned protest and claim",
            body=_english(order, incident, claim),
        ),
    ]


def _french(order: Order, incident: Incident, claim: ClaimView) -> list[str]:
    goods = ", ".join(f"{line.quantity} × {line.description}" for line in order.goods)
    road = f"{_place(order.pickup.site.address)} à {_place(order.delivery.site.address)}"
    delivered = (
        f", livré le {_day(claim.delivered_on, 'fr')}" if claim.delivered_on else ", non livré à ce jour"
    )
    body = [
        f"Vous avez été chargé du transport {order.reference} ({goods}) de {road}{delivered}.",
        f"Nous avons constaté : {HARM_FR[claim.harm]}, {_kilograms(claim.weight_kg, 'fr')} kg et "
        f"{claim.packages} colis concernés. {incident.text}",
        "Des réserves ont été portées sur la lettre de voiture à la livraison ; nous les confirmons."
        if claim.noted
        else "",
        _law_fr(order, claim),
        *_sum_fr(claim),
        "Nous vous demandons de nous confirmer par écrit votre prise en charge et de nous faire part de la "
        "déclaration faite à votre assureur. Les justificatifs (lettre de voiture, photos, facture) sont "
        "joints.",
        "Nous vous prions d'agréer nos salutations distinguées.",
    ]
    return [one for one in body if one]


def _law_fr(order: Order, claim: ClaimView) -> str:
    on_behalf = f", également au nom du destinataire {order.consignee_name}," if order.consignee_name else ""
    if claim.law.regime == "cmr":
        return f"La présente{on_behalf} vaut réserves et réclamation (CMR, article {_article(claim)})."
    if claim.delivered_on is None:
        return (
            f"La présente{on_behalf} vaut mise en demeure de livrer ou d'indemniser : trente jours après le "
            "délai, la marchandise est tenue pour perdue (contrat type général, article 21.1)."
        )
    if claim.harm == "delay":
        return f"La présente{on_behalf} vaut mise en demeure de réparer le préjudice né du retard."
    return (
        f"La présente{on_behalf} vaut protestation motivée au sens de l'article L133-3 du code de commerce."
    )


def _sum_fr(claim: ClaimView) -> list[str]:
    if claim.loss_cents is None:
        return ["Le montant du préjudice vous sera communiqué dès qu'il sera connu ; tous droits réservés."]
    said = f"Notre préjudice s'élève à {euros(claim.loss_cents, 'fr')}."
    if claim.cents is None:
        return [said, "Nous vous en demandons réparation."]
    reckoned = [one.fr for one in claim.bounds if one.code != "loss"]
    reckoned += [f"remboursement du prix : {claim.refund.fr}"] if claim.refund else []
    return [
        said,
        f"Nous vous demandons le paiement de {euros(claim.cents, 'fr')} sous trente jours. "
        f"Calcul des limites : {' ; '.join(reckoned)}. Nous réservons nos droits au-delà en cas de dol ou de "
        "faute inexcusable.",
    ]


def _english(order: Order, incident: Incident, claim: ClaimView) -> list[str]:
    goods = ", ".join(f"{line.quantity} × {line.description}" for line in order.goods)
    road = f"{_place(order.pickup.site.address)} to {_place(order.delivery.site.address)}"
    delivered = (
        f", delivered on {_day(claim.delivered_on, 'en')}" if claim.delivered_on else ", not delivered so far"
    )
    body = [
        f"You were entrusted with transport {order.reference} ({goods}) from {road}{delivered}.",
        f"We found: {HARM_EN[claim.harm]}, {_kilograms(claim.weight_kg, 'en')} kg and {claim.packages} "
        f"package(s) concerned. {incident.text}",
        "Reservations were written on the consignment note at delivery; we confirm them."
        if claim.noted
        else "",
        _law_en(order, claim),
        *_sum_en(claim),
        "Please confirm in writing that you accept this claim, and tell us what you declared to your "
        "insurer. The evidence (consignment note, photographs, invoice) is enclosed.",
        "Yours faithfully,",
    ]
    return [one for one in body if one]


def _law_en(order: Order, claim: ClaimView) -> str:
    on_behalf = f", also on behalf of the consignee {order.consignee_name}," if order.consignee_name else ""
    if claim.law.regime == "cmr":
        return (
            f"This letter{on_behalf} is a reservation and claim (CMR convention, article {_article(claim)})."
        )
    if claim.delivered_on is None:
        return (
            f"This letter{on_behalf} is a formal demand to deliver or to compensate: thirty days after their "
            "time the goods count as lost (French general contrat type, article 21.1)."
        )
    if claim.harm == "delay":
        return f"This letter{on_behalf} is a formal demand to make good what the delay has cost."
    return f"This letter{on_behalf} is the reasoned protest of article L133-3 of the French commercial code."


def _sum_en(claim: ClaimView) -> list[str]:
    if claim.loss_cents is None:
        return ["You will be told the amount of the loss once it is known; all rights are reserved."]
    said = f"Our loss amounts to {euros(claim.loss_cents, 'en')}."
    if claim.cents is None:
        return [said, "We ask you to make it good."]
    reckoned = [one.en for one in claim.bounds if one.code != "loss"]
    reckoned += [f"refund of the price: {claim.refund.en}"] if claim.refund else []
    return [
        said,
        f"We ask you to pay {euros(claim.cents, 'en')} within thirty days. How the limits were reckoned: "
        f"{'; '.join(reckoned)}. We reserve our rights beyond them in case of wilful misconduct.",
    ]


def _article(claim: ClaimView) -> str:
    """Of CMR: lost after its time, late, or short and damaged."""
    if claim.delivered_on is None:
        return "20.1"
    return "30.3" if claim.harm == "delay" else "30.1"


def _place(address: Address) -> str:
    return f"{address.postal_code} {address.city}".strip() or address.country


def _kilograms(weight: float, language: str) -> str:
    return figure(Decimal(str(weight)), language)


def _day(day: date, language: str) -> str:
    from babel.dates import format_date  # imported here: most requests write no letter

    return str(format_date(day, "d MMMM y", locale=language))
