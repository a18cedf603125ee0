"""The API document is the one of the contracts: every operation and event of the built units."""

import pytest
from tests.house.messages import asked, emitted

from rt.host.topology import UNITS
from rt.ops import reference

BUILT = [row for row in UNITS if row.built]


@pytest.mark.parametrize("unit", BUILT, ids=lambda row: row.package)
def test_no_message_of_a_built_unit_is_left_out(unit: object) -> None:
    row = next(row for row in BUILT if row is unit)
    operations, events = reference.operations(row), reference.events(row)
    lines = operations.splitlines()[2:]
    assert len(lines) == len(asked(row.package))
    for message in asked(row.package):
        start = f"| {message.shape.method} | `{message.shape.route}` | {message.__name__} | "
        assert [line for line in lines if line.startswith(start)], message.__name__
    assert all(f"| `{event.topic}` | {event.__name__} | " in events for event in emitted(row.package))


def test_a_bar_in_a_sentence_does_not_end_its_cell() -> None:
    assert reference.table(("A",), [("one|two",)]).splitlines()[2] == "| one\\|two |"
