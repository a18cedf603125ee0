"""What a change changed: nested values laid flat, before beside after, identities as links to timelines."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from rt.kernel.storage.changes import GONE, VEILED
from rt.ui.catalogues import gettext as _

IDENTITY = re.compile(r"^[a-z]{2,5}_[0-9a-z_]{6,60}$")
TRACE = re.compile(r"^[0-9a-f]{32}$")
LONGEST = 240
"""Characters of one value that are shown."""
MOST_LINES = 80
SHORT = 14


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value of an event or a change; `href` leads to the timeline of what it names."""

    name: str
    before: str = ""
    after: str
    href: str = ""


def flat(value: Any, name: str = "") -> dict[str, str]:
    """Every value by its dotted name."""
    if isinstance(value, Mapping) and {"from", "of", "items"} <= set(value):
        return stretch(value, name)
    if isinstance(value, Mapping):
        inner = [flat(one, f"{name}.{key}" if name else str(key)) for key, one in value.items()]
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        inner = [flat(one, f"{name}.{place}") for place, one in enumerate(value)]
    else:
        return {name: text(value)}
    return {key: one for part in inner for key, one in part.items()}


def stretch(value: Mapping[str, Any], name: str) -> dict[str, str]:
    """The part of a long list that a change touched, each item by its place; what is left out is counted."""
    begin, shown = int(value["from"]), value["items"]
    found: dict[str, str] = {f"{name}.#": text(value["of"])}
    for nth, one in enumerate(shown):
        found |= flat(one, f"{name}.{begin + nth}")
    if left_out := value.get("left_out"):
        found[f"{name}.{begin + len(shown)}…"] = f"+ {left_out}"
    return found


def text(value: Any) -> str:
    """A plain value as people read it, cut when it is long."""
    if value is None or value in ("", [], {}):
        return ""
    if value == GONE:
        return _("(effacé)")
    plain = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


def short(identity: str) -> str:
    """An identity cut to what tells it from others on the same page."""
    return identity if len(identity) <= SHORT + 1 else f"{identity[:SHORT]}…"


def timeline_of(value: str) -> str:
    """Where the timeline of an identity or trace is; empty when the value is neither."""
    if value.startswith("org_") and IDENTITY.match(value):
        return f"/tenants/{value}"
    return f"/timelines/{value}" if IDENTITY.match(value) or TRACE.match(value) else ""


def facts(body: Mapping[str, Any]) -> list[Line]:
    """What an event says."""
    return cut([Line(name=n, after=v, href=timeline_of(v)) for n, v in flat(body).items() if n and v])


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """Only what differs, in the order of the fields; of what is veiled that it does."""
    old, new = flat(before), flat(after)
    veils = (VEILED, text(GONE))
    names = list(dict.fromkeys([*old, *new]))
    lines = [
        Line(name=n, before=old.get(n, ""), after=new.get(n, ""), href=timeline_of(new.get(n, "")))
        for n in names
        if n and (old.get(n, "") != new.get(n, "") or new.get(n) in veils)
    ]
    return cut(lines)


def cut(lines: list[Line]) -> list[Line]:
    """The first lines, and how many more there are."""
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], Line(name="…", after=f"+ {more}")]
