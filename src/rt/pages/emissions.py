"""What carrying goods emits, in words: one figure, and the arithmetic that it was made by."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rt.contracts.core_orders import EmissionsView, GetEmissions, OrderView
from rt.trade.emission_factors import Factor
from rt.trade.emissions import DistanceKind, Emissions, ShipPart, TourEmissions
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.formats import distance, language, number, weight
from rt.ui.visit import Visit

UNTOLD = ("consignee", "logistician", "supplier", "driver")
"""Parts in an order that do not learn it."""


class Carbon(NamedTuple):
    """A figure with what it is, and the sentences that say where it comes from."""

    figure: str
    kind: str
    how: Sequence[str]


async def asked_for(visit: Visit, order: OrderView) -> Carbon | None:
    """Of an order, for who agreed on its transport; nothing where it cannot be said."""
    if order.state == "cancelled" or (order.my_role in UNTOLD and not order.owned):
        return None
    found = await attempt(visit, GetEmissions(order_id=order.order_id))
    return of_order(found) if found else None


def of_order(found: EmissionsView) -> Carbon | None:
    if found.emissions is None:
        return None
    due = [_("À indiquer au client : code des transports, art. L. 1431-3.")] if found.due else []
    known = found.emissions
    kinds = {
        "estimate": _("estimation, sans tournée"),
        "tour": _("part de la tournée"),
        "legs": _("somme des étapes"),
    }
    return Carbon(
        _kilograms(known.grams), kinds[known.method], [*_sentences(known), *_law(known.factor), *due]
    )


def of_tour(found: TourEmissions, references: Mapping[str, str]) -> Carbon:
    """Of a whole tour, with what each of its orders has of it; `references` are theirs by identity."""
    used = found.factor
    whole = _(
        "%(km)s, trajets à vide compris, × %(litres)s l/km × %(grams)s kg CO2e/l (%(vehicle)s) = %(sum)s"
    ) % {
        "km": distance(found.driven_km * 1000),
        "litres": number(round(used.litres_per_km, 3)),
        "grams": number(round(used.grams_per_litre / 1000, 3)),
        "vehicle": _named(used),
        "sum": _kilograms(found.grams),
    }
    shares = [
        _("%(reference)s : %(weight)s × %(km)s, soit %(share)s de %(total)s t.km = %(sum)s")
        % {
            "reference": references.get(one.order_id, one.order_id),
            "weight": weight(one.mass_kg),
            "km": distance(one.distance_km * 1000),
            "share": number(round(one.tonne_km, 1)),
            "total": number(round(found.tonne_km, 1)),
            "sum": _kilograms(one.grams),
        }
        for one in found.shares
    ]
    how = [whole, *shares, _way(found.distance_kind), *_law(used)]
    return Carbon(_kilograms(found.grams), _("toute la tournée"), how)


def _sentences(known: Emissions) -> Sequence[str]:
    if known.method == "legs":
        return [_("Somme de ce que chaque étape confiée à un autre transporteur émet pour cette commande.")]
    figures = {
        "weight": weight(known.mass_kg),
        "km": distance(known.distance_km * 1000),
        "grams": number(round(known.grams_per_tonne_km, 1)),
        "sum": _kilograms(known.tonne_km * known.grams_per_tonne_km),
    }
    product = _("%(weight)s × %(km)s × %(grams)s g CO2e/t.km = %(sum)s") % figures
    return [product, *map(_crossing, known.ships), *_made_of(known), _way(known.distance_kind)]


def _made_of(known: Emissions) -> Sequence[str]:
    """Where the grams by tonne-kilometre come from."""
    used = known.factor
    if used is None:
        return []
    figures = {
        "litres": number(round(used.litres_per_km, 3)),
        "grams": number(round(used.grams_per_litre / 1000, 3)),
        "vehicle": _named(used),
        "load": weight(used.usual_load_t * 1000),
    }
    if known.method == "tour":
        said = _(
            "Par t.km : tous les kilomètres de la tournée, à vide compris, × %(litres)s l/km"
            " × %(grams)s kg CO2e/l (%(vehicle)s), partagés entre ses commandes selon leurs"
            " tonnes-kilomètres."
        )
    else:
        said = _(
            "Par t.km : %(litres)s l/km × %(grams)s kg CO2e/l, pour %(load)s de charge usuelle,"
            " trajets à vide compris (%(vehicle)s)."
        )
    use = _("Dont %(sum)s à l'échappement, le reste pour produire l'énergie.") % {
        "sum": _kilograms(known.use_grams)
    }
    return [said % figures, use]


def _crossing(ship: ShipPart) -> str:
    said = _("Traversée %(name)s : %(km)s × %(grams)s g CO2e/t.km = %(sum)s") % {
        "name": ship.name,
        "km": distance(ship.km * 1000),
        "grams": number(round(ship.grams_per_tonne_km, 1)),
        "sum": _kilograms(ship.grams),
    }
    return said if ship.verified else said + " · " + _("facteur à vérifier")


def _way(kind: DistanceKind) -> str:
    if kind == "road":
        return _(
            "Distance de l'enlèvement à la livraison par les routes principales, quel que soit le détour."
        )
    return _("Distance à vol d'oiseau : le réseau routier ne relie pas ces lieux.")


def _law(used: Factor | None) -> Sequence[str]:
    """Where the values come from, and for whom they are meant."""
    if used is None:
        return []
    said = _(
        "Valeurs de niveau 1 (arrêtés du 10 avril 2012 et du 26 avril 2017), prévues pour les entreprises"
        " de moins de 50 salariés ; partage selon l'ISO 14083."
    )
    return [said if used.verified else said + " · " + _("facteur à vérifier")]


def _named(used: Factor) -> str:
    return used.en if language() == "en" else used.fr


def _kilograms(grams: float) -> str:
    """Two digits at least, and no more than the figures behind it are worth."""
    kilograms = grams / 1000
    return f"{weight(round(kilograms, 1 if kilograms < 100 else 0))} CO2e"
