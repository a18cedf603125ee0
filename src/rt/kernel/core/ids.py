"""Identities: random and sortable by time, or derived from the key that asked for them."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from rt.kernel.core.clock import now

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, lower case: no letter that is read as another."""


class Fence(NamedTuple):
    """Under which takeover of which partition an event is handled: a later holder has a higher token."""

    number: int
    token: int
    holds: Callable[[], bool]
    """Whether the lease lasts, by the clock of this process."""


class Cause:
    """Why something is written: the hashed key of a command or of an event handled, and what was asked."""

    def __init__(
        self,
        key: str,
        fingerprint: str,
        if_match: int | None = None,
        path_ids: frozenset[str] = frozenset(),
        fence: Fence | None = None,
    ):
        self.fence = fence
        self.key = key
        self.fingerprint = fingerprint
        self.if_match = if_match
        self.path_ids = path_ids
        self.made = 0
        self.replayed = False
        self._writes: dict[str, int] = {}

    def begin(self) -> None:
        """A run of the action starts: the same things will be made and written in the same order."""
        self.made = 0
        self.replayed = False
        self._writes.clear()

    def next_key(self, entity: str) -> str:
        """The key of this run's next write to an entity: a second write in one command has its own."""
        nth = self._writes[entity] = self._writes.get(entity, 0) + 1
        return self.key if nth == 1 else f"{self.key}#{nth}"

    def writes(self, entity_id: str) -> int:
        """How many writes to this entity this run has begun."""
        return sum(n for entity, n in self._writes.items() if entity.endswith(f"/{entity_id}"))


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


@contextmanager
def because(cause: Cause | None) -> Iterator[Cause | None]:
    """What is written inside is written because of this, and only once."""
    token = _cause.set(cause)
    try:
        yield cause
    finally:
        _cause.reset(token)


def current_cause() -> Cause | None:
    return _cause.get()


def new_id(prefix: str) -> str:
    """An identity such as "ord_0k3…": 26 characters after the prefix.

    Inside a keyed command or a handler it follows from the key, so that a repeat meets its own work.
    """
    cause = _cause.get()
    if cause is not None:
        cause.made += 1
        return derived_id(prefix, cause.key, str(cause.made))
    return fresh_id(prefix)


def fresh_id(prefix: str) -> str:
    """An identity that nothing else has, not even a repeat."""
    milliseconds = int(now().timestamp() * 1000)
    return f"{prefix}_{_base32(milliseconds, 10)}{_base32(secrets.randbits(80), 16)}"


def derived_id(prefix: str, *parts: str) -> str:
    """The same parts always give the same identity."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_base32(int.from_bytes(digest[:17], 'big') >> 6, 26)}"


def fingerprint(*parts: str | bytes) -> str:
    """A short hash that tells two requests apart."""
    joined = b"\x1f".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(joined).hexdigest()[:32]


def _base32(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def caused_key(*parts: str) -> str:
    """An idempotency key for what is asked of another unit, following from why we ask."""
    cause = current_cause()
    return derived_id("key", cause.key, *parts) if cause else new_id("key")
