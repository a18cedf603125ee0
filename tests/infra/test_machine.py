"""A machine: takes signed releases and nothing else, changes them at one stroke, confines its units."""

import base64
import datetime
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler as Handler
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from tests.conftest import left_out

from rt.host.listener import DRAIN_SECONDS
from rt.host.topology import DATABASES, UNITS, secret_files
from rt.ops import machine, release
from rt.ops.release import MANIFEST, SIGNATURE, Release

pytestmark = [pytest.mark.xdist_group("infra"), pytest.mark.usefixtures("meanwhile")]

MACHINE = Path(__file__).parents[2] / "infra" / "machine"
TOOL = MACHINE / "rt-machine"
VERSION = "0.1.0+202611220800.abc1234"
NEWER = "0.1.0+202611230800.abc1235"
EXPOSURE = 12
"""systemd's own measure in tenths: 0 is a unit that can do nothing, 96 one that may do everything."""

Machine = Callable[..., subprocess.CompletedProcess[str]]


def toy_wheel(folder: Path) -> Path:
    """The smallest wheel whose console script is called rt."""
    dist = "rt_toy-1.0.dist-info"
    files = {
        "rt_toy.py": "def main():\n    print('toy')\n",
        f"{dist}/METADATA": "Metadata-Version: 2.1\nName: rt-toy\nVersion: 1.0\n",
        f"{dist}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{dist}/entry_points.txt": "[console_scripts]\nrt = rt_toy:main\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text)}\n"
    path = folder / "rt_toy-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{dist}/RECORD": f"{record}{dist}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a release of the toy holds: its wheel, and the machine's own files as they are."""
    found = {f"wheels/{(wheel := toy_wheel(tmp_path_factory.mktemp('wheel'))).name}": wheel}
    for path in MACHINE.rglob("*"):
        if path.is_file() and path.name not in release.NOT_SHIPPED:
            found[f"machine/{path.relative_to(MACHINE)}"] = path
    return found


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release.make_keys(tmp_path_factory.mktemp("etc"))


def packed(contents: Mapping[str, Path], out: Path, key: Path, version: str) -> Path:
    moment = datetime.datetime(2026, 11, 22, 8, tzinfo=datetime.UTC)
    return release.pack(contents, out, key, version, "abc1234", moment)


@pytest.fixture(scope="module")
def shelf(contents: dict[str, Path], key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases, laid out as the bucket is."""
    folder = tmp_path_factory.mktemp("shelf")
    for version in (VERSION, NEWER):
        packed(contents, folder, key, version)
    return folder


def machine_at(root: Path, etc: Path) -> Machine:
    """rt-machine under a root of its own, without systemd and without being root."""

    def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        place = {"RT_ROOT": str(root), "RT_ETC": str(etc), "RT_PYTHON": sys.executable, "RT_RESTART": "true"}
        return subprocess.run(
            ["sh", str(TOOL), *map(str, words)],
            env={**os.environ, **place, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "rt"


@pytest.fixture
def rt(root: Path, key: Path) -> Machine:
    return machine_at(root, key.parent)


def done(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def here(root: Path) -> list[str]:
    """Every file below a machine's root, but the lock."""
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and p != root / "lock")


@pytest.fixture(scope="module")
def equipped(shelf: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root that has both releases; the tests that use it only change what is current."""
    root = tmp_path_factory.mktemp("machine") / "rt"
    rt = machine_at(root, key.parent)
    for version in (VERSION, NEWER):
        done(rt("fetch", version, shelf))
    return root


def test_a_release_is_fetched_made_current_and_runs(equipped: Path, key: Path) -> None:
    rt = machine_at(equipped, key.parent)
    done(rt("activate", VERSION))
    assert done(rt("version")) == VERSION
    assert os.readlink(equipped / "current") == f"releases/{VERSION}"
    program = equipped / "current" / "venv" / "bin" / "rt"
    assert subprocess.run([program], check=True, capture_output=True, text=True).stdout == "toy\n"
    assert (
        msgspec.json.decode((equipped / "current" / MANIFEST).read_bytes(), type=Release).version == VERSION
    )
    assert (equipped / "bin" / "rt-machine").stat().st_mode & 0o777 == 0o755
    compiled = list((equipped / "current" / "venv").rglob("rt_toy.*.pyc"))
    assert compiled, "units may not write there: what is not compiled now is compiled at every start"


def test_a_release_that_is_here_is_not_fetched_again(equipped: Path, key: Path) -> None:
    rt = machine_at(equipped, key.parent)
    before = here(equipped)
    done(rt("fetch", VERSION, "/nowhere"))
    assert here(equipped) == before


def corrupt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def signed_again(folder: Path, key: Path, **changes: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes()) | changes
    content = json.dumps(manifest).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(release.signature(content, key))


def repacked(folder: Path, key: Path, *members: tarfile.TarInfo, without: str = "") -> None:
    """The archive with other members than the manifest says, its digest signed all the same."""
    path = folder / f"rt-{VERSION}.tar.gz"
    with tarfile.open(path) as old:
        kept = [(m, old.extractfile(m)) for m in old if m.name != without]
        inside = [(m, file.read()) for m, file in kept if file is not None]
    with tarfile.open(path, "w:gz") as new:
        for member, content in inside:
            new.addfile(member, BytesIO(content))
        for member in members:
            new.addfile(member)
    signed_again(folder, key, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def link(name: str, to: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, to
    return member


FORGED: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "archive damaged": (lambda f, _: corrupt(f / f"rt-{VERSION}.tar.gz"), "damaged"),
    "manifest changed": (lambda f, _: corrupt(f / MANIFEST), "not signed"),
    "signature changed": (lambda f, _: corrupt(f / SIGNATURE), "not signed"),
    "signature empty": (lambda f, _: (f / SIGNATURE).write_bytes(b"") and None, "not signed"),
    "signature missing": (lambda f, _: (f / SIGNATURE).unlink(), "no release.json.sig"),
    "archive missing": (lambda f, _: (f / f"rt-{VERSION}.tar.gz").unlink(), "no rt-"),
    "another version": (lambda f, k: signed_again(f, k, version=NEWER), "is for version"),
    "another Python": (lambda f, k: signed_again(f, k, python="3.9"), "is for python"),
    "another platform": (lambda f, k: signed_again(f, k, platform="linux-aarch64"), "is for platform"),
    "path up": (lambda f, k: signed_again(f, k, files={"../../evil": "0" * 64}), "not a file"),
    "path inside up": (lambda f, k: signed_again(f, k, files={"wheels/../../evil": "0" * 64}), "not a file"),
    "path absolute": (lambda f, k: signed_again(f, k, files={"/evil": "0" * 64}), "not a file"),
    "line in a path": (lambda f, k: signed_again(f, k, files={"a\nb": "0" * 64}), "not a file"),
    "archive elsewhere": (lambda f, k: signed_again(f, k, archive="../evil.tar.gz"), "not the manifest"),
    "unsigned file": (lambda f, k: repacked(f, k, tarfile.TarInfo("wheels/extra")), "other files"),
    "unsigned way up": (lambda f, k: repacked(f, k, tarfile.TarInfo("../../evil")), "other files"),
    "file missing": (lambda f, k: repacked(f, k, without="machine/units"), "other files"),
    "link for a file": (
        lambda f, k: repacked(f, k, link("machine/units", "/etc/passwd"), without="machine/units"),
        "plain files",
    ),
    "file changed": (
        lambda f, k: repacked(f, k, tarfile.TarInfo("machine/units"), without="machine/units"),
        "not what was signed",
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_what_was_not_signed_as_it_is_leaves_nothing(
    case: str, shelf: Path, rt: Machine, key: Path, root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shelf" / "releases" / VERSION
    shutil.copytree(shelf / "releases" / VERSION, folder)
    forge, expected = FORGED[case]
    forge(folder, key)
    outside = {p.name for p in tmp_path.iterdir()}
    answer = rt("fetch", VERSION, tmp_path / "shelf")
    assert answer.returncode == 1
    assert expected in answer.stderr
    assert here(root) == []
    assert {p.name for p in tmp_path.iterdir()} - outside <= {"rt"}
    assert list((root / "releases").iterdir()) == []


def test_the_key_of_somebody_else_is_refused(shelf: Path, root: Path, tmp_path: Path) -> None:
    release.make_keys(tmp_path / "etc")
    answer = machine_at(root, tmp_path / "etc")("fetch", VERSION, shelf)
    assert answer.returncode == 1
    assert "not signed" in answer.stderr
    assert here(root) == []


@pytest.mark.parametrize("version", ["", ".", "..", "../x", "a/b", "-rf", "a b", "$(id)"])
def test_a_version_is_never_a_path(version: str, rt: Machine, shelf: Path, root: Path) -> None:
    for verb in (("fetch", version, shelf), ("activate", version)):
        answer = rt(*verb)
        assert answer.returncode == 1
        assert "not a version" in answer.stderr
    assert not root.exists()


def test_a_release_that_does_not_start_does_not_stay(
    contents: dict[str, Path], rt: Machine, key: Path, root: Path, tmp_path: Path
) -> None:
    """Here one without its program."""
    packed({k: v for k, v in contents.items() if "wheels/" not in k}, tmp_path, key, VERSION)
    assert rt("fetch", VERSION, tmp_path).returncode != 0
    assert here(root) == []


@pytest.mark.parametrize("torn", ["lying elsewhere", "no wheel"])
def test_a_wheel_that_would_not_be_whole_is_refused(
    torn: str, contents: dict[str, Path], rt: Machine, key: Path, root: Path, tmp_path: Path
) -> None:
    """Wheels are unpacked, not installed: what belongs elsewhere must not be lost in silence."""
    wheel = tmp_path / "odd-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as odd:
        odd.writestr("odd-1.0.data/purelib/odd.py", "")
    if torn == "no wheel":
        wheel.write_bytes(b"torn")
    packed({**contents, f"wheels/{wheel.name}": wheel}, tmp_path, key, VERSION)
    answer = rt("fetch", VERSION, tmp_path)
    assert answer.returncode != 0
    assert re.search("in its own way|zip file", answer.stderr)
    assert here(root) == []


def test_a_fetch_that_was_cut_short_counts_for_nothing(rt: Machine, shelf: Path, root: Path) -> None:
    for torn in (root / "releases" / VERSION, root / "releases" / ".partial"):
        torn.mkdir(parents=True)
        (torn / "rest").write_text("of an earlier try")
    assert "not here" in rt("activate", VERSION).stderr
    done(rt("fetch", VERSION, shelf))
    done(rt("activate", VERSION))
    assert not any(name.endswith("rest") for name in here(root))


def test_there_is_a_current_release_at_every_moment(equipped: Path, key: Path) -> None:
    rt = machine_at(equipped, key.parent)
    done(rt("activate", VERSION))
    stop, seen, missing = threading.Event(), set[str](), list[str]()

    def look() -> None:
        while not stop.is_set():
            try:
                seen.add(os.readlink(equipped / "current"))
                (equipped / "current" / MANIFEST).stat()
            except OSError as error:
                missing.append(str(error))

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(10):
        done(rt("activate", NEWER))
        done(rt("activate", VERSION))
    stop.set()
    looking.join()
    assert not missing
    assert seen == {f"releases/{VERSION}", f"releases/{NEWER}"}


def test_what_a_restart_starts_does_not_hold_the_machine(equipped: Path, key: Path, tmp_path: Path) -> None:
    rt = machine_at(equipped, key.parent)
    note = tmp_path / "pid"
    done(rt("activate", VERSION, RT_RESTART=f"sleep 60 >/dev/null 2>&1 & echo $! >{note}"))
    try:
        free = subprocess.run(["flock", "-n", str(equipped / "lock"), "true"], check=False)
        assert free.returncode == 0
    finally:
        os.kill(int(note.read_text()), 15)


def test_a_restart_that_fails_is_told(equipped: Path, key: Path) -> None:
    assert machine_at(equipped, key.parent)("activate", VERSION, RT_RESTART="false").returncode == 1


def test_pruning_keeps_what_runs_and_the_newest(root: Path, rt: Machine) -> None:
    versions = [f"0.{n % 3}.0+2026112{n}0800.abc123{n}" for n in range(6)]
    for version in versions:
        (root / "releases" / version).mkdir(parents=True)
    (root / "current").symlink_to(f"releases/{versions[1]}")
    done(rt("prune", "2"))
    assert sorted(p.name for p in (root / "releases").iterdir()) == sorted(
        [versions[1], versions[4], versions[5]]
    )


@pytest.fixture
def answering() -> Iterator[Callable[[int], int]]:
    """Starts units that answer /health with a status; gives their ports."""
    servers: list[http.server.HTTPServer] = []

    def start(status: int) -> int:
        def get(request: Handler) -> None:
            request.send_response(status if request.path == "/health" else 404)
            request.send_header("Content-Length", "0")
            request.end_headers()

        words = {"do_GET": get, "log_message": lambda *_: None}
        servers.append(http.server.HTTPServer(("127.0.0.1", 0), type("Unit", (Handler,), words)))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return int(servers[-1].server_address[1])

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_health_names_who_is_not_well(
    equipped: Path, root: Path, key: Path, answering: Callable[[int], int]
) -> None:
    well, ill = answering(200), answering(503)
    (root / "current").mkdir(parents=True)
    (root / "current" / "venv").symlink_to(equipped / "releases" / VERSION / "venv")
    (root / "current" / "machine").mkdir()
    table = root / "current" / "machine" / "units"
    table.write_text(f"palette {well - 100} 176\n")
    rt = machine_at(root, key.parent)
    assert done(rt("health", RT_SHIFT="100")) == "all well"
    with table.open("a") as file:
        file.write(f"authz {ill - 100} 176\nbourse 1 176\n")
    answer = rt("health", RT_SHIFT="100")
    assert answer.returncode == 1
    assert "palette" not in answer.stdout
    assert re.search(r"^authz: 503\nbourse: .*refused", answer.stdout)


def test_the_machine_asks_the_units_of_the_topology() -> None:
    told = [line.split() for line in (MACHINE / "units").read_text().splitlines()]
    assert told == [[row.package, str(row.port), str(row.memory_mb)] for row in UNITS]


@pytest.fixture
def systemd(equipped: Path, key: Path, tmp_path: Path) -> Path:
    """The folder of systemd as activating a release fills it, with programs where they are here."""
    folder = tmp_path / "system"
    stale = folder / "rt@gone.service.d"
    stale.mkdir(parents=True)
    done(machine_at(equipped, key.parent)("activate", VERSION, RT_SYSTEMD=str(folder)))
    template = folder / "rt@.service"
    template.write_text(template.read_text().replace("/opt/rt/", f"{equipped}/"))
    return folder


def test_each_unit_of_the_topology_is_wanted_and_capped(systemd: Path) -> None:
    wanted = (systemd / "rt.target.d" / "units.conf").read_text().split("Wants=")[1].split()
    assert wanted == [*(f"rt@{row.package}.service" for row in UNITS), "rt-watch.timer"]
    assert {p.name for p in systemd.glob("rt@*.d")} == {f"rt@{row.package}.service.d" for row in UNITS}
    for row in UNITS:
        capped = (systemd / f"rt@{row.package}.service.d" / "memory.conf").read_text()
        assert f"MemoryMax={row.memory_mb}M\n" in capped


def analyze(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        left_out("there is no systemd-analyze (apt-get install systemd)")
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C"}
    return subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)


def test_systemd_understands_every_line(systemd: Path) -> None:
    units = [f"rt@{row.package}.service" for row in UNITS]
    answer = analyze(systemd, "verify", "--recursive-errors=no", "rt.target", *units)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_line_that_systemd_would_pass_over_is_seen(systemd: Path) -> None:
    template = systemd / "rt@.service"
    template.write_text(template.read_text().replace("PrivateTmp=", "PrivateTemp="))
    assert "PrivateTemp" in analyze(systemd, "verify", "--recursive-errors=no", "rt@palette.service").stderr


def test_a_unit_that_is_taken_over_can_do_little(systemd: Path) -> None:
    answer = analyze(
        systemd, "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", "rt@palette.service"
    )
    assert answer.returncode == 0, answer.stdout
    template = systemd / "rt@.service"
    template.write_text(template.read_text().replace("ProtectSystem=strict\n", ""))
    weaker = analyze(
        systemd, "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", "rt@palette.service"
    )
    assert "ProtectSystem" in weaker.stdout


def settings_of(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_a_unit_sees_its_own_key_and_no_other() -> None:
    told = settings_of(MACHINE / "systemd" / "rt@.service")
    assert told["LoadCredential"] == ["%i.jwk:/etc/rt/keys/%i.jwk", "public.jwks:/etc/rt/keys/public.jwks"]
    assert told["InaccessiblePaths"] == ["-/etc/rt"]
    assert told["DynamicUser"] == ["yes"]


def test_a_unit_may_finish_what_is_under_way() -> None:
    [seconds] = settings_of(MACHINE / "systemd" / "rt@.service")["TimeoutStopSec"]
    assert int(seconds) > DRAIN_SECONDS + 2


def test_a_unit_that_fails_again_and_again_is_started_more_rarely(tmp_path: Path, rt: Machine) -> None:
    waits = tmp_path / "waits"
    stub(tmp_path, "sleep", f'echo "$1" >>{waits}')
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    (tmp_path / "failures").write_text("1000000000\n" * 5)  # of long ago
    for _ in range(8):
        done(rt("patience", tmp_path, SERVICE_RESULT="exit-code", **path))
    done(rt("patience", tmp_path, SERVICE_RESULT="success", **path))
    assert waits.read_text().split() == ["1", "2", "4", "8", "16", "32", "32", "32"]


def stub(folder: Path, name: str, script: str) -> None:
    """A program of the machine that is not here, played by a line of shell."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


AWS = r"""case "$*" in
*get-secret-value*) for word; do case $word in rt-prod/*) box=$CLOUD/secrets/${word#*/} ;; esac; done
    [ -e "$box" ] || { echo "An error occurred (ResourceNotFoundException)" >&2; exit 254; }
    cat "$box" ;;
*get-parameter*) cat "$CLOUD/release" ;;
"s3 cp"*) for word; do from=$to; to=$word; done; cp "$CLOUD/bucket/${from#s3://rt-prod-releases/}" "$to" ;;
*complete-lifecycle-action*) echo "$*" >>"$CLOUD/signals" ;;
*) exit 2 ;;
esac"""
PEM = "-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----\n"
TRICKY = """p$HOME "quoted" `id` \\back 'single' %i #x = é"""


@pytest.fixture
def cloud(shelf: Path, tmp_path: Path) -> Path:
    """Secrets Manager, Parameter Store and a bucket, played by files and a stub of the AWS command."""
    folder = tmp_path / "cloud"
    stub(folder / "bin", "aws", AWS)
    (folder / "bucket").symlink_to(shelf)
    keys = {"palette.jwk": {"kty": "OKP", "d": "private"}, "public.jwks": '{"keys": []}', "cdn.pem": PEM}
    boxes = {
        "house": {"MONGODB_URI": "mongodb+srv://x"},
        "authz": {"JWT_SECRET": TRICKY, "ADMIN_PASSWORD": "hush"},
        "core_orders": {"CDN_PRIVATE_KEY": "hush", "MONGODB_URI": "mongodb+srv://orders@x"},
        "notifications": {"MAILGUN_API_KEY": "hush"},
        "keys": keys,
    }
    (folder / "secrets").mkdir()
    for name, held in boxes.items():
        (folder / "secrets" / name).write_text(json.dumps(held))
    (folder / "release").write_text(VERSION)
    return folder


def etc_with_files(folder: Path) -> Path:
    """The machine's folder, told which file of secrets is made of what."""
    folder.mkdir()
    lines = "".join(f"{name} {' '.join(boxes)}\n" for name, boxes in secret_files().items())
    (folder / "secret-files").write_text(lines)
    return folder


def in_cloud(folder: Path) -> dict[str, str]:
    return {"CLOUD": str(folder), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}


def test_secrets_are_written_for_root_alone_and_as_systemd_reads_them(
    cloud: Path, root: Path, tmp_path: Path
) -> None:
    etc = etc_with_files(tmp_path / "etc")
    answer = machine_at(root, etc)("secrets", "rt-prod", **in_cloud(cloud))
    assert done(answer) == ""
    told = secrets_told(etc)
    assert told["authz"] == {"JWT_SECRET": TRICKY, "MONGODB_URI": "mongodb+srv://x", "ADMIN_PASSWORD": "hush"}
    assert json.loads((etc / "keys" / "palette.jwk").read_text())["d"] == "private"
    assert (etc / "keys" / "cdn.pem").read_text() == PEM
    for path in [*(etc / "secrets").iterdir(), *(etc / "keys").iterdir()]:
        assert path.stat().st_mode & 0o777 == 0o600
    for folder in ("keys", "secrets"):
        assert (etc / folder).stat().st_mode & 0o777 == 0o700


def secrets_told(etc: Path) -> dict[str, dict[str, str]]:
    """What each unit is told, as systemd reads it."""
    found = {}
    for path in (etc / "secrets").iterdir():
        lines = [line.partition("=") for line in path.read_text().splitlines()]
        # systemd.exec(5): in double quotes a backslash keeps the next of " \\ ` $ as it is
        found[path.stem] = {name: re.sub(r"\\(.)", r"\1", text[1:-1]) for name, _, text in lines}
    return found


def test_each_unit_is_told_its_own_secrets_and_no_others(cloud: Path, root: Path, tmp_path: Path) -> None:
    etc = etc_with_files(tmp_path / "etc")
    (etc / "secrets").mkdir()
    (etc / "secrets" / "gone.env").write_text("JWT_SECRET=hush")
    done(machine_at(root, etc)("secrets", "rt-prod", **in_cloud(cloud)))
    told = secrets_told(etc)
    assert set(told) == {row.package for row in UNITS} | {"migrate", "watch"}
    assert [name for name, held in told.items() if "JWT_SECRET" in held] == ["authz"]
    for row in UNITS:
        assert set(told[row.package]) <= {*DATABASES, *row.secrets}, row.name
        assert told[row.package]["MONGODB_URI"]
    assert told["core_orders"]["MONGODB_URI"] == "mongodb+srv://orders@x", "its own wins"
    assert told["migrate"] == {"MONGODB_URI": "mongodb+srv://x"}
    assert told["watch"] == {}, "before the watch has an account"
    unit = settings_of(MACHINE / "systemd" / "rt@.service")
    assert unit["EnvironmentFile"] == ["/etc/rt/settings.env", "/etc/rt/secrets/%i.env"]


def test_migrations_run_with_the_settings_of_the_environment_and_the_address_of_its_database() -> None:
    told = re.findall(r'--property=EnvironmentFile="\$etc/(\S+)"', TOOL.read_text())
    assert told == ["settings.env", "secrets/migrate.env"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("authz", '{"JWT_SECRET": "first\\nEVIL=1"}'),
        ("authz", '{"LD_PRELOAD=x": "hush"}'),
        ("house", "hush, no JSON"),
        ("house", "{}"),
        ("keys", '{"../../root.jwk": "hush"}'),
        ("keys", '{"palette.sh": "hush"}'),
    ],
)
def test_a_secret_that_is_none_is_refused_and_not_shown(
    name: str, content: str, cloud: Path, root: Path, tmp_path: Path
) -> None:
    etc = etc_with_files(tmp_path / "etc")
    rt = machine_at(root, etc)
    done(rt("secrets", "rt-prod", **in_cloud(cloud)))
    before = {p: p.read_bytes() for p in etc.rglob("*") if p.is_file()}
    (cloud / "secrets" / name).write_text(content)
    answer = rt("secrets", "rt-prod", **in_cloud(cloud))
    assert answer.returncode == 1
    assert not re.search("hush|EVIL", answer.stdout + answer.stderr)
    assert {p: p.read_bytes() for p in etc.rglob("*") if p.is_file()} == before


SETTINGS = {"RT_ENV": "production", "MONGODB_DB": "rt-production", "AWS_REGION": "eu-west-3"}


class Boot:
    """The boot script as Terraform fills it in, run below a folder, the system's programs played by stubs."""

    def __init__(self, folder: Path, cloud: Path, key: Path) -> None:
        self.at = folder / "machine"
        self.cloud = cloud
        self._bin = cloud / "bin"
        agent = self.at / "opt" / "aws" / "amazon-cloudwatch-agent"
        (agent / "etc").mkdir(parents=True)
        stub(agent / "bin", "amazon-cloudwatch-agent-ctl", 'echo "agent $*" >>"$CLOUD/calls"')
        for name in ("etc/logrotate.d", "etc/systemd/system", "var/log"):
            (self.at / name).mkdir(parents=True)
        for name in ("dnf", "systemctl"):
            stub(self._bin, name, f'echo "{name} $*" >>"$CLOUD/calls"')
        for name in ("chgrp", "sleep"):
            stub(self._bin, name, "")
        stub(self._bin, "seq", "echo 1 2")
        stub(self._bin, "curl", 'case "$*" in *instance-id) echo i-0abc ;; *) echo token ;; esac')
        stub(self._bin, "python3.11", f'exec {sys.executable} "$@"')
        self._script = folder / "boot.sh"
        self._script.write_text(self._filled(key.with_name("release.pub").read_text()))

    def _filled(self, public: str) -> str:
        text = (MACHINE / "boot.sh.tftpl").read_text()
        loop = re.compile(r"%\{ for name, value in settings ~\}\n(.*\n)%\{ endfor ~\}\n")
        lines = "".join(f'{name}="{value}"\n' for name, value in SETTINGS.items())
        assert loop.search(text) is not None
        text = loop.sub(lines, text)
        made = re.compile(r"%\{ for name, boxes in secret_files ~\}\n(.*\n)%\{ endfor ~\}\n")
        assert made.search(text) is not None
        files = "".join(f"{name} {' '.join(boxes)}\n" for name, boxes in secret_files().items())
        text = made.sub(files, text)
        values = {
            "prefix": "rt-prod",
            "region": "eu-west-3",
            "releases_bucket": "rt-prod-releases",
            "hook": "boot",
            "log_group": "/aws/ec2/rt-backend-staging",
            "release_public_key": public.strip(),
            "rt_machine": TOOL.read_text(),
        }
        assert set(re.findall(r"\$\{(\w+)\}", text)) == set(values)
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        return re.sub(r"(?<![\w/}])/(?=(?:etc|opt|var)/)", f"{self.at}/", text)

    def run(self) -> subprocess.CompletedProcess[str]:
        return self.order(["bash", str(self._script)])

    def order(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run something on the machine, as root would."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RT_")}
        place = {"RT_ROOT": f"{self.at}/opt/rt", "RT_ETC": f"{self.at}/etc/rt"}
        systemd = {"RT_SYSTEMD": f"{self.at}/etc/systemd/system"}
        return subprocess.run(
            command,
            env={**kept, **place, **systemd, **in_cloud(self.cloud)},
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self, name: str) -> str:
        path = self.cloud / name
        return path.read_text() if path.exists() else ""

    def files(self) -> dict[str, bytes]:
        """What stands on the machine, but the log of booting and what Python compiled."""
        passing = ("boot.log", "lock", ".pyc")
        found = [p for p in self.at.rglob("*") if p.is_file() and not p.name.endswith(passing)]
        return {str(p.relative_to(self.at)): p.read_bytes() for p in found}


