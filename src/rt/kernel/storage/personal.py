"""What events say of people: encrypted under the key of whom they tell of, before they are written."""

import base64
import hashlib
import hmac
import os
import zlib
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.marks import marks_of
from rt.kernel.model.messages import EVENTS
from rt.kernel.storage.changes import GONE, VEILED, Place, personal_in

NONCE_BYTES = 12
"""NIST SP 800-38D, 8.2.2: random, for far fewer than 2^32 values under one key."""
PEOPLE = "authz.people"
STORED = "sealed:"
"""Begins a stored value that is encrypted, and is the subject of its key."""
PLACEHOLDER = "***"
"""With the number of its sealed part behind it: stands where the value stood."""
NO_TEXT = "."
"""Ends the placeholder of what is no text: nothing is heard in its place once it is erased, else ""."""
FOUND = "~"
"""Begins a label that is a keyed hash."""
FOUND_BYTES = 12
FOUND_LENGTH = 80
MOST_LATELY = 500
"""Events kept in clear in the memory of a process, for as long as its keys are at most."""
Document = dict[str, Any]


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """A subject ("collection/id") whose key was destroyed; "" is all of the organization."""

    org_id: str
    subject: str = ""

    @property
    def id(self) -> str:
        return f"{self.org_id}/{self.subject}"

    @classmethod
    def named(cls, id: str) -> "Erased":
        org_id, _, subject = id.partition("/")
        return cls(org_id=org_id, subject=subject)


class KeysMissing(RuntimeError):
    """Something personal would have been written in clear: no keys are connected."""


class KeyLost(ValueError):
    """A personal value that no key opens though nobody was erased: keys lost, or the value altered."""


class Keys(Protocol):
    """Keys of subjects, each of one organization."""

    async def cipher(self, org_id: str, subject: str, make: bool = False) -> AESGCM | None:
        """The cipher of a subject; None once it was erased. Raises KeyLost where there never was a key.

        `make`: the organization may be new.
        """
        ...

    async def finding(self, org_id: str) -> bytes | None:
        """The key under which an organization's people are found."""
        ...

    async def all_finding(self) -> list[bytes]:
        """Those of all organizations."""
        ...

    async def destroy(self, org_id: str, subject: str = "") -> None:
        """Destroy the key of a subject, or all of an organization, for good."""
        ...

    async def erased(self) -> list[Erased]:
        """All that was ever destroyed."""
        ...

    def generation(self) -> int:
        """Another number once keys that were known may have been destroyed."""
        ...


class Unkeyed:
    """No keys: nothing personal can be written or read."""

    async def cipher(self, org_id: str, subject: str, make: bool = False) -> AESGCM | None:
        raise KeysMissing

    async def finding(self, org_id: str) -> bytes | None:
        raise KeysMissing

    async def all_finding(self) -> list[bytes]:
        return []

    async def destroy(self, org_id: str, subject: str = "") -> None:
        raise KeysMissing

    async def erased(self) -> list[Erased]:
        return []

    def generation(self) -> int:
        return 0


class Personal:
    """Seals what entities emit and opens what is handled.

    An event has its personal values in `personal`: for each subject ("org/collection/id") one sealed part, in
    it the values as they lie in the event, where placeholders stand.
    """

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._lately: dict[str, EventEnvelope] = {}
        self._generation = 0

    async def seal(self, event: Document) -> None:
        """Take out of an event what is personal and put it in sealed; a subject erased already loses it."""
        parts: dict[tuple[str, str], Document] = {}
        found: list[str] = []
        for path, whose, label in _taken(event):
            values = parts.setdefault(whose, {})
            number = list(parts).index(whose)
            value = _moved(event, path, values, f"{PLACEHOLDER}{number}")
            if label and isinstance(value, str):
                found.append(value)
        if not parts:
            return
        event["personal"] = []
        for (org_id, subject), values in parts.items():
            name = f"{org_id}/{subject}"
            cipher = await self.keys.cipher(org_id, subject, make=True)
            sealed = _sealed(cipher, values, _bound(name, event["id"])) if cipher else ""
            event["personal"].append({"of": name, "sealed": sealed})
        if found and (key := await self.keys.finding(event["org_id"])):
            event["labels"] = sorted({hashed(key, value) for value in found})

    async def open(self, envelope: EventEnvelope) -> EventEnvelope:
        """The event in clear; values of subjects that were erased are "", or None. Raises KeyLost.

        Many handlers of a process receive the same event: it is opened for all of them once.
        """
        if not envelope.personal:
            return envelope
        if len(self._lately) >= MOST_LATELY or self._generation != self.keys.generation():
            self._lately.clear()
            self._generation = self.keys.generation()
        found = self._lately.get(envelope.id)
        if found is None or found.personal != envelope.personal:
            found = self._lately[envelope.id] = await self._in_clear(envelope)
        return found

    async def _in_clear(self, envelope: EventEnvelope) -> EventEnvelope:
        document: Document = {"body": envelope.body, "change": envelope.change, "actor": envelope.actor}
        for number, part in enumerate(envelope.personal):
            values = await self._values(envelope.id, part)
            if values is None:
                document = _put_everywhere(document, _instead(number, "", None))
            else:
                document = _with(document, values)
        return msgspec.structs.replace(envelope, **document)

    async def show(self, envelope: EventEnvelope) -> EventEnvelope:
        """The event for the platform's people: who acted, that others are told of, and what is erased."""
        document: Document = {"body": envelope.body, "change": envelope.change, "actor": envelope.actor}
        for number, part in enumerate(envelope.personal):
            shown = VEILED
            try:
                values = await self._values(envelope.id, part)
            except KeyLost:
                values = {}
            if values is None:
                shown = GONE
            elif "actor" in values:
                document["actor"] = {**envelope.actor, **values["actor"]}
            document = _put_everywhere(document, _instead(number, shown, shown))
        return msgspec.structs.replace(envelope, **document)

    async def keep(self, org_id: str, place: str, value: Any) -> str | None:
        """A value as it may be stored in one place of an organization; None once that was erased."""
        cipher = await self.keys.cipher(org_id, STORED, make=True)
        return None if cipher is None else STORED + _sealed(cipher, value, _bound(org_id, place))

    async def kept(self, org_id: str, place: str, text: str) -> Any:
        """The same value again; None once the organization was erased. Raises KeyLost."""
        cipher = await self.keys.cipher(org_id, STORED)
        sealed = text.removeprefix(STORED)
        return None if cipher is None else _opened(cipher, sealed, _bound(org_id, place))

    async def findable(self, event: Mapping[str, Any]) -> bool:
        """Whether an event may be found by what it tells of its own thing: not once that was erased."""
        subject = f"{event['entity']}/{event['entity_id']}"
        try:
            return await self.keys.cipher(event["org_id"], subject) is not None
        except KeyLost:
            return True

    async def labels(self, q: str) -> list[str]:
        """The labels under which a text stands in the log where it is personal."""
        return [hashed(key, q) for key in await self.keys.all_finding()]

    async def _values(self, id: str, part: Mapping[str, str]) -> Document | None:
        if not {"of", "sealed"} <= part.keys():
            raise KeyLost(f"a part of {id} is not whole")
        org_id, _, subject = part["of"].partition("/")
        cipher = await self.keys.cipher(org_id, subject) if part["sealed"] else None
        if cipher is None:
            return None
        opened: Document = _opened(cipher, part["sealed"], _bound(part["of"], id))
        return opened


