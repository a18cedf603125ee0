"""A release: what a machine needs to run one commit, in one signed archive, the same bytes each time."""

import datetime
import gzip
import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MANIFEST, SIGNATURE = "release.json", "release.json.sig"
PRIVATE, PUBLIC = "release.key", "release.pub"
GLIBC = 34
"""Amazon Linux 2023 has glibc 2.34: a wheel that asks for more would not load there."""
MACHINE = Path("infra", "machine")
NOT_SHIPPED = ("README.md", "boot.sh.tftpl")
PROGRAMS = ("rt-machine",)


class ReleaseRefused(Exception):
    """Why no release is made, or why one is not to be trusted."""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What release.json says: which commit, for which Python and platform, and the digest of every file."""

    version: str
    commit: str
    built_at: str
    python: str
    platform: str
    archive: str
    sha256: str
    files: dict[str, str]


def make_keys(folder: Path) -> Path:
    """A new key pair: the private key signs releases, the public one goes to /etc/rt of every machine."""
    folder.mkdir(parents=True, exist_ok=True)
    private = folder / PRIVATE
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except FileExistsError as error:
        raise ReleaseRefused(f"{private} exists: machines that know its public half would lose it") from error
    (folder / PUBLIC).write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private


def build(root: Path, out: Path, key: Path, dirty: bool = False) -> Path:
    """The folder `out/releases/<version>` with archive, manifest and signature, laid out as in the bucket.

    Times are the commit's, so that whoever builds the same commit gets the same bytes and signature.
    """
    changed = _git(root, "status", "--porcelain")
    if changed and not dirty:
        raise ReleaseRefused(f"the tree differs from its commit (--dirty takes it as it is):\n{changed}")
    commit, seconds = _git(root, "show", "-s", "--format=%H %ct", "HEAD").split()
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    version = f"{project}+{moment:%Y%m%d%H%M}.{commit[:7]}" + (".dirty" if changed else "")
    wheels = fetch_wheels(root / "requirements.lock", root / ".rt" / "wheels")
    with tempfile.TemporaryDirectory() as folder:
        own = _own_wheel(root, Path(folder), seconds)
        contents = {f"wheels/{path.name}": path for path in (*wheels, own)}
        contents |= _machine_files(root)
        return pack(contents, out, key, version, commit, moment)


def pack(
    contents: Mapping[str, Path], out: Path, key: Path, version: str, commit: str, moment: datetime.datetime
) -> Path:
    """Archive and sign these files (by their names in the archive) as the release of that version."""
    folder = out / "releases" / version
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"rt-{version}.tar.gz"
    files = _archive(contents, archive, int(moment.timestamp()))
    release = Release(
        version=version,
        commit=commit,
        built_at=moment.isoformat(),
        python=_python(),
        platform=_platform(),
        archive=archive.name,
        sha256=_digest(archive),
        files=files,
    )
    manifest = msgspec.json.format(msgspec.json.encode(release)) + b"\n"
    (folder / MANIFEST).write_bytes(manifest)
    (folder / SIGNATURE).write_bytes(signature(manifest, key))
    return folder


def signature(manifest: bytes, key: Path) -> bytes:
    """Ed25519, 64 bytes: `openssl pkeyutl -verify -rawin` checks it on a machine."""
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ReleaseRefused(f"{key} is no Ed25519 private key")
    return private.sign(manifest)


def verify(folder: Path, public: Path) -> Release:
    """The release in a folder, once its signature, its archive and each file in it are what they must be."""
    key = serialization.load_pem_public_key(public.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ReleaseRefused(f"{public} is no Ed25519 public key")
    try:
        manifest = (folder / MANIFEST).read_bytes()
        key.verify((folder / SIGNATURE).read_bytes(), manifest)
        release = msgspec.json.decode(manifest, type=Release)
        archive = folder / release.archive
        if _digest(archive) != release.sha256:
            raise ReleaseRefused(f"{archive.name} is not the archive that was signed")
    except InvalidSignature as error:
        raise ReleaseRefused(f"{MANIFEST} is not signed by {public}") from error
    except (OSError, msgspec.MsgspecError) as error:
        raise ReleaseRefused(f"not a release: {error}") from error
    found = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            inside = packed.extractfile(member)
            if inside is None:
                raise ReleaseRefused(f"{member.name} is no plain file")
            found[member.name] = hashlib.sha256(inside.read()).hexdigest()
    if found != release.files:
        wrong = sorted(name for name, _ in found.items() ^ release.files.items())
        raise ReleaseRefused(f"not what was signed: {', '.join(dict.fromkeys(wrong))}")
    return release


def fetch_wheels(lock: Path, cache: Path) -> list[Path]:
    """The wheels of a lock for this platform, checked against its hashes; kept, so that once is enough."""
    known = hashlib.sha256(lock.read_bytes() + _python().encode() + _platform().encode()).hexdigest()
    kept = cache / known[:16]
    if not kept.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=cache))
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        try:
            _run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(lock), "-d", str(partial)])
            partial.rename(kept)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    wheels = sorted(kept.glob("*.whl"))
    if late := [path.name for path in wheels if not loads_on_amazon_linux(path.name)]:
        raise ReleaseRefused(f"asking for a glibc after 2.{GLIBC}: {', '.join(late)}")
    return wheels


def loads_on_amazon_linux(wheel: str) -> bool:
    """Whether one of the wheel's platform tags bears the glibc of our machines."""
    asked = [int(minor) for minor in re.findall(r"manylinux_2_(\d+)", wheel)]
    return not asked or min(asked) <= GLIBC


def _own_wheel(root: Path, folder: Path, seconds: str) -> Path:
    """The project's wheel, with what ./rt has built into the tree."""
    islands = root / "src" / "rt" / "ui" / "static" / "built"
    if not islands.is_dir():
        raise ReleaseRefused(f"{islands} is missing: run ./rt once, it builds the islands")
    _run([sys.executable, "-m", "rt.ui.catalogues", "compile"], root, PYTHONPATH=str(root / "src"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    _run(command, root, SOURCE_DATE_EPOCH=seconds)
    return next(folder.glob("*.whl"))


def _machine_files(root: Path) -> dict[str, Path]:
    """What the machine itself runs: rt-machine, the units of systemd, the agent's configuration."""
    tracked = _git(root, "ls-files", str(MACHINE)).splitlines()
    return {
        f"machine/{path.relative_to(MACHINE)}": root / path
        for path in map(Path, tracked)
        if path.name not in NOT_SHIPPED
    }


def _archive(contents: Mapping[str, Path], archive: Path, moment: int) -> dict[str, str]:
    files = {}
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", 1, file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for name in sorted(contents):
            content = contents[name].read_bytes()
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), moment
            member.mode = 0o755 if Path(name).name in PROGRAMS else 0o644
            tar.addfile(member, io.BytesIO(content))
            files[name] = hashlib.sha256(content).hexdigest()
    return files


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def _platform() -> str:
    return sysconfig.get_platform()


def _git(root: Path, *words: str) -> str:
    return _run(["git", *words], root).strip()


def _run(command: list[str], folder: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseRefused(f"{' '.join(command[:4])} … failed:\n{done.stderr.strip()}")
    return done.stdout
