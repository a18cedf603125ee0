"""The audit trail: the event log read by who acted on what, exported, verified, vouched for outside."""

from datetime import datetime
from typing import Any

from rt.contracts.admin_gateway import (
    AuditLineView,
    AuditPage,
    BrokenView,
    ExportAudit,
    FindAudit,
    TenantErased,
    VerificationView,
    VerifyAudit,
)
from rt.kernel.core.clock import now, today
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import EventLog
from rt.kernel.log.segments import Broken, Segments
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import Download
from rt.kernel.storage.files import Files
from rt.kernel.storage.personal import Keys
from rt.services.admin_gateway.domain.checkpoint import CheckpointForged, Seal, checkpoint_name
from rt.services.admin_gateway.domain.masking import masked
from rt.services.admin_gateway.domain.table import as_csv

EXPORT_LIMIT = 50_000
ERASED_LIMIT = 10_000
FOLDER = "audit"
READ_BACK = 20
"""How many of the newest checkpoints are held against the log: each vouches for all before it."""
KEEP_SECONDS = 60


class Audits:
    """The log of all organizations as a trail, and its checkpoints beside the database."""

    def __init__(self, log: EventLog, segments: Segments, files: Files, seal: Seal, keys: Keys) -> None:
        self._keys = keys
        self._log = log
        self._segments = segments
        self._files = files
        self._seal = seal

    async def find(self, asked: FindAudit) -> AuditPage:
        found, following = await self._log.lines(_where(asked), asked.after, asked.limit)
        return AuditPage(items=[_line(envelope, digest) for envelope, digest in found], next=following)

    async def export(self, asked: ExportAudit) -> Download:
        found, _ = await self._log.lines(_where(asked), "", EXPORT_LIMIT)
        content = as_csv(_line(envelope, digest) for envelope, digest in found)
        name = f"audit-{today().isoformat()}.csv"
        return Download(content=content, media_type="text/csv", filename=name)

    async def verify(self, asked: VerifyAudit) -> VerificationView:
        """Each partition from its first segment on, then against the checkpoints.

        Whose events may be empty says the log; one from a backup older than the erasure, the note of it.
        """
        erasures, _ = await self._log.lines({"topic": TenantErased.topic}, "", ERASED_LIMIT)
        said = {envelope.body["organization_id"] for envelope, _ in erasures}
        noted = {one.org_id for one in await self._keys.erased() if not one.subject}
        verdict = await self._segments.verify(frozenset(said | noted))
        vouched, forged = await self._against_checkpoints()
        broken = {one.partition: one for one in (*forged, *verdict.broken)}
        return VerificationView(
            intact=not broken,
            lines=verdict.sealed,
            unsealed=verdict.unsealed,
            broken=[BrokenView(partition=one.partition, seq=one.seq) for one in broken.values()],
            vouched=vouched,
        )

    async def keep(self) -> None:
        """Seal what was appended since, and let go of what is older than it must be kept."""
        await self._segments.seal()
        await self._checkpoint()
        await self._segments.drop()

    async def _checkpoint(self) -> None:
        """Sign what is sealed into a file of its own; nothing if that was done already."""
        newest = await self._segments.newest()
        if not newest:
            return
        with acting_for(FOLDER):
            keys = await self._files.keys("documents", FOLDER)
            if keys and await self._says(keys[-1], newest):
                return
            moment = now()
            content = self._seal.seal(newest, moment)
            await self._files.put("documents", content, "application/octet-stream", checkpoint_name(moment))

    async def _says(self, key: str, segments: dict[str, tuple[int, str]]) -> bool:
        try:
            return self._seal.open(await self._files.get(key)).segments == segments
        except CheckpointForged:
            return False

    async def _against_checkpoints(self) -> tuple[int, list[Broken]]:
        """How many events are vouched for, and where the log is not what was vouched for."""
        vouched: dict[str, int] = {}
        broken: dict[str, Broken] = {}
        for key in (await self._files.keys("documents", FOLDER))[-READ_BACK:]:
            try:
                checkpoint = self._seal.open(await self._files.get(key))
            except CheckpointForged:
                broken.setdefault("checkpoint", Broken(partition="checkpoint", seq=0))
                continue
            for partition, (last, hash_) in checkpoint.segments.items():
                if await self._segments.hash_at(partition, last) == hash_:
                    vouched[partition] = max(last, vouched.get(partition, 0))
                elif partition not in broken or broken[partition].seq > last:
                    broken[partition] = Broken(partition=partition, seq=last)
        return sum(vouched.values()), list(broken.values())


def _where(asked: FindAudit | ExportAudit) -> dict[str, Any]:
    given = {
        "org_id": asked.org_id,
        "actor.id": asked.actor_id,
        "entity_id": asked.entity_id,
        "topic": asked.did,
    }
    where: dict[str, Any] = {name: value for name, value in given.items() if value}
    if asked.entity_id:
        where["ids"] = asked.entity_id
    span: dict[str, datetime] = {}
    if asked.since is not None:
        span["$gte"] = asked.since
    if asked.until is not None:
        span["$lt"] = asked.until
    return where | ({"at": span} if span else {})


def _line(envelope: EventEnvelope, digest: str) -> AuditLineView:
    return AuditLineView(
        event_id=envelope.id,
        partition=envelope.partition,
        seq=envelope.seq,
        at=envelope.at,
        org_id=envelope.org_id,
        actor_kind=envelope.actor.get("kind", ""),
        actor_id=envelope.actor.get("id", ""),
        actor_name=envelope.actor.get("name", ""),
        did=envelope.topic,
        entity=envelope.entity,
        entity_id=envelope.entity_id,
        trace=envelope.trace,
        before=masked(by_path(envelope, "before")),
        after=masked(by_path(envelope, "after")),
        hash=digest,
    )


def by_path(envelope: EventEnvelope, side: str) -> dict[str, Any]:
    """What the leaves of a change were before, or are after, by their paths; what is left out is counted."""
    found = {leaf["path"]: leaf[side] for leaf in envelope.change if side in leaf}
    left_out = {f"{leaf['path']}…": f"+ {leaf['left_out']}" for leaf in envelope.change if "left_out" in leaf}
    return found | (left_out if side == "after" else {})
