"""Audit lines as a spreadsheet that no cell can take over."""

import json
from collections.abc import Iterable, Sequence

from rt.contracts.admin_gateway import AuditLineView
from rt.trade.spreadsheets import Cell, csv_file

HEAD = (
    "partition", "seq", "at", "org_id", "actor_kind", "actor_id", "actor_name",
    "did", "entity", "entity_id", "trace", "before", "after", "hash",
)  # fmt: skip


def as_csv(lines: Iterable[AuditLineView]) -> bytes:
    return csv_file(HEAD, map(_row, lines))


def _row(line: AuditLineView) -> Sequence[Cell]:
    return (
        line.partition, line.seq, line.at.isoformat(),
        line.org_id, line.actor_kind, line.actor_id, line.actor_name,
        line.did, line.entity, line.entity_id, line.trace,
        json.dumps(line.before, ensure_ascii=False, default=str),
        json.dumps(line.after, ensure_ascii=False, default=str),
        line.hash,
    )  # fmt: skip
