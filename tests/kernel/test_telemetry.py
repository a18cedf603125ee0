"""Logs tell what happened without telling who (S-26, S-27)."""

import io
import json
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from rt.kernel.core import telemetry
from rt.kernel.core.masking import mask
from rt.kernel.core.telemetry import (
    BEHIND,
    DURATIONS,
    MOST_VALUES,
    PARKED,
    REQUESTS,
    Meter,
    start_logging,
    tracing,
)
from rt.kernel.web.middleware import RequestMiddleware


def test_personal_data_and_tokens_are_masked_wherever_they_stand() -> None:
    said = mask(
        {
            "email": "a.b@example.fr",
            "note": "écrire à jean.dupont@exemple.fr ou +33 6 12 34 56 78, jeton eyJhbGci.eyJzdWIi.c2ln",
            "deep": [{"phone": "0612345678", "key": "rtk_abc_def"}],
            "order_id": "ord_1",
        }
    )
    emitted = json.dumps(said)
    assert "ord_1" in emitted
    for secret in ("example.fr", "jean", "12 34", "0612345678", "eyJ", "rtk_abc"):
        assert secret not in emitted


def test_one_event_is_one_json_line_with_its_trace() -> None:
    lines = io.StringIO()
    try:
        start_logging("info", lines)
        with tracing("f" * 32):
            structlog.get_logger().info("heard", text="ligne 1\r\nligne 2\x1b[31m\u202e")
    finally:
        start_logging("critical")
    [line] = lines.getvalue().splitlines()
    assert json.loads(line)["trace"] == "f" * 32


async def test_what_a_path_opens_stands_in_no_log_and_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that looks like a message would pass the mask over every value."""
    exporter, lines = InMemorySpanExporter(), io.StringIO()

    async def fail(request: Request) -> Response:
        raise ValueError("something else")

    routes = [Route("/follow/{share_id}/{order_id}", fail), Route("/l/{token}/{order_id}", fail)]
    telemetry.start_tracing("", exporter)
    try:
        start_logging("info", lines)
        monkeypatch.setattr("rt.kernel.web.middleware.log", structlog.get_logger())
        transport = httpx.ASGITransport(RequestMiddleware(Router(routes), "palette"))
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as web:
            for way in ("/follow/opensesame/ord_1", "/l/opensesame/ord_1"):
                assert (await web.get(way)).status_code == 500
    finally:
        start_logging("critical")
        telemetry._tracer = None
    said = lines.getvalue()
    assert said.count('"path": "/follow/***/ord_1"') == said.count('"path": "/l/***/ord_1"') == 2
    assert "opensesame" not in said
    spans = exporter.get_finished_spans()
    assert [dict(one.attributes or {})["path"] for one in spans] == ["/follow/***/ord_1", "/l/***/ord_1"]


async def test_a_request_is_a_span_of_the_trace_it_came_with() -> None:
    exporter = InMemorySpanExporter()
    telemetry.start_tracing("", exporter)
    try:
        gate = RequestMiddleware(PlainTextResponse("ok"), "palette")
        headers = {"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-01"}
        transport = httpx.ASGITransport(gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as web:
            answer = await web.get("/x")
    finally:
        telemetry._tracer = None
    [emitted] = exporter.get_finished_spans()
    assert emitted.name == "palette"
    assert emitted.context is not None
    assert format(emitted.context.trace_id, "032x") == answer.headers["trace-id"] == "a1" * 16


BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def test_a_minute_of_a_unit_is_one_line_that_cloudwatch_reads() -> None:
    REQUESTS.labels("metered", "before", "200").inc(5)
    meter = Meter(["metered", "idle", "two_words"])
    for status, times in (("200", 7), ("404", 2), ("500", 1), ("503", 2)):
        REQUESTS.labels("metered", "find", status).inc(times)
    REQUESTS.labels("other", "find", "500").inc()
    REQUESTS.labels("two-words", "find", "500").inc()
    PARKED.labels("metered", "a.b.c").inc(3)
    BEHIND.labels("metered").set(9)
    DURATIONS.labels("metered", "find").observe(0.03)
    [busy, idle, dashed] = [json.loads(line) for line in meter.lines(1_795_000_000.5)]
    assert busy["_aws"]["Timestamp"] == 1_795_000_000_500
    [emitted] = busy["_aws"]["CloudWatchMetrics"]
    assert (emitted["Namespace"], emitted["Dimensions"], busy["Unit"]) == (
        "RT/Backend",
        [["Unit"]],
        "metered",
    )
    assert [metric["Name"] for metric in emitted["Metrics"]] == [
        "Requests",
        "ServerErrors",
        "EventsParked",
        "EventsBehind",
        "Duration",
    ]
    assert (busy["Requests"], busy["ServerErrors"], busy["EventsParked"]) == (12, 3, 3)
    assert all(25 <= value <= 50 for value in busy["Duration"])
    assert (busy["EventsBehind"], idle["EventsBehind"]) == (9, 0)
    assert (idle["Requests"], idle["ServerErrors"], idle["EventsParked"]) == (0, 0, 0)
    assert "Duration" not in idle
    assert (dashed["Unit"], dashed["ServerErrors"]) == ("two_words", 1)
    again = json.loads(meter.lines(1_795_000_060)[0])
    assert (again["Requests"], "Duration" in again) == (0, False)


@given(st.lists(st.sampled_from((*BUCKETS, 20.0)), min_size=1, max_size=300))
def test_durations_keep_their_buckets(seconds: list[float]) -> None:
    """At most a hundred values stand for all, in order; each bucket has as many as it had, or its share."""
    meter = Meter(["timed"])
    for each in seconds:
        DURATIONS.labels("timed", "find").observe(each)
    emitted = json.loads(meter.lines(0)[0])["Duration"]
    assert len(emitted) == min(len(seconds), MOST_VALUES)
    assert all(a <= b for a, b in pairwise(emitted))

    def bucket(value: float) -> float:
        return next((edge for edge in BUCKETS if value <= edge), BUCKETS[-1])

    wanted = Counter(bucket(each) for each in seconds)
    found = Counter(bucket(value / 1000) for value in emitted)
    for edge in BUCKETS:
        assert abs(found[edge] - wanted[edge] * len(emitted) / len(seconds)) <= 1


def test_a_unit_writes_its_metrics_among_its_log_lines() -> None:
    """Each minute, here each hundredth of a second, and once more at the end."""
    script = (
        "import structlog, threading\n"
        "from rt.kernel.core.telemetry import REQUESTS, start_logging, start_metrics\n"
        "start_logging('info'); start_metrics(['palette'], every=0.01)\n"
        "for n in range(300):\n"
        "    REQUESTS.labels('palette', 'find', '200').inc(); structlog.get_logger().info('request', n=n)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    metered = [line for line in lines if "_aws" in line]
    assert len(lines) - len(metered) == 300
    assert sum(line["Requests"] for line in metered) == 300
