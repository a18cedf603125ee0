"""This machine and this clone: whether one can develop, run the platform and test it here."""

import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rt.host import engine
from rt.host.topology import EDGE_PORT, PORTALS, UNITS
from rt.kernel.core.settings import SettingRefused, read
from rt.ops import generated
from rt.ops.doctor.findings import Entry, Finding, done, lacking, missing, unknown

ROOT = Path(__file__).parents[4]
SECTION = "This clone"
OLDEST = (3, 11)
FREE_GB = 2
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
BUILT = ("rt.js", "bare.js", "driver.js", "sw.js", "icons.svg")


class Here:
    """Looks, and changes nothing."""

    def __init__(self, environ: Mapping[str, str], root: Path = ROOT) -> None:
        self._environ = environ
        self._root = root

    def entries(self) -> list[Entry]:
        boxes: dict[str, Callable[[], Finding]] = {
            "Python": self.python,
            "Locked packages": self.packages,
            "Settings": self.settings,
            "Keys are their owner's alone": self.keys,
            "Islands are built": self.islands,
            "Generated files are fresh": self.generated,
            "Hook against secrets in Git": self.hook,
            "MongoDB": self.mongod,
            "Ports are free, or a house is up": self.ports,
            "Room on the disk": self.room,
            "Browser for tests": lambda: self._program("chromium", "CHROMIUM", "./rt test"),
            "HAProxy for rolling deployments": lambda: self._program("haproxy", "HAPROXY", "./rt test"),
            "Terraform": self.terraform,
        }
        return [Entry(section=SECTION, box=box, finding=look()) for box, look in boxes.items()]

    def python(self) -> Finding:
        found = ".".join(str(part) for part in sys.version_info[:3])
        if sys.version_info < OLDEST:
            return missing(f"Python {found}", "install Python 3.11 or newer, then ./rt up")
        return done(f"Python {found}")

    def packages(self) -> Finding:
        """Every package has the version of the lock."""
        odd = []
        pins = PINNED.findall((self._root / "requirements.lock").read_text(encoding="utf-8"))
        for name, wanted in pins:
            try:
                found = version(name)
            except PackageNotFoundError:
                found = "none"
            if found != wanted:
                odd.append(f"{name} {found} instead of {wanted}")
        if odd:
            return missing("; ".join(odd[:3]), "./rt up (installs what is locked)")
        return done(f"{len(pins)} packages as locked")

    def settings(self) -> Finding:
        try:
            settings = read(self._environ)
        except SettingRefused as refused:
            return missing("; ".join(str(refused).splitlines()), "unset or mend the variables named")
        return done(f"environment {settings.environment}")

    def keys(self) -> Finding:
        folder = self._root / ".rt" / "keys"
        if not folder.exists():
            return done("none yet: the first start makes them")
        if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return missing("others may read .rt/keys", "chmod -R go= .rt/keys")
        return done(".rt/keys is its owner's alone")

    def islands(self) -> Finding:
        folder = self._root / "src" / "rt" / "ui" / "static" / "built"
        found = {path.name for path in folder.glob("*")} if folder.is_dir() else set()
        return lacking(list(BUILT), found, "bundles", "cd web && npm ci && npm run build")

    def generated(self) -> Finding:
        if stale := generated.stale(self._root):
            return missing(f"stale: {', '.join(stale)}", "rt topology --write")
        return done(f"{len(generated.files())} files say what the code says")

    def hook(self) -> Finding:
        if not (self._root / ".git").exists():
            return unknown("this is no clone", "whoever has the clone")
        asked = ["git", "-C", str(self._root), "config", "core.hooksPath"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if told != ".githooks":
            return missing("the hook is not turned on", "git config core.hooksPath .githooks")
        return done(".githooks looks at every commit")

    def mongod(self) -> Finding:
        if self._environ.get("MONGODB_URI"):
            return done("MONGODB_URI names one")
        found = engine.find()
        return done(str(found)) if found else missing("no mongod", "./rt up (installs one)")

    def ports(self) -> Finding:
        wanted = [EDGE_PORT, *(row.port for row in UNITS), *(row.port for row in PORTALS)]
        taken = [port for port in wanted if _answers(port)]
        if taken and len(taken) < len(wanted):
            text = f"taken: {', '.join(map(str, taken[:6]))}{' …' if len(taken) > 6 else ''}"
            return missing(text, "rt up --port 9080 --shift 1000")
        return done("a house is up" if taken else f"{len(wanted)} ports are free")

    def room(self) -> Finding:
        free = shutil.disk_usage(self._root).free / 1e9
        if free < FREE_GB:
            return missing(f"{free:.1f} GB free", f"make room: {FREE_GB} GB are wanted")
        return done(f"{free:.0f} GB free")

    def terraform(self) -> Finding:
        return self._program("terraform", "TERRAFORM", "see infra/README.md for how to get it")

    def _program(self, name: str, variable: str, mend: str) -> Finding:
        found = shutil.which(self._environ.get(variable) or name)
        return done(found) if found else missing(f"no {name}", mend)


def _answers(port: int) -> bool:
    with socket.socket() as door:
        door.settimeout(0.2)
        return door.connect_ex(("127.0.0.1", port)) == 0
