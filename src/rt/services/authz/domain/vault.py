"""One root secret, and what is derived from it for each purpose: sealing, hashing, deriving."""

import base64
import hashlib
import hmac
import secrets

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SEALING = {"alg": "dir", "enc": "A256GCM"}


class SealBroken(RuntimeError):
    """What was sealed does not open: another root secret, or a damaged document."""


class Vault:
    """Keys for purposes, each derived from the root (HKDF-expand with one block: RFC 5869, 2.3)."""

    def __init__(self, root: str) -> None:
        self._root = root.encode()

    def key(self, purpose: str) -> bytes:
        return hmac.new(self._root, f"rt authz {purpose}\x01".encode(), hashlib.sha256).digest()

    def seal(self, purpose: str, plain: str) -> str:
        """A compact JWE that only this purpose opens."""
        return jwe.encrypt_compact(SEALING, plain.encode(), OctKey.import_key(self.key(purpose)))

    def open(self, purpose: str, sealed: str) -> str:
        try:
            opened = jwe.decrypt_compact(sealed, OctKey.import_key(self.key(purpose)))
        except (JoseError, ValueError) as error:
            raise SealBroken(purpose) from error
        return (opened.plaintext or b"").decode()

    def derive(self, purpose: str, value: str) -> str:
        """43 characters that follow from a value and from nothing that is stored."""
        return text(hmac.new(self.key(purpose), value.encode(), hashlib.sha256).digest())


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def fresh_secret() -> str:
    """256 random bits in 43 characters."""
    return text(secrets.token_bytes(32))


def hash_of(secret: str) -> str:
    """How a secret of full entropy is stored: nothing slow is needed, nothing can be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
