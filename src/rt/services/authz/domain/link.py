"""Capability links: one organization, one scope, one object, until then; narrower, never wider."""

from datetime import datetime, timedelta
from typing import Final, get_args

import msgspec

from rt.contracts.authz import LinkScope
from rt.contracts.authz.access import Remark
from rt.kernel.access.tokens import Revoked
from rt.kernel.core.errors import Forbidden, Invalid
from rt.kernel.model.entity import Entity

LONGEST: Final = timedelta(days=90)
REMARKS: Final = frozenset(get_args(Remark))

ADDED: Final = "holder."
"""Begins the name of a remark that a holder of the link added."""


class LinkTooLong(Invalid):
    fr = "Un lien vit 90 jours au plus et finit dans l'avenir."
    en = "A link lives 90 days at most and ends in the future."


class LinkWidened(Forbidden):
    fr = "Un lien se restreint, il ne s'élargit pas ({what})."
    en = "A link can be narrowed, not widened ({what})."


class Link(Entity):
    """A link that was issued; the token itself is not kept, it can be signed again."""

    scope: LinkScope
    object_id: str
    expires_at: datetime
    claims: dict[str, str] = msgspec.field(default_factory=dict)
    issued_by: str = ""
    revoked_at: datetime | None = None

    def revoke(self, at: datetime) -> None:
        """This token and all that were narrowed from it are refused from now on."""
        if self.revoked_at is None:
            self.revoked_at = at
            self.emit(Revoked(subject="link", subject_id=self.id, before=at))


def check_life(expires_at: datetime, at: datetime) -> datetime:
    if not at < expires_at <= at + LONGEST:
        raise LinkTooLong("expires_at")
    return expires_at


def narrowed(
    held_until: datetime, held: dict[str, str], asked_until: datetime | None, asked: dict[str, str]
) -> tuple[datetime, dict[str, str]]:
    """End and claims of a narrower link: no later end, all that was said kept, only remarks added.

    What a holder adds stands apart from what the unit wrote that issued the link: nobody says of
    themselves who they are.
    """
    until = asked_until or held_until
    if stray := sorted(asked.keys() - REMARKS):
        raise LinkWidened(f"claims.{stray[0]}", what=stray[0])
    if until > held_until:
        raise LinkWidened("expires_at", what="expires_at")
    added = {}
    for name, value in asked.items():
        if held.get(name, value) != value or held.get(ADDED + name, value) != value:
            raise LinkWidened(f"claims.{name}", what=name)
        if name not in held:
            added[ADDED + name] = value
    return until, {**held, **added}
