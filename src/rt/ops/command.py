"""The one command, `rt`: runs the platform, and hands every other verb to its own module."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from rt.host import serving
from rt.host.keys import UnitKeys
from rt.host.listener import PortTaken, check_free
from rt.host.mongod import running
from rt.host.serving import Place, Supervisor
from rt.host.topology import DATABASES, PORTALS, UNITS, as_json, secrets_of
from rt.kernel.core.settings import SECRETS, Settings, read
from rt.kernel.core.telemetry import start_logging, start_metrics
from rt.kernel.storage.migrations import Phase
from rt.ops import filling, world
from rt.ops.actors import OPEN_SESAME
from rt.ops.deploy import verbs

# What only one verb needs is imported by it: seventeen processes of units would carry it all.

# Typer's own tracebacks would go round the mask of our logs.
app = typer.Typer(
    help="RT-Technologie", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
console = Console()
releases = typer.Typer(help="Make a release of this commit, or check one.", no_args_is_help=True)
app.add_typer(releases, name="release")
verbs.add_to(app)

Port = Annotated[int, typer.Option(help="Port of the edge.")]
Data = Annotated[Path, typer.Option(help="Folder of everything that is kept.", envvar="RT_DATA")]
Shift = Annotated[int, typer.Option(help="Added to the ports of units and portals, for a second house.")]


@app.command()
def up(
    port: Port = 8080,
    data: Data = Path(".rt"),
    demo: Annotated[bool, typer.Option(help="Load a coherent demo.")] = False,
    processes: Annotated[bool, typer.Option(help="One process per unit.")] = False,
    shift: Shift = 0,
) -> None:
    """Run the whole platform and say what runs where; Ctrl-C stops it."""
    began = time.monotonic()
    settings, keys = _prepare(data, port)
    place = Place(port, shift, hop=secrets.token_hex() if processes else "")
    ports = {"edge": port} | {row.name: place.of(row) for row in (*UNITS, *PORTALS)}
    with _in_a_sentence(), _log_file(settings):
        check_free(ports, settings.host)
        if processes:
            _up_in_processes(settings, keys, place, demo, began)
        else:
            asyncio.run(_up_all_in_one(settings, keys, place, demo, began))


@app.command()
def run(unit: str, port: Port = 8080, data: Data = Path(".rt"), shift: Shift = 0) -> None:
    """Run one unit or portal, the edge, or all `units` of a machine; logs go to standard output."""
    settings, keys = _prepare(data, port, secrets_of(unit.replace("-", "_")) if unit != "units" else SECRETS)
    start_logging(settings.log_level)
    if unit == "units":
        from rt.ops.deploy.units import run_units

        with _in_a_sentence():
            run_units(settings, keys, Place(port, shift), data / f"processes-{settings.instance}")
        return
    if settings.embedded_metrics:
        start_metrics([unit.replace("-", "_")])

    async def alone() -> None:
        async with running(settings.home) as uri:
            await serving.one_unit(settings, uri, keys, Place(port, shift), unit)

    try:
        with _in_a_sentence():
            asyncio.run(alone())
    except LookupError as error:
        console.print(f"{error}; known: {', '.join(serving.process_names())}")
        raise typer.Exit(1) from error


@app.command()
def demo(
    port: Port = 8080,
    json: Annotated[bool, typer.Option("--json", help="Answer for machines.")] = False,
    new: Annotated[
        bool, typer.Option(help="Start another story instead of going on with one cut short.")
    ] = False,
) -> None:
    """Play the whole scenario against a running platform, as its real actors would, and check each
    outcome."""
    from rt.ops.demo import play

    raise typer.Exit(play(f"http://127.0.0.1:{port}", as_json=json, new=new))


@app.command()
def topology(
    json: Annotated[bool, typer.Option("--json", help="The whole topology for machines.")] = False,
    write: Annotated[bool, typer.Option(help="Bring every generated file of this clone up to date.")] = False,
) -> None:
    """What runs where."""
    if json:
        sys.stdout.write(as_json().decode())
    elif write:
        from rt.ops import generated

        console.print("\n".join(generated.write()) or "Everything is up to date.")
    else:
        console.print(_table(Place(), {}))


@app.command()
def forget(
    subject: Annotated[str, typer.Argument(help="Of whom: planning.drivers/drv_…, authz.people/usr_…")],
    organizations: Annotated[
        list[str] | None, typer.Argument(help="Whose events told of them, besides those that are found.")
    ] = None,
    data: Data = Path(".rt"),
) -> None:
    """Make what events told of somebody unreadable for good, in the log and in its backups."""
    from rt.ops.forget import Forgotten, NobodySuch
    from rt.ops.forget import forget as forgotten

    async def alone() -> Forgotten:
        async with running(data) as uri:
            return await forgotten(read(needs=DATABASES), uri, subject, organizations or [])

    try:
        done = asyncio.run(alone())
    except NobodySuch as error:
        raise typer.BadParameter(str(error)) from error
    console.print(f"Unreadable in events of {', '.join(done.org_ids)}.")
    for name, count in done.kept.items():
        console.print(f"Still kept: {name} ({count}).")


@app.command()
def migrate(
    phase: Annotated[Phase, typer.Argument(help="expand or contract.")], data: Data = Path(".rt")
) -> None:
    """Run this release's migrations on the database: a deploy does it, on one machine."""
    from rt.ops.deploy.migrate import migrate as run_migrations

    async def alone() -> None:
        async with running(data) as uri:
            console.print(
                "\n".join(await run_migrations(read(needs=DATABASES), uri, phase)) or "Nothing to do."
            )

    asyncio.run(alone())


