"""What an order may cost whom: the carrier's exposure before it accepts, the estimate of a claim after."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from rt.contracts.core_orders.claims import (
    Against,
    BoundView,
    ClaimView,
    DeadlineView,
    EstimateClaim,
    ExposureView,
    LawView,
)
from rt.kernel.core.errors import Forbidden, Invalid
from rt.services.core_orders.domain.claim_letter import letters
from rt.services.core_orders.domain.kept import Incident
from rt.services.core_orders.domain.order import IncidentNotFound, Order, OrderNotFound
from rt.services.core_orders.domain.states import DEAL, PARTIES, SALE, Author
from rt.trade import liability
from rt.trade.claim_clocks import Clock, clocks
from rt.trade.liability import Bound, Consignment, Harm, Suffered
from rt.trade.regimes import Applies, applies
from rt.trade.roles import Roles
from rt.trade.zones import day_at, zone_of

HARMS: dict[str, Harm] = {"missing": "loss", "theft": "loss", "delay": "delay", "breakdown": "delay"}
"""What an incident did, as far as its kind tells; of any other damage is thought first."""
EUROS = "EUR"
"""What caps are in; a price in another currency is not compared with them."""


class NotYourClaim(Forbidden):
    fr = "Ce que doit le transporteur se calcule entre ceux qui ont convenu du transport."
    en = "What the carrier owes is reckoned between those that agreed on the transport."


class MoreThanCarried(Invalid):
    fr = "L'envoi entier pèse {weight_fr} kg et compte {packages} colis."
    en = "The whole consignment weighs {weight_en} kg and has {packages} packages."


class DeliveredLater(Invalid):
    fr = "La livraison ne peut pas être après aujourd'hui ({today})."
    en = "The delivery cannot be after today ({today})."


class PostedLater(Invalid):
    fr = "La lettre ne peut pas partir après aujourd'hui ({today})."
    en = "The letter cannot leave after today ({today})."


def exposure(order: Order, by: Author) -> ExposureView:
    """The most that the carrier may owe if everything is lost."""
    roles = _parties(order, by)
    law, price = law_of(order), _price(order, _against(order, roles, ""))
    carried = _carried(order, price)
    bounds = liability.exposure(law.regime, carried)
    known = [one.cents for one in bounds if one.cents is not None]
    values = [line.value_cents for line in order.goods if line.value_cents is not None]
    return ExposureView(
        order_id=order.id,
        law=_law_view(law),
        weight_kg=carried.weight_kg,
        packages=carried.packages,
        cents=min(known) if len(known) == len(bounds) else None,
        bounds=[bound_view(one) for one in bounds],
        declared_cents=sum(values) if values and order.currency == EUROS else None,
        refunded_cents=price if law.regime == "cmr" else None,
    )


def estimate(order: Order, asked: EstimateClaim, by: Author, at: datetime) -> ClaimView:
    """What the incident may cost, and what to do by when; `at` is now."""
    roles = _parties(order, by)
    incident = _incident(order, asked.incident_id, by)
    against = _against(order, roles, asked.against)
    law, carried = law_of(order), _carried(order, _price(order, against))
    suffered = _suffered(order, incident, asked, carried, roles)
    owed = liability.owed(law.regime, carried, suffered)
    place = order.delivery.site.address
    zone = zone_of(place.country, place.postal_code)
    if asked.delivered_on and asked.delivered_on > day_at(at, zone):
        raise DeliveredLater("delivered_on", today=day_at(at, zone).isoformat())
    posted_by = max(day_at(at, zone), day_at(at))  # it may be posted elsewhere than goods were delivered
    if asked.confirmed_on and asked.confirmed_on > posted_by:
        raise PostedLater("confirmed_on", today=posted_by.isoformat())
    delivered_on = asked.delivered_on or next(
        (day_at(one.at, zone) for one in order.milestones() if one.state == "delivered"), None
    )
    due = order.delivery.until_at or order.delivery.from_at
    noted = asked.noted or order.with_reserves
    running = clocks(
        law.regime,
        suffered.harm,
        delivered_on=delivered_on,
        due_on=day_at(due, zone) if due else None,
        apparent=not asked.hidden,
        grave=asked.grave,
        at=place,
    )
    view = ClaimView(
        order_id=order.id,
        incident_id=incident.incident_id,
        against=against,
        harm=suffered.harm,
        law=_law_view(law),
        cents=owed.cents,
        bounds=[bound_view(one) for one in owed.bounds],
        binding=owed.binding.code if owed.binding else None,
        weight_kg=suffered.weight_kg,
        packages=suffered.packages,
        noted=noted,
        loss_cents=suffered.loss_cents,
        refund=bound_view(owed.freight) if owed.freight else None,
        delivered_on=delivered_on,
        deadlines=[_deadline(one, day_at(at, zone), noted, asked.confirmed_on) for one in running],
    )
    if against == "carrier":
        claims = "owner" in roles and order.carrier_id not in (None, order.org_id)
    else:
        claims = "client" in roles and order.client != order.org_id
    return (
        msgspec.structs.replace(view, letters=letters(order, incident, view, day_at(at, zone)))
        if claims
        else view
    )


def bound_view(bound: Bound) -> BoundView:
    return BoundView(**msgspec.structs.asdict(bound))


def law_of(order: Order) -> Applies:
    """The law between the first pickup and the last delivery, on the day of the pickup."""
    return applies(order.pickup.site.address, order.delivery.site.address, pickup_day(order))


def pickup_day(order: Order) -> date:
    """The day on which the goods are taken over, there; of an order without dates the day it was written."""
    place = order.pickup.site.address
    at = order.pickup.from_at or order.pickup.until_at or order.created_at
    return day_at(at, zone_of(place.country, place.postal_code))


def _law_view(law: Applies) -> LawView:
    return LawView(**msgspec.structs.asdict(law))


def _parties(order: Order, by: Author) -> Roles:
    """The reader's roles, if it is one of those that agreed on the transport."""
    roles = order.roles_of(by)
    if not roles:
        raise OrderNotFound
    if not roles & PARTIES:
        raise NotYourClaim
    return roles


