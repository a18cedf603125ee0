"""How fast a lorry above 12 t may drive on each country's fastest roads.

A dated, editable table. It was written from memory and not read in the national codes: `verified` says so.
"""

from datetime import date

from rt.trade.tables import Dated, in_force

USUAL_KMH = 80
"""Where the table is silent: what most of Europe allows."""
SOURCE = "national highway codes, from memory; compare the European Commission's “Going abroad” pages"
WRITTEN_ON = date(2026, 11, 29)


class TruckLimit(Dated, frozen=True, kw_only=True):
    """On motorways; 90 km/h where more is allowed: limiters hold lorries to it (directive 92/6/EEC)."""

    country: str
    kmh: int


LIMITS = tuple(
    TruckLimit(country=country, kmh=kmh, starts_on=WRITTEN_ON, source=SOURCE, verified=False)
    for kmh, countries in (
        (90, "FR MC BE LU ES PT IE GB IM EE SE RO SK LT"),
        (85, "GR"),
        (80, "DE NL IT CH AT"),
    )
    for country in countries.split()
)


def truck_limit_kmh(country: str, on: date) -> int:
    """The limit in that country that day; before the table was written, its first row."""
    rows = [limit for limit in LIMITS if limit.country == country]
    row = in_force(rows, max(on, WRITTEN_ON))
    return row.kmh if row else USUAL_KMH
