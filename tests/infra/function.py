"""Vercel played on this machine: its own command builds a portal, its own runtime calls the function."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from tests.conftest import left_out

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".rt" / "vercel"
OLDEST = (3, 12)
"""Vercel runs no older Python."""
ANSWER_SECONDS = 30
CALLER = """
import json, os, sys
answers = os.fdopen(int(sys.argv[1]), "w")
import vc__handler__python as function
for line in sys.stdin:
    answers.write(json.dumps(function.vc_handler({"body": line}, None)) + "\\n")
    answers.flush()
"""
"""What AWS Lambda does under Vercel: import the handler once, then call it with each request as an event."""


def newer_python() -> Path | None:
    """A Python that Vercel has too: named in RT_PYTHON312, on the PATH, or one of pyenv's."""
    named = [os.environ.get("RT_PYTHON312", ""), "python3.12", "python3.13", "python3.14"]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    named += [str(path) for path in sorted(pyenv.glob("3.1[2-9].*/bin/python3"))]
    for name in filter(None, named):
        asked = f"import sys; print(sys.executable) if sys.version_info >= {OLDEST} else sys.exit(1)"
        try:
            done = subprocess.run([name, "-c", asked], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return Path(done.stdout.strip())
    return None


def command() -> Path:
    """Vercel's command as its lock says, which `./rt test` installs beside the other tools."""
    program = INSTALLED / "node_modules" / ".bin" / "vercel"
    if not program.exists():
        left_out("Vercel's command is not in .rt/vercel (./rt test installs it)")
    return program


def built(project: Path, python: Path) -> Path:
    """The output of `vercel build` of a project that has never seen Vercel: no account, no network home."""
    (project / ".vercel").mkdir()
    linked = {"projectId": "prj_local", "orgId": "team_local", "settings": {"framework": "python"}}
    (project / ".vercel" / "project.json").write_text(json.dumps(linked))
    uv = Path(sys.executable).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VERCEL")},
        "PATH": os.pathsep.join((str(uv), str(python.parent), os.environ["PATH"])),
        "VERCEL_TELEMETRY_DISABLED": "1",
    }
    empty = project / ".vercel" / "nobody"
    words = [command(), "build", "--prod", "--yes", "--global-config", empty]
    done = subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return project / ".vercel" / "output"


def unpacked(project: Path, output: Path, into: Path) -> dict[str, Any]:
    """Lay the function's files out as they lie on the platform; its settings."""
    source = next(output.joinpath("functions").glob("*.func"))
    shutil.copytree(source, into)
    settings: dict[str, Any] = json.loads((into / ".vc-config.json").read_text())
    for name, path in settings["filePathMap"].items():
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / path, target)
    return settings


class Answer(msgspec.Struct):
    """What the function gave back."""

    status: int
    headers: dict[str, list[str]]
    body: str

    def header(self, name: str) -> str:
        return ", ".join(self.headers.get(name, []))


class Browser:
    """Somebody's browser in front of a running function; Vercel's edge adds what it knows of them."""

    def __init__(self, process: Process, answers: asyncio.StreamReader, host: str) -> None:
        self._process = process
        self._answers = answers
        self._host = host
        self.cookies: dict[str, str] = {}
        self.country = "FR"
        self.address = "203.0.113.7"

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, headers, b"")

    async def post(self, path: str, form: dict[str, str]) -> Answer:
        kind = {"content-type": "application/x-www-form-urlencoded", "origin": f"https://{self._host}"}
        return await self._ask("POST", path, kind, urlencode(form).encode())

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        request = {
            "method": method,
            "path": path,
            "headers": {
                "host": self._host,
                "accept": "text/html",
                "x-forwarded-proto": "https",
                "x-forwarded-for": self.address,
                "x-vercel-ip-country": self.country,
                **({"cookie": kept} if kept else {}),
                **headers,
            },
            "body": body.decode(),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        line = await asyncio.wait_for(self._answers.readline(), ANSWER_SECONDS)
        assert line, await self._complaint()
        told = json.loads(line)
        for cookie in told["headers"].get("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(told["statusCode"], told["headers"], told["body"])

    async def _complaint(self) -> str:
        """Why the function did not answer."""
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()[-4000:]


async def started(folder: Path, python: Path, environment: dict[str, str], host: str) -> Browser:
    """The function running with the platform's environment and nothing of this machine's."""
    mine, its = os.pipe()
    process = await asyncio.create_subprocess_exec(
        python,
        "-c",
        CALLER,
        str(its),
        cwd=folder,
        env=environment,
        pass_fds=(its,),
        stdin=PIPE,
        stderr=PIPE,
        stdout=2,
    )
    os.close(its)
    answers = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(mine, "rb"))
    return Browser(process, answers, host)


async def stopped(browser: Browser) -> None:
    browser._process.kill()
    await browser._process.wait()
