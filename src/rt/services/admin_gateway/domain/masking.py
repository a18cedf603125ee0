"""What the platform's people are shown: that something happened, not what opens doors or who lives where."""

import re
from typing import Any

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
SEALED = re.compile(r"eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+")
"""What an event told one unit alone, as the log holds it (RFC 7516)."""
HIDDEN = "***"
CREDENTIALS = frozenset(
    {"password_hash", "reset_hash", "token_hash", "previous_hash", "key_hash", "recovery_hashes"}
    | {"secrets", "sealed_secret", "auth_secret", "token", "salt", "digest", "endpoint", "p256dh"}
)
"""By what somebody was let in or written to: hidden where it is stored (tests/house/test_secrets.py)."""


def masked(value: Any) -> Any:
    """The same body without what opens something, and without addresses in words where nobody declared them.

    What is personal came veiled already, as its field declares (`rt.kernel.storage.personal`).
    """
    if isinstance(value, dict):
        return {key: masked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return MAIL.sub(HIDDEN, SEALED.sub(HIDDEN, value)) if isinstance(value, str) else value


def exported(value: Any, name: str = "") -> Any:
    """What an organization takes away: all of it, but for the secrets by which it was let in."""
    if name in CREDENTIALS:
        return HIDDEN if value else value
    if isinstance(value, dict):
        return {key: exported(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [exported(inner) for inner in value]
    return value
