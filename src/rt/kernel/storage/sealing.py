"""Secrets on their way from one unit to another: sealed before they are written, opened when delivered."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from msgspec import inspect

from rt.kernel.model.messages import EVENTS, Event

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"
"""RFC 8037 over X25519: the sender's key is made for one message and forgotten."""


class SealBroken(ValueError):
    """A sealed value that this unit's key does not open: its key changed, or it was altered."""


class SealMissing(RuntimeError):
    """A secret would have been written in clear."""


class Seals:
    """One unit's way to send secrets to others and to read those sent to it.

    `public` gives the other unit's public key, or raises LookupError.
    """

    def __init__(self, unit: str, own: OKPKey, public: Callable[[str], OKPKey]) -> None:
        self._unit = unit
        self._own = own
        self._public = public

    def sealed(self, event: Event) -> dict[str, Any]:
        """The event as it may be written: each secret field readable by its unit alone."""
        body = event_body(event)
        for field, reader in secrets_of(type(event)).items():
            if body.get(field):
                header = {"alg": ALGORITHM, "enc": ENCRYPTION}
                body[field] = jwe.encrypt_compact(header, body[field], self._public(reader))
        return body

    def opened(self, topic: str, body: dict[str, Any]) -> dict[str, Any]:
        """The same event as its reader sees it; what is for others stays sealed. Raises SealBroken."""
        kind = EVENTS.get(topic)
        mine = [field for field, reader in secrets_of(kind).items() if reader == self._unit] if kind else []
        if not mine:
            return body
        return {**body, **{field: self._open(body[field]) for field in mine if body.get(field)}}

    def _open(self, text: str) -> str:
        try:
            found = jwe.decrypt_compact(text, self._own, algorithms=[ALGORITHM, ENCRYPTION])
        except (JoseError, ValueError) as error:
            raise SealBroken from error
        return (found.plaintext or b"").decode()


def unsealed(event: Event) -> dict[str, Any]:
    """The event as it may be written without keys: only one that has no secret to keep."""
    if any(getattr(event, field) for field in secrets_of(type(event))):
        raise SealMissing(f"{type(event).__name__} holds a secret and there is no key to seal it with")
    return event_body(event)


def event_body(event: Event) -> dict[str, Any]:
    """The event as the log has it: without the fields that say no more than their default.

    Whoever handles it has them again (`rt.kernel.model.envelope.with_defaults`).
    """
    body: dict[str, Any] = _without_defaults(event)
    return body


def _without_defaults(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        defaults = _defaults(type(value))
        said = {name: getattr(value, name) for name in defaults}
        return {name: _without_defaults(inner) for name, inner in said.items() if inner != defaults[name]}
    if isinstance(value, (list, tuple)):
        return [_without_defaults(one) for one in value]
    return msgspec.to_builtins(value)


@cache
def _defaults(kind: type[msgspec.Struct]) -> Mapping[str, Any]:
    """The fields of a type, each with its default; a required one with what equals no value."""
    return {
        one.name: one.default_factory() if one.default_factory is not msgspec.NODEFAULT else one.default
        for one in msgspec.structs.fields(kind)
    }


@cache
def secrets_of(kind: type[Event]) -> Mapping[str, str]:
    """The secret fields of an event, each with the unit that may read it."""
    node = inspect.type_info(kind)
    if not isinstance(node, inspect.StructType):
        return {}
    marked = {field.name: _reader(field.type) for field in node.fields}
    return {name: reader for name, reader in marked.items() if reader}


def sealing_key(signing_key: OKPKey) -> OKPKey:
    """The key with which a unit opens what is sent to it; it follows from the one with which it signs."""
    secret = msgspec.json.encode(signing_key.as_dict(private=True)["d"])
    derived = HKDF(SHA256(), 32, salt=None, info=b"rt sealing").derive(secret)
    return OKPKey.import_key(X25519PrivateKey.from_private_bytes(derived))


def _reader(node: inspect.Type) -> str:
    if isinstance(node, inspect.Metadata):
        return str((node.extra or {}).get("secret_for", "")) or _reader(node.type)
    return ""
