"""Variants of a release with patched files, signed like any other: a good next release, and bad ones."""

import datetime
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from rt.ops.release import MANIFEST, SIGNATURE, Release, pack

Patches = Mapping[str, Sequence[tuple[str, str]]]
"""By the file's path in the package: what is replaced, and by what."""

MORE_FIELDS: Patches = {
    "rt/contracts/palette/ledger.py": [
        (
            "    reversed_by: str\n",
            '    reversed_by: str\n    weather: str = "clear"\n',
        ),
        (
            "    counts: list[CountView]\n    owed: int\n",
            '    counts: list[CountView]\n    owed: int\n    weather: str = "clear"\n',
        ),
    ],
    "rt/services/palette/domain/ledger.py": [
        (
            "    quality: PalletQuality\n    quantity: int\n",
            '    quality: PalletQuality\n    quantity: int\n    colour: str = "blue"\n',
        ),
    ],
    "rt/services/palette/domain/movement.py": [
        (
            '    note: Personal = ""\n    reverses: str',
            '    note: Personal = ""\n    weather: str = "clear"\n    reverses: str',
        ),
    ],
}
"""A release that stores, tells and answers more than the one before it knows."""

ANSWERS_5XX: Patches = MORE_FIELDS | {
    "rt/services/palette/actions/ledger.py": [
        (
            "    async def find(self, asked: FindMovements) -> MovementsPage:\n",
            "    async def find(self, asked: FindMovements) -> MovementsPage:\n        raise LookupError\n",
        )
    ]
}
"""The same, and it cannot list movements any more."""

FAILS_ITS_HEALTH_CHECK: Patches = {
    "rt/kernel/web/application.py": [
        (
            '        request.scope["rt.operation"] = "health"\n',
            '        request.scope["rt.operation"] = "health"\n        assert unit.name != "palette"\n',
        )
    ]
}
"""One unit of seventeen says that it is not well."""


def make_variant(source: Path, release: str, key: Path, name: str, patches: Patches, workshop: Path) -> str:
    """The version of a release made of another by patching the project's own wheel."""
    folder = source / "releases" / release
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Release)
    contents = workshop / "contents"
    if not contents.exists():
        with tarfile.open(folder / manifest.archive) as archive:
            archive.extractall(contents, filter="data")
    wheel = next(contents.glob("wheels/rt_technologie-*.whl"))
    files = {str(path.relative_to(contents)): path for path in contents.rglob("*") if path.is_file()}
    patched = workshop / name / wheel.name
    patched.parent.mkdir()
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(patched, "w") as after:
        for member in before.infolist():
            content = before.read(member)
            if member.filename in patches:
                content = patch(content.decode(), patches[member.filename]).encode()
            after.writestr(member, content)
    files[f"wheels/{wheel.name}"] = patched
    version = f"{release}.{name}"
    pack(files, source, key, version, manifest.commit, datetime.datetime.fromisoformat(manifest.built_at))
    return version


def patch(text: str, changes: Sequence[tuple[str, str]]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} times in the file: {old!r}"
        text = text.replace(old, new)
    return text


def install_variant(releases: Path, release: str, version: str, source: Path, patches: Patches) -> None:
    """What `rt-machine fetch` would make, in a second: the release before hard-linked, with the patches."""
    home = releases / version
    subprocess.run(["cp", "-al", releases / release, home], check=True)
    for name, changes in patches.items():
        path = next((home / "venv" / "lib").glob(f"python*/site-packages/{name}"))
        text = path.read_text()
        path.unlink()
        path.write_text(patch(text, changes))
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
    for script in (home / "venv" / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        script.unlink()
        script.write_bytes(content.replace(f"/{release}/".encode(), f"/{version}/".encode()))
        script.chmod(0o755)
    for name in (MANIFEST, SIGNATURE):
        (home / name).unlink()
        shutil.copy(source / "releases" / version / name, home / name)
