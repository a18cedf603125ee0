"""What the law wants written before the truck comes: contrat type général, article 3 (décret 2017-461)."""

from collections.abc import Iterator, Sequence

from rt.contracts.core_orders import Stop
from rt.kernel.core.errors import Invalid
from rt.trade.goods import Goods


class MentionMissing(Invalid):
    fr = "Mention obligatoire manquante : {mention_fr} (contrat type, art. 3)."
    en = "Mandatory mention missing: {mention_en} (French standard contract, art. 3)."


STOP_FR = {"pickup": "de l'enlèvement", "delivery": "de la livraison"}


def missing(
    stops: Sequence[Stop], goods: Sequence[Goods], consignee_name: str, requirements: Sequence[str]
) -> list[Invalid]:
    """Every mandatory mention that is not there, by the field that should carry it."""
    lacks: list[Invalid] = []
    for n, stop in enumerate(stops):
        lacks += _of_stop(f"stops.{n}", stop)
    if not consignee_name:
        lacks.append(_lack("consignee_name", "le nom du destinataire", "the consignee's name"))
    if not goods:
        lacks.append(_lack("goods", "la nature exacte de la marchandise", "the exact nature of the goods"))
    for n, line in enumerate(goods):
        lacks += _of_goods(f"goods.{n}", line, requirements)
    dangerous = any(line.un_number for line in goods)
    if dangerous and "adr" not in requirements:
        lacks.append(_lack("requirements", "l'exigence ADR (matière dangereuse)", "the ADR requirement"))
    if goods and not dangerous and "adr" in requirements:
        lacks.append(_lack("goods.0.un_number", "le numéro ONU", "the UN number"))
    return lacks


def _of_stop(path: str, stop: Stop) -> Iterator[Invalid]:
    at = STOP_FR[stop.kind]
    site = stop.site
    if not site.name:
        yield _lack(f"{path}.site.name", f"le nom du lieu {at}", f"the name of the {stop.kind} place")
    for field, fr, en in (("street", "la rue", "street"), ("postal_code", "le code postal", "postal code")):
        if not getattr(site.address, field):
            yield _lack(f"{path}.site.address.{field}", f"{fr} {at}", f"the {stop.kind} {en}")
    if not site.address.city:
        yield _lack(f"{path}.site.address.city", f"la ville {at}", f"the {stop.kind} city")
    if not (site.contact.phone or site.contact.email):
        yield _lack(
            f"{path}.site.contact.phone",
            f"le téléphone ou l'e-mail du contact {at}",
            f"the phone or e-mail of the {stop.kind} contact",
        )
    if stop.from_at is None and stop.until_at is None:
        yield _lack(f"{path}.from_at", f"la date {at}", f"the {stop.kind} date")


def _of_goods(path: str, line: Goods, requirements: Sequence[str]) -> Iterator[Invalid]:
    if not line.weight_kg:
        yield _lack(f"{path}.weight_kg", "le poids brut", "the gross weight")
    if "temperature" in requirements and line.temperature_min_c is None and line.temperature_max_c is None:
        yield _lack(f"{path}.temperature_max_c", "la température dirigée", "the controlled temperature")


def _lack(field: str, fr: str, en: str) -> MentionMissing:
    return MentionMissing(field=field, mention_fr=fr, mention_en=en)
