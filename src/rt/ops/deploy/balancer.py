"""HAProxy in the load balancer's place for a fleet on this machine: the same paths, checks and draining."""

import csv
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from rt.host.topology import HEALTH_CHECK, UNITS
from rt.ops.deploy.rolling import Failed, Traffic

LONGEST_SOCKET = 100
"""Bytes that Linux takes for the path of a socket, less what HAProxy adds while it starts."""
CHECK_SECONDS = 1
"""HEALTH_CHECK.interval is for machines far apart; here a look costs nothing."""


def program() -> str:
    """Where HAProxy is."""
    found = os.environ.get("HAPROXY") or shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if not found:
        raise Failed("HAProxy is missing: sudo apt-get install haproxy, or name it in HAPROXY")
    return found


def configuration(edge: int, machines: Mapping[str, int], control: Path) -> str:
    """One backend per unit of the topology, one server per machine (by the shift of its ports).

    Nothing the cloud's load balancer lacks: no second try on another machine, active checks alone.
    """
    rules = [
        f"  use_backend {row.name} if {{ path {row.path} }} or {{ path_beg {row.path}/ }}" for row in UNITS
    ]
    backends = [
        "\n".join(
            (
                f"backend {row.name}",
                f"  option httpchk GET {HEALTH_CHECK.path}",
                "  http-check expect status 200",
                *(f"  server {name} 127.0.0.1:{row.port + shift} check" for name, shift in machines.items()),
            )
        )
        for row in UNITS
    ]
    head = f"""global
  stats socket {control} mode 600 level admin
  maxconn 4000
  nbthread 1

defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check {HEALTH_CHECK.timeout}s
  retries 0
  option forwardfor
  http-reuse safe
  default-server inter {CHECK_SECONDS}s rise {HEALTH_CHECK.healthy} fall {HEALTH_CHECK.unhealthy}

frontend public
  bind 127.0.0.1:{edge}
"""
    nowhere = "  default_backend nowhere\n\nbackend nowhere\n  http-request return status 404\n"
    return head + "\n".join((*rules, nowhere, *backends)) + "\n"


class Balancer:
    """A running HAProxy, spoken to through its runtime socket."""

    def __init__(self, home: Path) -> None:
        self.control = home / "haproxy.sock"
        self._settings = home / "haproxy.cfg"

    def start(self, edge: int, machines: Mapping[str, int]) -> "subprocess.Popen[bytes]":
        if len(str(self.control).encode()) > LONGEST_SOCKET:
            raise Failed(f"the path {self.control} is too long for a socket: choose another --data")
        self._settings.write_text(configuration(edge, machines, self.control))
        return subprocess.Popen([program(), "-W", "-db", "-q", "-f", str(self._settings)])

    def state(self, machine: str, state: str) -> None:
        """Set a machine `ready` or to `drain` in every backend."""
        orders = [f"set server {row.name}/{machine} state {state}" for row in UNITS]
        if said := self._tell(orders).strip():
            raise Failed(f"HAProxy: {said}")

    def spared(self, machine: str) -> list[str]:
        """The units of a machine that get no requests."""
        return [row["pxname"] for row in self._servers(machine) if not row["status"].startswith("UP")]

    def busy(self, machine: str) -> list[str]:
        """The units of a machine with requests under way."""
        return [row["pxname"] for row in self._servers(machine) if int(row["scur"] or 0)]

    def counted(self, machine: str) -> dict[str, Traffic]:
        """Answers and 5xx per unit of a machine since HAProxy started."""
        found = {}
        for row in self._servers(machine):
            answers = sum(int(row[f"hrsp_{kind}"] or 0) for kind in ("1xx", "2xx", "3xx", "4xx", "5xx"))
            broken = int(row["econ"] or 0) + int(row["eresp"] or 0)
            found[row["pxname"]] = Traffic(answers + broken, int(row["hrsp_5xx"] or 0) + broken)
        return found

    def _servers(self, machine: str) -> list[dict[str, str]]:
        table = self._tell(["show stat -1 4 -1"]).lstrip("# ")
        rows = [row for row in csv.DictReader(table.splitlines()) if row["svname"] == machine]
        if len(rows) != len(UNITS):
            raise Failed(f"HAProxy knows {len(rows)} units of machine {machine} instead of {len(UNITS)}")
        return rows

    def _tell(self, orders: Sequence[str]) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as wire:
                wire.settimeout(5)
                wire.connect(str(self.control))
                wire.sendall(";".join(orders).encode() + b"\n")
                answer = b""
                while chunk := wire.recv(65536):
                    answer += chunk
        except OSError as error:
            raise Failed(f"HAProxy does not answer: is the fleet up? ({error})") from error
        return answer.decode()
