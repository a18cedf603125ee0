"""Where a row's stop lies: its country by name or sign, its postal code by that country, nothing guessed."""

from functools import lru_cache
from typing import NamedTuple, cast

from rt.contracts.core_orders import ImportField
from rt.services.core_orders.domain.asking import ASKED, HOME, NEIGHBOURS, SPELLED, Side
from rt.services.core_orders.domain.reader import Reader
from rt.trade import gazetteer
from rt.trade.countries import country, name
from rt.trade.postal_codes import SHAPES, PostalCodeInvalid, country_of, postal_code


class Place(NamedTuple):
    """A town as an address has it."""

    postal_code: str
    city: str
    country: str


def place(row: Reader, side: Side) -> Place:
    def field(part: str) -> ImportField:
        return cast("ImportField", f"{side}_{part}")

    city = row.text(field("city"))
    said = row.cell(field("postal_code")).text
    prefixed = country_of(said)
    named = row.read(
        field("country"), lambda text: row.ways.answers.get(f"{SPELLED}{text}") or country(text), ""
    )
    if row.given(field("country")) and not named:
        return Place("", city, HOME)
    if named and prefixed and prefixed != named and not _fits(said, named):
        row.refuse(
            field("postal_code"),
            f"est un code postal de {name(prefixed, 'fr')}, le pays dit {name(named, 'fr')}",
            f"is a postal code of {name(prefixed, 'en')}, the country says {name(named, 'en')}",
        )
    where = named or prefixed or row.ways.answers.get(f"{ASKED}{side}", "")
    if not where:
        where, others = _unsaid(said, city)
        if others:
            row.refuse(
                field("country"),
                f"le pays de {city or said} manque : {_names(others, 'fr')} ?",
                f"the country of {city or said} is missing: {_names(others, 'en')}?",
            )
            return Place("", city, HOME)
    code = row.read(field("postal_code"), lambda text: postal_code(text, where), "")
    return Place(code, city, where)


@lru_cache(maxsize=10_000)
def candidates(code: str, city: str) -> tuple[str, ...]:
    """The countries that may be meant where none is said; none if it is home."""
    return _unsaid(code, city)[1]


@lru_cache(maxsize=10_000)
def _unsaid(code: str, city: str) -> tuple[str, tuple[str, ...]]:
    """Home, and the countries that may be meant as well where neither code nor town is clearly French."""
    known = gazetteer.countries(city)
    abroad = tuple(one for one in known if one != HOME and (not code or _fits(code, one)))
    if not code:
        return (HOME, ()) if HOME in known or not known else (HOME, abroad)
    if not _fits(code, HOME):
        fitting = abroad or tuple(one for one in NEIGHBOURS if _fits(code, one))
        return HOME, fitting
    whole = postal_code(code, HOME)
    if gazetteer.serves(whole, city):
        return HOME, ()
    if whole != code.strip() and len(code.strip()) < len(whole):
        return HOME, tuple(dict.fromkeys([*abroad, HOME, *(one for one in NEIGHBOURS if _fits(code, one))]))
    return (HOME, (*abroad, HOME)) if abroad and HOME not in known else (HOME, ())


def _fits(code: str, where: str) -> bool:
    try:
        postal_code(code, where)
    except PostalCodeInvalid:
        return False
    return where in SHAPES


def _names(codes: tuple[str, ...], language: str) -> str:
    return ", ".join(name(code, language) for code in codes[:4])
