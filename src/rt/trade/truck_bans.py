"""When goods vehicles above 7.5 t may not drive in France, and until when.

Arrêté of 2 March 2015; the days of summer and winter are named anew each year.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

import msgspec

from rt.trade.calendars import SATURDAY, SUNDAY, is_public_holiday, paris_day, paris_instant
from rt.trade.tables import Dated, in_force

Zone = Literal["general", "rhone_alpes", "ile_de_france_outbound", "ile_de_france_inbound"]
Rule = Literal["general", "summer", "winter", "ile_de_france"]
THRESHOLD_KG = 7_500
"""Bans hold above this permitted gross weight, not at it."""
FRIDAY, MONDAY = 4, 0
LONGEST_LIST = timedelta(days=400)
"""More than anybody plans or looks back at once."""
ARRETE = "arrêté du 2 mars 2015 (DEVT1500238A)"


class BanRule(Dated, frozen=True, kw_only=True):
    """A kind of ban, in words."""

    rule: Rule
    fr: str
    en: str


RULES = (
    BanRule(
        rule="general",
        starts_on=date(2015, 3, 2),
        source=f"{ARRETE}, art. 1er",
        verified=False,
        fr="Plus de 7,5 t : interdits du samedi ou de la veille de fête 22 h au lendemain 22 h.",
        en="Above 7.5 t: banned from 22:00 on Saturdays and eves of holidays until 22:00 the next day.",
    ),
    BanRule(
        rule="summer",
        starts_on=date(2015, 3, 2),
        source=f"{ARRETE}, art. 2",
        verified=True,
        fr="Interdiction d'été : samedi de 7 h à 19 h (autorisé de 19 h à 24 h).",
        en="Summer ban: Saturday 07:00 to 19:00 (allowed 19:00 to 24:00).",
    ),
    BanRule(
        rule="winter",
        starts_on=date(2015, 3, 2),
        source=f"{ARRETE}, art. 2",
        verified=True,
        fr="Interdiction d'hiver, réseau Rhône-Alpes : samedi de 7 h à 18 h et de 22 h à 24 h.",
        en="Winter ban, Rhône-Alpes network: Saturday 07:00 to 18:00 and 22:00 to 24:00.",
    ),
    BanRule(
        rule="ile_de_france",
        starts_on=date(2015, 3, 2),
        source=f"{ARRETE}, art. 3",
        verified=True,
        fr="Interdiction d'Île-de-France (A6a, A6b, A106, A6, A10, A12, A13), sans dérogation.",
        en="Île-de-France ban (A6a, A6b, A106, A6, A10, A12, A13), without derogation.",
    ),
)


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """The Saturdays that the yearly arrêté names."""

    rule: Rule
    year: int
    days: tuple[date, ...]
    source: str
    verified: bool


def _days(year: int, *days: tuple[int, int]) -> tuple[date, ...]:
    return tuple(date(year, month, day) for month, day in days)


SEASONS = (
    Season(
        rule="winter",
        year=2026,
        days=_days(2026, (2, 7), (2, 14), (2, 21), (2, 28), (3, 7)),
        source="dates 2026 publiées, lues sur des pages secondaires",
        verified=False,
    ),
    Season(
        rule="summer",
        year=2026,
        days=_days(2026, (7, 11), (7, 18), (7, 25), (8, 1), (8, 8)),
        source="dates 2026 publiées, lues sur des pages secondaires",
        verified=False,
    ),
)


class Derogation(Dated, frozen=True, kw_only=True):
    """Transport that may drive all the same, but for the Île-de-France bans."""

    code: str
    fr: str
    en: str


def _derogation(code: str, fr: str, en: str) -> Derogation:
    return Derogation(
        code=code, fr=fr, en=en, starts_on=date(2015, 3, 2), source=f"{ARRETE}, art. 4", verified=True
    )


DEROGATIONS = (
    _derogation(
        "perishables",
        "Animaux vivants ou denrées périssables, au moins la moitié de la surface ou du volume",
        "Live animals or perishables filling at least half of the surface or volume",
    ),
    _derogation(
        "harvest", "Récoltes et pulpes de betteraves, hors autoroute", "Harvest, beet pulp, no motorway"
    ),
    _derogation("events", "Manifestations dans les 2 jours", "Events within 2 days"),
    _derogation("press", "Presse exclusivement", "Press only"),
    _derogation(
        "removals", "Déménagement de bureaux ou d'usines en ville", "Office or factory removals in town"
    ),
    _derogation("markets", "Commerces ambulants, foires et marchés", "Mobile shops, fairs and markets"),
    _derogation("air_freight", "Fret aérien sous lettre de transport aérien", "Air freight under an AWB"),
    _derogation(
        "hospital",
        "Déchets hospitaliers, linge et marchandises des établissements de santé",
        "Hospital waste, linen and goods for health sites",
    ),
    _derogation("medical_gas", "Gaz médicaux", "Medical gases"),
    _derogation("radiography", "Radiographie gamma", "Gamma radiography"),
)


class Ban(msgspec.Struct, frozen=True, kw_only=True):
    """A time during which driving is forbidden, from `starts_at` up to but not including `ends_at` (UTC)."""

    rule: Rule
    zone: Zone
    starts_at: datetime
    ends_at: datetime
    fr: str
    en: str
    source: str


def banned(
    at: datetime, gross_kg: int, zone: Zone = "general", *, derogation: str | None = None
) -> Ban | None:
    """The ban that forbids driving at that instant, or None.

    `gross_kg` is the permitted gross weight with the trailer, `derogation` a code of DEROGATIONS.
    """
    standing = (ban for ban in bans(at, at, gross_kg, zone, derogation=derogation) if ban.starts_at <= at)
    return max(standing, key=lambda ban: ban.ends_at, default=None)


def next_allowed(
    at: datetime, gross_kg: int, zone: Zone = "general", *, derogation: str | None = None
) -> datetime:
    """The first instant from then on at which driving is allowed."""
    while ban := banned(at, gross_kg, zone, derogation=derogation):
        at = ban.ends_at
    return at.astimezone(UTC)


def bans(
    since: datetime, until: datetime, gross_kg: int, zone: Zone = "general", *, derogation: str | None = None
) -> list[Ban]:
    """The bans that touch the time from `since` to `until`, in order."""
    if gross_kg <= THRESHOLD_KG:
        return []
    if until - since > LONGEST_LIST:
        raise ValueError(f"bans are listed over {LONGEST_LIST.days} days at most")
    freed = any(one.code == derogation and one.holds(paris_day(since)) for one in DEROGATIONS)
    first, last = paris_day(since) - timedelta(days=2), paris_day(until) + timedelta(days=2)
    found: list[Ban] = []
    latest: dict[Rule, int] = {}
    for ahead in range((last - first).days + 1):
        for ban in _bans_of(first + timedelta(days=ahead), zone):
            if freed and ban.rule != "ile_de_france":
                continue
            place = latest.get(ban.rule)
            if place is not None and ban.starts_at <= found[place].ends_at:
                ends_at = max(found[place].ends_at, ban.ends_at)
                found[place] = msgspec.structs.replace(found[place], ends_at=ends_at)
            else:
                latest[ban.rule] = len(found)
                found.append(ban)
    found.sort(key=lambda ban: (ban.starts_at, ban.ends_at))
    return [ban for ban in found if ban.ends_at > since and ban.starts_at <= until]


def seasons_known(year: int) -> bool:
    """Whether the summer and winter Saturdays of that year are in the table; if not, say so to planners."""
    return {season.rule for season in SEASONS if season.year == year} == {"summer", "winter"}


def derogation_of(code: str) -> Derogation | None:
    return next((one for one in DEROGATIONS if one.code == code), None)


@lru_cache(maxsize=4_096)
def _bans_of(day: date, zone: Zone) -> tuple[Ban, ...]:
    """That day's pieces of bans, in order: a ban that goes on has a piece on every day."""
    found = []
    for rule, start, end in sorted(_hours(day, zone), key=lambda piece: piece[1:]):
        words = in_force((one for one in RULES if one.rule == rule), day)
        if words:
            starts_at, ends_at = paris_instant(day, start), paris_instant(day, end)
            found.append(
                Ban(
                    rule=rule,
                    zone=zone,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    fr=words.fr,
                    en=words.en,
                    source=words.source,
                )
            )
    return tuple(found)


