"""One-time codes for signing by link: six digits, ten minutes, five tries, once; and how often."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from rt.kernel.core.errors import Conflict, Forbidden, TooMany
from rt.kernel.model.messages import HIDDEN

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
SCRYPT = {"n": 2**12, "r": 8, "p": 1}

Window = tuple[timedelta, int]
"""Within so long, at most so many."""
TO_ONE_ADDRESS: tuple[Window, ...] = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5))
FOR_ONE_ASKER: tuple[Window, ...] = ((timedelta(hours=1), 10),)
GUESSES: tuple[Window, ...] = ((timedelta(hours=1), 10),)
"""Wrong tries over all codes of a party: 240 a day of a million."""
LONGEST = timedelta(hours=1)


class CodeWrong(Forbidden):
    fr = "Le code n'est pas le bon ; il reste {left} essais."
    en = "The code is not right; {left} tries are left."


class CodeNeeded(Forbidden):
    fr = "Demandez d'abord un code, puis saisissez-le pour signer."
    en = "Ask for a code first, then enter it to sign."


class CodeUsed(Conflict):
    fr = "Ce code a déjà servi à signer. Demandez-en un nouveau."
    en = "This code was already used to sign. Ask for a new one."


class CodeExpired(Conflict):
    fr = "Ce code n'est plus valable. Demandez-en un nouveau."
    en = "This code is no longer valid. Ask for a new one."


class CodeExhausted(Conflict):
    fr = "Trop d'essais : ce code est bloqué. Demandez-en un nouveau."
    en = "Too many tries: this code is blocked. Ask for a new one."


class SentJustNow(TooMany):
    fr = "Un message vient de partir à cette adresse. Réessayez dans {seconds} s."
    en = "A message has just left for this address. Try again in {seconds} s."


class CodesGuessed(TooMany):
    fr = "Trop de codes faux ont été essayés. La signature par code est bloquée pour {seconds} s."
    en = "Too many wrong codes were tried. Signing by code is blocked for {seconds} s."


class SigningCode(msgspec.Struct, kw_only=True):
    """A code that waits to be typed by the holder of one link; only its salted hash is kept."""

    link_id: str
    salt: Annotated[str, HIDDEN]
    digest: Annotated[str, HIDDEN]
    expires_at: datetime
    tries_left: int = TRIES
    used: bool = False

    def refuse_spent(self, at: datetime) -> None:
        if self.used:
            raise CodeUsed
        if self.tries_left <= 0:
            raise CodeExhausted
        if at > self.expires_at:
            raise CodeExpired

    def try_code(self, typed: str) -> bool:
        """Whether it was right; a wrong try is counted, a right one uses the code up."""
        if secrets.compare_digest(_digest(typed, self.salt), self.digest):
            self.used = True
            return True
        self.tries_left -= 1
        return False


def make(link_id: str, at: datetime) -> tuple[SigningCode, str]:
    """A new code, and the digits to send; they are kept nowhere."""
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    salt = secrets.token_hex(8)
    return SigningCode(link_id=link_id, salt=salt, digest=_digest(digits, salt), expires_at=at + LIFE), digits


def wait(times: Iterable[datetime], windows: Iterable[Window], at: datetime) -> int:
    """Seconds until one more fits into every window; 0 when it does now."""
    known = sorted(times)
    free_at = at
    for length, most in windows:
        if len(known) >= most:
            free_at = max(free_at, known[-most] + length)
    return -(-(free_at - at) // timedelta(seconds=1))


def _digest(digits: str, salt: str) -> str:
    return hashlib.scrypt(digits.encode(), salt=bytes.fromhex(salt), dklen=32, **SCRYPT).hex()
