"""The files of the project as version control sees them, and what they say."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "rt"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(path for name in names if (path := ROOT / name).is_file())


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def packages(folder: str) -> list[str]:
    """The rooms on a floor of the platform (services, contracts …), by name."""
    names = {
        path.relative_to(PACKAGE / folder).parts[0].removesuffix(".py")
        for path in python_files()
        if path.is_relative_to(PACKAGE / folder)
    }
    return sorted(names - {"__init__"})


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
