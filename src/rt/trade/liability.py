"""What a carrier owes at most for loss, damage or delay, every bound with its arithmetic and its source.

Contrat type général (décret 2017-461, articles 22 and 24), CMR 1956 (articles 23 to 29). What a court finds
or the parties wrote comes before it: these are estimates.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from rt.trade.contract_rules import (
    CMR_LIABILITY,
    DECREE_2017,
    LIABILITY,
    REFORM,
    SMALL_SHIPMENT_KG,
    LiabilityRow,
)
from rt.trade.money import to_cents
from rt.trade.regimes import Regime
from rt.trade.tables import Dated, row_on

Harm = Literal["loss", "damage", "delay"]
BoundCode = Literal["loss", "per_kg", "per_package", "per_tonne", "price", "declared", "none", "unknown"]
SDR_TABLE = "sdr.txt"


class SdrRow(Dated, frozen=True, kw_only=True):
    """Euros for one special drawing right."""

    euros: Decimal


class Consignment(msgspec.Struct, frozen=True, kw_only=True):
    """What was carried, on that day, for how much without taxes; None where it is not known."""

    on: date
    weight_kg: float
    packages: int
    price_cents: int | None = None


class Suffered(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: the loss as proved, and the gross weight and packages missing, damaged or late.

    `loss_cents` is None while nobody has said it: then what is owed is the most that it may be.
    `declared_cents`: a declaration of value (delay: of interest) that the carrier accepted in writing and was
    paid for. `grave`: wilful misconduct or what equals it (dol, faute inexcusable; CMR art. 29).
    """

    harm: Harm
    loss_cents: int | None
    weight_kg: float
    packages: int
    declared_cents: int | None = None
    grave: bool = False
    euros_per_sdr: Decimal | None = None


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: the sum, the arithmetic in both languages, who says so, whether that text was read."""

    code: BoundCode
    cents: int | None
    fr: str
    en: str
    source: str
    verified: bool


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed at most: `cents` is the least of the bounds and what is refunded of the price on top.

    None where a bound that may be the least is not known. `freight` is the refund of CMR art. 23.4.
    """

    cents: int | None
    bounds: tuple[Bound, ...]
    freight: Bound | None = None

    @property
    def binding(self) -> Bound | None:
        """The bound that decides."""
        if self.cents is None:
            return None
        known = [one for one in self.bounds if one.cents is not None]
        return min(known, key=lambda one: one.cents or 0, default=None)


def owed(regime: Regime, carried: Consignment, suffered: Suffered) -> Owed:
    """The estimate; never more than the loss, but for what CMR refunds of the price."""
    bounds = (*_proved(regime, suffered), *_limits(regime, carried, suffered))
    unknown = any(one.cents is None and one.code != "none" for one in bounds)
    least = min((one.cents for one in bounds if one.cents is not None), default=None)
    freight = _freight(carried, suffered) if regime == "cmr" and suffered.harm == "loss" else None
    refunded = freight.cents if freight and freight.cents is not None else 0
    cents = None if unknown or least is None else least + refunded
    return Owed(cents=cents, bounds=bounds, freight=freight)


def exposure(regime: Regime, carried: Consignment) -> tuple[Bound, ...]:
    """The most that may be owed if all of it is lost and no value was declared; the least decides."""
    whole = Suffered(harm="loss", loss_cents=0, weight_kg=carried.weight_kg, packages=carried.packages)
    return tuple(_limits(regime, carried, whole))


def euros(cents: int, language: str) -> str:
    """An amount as a letter has it: 1 000,00 € in French, EUR 1,000.00 in English."""
    from babel.numbers import format_decimal  # imported here: most processes never reckon a claim

    text = str(format_decimal(Decimal(cents) / 100, "#,##0.00", locale=language))
    return f"EUR {text}" if language == "en" else f"{text}\N{NO-BREAK SPACE}€"


def figure(number: Decimal, language: str) -> str:
    """Without zeros that say nothing: 2 999 and 8,33 in French, 2,999 and 8.33 in English."""
    from babel.numbers import format_decimal  # imported here: most processes never reckon a claim

    return str(format_decimal(number, locale=language, decimal_quantization=False))


@lru_cache(maxsize=1)
def sdr_rows() -> tuple[SdrRow, ...]:
    """The table beside this file, as it was edited last."""
    rows = []
    for line in files(__package__).joinpath(SDR_TABLE).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            day, euros, read, source = (part.strip() for part in line.split("|"))
            rows.append(
                SdrRow(
                    starts_on=date.fromisoformat(day),
                    euros=Decimal(euros),
                    verified=read == "yes",
                    source=source,
                )
            )
    return tuple(rows)


def _proved(regime: Regime, suffered: Suffered) -> Iterator[Bound]:
    if suffered.loss_cents is not None:
        source = {"contract_type": "C. com. L133-1", "cmr": "CMR art. 23, 25"}.get(regime, "")
        yield Bound(
            code="loss",
            cents=suffered.loss_cents,
            fr=f"préjudice prouvé : {euros(suffered.loss_cents, 'fr')}",
            en=f"proved loss: {euros(suffered.loss_cents, 'en')}",
            source=source,
            verified=False,
        )


