"""Workers agree on what there is to run: tests of one group meet one worker, and names stay the same."""

import pytest

ARCHIVE = r"PK\x03\x04\x14"
"""How ZIP files and so workbooks begin, as pytest writes bytes."""


@pytest.mark.xdist_group("grouped")
def test_a_group_keeps_to_one_worker(request: pytest.FixtureRequest) -> None:
    """xdist writes the group behind a test's name: a pytest that computes names anew scatters groups."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@grouped"), "pin a pytest that xdist can write names to"


def test_no_test_is_named_by_an_archive(request: pytest.FixtureRequest) -> None:
    """It holds the moment it was made: two workers would collect other names and run nothing."""
    named = [item.nodeid[:120] for item in request.session.items if ARCHIVE in item.nodeid]
    assert named == [], "name them by `ids=`"
