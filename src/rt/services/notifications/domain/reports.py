"""Reports of mail providers: proved to be theirs, read for the addresses that no longer take mail."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.core.errors import Unauthorized

WINDOW = timedelta(seconds=300)


class ReportRefused(Unauthorized):
    fr = "Ce rapport n'est pas signé comme il le faut."
    en = "This report is not signed as it must be."


class MailgunSignature(msgspec.Struct, frozen=True):
    """Mailgun's proof: HMAC-SHA256 over timestamp and token with the webhook signing key."""

    timestamp: str
    token: str
    signature: str


class MailgunReport(msgspec.Struct, frozen=True):
    """A report as Mailgun posts it."""

    signature: MailgunSignature
    event: Mapping[str, Any] = msgspec.field(name="event-data", default_factory=dict)


class Report(msgspec.Struct, frozen=True):
    """What a report says: which message, which address; `reason` is empty when nothing is wrong."""

    report_id: str
    receipt: str
    address: str
    reason: str


def read_mailgun(body: bytes, key: str, moment: datetime) -> Report:
    """The report, or ReportRefused: unsigned, altered, or more than five minutes off."""
    try:
        given = msgspec.json.decode(body, type=MailgunReport)
        stamp = datetime.fromtimestamp(int(given.signature.timestamp), UTC)
    except (msgspec.DecodeError, ValueError, OverflowError):
        raise ReportRefused from None
    signed = f"{given.signature.timestamp}{given.signature.token}".encode()
    proof = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    if not key or not hmac.compare_digest(proof.encode(), given.signature.signature.encode()):
        raise ReportRefused
    if abs(moment - stamp) > WINDOW:
        raise ReportRefused
    event = given.event
    kind, severity = str(event.get("event", "")), str(event.get("severity", ""))
    lost = (kind == "failed" and severity == "permanent") or kind == "complained"
    headers = (event.get("message") or {}).get("headers") or {}
    return Report(
        report_id=given.signature.token,
        receipt=str(headers.get("message-id", "")),
        address=str(event.get("recipient", "")),
        reason=str(event.get("reason") or kind) if lost else "",
    )
