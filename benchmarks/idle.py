"""Idle memory and start-up of the platform, all in one and one process per unit, against a bare interpreter.

Run: .venv/bin/python benchmarks/idle.py; it prints the table of benchmarks/idle.md.
"""

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

READY = re.compile(r"ready in ([\d.]+) s · (\d+) MB without mongod · (\d+) of (\d+) units")
BARE = "import time; time.sleep(2)"


def bare_mb() -> float:
    """The baseline: one interpreter that does nothing."""
    process = subprocess.Popen([sys.executable, "-c", BARE])
    try:
        threading.Event().wait(1)
        told = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        return int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pss:"))) / 1024
    finally:
        process.wait()


def start(home: str, *options: str) -> tuple[float, int, int]:
    """Seconds until ready, megabytes, units built."""
    shift = random.SystemRandom().randrange(6_000, 24_400, 200)
    place = ["--port", str(8080 + shift), "--shift", str(shift), "--data", home]
    command = [sys.executable, "-m", "rt.ops.command", "up", *place, *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        for line in process.stdout or ():
            if found := READY.search(line):
                return float(found[1]), int(found[2]), int(found[3])
        raise SystemExit("the platform did not start")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def main() -> None:
    baseline = bare_mb()
    print(f"baseline: a bare interpreter, {baseline:.1f} MB\n")
    print("| how | units built | ready after (warm) | memory without mongod | times the baseline |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as home:
        start(home)
        for name, options in (("all in one", ()), ("one process per unit", ("--processes",))):
            seconds, megabytes, built = start(home, *options)
            print(f"| {name} | {built} | {seconds:.1f} s | {megabytes} MB | {megabytes / baseline:.0f} |")


if __name__ == "__main__":
    main()
