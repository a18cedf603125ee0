"""Listeners keep their names: under them their offsets and what was put aside are found again."""

from pathlib import Path

from rt.host.house import House
from rt.host.topology import UNITS

NAMES = Path(__file__).with_name("listeners.txt")


def listeners(house: House) -> list[str]:
    """Unit, beginning and name of every listener of the platform."""
    found = []
    for row in UNITS:
        if row.built:
            room = house.add(row)
            found += [f"{row.package}: {one.name} (since {one.since})" for one in room.unit.hears]
    return sorted(found)


async def test_listeners_are_those_of_the_list(house: House) -> None:
    """A listener renamed is one removed and one new: what was put aside for it waits for ever.

    Give the function its new name and the listener its old one (`hear(…, name="old name")`). A listener that
    is gone for good leaves the list together with what it had put aside.
    """
    assert NAMES.read_text().splitlines() == listeners(house)


async def test_no_two_listeners_of_a_unit_have_one_name(house: House) -> None:
    found = [line.partition(" (since")[0] for line in listeners(house)]
    assert len(found) == len(set(found))
