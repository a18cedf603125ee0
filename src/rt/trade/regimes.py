"""Which law says what a carrier owes: the French contrat type, CMR, or one that is not reckoned here."""

import re
from datetime import date
from typing import Literal

import msgspec

from rt.trade.calendars import overseas_part
from rt.trade.countries import OVERSEAS, state
from rt.trade.places import Address
from rt.trade.tables import Dated, in_force

Regime = Literal["contract_type", "cmr", "overseas", "elsewhere"]
"""`overseas`: over the sea within the Republic, or from there abroad; `elsewhere`: any other law."""
ROAD_OVERSEAS = frozenset({"GP", "MQ", "GF", "RE", "YT"})
"""Départements and regions of article 73 of the Constitution, where the law of the mainland holds."""


class ConventionRow(Dated, frozen=True, kw_only=True):
    """States that CMR binds."""

    countries: frozenset[str]


_BOUND = (
    "ALAMATAZBABEBGBYCHCYCZDEDKEEESFIFRGBGEGRHRHUIEIRITJOKGKZLBLTLULVMAMDMEMKMNMTNLNOOMPKPLPTRORSRUSESISKSYTJ"
    "TMTNTRUAUZ"
)
CMR_STATES: tuple[ConventionRow, ...] = (
    ConventionRow(
        starts_on=date(1961, 7, 2),
        source="états parties à la CMR, de mémoire ; le dépositaire (ONU, chapitre XI-B-11) fait foi",
        verified=False,
        countries=frozenset(re.findall("..", _BOUND)),
    ),
)
CMR_PLACES = {"IM": "GB", "GG": "GB", "JE": "GB", "GI": "GB"}
"""Places to which the United Kingdom extended it, from memory."""


class Applies(msgspec.Struct, frozen=True, kw_only=True):
    """The law that applies, and why."""

    regime: Regime
    verified: bool
    fr: str
    en: str


def applies(pickup: Address, delivery: Address, on: date) -> Applies:
    """The law of carriage by road between two places; what was agreed beside it is not known here."""
    here, there = _part(pickup), _part(delivery)
    if state(here) == state(there) == "FR":
        return _french(here, there)
    if here == there:
        return Applies(
            regime="elsewhere",
            verified=True,
            fr=f"Transport intérieur ({here}) : la loi de ce pays s'applique, elle n'est pas calculée ici.",
            en=f"Carriage inside {here}: the law of that country applies, it is not reckoned here.",
        )
    row = in_force(CMR_STATES, on)
    bound = row.countries if row else frozenset[str]()
    if {here, there} & OVERSEAS.keys():
        return _sea(here, there)
    if any(CMR_PLACES.get(one, one) in bound for one in (here, there)):
        return Applies(
            regime="cmr",
            verified=False,
            fr=f"Transport international {here} → {there}, un état au moins est partie à la CMR (art. 1).",
            en=f"International carriage {here} → {there}, one state at least is bound by CMR (art. 1).",
        )
    return Applies(
        regime="elsewhere",
        verified=False,
        fr=f"Ni {here} ni {there} n'est partie à la CMR : le droit applicable n'est pas calculé ici.",
        en=f"Neither {here} nor {there} is bound by CMR: the law that applies is not reckoned here.",
    )


def _french(here: str, there: str) -> Applies:
    if here != there or (here in OVERSEAS and here not in ROAD_OVERSEAS):
        return _sea(here, there)
    inside = "France" if here == "FR" else here
    return Applies(
        regime="contract_type",
        verified=here == "FR",
        fr=f"Transport intérieur ({inside}) : contrat type général, sauf contrat écrit différent.",
        en=f"Carriage inside {inside}: the general contrat type, unless a contract in writing differs.",
    )


def _sea(here: str, there: str) -> Applies:
    return Applies(
        regime="overseas",
        verified=False,
        fr=f"Outre-mer ({here} → {there}) : la mer ou la collectivité a son propre droit, non calculé ici.",
        en=f"Overseas ({here} → {there}): the sea or the territory has its own law, not reckoned here.",
    )


def _part(place: Address) -> str:
    """The country, or the part of the French Republic overseas, by its code or its postal code."""
    if place.country != "FR":
        return place.country
    code = place.postal_code.strip()
    return "MC" if code.startswith("980") else overseas_part(code) or "FR"
