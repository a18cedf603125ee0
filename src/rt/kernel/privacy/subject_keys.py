"""Keys of those whom events tell of: one tree of keys for each organization, from which leaves can be cut.

A subject's key follows from its organization's by a puncturable pseudorandom function (Goldreich, Goldwasser,
Micali, "How to construct random functions", 1986): each key of a tree gives sixteen below it, and the hash of
the subject's name says which way down. What is stored are keys that give all others but the erased: at first
the sixteen at the top, so that one read serves all subjects of an organization.
"""

import hashlib
import secrets
import time
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rt.kernel.core.clock import now
from rt.kernel.storage.persistence import Database, DuplicateKeyError
from rt.kernel.storage.personal import Erased, KeyLost

DIGITS = "0123456789abcdef"
DEPTH = 16
"""Steps from the top to a subject: 64 bits of its hash. Two subjects of one organization that meet are erased
together; among a thousand million that happens in one of forty."""
KEY_BYTES = 32
KNOWN_SECONDS = 30.0
"""How long a process goes on with a key that another one has destroyed."""
MOST_CIPHERS = 20_000
MOST_NODES = 5_000
MOST_FINDING = 5_000
"""Organizations among whose people a text is looked for without naming one."""
NODES = "nodes"
ERASURES = "erasures"
Document = dict[str, Any]


