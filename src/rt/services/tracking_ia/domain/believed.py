"""What is believed for a while without asking again, and forgotten when it is known to have changed."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

BELIEVED_SECONDS = 60.0
"""How long a device removed, or a figure set, by another process may still count here."""
MOST = 100_000


class Believed(Generic[K, V]):
    """Answers by what was asked, each for a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        until, value = self._known.get(key, (0.0, None))
        return value if self._clock() < until else None

    def put(self, key: K, value: V) -> V:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = self._clock() + BELIEVED_SECONDS, value
        return value

    def correct(self, key: K, value: V) -> None:
        """Believe something else of what is known, for no longer than before."""
        if key in self._known:
            self._known[key] = self._known[key][0], value

    def forget(self, key: K) -> None:
        self._known.pop(key, None)

    def forget_if(self, changed: Callable[[K, V], bool]) -> None:
        for key in [key for key, (_, value) in self._known.items() if changed(key, value)]:
            del self._known[key]
