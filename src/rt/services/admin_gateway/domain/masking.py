"""What the platform's people are shown: that something happened, not what opens doors or who lives where."""

import re
from typing import Any

SECRET = re.compile(
    r"token|secret|password|hash|signature|signed|code$|^code|url$|p256dh|authorization|cookie", re.IGNORECASE
)
PERSONAL = re.compile(
    r"email|phone|street|siret_owner|first_name|last_name|by_name|driver_name|^ip$", re.IGNORECASE
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
HIDDEN = "***"
NEEDED = frozenset({"postal_code", "signed_at"})
CREDENTIAL = re.compile(r"password|secret|hash|token|recovery|factor", re.IGNORECASE)


def masked(value: Any, name: str = "") -> Any:
    """The same body with personal values and secrets made unreadable."""
    if name and name not in NEEDED and (SECRET.search(name) or PERSONAL.search(name)):
        return HIDDEN if value else value
    if isinstance(value, dict):
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return MAIL.sub(HIDDEN, value) if isinstance(value, str) else value


def exported(value: Any, name: str = "") -> Any:
    """What an organization takes away: all of it, but for the secrets by which it was let in."""
    if name and CREDENTIAL.search(name):
        return HIDDEN if value else value
    if isinstance(value, dict):
        return {key: exported(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [exported(inner) for inner in value]
    return value