def _against(order: Order, roles: Roles, wished: str) -> Against:
    """Who is claimed from: each sees the contract that it is a part of, the owner both."""
    own = order.carrier_id == order.org_id and order.offer is None
    usual: Against = "carrier" if roles & DEAL and not own else "owner"
    against: Against = "owner" if wished == "owner" else "carrier" if wished == "carrier" else usual
    if not roles & (DEAL if against == "carrier" else SALE):
        raise NotYourClaim(field="against")
    return against


def _price(order: Order, against: Against) -> int | None:
    """The price of the carriage between the two, without taxes."""
    if order.currency != EUROS:
        return None
    if against == "owner":
        return order.sell_cents
    return order.offer.price_cents if order.offer else order.agreed_cents


def _carried(order: Order, price_cents: int | None) -> Consignment:
    packages = sum(line.quantity for line in order.goods)
    return Consignment(
        on=pickup_day(order), weight_kg=order.weight_kg, packages=packages, price_cents=price_cents
    )


def _incident(order: Order, incident_id: str, by: Author) -> Incident:
    """The incident, if the reader knows of it."""
    for one in order.incidents:
        if one.incident_id == incident_id and (one.shared or one.org_id == by.org_id):
            return one
    raise IncidentNotFound


def _suffered(
    order: Order, incident: Incident, asked: EstimateClaim, carried: Consignment, roles: Roles
) -> Suffered:
    """What was asked, completed by what the incident and the order say."""
    for field, whole in (("weight_kg", carried.weight_kg), ("packages", carried.packages)):
        if (getattr(asked, field) or 0) > whole:
            weight = Decimal(str(carried.weight_kg))
            raise MoreThanCarried(
                field,
                weight_fr=liability.figure(weight, "fr"),
                weight_en=liability.figure(weight, "en"),
                packages=carried.packages,
            )
    claimed = incident.cost_cents if roles & DEAL and order.currency == EUROS else None
    return Suffered(
        harm=asked.harm or HARMS.get(incident.kind, "damage"),
        loss_cents=claimed if asked.loss_cents is None else asked.loss_cents,
        weight_kg=carried.weight_kg if asked.weight_kg is None else asked.weight_kg,
        packages=carried.packages if asked.packages is None else asked.packages,
        declared_cents=asked.declared_cents,
        grave=asked.grave,
        euros_per_sdr=None if asked.euros_per_sdr is None else Decimal(str(asked.euros_per_sdr)),
    )


def _deadline(clock: Clock, today: date, noted: bool, confirmed_on: date | None) -> DeadlineView:
    """How a deadline stands: under French law what was noted at delivery still has to be confirmed.

    A letter of the day of delivery is in time, one of before says nothing of what came.
    """
    written = clock.code not in ("lawsuit", "at_delivery") and confirmed_on is not None
    since = clock.starts_on - timedelta(days=1)
    met = (written and confirmed_on is not None and since <= confirmed_on <= clock.due_on) or (
        noted and clock.code in ("at_delivery", "reserves")
    )
    return DeadlineView(
        **msgspec.structs.asdict(clock),
        days_left=max((clock.due_on - today).days, 0),
        state="met" if met else "passed" if today > clock.due_on else "open",
    )
