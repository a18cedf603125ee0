"""Signed checkpoints of the audit trail: they show what a chain cannot, an end cut off or all rebuilt."""

import hashlib
import hmac
from datetime import datetime

import msgspec

from rt.kernel.errors import Conflict


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """That the trail had this line with this hash at that moment."""

    seq: int
    hash: str
    at: datetime
    signature: str = ""


class CheckpointForged(Conflict):
    fr = "Un point de contrôle du journal n'est pas authentique."
    en = "A checkpoint of the trail is not authentic."


class Seal:
    """Signs and reads checkpoints with a key that the database does not hold."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"audit checkpoint", hashlib.sha256).digest()

    def seal(self, seq: int, line_hash: str, at: datetime) -> bytes:
        unsigned = Checkpoint(seq=seq, hash=line_hash, at=at)
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


def checkpoint_name(seq: int) -> str:
    """A name that sorts as the numbers do."""
    return f"checkpoint_{seq:012d}"
