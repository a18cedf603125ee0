"""Who is visiting a portal: tokens sealed in one cookie, renewed unseen, and the form token bound to it."""

import hashlib
import hmac
import secrets
from typing import Literal

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal

COOKIE = "__Host-rt_session"
PLAIN_COOKIE = "rt_session"
"""Over http, in development: browsers refuse the `__Host-` prefix there."""
LIFETIME_S = 30 * 24 * 3600
LARGEST_COOKIE = 4000
"""Bytes; browsers drop cookies above 4096 with their name and attributes."""
RENEW_BEFORE_S = 60
SEALING = ["dir", "A256GCM", "DEF"]
Tone = Literal["ok", "note", "warn", "bad"]


class Flash(msgspec.Struct, frozen=True):
    """A message for the next page, with what takes the change back."""

    text: str
    undo: str = ""
    kind: Tone = "ok"


class Session(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One visitor's session; anonymous while it holds no token."""

    id: str
    access: str = ""
    refresh: str = ""
    expires: int = 0
    """When the access token ends, seconds since 1970."""
    user_id: str = ""
    name: str = ""
    organization_id: str = ""
    organization: str = ""
    rights: list[str] = []
    language: str = ""
    pending: str = ""
    """A login that still waits for its second factor."""
    flash: Flash | None = None

    @property
    def signed_in(self) -> bool:
        return bool(self.access)

    @property
    def due(self) -> bool:
        """Whether the access token is about to end."""
        return bool(self.refresh) and now().timestamp() > self.expires - RENEW_BEFORE_S

    def may(self, right: str) -> bool:
        """Whether to show what needs this right; the service decides again."""
        return not right or right in self.rights or "*" in self.rights


def visitor() -> Session:
    """A new anonymous session."""
    return Session(id=secrets.token_urlsafe(18))


def signed_out(refusal: Refusal) -> bool:
    """Whether a refusal means that the session has ended.

    One that names a field is about what was typed again, a present password or a code, and ends nothing.
    """
    problem = refusal.problem()
    return problem.status == 401 and not problem.errors


class Seal:
    """Seals sessions into cookies and signs form tokens, each with its own key of one secret."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self.name = COOKIE if secure else PLAIN_COOKIE
        self.secure = secure
        self._box = OctKey.import_key(self._derived(secret, "portal session"))
        self._pen = self._derived(secret, "portal form")

    @staticmethod
    def _derived(secret: str, purpose: str) -> bytes:
        return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()

    def close(self, session: Session) -> str:
        """The cookie's value."""
        plain = msgspec.json.encode(session)
        sealed = jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}, plain, self._box)
        if len(sealed) > LARGEST_COOKIE:
            raise ValueError(f"the session takes {len(sealed)} bytes, a cookie holds {LARGEST_COOKIE}")
        return sealed

    def open(self, value: str) -> Session | None:
        """The session of a cookie; nothing when it is not ours or was changed."""
        try:
            plain = jwe.decrypt_compact(value, self._box, algorithms=SEALING).plaintext
            return msgspec.json.decode(plain or b"", type=Session)
        except (JoseError, ValueError, msgspec.DecodeError):
            return None

    def header(self, session: Session) -> str:
        """The Set-Cookie header that keeps this session."""
        kept = f"{self.name}={self.close(session)}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LIFETIME_S}"
        return kept + ("; Secure" if self.secure else "")

    def token(self, session: Session) -> str:
        """The form token of a session: of no use to any other session."""
        return hmac.new(self._pen, b"form " + session.id.encode(), hashlib.sha256).hexdigest()

    def accepts(self, session: Session, token: str) -> bool:
        return hmac.compare_digest(self.token(session).encode(), token.encode())

    def marker(self, session: Session) -> str:
        """A public name of the session, for the browser's own caches."""
        return hmac.new(self._pen, b"cache " + session.id.encode(), hashlib.sha256).hexdigest()[:24]

    def owner(self, session: Session) -> str:
        """A public name of the person in their organization: the same after they sign in again."""
        who = f"owner {session.organization_id} {session.user_id}"
        return hmac.new(self._pen, who.encode(), hashlib.sha256).hexdigest()[:24] if session.user_id else ""
