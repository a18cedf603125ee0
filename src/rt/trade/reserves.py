"""Reserves (réserves) written at delivery: which wordings are too vague to hold against the carrier.

French courts want reserves that are precise, complete and say what is damaged or missing and how much
(C. com. L133-3: "protestation motivée"); general formulas count for nothing. The list is ours to edit.
"""

import re
import unicodedata
from datetime import date

import msgspec

from rt.trade.tables import Dated

SINCE = date(2000, 9, 21)
"""Code de commerce in its present numbering."""


class VagueWording(Dated, frozen=True, kw_only=True):
    """A formula that says nothing; `pattern` is matched in lower case without accents."""

    code: str
    pattern: str
    reason_fr: str
    reason_en: str


class VagueReserve(msgspec.Struct, frozen=True, kw_only=True):
    """A vague formula found: the words as written, and why they do not hold."""

    code: str
    words: str
    reason_fr: str
    reason_en: str


class Reserves(msgspec.Struct, frozen=True, kw_only=True):
    """What remarks at delivery are worth: `precise` when some damage or shortage is described."""

    vague: list[VagueReserve]
    precise: bool


def _wording(code: str, pattern: str, reason_fr: str, reason_en: str) -> VagueWording:
    return VagueWording(
        code=code,
        pattern=pattern,
        reason_fr=reason_fr,
        reason_en=reason_en,
        starts_on=SINCE,
        source="jurisprudence constante sur C. com. L133-3 (pages secondaires)",
        verified=False,
    )


WORDINGS: tuple[VagueWording, ...] = (
    _wording(
        "subject_to_unpacking",
        r"(?:sous )?reserves? (?:de|du|d'|au|a)\s*(?:le )?(?:deballage|deconditionnement|depotage|ouverture)"
        r"|subject to (?:un|de)packing|subject to opening|unpacking reserved",
        "« Sous réserve de déballage » ne décrit aucun dommage : dire ce qui est abîmé, et combien.",
        "“Subject to unpacking” describes no damage: say what is damaged or missing, and how much.",
    ),
    _wording(
        "subject_to_checking",
        r"(?:sous )?reserves? (?:de|du|d'|des)\s*(?:un |le |la )?"
        r"(?:controles?|verifications?|comptage|inspection|inventaire|pesee|examen|essais?|conformite|qualite)"
        r"|subject to (?:(?:later|further|final|internal) )?"
        r"(?:check(?:ing)?|control|inspection|count(?:ing)?|verification|weighing|examination|quality)",
        "« Sous réserve de contrôle » renvoie à plus tard : contrôler devant le conducteur et l'écrire.",
        "“Subject to checking” puts it off: check in front of the driver and write what is found.",
    ),
    _wording(
        "usual_reserves",
        r"(?:sous )?(?:les )?reserves? (?:d'usage|habituelles?|generales?|de principe|legales?)"
        r"|usual reserv(?:es?|ations?)|general reserv(?:es?|ations?)|all rights reserved|without prejudice",
        "« Réserves d'usage » est une formule générale, sans valeur.",
        "“Usual reservations” is a general formula without value.",
    ),
    _wording(
        "all_reserves",
        r"sous toutes? reserves?|toutes? reserves?(?: faites?)?|tous droits reserves"
        r"|with all reserv(?:es?|ations?)|under (?:all )?reserve",
        "« Sous toutes réserves » ne dit rien du dommage.",
        "“Under all reserves” says nothing of the damage.",
    ),
    _wording(
        "subject_to_hidden_damage",
        r"(?:sous )?reserves? (?:de|d'|des|pour)\s*(?:tout |toute |eventuel(?:le)?s? )?"
        r"(?:casses?|avaries?|dommages?|degats?|manquants?|vices? caches?)(?: eventuel(?:le)?s?| caches?)?$"
        r"|subject to (?:hidden|latent|possible|any) (?:damage|defects?|shortages?)",
        "Un dommage éventuel ou caché n'est pas un constat : décrire ce qui se voit.",
        "A possible or hidden damage is no finding: describe what is seen.",
    ),
    _wording(
        "not_checked",
        r"non (?:controlee?s?|verifiee?s?|comptee?s?|deballee?s?)|pas (?:controle|verifie|compte|deballe)e?s?"
        r"|not (?:checked|counted|inspected|verified|opened|unpacked)|unchecked|uncounted",
        "« Non contrôlé » n'est pas une réserve : ce qui n'a pas été contrôlé est réputé conforme.",
        "“Not checked” is no reservation: what was not checked counts as delivered in order.",
    ),
    _wording(
        "damaged_packaging_alone",
        r"^(?:colis|cartons?|emballages?|palettes?|marchandises?) "
        r"(?:abimee?s?|endommagee?s?|douteu(?:x|se|ses)|en mauvais etat)$"
        r"|^(?:package|packaging|pallets?|boxes|goods) (?:damaged|in bad condition)$"
        r"|^(?:avarie|casse|damage)s?$",
        "Dire combien de colis, lesquels, et en quoi ils sont abîmés.",
        "Say how many packages, which ones, and how they are damaged.",
    ),
    _wording(
        "unspecified",
        r"^(?:sous )?reserves?$|^(?:sr|s/r)$|^reservations?$",
        "« Réserves » sans rien de plus ne dit rien du dommage.",
        "“Reservations” alone says nothing of the damage.",
    ),
)

PRECISE = re.compile(
    r"\d+\s*(?:x\s*)?(?:\w+\s+){0,3}?(?:casse|manqu|ecras|mouill|dechir|perce|ouvert|enfonc|souill|eventr|broken|missing"
    r"|crushed|wet|torn|pierced|short|damaged|abim|endommag|avari|raye|fissur|fuit|coul|leak|scratch)"
    r"|(?:manqu\w*|missing|casse\w*|broken|short\w*|ecras\w*|mouill\w*)\s*:?\s*(?:de\s+)?\d+"
    r"|-?\d+\s*°\s*c|temperature\D{0,20}\d"
)
"""How much of what happened: a count beside a kind of damage, or a temperature read."""
SENTENCE = re.compile(r"[.;,\n!?]+|\s-\s")


def weigh_reserves(text: str, on: date) -> Reserves:
    """Reads remarks: each vague formula with its reason, and whether anything precise is said."""
    vague: list[VagueReserve] = []
    precise = False
    for sentence in filter(None, (part.strip() for part in SENTENCE.split(text))):
        plain = _plain(sentence)
        precise = precise or bool(PRECISE.search(plain))
        for wording in WORDINGS:
            if wording.holds(on) and (match := re.search(wording.pattern, plain)):
                vague.append(
                    VagueReserve(
                        code=wording.code,
                        words=sentence[match.start() : match.end()]
                        if len(plain) == len(sentence)
                        else sentence,
                        reason_fr=wording.reason_fr,
                        reason_en=wording.reason_en,
                    )
                )
                break
    return Reserves(vague=vague, precise=precise)


def vague_reserves(text: str, on: date) -> list[VagueReserve]:
    """The vague formulas in remarks at delivery; a warning only: the consignee decides what to write."""
    return weigh_reserves(text, on).vague


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").lower())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