@releases.command("build")
def build_release(
    key: Annotated[Path, typer.Option(help="Private key that signs it.", envvar="RT_RELEASE_KEY")],
    out: Annotated[Path, typer.Option(help="Folder that gets releases/<version>/.")] = Path(".rt"),
    dirty: Annotated[bool, typer.Option(help="Take the tree as it is, not only as committed.")] = False,
) -> None:
    """Wheel, locked dependencies and what a machine needs: one signed archive, the same bytes each time."""
    from rt.ops import generated, release

    with _refusing():
        console.print(str(release.build(generated.ROOT, out, key, dirty)), soft_wrap=True)


@releases.command("verify")
def verify_release(
    folder: Path, public: Annotated[Path, typer.Option(help="Public key.")] = Path("/etc/rt/release.pub")
) -> None:
    """Check the signature of a release, its archive and each file in it."""
    from rt.ops import release

    with _refusing():
        found = release.verify(folder, public)
        console.print(f"{found.version}: signed, {len(found.files)} files as signed")


@releases.command("keys")
def make_release_keys(folder: Path) -> None:
    """Make the key pair that signs releases and that machines check them with."""
    from rt.ops import release

    with _refusing():
        console.print(str(release.make_keys(folder)), soft_wrap=True)


@releases.command("portal")
def release_portal(
    name: str, out: Annotated[Path, typer.Option(help="Folder that gets the project.")] = Path(".rt/vercel")
) -> None:
    """Lay out the project that Vercel builds of one portal; says where."""
    from rt.ops import generated, vercel

    with _refusing():
        console.print(str(vercel.lay_out(generated.ROOT, name, out)), soft_wrap=True)


@app.command("cost")
def monthly_cost(
    switch: Annotated[
        list[str] | None,
        typer.Option(help="Turn a switch of the specification's bill over; may be repeated."),
    ] = None,
    orders: Annotated[int, typer.Option(help="Orders a month.", min=1)] = 10_000,
    tenants: Annotated[int, typer.Option(help="Organizations.", min=1)] = 50,
    prices: Annotated[Path | None, typer.Option(help="An edited copy of the price table.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer for machines.")] = False,
) -> None:
    """The monthly bill, computed line by line, beside what the specification says."""
    from rt.ops import cost

    raise typer.Exit(cost.show(switch or [], orders, tenants, prices, json, console))


@app.command("doctor")
def examine(
    environment: Annotated[str, typer.Argument(help="Or this clone: production, staging, development.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Answer for machines.")] = False,
) -> None:
    """Whether this clone, or an environment, is what the specification's checklist wants."""
    from rt.ops.doctor import report

    raise typer.Exit(report.examine(environment, json, console))


@app.command()
def watch(
    environment: Annotated[str, typer.Argument(help="production or staging; else PUBLIC_API_URL.")] = "",
    port: Annotated[int, typer.Option(help="A house on this machine.")] = 0,
    once: Annotated[bool, typer.Option(help="One try; exit code 1 when something is wrong.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer for machines.")] = False,
    every: Annotated[float, typer.Option(help="Seconds from one try to the next.")] = 60,
) -> None:
    """Try the main job as a customer would, every minute, over public HTTP; one line for each try."""
    from rt.ops import watch as watching

    raise typer.Exit(watching.watch(environment, port, once=once, as_json=json, every=every))


def main() -> None:
    app()


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    from rt.ops import release

    try:
        yield
    except release.ReleaseRefused as refused:
        console.print(str(refused), markup=False)
        raise typer.Exit(1) from refused


@contextlib.contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (PortTaken, serving.BackgroundWorkEnded) as ended:
        console.print(str(ended), markup=False)
        raise typer.Exit(1) from ended