def is_kept(value: Any) -> bool:
    """Whether a stored value is encrypted: what was stored before its field was sealed is not."""
    return isinstance(value, str) and value.startswith(STORED)


def hashed(key: bytes, value: str) -> str:
    """A text as a label that says nothing of it without the key."""
    folded = value.strip().lower()[:FOUND_LENGTH]
    digest = hmac.digest(key, folded.encode(errors="replace"), hashlib.sha256)
    return FOUND + digest[:FOUND_BYTES].hex()


def _taken(event: Document) -> list[tuple[list[str | int], tuple[str, str], bool]]:
    """The places of an event that tell of a person, each with its subject and whether it is searched."""
    found: list[tuple[list[str | int], tuple[str, str], bool]] = []
    kind = EVENTS.get(event["topic"])
    places = personal_in(event["body"], marks_of(kind), ["body"]) if kind else []
    for number, leaf in enumerate(event.get("change", ())):
        for place in leaf.pop("personal", ()):
            place.path = ["change", number, *place.path]
            places.append(place)
    found += [(place.path, _subject(event, place), place.mark.found) for place in places]
    actor = event["actor"]
    if actor["name"] and (actor["kind"] in ("user", "link") or "for" in actor):
        whose = (actor["org_id"] or event["org_id"], f"{PEOPLE}/{actor.get('for', actor['id'])}")
        found.append((["actor", "name"], whose, False))
    return found


def _subject(event: Document, place: Place) -> tuple[str, str]:
    subject = f"{event['entity']}/{event['entity_id']}"
    return event["org_id"], f"{place.mark.collection}/{place.whom}" if place.whom else subject


def _bound(name: str, id: str) -> bytes:
    """What a sealed part cannot be separated from: whom it tells of, and the event."""
    return f"{name} {id}".encode()


def _sealed(cipher: AESGCM, values: Any, bound: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    content = zlib.compress(msgspec.json.encode(values))
    return base64.b64encode(nonce + cipher.encrypt(nonce, content, bound)).decode()


def _opened(cipher: AESGCM, sealed: str, bound: bytes) -> Any:
    try:
        content = base64.b64decode(sealed)
        clear = cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise KeyLost(bound.decode()) from error
    return msgspec.json.decode(zlib.decompress(clear))


def _moved(document: Any, path: list[str | int], values: Document, placeholder: str) -> Any:
    """Put a value at the same place among others, and a placeholder where it stood; say which it was."""
    for name in path[:-1]:
        document, values = document[name], values.setdefault(str(name), {})
    value = values[str(path[-1])] = document[path[-1]]
    document[path[-1]] = placeholder if isinstance(value, str) else f"{placeholder}{NO_TEXT}"
    return value


def _with(document: Any, values: Document) -> Any:
    """A copy in which values stand at their places again; what has none is not copied."""
    fresh = document.copy()
    for name, value in values.items():
        place: Any = int(name) if isinstance(fresh, list) else name
        inner = fresh[place]
        fresh[place] = _with(inner, value) if isinstance(inner, dict | list) else value
    return fresh


def _instead(number: int, text: str, other: str | None) -> Mapping[str, str | None]:
    """What stands for the placeholders of one part."""
    return {f"{PLACEHOLDER}{number}": text, f"{PLACEHOLDER}{number}{NO_TEXT}": other}


def _put_everywhere(value: Any, instead: Mapping[str, str | None]) -> Any:
    if isinstance(value, dict):
        return {name: _put_everywhere(inner, instead) for name, inner in value.items()}
    if isinstance(value, list):
        return [_put_everywhere(inner, instead) for inner in value]
    return instead.get(value, value) if isinstance(value, str) else value
