"""Where organizations, people, sessions, keys and links are kept."""

from rt.services.authz.store.kept import AuthzStore

__all__ = ["AuthzStore"]