def _limits(regime: Regime, carried: Consignment, suffered: Suffered) -> Iterator[Bound]:
    """What bounds the loss by law or agreement."""
    french = regime == "contract_type"
    if regime not in ("contract_type", "cmr"):
        yield _unknown("plafond non calculé pour ce transport", "no cap is reckoned for this carriage")
    elif suffered.grave:
        yield Bound(
            code="none",
            cents=None,
            fr="aucun plafond : dol ou faute inexcusable, à prouver par qui réclame",
            en="no cap: wilful misconduct or what equals it, to be proved by who claims",
            source="C. com. L133-8, contrat type art. 22.1" if french else "CMR art. 29",
            verified=False,
        )
    elif suffered.declared_cents is not None:
        delay, amount = suffered.harm == "delay", suffered.declared_cents
        yield Bound(
            code="declared",
            cents=amount,
            fr=f"{'intérêt déclaré' if delay else 'valeur déclarée'}, à la place du plafond : "
            f"{euros(amount, 'fr')}",
            en=f"declared {'interest' if delay else 'value'}, in the cap's place: {euros(amount, 'en')}",
            source=f"contrat type art. {'24.3' if delay else '22.2'}"
            if french
            else f"CMR art. {'26' if delay else '24'}",
            verified=False,
        )
    elif suffered.harm == "delay":
        yield _price(carried.price_cents, french)
    elif not carried.weight_kg:
        yield _unknown("poids brut de l'envoi inconnu", "the gross weight of the consignment is not known")
    elif french:
        yield from _domestic(row_on(LIABILITY, carried.on), carried, suffered)
    else:
        yield _convention(carried.on, suffered)


def _domestic(row: LiabilityRow, carried: Consignment, suffered: Suffered) -> Iterator[Bound]:
    """Article 21, since May 2017 article 22.1."""
    small = carried.weight_kg < SMALL_SHIPMENT_KG
    source = f"{row.source}, art. {'22.1' if carried.on >= REFORM else '21'}"
    rate = row.small_per_kg if small else row.large_per_kg
    lost, whole = _decimal(suffered.weight_kg), _decimal(carried.weight_kg)
    cents = to_cents(lost * rate)
    yield Bound(
        code="per_kg",
        cents=cents,
        fr=f"{figure(lost, 'fr')} kg × {rate} €/kg = {euros(cents, 'fr')}",
        en=f"{figure(lost, 'en')} kg × {rate} EUR/kg = {euros(cents, 'en')}",
        source=source,
        verified=row.verified,
    )
    if small:
        cents = suffered.packages * row.small_per_package * 100
        per = row.small_per_package * 100
        yield Bound(
            code="per_package",
            cents=cents,
            fr=f"{suffered.packages} colis × {euros(per, 'fr')} = {euros(cents, 'fr')}",
            en=f"{suffered.packages} package(s) × {euros(per, 'en')} = {euros(cents, 'en')}",
            source=source,
            verified=row.verified,
        )
    else:
        cents, per = to_cents(whole / 1000 * row.large_per_tonne), row.large_per_tonne * 100
        yield Bound(
            code="per_tonne",
            cents=cents,
            fr=f"{figure(whole / 1000, 'fr')} t (envoi) × {euros(per, 'fr')} = {euros(cents, 'fr')}",
            en=f"{figure(whole / 1000, 'en')} t (whole) × {euros(per, 'en')} = {euros(cents, 'en')}",
            source=source,
            verified=row.verified,
        )


def _convention(on: date, suffered: Suffered) -> Bound:
    """Article 23.3; damage reaches at most what a loss of the same weight would (art. 25.2)."""
    row, rate = row_on(CMR_LIABILITY, on), row_on(sdr_rows(), on)
    worth = suffered.euros_per_sdr or rate.euros
    given = suffered.euros_per_sdr is not None
    lost = _decimal(suffered.weight_kg)
    cents = to_cents(lost * row.sdr_per_kg * worth)
    return Bound(
        code="per_kg",
        cents=cents,
        fr=f"{figure(lost, 'fr')} kg × {figure(row.sdr_per_kg, 'fr')} DTS/kg × "
        f"{figure(worth, 'fr')} €/DTS = {euros(cents, 'fr')}",
        en=f"{figure(lost, 'en')} kg × {figure(row.sdr_per_kg, 'en')} SDR/kg × "
        f"{figure(worth, 'en')} EUR/SDR = {euros(cents, 'en')}",
        source=f"{row.source} ; DTS : {'valeur donnée avec la demande' if given else rate.source}",
        verified=row.verified and not given and rate.verified,
    )


def _price(price_cents: int | None, french: bool) -> Bound:
    """Delay: contrat type art. 22.3 of 1999, 24.3 since; CMR art. 23.5."""
    if price_cents is None:
        return _unknown("prix du transport inconnu", "the price of the carriage is not known")
    return Bound(
        code="price",
        cents=price_cents,
        fr=f"prix du transport hors taxes : {euros(price_cents, 'fr')}",
        en=f"price of the carriage without taxes: {euros(price_cents, 'en')}",
        source=f"{DECREE_2017}, art. 24.3" if french else "CMR art. 23.5",
        verified=False,
    )


def _freight(carried: Consignment, suffered: Suffered) -> Bound:
    """The price is refunded in full for a total loss, in proportion for a part (CMR art. 23.4)."""
    if carried.price_cents is None:
        return _unknown("prix du transport inconnu", "the price of the carriage is not known")
    lost, whole = _decimal(suffered.weight_kg), _decimal(carried.weight_kg)
    share = min(lost / whole, Decimal(1)) if whole else Decimal(1)
    cents = to_cents(Decimal(carried.price_cents) / 100 * share)
    price = carried.price_cents
    return Bound(
        code="price",
        cents=cents,
        fr=f"{euros(price, 'fr')} × {figure(lost, 'fr')} kg / {figure(whole, 'fr')} kg = "
        f"{euros(cents, 'fr')}",
        en=f"{euros(price, 'en')} × {figure(lost, 'en')} kg / {figure(whole, 'en')} kg = "
        f"{euros(cents, 'en')}",
        source="CMR art. 23.4",
        verified=False,
    )


def _unknown(fr: str, en: str) -> Bound:
    return Bound(code="unknown", cents=None, fr=fr, en=en, source="", verified=False)


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
