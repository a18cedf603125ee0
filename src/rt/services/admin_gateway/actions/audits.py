"""The audit trail: written from the event log, read, exported, verified, vouched for outside."""

from datetime import datetime
from typing import Any

from rt.contracts.admin_gateway import (
    AuditLineView,
    AuditPage,
    ExportAudit,
    FindAudit,
    VerificationView,
    VerifyAudit,
)
from rt.kernel.audit import Line, Trail
from rt.kernel.clock import now, today
from rt.kernel.files import Files
from rt.kernel.messages import Download
from rt.kernel.tenancy import acting_for
from rt.services.admin_gateway.domain.checkpoint import CheckpointForged, Seal, checkpoint_name
from rt.services.admin_gateway.domain.masking import masked
from rt.services.admin_gateway.domain.table import as_csv

EXPORT_LIMIT = 50_000
FOLDER = "audit"
READ_BACK = 20
"""How many of the newest checkpoints are held against the trail: each vouches for all lines before it."""
CHECKPOINT_SECONDS = 300


class Audits:
    """One chain over all organizations, and its checkpoints beside the database."""

    def __init__(self, trail: Trail, files: Files, seal: Seal) -> None:
        self._trail = trail
        self._files = files
        self._seal = seal

    async def find(self, asked: FindAudit) -> AuditPage:
        lines = await self._trail.lines(_where(asked), asked.before_seq, asked.limit)
        following = lines[-1].seq if len(lines) == asked.limit else None
        return AuditPage(items=[_line(line) for line in lines], next_seq=following)

    async def export(self, asked: ExportAudit) -> Download:
        lines = await self._trail.lines(_where(asked), limit=EXPORT_LIMIT)
        content = as_csv(_line(line) for line in lines)
        name = f"audit-{today().isoformat()}.csv"
        return Download(content=content, media_type="text/csv", filename=name)

    async def verify(self, asked: VerifyAudit) -> VerificationView:
        """The chain from its first line on, then against the checkpoints."""
        broken_at = await self._trail.verify()
        vouched, wrong_at = await self._against_checkpoints()
        wrong = [seq for seq in (broken_at, wrong_at) if seq is not None]
        newest = await self._trail.lines({}, limit=1)
        return VerificationView(
            intact=not wrong,
            lines=newest[0].seq if newest else 0,
            broken_at=min(wrong, default=None),
            checkpoint_seq=vouched,
        )

    async def checkpoint(self) -> None:
        """Sign the newest line into a file of its own; nothing when it has one already."""
        newest = await self._trail.lines({}, limit=1)
        if not newest:
            return
        line = newest[0]
        with acting_for(FOLDER):
            keys = await self._files.keys("documents", FOLDER)
            name = checkpoint_name(line.seq)
            if any(name in key for key in keys[-1:]):
                return
            content = self._seal.seal(line.seq, line.hash, now())
            await self._files.put("documents", content, "application/octet-stream", name)

    async def _against_checkpoints(self) -> tuple[int, int | None]:
        """The newest line vouched for, and the first that is not what was vouched for."""
        vouched, wrong_at = 0, None
        for key in (await self._files.keys("documents", FOLDER))[-READ_BACK:]:
            seq = int(key.rpartition("_")[2].partition(".")[0])
            try:
                checkpoint = self._seal.open(await self._files.get(key))
                lines = await self._trail.lines({"seq": checkpoint.seq}, limit=1)
                good = checkpoint.seq == seq and bool(lines) and lines[0].hash == checkpoint.hash
            except CheckpointForged:
                good = False
            if good:
                vouched = max(vouched, seq)
            else:
                wrong_at = seq if wrong_at is None else min(wrong_at, seq)
        return vouched, wrong_at


def _where(asked: FindAudit | ExportAudit) -> dict[str, Any]:
    given = {
        "org_id": asked.org_id,
        "actor.id": asked.actor_id,
        "entity_id": asked.entity_id,
        "did": asked.did,
    }
    where: dict[str, Any] = {name: value for name, value in given.items() if value}
    span: dict[str, datetime] = {}
    if asked.since is not None:
        span["$gte"] = asked.since
    if asked.until is not None:
        span["$lt"] = asked.until
    return where | ({"at": span} if span else {})


def _line(line: Line) -> AuditLineView:
    return AuditLineView(
        seq=line.seq,
        at=line.at,
        org_id=line.org_id,
        actor_kind=line.actor.get("kind", ""),
        actor_id=line.actor.get("id", ""),
        actor_name=line.actor.get("name", ""),
        did=line.did,
        entity=line.entity,
        entity_id=line.entity_id,
        trace=line.trace,
        before=masked(line.change.get("before", {})),
        after=masked(line.change.get("after", {})),
        hash=line.hash,
    )
