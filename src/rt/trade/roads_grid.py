"""Places by cells of some kilometres, for what lies near; used where the road net is made."""

import math
from collections import defaultdict
from collections.abc import Iterator

from rt.trade.distances import Point


class Grid:
    """Places by cells of some kilometres, for what lies near."""

    def __init__(
        self, places: list[Point], cells_per_degree: int, members: Iterator[int] | None = None
    ) -> None:
        self.places, self.per_degree = places, cells_per_degree
        self.cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for n in range(len(places)) if members is None else members:
            self.cells[self._cell(places[n])].append(n)

    def _cell(self, place: Point) -> tuple[int, int]:
        return math.floor(place[0] * self.per_degree), math.floor(place[1] * self.per_degree)

    def near(self, place: Point, reach: int) -> Iterator[int]:
        """Whatever lies in the cells around, twice as many of them east and west as north and south."""
        row, column = self._cell(place)
        for y in range(row - reach, row + reach + 1):
            for x in range(column - 2 * reach, column + 2 * reach + 1):
                yield from self.cells.get((y, x), ())
