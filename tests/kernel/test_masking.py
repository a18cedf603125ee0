"""No canary leaves in a log: not as a value, not nested, not in an exception's words (S-26, S-27)."""

import ast
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from rt.kernel.core.ids import new_id
from rt.kernel.core.masking import mask, personal
from rt.kernel.core.telemetry import new_trace, start_logging, tracing

SOURCES = Path(__file__).parents[2] / "src" / "rt"

CANARIES = {
    "mail": "jean.dupont@exemple.fr",
    "mail with a tag": "Jean.Dupont+camion@sous.exemple.co.uk",
    "mail in a URL": "jean.dupont%40exemple.fr",
    "French phone": "0612345678",
    "French phone with points": "06.12.34.56.78",
    "French phone with spaces": "06 12 34 56 78",
    "international phone": "+33612345678",
    "international phone with spaces": "+33 6 12 34 56 78",
    "international phone with (0)": "+33 (0)6 12 34 56 78",
    "international phone with 00": "0033612345678",
    "German phone": "+49 170 1234567",
    "plate": "AB-123-CD",
    "plate in one": "AB123CD",
    "plate with spaces": "AB 123 CD",
    "plate before 2009": "1234 ABC 75",
    "German plate": "M-XY 1234",
    "Belgian plate": "1-ABC-234",
    "Spanish plate": "1234 BCD",
    "British plate": "AB12 CDE",
    "IBAN": "FR7630006000011234567890189",
    "IBAN with spaces": "FR76 3000 6000 0112 3456 7890 189",
    "IPv4": "203.0.113.77",
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "IPv6 short": "fe80::1",
    "JWT": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl",
    "API key": "rtk_01hqxyz_s3cr3ts3cr3t",
    "link token": "dGhpc0lzQVNlY3JldExpbmtUb2tlbg",
    "AWS key": "AKIAIOSFODNN7EXAMPLE",
    "database password": "app_user:h0tel-Lima-9",
    "bearer": "Bearer abc.def-ghi",
    "token in a query": "token=abc123",
    "private key": "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ\n-----END PRIVATE KEY-----",
}
"""As they stand in free text; the part that must not be seen is the whole but for the word before it."""
SECRET_PART = {"bearer": "abc.def-ghi", "token in a query": "abc123", "private key": "MC4CAQAwBQ"}


def around(name: str) -> tuple[str, str]:
    """The canary as it is met, and what must not be seen of it."""
    canary = CANARIES[name]
    emitted = f"mongodb+srv://{canary}@cluster" if name == "database password" else canary
    return emitted, SECRET_PART.get(name, canary)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    start_logging("info", written)
    yield written
    start_logging("critical")


@pytest.mark.parametrize("name", CANARIES)
def test_no_canary_leaves_in_a_log(name: str, lines: io.StringIO) -> None:
    alone, secret = around(name)
    text = f"refusé pour {alone} (dossier ord_1)"

    class Row(msgspec.Struct):
        remark: str

    def failing() -> None:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise RuntimeError(f"while saving: {text}") from error

    log = structlog.get_logger()
    log.info("plain", said=text)
    log.info("alone", said=alone)
    log.info("path", said=f"/api/tracking/{alone}/positions")
    log.info("nested", order={"lines": [{"said": text}, (text,)], text: 1})
    log.info("objects", row=Row(remark=text), error=ValueError(text), raw=text.encode(), them={text})
    log.bind(bound=text).warning("bound")
    logging.getLogger("uvicorn.error").error("library %s", text)
    try:
        failing()
    except RuntimeError as error:
        log.error("with", exc_info=error)
        log.exception("current")
        logging.getLogger("asyncio").exception("never retrieved")
    try:
        raise ExceptionGroup("several", [ValueError(text), KeyError(text)])
    except ExceptionGroup:
        log.exception("group")
    emitted = lines.getvalue()
    assert emitted.count("\n") == 11
    assert "ord_1" in emitted
    assert secret not in emitted
    assert json.dumps(secret)[1:-1] not in emitted
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in emitted