@pytest.fixture
def boot(
    contents: dict[str, Path], key: Path, cloud: Path, tmp_path: Path, answering: Callable[[int], int]
) -> Boot:
    """A machine about to boot, for a release whose one unit answers."""
    units = tmp_path / "units"
    units.write_text(f"palette {answering(200)} 176\n")
    (cloud / "bucket").unlink()
    packed({**contents, "machine/units": units}, cloud / "bucket", key, VERSION)
    return Boot(tmp_path, cloud, key)


def test_a_new_machine_runs_the_release_and_says_so(boot: Boot) -> None:
    answer = boot.run()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert os.readlink(boot.at / "opt" / "rt" / "current") == f"releases/{VERSION}"
    assert boot.told("signals").splitlines() == [
        "autoscaling complete-lifecycle-action --auto-scaling-group-name rt-prod-backend"
        " --lifecycle-hook-name boot --lifecycle-action-result CONTINUE --instance-id i-0abc"
    ]
    settings = (boot.at / "etc" / "rt" / "settings.env").read_text()
    assert settings.splitlines() == [f'{name}="{value}"' for name, value in SETTINGS.items()]
    assert (boot.at / "etc" / "rt" / "secrets" / "authz.env").stat().st_mode & 0o777 == 0o600
    calls = boot.told("calls")
    assert "systemctl restart rt.target" in calls
    assert "systemctl enable --quiet rt.target" in calls
    assert "agent -a fetch-config" in calls
    agent = json.loads((boot.at / "opt/aws/amazon-cloudwatch-agent/etc/rt.json").read_text())
    groups = {log["log_group_name"] for log in agent["logs"]["logs_collected"]["files"]["collect_list"]}
    assert groups == {"/aws/ec2/rt-backend-staging"}
    log = answer.stdout + (boot.at / "var" / "log" / "rt" / "boot.log").read_text() + calls
    assert not any(secret in log for secret in (TRICKY, "mongodb+srv", "private"))


