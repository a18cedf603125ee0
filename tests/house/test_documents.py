"""What is made from the code says what the code says."""

from pathlib import Path

import pytest

from rt.host import topology
from rt.ops import generated


@pytest.mark.parametrize("name", sorted(generated.files()))
def test_a_generated_file_is_up_to_date(name: str) -> None:
    assert name not in generated.stale(), "bring it up to date: ./rt topology --write"


def test_writing_mends_what_is_stale(tmp_path: Path) -> None:
    name = "infra/topology.json"
    (tmp_path / "docs").mkdir()
    marks = "".join(f"<!-- topology:{of} -->\n<!-- /topology:{of} -->\n" for of in ("units", "portals"))
    (tmp_path / "docs/ARCHITECTURE.md").write_text(marks)
    assert name in generated.stale(tmp_path)
    assert name in generated.write(tmp_path)
    assert generated.stale(tmp_path) == {}


def test_a_document_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(LookupError, match="units"):
        topology.documented("# Nothing here\n")
