"""One environment examined: what it must not run with, then the specification's checklist, box by box."""

import os
from collections.abc import Callable, Mapping

import httpx
import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from rt.kernel.core.tls import tls
from rt.ops.doctor import people
from rt.ops.doctor.beside import Atlas, Vercel
from rt.ops.doctor.checklist import CHECKLIST
from rt.ops.doctor.findings import Check, Entry, Finding, missing, unknown
from rt.ops.doctor.here import Here
from rt.ops.doctor.machines import Machines
from rt.ops.doctor.network import Network
from rt.ops.doctor.place import Cloud, Place, absent, short
from rt.ops.doctor.refusals import faults, region_faults

TIMEOUT = 15
ASK_AGAIN = "whoever may read this account: sign in (aws sso login), then ask again"


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `refused` says why the environment must not run, `unseen` what could not be judged."""

    environment: str
    refused: list[str]
    unseen: list[str]
    entries: list[Entry]

    @property
    def status(self) -> int:
        """1 refused; 2 something is missing, or what might refuse could not be seen; 0 neither."""
        if self.refused:
            return 1
        lacks = any(entry.finding.state == "missing" for entry in self.entries)
        return 2 if lacks or self.unseen else 0


def clone(environ: Mapping[str, str] = os.environ) -> Examination:
    """This machine and this clone."""
    return Examination(environment="", refused=[], unseen=[], entries=Here(environ).entries())


def cloud(environment: Cloud, environ: Mapping[str, str], http: httpx.Client | None = None) -> Examination:
    """An environment, read with whatever rights the caller has."""
    place = Place(environment, environ)
    http = http or httpx.Client(timeout=TIMEOUT, verify=tls())
    atlas = Atlas(environment, environ, http, place.apply)
    vercel = Vercel(environ, http, place.apply)
    network, machines = Network(place), Machines(place)
    checks = network.checks() | machines.checks() | people.checks() | atlas.checks() | vercel.checks()
    refused, unseen = _refusals(place, network, atlas)
    entries = [
        Entry(section=section, box=box, finding=_looked(place, checks[name]))
        for section, boxes in CHECKLIST.items()
        for box, name in boxes.items()
    ]
    return Examination(environment=environment, refused=refused, unseen=unseen, entries=entries)


def _refusals(place: Place, network: Network, atlas: Atlas) -> tuple[list[str], list[str]]:
    """Why it must not run, and what could not be judged (an unseen door is not a closed one)."""
    refused, unseen = region_faults(place.region), []

    def judge(what: str, look: Callable[[], list[str]]) -> None:
        try:
            refused.extend(look())
        except (BotoCoreError, ClientError, httpx.HTTPError) as error:
            unseen.append(f"{what}: {str(error).splitlines()[0]}")

    if place.environment != "development":
        judge("variables", lambda: faults(place.environment, place.variables))
    judge(
        "security groups",
        lambda: [f"security group {name} lets the whole world in" for name in network.open_groups()],
    )
    if atlas.known:
        judge(
            "Atlas access list",
            lambda: [f"Atlas lets {address} in" for address in atlas.open_addresses()],
        )
    else:
        unseen.append("Atlas access list: no tokens")
    return refused, unseen


def _looked(place: Place, check: Check) -> Finding:
    """What a check found; what does not exist is missing, what may not be looked at is unknown."""
    try:
        return check()
    except ClientError as error:
        if absent(error):
            return missing(short(error), place.apply)
        return unknown(short(error), ASK_AGAIN)
    except BotoCoreError as error:
        return unknown(short(error), ASK_AGAIN)
    except httpx.HTTPError as error:
        return unknown(str(error).splitlines()[0], "whoever gave the token; look whether it is still good")
