"""What the doctor says of one thing: done, missing with the command that mends it, or not seen from here."""

from collections.abc import Callable
from typing import Literal

import msgspec

State = Literal["done", "missing", "unknown"]


class Finding(msgspec.Struct, frozen=True):
    """`mend` is a command when something is missing, or who can tell when it cannot be seen from here."""

    state: State
    saw: str
    mend: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One box of a checklist, with what was found."""

    section: str
    box: str
    finding: Finding


Check = Callable[[], Finding]


def done(saw: str) -> Finding:
    return Finding("done", saw)


def missing(saw: str, mend: str) -> Finding:
    return Finding("missing", saw, mend)


def unknown(why: str, who: str) -> Finding:
    return Finding("unknown", why, who)


def lacking(wanted: list[str], found: set[str], what: str, mend: str) -> Finding:
    """Done when all that is wanted is there, else what is not."""
    gone = [name for name in wanted if name not in found]
    if gone:
        return missing(f"{what} missing: {', '.join(gone)}", mend)
    return done(f"{len(wanted)} {what}: {', '.join(wanted[:4])}{' …' if len(wanted) > 4 else ''}")