FIELDS = {
    "name": "Dupont",
    "driver_name": "Dupont",
    "consigneeName": "Dupont",
    "last_names": "Dupont",
    "contact": {"who": "Dupont"},
    "street": "Dupont",
    "delivery_address": "Dupont",
    "vehicle_plate": "Dupont",
    "client_ip": "Dupont",
    "jwt_secret": "Dupont",
    "refreshToken": "Dupont",
    "PASSWORD": "Dupont",
    "Authorization": "Dupont",
    "set-cookie": "Dupont",
    "iban": "Dupont",
    "code": "Dupont",
    "body": "Dupont",
    "note": "Dupont",
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_personal_field_is_masked_whatever_it_holds(field: str, lines: io.StringIO) -> None:
    structlog.get_logger().info("field", deep=[{field: FIELDS[field]}], **{field: FIELDS[field]})
    assert "Dupont" not in lines.getvalue()


def test_a_name_that_an_exception_quotes_is_masked(lines: io.StringIO) -> None:
    for error in (KeyError("Jean Dupont"), ValueError('dup key: { name: "Jean Dupont" }')):
        structlog.get_logger().error("quoted", exc_info=error)
    assert "Dupont" not in lines.getvalue()


def test_what_tells_of_nobody_stays(lines: io.StringIO) -> None:
    trace = new_trace()
    kept = {
        "path": f"/api/orders/{new_id('ord')}/confirm",
        "organization": new_id("org"),
        "operation": "RequestSignatureCode",
        "topic": "core_orders.order.confirmed",
        "status": 200,
        "ms": 12.5,
        "status_code": "404",
        "release": "0.1.0+202611221453.679ccc6",
        "at": "2026-11-22T15:04:05.123456Z",
        "left": "12:30:45",
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "weight": "24000 kg, 13.6 ml",
    }
    with tracing(trace):
        structlog.get_logger().info("request", **kept)
    emitted = json.loads(lines.getvalue())
    assert {name: emitted[name] for name in kept} == kept
    assert emitted["trace"] == trace


def test_an_exception_says_where_it_happened(lines: io.StringIO) -> None:
    try:
        mask(json.loads("{"))
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)
    emitted = json.loads(lines.getvalue())
    assert "test_masking.py" in emitted["exception"]
    assert "JSONDecodeError" in emitted["exception"]


def test_long_values_are_cut() -> None:
    assert len(mask("a" * 100_000)) < 5_000
    assert len(mask(ValueError("a" * 100_000))) < 5_000


def test_what_ends_a_process_is_masked_too() -> None:
    script = (
        "from rt.kernel.core.telemetry import start_logging\nstart_logging('info')\n"
        "raise ValueError('jean.dupont@exemple.fr')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["event"] == "crashed"
    assert "exemple" not in done.stdout + done.stderr


def logged() -> Iterator[tuple[str, str]]:
    """Every field that the platform's own log lines have, with where."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
            ):
                for keyword in node.keywords:
                    yield keyword.arg or "**", f"{path.relative_to(SOURCES)}:{node.lineno}"


KNOWN = frozenset(
    {
        "unit",
        "operation",
        "method",
        "path",
        "status",
        "ms",
        "actor",
        "organization",
        "process",
        "work",
        "restarts",
    }
    | {
        "error",
        "erasure",
        "exc_info",
        "partition",
        "topic",
        "watch",
        "event_id",
        "timer",
        "job",
        "message_id",
        "provider",
        "reason",
    }
    | {"migration", "phase", "what", "document_id", "said", "collection", "documents"}
)
"""Ids, kinds and figures. A new field of a log line is thought about here before it is written there."""


def test_our_log_lines_name_nobody() -> None:
    found = dict(logged())
    assert len(found) > 10
    assert {name: where for name, where in found.items() if name not in KNOWN} == {}
    assert not any(personal(name) for name in KNOWN)
