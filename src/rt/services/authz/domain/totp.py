"""The second factor: time-based codes that are good once, and recovery codes (RFC 6238)."""

import secrets
from datetime import datetime
from typing import Annotated, Final

import msgspec
import pyotp
from pyotp.exceptions import OTPVerificationError

from rt.kernel.core.errors import Unauthorized
from rt.kernel.model.messages import HIDDEN
from rt.services.authz.domain.vault import hash_of, same

RECOVERY_CODES: Final = 10
RECOVERY_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"
STEPS_ACCEPTED: Final = 0
"""Only the code of the present 30 seconds (OWASP ASVS 5.0, 6.5.5)."""
ISSUER: Final = "RT-Technologie"


class CodeWrong(Unauthorized):
    fr = "Ce code n'est pas valable, ou a déjà servi."
    en = "This code is not valid, or was already used."


class SecondFactor(msgspec.Struct):
    """An authenticator (its secret sealed), the last step that was used, the recovery codes left (hashed)."""

    sealed_secret: Annotated[str, HIDDEN]
    confirmed: bool = False
    last_step: int = 0
    recovery_hashes: Annotated[list[str], HIDDEN] = msgspec.field(default_factory=list)

    def accept(self, code: str, secret: str, at: datetime) -> bool:
        """Use up a code, once; True when it was a recovery code, CodeWrong when it is not good now."""
        if not code.isdecimal():
            self._use_recovery(code)
            return True
        step = step_of(code, secret, at)
        if step <= self.last_step:
            raise CodeWrong("code")
        self.last_step = step
        return False

    def _use_recovery(self, code: str) -> None:
        given = hash_of(normal_recovery(code))
        left = [kept for kept in self.recovery_hashes if not same(kept, given)]
        if len(left) == len(self.recovery_hashes):
            raise CodeWrong("code")
        self.recovery_hashes = left


def fresh_totp_secret() -> str:
    """160 random bits in base 32, as authenticators take it."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, email: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(code: str, secret: str, at: datetime) -> int:
    """The 30-second step that a code belongs to, or CodeWrong."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=STEPS_ACCEPTED)
    except OTPVerificationError:
        raise CodeWrong("code") from None


def fresh_recovery_codes() -> list[str]:
    """Ten codes of 49 bits such as "k7m2p-9xq4t"; never digits alone, as those of an authenticator."""
    codes: list[str] = []
    while len(codes) < RECOVERY_CODES:
        letters = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(10))
        if not letters.isdecimal():
            codes.append(f"{letters[:5]}-{letters[5:]}")
    return codes


def normal_recovery(code: str) -> str:
    """As people type it: spaces, dashes and capitals do not matter."""
    return code.replace("-", "").replace(" ", "").lower()
