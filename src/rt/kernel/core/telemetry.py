"""What the platform says of itself: JSON lines with personal data masked, metrics, traces."""

import atexit
import json
import logging
import secrets
import sys
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from prometheus_client import Counter, Gauge, Histogram

from rt.kernel.core.masking import explained, mask
from rt.kernel.core.tenancy import NoOrganization, current_org

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

REQUESTS = Counter("rt_requests_total", "Requests answered", ["unit", "operation", "status"])
DURATIONS = Histogram(
    "rt_request_seconds",
    "Time to answer",
    ["unit", "operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HANDLED = Counter("rt_events_handled_total", "Events handled, their effect done", ["unit", "topic"])
PARKED = Counter("rt_events_parked_total", "Events put aside after a failure", ["unit", "topic"])

BEHIND = Gauge("rt_events_behind", "Events of the log that a unit has still to handle", ["unit"])

NAMESPACE = "RT/Backend"
MOST_VALUES = 100
"""Values of one metric in one line of CloudWatch's embedded metric format."""

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
def span(name: str, trace: str) -> Iterator[Callable[[str, str], None]]:
    """One step of a trace, told to the collector when there is one; what it gives sets an attribute of it."""
    if _tracer is None:
        yield lambda name, value: None
        return
    from opentelemetry import trace as otel

    parent = otel.SpanContext(
        int(trace, 16), secrets.randbits(63) + 1, is_remote=True, trace_flags=otel.TraceFlags(1)
    )
    context = otel.set_span_in_context(otel.NonRecordingSpan(parent))
    with _tracer.start_as_current_span(name, context=context) as step:
        yield step.set_attribute


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    raised = event.pop("exc_info", None)
    told: MutableMapping[str, Any] = mask(event)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        told["exception"] = explained(error)
    return told


def _where(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace := _trace.get():
        event["trace"] = trace
    with suppress(NoOrganization):
        event["org"] = current_org()
    return event


def start_logging(level: str = "info", lines: TextIO | None = None) -> None:
    """Write one JSON line per event, to standard output unless told otherwise.

    What libraries log comes out the same way, and so does what ends the process: nothing goes round the mask.
    """
    structlog.configure(
        processors=[
            _masked,
            _where,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(lines or sys.stdout),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _FromLibraries)]:
        root.removeHandler(handler)
    root.addHandler(_FromLibraries(logging.WARNING))
    sys.excepthook = _crashed


class _FromLibraries(logging.Handler):
    """What is told to Python's own logging."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        structlog.get_logger().log(
            record.levelno, "library", of=record.name, said=said, exc_info=record.exc_info
        )


def _crashed(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        structlog.get_logger().critical("crashed", exc_info=error)


class Meter:
    """What some units did since they were last asked, in CloudWatch's embedded metric format.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """

    def __init__(self, units: Sequence[str]) -> None:
        self._units = units
        self._before = _counted()

    def lines(self, moment: float) -> list[str]:
        """One line per unit, with the time in seconds since 1970; an idle unit says zero."""
        counted = _counted()
        since = counted.copy()
        since.subtract(self._before)  # unlike `-` it keeps what is zero: the edges of empty buckets
        self._before = counted
        return [self._line(unit, since, moment) for unit in self._units]

    def _line(self, unit: str, since: "Tally[Measure]", moment: float) -> str:
        values: dict[str, float | list[float]] = {
            "Requests": since[unit, "requests", 0],
            "ServerErrors": since[unit, "errors", 0],
            "EventsParked": since[unit, "parked", 0],
            "EventsBehind": _behind(unit),
        }
        below = {edge: n for (of, what, edge), n in since.items() if of == unit and what == "below"}
        if durations := _spread(below):
            values["Duration"] = durations
        units = {"Duration": "Milliseconds"}
        metrics = [{"Name": name, "Unit": units.get(name, "Count")} for name in values]
        told = {"Namespace": NAMESPACE, "Dimensions": [["Unit"]], "Metrics": metrics}
        head = {"Timestamp": int(moment * 1000), "CloudWatchMetrics": [told]}
        return json.dumps({"_aws": head, "Unit": unit, **values})


def _behind(unit: str) -> float:
    """Events that a unit has still to handle, as it last looked."""
    samples = [sample for metric in BEHIND.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.labels.get("unit") == unit)


Measure = tuple[str, str, float]
"""Unit, what was counted, and for durations the upper edge of the bucket in seconds."""


def _counted() -> "Tally[Measure]":
    tally: Tally[Measure] = Tally()
    for metric in (*REQUESTS.collect(), *PARKED.collect(), *DURATIONS.collect()):
        for sample in metric.samples:
            unit, amount = sample.labels.get("unit", "").replace("-", "_"), int(sample.value)
            if sample.name == "rt_requests_total":
                tally[unit, "requests", 0] += amount
                tally[unit, "errors", 0] += amount if sample.labels["status"] >= "500" else 0
            elif sample.name == "rt_events_parked_total":
                tally[unit, "parked", 0] += amount
            elif sample.name == "rt_request_seconds_bucket":
                tally[unit, "below", float(sample.labels["le"])] += amount
    return tally


def _spread(below: Mapping[float, int]) -> list[float]:
    """Durations in milliseconds as a histogram knows them: evenly between the edges of each bucket."""
    edges = sorted(edge for edge in below if edge != float("inf"))
    total = max(below.values(), default=0)
    some = min(total, MOST_VALUES)
    found = []
    for nth in range(some):
        rank = (nth + 0.5) * total / some
        low, fewer = 0.0, 0
        for edge in edges:
            if below[edge] >= rank:
                low += (edge - low) * (rank - fewer) / (below[edge] - fewer)
                break
            low, fewer = edge, below[edge]
        found.append(round(low * 1000, 1))
    return found


def start_metrics(units: Sequence[str], lines: TextIO | None = None, every: float = 60) -> None:
    """Write what these units did once a minute, and what is left when the process ends."""
    meter, never = Meter(units), threading.Event()
    out = structlog.PrintLogger(lines or sys.stdout)

    def tell() -> None:
        for line in meter.lines(time.time()):
            out.msg(line)

    def turn() -> None:
        while not never.wait(every):
            tell()

    thread = threading.Thread(target=turn, name="metrics", daemon=True)

    def end() -> None:
        never.set()
        thread.join()  # or what it has taken up and not written yet would be lost
        tell()

    thread.start()
    atexit.register(end)


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
