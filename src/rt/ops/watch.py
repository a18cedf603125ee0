"""The main job, tried every minute as a customer would: sign in, order a transport, read it, call it off."""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from rt.host.topology import DOMAIN
from rt.kernel.core.tls import tls
from rt.ops.actors import OPEN_SESAME, Refused, Stage

SECONDS = 10.0
"""How long one answer may take before the job counts as failed."""
FRESH = timedelta(minutes=10)
"""A new order is made this often, 144 a day; in between the latest one is met again by its key."""
REGION = "eu-west-3"
NAMESPACE = "RT/Watch"
ENVIRONMENTS = {"production": f"https://api.{DOMAIN}", "staging": f"https://api-staging.{DOMAIN}"}
ORGANIZATION = {"name": "RT-Technologie, surveillance", "kind": "shipper"}
EMAIL = "surveillance@rt-technologie.example"
"""Of the account that development makes for itself."""


class Step(msgspec.Struct, kw_only=True):
    """One thing that a customer does, how long it took, and what was wrong with it."""

    name: str
    ok: bool
    ms: int
    fault: str = ""


class Run(msgspec.Struct, kw_only=True):
    """One try. `ok`: the main job works; `well`: every unit that is built is up too."""

    at: datetime
    platform: str
    ok: bool
    well: bool
    seconds: float
    steps: list[Step]

    def line(self) -> str:
        did = " ".join(f"{step.name}={step.ms}ms" for step in self.steps if step.ok)
        wrong = "; ".join(f"{step.name}: {step.fault}" for step in self.steps if not step.ok)
        verdict = "ok" if self.ok and self.well else ("unwell" if self.ok else "FAILED")
        told = f"{self.at:%Y-%m-%dT%H:%M:%SZ} {verdict} {self.seconds:.2f}s {did}"
        return f"{told} | {wrong}" if wrong else told


class NotAsExpected(Exception):
    """An answer that came and is wrong."""


