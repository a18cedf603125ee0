"""Countries as people write them: names in the languages of Europe, ISO codes, the signs of vehicles."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rt.kernel.core.errors import Invalid

FIRST_LANGUAGES = ("fr", "en", "de")
LANGUAGES = tuple(re.findall("..", "esitnlptplcsskslhrhurobgeldasvfinbetlvlttrukrucasrsqmkbsisgamtlbeuar"))
"""Asked when the first do not know a name; names of territories are those of CLDR."""
NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "DG", "TA"})
"""Codes of CLDR that are no country of ISO 3166-1 (Kosovo, XK, is what the Union and the posts use)."""
PARTS = {"EA": "ES", "IC": "ES"}
"""Ceuta and Melilla, the Canaries: reserved codes, the country is Spain."""
SIGNS = {
    **{"A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "H": "HU", "I": "IT", "L": "LU", "N": "NO"},
    **{"P": "PT", "S": "SE", "V": "VA", "M": "MT", "J": "JP"},
    **{"AND": "AD", "BIH": "BA", "EST": "EE", "FIN": "FI", "FL": "LI", "GBA": "GG", "GBG": "GG", "GBJ": "JE"},
    **{"GBM": "IM", "GBZ": "GI", "IRL": "IE", "KS": "XK", "RKS": "XK", "NMK": "MK", "RSM": "SM", "RUS": "RU"},
    **{"SLO": "SI", "SRB": "RS", "MNE": "ME", "EL": "GR", "UK": "GB", "USA": "US"},
}
"""Distinguishing signs of vehicles (Vienna Convention on Road Traffic, annex 3); EL and UK of the Union."""
ALSO = {
    **{"GRANDEBRETAGNE": "GB", "ANGLETERRE": "GB", "ENGLAND": "GB", "ECOSSE": "GB", "SCOTLAND": "GB"},
    **{
        "GROSSBRITANNIEN": "GB",
        "GREATBRITAIN": "GB",
        "PAYSDEGALLES": "GB",
        "WALES": "GB",
        "SCHOTTLAND": "GB",
    },
    **{"IRLANDEDUNORD": "GB", "NORTHERNIRELAND": "GB", "NORDIRLAND": "GB", "EIRE": "IE", "IRLANDA": "IE"},
    **{"REPUBLIQUEDIRLANDE": "IE", "REPUBLICOFIRELAND": "IE", "GB(UK)": "GB"},
    **{"HOLLANDE": "NL", "HOLLAND": "NL", "REPUBLIQUETCHEQUE": "CZ", "CZECHREPUBLIC": "CZ"},
    **{"TSCHECHISCHEREPUBLIK": "CZ", "TCHEQUE": "CZ", "TURKEY": "TR", "ETATSUNISDAMERIQUE": "US"},
    **{"MACEDOINE": "MK", "MACEDONIA": "MK", "BIELORUSSIE": "BY", "BYELORUSSIA": "BY", "MOLDOVIE": "MD"},
    **{"REPUBLIQUEFRANCAISE": "FR", "FRANCEMETROPOLITAINE": "FR", "METROPOLE": "FR", "CORSE": "FR"},
    **{"BRD": "DE", "BUNDESREPUBLIKDEUTSCHLAND": "DE", "ALLEMAGNEFEDERALE": "DE", "RFA": "DE"},
    **{"GUYANEFRANCAISE": "GF", "ILEDELAREUNION": "RE", "SLOVAKREPUBLIC": "SK", "REPUBLIQUESLOVAQUE": "SK"},
    **{"GRANDDUCHEDELUXEMBOURG": "LU", "CONFEDERATIONSUISSE": "CH", "CATALOGNE": "ES", "SICILE": "IT"},
    **{"SARDAIGNE": "IT", "CANARIES": "ES", "BALEARES": "ES", "MADERE": "PT", "ACORES": "PT"},
}
"""What CLDR does not say: former and everyday names, parts that people give for the whole."""
SEVERAL = {
    "CONGO": ("CG", "CD"), "KONGO": ("CG", "CD"), "COREE": ("KR", "KP"), "KOREA": ("KR", "KP"),
    "IRLANDES": ("IE", "GB"), "SAINTMARTIN": ("MF", "SX"), "ILESVIERGES": ("VG", "VI"),
    "VIRGINISLANDS": ("VG", "VI"),
    "SAMOA": ("WS", "AS"), "GUINEES": ("GN", "GQ"), "YOUGOSLAVIE": ("RS", "HR"), "TCHECOSLOVAQUIE": ("CZ",
    "SK"),
}  # fmt: skip
OVERSEAS = dict.fromkeys(["GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"], "FR")
"""Codes of ISO 3166-1 that are parts of the French Republic (Constitution, art. 72-3)."""
SMALL_WORDS = ("THE", "LES", "LE", "LA", "L", "DIE", "DER")


class CountryUnknown(Invalid):
    fr = "« {value} » n'est pas un pays connu : écrivez son nom ou son code (FR, BE, DE…)."
    en = "“{value}” is not a known country: write its name or its code (FR, BE, DE…)."


class CountryAmbiguous(Invalid):
    fr = "« {value} » peut être {choices} : écrivez le code."
    en = "“{value}” may be {choices}: write the code."


def country(text: str, *, field: str = "country") -> str:
    """The ISO 3166-1 alpha-2 code of what is written: "Danemark", "DEU", "UK", "D", "La Réunion" (RE).

    Overseas départements have codes of their own; a postal code 97… under FR says the same. Nothing is
    guessed: CountryUnknown, or CountryAmbiguous with the countries that it may be.
    """
    key = _folded(text)
    if key in SEVERAL:
        raise CountryAmbiguous(field, value=text[:40], choices=" / ".join(SEVERAL[key]))
    found = (
        _codes().get(key)
        or ALSO.get(key)
        or _names(FIRST_LANGUAGES).get(key)
        or _names(tuple(LANGUAGES)).get(key)
    )
    if not found:
        raise CountryUnknown(field, value=text[:40])
    return found


def state(code: str) -> str:
    """The state that a code belongs to: carriage from Lyon to La Réunion (RE) leaves no country."""
    return OVERSEAS.get(code, code)


def name(code: str, language: str) -> str:
    """The country's name in a language, its code where it has none."""
    from babel import Locale

    return str(Locale(language).territories.get(code, code))


