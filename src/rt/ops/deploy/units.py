"""The units of one machine, each in a process of its own forked from one that has imported everything."""

import importlib
import signal
import time
from collections.abc import Coroutine
from pathlib import Path

from rt.host import serving
from rt.host.keys import UnitKeys
from rt.host.serving import Place, Supervisor
from rt.host.topology import UNITS
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import start_logging


def run_units(settings: Settings, keys: UnitKeys, place: Place, notes: Path) -> None:
    """Run all units until SIGTERM: shared pages make 17 processes cost what five would."""
    start_logging(settings.log_level)
    for row in UNITS:
        if row.built:
            importlib.import_module(f"rt.services.{row.package}.app")

    def unit(name: str) -> Coroutine[None, None, None]:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until the unit itself listens to it
        return serving.one_unit(settings, settings.mongodb_uri, keys, place, name)

    supervisor = Supervisor(unit, [row.package for row in UNITS], notes, place)
    stop = False

    def asked(*_: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    supervisor.start()
    try:
        while not stop:
            supervisor.tend()
            time.sleep(0.1)
    finally:
        supervisor.stop()
