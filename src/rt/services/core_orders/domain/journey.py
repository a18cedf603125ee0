"""Where the goods go and in which order: stops that make sense, a load that the vehicle takes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import structs

from rt.contracts.core_orders import Equipment, Stop
from rt.kernel.core.clock import today
from rt.kernel.core.errors import Invalid
from rt.trade.gazetteer import locate
from rt.trade.goods import Goods
from rt.trade.loading import Totals, equipment, require_fit

USUAL_VEHICLE = "semi_tautliner"
"""What an order travels on when nothing else is asked for: 13.6 loading metres, 33 Euro pallets, 24 t."""


class StopsIncomplete(Invalid):
    fr = "Il faut au moins un enlèvement puis une livraison, l'enlèvement en premier."
    en = "An order needs at least one pickup and one delivery, the pickup first."


class LineUnknown(Invalid):
    fr = "L'arrêt cite la ligne de marchandise {line}, qui n'existe pas."
    en = "The stop names goods line {line}, which does not exist."


class WindowReversed(Invalid):
    fr = "La fin de la plage horaire précède son début."
    en = "The window ends before it begins."


class StopTooEarly(Invalid):
    fr = "L'arrêt {number} finit avant que l'arrêt {before} commence : vérifiez les dates et l'ordre."
    en = "Stop {number} ends before stop {before} begins: check the dates and the order."


class TemperatureReversed(Invalid):
    fr = "La température la plus haute est inférieure à la plus basse."
    en = "The highest temperature is below the lowest."


def weighed(stops: Sequence[Stop], goods: Sequence[Goods], vehicle: Equipment) -> Totals:
    """What the goods add up to, if the stops make sense and the vehicle takes them."""
    kinds = [stop.kind for stop in stops]
    if "delivery" not in kinds or kinds[0] != "pickup":
        raise StopsIncomplete(field="stops")
    wrong = [*_of_lines(stops, len(goods)), *_of_times(stops), *_of_temperatures(goods)]
    if wrong:
        raise Invalid.together(wrong)
    return require_fit(goods, equipment(vehicle or USUAL_VEHICLE, today()))


def _of_lines(stops: Sequence[Stop], lines: int) -> Iterator[Invalid]:
    for n, stop in enumerate(stops):
        for line in stop.lines:
            if line >= lines:
                yield LineUnknown(field=f"stops.{n}.lines", line=line)


def _of_times(stops: Sequence[Stop]) -> Iterator[Invalid]:
    """What is wrong with the times: a truck calls at the stops in their order."""
    begun: datetime | None = None
    begun_by = 0
    for n, stop in enumerate(stops):
        begins, ends = stop.from_at or stop.until_at, stop.until_at or stop.from_at
        field = f"stops.{n}.until_at" if stop.until_at else f"stops.{n}.from_at"
        if begins is None or ends is None:
            continue
        if ends < begins:
            yield WindowReversed(field=field)
        elif begun is not None and ends < begun:
            yield StopTooEarly(field=field, number=n + 1, before=begun_by + 1)
        if begun is None or begins > begun:
            begun, begun_by = begins, n


def _of_temperatures(goods: Sequence[Goods]) -> Iterator[Invalid]:
    for n, line in enumerate(goods):
        low, high = line.temperature_min_c, line.temperature_max_c
        if low is not None and high is not None and high < low:
            yield TemperatureReversed(field=f"goods.{n}.temperature_max_c")


def located(stop: Stop) -> Stop:
    """The stop with the position of its town where none was given; unknown towns stay without."""
    site = stop.site
    if site.latitude is not None and site.longitude is not None:
        return stop
    found = _position(site.address.postal_code, site.address.city, site.address.country)
    if found is None:
        return stop
    placed = structs.replace(site, latitude=found[0], longitude=found[1])
    return structs.replace(stop, site=placed)


@lru_cache(maxsize=10_000)
def _position(postal_code: str, city: str, country: str) -> tuple[float, float] | None:
    return locate(postal_code, city, country)
