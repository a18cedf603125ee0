"""The project that Vercel builds of one portal: its part of the code, what that imports, settings, files."""

import ast
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import msgspec

from rt.host.topology import PORTALS, PortalRow
from rt.kernel.web.middleware import SECURITY_HEADERS
from rt.ops.release import ReleaseRefused

PACKAGE = Path(__file__).parents[1]
REGION = "cdg1"
"""Paris: portals stand where the units are, and personal data stays in the Union."""
PYTHON = "3.12"
PLATFORM = "x86_64-manylinux_2_28"
MEMORY_MB = 1024
SECONDS = 30
YEAR = "public, max-age=31536000, immutable"
ISLANDS = Path("ui", "static", "built", "rt.js")
ENTRY = "app.py"
NOT_THERE = frozenset({"opentelemetry"})
"""Imported only where a collector is named, and none is at Vercel."""
UNSEEN = frozenset({"python_multipart"})
"""Imported by Starlette when it reads a form, by nobody here."""
FILES = {".html", ".po", ".mo", ".txt", ".css", ".js", ".json", ".svg", ".png", ".woff2", ".gz", ".zip"}


class PortalUnknown(ReleaseRefused):
    """A portal that the topology does not have, or that is not built yet."""


class PortalUnready(ReleaseRefused):
    """A clone in which what git does not keep has not been made."""


def lay_out(root: Path, name: str, out: Path) -> Path:
    """The project folder of a portal below `out`, made anew from the clone at `root`."""
    row = _row(name)
    if not (PACKAGE / ISLANDS).is_file():
        raise PortalUnready(f"{ISLANDS} is missing: ./rt builds it")
    folder = out / row.project
    shutil.rmtree(folder, ignore_errors=True)
    modules, outside = closure(f"rt.portals.{row.package}.app", "rt.host.vercel")
    for path in [*modules.values(), *_beside(row, modules)]:
        _copy(path, folder / "rt" / path.relative_to(PACKAGE))
    _copy_static(row, folder / "public")
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    (folder / "requirements.txt").write_text(locked(outside, lock), encoding="utf-8")
    (folder / ".python-version").write_text(f"{PYTHON}\n", encoding="utf-8")
    (folder / ENTRY).write_text(_entry(row), encoding="utf-8")
    (folder / "vercel.json").write_bytes(msgspec.json.format(msgspec.json.encode(settings())) + b"\n")
    return folder


def settings() -> dict[str, Any]:
    """vercel.json: where the function runs, how it is installed, what the CDN says of static files."""
    kept = [{"key": name, "value": value} for name, value in SECURITY_HEADERS.items()]
    hashed = [{"type": "query", "key": "v"}]
    year, ask = ({"key": "cache-control", "value": value} for value in (YEAR, "no-cache"))
    return {
        "$schema": "https://openapi.vercel.sh/vercel.json",
        "framework": "python",
        "regions": [REGION],
        "functions": {ENTRY: {"memory": MEMORY_MB, "maxDuration": SECONDS}},
        "installCommand": (
            f"uv pip install --require-hashes --only-binary :all: --python-platform {PLATFORM}"
            " -r requirements.txt"
        ),
        "git": {"deploymentEnabled": False},
        "headers": [
            {"source": "/(static|portal)/(.*)", "headers": [*kept, ask]},
            {"source": "/(static|portal)/(.*)", "has": hashed, "headers": [year]},
            {"source": "/static/built/(chunk-.*)", "headers": [year]},
        ],
    }


def closure(*starts: str) -> tuple[dict[str, Path], set[str]]:
    """The modules of ours that these import, wherever in a file, and the packages of others."""
    ours: dict[str, Path] = {}
    others: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name in ours:
            continue
        ours[name] = path = _file(name)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        for asked in _imports(path):
            if asked.partition(".")[0] == "rt":
                waiting.append(asked)
            else:
                others.add(asked.partition(".")[0])
    return ours, (others | UNSEEN) - set(sys.stdlib_module_names) - NOT_THERE


def locked(packages: Iterable[str], lock: str) -> str:
    """The part of a lock that these packages need, with all that they need in turn."""
    pinned = {
        block.partition("==")[0]: block for block in re.split(r"\n(?=\S)", lock.rstrip()) if "==" in block
    }
    of_package = packages_distributions()
    waiting = [_plain(of_package[package][0]) for package in packages]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in needed or name not in pinned:
            continue
        needed.add(name)
        for line in requires(name) or ():
            wanted = re.match(r"[\w.-]+", line)
            if wanted and "extra ==" not in line:
                waiting.append(_plain(wanted.group()))
    return "".join(f"{pinned[name]}\n" for name in sorted(needed))


def _row(name: str) -> PortalRow:
    for row in PORTALS:
        if name in (row.name, row.package, row.project):
            if not row.built:
                raise PortalUnknown(f"{row.name} is not built yet")
            return row
    raise PortalUnknown(f"there is no portal called {name}")


def _file(name: str) -> Path:
    path = PACKAGE.parent.joinpath(*name.split("."))
    module = path.with_suffix(".py")
    return module if module.exists() else path / "__init__.py"


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            inside = (f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("rt"))
            yield from (name for name in inside if _file(name).exists())


def _beside(row: PortalRow, modules: dict[str, Path]) -> Iterator[Path]:
    """Files that the code reads: templates, texts and static files, and tables beside their module."""
    for folder in (PACKAGE / "ui", PACKAGE / "pages", PACKAGE / "portals" / row.package):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in FILES)
    for path in modules.values():
        if path.is_relative_to(PACKAGE / "trade"):
            yield from (one for one in path.parent.glob(f"{path.stem}.*") if one.suffix in FILES)


def _copy_static(row: PortalRow, public: Path) -> None:
    """What the CDN serves. A page on its own origin never needs the function for them."""
    for source, name in (
        (PACKAGE / "ui" / "static", "static"),
        (PACKAGE / "portals" / row.package / "static", "portal"),
    ):
        if source.is_dir():
            shutil.copytree(source, public / name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _entry(row: PortalRow) -> str:
    return (
        f'"""{row.name} as the function that Vercel calls."""\n\n'
        "from rt.host.vercel import portal\n\n"
        f'app = portal("{row.package}")\n'
    )


def _plain(name: str) -> str:
    """A distribution's name as locks write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
