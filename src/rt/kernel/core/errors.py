"""Refusals: how a rule says no, with its HTTP status, a stable code and a sentence in French and English."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Refusal(Exception):
    """Something asked for that is not done; the class name in snake case is its code.

    `field` is the dotted path of what was wrong in the request; other values fill the `{names}` of the
    sentences and are shown to programs in `values`.
    """

    status: int = 400
    fr: ClassVar[str] = "La demande est refusée."
    en: ClassVar[str] = "The request is refused."

    def __init__(self, field: str = "", *, retry_after: int = 0, **values: Any) -> None:
        self.field = field
        self.values = values
        self.retry_after = retry_after
        self.parts: tuple[Refusal, ...] = ()
        super().__init__(self.says("en"))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, from one process to another: what a subclass's constructor asks for is not kept."""
        return _again, (type(self), self.args), self.__dict__

    @property
    def code(self) -> str:
        return CAPITAL.sub("_", type(self).__name__).lower()

    def says(self, language: str) -> str:
        """The sentence in "fr" or "en"."""
        return (self.fr if language == "fr" else self.en).format(**self.values)

    def problem(self, language: str = "fr") -> "Problem":
        """This refusal as RFC 9457 problem details."""
        return Problem(
            type=f"https://support.rt-technologie.com/errors/{self.code}",
            title=self.says(language),
            status=self.status,
            code=self.code,
            messages={"fr": self.says("fr"), "en": self.says("en")},
            errors=[part.fault() for part in (self.parts or ((self,) if self.field else ()))],
            values=self.values,
        )

    def fault(self) -> "Fault":
        return Fault(
            field=self.field, code=self.code, messages={"fr": self.says("fr"), "en": self.says("en")}
        )


def _again(kind: type[Refusal], args: tuple[Any, ...]) -> Refusal:
    refusal = kind.__new__(kind)
    refusal.args = args
    return refusal


class Fault(msgspec.Struct, frozen=True):
    """One field that broke one rule."""

    field: str
    code: str
    messages: dict[str, str]


class Problem(msgspec.Struct, kw_only=True):
    """RFC 9457 problem details, with a stable code and each sentence in French and English."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""
    trace_id: str = ""
    messages: dict[str, str] = {}
    errors: list[Fault] = []
    values: dict[str, Any] = {}


class Invalid(Refusal):
    """422: understood, but against a rule of form."""

    status = 422
    fr = "La valeur n'est pas valable."
    en = "The value is not valid."

    @staticmethod
    def together(refusals: Sequence[Refusal]) -> "Refusal":
        """One refusal that carries several, each with its field."""
        if len(refusals) == 1:
            return refusals[0]
        several = SeveralFaults(count=len(refusals))
        several.parts = tuple(refusals)
        return several


class ReferenceUnknown(Invalid):
    """A field names a thing that is not there, or not for this organization to name: both are told alike."""

    fr = "Cette référence est inconnue de votre organisation."
    en = "This reference is unknown to your organization."


class SeveralFaults(Invalid):
    fr = "{count} points sont à corriger."
    en = "{count} points need to be corrected."


class Malformed(Invalid):
    """A field whose form is wrong; the rule it broke in both languages."""

    fr = "{place} : {rule_fr}."
    en = "{place}: {rule_en}."

    def __init__(self, field: str, rule_fr: str, rule_en: str) -> None:
        super().__init__(field, place=field or "-", rule_fr=rule_fr, rule_en=rule_en)


class Unauthorized(Refusal):
    """401: who is asking is not known."""

    status = 401
    fr = "Identifiez-vous pour continuer."
    en = "Sign in to continue."


class Forbidden(Refusal):
    """403: known, but without the right."""

    status = 403
    fr = "Vous n'avez pas le droit nécessaire."
    en = "You do not have the right this needs."


class NotFound(Refusal):
    """404: not there, or not for this organization to know of."""

    status = 404
    fr = "Introuvable."
    en = "Not found."


class Conflict(Refusal):
    """409: well formed, but not possible in the present state."""

    status = 409
    fr = "Ce n'est pas possible dans l'état actuel."
    en = "This is not possible in the present state."


class AlreadyExists(Conflict):
    fr = "Cet élément existe déjà."
    en = "This already exists."


class ChangedMeanwhile(Conflict):
    """Somebody else wrote between our read and our write; whoever runs the action runs it again."""

    fr = "L'élément a changé entre-temps. Réessayez."
    en = "This changed meanwhile. Try again."


class VersionStale(Refusal):
    """412: If-Match names a version that is no longer the present one (RFC 9110, 13.1.1)."""

    status = 412
    fr = "Vous avez modifié la version {given}, l'actuelle est {current}. Rechargez avant de modifier."
    en = "You changed version {given}, the present version is {current}. Reload before changing."


class VersionRequired(Refusal):
    """428: this change wants If-Match (RFC 6585, 3)."""

    status = 428
    fr = "Indiquez la version modifiée dans l'en-tête If-Match."
    en = "Name the version you are changing in the If-Match header."


class KeyRequired(Refusal):
    fr = "L'en-tête Idempotency-Key est obligatoire (1 à 200 caractères)."
    en = "The Idempotency-Key header is required (1 to 200 characters)."


class KeyReused(Invalid):
    """Also read by whoever went back to a form that was sent and changed it."""

    fr = "Déjà envoyé, avec un autre contenu : voyez ce qui est enregistré, puis renvoyez (Idempotency-Key)."
    en = "Already sent, with other content: see what was recorded, then send again (Idempotency-Key)."


class TooLarge(Refusal):
    """413: more bytes than the limit."""

    status = 413
    fr = "Trop volumineux : {limit_mb} Mo au plus."
    en = "Too large: {limit_mb} MB at most."


class WrongMediaType(Refusal):
    status = 415
    fr = "Ce type de contenu n'est pas accepté ({media_type})."
    en = "This media type is not accepted ({media_type})."


class TooMany(Refusal):
    """429: over the rate limit; `retry_after` says how many seconds to wait."""

    status = 429
    fr = "Trop de demandes. Réessayez dans {seconds} s."
    en = "Too many requests. Try again in {seconds} s."


class Unavailable(Refusal):
    """503: what this needs does not answer at the moment."""

    status = 503
    fr = "Le service est momentanément indisponible."
    en = "The service is unavailable for the moment."


class AskRefused(Refusal):
    """What another unit answered instead of a view; keeps its status, code and sentences."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.status = problem.status
        self.answered = problem
        self.args = (problem.title,)

    @property
    def code(self) -> str:
        return self.answered.code

    def says(self, language: str) -> str:
        answered = getattr(self, "answered", None)
        return answered.messages.get(language, answered.title) if answered else ""

    def problem(self, language: str = "fr") -> Problem:
        return msgspec.structs.replace(self.answered, title=self.says(language))
