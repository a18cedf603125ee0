"""What a lettre de voiture must say: eight mentions (arrêté of 9 November 1999), two more for cabotage."""

from collections.abc import Sequence
from datetime import date

from rt.kernel.core.errors import Invalid, Refusal
from rt.kernel.model.messages import View
from rt.trade.goods import Goods
from rt.trade.places import Address
from rt.trade.tables import Dated


class Mention(Dated, frozen=True, kw_only=True):
    """One thing that the document must say; `code` is the field of Waybill that says it."""

    code: str
    fr: str
    en: str
    cabotage_only: bool


def _mention(code: str, fr: str, en: str, *, cabotage_only: bool = False) -> Mention:
    return Mention(
        code=code,
        fr=fr,
        en=en,
        cabotage_only=cabotage_only,
        starts_on=date(1999, 11, 9),
        source="arrêté du 9 novembre 1999 (EQUT9901586A), art. 4",
        verified=True,
    )


MENTIONS: tuple[Mention, ...] = (
    _mention("issued_on", "date d'établissement", "date of issue"),
    _mention(
        "carrier",
        "nom, adresse et SIREN ou TVA intracommunautaire du transporteur",
        "carrier's name, address and SIREN or EU VAT number",
    ),
    _mention("taken_over_on", "date de prise en charge", "date of taking over"),
    _mention("goods", "nature et quantité, ou poids, ou volume", "nature and quantity, or weight, or volume"),
    _mention("sender_name", "nom de l'expéditeur ou remettant", "name of the sender"),
    _mention("pickup_address", "adresse complète du lieu de chargement", "full address of loading"),
    _mention("consignee_name", "nom du destinataire", "name of the consignee"),
    _mention("delivery_address", "adresse complète du lieu de déchargement", "full address of unloading"),
    _mention(
        "vehicle_plate",
        "immatriculation du véhicule moteur",
        "registration of the motor vehicle",
        cabotage_only=True,
    ),
    _mention("unloaded_on", "date de déchargement", "date of unloading", cabotage_only=True),
)


class Waybill(View):
    """What a document says so far; an international note with the same mentions is judged alike."""

    issued_on: date | None = None
    carrier_name: str = ""
    carrier_address: Address | None = None
    carrier_siren_or_vat: str = ""
    taken_over_on: date | None = None
    goods: Sequence[Goods] = ()
    sender_name: str = ""
    pickup_address: Address | None = None
    consignee_name: str = ""
    delivery_address: Address | None = None
    cabotage: bool = False
    vehicle_plate: str = ""
    unloaded_on: date | None = None


class MentionMissing(Invalid):
    fr = "Mention obligatoire absente : {mention_fr}."
    en = "Mandatory particular missing: {mention_en}."


def missing_mentions(waybill: Waybill, *, at_issue: bool = False) -> list[Mention]:
    """The mandatory mentions that the document does not yet make, in the order of the arrêté.

    `at_issue` leaves out the dates that are only known once goods are taken over and unloaded.
    """
    said = {
        "issued_on": waybill.issued_on is not None,
        "carrier": bool(waybill.carrier_name.strip() and waybill.carrier_siren_or_vat.strip())
        and _complete(waybill.carrier_address),
        "taken_over_on": at_issue or waybill.taken_over_on is not None,
        "goods": bool(waybill.goods) and all(map(_described, waybill.goods)),
        "sender_name": bool(waybill.sender_name.strip()),
        "pickup_address": _complete(waybill.pickup_address),
        "consignee_name": bool(waybill.consignee_name.strip()),
        "delivery_address": _complete(waybill.delivery_address),
        "vehicle_plate": bool(waybill.vehicle_plate.strip()),
        "unloaded_on": at_issue or waybill.unloaded_on is not None,
    }
    return [one for one in MENTIONS if not said[one.code] and (waybill.cabotage or not one.cabotage_only)]


def require_mentions(waybill: Waybill, *, at_issue: bool = False) -> None:
    """Refuses a document with missing mentions, naming each."""
    missing = missing_mentions(waybill, at_issue=at_issue)
    if missing:
        refusals: list[Refusal] = [
            MentionMissing(one.code, mention_fr=one.fr, mention_en=one.en) for one in missing
        ]
        raise Invalid.together(refusals)


def _complete(address: Address | None) -> bool:
    return address is not None and all(
        part.strip() for part in (address.street, address.postal_code, address.city, address.country)
    )


def _described(line: Goods) -> bool:
    return bool(line.description.strip()) and (line.quantity > 0 or line.weight_kg > 0 or line.volume_m3 > 0)
