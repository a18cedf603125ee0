"""The numbers that an organization gives in a year: of its orders, and of its register without gaps."""

from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.entity import Entity
from rt.kernel.storage.persistence import Collection


class Series(Entity, kw_only=True):
    """The next free number of an organization in a year."""

    year: int
    next_number: int = 1


async def next_charter(series: Collection[Series], year: int) -> int:
    """The register's next number in that year, taken in the transaction that writes the operation."""
    series_id = derived_id("ser", current_org(), "charters", str(year))
    try:
        async with series.change(series_id) as one:
            one.next_number += 1
            return one.next_number - 1
    except NotFound:
        await series.add(Series(id=series_id, year=year, next_number=2))
        return 1
