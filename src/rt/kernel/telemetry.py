"""What the house says of itself: JSON logs with masked personal data, metrics, traces."""

import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from prometheus_client import Counter, Histogram

from rt.kernel.tenancy import NoOrganization, current_org

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

REQUESTS = Counter("rt_requests_total", "Requests answered", ["unit", "word", "status"])
DURATIONS = Histogram(
    "rt_request_seconds",
    "Time to answer",
    ["unit", "word"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HEARD = Counter("rt_events_heard_total", "Events heard with their effect done", ["unit", "topic"])
PARKED = Counter("rt_events_parked_total", "Events put aside after a failure", ["unit", "topic"])

PERSONAL = frozenset(
    {"email", "phone", "name", "first_name", "last_name", "street", "plate", "authorization", "cookie"}
    | {"password", "token", "code", "secret", "body", "ip", "address", "contact"}
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
PHONE = re.compile(r"(?<![\w-])(?:\+\d{2}[ .-]?|0)[1-9](?:[ .-]?\d{2}){4}\b")
BEARER = re.compile(r"\b(?:eyJ[\w-]+\.[\w-]+\.[\w-]*|rtk_\w+)")

_trace: ContextVar[str] = ContextVar("trace", default="")
_tracer: "Tracer | None" = None


def current_trace() -> str:
    """The trace id (32 hexadecimal digits, W3C Trace Context) of what is going on, or ""."""
    return _trace.get()


def new_trace() -> str:
    return secrets.token_hex(16)


@contextmanager
def tracing(trace: str) -> Iterator[None]:
    token = _trace.set(trace)
    try:
        yield
    finally:
        _trace.reset(token)


def start_tracing(endpoint: str, exporter: "SpanExporter | None" = None) -> None:
    """Send spans to an OpenTelemetry collector (OTLP over HTTP); without endpoint nothing is imported."""
    global _tracer
    if not endpoint and exporter is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "rt"}))
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        address = endpoint.rstrip("/") + "/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    _tracer = provider.get_tracer("rt")


@contextmanager
def span(name: str, trace: str, **attributes: str) -> Iterator[None]:
    """One step of a trace, told to the collector when there is one."""
    if _tracer is None:
        yield
        return
    from opentelemetry import trace as otel

    parent = otel.SpanContext(
        int(trace, 16), secrets.randbits(63) + 1, is_remote=True, trace_flags=otel.TraceFlags(1)
    )
    context = otel.set_span_in_context(otel.NonRecordingSpan(parent))
    with _tracer.start_as_current_span(name, context=context, attributes=attributes):
        yield


def mask(value: Any) -> Any:
    """The same value with mail addresses, phone numbers and tokens made unreadable."""
    if isinstance(value, str):
        return BEARER.sub("***", PHONE.sub("***", EMAIL.sub("***", value)))
    if isinstance(value, dict):
        return {key: "***" if key in PERSONAL else mask(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(inner) for inner in value]
    return value


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: "***" if key in PERSONAL else mask(value) for key, value in event.items()}


def _where(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace := _trace.get():
        event["trace"] = trace
    with suppress(NoOrganization):
        event["org"] = current_org()
    return event


def start_logging(level: str = "info", lines: TextIO | None = None) -> None:
    """Write one JSON line per event, to standard output unless told otherwise."""
    structlog.configure(
        processors=[
            _where,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masked,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(lines or sys.stdout),
        cache_logger_on_first_use=True,
    )


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
