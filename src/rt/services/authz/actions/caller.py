"""Who is speaking, where only a person will do, or only the platform."""

from rt.kernel.access.identity import Actor, PeopleOnly, current_actor
from rt.kernel.access.tokens import PLATFORM


def calling_person() -> Actor:
    """The actor, if it is a person with a session."""
    actor = current_actor()
    if actor.kind != "user":
        raise PeopleOnly
    return actor


def acts_for_platform() -> bool:
    """Whether the platform's own organization speaks, with the right to look over all others."""
    actor = current_actor()
    return actor.org_id == PLATFORM and actor.may("authz.admin")
