"""Addresses that do not take mail, or do not want some of it; the token of one-click unsubscribing."""

import base64
import hashlib
import hmac
import re
from datetime import datetime

import msgspec
from email_validator import EmailNotValidError, validate_email

from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal, PersonalLabel

PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,24}")
PLATFORM = "platform"
"""The owner of what belongs to no organization: an address is the same person's for all of them."""


class TokenUnknown(NotFound):
    fr = "Ce lien de désabonnement n'est pas valable."
    en = "This unsubscribe link is not valid."


class Address(Entity, kw_only=True):
    """What is known of one address: since when it bounces, which topics it has unsubscribed from."""

    address: PersonalLabel
    bounced_at: datetime | None = None
    reason: Personal = ""
    muted: list[str] = []

    def bounce(self, reason: str, moment: datetime) -> None:
        self.bounced_at = self.bounced_at or moment
        self.reason = reason

    def mute(self, topic: str) -> None:
        if topic not in self.muted:
            self.muted = [*self.muted, topic]

    def hear_again(self, topic: str) -> None:
        self.muted = [muted for muted in self.muted if muted != topic]

    def takes(self, topic: str) -> bool:
        return self.bounced_at is None and topic not in self.muted


def is_mailbox(address: str) -> bool:
    """Whether it is one mail address and nothing else: no list, no name, no line break."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def is_phone(number: str) -> bool:
    return PHONE.fullmatch(number) is not None


def folded(address: str) -> str:
    return address.strip().lower()


def address_id(address: str) -> str:
    return derived_id("adr", folded(address))


class Unsubscriber:
    """Signs and reads the tokens that mails carry (RFC 8058): who, and from what."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"notifications unsubscribe", hashlib.sha256).digest()

    def token(self, address: str, topic: str) -> str:
        body = _base64(msgspec.json.encode([folded(address), topic]))
        return f"{body}.{self._sign(body)}"

    def read(self, token: str) -> tuple[str, str]:
        """Address and topic, or TokenUnknown."""
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            raise TokenUnknown
        padded = body + "=" * (-len(body) % 4)
        address, topic = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[str, str])
        return address, topic

    def _sign(self, body: str) -> str:
        return _base64(hmac.new(self._key, body.encode(), hashlib.sha256).digest()[:18])


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
