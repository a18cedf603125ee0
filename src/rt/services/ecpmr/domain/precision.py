"""Whether a reserve is worded precisely enough to hold, and what to add if not."""

from datetime import date

from rt.contracts.ecpmr import ReserveAdvice, ReserveGiven, WarningView
from rt.trade.reserves import VagueReserve, weigh_reserves

NO_FACT = WarningView(
    code="no_fact",
    fr="Rien de précis n'est constaté : dire ce qui est abîmé ou manquant, sur quels colis, et combien.",
    en="Nothing precise is stated: say what is damaged or missing, on which packages, and how many.",
)


def advice(text: str, on: date, counted: bool = False) -> ReserveAdvice:
    """What weakens the text; `counted` when a quantity missing or damaged stands beside it."""
    weighed = weigh_reserves(text, on)
    warnings = [_warning(one) for one in weighed.vague]
    precise = weighed.precise or counted
    if not precise and not warnings:
        warnings = [NO_FACT]
    return ReserveAdvice(vague=not precise, warnings=warnings)


def warnings_on(reserve: ReserveGiven, on: date) -> list[WarningView]:
    """The warnings kept with a reserve as it was given."""
    counted = bool(reserve.missing_quantity or reserve.damaged_quantity)
    return advice(reserve.text, on, counted).warnings


def _warning(found: VagueReserve) -> WarningView:
    return WarningView(code=found.code, fr=found.reason_fr, en=found.reason_en)
