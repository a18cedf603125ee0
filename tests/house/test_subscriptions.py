"""Subscriptions keep their names: under them their offsets and what was put aside are found again."""

from pathlib import Path

from rt.host.platform import Platform
from rt.host.topology import UNITS

NAMES = Path(__file__).with_name("subscriptions.txt")


def subscriptions(platform: Platform) -> list[str]:
    """Unit, beginning and name of every subscription of the platform."""
    found = []
    for row in UNITS:
        if row.built:
            instance = platform.add(row)
            found += [f"{row.package}: {one.name} (since {one.since})" for one in instance.unit.subscriptions]
    return sorted(found)


async def test_subscriptions_are_those_of_the_list(platform: Platform) -> None:
    """A subscription renamed is one removed and one new: what was put aside for it waits for ever.

    Give the function its new name and the subscription its old one (`subscribe(…, name="old name")`). A
    subscription that is gone for good leaves the list together with what it had put aside.
    """
    written, made = NAMES.read_text().splitlines(), subscriptions(platform)
    new, gone = sorted({*made} - {*written}), sorted({*written} - {*made})
    assert written == made, f"{NAMES.name}, sorted: add {new}, take away {gone}"


async def test_no_two_subscriptions_of_a_unit_have_one_name(platform: Platform) -> None:
    found = [line.partition(" (since")[0] for line in subscriptions(platform)]
    assert len(found) == len(set(found))
