"""A form is its command: fields from its types, what was typed back into it, refusals beside the field."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
from msgspec import inspect
from starlette.datastructures import FormData

from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.kernel.model.messages import Command
from rt.ui.catalogues import gettext as _
from rt.ui.fields import Input, Leaf, Unreadable, broken, drawn, leaves, shown, typed
from rt.ui.formats import language
from rt.ui.pages import Choice, Page
from rt.ui.session import signed_out

KEY = "_key"
VERSION = "_version"
"""Where a form carries the version of the thing that its reader saw."""
PROOF = "_csrf"
"""Where a form carries the token of its session."""
ROW = re.compile(r"^(.+?)\.([0-9]{1,4})\.")
ROWS = re.compile(r"\.([0-9]{1,4})(?=\.)")
"""The places of a posted name that number a line, of lists within lines too."""
LIST = re.compile(r"^([^.]+)\.[0-9]{1,4}\.")
MISTYPED = "wrong_password"
PRESENT = "current_password"
"""Where a form that also asks for a new password has the present one; elsewhere it is `password`."""
MOST_ROWS = 200
"""Lines a posted list may have; more is refused by the command itself."""

Answer = TypeVar("Answer")
Say = Callable[..., Awaitable[Any]]
"""Says a command under an idempotency key, about a version when one was seen, and returns the answer."""


class Form:
    """One command to be filled in, or what a page makes commands of.

    `fixed` values come from the address and are never read from the form; `values` are shown at first
    (a view of the thing, a dict or an earlier command); `only` keeps and orders some fields; `choices`
    turns a text (an identifier, say) into a list to choose from; `version` is that of the thing shown and
    travels with the form, so that a change made meanwhile is noticed. `carried` values are those that the
    reader saw and the command names: they travel unseen, and after a refusal the present ones are shown.
    """

    def __init__(
        self,
        message: type[msgspec.Struct],
        *,
        posted: FormData | None = None,
        say: Say | None = None,
        token: str = "",
        fixed: Mapping[str, Any] | None = None,
        values: Any = None,
        only: Sequence[str] = (),
        choices: Mapping[str, Iterable[Choice | tuple[str, str]]] | None = None,
        labels: Mapping[str, str] | None = None,
        hints: Mapping[str, str] | None = None,
        rows: Mapping[str, int] | None = None,
        submit: str = "",
        action: str = "",
        version: int | None = None,
        carried: Mapping[str, str | int] | None = None,
    ) -> None:
        self.message = message
        self.posted = posted
        self.token = token
        self.key = uuid4().hex
        self.action = action
        self.submit_label = submit or _("Valider")
        self.faults: dict[str, list[str]] = {}
        self.refusal = ""
        self.code = ""
        self.version = version
        self._say = say
        self.carried = dict(carried or {})
        seen = {name: str(posted.get(name, "")) for name in self.carried} if posted is not None else {}
        self._fixed = {**(fixed or {}), **self.carried, **seen}
        self._values = values
        self._labels, self._hints = dict(labels or {}), dict(hints or {})
        self._choices = {
            name: [c if isinstance(c, Choice) else Choice(*c) for c in offered]
            for name, offered in (choices or {}).items()
        }
        shape = inspect.type_info(message)
        if not isinstance(shape, inspect.StructType):
            raise TypeError(f"{message!r} is no command")
        self._part = issubclass(message, Command) and message.shape.method == "PATCH"
        found = leaves(shape, part=self._part, rows=self._rows(rows or {}))
        self._leaves = [leaf for leaf in found if leaf.name.split(".")[0] not in self._fixed]
        if only:
            order = {name: place for place, name in enumerate(only)}
            places = [(self._place(leaf.name, order), leaf) for leaf in self._leaves]
            kept = [(place, leaf) for place, leaf in places if place is not None]
            self._leaves = [leaf for _place, leaf in sorted(kept, key=lambda pair: pair[0])]

    @staticmethod
    def _place(name: str, order: Mapping[str, int]) -> int | None:
        """Where a field stands among the wanted; a wanted part (`delivery`) takes all its fields."""
        steps = name.split(".")
        return next(
            (order[p] for p in (".".join(steps[:n]) for n in range(len(steps), 0, -1)) if p in order), None
        )

    def _rows(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """How many lines each list of parts has: as posted, else as wanted, else as the shown values have."""
        if self.posted is not None:
            counted: dict[str, int] = {}
            for name in self.posted:
                for found in ROWS.finditer(name):
                    under = name[: found.start()]
                    counted[under] = min(max(counted.get(under, 0), int(found[1]) + 1), MOST_ROWS)
            return counted
        values = self._plain(self._values)
        return {n: max(1, len(v)) for n, v in values.items() if isinstance(v, list)} | dict(wanted)

    @staticmethod
    def _plain(values: Any) -> dict[str, Any]:
        if values is None:
            return {}
        return values if isinstance(values, dict) else msgspec.structs.asdict(values)

    @property
    def inputs(self) -> list[Input]:
        """Every field, with what was typed, what is chosen from and what is wrong with it."""
        return [self._input(leaf) for leaf in self._leaves]

    def input(self, name: str) -> Input:
        """One field by its dotted name, for templates that place fields themselves."""
        return next(self._input(leaf) for leaf in self._leaves if leaf.name == name)

    def _input(self, leaf: Leaf) -> Input:
        made = drawn(leaf)
        made.label = self._labels.get(leaf.name, made.label)
        made.help = self._hints.get(leaf.name, made.help)
        made.skippable = not self._part or "." not in leaf.name
        if leaf.name in self._choices:
            made.kind = "several" if isinstance(leaf.type, inspect.ListType) else "choice"
            made.choices = self._offered(leaf)
        if made.kind == "choice" and not made.required and all(c.value for c in made.choices):
            made.choices = [Choice("", "—"), *made.choices]
        made.value = self._shown(leaf)
        if made.choices and not made.value and leaf.name.endswith("country") and made.choices[0].value:
            made.choices = [Choice("", "—"), *made.choices]
        made.faults = self.faults.get(leaf.name, ())
        return made

    def _offered(self, leaf: Leaf) -> list[Choice]:
        """What is chosen from; in a change also what is chosen now, or another change would lose it."""
        offered = self._choices[leaf.name]
        present = shown(leaf, self._present(leaf)) if self._part else ""
        if not present or isinstance(present, list) or any(choice.value == present for choice in offered):
            return offered
        return [*offered, Choice(present, _("choix actuel"))]

    def _shown(self, leaf: Leaf) -> str | list[str]:
        if "password" in leaf.name:
            return ""
        if self.posted is not None:
            texts = [str(t) for t in self.posted.getlist(leaf.name)]
            return texts if isinstance(leaf.type, inspect.ListType) else (texts[-1] if texts else "")
        present = self._present(leaf)
        return shown(leaf, leaf.default if present is None else present)

    def _present(self, leaf: Leaf) -> Any:
        """What the shown values have for a field."""
        at: Any = self._values
        for step in leaf.name.split("."):
            if isinstance(at, dict):
                at = at.get(step)
            elif isinstance(at, list):
                at = at[int(step)] if int(step) < len(at) else None
            else:
                at = getattr(at, step, None)
        return at

    def read(self) -> msgspec.Struct | None:
        """The command as typed; None after noting beside each field what is wrong."""
        if self.posted is None:
            return None
        built: dict[str, Any] = {}
        empty = self._empty_rows()
        for leaf in self._leaves:
            if any(leaf.name.startswith(row) for row in empty):
                continue
            texts = [str(t) for t in self.posted.getlist(leaf.name) if isinstance(t, str)]
            if not any(t.strip() for t in texts) and not isinstance(leaf.type, inspect.BoolType):
                if leaf.required and (texts or not self._part):
                    self.faults[leaf.name] = [_("À remplir.")]
                elif self._part and "." not in leaf.name:
                    built |= _emptied(leaf, texts)
                continue
            try:
                value = typed(leaf, texts)
            except Unreadable as unreadable:
                self.faults[leaf.name] = [str(unreadable)]
                continue
            if sentence := broken(leaf, value):
                self.faults[leaf.name] = [sentence]
                continue
            self._put(built, leaf.name.split("."), value)
        if self.faults:
            return None
        if self._part:
            for head in {found[1] for leaf in self._leaves if (found := LIST.match(leaf.name))}:
                built.setdefault(head, [])
        try:
            message: msgspec.Struct = msgspec.convert(_lists(built) | self._fixed, self.message, strict=False)
        except msgspec.ValidationError as wrong:
            self.refusal = str(wrong)
            return None
        return message

    def raw(self) -> dict[str, Any]:
        """What was typed, unread: `values` of the same form with lines added or left out."""
        built: dict[str, Any] = {}
        own = {leaf.name for leaf in self._leaves}
        for name, text in self.posted.items() if self.posted is not None else ():
            if isinstance(text, str) and name in own:
                self._put(built, name.split("."), text)
        whole_lists: dict[str, Any] = _lists(built)
        return whole_lists

    def _empty_rows(self) -> set[str]:
        """Lines of a list after its first in which nothing was typed."""
        rows: dict[str, bool] = {}
        for leaf in self._leaves:
            if (found := ROW.match(leaf.name)) and int(found[2]) > 0:
                texts = self.posted.getlist(leaf.name) if self.posted is not None else []
                typed_here = leaf.default is None and any(str(t).strip() for t in texts)
                rows[found[0]] = rows.get(found[0], False) or typed_here
        return {row for row, typed_here in rows.items() if not typed_here}

    @staticmethod
    def _put(built: dict[str, Any], steps: list[str], value: Any) -> None:
        for step in steps[:-1]:
            built = built.setdefault(step, {})
        built[steps[-1]] = value

    async def submit(self, version: int | None = None) -> Any:
        """Read the form and say the command; None when it could not be read or was refused.

        Said about the version that the form carried, else about `version`.
        """
        if self._say is None:
            raise TypeError("this form has nobody to speak to")
        message = self.read()
        if message is None or self.posted is None:
            return None
        try:
            key, seen = str(self.posted.get(KEY) or self.key), self._seen() or version
            return await (self._say(message, key) if seen is None else self._say(message, key, seen))
        except Refusal as refusal:
            self.refused(refusal)
            return None

    def _seen(self) -> int | None:
        """The version that the posted form carried, if it is a form that carries one."""
        if self.posted is None or self.version is None:
            return self.version
        text = str(self.posted.get(VERSION, ""))
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else self.version

    def refused(self, refusal: Refusal) -> None:
        """Show a refusal: beside the fields that it names, else above the form."""
        chosen = language()
        problem = refusal.problem(chosen)
        if problem.status == 404 or signed_out(refusal):
            raise refusal
        self.code = problem.code
        names = {leaf.name for leaf in self._leaves}
        for fault in problem.errors:
            name = re.sub(r"\[(\d+)\]", r".\1", fault.field)
            sentence = fault.messages.get(chosen) or problem.title
            if fault.code == MISTYPED:
                name = PRESENT if PRESENT in names else name
                sentence = _("Ce n'est pas votre mot de passe actuel.")
            if name in names:
                self.faults.setdefault(name, []).append(sentence)
            else:
                self.refusal = f"{self.refusal} {sentence}".strip()
        if not self.faults and not self.refusal:
            self.refusal = problem.title

    @property
    def wrong(self) -> bool:
        """Whether something was refused, so that the page answers 422."""
        return bool(self.faults or self.refusal)


def _emptied(leaf: Leaf, texts: list[str]) -> dict[str, Any]:
    """What a change says of a field left empty; a list without a tick sends nothing, a text its emptiness."""
    if isinstance(leaf.type, inspect.ListType):
        return {leaf.name: []}
    return {leaf.name: None} if texts else {}


def _lists(built: Any) -> Any:
    """Parts numbered 0, 1, 2… as the list they are; empty lines between them fall out."""
    if not isinstance(built, dict):
        return built
    if built and all(whole(step) is not None for step in built):
        return [_lists(built[step]) for step in sorted(built, key=int)]
    return {step: _lists(value) for step, value in built.items()}


class FormPage(Page):
    """One command, alone on its page: what it does (`lead`), its form, and where to without it (`back`)."""

    template = "ui/pages/form.html"
    form: Form
    lead: str
    back: str
