"""All that a platform has written, and where in it a secret or a person can be read."""

import base64
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import bson

from rt.kernel.log.event_log import EVENT_LOG
from rt.kernel.privacy.subject_keys import SubjectKeys
from rt.kernel.storage.persistence import Database, connect
from rt.kernel.storage.personal import STORED, Personal

CAPABILITY = re.compile(r"/(?:l|invitations|password/reset|unsubscribe|follow)/([^/?#\s\"<]{8,})")
ONE_TIME = re.compile(r"(?<![\w#-])\d{6}(?![\w-])")
KINDS_WITH_CODES = ("ecpmr.code.requested",)
LOG = (EVENT_LOG, "dead_letters", "timers", "log_segments", "consumers", "consumer_members")
"""Where no person may be readable; nor in what documents still have to tell."""
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
SHORTEST = 6
"""Characters of a name that is looked for: shorter ones stand in other words."""


class Known(NamedTuple):
    """What must not be readable: what opens something anywhere, who people are in the log."""

    secrets: set[str]
    people: set[str]


class Dump:
    """Every collection of a database as bytes, and the files beside it."""

    def __init__(self, uri: str, name: str, files: Path) -> None:
        self._client = connect(uri)
        self._database = Database(self._client, name, "kernel")
        keys = Database(self._client, f"{name}_keys", "kernel")
        self._personal = Personal(SubjectKeys(keys))
        self._files = files

    async def everything(self) -> dict[str, bytes]:
        """The bytes of all documents, by collection; those of files, by path; that of the log apart."""
        found: dict[str, bytes] = {}
        for name in await self._database.names():
            documents = [document async for document in self._database[name].find({})]
            found[name] = b"\n".join(bson.encode(document) for document in documents)
            told = [{"outbox": document["outbox"]} for document in documents if document.get("outbox")]
            found[f"told of {name}"] = b"\n".join(bson.encode(one) for one in told)
        for path in self._files.rglob("*"):
            if path.is_file():
                found[f"file {path.relative_to(self._files)}"] = path.read_bytes()
        return found

    async def known(self) -> Known:
        """What the platform has sent and keeps: links and codes of its messages, its people and drivers."""
        secrets: set[str] = set()
        people: set[str] = set()
        for name in await self._database.names():
            if "." in name:
                async for document in self._database[name].find({}):
                    opened = await self._opened(name, document)
                    if name == "notifications.messages":
                        secrets |= _opening(document["topic"], opened.pop("content", document["content"]))
                    secrets |= {one for value in opened.values() for one in _texts(value)}
                    people |= _named(name, document)
        return Known(secrets, {one for one in people if len(one) >= SHORTEST})

    async def close(self) -> None:
        await self._client.close()

    async def _opened(self, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for field, value in document.items():
            if isinstance(value, str) and value.startswith(STORED):
                place = f"{name}/{document['_id']}"
                found[field] = await self._personal.kept(document["org_id"], place, value)
        return found


def readable(text: str, content: bytes) -> bool:
    """Whether a text stands there: as it is, in UTF-16, in an address or in base64 wherever that begins."""
    plain = text.encode()
    forms = {plain, text.encode("utf-16-le"), quote(text, safe="").encode()}
    if text.isdecimal():
        return re.search(rb"(?<![\w-])(?<!\d\.)" + plain + rb"(?![\w-]|\.\d)", content) is not None
    for before in range(3):
        whole = base64.b64encode(bytes(before) + plain)
        forms.add(whole[-(-8 * before // 6) : 8 * (before + len(plain)) // 6])
    return any(len(form) > 3 and form in content for form in forms)


def _opening(topic: str, content: Mapping[str, Any]) -> set[str]:
    """What opens something in a message."""
    texts = list(_texts(content))
    links = {found for text in texts for found in CAPABILITY.findall(text)}
    codes = (
        {found for text in texts for found in ONE_TIME.findall(text)} if topic in KINDS_WITH_CODES else set()
    )
    return links | codes


def _named(name: str, document: Mapping[str, Any]) -> set[str]:
    """Who is named in a thing: accounts and drivers, contacts of sites, signers, every mail address."""
    found = {address for text in _texts(document) for address in MAIL.findall(text)}
    if name in ("authz.people", "planning.drivers"):
        found |= {document["name"], document.get("phone", "")}
    for stop in document.get("stops", ()) if name == "core_orders.orders" else ():
        found |= set(stop["site"]["contact"].values()) | {stop["site"]["address"]["street"]}
    for act in document.get("acts", ()) if name == "ecpmr.notes" else ():
        found |= {one["name"] for one in act["signatures"]}
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) and value else []
