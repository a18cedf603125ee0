"""Signed checkpoints of the event log: they show what its chains cannot, an end cut off or all rebuilt."""

import hashlib
import hmac
from datetime import datetime

import msgspec

from rt.kernel.core.errors import Conflict


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """That at this moment each partition of the log had a segment with this last number and hash."""

    at: datetime
    segments: dict[str, tuple[int, str]]
    signature: str = ""


class CheckpointForged(Conflict):
    fr = "Un point de contrôle du journal n'est pas authentique."
    en = "A checkpoint of the log is not authentic."


class Seal:
    """Signs and reads checkpoints with a key that the database does not hold."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"audit checkpoint", hashlib.sha256).digest()

    def seal(self, segments: dict[str, tuple[int, str]], at: datetime) -> bytes:
        unsigned = Checkpoint(segments=segments, at=at)
        return msgspec.json.encode(msgspec.structs.replace(unsigned, signature=self._sign(unsigned)))

    def open(self, content: bytes) -> Checkpoint:
        """The checkpoint, or CheckpointForged."""
        try:
            found = msgspec.json.decode(content, type=Checkpoint)
        except msgspec.DecodeError:
            raise CheckpointForged from None
        unsigned = msgspec.structs.replace(found, signature="")
        if not hmac.compare_digest(self._sign(unsigned).encode(), found.signature.encode()):
            raise CheckpointForged
        return found

    def _sign(self, unsigned: Checkpoint) -> str:
        content = msgspec.json.encode(unsigned, order="deterministic")
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()


def checkpoint_name(at: datetime) -> str:
    """A name that sorts as the moments do."""
    return f"checkpoint_{int(at.timestamp() * 1000):015d}"
