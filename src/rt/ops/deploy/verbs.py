"""`rt deploy`, `rt rollback`, `rt contract`, `rt fleet`: what is typed, and what is said of how it went."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from rt.host.mongod import running
from rt.kernel.core.settings import Settings
from rt.ops.deploy import rolling
from rt.ops.deploy.journal import Journal, Refused, last
from rt.ops.deploy.local import APART, LocalFleet, Plan, kept, lay_out
from rt.ops.deploy.rolling import Failed, Fleet

console = Console(highlight=False, soft_wrap=True)
fleet_app = typer.Typer(help="Two machines and a load balancer on this computer.", no_args_is_help=True)

Environment = Annotated[str, typer.Argument(help="production, staging, development, or local.")]
Public = Annotated[
    Path | None,
    typer.Option(
        help="Public key of releases, to refuse a foreign one before any machine does.",
        envvar="RT_RELEASE_PUBLIC",
    ),
]
Kept = Annotated[Path, typer.Option("--data", help="Folder of everything that is kept.", envvar="RT_DATA")]


def add_to(app: typer.Typer) -> None:
    """Put these commands into the platform's one command."""
    for command in (deploy, rollback, contract):
        app.command()(command)
    app.add_typer(fleet_app, name="fleet")


def deploy(
    environment: Environment,
    release: Annotated[str, typer.Option(help="Version, as rt release build names it.")],
    public: Public = None,
    despite_errors: Annotated[
        bool, typer.Option(help="Do not judge by answers 5xx: for the fix of what answers them.")
    ] = False,
    data: Kept = Path(".rt"),
) -> None:
    """Bring a release to every machine, one at a time; all go back if one does not do well."""
    with _refusing():
        fleet = _fleet(environment, data, public)
        _tell(rolling.deploy(fleet, release, _say, despite_errors=despite_errors), data)


def rollback(environment: Environment, public: Public = None, data: Kept = Path(".rt")) -> None:
    """Undo an interrupted deploy, or bring back the release before."""
    with _refusing():
        _tell(
            rolling.roll_back(_fleet(environment, data, public), _say), data, wanted=("done", "rolled_back")
        )


def contract(environment: Environment, data: Kept = Path(".rt")) -> None:
    """Drop what only earlier releases needed; from then on there is no rollback to them."""
    with _refusing():
        _tell(rolling.contract(_fleet(environment, data), _say), data)


@fleet_app.command("up")
def fleet_up(
    release: Annotated[str, typer.Option(help="What new machines start with.")],
    public: Annotated[Path, typer.Option(help="Public key of releases, for the machines.")],
    source: Annotated[Path, typer.Option(help="Folder that holds releases/<version>/.")] = Path(".rt"),
    port: Annotated[int, typer.Option(help="Port of the load balancer.")] = 8090,
    shift: Annotated[int, typer.Option(help="Added to the ports of the machines' units.")] = 20_000,
    data: Kept = Path(".rt"),
) -> None:
    """Run machines a and b behind HAProxy until Ctrl-C; `rt deploy local` then works on them."""

    async def stay() -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        async with running(data, _say) as uri:
            plan = Plan(
                port, {"a": shift, "b": shift + APART}, str(source.resolve()), str(public.resolve()), uri
            )
            fleet = await asyncio.to_thread(lay_out, data / "fleet", plan, release)
            with kept(fleet) as tend:
                _say(f"the fleet is up: http://127.0.0.1:{port}")
                while not stopping.is_set():
                    tend()
                    await asyncio.sleep(0.1)

    with _refusing():
        asyncio.run(stay())


@fleet_app.command("status")
def fleet_status(environment: Environment = "local", data: Kept = Path(".rt")) -> None:
    """Which machine runs what, what its load balancer spares, and how the latest deploy ended."""
    with _refusing():
        fleet = _fleet(environment, data)
        release, previous = fleet.release()
        _say(f"release {release}, before it {previous}")
        for machine in fleet.machines():
            spared = ", ".join(machine.missing())
            _say(
                f"{machine.name:<12} {machine.version()}  {f'gets nothing: {spared}' if spared else 'serves'}"
            )
        journal, _ = last(fleet.shelf)
        if journal is not None:
            _say(
                f"{journal.kind} of {journal.release}, {journal.began_at:%Y-%m-%d %H:%M} UTC: {journal.state}"
            )


def _fleet(environment: str, data: Path, public: Path | None = None) -> Fleet:
    if environment == "local":
        return LocalFleet(data / "fleet")
    from rt.ops.deploy.aws import AwsFleet  # boto3 weighs 40 MB, and every unit runs this command

    return AwsFleet(environment, public, os.environ.get("AWS_REGION", Settings().aws_region))


def _tell(journal: Journal, data: Path, wanted: tuple[str, ...] = ("done",)) -> None:
    """The report: one line to read, a file to keep."""
    seconds = (journal.beat_at - journal.began_at).total_seconds()
    report = data / "deploys" / f"{journal.run}.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_bytes(msgspec.json.format(msgspec.json.encode(journal)))
    reason = f": {journal.reason}" if journal.reason else ""
    _say(f"{journal.kind} of {journal.release}: {journal.state} after {seconds:.0f} s{reason}")
    _say(f"report: {report}")
    if journal.state not in wanted:
        raise typer.Exit(1)


def _say(line: str) -> None:
    console.print(line, markup=False)


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (Refused, Failed) as refused:
        _say(f"not done: {refused}")
        raise typer.Exit(2) from refused
