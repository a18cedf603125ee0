"""What all tokens of the platform have in common: how they are signed, and that they can lose their worth."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from rt.kernel.model.messages import Event

ALGORITHM = "Ed25519"
"""RFC 9864: the one signature algorithm of user, link and unit tokens."""

PLATFORM = "org_operator"
"""The organization that runs the platform: the installation makes it, no message makes another."""
PLATFORM_ROLE = "platform_admin"
PLATFORM_RIGHTS = frozenset(
    {"admin_gateway.read", "admin_gateway.write", "admin_gateway.admin", "authz.admin", "notifications.admin"}
)
"""To look over all organizations: worth nothing in the hands of any other organization."""


class Revoked(Event, topic="kernel.access.revoked"):
    """Tokens of this subject issued before a moment are worth nothing any more."""

    subject: Literal["session", "member", "organization", "link", "key"]
    subject_id: str
    before: datetime


LIVES: Mapping[str, timedelta] = {
    "session": timedelta(hours=1),
    "member": timedelta(hours=1),
    "key": timedelta(hours=1),
    "link": timedelta(days=90),
    "organization": timedelta(days=90),
}
"""How long a token of a subject may live at most: access tokens, keys that are believed, links. A revocation
that is older concerns none that is alive."""
LATE: Final = timedelta(minutes=10)
"""What clocks may differ, and how long a revocation may be on its way."""


def member_of(person_id: str, organization_id: str) -> str:
    """The subject "member": one person as a member of one organization, and nowhere else."""
    return f"{person_id}@{organization_id}"