class Customer:
    """The synthetic shipper, over public HTTP alone."""

    def __init__(self, platform: str, email: str, password: str) -> None:
        self._http = httpx.Client(
            base_url=platform, timeout=SECONDS, verify=tls(), headers={"accept-language": "en"}
        )
        self._email = email
        self._password = password
        self._read_at = 0
        self._gone = False

    def run(self) -> Run:
        """Do the job once; after the first fault only the platform's own word on its units is asked for."""
        at, began = datetime.now(UTC), time.monotonic()
        order = _order(at)
        jobs: list[tuple[str, Callable[[], None]]] = [
            ("sign_in", self._sign_in),
            ("create", lambda: self._create(order)),
            ("read", lambda: self._read(order)),
            ("cancel", self._cancel),
        ]
        steps: list[Step] = []
        for name, job in jobs:
            steps.append(_timed(name, job))
            if not steps[-1].ok:
                break
        seconds = time.monotonic() - began
        units = _timed("units", self._units)
        return Run(
            at=at,
            platform=str(self._http.base_url).rstrip("/"),
            ok=len(steps) == len(jobs) and steps[-1].ok,
            well=units.ok,
            seconds=round(seconds, 3),
            steps=[*steps, units],
        )

    def close(self) -> None:
        self._http.close()

    def _sign_in(self) -> None:
        self._http.headers.pop("authorization", None)
        tokens = self._say("POST", "/auth/login", {"email": self._email, "password": self._password})
        self._http.headers["authorization"] = f"Bearer {tokens['access_token']}"

    def _create(self, order: Mapping[str, Any]) -> None:
        self._made = self._say("POST", "/api/orders", order, key=str(order["reference"]))["order_id"]

    def _read(self, order: Mapping[str, Any]) -> None:
        found = self._say("GET", f"/api/orders/{self._made}")
        if found["reference"] != order["reference"] or found["state"] not in ("draft", "cancelled"):
            raise NotAsExpected(f"order {self._made} is {found['reference']}, {found['state']}")
        self._read_at = found["version"]
        self._gone = found["state"] == "cancelled"

    def _cancel(self) -> None:
        if self._gone:
            return
        body = {"version": self._read_at, "reason": "Commande de surveillance, sans transport"}
        found = self._say("POST", f"/api/orders/{self._made}/cancel", body, key=f"cancel-{self._made}")
        if found["state"] != "cancelled":
            raise NotAsExpected(f"order {self._made} is {found['state']} after it was called off")

    def _units(self) -> None:
        status = self._say("GET", "/admin/status")
        down = [unit["name"] for unit in status["units"] if unit["state"] == "down"]
        if down:
            raise NotAsExpected(f"down: {', '.join(down)}")

    def _say(self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Any:
        headers = {"idempotency-key": hashlib.sha256(f"rt watch {key}".encode()).hexdigest()} if key else {}
        response = self._http.request(method, path, json=body, headers=headers)
        if response.status_code >= 400:
            raise NotAsExpected(f"{method} {path} answered {response.status_code} {_code(response)}".rstrip())
        return response.json()


def customer(platform: str) -> Customer:
    """Who tries it: the account named in the environment; a platform of development opens one itself."""
    email, password = os.environ.get("RT_WATCH_EMAIL", ""), os.environ.get("RT_WATCH_PASSWORD", "")
    if email and password:
        return Customer(platform, email, password)
    if os.environ.get("RT_ENV", "development") != "development" or platform in ENVIRONMENTS.values():
        raise LookupError("RT_WATCH_EMAIL and RT_WATCH_PASSWORD name the account that tries the main job")
    try:
        httpx.get(f"{platform}/admin/status", timeout=SECONDS)
        Stage(platform, "watch").register(ORGANIZATION, EMAIL, "Surveillance")
    except (Refused, httpx.HTTPError) as error:
        raise LookupError(f"no account could be opened at {platform}: {error}") from error
    return Customer(platform, EMAIL, OPEN_SESAME)


def environment_of(environment: str, port: int) -> str:
    """Where the platform answers: a named environment, what PUBLIC_API_URL says, or a port of this
    machine."""
    if environment and environment not in ENVIRONMENTS:
        raise LookupError(f"no environment “{environment}”; known: {', '.join(ENVIRONMENTS)}")
    if environment:
        return ENVIRONMENTS[environment]
    if port:
        return f"http://127.0.0.1:{port}"
    return os.environ.get("PUBLIC_API_URL", "http://127.0.0.1:8080").rstrip("/")


def watch(environment: str, port: int, *, once: bool, as_json: bool, every: float) -> int:
    """Try it now, and again every so many seconds; one line for each try. The exit code of the last."""
    try:
        who = customer(environment_of(environment, port))
    except LookupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        while True:
            began = time.monotonic()
            run = who.run()
            sys.stdout.write((msgspec.json.encode(run).decode() if as_json else run.line()) + "\n")
            sys.stdout.flush()
            if counted():
                count(run)
            if once:
                return 0 if run.ok and run.well else 1
            time.sleep(max(0.0, every - (time.monotonic() - began)))
    finally:
        who.close()


def counted() -> bool:
    """Whether CloudWatch is told: on a machine of production, or where AWS credentials are given."""
    named = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    return os.environ.get("RT_METRICS") == "emf" or any(os.environ.get(name) for name in named)


def count(run: Run) -> None:
    """MainJobOk and MainJobSeconds, from which the alarm `main-job` is made; a fault here is only said."""
    import boto3  # imported here: most commands never need it
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        cloudwatch = boto3.client("cloudwatch", region_name=os.environ.get("AWS_REGION", REGION))
        cloudwatch.put_metric_data(
            Namespace=NAMESPACE,
            MetricData=[
                {"MetricName": "MainJobOk", "Timestamp": run.at, "Value": float(run.ok), "Unit": "None"},
                {
                    "MetricName": "MainJobSeconds",
                    "Timestamp": run.at,
                    "Value": run.seconds,
                    "Unit": "Seconds",
                },
            ],
        )
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"CloudWatch was not told: {error}\n")


def _timed(name: str, job: Callable[[], None]) -> Step:
    began = time.monotonic()
    try:
        job()
        fault = ""
    except (NotAsExpected, httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        fault = str(error) or type(error).__name__
    return Step(name=name, ok=not fault, ms=round((time.monotonic() - began) * 1000), fault=fault)


def _order(at: datetime) -> dict[str, Any]:
    """The order of these ten minutes: plainly marked, and too small to be taken for a real one."""
    turn = datetime.fromtimestamp(at.timestamp() // FRESH.total_seconds() * FRESH.total_seconds(), UTC)
    day = (turn + timedelta(days=30)).replace(hour=8, minute=0)
    places = (("pickup", "Rungis", "94150"), ("delivery", "Lyon", "69007"))
    return {
        "reference": f"SYNTHETIC-{turn:%Y%m%d%H%M}",
        "stops": [
            {
                "kind": kind,
                "site": {
                    "name": "Surveillance RT-Technologie",
                    "address": {"street": "1 rue du Test", "postal_code": postal_code, "city": city},
                },
                "from_at": (day + timedelta(hours=8 * nth)).isoformat(),
                "until_at": (day + timedelta(hours=8 * nth + 2)).isoformat(),
            }
            for nth, (kind, city, postal_code) in enumerate(places)
        ],
        "goods": [
            {"description": "Test", "quantity": 1, "package_code": "PX", "pallets": 1, "weight_kg": 1.0}
        ],
    }


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
