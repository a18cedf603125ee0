"""For which organization something is done: no organization, no query."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_acting: ContextVar[str | None] = ContextVar("organization", default=None)


class NoOrganization(RuntimeError):
    """A query without an organization: a bug, never a refusal that a user could see."""


@contextmanager
def acting_for(org_id: str) -> Iterator[None]:
    """Everything inside is done for this organization and no other."""
    if not org_id:
        raise NoOrganization("acting_for needs an organization")
    token = _acting.set(org_id)
    try:
        yield
    finally:
        _acting.reset(token)


def current_org() -> str:
    """The organization that is acted for; raises NoOrganization when there is none."""
    org_id = _acting.get()
    if org_id is None:
        raise NoOrganization("no organization is acted for here")
    return org_id
