"""A portal laid out for Vercel: its own code, what that imports and nothing else, the same each time."""

import json
import re
from pathlib import Path

import pytest
from tests.conftest import ROOT

from rt.host.topology import PORTALS
from rt.ops import vercel
from rt.ops.release import ReleaseRefused

BUILT = [row for row in PORTALS if row.built]
LOCK = """anyio==4.0
    --hash=sha256:aa
httpx==0.28 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
pymongo==4.9 \\
    --hash=sha256:dd
"""


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("projects")
    return {row.package: vercel.lay_out(ROOT, row.name, out) for row in BUILT}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row.package)
def test_every_portal_is_a_project_of_its_own(projects: dict[str, Path], row: vercel.PortalRow) -> None:
    folder = projects[row.package]
    assert folder.name == row.project
    assert f'portal("{row.package}")' in (folder / "app.py").read_text()
    assert [path.name for path in (folder / "rt/portals").iterdir() if path.is_dir()] == [row.package]
    assert not (folder / "rt/services").exists()
    assert {path.name for path in (folder / "rt/host").iterdir()} == {
        "__init__.py",
        "topology.py",
        "vercel.py",
    }
    assert list((folder / "rt/portals" / row.package / "templates").rglob("*.html"))
    assert (folder / "public/static/rt.css").exists()


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row.package)
def test_what_it_installs_is_locked_by_hash_as_everywhere(
    projects: dict[str, Path], row: vercel.PortalRow
) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    asked = (projects[row.package] / "requirements.txt").read_text()
    names = re.findall(r"(?m)^([\w.-]+)==\S+", asked)
    assert {"starlette", "jinja2", "httpx", "python-multipart"} <= set(names)
    assert not {"typst", "pyvrp", "boto3", "uvloop", "openpyxl", "opentelemetry-sdk"} & set(names)
    for block in re.split(r"\n(?=\S)", asked.rstrip()):
        assert block in lock
        assert "--hash=sha256:" in block


def test_the_same_clone_gives_the_same_project_and_nothing_old_stays(tmp_path: Path) -> None:
    first = files(vercel.lay_out(ROOT, "industry", tmp_path))
    (tmp_path / "web-industry" / "rt" / "gone.py").write_text("from an earlier layout")
    assert files(vercel.lay_out(ROOT, "industry", tmp_path)) == first


@pytest.mark.parametrize("name", ["nobody", "", "services"])
def test_a_portal_that_is_not_there_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReleaseRefused, match="no portal"):
        vercel.lay_out(ROOT, name, tmp_path)


def test_a_clone_whose_islands_are_not_built_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vercel, "ISLANDS", Path("ui", "static", "built", "not there"))
    with pytest.raises(ReleaseRefused, match="not there is missing"):
        vercel.lay_out(ROOT, "industry", tmp_path)


def test_imports_are_followed_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the top, in a function, as a module named after `from`; not what the platform leaves out on
    purpose."""
    sources = {
        "rt/__init__.py": "",
        "rt/a.py": "import re\nfrom rt import b\ndef late():\n    import httpx\n    from rt.c import thing\n",
        "rt/b.py": "from opentelemetry import trace\n",
        "rt/c/__init__.py": "thing = 1\n",
        "rt/d.py": "import pymongo\n",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(vercel, "PACKAGE", tmp_path / "rt")
    ours, others = vercel.closure("rt.a")
    assert set(ours) == {"rt", "rt.a", "rt.b", "rt.c"}
    assert others == {"httpx", *vercel.UNSEEN}


def test_a_lock_is_cut_to_what_is_needed_in_turn() -> None:
    assert vercel.locked(["httpx"], LOCK) == LOCK.partition("pymongo")[0]


def test_settings_name_one_region_and_leave_git_to_us(projects: dict[str, Path]) -> None:
    told = json.loads((projects["industry"] / "vercel.json").read_text())
    assert told["regions"] == ["cdg1"]
    assert told["git"] == {"deploymentEnabled": False}
    assert "--require-hashes" in told["installCommand"]
    assert told["functions"] == {"app.py": {"memory": 1024, "maxDuration": 30}}
