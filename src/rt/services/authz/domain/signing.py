"""The keys that sign tokens, and the tokens they sign (RFC 7515, 7519, 8037, 9068)."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from joserfc import jws
from joserfc.jwk import OKPKey

from rt.contracts.authz import PublicKeyView
from rt.kernel.access.tokens import ALGORITHM
from rt.kernel.core.ids import new_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import HIDDEN
from rt.services.authz.domain.link import LONGEST
from rt.services.authz.domain.vault import Vault

ACCESS_LIFE: Final = timedelta(hours=1)
SIGNS_AFTER: Final = timedelta(minutes=10)
"""A key is published this long before it signs, so that everybody has fetched it by then."""
ROTATED_EVERY: Final = timedelta(days=30)
ISSUER: Final = "authz"
SEALED_FOR: Final = "signing keys"


class SigningKey(Entity):
    """A key pair; `id` is the kid, the private half is sealed.

    It verifies until the longest link that it may have signed has died.
    """

    public_x: str
    sealed_secret: Annotated[str, HIDDEN]
    signs_from: datetime
    verifies_until: datetime | None = None

    def retire(self, successor_signs_from: datetime) -> None:
        """Another key signs from then on."""
        if self.verifies_until is None:
            self.verifies_until = successor_signs_from + LONGEST

    def withdraw(self, at: datetime) -> None:
        """The private half may be known to others: nothing signed with it counts any more."""
        self.verifies_until = at

    def verifies(self, at: datetime) -> bool:
        return self.verifies_until is None or at < self.verifies_until

    def view(self) -> PublicKeyView:
        return PublicKeyView(kid=self.id, x=self.public_x)


def generate(vault: Vault, org_id: str, signs_from: datetime) -> SigningKey:
    """A fresh Ed25519 pair."""
    pair = OKPKey.generate_key("Ed25519")
    public = pair.as_dict(private=False)
    return SigningKey(
        id=new_id("sgk"),
        org_id=org_id,
        public_x=str(public["x"]),
        sealed_secret=vault.seal(SEALED_FOR, json.dumps(pair.as_dict(private=True))),
        signs_from=signs_from,
    )


def signer_of(keys: list[SigningKey], at: datetime) -> SigningKey | None:
    """The newest key that may sign now."""
    ready = [key for key in keys if key.signs_from <= at and key.verifies(at)]
    return max(ready, key=lambda key: (key.signs_from, key.id), default=None)


class Signer:
    """One opened key; signs any number of tokens."""

    def __init__(self, kid: str, pair: OKPKey) -> None:
        self.kid = kid
        self._pair = pair

    @classmethod
    def opened(cls, key: SigningKey, vault: Vault) -> "Signer":
        return cls(key.id, OKPKey.import_key(json.loads(vault.open(SEALED_FOR, key.sealed_secret))))

    def sign(self, typ: str, claims: dict[str, Any]) -> str:
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": typ}
        payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
        return jws.serialize_compact(header, payload, self._pair, algorithms=[ALGORITHM])


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What an access token says of its bearer."""

    person_id: str
    session_id: str
    organization_id: str
    role: str
    rights: frozenset[str]
    name: str
    language: str


def access_claims(standing: Standing, at: datetime) -> dict[str, Any]:
    """Claims of an access token (typ at+jwt). `iat` keeps milliseconds: a revocation may be as close."""
    return {
        "iss": ISSUER,
        "aud": "rt",
        "sub": standing.person_id,
        "org": standing.organization_id,
        "sid": standing.session_id,
        "jti": new_id("tok"),
        "iat": at.timestamp(),
        "exp": int((at + ACCESS_LIFE).timestamp()),
        "rights": sorted(standing.rights),
        "roles": [standing.role] if standing.rights else [],
        "name": standing.name,
        "lang": standing.language,
    }


def link_claims(
    link_id: str,
    org_id: str,
    scope: str,
    object_id: str,
    until: datetime,
    claims: dict[str, str],
    at: datetime,
) -> dict[str, Any]:
    """Claims of a capability link (typ link+jwt); what is narrowed keeps the id, and falls with it."""
    return {
        "iss": ISSUER,
        "aud": "link",
        "sub": org_id,
        "org": org_id,
        "jti": link_id,
        "scope": scope,
        "obj": object_id,
        "claims": claims,
        "iat": at.timestamp(),
        "exp": int(until.timestamp()),
    }
