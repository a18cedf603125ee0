"""Web Push: a message encrypted for one browser (RFC 8291) and the sender's proof (RFC 8292)."""

import base64
import hashlib
import hmac
import json
import os
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rt.kernel.core.errors import Invalid
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import SEALED

RECORD_BYTES = 4096
PLAIN_LIMIT_BYTES = 3_000
PROOF_LIFE = timedelta(hours=12)
"""A proof may live a day at most (RFC 8292, section 2)."""
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SubscriptionUnreadable(Invalid):
    fr = "Les clés de cet abonnement ne sont pas valables."
    en = "The keys of this subscription are not valid."


class Subscription(Entity, kw_only=True):
    """One browser of one person; the keys are those that the browser made."""

    user_id: str
    endpoint: Annotated[str, SEALED]
    p256dh: Annotated[str, SEALED]
    auth_secret: Annotated[str, SEALED]

    def check(self) -> None:
        try:
            _point(decoded(self.p256dh))
            usable = len(decoded(self.auth_secret)) == 16
        except ValueError:
            usable = False
        if not usable:
            raise SubscriptionUnreadable(field="p256dh")


class PushSender:
    """The platform as push services know it: one key pair that follows from the secret of its unit."""

    def __init__(self, secret: bytes, contact: str) -> None:
        seed = hmac.new(secret, b"notifications vapid", hashlib.sha512).digest()
        self._key = ec.derive_private_key(int.from_bytes(seed, "big") % (P256_ORDER - 1) + 1, ec.SECP256R1())
        self._contact = contact

    @property
    def public_key(self) -> str:
        return encoded(_raw(self._key.public_key()))

    def proof(self, endpoint: str, moment: datetime) -> str:
        """The Authorization header for one push service."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((moment + PROOF_LIFE).timestamp()),
            "sub": self._contact,
        }
        signed = ".".join(
            encoded(json.dumps(part, separators=(",", ":")).encode())
            for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        token = f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        return f"vapid t={token}, k={self.public_key}"


def encrypt(plain: bytes, p256dh: str, auth_secret: str) -> bytes:
    """A body that only this browser can read."""
    return encrypt_with(plain, p256dh, auth_secret, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))


def encrypt_with(
    plain: bytes, p256dh: str, auth_secret: str, own: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The same with a given key and salt, as the example of RFC 8291 has them."""
    browser = decoded(p256dh)
    mine = _raw(own.public_key())
    shared = own.exchange(ec.ECDH(), _point(browser))
    keyed = _expand(_extract(decoded(auth_secret), shared), b"WebPush: info\x00" + browser + mine, 32)
    start = _extract(salt, keyed)
    key = _expand(start, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(start, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(key).encrypt(nonce, plain[:PLAIN_LIMIT_BYTES] + b"\x02", None)
    return salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(mine)]) + mine + sealed


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def _extract(salt: bytes, keying: bytes) -> bytes:
    return hmac.new(salt, keying, hashlib.sha256).digest()


def _expand(key: bytes, context: bytes, length: int) -> bytes:
    """One block of HKDF-Expand is all that is needed here (RFC 5869)."""
    return hmac.new(key, context + b"\x01", hashlib.sha256).digest()[:length]
