"""A release is the same bytes for the same commit, and nothing that was touched passes for one."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from rt.ops import release
from rt.ops.command import app
from rt.ops.release import MANIFEST, SIGNATURE, ReleaseRefused

pytestmark = pytest.mark.xdist_group("infra")  # while production is applied (tests/infra/conftest.py)

ROOT = Path(__file__).parents[2]
SMALL = "segno"
"""One small dependency stands for all: the clone's lock names no other."""


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *words], check=True, capture_output=True, text=True
    ).stdout


def clone(source: Path, folder: Path) -> Path:
    """A clone with what ./rt builds in it; wheels once fetched are shared."""
    subprocess.run(["git", "clone", "-q", str(source), str(folder)], check=True)
    islands = Path("src", "rt", "ui", "static", "built")
    shutil.copytree(ROOT / islands, folder / islands)
    (folder / ".rt").mkdir()
    (folder / ".rt" / "wheels").symlink_to(source.parent / "wheels")
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    (folder / "wheels").mkdir()
    tree = folder / "source"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
    lock = tree / "requirements.lock"
    entry = re.search(rf"^{SMALL}==(?:.*\\\n)+.*\n", lock.read_text(), re.MULTILINE)
    assert entry is not None
    lock.write_text(entry[0])
    shutil.copyfile(ROOT / "pyproject.toml", tree / "pyproject.toml")
    git(tree, "commit", "-qam", "One dependency")
    return tree


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release.make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def built(source: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    return release.build(clone(source, folder / "tree"), folder / "out", key)


def test_whoever_builds_the_same_commit_gets_the_same_bytes(
    source: Path, key: Path, built: Path, tmp_path: Path
) -> None:
    mask = os.umask(0o077)
    try:
        tree = clone(source, tmp_path / "elsewhere")
        for path in tree.rglob("*.py"):
            os.utime(path, (1e9, 1e9))
        again = release.build(tree, tmp_path / "out", key)
    finally:
        os.umask(mask)
    assert again.name == built.name
    for path in built.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    assert not git(tree, "status", "--porcelain"), "building left something behind"


def test_a_version_is_a_file_name_that_sorts_by_time(source: Path, built: Path) -> None:
    stamp = git(source, "show", "-s", "--format=%cd", "--date=format-local:%Y%m%d%H%M").strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+\+\d{12}\.[0-9a-f]{7}", built.name)
    assert built.name.split("+")[1].startswith(stamp[:8])


def test_the_archive_holds_the_wheels_and_what_the_machine_runs(built: Path, key: Path) -> None:
    found = release.verify(built, key.with_name("release.pub"))
    names = set(found.files)
    assert {"machine/rt-machine", "machine/units", "machine/systemd/rt@.service"} <= names
    assert not any("boot.sh" in name or "README" in name for name in names)
    assert any(name.startswith(f"wheels/{SMALL}-") for name in names)
    with tarfile.open(built / found.archive) as archive:
        [own] = [member for member in archive if member.name.startswith("wheels/rt_technologie-")]
        assert (own.uid, own.gid, own.mode) == (0, 0, 0o644)
        content = archive.extractfile(own)
        assert content is not None
        with zipfile.ZipFile(BytesIO(content.read())) as wheel:
            inside = set(wheel.namelist())
    assert {"rt/ui/locale/en.mo", "rt/trade/gazetteer.tsv.gz", "rt/ops/command.py"} <= inside
    assert any(name.startswith("rt/ui/static/built/") and name.endswith(".js") for name in inside)
    assert any(name.endswith(".typ") for name in inside)
    assert any(name.endswith(".html") for name in inside)
    assert not any(name.startswith(("tests/", "web/", "infra/")) for name in inside)


def test_a_tree_that_differs_from_its_commit_is_refused(source: Path, key: Path, tmp_path: Path) -> None:
    tree = clone(source, tmp_path / "tree")
    (tree / "src" / "rt" / "unknown.py").write_text("")
    with pytest.raises(ReleaseRefused, match=r"unknown\.py"):
        release.build(tree, tmp_path / "out", key)
    assert not (tmp_path / "out").exists()
    assert release.build(tree, tmp_path / "out", key, dirty=True).name.endswith(".dirty")


def test_nothing_is_released_without_its_islands(source: Path, key: Path, tmp_path: Path) -> None:
    tree = clone(source, tmp_path / "tree")
    shutil.rmtree(tree / "src" / "rt" / "ui" / "static" / "built")
    with pytest.raises(ReleaseRefused, match="islands"):
        release.build(tree, tmp_path / "out", key)


def test_a_wheel_that_is_not_the_locked_one_is_refused(source: Path, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        re.sub("sha256:[0-9a-f]{8}", "sha256:deadbeef", (source / "requirements.lock").read_text())
    )
    with pytest.raises(ReleaseRefused, match=r"(?i)hash"):
        release.fetch_wheels(lock, tmp_path / "wheels")
    with pytest.raises(ReleaseRefused, match=r"(?i)hash"):
        release.fetch_wheels(lock, tmp_path / "wheels")
    assert list((tmp_path / "wheels").iterdir()) == []


@pytest.mark.parametrize(
    ("wheel", "loads"),
    [
        ("bcrypt-5.0.0-cp39-abi3-manylinux_2_34_x86_64.whl", True),
        ("new-1.0-cp311-cp311-manylinux_2_39_x86_64.whl", False),
        ("both-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux_2_39_x86_64.whl", True),
        ("pure-1.0-py3-none-any.whl", True),
    ],
)
def test_a_wheel_that_our_machines_cannot_load_is_seen_at_the_build(wheel: str, loads: bool) -> None:
    assert release.loads_on_amazon_linux(wheel) is loads


def copied(built: Path, folder: Path) -> Path:
    return Path(shutil.copytree(built, folder / built.name))


def test_another_key_is_not_trusted(built: Path, tmp_path: Path) -> None:
    release.make_keys(tmp_path)
    with pytest.raises(ReleaseRefused, match="not signed"):
        release.verify(built, tmp_path / "release.pub")


def test_what_was_changed_after_signing_is_refused(built: Path, key: Path, tmp_path: Path) -> None:
    public = key.with_name("release.pub")
    for name, expected in (
        (MANIFEST, "not signed"),
        (SIGNATURE, "not signed"),
        ("archive", "not the archive"),
    ):
        folder = copied(built, tmp_path / name)
        path = next(folder.glob("*.tar.gz")) if name == "archive" else folder / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.raises(ReleaseRefused, match=expected):
            release.verify(folder, public)


def test_a_manifest_that_is_signed_but_wrong_about_a_file_is_refused(
    built: Path, key: Path, tmp_path: Path
) -> None:
    """As a faulty build would make it: the digest of the archive fits, one inside does not."""
    folder = copied(built, tmp_path)
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes())
    manifest["files"]["machine/units"] = hashlib.sha256(b"other").hexdigest()
    signed = msgspec.json.encode(manifest)
    (folder / MANIFEST).write_bytes(signed)
    (folder / SIGNATURE).write_bytes(release.signature(signed, key))
    with pytest.raises(ReleaseRefused, match="machine/units"):
        release.verify(folder, key.with_name("release.pub"))


def test_the_command_says_why_and_fails(built: Path, key: Path, tmp_path: Path) -> None:
    asked = ["release", "verify", "--public", str(key.with_name("release.pub"))]
    good = CliRunner().invoke(app, [*asked, str(built)])
    assert (good.exit_code, built.name in good.output) == (0, True)
    bad = CliRunner().invoke(app, [*asked, str(tmp_path)])
    assert (bad.exit_code, "not a release" in bad.output) == (1, True)


def test_the_private_key_is_for_its_owner_and_never_overwritten(tmp_path: Path) -> None:
    private = release.make_keys(tmp_path)
    kept = private.read_bytes()
    assert private.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ReleaseRefused, match="exists"):
        release.make_keys(tmp_path)
    assert private.read_bytes() == kept
