"""What authz needs of the machine: bcrypt behind a bounded queue, and the list of worn-out passwords."""

import asyncio
import os
import secrets
from functools import cache
from importlib.resources import files
from typing import Final

import bcrypt

from rt.kernel.core.errors import Unavailable
from rt.services.authz.domain.passwords import digest

AT_ONCE: Final = max(1, (os.cpu_count() or 1) - 1)
"""bcrypt with 12 rounds takes about 0.4 s of a core and lets go of the interpreter meanwhile; one core is
left to everybody else (A-34)."""
IN_LINE: Final = 8
"""Whoever comes after these would wait longer than a person does: they are told to come back."""


class TooBusy(Unavailable):
    fr = "Beaucoup de connexions en ce moment. Réessayez dans quelques secondes."
    en = "Many people are signing in. Try again in a few seconds."


class Hasher:
    """Makes and checks password hashes; an unknown account costs as much as a wrong password."""

    def __init__(self, rounds: int, pepper: bytes) -> None:
        self._rounds = rounds
        self._pepper = pepper
        self._threads = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """A bcrypt hash of this password, with the rounds of today."""
        stands_for = digest(password, self._pepper)
        return await self._in_thread(stands_for, bcrypt.gensalt(self._rounds))

    async def check(self, password: str, stored: str) -> tuple[bool, bool]:
        """Whether it is the password, and whether its hash has other rounds than today's."""
        if not self._nobodys:
            self._nobodys = await self.hash(secrets.token_hex())
        against = stored or self._nobodys
        made = await self._in_thread(digest(password, self._pepper), against.encode())
        right = secrets.compare_digest(made, against) and bool(stored)
        return right, right and int(stored.split("$")[2]) != self._rounds

    async def _in_thread(self, stands_for: bytes, salt: bytes) -> str:
        if self._waiting >= IN_LINE:
            raise TooBusy(retry_after=2)
        self._waiting += 1
        try:
            async with self._threads:
                return (await asyncio.to_thread(bcrypt.hashpw, stands_for, salt)).decode()
        finally:
            self._waiting -= 1


@cache
def common_passwords() -> frozenset[str]:
    """The most used passwords, lower case."""
    lines = (
        files("rt.services.authz").joinpath("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    )
    return frozenset(line for line in lines if line and not line.startswith("#"))
