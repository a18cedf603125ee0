"""What is made from the code says what the code says."""

from pathlib import Path

import pytest

from rt.ops import drawings, generated


@pytest.mark.parametrize("name", sorted(generated.files()))
def test_a_generated_file_is_up_to_date(name: str) -> None:
    assert name not in generated.stale(), "bring it up to date: ./rt topology --write"


def test_writing_mends_what_is_stale(tmp_path: Path) -> None:
    for name in generated.files():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((generated.ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert generated.stale(tmp_path) == {}
    (tmp_path / "infra/topology.json").write_text("{}")
    assert generated.write(tmp_path) == ["infra/topology.json"]
    assert generated.stale(tmp_path) == {}


def test_a_document_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(LookupError, match="units"):
        drawings.documented("# Nothing here\n")
