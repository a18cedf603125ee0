"""Audit lines as a spreadsheet that no cell can take over."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from rt.contracts.admin_gateway import AuditLineView

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
HEAD = (
    "seq", "at", "org_id", "actor_kind", "actor_id", "actor_name",
    "did", "entity", "entity_id", "trace", "before", "after", "hash",
)  # fmt: skip


def cell(value: object) -> str:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(lines: Iterable[AuditLineView]) -> bytes:
    """A table with a byte order mark, as French spreadsheets want it."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(HEAD)
    for line in lines:
        table.writerow([cell(one) for one in _row(line)])
    return out.getvalue().encode("utf-8-sig")


def _row(line: AuditLineView) -> Sequence[object]:
    return (
        line.seq, line.at.isoformat(), line.org_id, line.actor_kind, line.actor_id, line.actor_name,
        line.did, line.entity, line.entity_id, line.trace,
        json.dumps(line.before, ensure_ascii=False, default=str),
        json.dumps(line.after, ensure_ascii=False, default=str),
        line.hash,
    )  # fmt: skip
