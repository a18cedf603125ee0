"""What a list is narrowed by: fields above it, and what holds now beside it, all of it in the address."""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams

from rt.kernel.core.errors import Refusal
from rt.kernel.model.bounds import refuse_unfit, refuse_unstorable
from rt.kernel.model.messages import Query
from rt.ui.catalogues import gettext as _
from rt.ui.fields import Input
from rt.ui.formats import day
from rt.ui.pages import Choice

Said = Mapping[str, Any]
"""Values of a question's fields, as they were read."""
MOST_TEXT = 20


class Filter(msgspec.Struct, frozen=True):
    """A field of the question that the reader may fill in; kinds as of an Input."""

    label: str
    kind: str = "text"


class Chip(msgspec.Struct, frozen=True):
    """What the list is narrowed by now, and where it is not any more."""

    label: str
    value: str
    href: str


def said(
    query: QueryParams, message: type[Query[Any]], names: Sequence[str], several: Container[str] = ()
) -> dict[str, Any]:
    """What an address says of these fields; what fits none is left out, and where two say it the last counts.

    Of `several` all values count.
    """
    found: dict[str, Any] = {}
    for name in names:
        texts = [one for one in query.getlist(name) if one]
        text = ",".join(texts if name in several else texts[-1:])
        if not text:
            continue
        try:
            refuse_unstorable(text, name)
            read = msgspec.convert({name: text}, message, strict=False)
            refuse_unfit(read)
        except (Refusal, msgspec.ValidationError):
            continue
        found[name] = getattr(read, name)
    return found


def address(path: str, values: Said) -> str:
    """The page with what is said of it; what says nothing is not written."""
    told = {name: written(value) for name, value in values.items() if value not in (None, "")}
    return f"{path}?{urlencode(told)}" if told else path


def written(value: Any) -> str:
    """A value as an address has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def inputs(
    filters: Mapping[str, Filter], values: Said, choices: Mapping[str, Sequence[Choice]]
) -> list[Input]:
    """The fields as they are drawn; what has nothing to choose from is left out."""
    return [
        Input(
            name=name,
            label=_(one.label),
            kind=one.kind,
            skippable=False,
            value=_drawn(one, written(values[name]) if name in values else ""),
            choices=_offered(one, choices.get(name, ())),
            longest=MOST_TEXT if one.kind == "text" else None,
        )
        for name, one in filters.items()
        if one.kind not in ("choice", "several") or choices.get(name)
    ]


def chips(
    filters: Mapping[str, Filter],
    values: Said,
    choices: Mapping[str, Sequence[Choice]],
    without: Callable[[str], str],
) -> list[Chip]:
    """What holds now, in words; `without` is the address that says nothing of a field."""
    found = []
    for name, one in filters.items():
        if name not in values:
            continue
        labels = {choice.value: choice.label for choice in choices.get(name, ())}
        value = values[name]
        parts = written(value).split(",") if one.kind == "several" else [written(value)]
        read = day(value) if isinstance(value, date) else ", ".join(labels.get(part, part) for part in parts)
        found.append(Chip(_(one.label), read, without(name)))
    return found


def _drawn(one: Filter, value: str) -> str | list[str]:
    return value.split(",") if one.kind == "several" else value


def _offered(one: Filter, choices: Sequence[Choice]) -> Sequence[Choice]:
    return [Choice("", _("Tous")), *choices] if one.kind == "choice" else choices
