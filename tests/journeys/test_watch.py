"""`rt watch` does a customer's job on a running platform, says when it cannot, leaves one order behind."""

import json
import os
import subprocess
import sys

import httpx
import pytest
from tests.journeys.conftest import RunningPlatform, Start

from rt.ops.actors import OPEN_SESAME
from rt.ops.watch import EMAIL, FRESH

pytestmark = pytest.mark.xdist_group("journeys")


def tried(platform: RunningPlatform, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "rt.ops.command",
        "watch",
        "--port",
        str(platform.port),
        "--once",
        "--json",
    ]
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RT_"))}
    return subprocess.run(
        command, env=bare | environment, text=True, capture_output=True, timeout=120, check=False
    )


def test_the_main_job_is_tried_again_and_again_and_leaves_little(start_platform: Start) -> None:
    platform = start_platform()
    runs = [tried(platform) for _ in range(3)]
    told = [json.loads(run.stdout) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], runs[-1].stderr
    names = ["sign_in", "create", "read", "cancel", "units"]
    assert all([step["name"] for step in one["steps"]] == names for one in told)
    assert all(one["ok"] and one["well"] for one in told)
    with httpx.Client(base_url=platform.edge, timeout=20) as client:
        tokens = client.post("/auth/login", json={"email": EMAIL, "password": OPEN_SESAME}).json()
        proof = {"authorization": f"Bearer {tokens['access_token']}"}
        orders = client.get("/api/orders", headers=proof).json()["items"]
    assert {order["state"] for order in orders} == {"cancelled"}
    assert len(orders) <= 1 + (len(runs) * 60) // FRESH.total_seconds() + 1
    assert all(order["reference"].startswith("SYNTHETIC-") for order in orders)
    wrong = tried(platform, RT_WATCH_EMAIL=EMAIL, RT_WATCH_PASSWORD="not the password")
    steps = json.loads(wrong.stdout)["steps"]
    assert (wrong.returncode, steps[0]["ok"]) == (1, False)
    assert [step["name"] for step in steps] == ["sign_in", "units"]
    platform.stop()
    away = tried(platform, RT_WATCH_EMAIL=EMAIL, RT_WATCH_PASSWORD=OPEN_SESAME)
    assert (away.returncode, json.loads(away.stdout)["ok"]) == (1, False)
    assert tried(platform).returncode == 1
