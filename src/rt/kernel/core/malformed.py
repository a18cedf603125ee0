"""What msgspec found wrong with a request, as a field and a rule in French and English."""

import re

import msgspec

from rt.kernel.core.errors import Malformed

WHERE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<at>[^`]*)`)?$", re.DOTALL)
TYPES = {
    "int": ("un entier", "an integer"),
    "str": ("un texte", "a text"),
    "float": ("un nombre", "a number"),
    "bool": ("vrai ou faux", "true or false"),
    "array": ("une liste", "a list"),
    "object": ("un objet", "an object"),
    "datetime": ("une date et heure", "a date and time"),
    "date": ("une date", "a date"),
    "null": ("vide", "null"),
    "bytes": ("des octets", "bytes"),
}
RULES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"Object missing required field `(.+)`"), "champ obligatoire", "required field"),
    (re.compile(r"Object contains unknown field `(.+)`"), "champ inconnu", "unknown field"),
    (re.compile(r"Expected `\w+` >= (.+)"), "doit être au moins {0}", "must be at least {0}"),
    (re.compile(r"Expected `\w+` <= (.+)"), "doit être au plus {0}", "must be at most {0}"),
    (re.compile(r"Expected `\w+` > (.+)"), "doit dépasser {0}", "must be more than {0}"),
    (re.compile(r"Expected `\w+` < (.+)"), "doit être inférieur à {0}", "must be less than {0}"),
    (re.compile(r"Expected `\w+` of length >= (.+)"), "longueur minimale {0}", "minimum length {0}"),
    (re.compile(r"Expected `\w+` of length <= (.+)"), "longueur maximale {0}", "maximum length {0}"),
    (re.compile(r"Expected `str` matching regex (.+)"), "doit respecter le format {0}", "must match {0}"),
    (re.compile(r"Invalid enum value (.+)"), "valeur inconnue {0}", "unknown value {0}"),
    (
        re.compile(r"Invalid RFC3339 encoded datetime"),
        "date et heure invalides (RFC 3339)",
        "invalid RFC 3339 date and time",
    ),
    (re.compile(r"Invalid RFC3339 encoded date"), "date invalide (AAAA-MM-JJ)", "invalid date (YYYY-MM-DD)"),
    (re.compile(r"Expected `(.+)`, got `(.+)`"), "attendu : {0} ; reçu : {1}", "expected {0}, got {1}"),
)


def malformed(error: msgspec.DecodeError | ValueError | RecursionError) -> Malformed:
    """The refusal that names the field (dotted path) and the rule."""
    if isinstance(error, RecursionError):
        return Malformed("", "imbrication trop profonde", "nested too deeply")
    if not isinstance(error, msgspec.ValidationError):
        return Malformed("", "JSON invalide", "invalid JSON")
    found = WHERE.match(str(error))
    what, at = (found["what"], found["at"] or "") if found else (str(error), "")
    field = at.removeprefix("$").lstrip(".").replace("[...]", ".*")
    for pattern, fr, en in RULES:
        match = pattern.match(what)
        if match is None:
            continue
        values = match.groups()
        if "required" in en or "unknown field" in en:
            return Malformed(f"{field}.{values[0]}".lstrip("."), fr, en)
        return Malformed(
            field, fr.format(*(_type(v, 0) for v in values)), en.format(*(_type(v, 1) for v in values))
        )
    return Malformed(field, what, what)


def _type(name: str, language: int) -> str:
    return TYPES[name][language] if name in TYPES else name
