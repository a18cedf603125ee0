"""The start command works in any POSIX shell and says what it lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rt.host.topology import ROOT

COMMAND = ROOT.parents[1] / "rt"
TOOLS = ["sh", "cat", "cksum", "date", "dirname", "head", "id", "mkdir", "rm", "sleep", "sort", "tail", "tr"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The command beside an empty project, and a machine with the usual tools and nothing else."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    return Path(shutil.copy(COMMAND, tmp_path / "rt"))


def start(command: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": str(command.parent / "bin")}
    return subprocess.run([str(command), *words], env=path, capture_output=True, text=True, check=False)


def test_its_grammar_is_that_of_any_shell() -> None:
    checked = subprocess.run(["sh", "-n", str(COMMAND)], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    assert os.access(COMMAND, os.X_OK)


def test_without_python_it_says_which_it_needs(copy: Path) -> None:
    done = start(copy, "up")
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_a_python_that_is_too_old_is_none(copy: Path) -> None:
    old = copy.parent / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "Python 3.11 or newer" in start(copy, "up").stderr


def test_a_step_that_fails_shows_its_last_words_and_stops(copy: Path) -> None:
    broken = copy.parent / "bin" / "python3.11"
    broken.write_text('#!/bin/sh\ncase "$*" in *venv*.venv) echo "the disk is full"; exit 7;; esac\n')
    broken.chmod(0o755)
    done = start(copy, "up")
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "Failed: making .venv" in done.stderr
