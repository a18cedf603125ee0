"""What a letter was found to say: a field, its value, how sure that is and why, and where it stands."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rt.contracts.core_orders.letters import Confidence, ReadField

Language = Literal["fr", "en", "de"]
RANK: dict[Confidence, int] = {"guess": 0, "likely": 1, "high": 2}
FRENCH = (
    "le la les des du de et pour avec merci bonjour livraison chargement enlèvement palettes poids"
    " est vous nous chez au une sur kg date marchandise destinataire commande prévoir enlever livrer"
    " camion bonsoir dès"
)
ENGLISH = (
    "the and for with please hello delivery loading pickup pallets weight is you we at a on date"
    " goods of to dear consignee order collect deliver truck collection from be can load unloading"
)
GERMAN = (
    "der die das und für mit bitte hallo lieferung beladung abholung paletten gewicht ist sie wir bei"
    " ein am datum ware von empfänger auftrag entladung ladestelle lkw sehr geehrte nach den zum wird"
    " entladestelle"
)
WORDS: dict[Language, frozenset[str]] = {
    "fr": frozenset(FRENCH.split()),
    "en": frozenset(ENGLISH.split()),
    "de": frozenset(GERMAN.split()),
}
"""Small words and words of the trade by which a language is told."""


DENIED = re.compile(
    r"(?:pas d[e’' ]|pas besoin |[ée]viter |sans |non |aucun[e]? |no |without |not |nicht "
    r"|kein(?:e|en|er)? |ohne |ni )[^\n.,;]{0,12}$",
    re.IGNORECASE,
)
"""What stands before a thing that is not wanted."""


class Why(NamedTuple):
    """A reason in both languages."""

    fr: str
    en: str


class Find(NamedTuple):
    """One reading of one field."""

    field: str
    value: str
    confidence: Confidence
    why: Why
    start: int
    end: int
    others: tuple[str, ...] = ()

    def view(self) -> ReadField:
        return ReadField(
            field=self.field,
            value=self.value,
            confidence=self.confidence,
            fr=self.why.fr,
            en=self.why.en,
            start=self.start,
            end=self.end,
            others=list(self.others),
        )

    def at_most(self, confidence: Confidence, why: Why) -> "Find":
        """The same, not surer than that."""
        if RANK[self.confidence] <= RANK[confidence]:
            return self
        return self._replace(confidence=confidence, why=why)


SEVERAL = Why("le texte en dit plusieurs", "the text says several")


def best(finds: Iterable[Find]) -> Find | None:
    """The surest, the first of several; where the text says something else as well, that is said too."""
    some = list(finds)
    if not some:
        return None
    top = max(some, key=lambda one: (RANK[one.confidence], -one.start))
    rivals = dict.fromkeys(
        one.value for one in some if one.value != top.value and RANK[one.confidence] >= RANK[top.confidence]
    )
    if not rivals:
        return top
    weaker: Confidence = "guess" if top.confidence == "guess" else "likely"
    return top._replace(
        confidence=weaker, why=SEVERAL, others=tuple(dict.fromkeys([*top.others, *rivals]))[:5]
    )


def language(text: str) -> Language:
    """The language in which most of its small words are; French if there is nothing to tell by."""
    words = re.findall(r"[^\W\d_]+", text[:10_000].casefold())
    scores = {one: sum(word in known for word in words) for one, known in WORDS.items()}
    return max(scores, key=lambda one: scores[one])


def within(finds: Sequence[Find], start: int, end: int) -> list[Find]:
    return [one for one in finds if start <= one.start < end]
