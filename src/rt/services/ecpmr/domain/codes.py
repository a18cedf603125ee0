"""One-time codes for signing by link: six digits, ten minutes, five tries, once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from rt.kernel.errors import Conflict, Forbidden
from rt.kernel.messages import HIDDEN

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
SCRYPT = {"n": 2**12, "r": 8, "p": 1}


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


class SigningCode(msgspec.Struct, kw_only=True):
    """A code that waits to be typed; only its salted hash is kept."""

    party: str
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


def make(party: str, at: datetime) -> tuple[SigningCode, str]:
    """A new code, and the digits to send; they are kept nowhere."""
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    salt = secrets.token_hex(8)
    return SigningCode(party=party, salt=salt, digest=_digest(digits, salt), expires_at=at + LIFE), digits


def _digest(digits: str, salt: str) -> str:
    return hashlib.scrypt(digits.encode(), salt=bytes.fromhex(salt), dklen=32, **SCRYPT).hex()
