"""By when whoever suffered a loss has to write to the carrier, and to sue; what is lost after that.

C. com. L133-3 (read on pages: "dans les trois jours, non compris les jours fériés, qui suivent celui de cette
réception"), L133-6; CMR art. 30 and 32, from memory. Days are those of the place of delivery.
"""

from calendar import isleap
from datetime import date, timedelta
from typing import Literal

import msgspec

from rt.trade.calendars import FRANCE, SUNDAY, is_public_holiday
from rt.trade.contract_rules import CLAIMS, Claim, claim_deadline
from rt.trade.liability import Harm
from rt.trade.places import Address
from rt.trade.regimes import Regime
from rt.trade.tables import row_on

ClockCode = Literal["confirm", "at_delivery", "reserves", "delay", "lawsuit"]
LOST_AFTER_DAYS = 30
"""Contrat type art. 21.1 and CMR art. 20.1: what has not come 30 days after its time counts as lost."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline: its last day, the last day to post a letter before it, what to do, what is lost after it.

    `post_by` is an earlier day where the last one is a Sunday or a holiday: no post office is open then.
    """

    code: ClockCode
    starts_on: date
    due_on: date
    post_by: date
    fr: str
    en: str
    after_fr: str
    after_en: str
    source: str
    verified: bool


def clocks(
    regime: Regime,
    harm: Harm,
    *,
    delivered_on: date | None,
    due_on: date | None = None,
    apparent: bool = True,
    grave: bool = False,
    at: Address = FRANCE,
) -> list[Clock]:
    """The deadlines that run, the nearest first.

    `delivered_on` is None while nothing was delivered; `due_on` is when it should have been. `apparent`:
    whether it could be seen at delivery. Of a law that is not reckoned here nothing is said.
    """
    if regime not in ("contract_type", "cmr"):
        return []
    if delivered_on is None:
        return [_lawsuit(regime, due_on, grave, at, total=True)] if due_on else []
    found = [_lawsuit(regime, delivered_on, grave, at, total=False)]
    if regime == "contract_type" and harm != "delay":
        found.append(_writing("domestic_reserves", "confirm", delivered_on, at))
    elif regime == "cmr" and harm == "delay":
        found.append(_writing("cmr_delay", "delay", delivered_on, at))
    elif regime == "cmr" and apparent:
        found.append(_at_delivery(delivered_on))
    elif regime == "cmr":
        found.append(_writing("cmr_reserves", "reserves", delivered_on, at))
    return sorted(found, key=lambda one: one.due_on)


def _writing(claim: Claim, code: ClockCode, delivered_on: date, at: Address) -> Clock:
    row = row_on(tuple(one for one in CLAIMS if one.claim == claim), delivered_on)
    due = claim_deadline(claim, delivered_on, at)
    after_fr, after_en = {
        "domestic_reserves": (
            "Après, l'action contre le transporteur est éteinte (avarie ou perte partielle).",
            "After that the action against the carrier is extinguished (damage or partial loss).",
        ),
        "cmr_reserves": (
            "Après, la marchandise est présumée reçue en bon état, sauf preuve contraire.",
            "After that the goods count as received in order until the contrary is proved.",
        ),
        "cmr_delay": ("Après, plus aucune indemnité de retard.", "After that no compensation for delay."),
    }[claim]
    return Clock(
        code=code,
        starts_on=delivered_on + timedelta(days=1),
        due_on=due,
        post_by=_posted(due, delivered_on, at),
        fr=f"Écrire au transporteur : {row.form_fr}.",
        en=f"Write to the carrier: {row.form_en}.",
        after_fr=after_fr,
        after_en=after_en,
        source=row.source,
        verified=row.verified,
    )


def _at_delivery(delivered_on: date) -> Clock:
    return Clock(
        code="at_delivery",
        starts_on=delivered_on,
        due_on=delivered_on,
        post_by=delivered_on,
        fr="Écrire les réserves sur la lettre de voiture, à la livraison (dommage apparent).",
        en="Write the reservations on the consignment note, at delivery (apparent damage).",
        after_fr="Sans elles, la marchandise est présumée reçue en bon état, sauf preuve contraire.",
        after_en="Without them the goods count as received in order until the contrary is proved.",
        source="CMR art. 30.1",
        verified=False,
    )


def _lawsuit(regime: Regime, since: date, grave: bool, at: Address, *, total: bool) -> Clock:
    """One year; three under CMR for wilful misconduct. The day it starts is not counted."""
    years = 3 if regime == "cmr" and grave else 1
    if regime == "cmr" and total:
        since += timedelta(days=LOST_AFTER_DAYS)
    due = _years_later(since, years)
    fraud_fr = " La fraude ou l'infidélité échappent à ce délai." if regime != "cmr" and grave else ""
    fraud_en = " Fraud is not bound by it." if regime != "cmr" and grave else ""
    return Clock(
        code="lawsuit",
        starts_on=since,
        due_on=due,
        post_by=_posted(due, since, at),
        fr="Assigner le transporteur en justice, ou obtenir de lui un accord écrit qui suspend le délai.",
        en="Sue the carrier, or have its agreement in writing that suspends the time limit.",
        after_fr=f"Après, la réclamation est prescrite.{fraud_fr}",
        after_en=f"After that the claim is barred.{fraud_en}",
        source="CMR art. 32" if regime == "cmr" else "C. com. L133-6",
        verified=False,
    )


def _posted(due: date, not_before: date, at: Address) -> date:
    """The last day up to that one on which a letter can be posted."""
    day = due
    while day > not_before and (day.weekday() == SUNDAY or is_public_holiday(day, at)):
        day -= timedelta(days=1)
    return day


def _years_later(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    if leap_day and not isleap(day.year + years):
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)