@lru_cache(maxsize=4)
def known(language: str) -> Sequence[tuple[str, str]]:
    """Code and name of every country, by name in a language."""
    named = ((code, name(code, language)) for code in set(_codes().values()))
    return tuple(sorted(named, key=lambda one: _folded(one[1])))


def _folded(text: str) -> str:
    """Letters alone, without accents, articles and what stands in brackets: "Pays-Bas (les)" is PAYSBAS."""
    plain = unicodedata.normalize("NFKD", text.split("(")[0]).upper().replace("Œ", "OE")
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    while len(words) > 1 and words[0] in SMALL_WORDS:
        words.pop(0)
    return "".join(words)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Alpha-2, alpha-3 and vehicle signs."""
    from babel import Locale
    from babel.core import get_global

    known = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
    known -= NO_COUNTRIES
    three = {
        str(old): str(new[0])
        for old, new in get_global("territory_aliases").items()
        if len(str(old)) == 3 and str(old).isalpha() and len(new) == 1 and new[0] in known
    }
    return {**SIGNS, **three, **{code: PARTS.get(code, code) for code in known}}


@lru_cache(maxsize=2)
def _names(languages: tuple[str, ...]) -> dict[str, str]:
    """Names of countries; what two languages call different ones is left out."""
    from babel import Locale  # imported here: most processes never read a country's name

    known = set(_codes().values())
    found: dict[str, set[str]] = {}
    for language in languages:
        for code, called in Locale(language).territories.items():
            if PARTS.get(code, code) in known:
                found.setdefault(_folded(called), set()).add(PARTS.get(code, code))
    return {called: codes.pop() for called, codes in found.items() if len(codes) == 1}
