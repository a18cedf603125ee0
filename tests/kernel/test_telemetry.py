"""Logs tell what happened without telling who (S-26, S-27)."""

import io
import json

import httpx
import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.responses import PlainTextResponse

from rt.kernel import telemetry
from rt.kernel.telemetry import mask, start_logging, tracing
from rt.kernel.web import Gate


def test_personal_data_and_tokens_are_masked_wherever_they_stand() -> None:
    said = mask(
        {
            "email": "a.b@example.fr",
            "note": "écrire à jean.dupont@exemple.fr ou +33 6 12 34 56 78, jeton eyJhbGci.eyJzdWIi.c2ln",
            "deep": [{"phone": "0612345678", "key": "rtk_abc_def"}],
            "order_id": "ord_1",
        }
    )
    told = json.dumps(said)
    assert "ord_1" in told
    for secret in ("example.fr", "jean", "12 34", "0612345678", "eyJ", "rtk_abc"):
        assert secret not in told


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


async def test_a_request_is_a_span_of_the_trace_it_came_with() -> None:
    exporter = InMemorySpanExporter()
    telemetry.start_tracing("", exporter)
    try:
        gate = Gate(PlainTextResponse("ok"), "palette")
        headers = {"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-01"}
        transport = httpx.ASGITransport(gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as web:
            answer = await web.get("/x")
    finally:
        telemetry._tracer = None
    [told] = exporter.get_finished_spans()
    assert told.name == "palette"
    assert told.context is not None
    assert format(told.context.trace_id, "032x") == answer.headers["trace-id"] == "a1" * 16