def test_booting_again_changes_nothing(boot: Boot) -> None:
    assert boot.run().returncode == 0
    before = boot.files()
    assert boot.run().returncode == 0
    assert boot.files() == before


def test_before_the_first_release_a_machine_waits_for_it(boot: Boot) -> None:
    (boot.cloud / "release").write_text("none\n")
    assert boot.run().returncode == 0
    assert "CONTINUE" in boot.told("signals")
    assert not (boot.at / "opt" / "rt" / "current").exists()
    first = ["sh", str(boot.at / "opt" / "rt" / "bin" / "rt-machine")]
    assert boot.order([*first, "fetch", VERSION, "s3://rt-prod-releases"]).returncode == 0
    assert boot.order([*first, "activate", VERSION]).returncode == 0
    assert "systemctl enable --quiet rt.target" in boot.told("calls")
    assert (boot.at / "opt/aws/amazon-cloudwatch-agent/etc/rt.json").exists()


def test_a_machine_that_is_not_well_is_given_up(boot: Boot, contents: dict[str, Path], key: Path) -> None:
    units = boot.cloud / "units"
    units.write_text("palette 1 176\n")
    packed({**contents, "machine/units": units}, boot.cloud / "bucket", key, VERSION)
    answer = boot.run()
    assert answer.returncode != 0
    assert "palette" in answer.stdout + answer.stderr
    assert "ABANDON" in boot.told("signals")
    assert "CONTINUE" not in boot.told("signals")