def _hours(day: date, zone: Zone) -> Iterator[tuple[Rule, int, int]]:
    """Hours of that day in Paris, each with the rule that forbids them."""
    rest = day.weekday() == SUNDAY or is_public_holiday(day)
    eve = is_public_holiday(day + timedelta(days=1))
    if rest:
        yield "general", 0, 22
    if _in_season(day, "summer"):
        yield "summer", 7, 19
    elif zone == "rhone_alpes" and _in_season(day, "winter"):
        yield "winter", 7, 18
        yield "winter", 22, 24
    elif day.weekday() == SATURDAY or eve:
        yield "general", 22, 24
    if zone == "ile_de_france_outbound":
        if day.weekday() == FRIDAY:
            yield "ile_de_france", 16, 21
        if eve:
            yield "ile_de_france", 16, 22
        if day.weekday() == SATURDAY:
            yield "ile_de_france", 10, 18
    if zone == "ile_de_france_inbound" and (
        day.weekday() == MONDAY or is_public_holiday(day - timedelta(days=1))
    ):
        yield "ile_de_france", 6, 10
    if rest and zone in ("ile_de_france_outbound", "ile_de_france_inbound"):
        yield "ile_de_france", 22, 24


def _in_season(day: date, rule: Rule) -> bool:
    return any(season.rule == rule and day in season.days for season in SEASONS)
