"""Where organizations, people, sessions, keys and links are kept."""

from rt.services.authz.store.kept import KEYS, AuthzStore

__all__ = ["KEYS", "AuthzStore"]