def test_a_machine_does_not_start_with_a_release_that_was_forged(boot: Boot) -> None:
    corrupt(boot.cloud / "bucket" / "releases" / VERSION / MANIFEST)
    assert boot.run().returncode != 0
    assert not (boot.at / "opt" / "rt" / "current").exists()
    assert boot.told("signals").split().count("ABANDON") == 1


def test_the_agent_ships_the_log_of_every_unit() -> None:
    written = json.loads((MACHINE / "cloudwatch-agent.json").read_text())
    shipped = {log["file_path"] for log in written["logs"]["logs_collected"]["files"]["collect_list"]}
    names = {"boot", "watch"} | {row.package for row in UNITS}
    assert shipped == {f"{machine.LOGS}/{name}.log" for name in names}
    output = settings_of(MACHINE / "systemd" / "rt@.service")["StandardOutput"]
    assert output == [f"append:{machine.LOGS}/%i.log"]
    assert f"{machine.LOGS}/*.log {{" in (MACHINE / "logrotate.conf").read_text()


@pytest.mark.parametrize("script", ["rt-machine", "boot.sh.tftpl"])
def test_the_shell_understands_its_scripts(script: str) -> None:
    shell = "bash" if script.startswith("boot") else "sh"
    assert subprocess.run([shell, "-n", str(MACHINE / script)], check=False).returncode == 0
