"""What a deploy has done so far, kept where every deployer looks: lock, report and way back in one."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

import msgspec

from rt.kernel.core.ids import new_id

Kind = Literal["deploy", "rollback", "contract"]
State = Literal["running", "interrupted", "done", "rolled_back", "stuck", "refused"]
UNFINISHED = ("running", "interrupted")
NONE = "none"
"""The name of no release, for stores that keep no empty value."""


class Refused(Exception):
    """Nothing was begun, and why."""


class Overtaken(Exception):
    """Somebody else has written the journal since it was read."""


class Step(msgspec.Struct):
    """One thing done to one machine (or to the fleet), how long it took and how it ended."""

    at: datetime
    where: str
    what: str
    seconds: float = 0.0
    outcome: str = "ok"


class Journal(msgspec.Struct, kw_only=True):
    """One run: what it is bringing, which machines it has touched, and what each of them ran before."""

    run: str
    kind: Kind
    release: str
    was: str
    was_previous: str
    state: State = "running"
    began_at: datetime
    beat_at: datetime
    reason: str = ""
    previous: dict[str, str] = {}
    held: list[str] = []
    steps: list[Step] = []

    @property
    def succeeded(self) -> bool:
        return self.state == "done"


class Shelf(Protocol):
    """Where the journal lies: `put` succeeds only if nobody else has put since it was read under this tag."""

    def look(self) -> tuple[bytes, str]:
        """The content and its tag; both empty when there is none yet."""
        ...

    def put(self, content: bytes, tag: str) -> str:
        """The new tag; Overtaken when the tag is no longer that of the content."""
        ...


class Ledger:
    """The journal of the run under way: written at each step and beaten in between, so it is seen to live.

    A run whose journal has not been beaten for `lease` was interrupted. Whoever is overtaken stops.
    """

    def __init__(
        self, shelf: Shelf, journal: Journal, tag: str, lease: timedelta, say: Callable[[str], None]
    ) -> None:
        self.journal = journal
        self._shelf = shelf
        self._tag = tag
        self._lease = lease
        self._say = say
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._lost = False
        self._save()
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()

    def note(self, where: str, what: str, seconds: float, outcome: str = "ok") -> None:
        """Write down a step that has ended."""
        step = Step(datetime.now(UTC), where, what, round(seconds, 1), outcome)
        self.journal.steps.append(step)
        verdict = "" if outcome == "ok" else f": {outcome}"
        self._say(f"{step.at:%H:%M:%S}  {where:<12} {what}{verdict}  ({step.seconds:.1f} s)")
        self.save()

    def save(self) -> None:
        """Write the journal; Overtaken when somebody else has taken the run over."""
        if self._lost:
            raise Overtaken("another deployer has taken this run over")
        self._save()

    def end(self, state: State, reason: str = "") -> None:
        self._ended.set()
        self._beating.join()
        self.journal.state = state
        self.journal.reason = reason
        self.save()

    def say(self, line: str) -> None:
        self._say(line)

    def _save(self) -> None:
        with self._lock:
            self.journal.beat_at = datetime.now(UTC)
            content = msgspec.json.format(msgspec.json.encode(self.journal))
            try:
                self._tag = self._shelf.put(content, self._tag)
            except Overtaken:
                self._lost = True
                raise

    def _beat(self) -> None:
        while not self._ended.wait(self._lease.total_seconds() / 4):
            try:
                self._save()
            except Overtaken:
                return
            except Exception as error:
                self._say(f"the journal could not be written: {error}")


def last(shelf: Shelf) -> tuple[Journal | None, str]:
    """The journal of the latest run, if there was one, and its tag."""
    content, tag = shelf.look()
    return (msgspec.json.decode(content, type=Journal) if content else None), tag


def alive(journal: Journal, lease: timedelta) -> bool:
    """Whether somebody is at this run right now."""
    return journal.state == "running" and datetime.now(UTC) - journal.beat_at < lease


def begun(kind: Kind, release: str, was: str, was_previous: str) -> Journal:
    moment = datetime.now(UTC)
    return Journal(
        run=new_id("dep"),
        kind=kind,
        release=release,
        was=was,
        was_previous=was_previous,
        began_at=moment,
        beat_at=moment,
    )


class Clock:
    """Time as it passes; tests bring their own."""

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