def _prepare(data: Path, port: int, needs: Collection[str] = tuple(SECRETS)) -> tuple[Settings, UnitKeys]:
    """Settings and keys of this platform; what production must be given, development makes for itself.

    `needs` are the secret variables that this process is to know beside the addresses of its databases.
    """
    settings = read(needs=(*needs, *DATABASES))
    keys = UnitKeys(settings.keys or data / "keys")
    if settings.keys is None:
        keys.ensure()
    settings = msgspec.structs.replace(
        settings,
        home=data,
        admin_email=settings.admin_email or ("" if settings.production else world.ADMIN_EMAIL),
        public_url=os.environ.get("PUBLIC_API_URL", f"http://localhost:{port}"),
    )
    if "JWT_SECRET" in needs and not settings.jwt_secret:
        settings = msgspec.structs.replace(settings, jwt_secret=keys.jwt_secret())
    if "ADMIN_PASSWORD" in needs and not settings.admin_password and not settings.production:
        settings = msgspec.structs.replace(settings, admin_password=OPEN_SESAME)
    return settings, keys


@contextlib.contextmanager
def _log_file(settings: Settings) -> Iterator[None]:
    """JSON lines go to a file, so that the table stays readable."""
    path = settings.home / "log.jsonl"
    with path.open("a") as lines:
        start_logging(settings.log_level, lines)
        yield


async def _up_all_in_one(settings: Settings, keys: UnitKeys, place: Place, demo: bool, began: float) -> None:
    ready = asyncio.Event()
    async with running(settings.home, console.print) as uri:
        shown = world.demonstration(place.edge) if demo else None
        platform = asyncio.create_task(serving.all_in_one(settings, uri, keys, place, ready, shown))
        opened = asyncio.create_task(ready.wait())
        await asyncio.wait({platform, opened}, return_when=asyncio.FIRST_COMPLETED)
        if platform.done():
            opened.cancel()
            platform.result()
            return
        watching = asyncio.create_task(_watch(place, demo, began, [os.getpid()]))
        await platform
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        console.print("stopped")


def _up_in_processes(settings: Settings, keys: UnitKeys, place: Place, demo: bool, began: float) -> None:
    """The supervisor's own loop turns only between forks, so that no child inherits a running one."""
    serving.import_everything()
    loop = asyncio.new_event_loop()
    server = running(settings.home, console.print)
    uri = loop.run_until_complete(server.__aenter__())
    shown = world.demonstration(place.edge) if demo else None
    supervisor = Supervisor(
        lambda name: serving.one_unit(settings, uri, keys, place, name, shown),
        serving.process_names(),
        settings.home / "processes",
        place,
    )
    stop = False

    def asked(*_: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    supervisor.start()
    watching = loop.create_task(_watch(place, demo, began, list(supervisor.pids)))
    try:
        while not stop:
            supervisor.tend()
            loop.run_until_complete(asyncio.sleep(0.2))
    finally:
        watching.cancel()
        supervisor.stop()
        loop.run_until_complete(server.__aexit__(None, None, None))
    console.print("stopped")


async def _watch(place: Place, demo: bool, began: float, pids: list[int]) -> None:
    """Print the table once everything answers, load the demo, then say what changes."""
    states = {name: state async for name, state in serving.health(place)}
    while "down" in states.values() and time.monotonic() - began < 60:
        await asyncio.sleep(0.1)
        states = {name: state async for name, state in serving.health(place)}
    console.print(_table(place, states))
    built = sum(row.built for row in UNITS)
    memory = serving.memory_mb([os.getpid(), *(pid for pid in pids if pid != os.getpid())])
    console.print(
        f"ready in {time.monotonic() - began:.1f} s · {memory:.0f} MB without mongod"
        f" · {built} of {len(UNITS)} units · http://localhost:{place.edge}"
    )
    if demo:
        await filling.load(f"http://127.0.0.1:{place.edge}")
        console.print("\n".join(world.account_lines()), highlight=False)
    while True:
        await asyncio.sleep(5)
        seen = {name: state async for name, state in serving.health(place)}
        for name, state in seen.items():
            if states.get(name) != state:
                console.print(f"{time.strftime('%H:%M:%S')} {name}: {states.get(name)} → {state}")
        states = seen


def _table(place: Place, states: dict[str, str]) -> Table:
    table = Table(title="RT-Technologie", title_justify="left")
    for head in ("unit", "port", "address", "state"):
        table.add_column(head, justify="right" if head == "port" else "left")
    for row in UNITS:
        state = states.get(row.name, "" if row.built else "not_built")
        table.add_row(row.name, str(place.of(row)), row.path, _coloured(state))
    table.add_section()
    for portal in PORTALS:
        address = f"http://{portal.subdomain}.localhost:{place.edge}"
        state = states.get(portal.name, "" if portal.built else "not_built")
        table.add_row(portal.name, str(place.of(portal)), address, _coloured(state))
    return table


def _coloured(state: str) -> str:
    colour = {"ok": "green", "down": "red", "not_built": "yellow"}.get(state, "white")
    return f"[{colour}]{state}[/]"


if __name__ == "__main__":
    main()
