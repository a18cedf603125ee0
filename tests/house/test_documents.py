"""The tables in the documents are the ones of the code."""

import pytest
from tests.house.tree import ROOT

from rt.host import topology


def test_the_architecture_document_shows_the_topology() -> None:
    text = (ROOT / topology.DOCUMENT).read_text(encoding="utf-8")
    assert topology.documented(text) == text, "bring it up to date: .venv/bin/python -m rt.host.topology"


def test_a_document_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(LookupError, match="units"):
        topology.documented("# Nothing here\n")