class SubjectKeys:
    """Reads, makes and destroys keys in a database of their own, and remembers them for a moment."""

    def __init__(self, keys: Database) -> None:
        self._database = keys
        self._nodes = keys[NODES]
        self._erasures = keys[ERASURES]
        self._known_nodes: dict[str, Document] = {}
        self._ciphers: dict[tuple[str, str], AESGCM | None] = {}
        self._all_finding: list[bytes] | None = None
        self._until = 0.0
        self._generation = 0

    async def prepare(self) -> None:
        await self._nodes.create_index([("org_id", 1)])

    async def cipher(self, org_id: str, subject: str, make: bool = False) -> AESGCM | None:
        """The cipher of a subject; None once it was erased. Raises KeyLost where there never was a key."""
        self._forget_old()
        known = self._ciphers.get((org_id, subject), ...)
        if known is not ...:
            return known
        digits = _digits(subject)
        key = self._from_known(org_id, digits)
        if key is None:
            await self._read(org_id, digits, make)
            key = self._from_known(org_id, digits)
        cipher = AESGCM(key) if key else None
        if len(self._ciphers) >= MOST_CIPHERS:
            self._ciphers.clear()
        self._ciphers[org_id, subject] = cipher
        return cipher

    async def finding(self, org_id: str) -> bytes | None:
        """The key under which an organization's people are found; None once it was erased."""
        self._forget_old()
        if _name(org_id) not in self._known_nodes:
            await self._read(org_id, "", make=True)
        found: bytes | None = self._known_nodes[_name(org_id)].get("finding")
        return found

    async def all_finding(self) -> list[bytes]:
        """Those of all organizations, as far as they are not too many."""
        self._forget_old()
        if self._all_finding is None:
            tops = self._nodes.find({"finding": {"$exists": True}}, {"finding": 1}).limit(MOST_FINDING)
            self._all_finding = [top["finding"] async for top in tops]
        return self._all_finding

    async def destroy(self, org_id: str, subject: str = "") -> None:
        """Destroy the key of a subject, or all of an organization; that it is to be is noted before.

        What was cut short is done by doing it again.
        """
        erased = Erased(org_id=org_id, subject=subject)
        noted = {"$setOnInsert": {"at": now()}}
        await self._erasures.update_one({"_id": erased.id}, noted, upsert=True)
        if subject:
            await self._read(org_id, "", make=True)
            async with self._database.client.start_session() as session:
                await session.with_transaction(lambda s: self._cut(org_id, _digits(subject), s))
        else:
            gone = {"org_id": org_id, "keys": {}, "erased_at": now()}
            await self._nodes.replace_one({"_id": _name(org_id)}, gone, upsert=True)
            await self._nodes.delete_many({"org_id": org_id, "_id": {"$ne": _name(org_id)}})
        self.forget()

    async def erased(self) -> list[Erased]:
        """All that was ever destroyed."""
        return [Erased.named(row["_id"]) async for row in self._erasures.find({}, {"_id": 1})]

    def generation(self) -> int:
        """Another number once keys that were known may have been destroyed."""
        self._forget_old()
        return self._generation

    def forget(self) -> None:
        """Read everything again from now on."""
        self._generation += 1
        self._known_nodes.clear()
        self._ciphers.clear()
        self._all_finding = None

    async def _cut(self, org_id: str, digits: str, session: Any) -> None:
        """Have the nodes give all keys but one: instead of the key above it, those beside the way to it.

        The top is written each time: an erasure of the organization meets it, and leaves no node behind.
        """
        top = {"_id": _name(org_id), "erased_at": {"$exists": False}}
        touched = await self._nodes.update_one(top, {"$inc": {"cuts": 1}}, session=session)
        if not touched.matched_count:
            return
        names = [_name(org_id, digits[:n]) for n in range(DEPTH)]
        found = self._nodes.find({"_id": {"$in": names}}, session=session)
        for node in await found.sort([("_id", 1)]).to_list():
            depth = len(node["_id"]) - len(_name(org_id))
            key = node["keys"].get(digits[depth])
            if key is None:
                continue
            cut = {"$unset": {f"keys.{digits[depth]}": ""}}
            await self._nodes.update_one({"_id": node["_id"]}, cut, session=session)
            for below in range(depth + 1, DEPTH):
                beside = {digit: _child(key, digit) for digit in DIGITS if digit != digits[below]}
                new = {"_id": _name(org_id, digits[:below]), "org_id": org_id, "keys": beside}
                await self._nodes.insert_one(new, session=session)
                key = _child(key, digits[below])
            return

    def _from_known(self, org_id: str, digits: str) -> bytes | None:
        """The key at the end of the way, from the nodes that are known; None where it is none of theirs."""
        for depth in range(DEPTH):
            node = self._known_nodes.get(_name(org_id, digits[:depth]))
            if node is None or "erased_at" in node:
                return None
            key: bytes | None = node["keys"].get(digits[depth])
            if key is not None:
                for digit in digits[depth + 1 :]:
                    key = _child(key, digit)
                return key
        return None

    async def _read(self, org_id: str, digits: str, make: bool) -> None:
        """Know all nodes on a way, and at least the top, which is made where it may be."""
        names = [_name(org_id, digits[:n]) for n in range(DEPTH)] if digits else [_name(org_id)]
        found = await self._nodes.find({"_id": {"$in": names}}).to_list()
        if not any(node["_id"] == _name(org_id) for node in found):
            if not make:
                raise KeyLost(f"{org_id} has no keys")
            found.append(await self._made(org_id))
        if len(self._known_nodes) >= MOST_NODES:
            self._known_nodes.clear()
        self._known_nodes |= {node["_id"]: node for node in found}

    async def _made(self, org_id: str) -> Document:
        """The top of an organization's tree: of several that make it at once, that of the first."""
        keys = {digit: secrets.token_bytes(KEY_BYTES) for digit in DIGITS}
        top = {"org_id": org_id, "keys": keys, "finding": secrets.token_bytes(KEY_BYTES)}
        with suppress(DuplicateKeyError):
            await self._nodes.update_one({"_id": _name(org_id)}, {"$setOnInsert": top}, upsert=True)
        made: Document | None = await self._nodes.find_one({"_id": _name(org_id)})
        if made is None:
            raise KeyLost(f"the keys of {org_id} are gone as soon as made")
        return made

    def _forget_old(self) -> None:
        moment = time.monotonic()
        if moment >= self._until:
            self.forget()
            self._until = moment + KNOWN_SECONDS


def _name(org_id: str, prefix: str = "") -> str:
    return f"{org_id}/{prefix}"


def _digits(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()[:DEPTH]


def _child(key: bytes, digit: str) -> bytes:
    return hashlib.blake2b(digit.encode(), key=key, digest_size=KEY_BYTES).digest()
