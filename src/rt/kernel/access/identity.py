"""Who is asking: tokens verified, actors known, rights checked before anything is done."""

import asyncio
import base64
import binascii
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Literal

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from rt.kernel.access.tokens import (
    ALGORITHM,
    LATE,
    LIVES,
    PLATFORM,
    PLATFORM_RIGHTS,
    PLATFORM_ROLE,
    Revoked,
    member_of,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Forbidden, Unauthorized
from rt.kernel.model.messages import OPEN, SELF, SIGNED_IN, UNIT, MessageShape

LEEWAY_SECONDS = 5
FUTURE_SECONDS = 60
ASK_AGAIN_SECONDS = 5.0
KEYS_KEPT_SECONDS = 60.0
TOKEN_BELIEVED_SECONDS = 60.0
KEY_BELIEVED_SECONDS = 30.0
SWEPT_EVERY_SECONDS = 60.0
AUTHZ = "authz"
"""The one unit whose signature makes user and link tokens."""
TOKEN_LIMIT_BYTES = 8192
HEADER_FIELDS = frozenset({"alg", "kid", "typ"})
REQUIRED_CLAIMS = ("iss", "aud", "sub", "jti", "iat", "exp")
SEGMENT = re.compile(r"^[A-Za-z0-9_-]+$")

Kind = Literal["user", "key", "unit", "link", "anonymous"]


class TokenRefused(Unauthorized):
    fr = "La session n'est pas valable ou a expiré. Reconnectez-vous."
    en = "The session is not valid or has expired. Sign in again."


class RightMissing(Forbidden):
    fr = "Il vous manque le droit « {right} »."
    en = "You lack the right “{right}”."


class RoleMayNot(Forbidden):
    fr = "Votre rôle ne permet pas cette opération : adressez-vous au bureau."
    en = "Your role does not allow this: ask the office."


class PeopleOnly(Forbidden):
    fr = "Seule la personne elle-même, connectée à son compte, peut le faire."
    en = "Only the person, signed in to their own account, can do this."


class OrganizationIsSuspended(Forbidden):
    fr = "Cette organisation est suspendue. Contactez le support."
    en = "This organization is suspended. Contact support."


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, for which organization, with which rights.

    A link acts for `org_id` within `scope` on `object_id` alone; a unit acts for the organization that its
    caller acted for, with the caller's roles.
    """

    kind: Kind = "anonymous"
    id: str = ""
    org_id: str = ""
    rights: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    name: str = ""
    language: str = "fr"
    session_id: str = ""
    scope: str = ""
    object_id: str = ""
    claims: dict[str, str] = {}

    @property
    def of_platform(self) -> bool:
        """Whether a person of the platform's own organization speaks, or a unit for them.

        The organization's identity says so, never a kind or a role alone: those are words that others say.
        """
        return self.org_id == PLATFORM and PLATFORM_ROLE in self.roles

    @property
    def person(self) -> str:
        """Whose doing it is: the user whom a unit asks for, else the actor; no link says so of itself."""
        return self.claims.get("for", self.id) if self.kind == "unit" else self.id

    def may(self, right: str) -> bool:
        if right in PLATFORM_RIGHTS and self.kind != "unit" and self.org_id != PLATFORM:
            return False
        return self.kind == "unit" or right in self.rights


ANONYMOUS = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=ANONYMOUS)


def current_actor() -> Actor:
    return _actor.get()


_seen_from: ContextVar[str] = ContextVar("seen_from", default="")


def current_address() -> str:
    """The network address that the person or program asks from, as our outermost middleware saw it."""
    return _seen_from.get()


@contextmanager
def seen_from(address: str) -> Iterator[None]:
    token = _seen_from.set(address)
    try:
        yield
    finally:
        _seen_from.reset(token)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def check(shape: MessageShape, actor: Actor, path: Mapping[str, str]) -> None:
    """Let pass, or refuse with 401 or 403, before anything else is looked at."""
    if shape.needs == OPEN:
        return
    if actor.kind == "anonymous":
        raise Unauthorized
    if actor.kind == "link":
        opened = path.get(shape.path_fields[0]) if shape.path_fields else None
        if shape.link is None or shape.link != actor.scope or actor.object_id != opened:
            raise RightMissing(right=shape.needs)
        return
    if shape.needs == UNIT:
        if actor.kind != "unit":
            raise RightMissing(right=shape.needs)
        return
    if shape.needs == SELF and actor.kind != "user":
        raise PeopleOnly
    if shape.needs not in (SELF, SIGNED_IN) and not actor.may(shape.needs):
        raise RightMissing(right=shape.needs)
    if actor.kind == "user" and actor.roles and actor.roles <= shape.closed_to:
        raise RoleMayNot


class Keyring:
    """Public keys by kid, asked for again every minute, and for an unknown kid at most every five seconds.

    Whoever comes while the source is being asked waits for its answer; no answer is Unavailable, not a
    refused token.
    """

    def __init__(self, fetch: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        self._fetch = fetch
        self._keys: dict[str, OKPKey] = {}
        self._fetched_at = -ASK_AGAIN_SECONDS
        self._asking = asyncio.Lock()

    async def key(self, kid: str) -> OKPKey | None:
        if self._due(kid):
            async with self._asking:
                if self._due(kid):
                    jwks = await self._fetch()
                    signing = [key for key in jwks["keys"] if key.get("use") != "enc"]
                    self._keys = {key["kid"]: OKPKey.import_key(key) for key in signing}
                    self._fetched_at = time.monotonic()
        return self._keys.get(kid)

    def _due(self, kid: str) -> bool:
        age = time.monotonic() - self._fetched_at
        return age >= (KEYS_KEPT_SECONDS if kid in self._keys else ASK_AGAIN_SECONDS)


async def verify(
    token: str, keys: Keyring, audience: str, typ: str, issuer: str | None = None
) -> dict[str, Any]:
    """The claims of a compact JWS, or TokenRefused (RFC 7515, 7519, 8725).

    Stricter than the library: canonical base64url segments, only alg, kid and typ in the header, one
    algorithm, no repeated JSON names, every registered claim present.
    """
    header, claims = _parse(token)
    if header.get("alg") != ALGORITHM or header.get("typ") != typ or not isinstance(header.get("kid"), str):
        raise TokenRefused
    key = await keys.key(header["kid"])
    if key is None:
        raise TokenRefused
    try:
        jws.deserialize_compact(token, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise TokenRefused from error
    _check_claims(claims, audience)
    if issuer is not None and claims["iss"] != issuer:
        raise TokenRefused
    return claims


def _parse(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if len(token) > TOKEN_LIMIT_BYTES or token.count(".") != 2:
        raise TokenRefused
    segments = token.split(".")
    if not all(SEGMENT.match(segment) for segment in segments):
        raise TokenRefused
    try:
        header_bytes, claims_bytes, _ = (_decode_segment(segment) for segment in segments)
        header = json.loads(header_bytes, object_pairs_hook=_no_repeats)
        claims = json.loads(claims_bytes, object_pairs_hook=_no_repeats)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise TokenRefused from error
    if not isinstance(header, dict) or not isinstance(claims, dict) or set(header) - HEADER_FIELDS:
        raise TokenRefused
    return header, claims


def _decode_segment(segment: str) -> bytes:
    decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != segment:
        raise TokenRefused  # trailing bits: two spellings of one token
    return decoded


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise TokenRefused
    return dict(pairs)


def _check_claims(claims: dict[str, Any], audience: str) -> None:
    moment = time.time()
    if any(name not in claims for name in REQUIRED_CLAIMS):
        raise TokenRefused
    if not all(isinstance(claims[name], str) and claims[name] for name in ("iss", "sub", "jti", "aud")):
        raise TokenRefused
    times = [claims.get(name, 0) for name in ("iat", "exp", "nbf")]
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in times):
        raise TokenRefused
    if claims["aud"] != audience or claims["exp"] < moment - LEEWAY_SECONDS:
        raise TokenRefused
    if claims["iat"] > moment + FUTURE_SECONDS or claims.get("nbf", 0) > moment + FUTURE_SECONDS:
        raise TokenRefused


class Revocations:
    """What has been revoked, kept in memory and fed from the event log, while a token may carry it."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], float] = {}
        self._swept_at = 0.0

    def heard(self, revoked: Revoked) -> None:
        place = revoked.subject, revoked.subject_id
        self._before[place] = max(revoked.before.timestamp(), self._before.get(place, 0))
        self._sweep(now())

    def covers(self, subject: str, subject_id: str, issued_at: float) -> bool:
        return issued_at < self._before.get((subject, subject_id), 0)

    def __len__(self) -> int:
        return len(self._before)

    def _sweep(self, at: datetime) -> None:
        """Forget, once a minute at most, what no living token can carry any more."""
        if abs(at.timestamp() - self._swept_at) < SWEPT_EVERY_SECONDS:
            return
        self._swept_at = at.timestamp()
        oldest = {subject: (at - life - LATE).timestamp() for subject, life in LIVES.items()}
        self._before = {place: before for place, before in self._before.items() if before >= oldest[place[0]]}


class Identity:
    """From the Authorization header of a request to an actor.

    `access_keys` are those of authz (user and link tokens), `unit_keys` those of the units; `callers` are the
    units that may ask this one; `check_key` asks authz about an API key.
    """

    def __init__(
        self,
        unit: str,
        access_keys: Keyring,
        unit_keys: Keyring,
        callers: frozenset[str],
        check_key: Callable[[str, str], Awaitable[Actor]],
        revocations: Revocations,
    ) -> None:
        self._unit = unit
        self._access_keys = access_keys
        self._unit_keys = unit_keys
        self._callers = callers
        self._check_key = check_key
        self._revocations = revocations
        self._verified: dict[str, tuple[float, float, Actor]] = {}
        self._checked: dict[tuple[str, str], tuple[float, Actor]] = {}

    async def of_this_platform(self, token: str) -> bool:
        """Whether a request comes through a unit or portal of the platform, which counted it already."""
        try:
            await verify(token, self._unit_keys, self._unit, "unit+jwt")
        except TokenRefused:
            return False
        return True

    async def actor(self, authorization: str, client_ip: str) -> Actor:
        """The actor; anonymous without a header; TokenRefused or OrganizationIsSuspended."""
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefused
        if token.startswith("rtk_"):
            return await self._keyed(token, client_ip)
        until, issued, actor = self._verified.get(token, (0.0, 0.0, ANONYMOUS))
        if until < time.time():
            self._verified.pop(token, None)
            issued, actor = await self._read(token)
        self._refuse_revoked(actor, issued)
        return actor

    async def _keyed(self, key: str, address: str) -> Actor:
        """Whom an API key stands for; asked again after half a minute, or at once when it was revoked."""
        moment = now().timestamp()
        checked_at, actor = self._checked.get((key, address), (0.0, ANONYMOUS))
        revoked = self._revocations.covers("key", actor.id, checked_at)
        if revoked or moment - checked_at > KEY_BELIEVED_SECONDS:
            actor = await self._check_key(key, address)
            if len(self._checked) > 10_000:
                self._checked.clear()
            self._checked[key, address] = moment, actor
        self._refuse_suspended(actor, self._checked[key, address][0])
        return actor

    async def _read(self, token: str) -> tuple[float, Actor]:
        """When it was issued, and for whom; remembered for a minute, so that a withdrawn key soon ends."""
        header, _ = _parse(token)
        match header.get("typ"):
            case "at+jwt":
                claims = await verify(token, self._access_keys, "rt", "at+jwt", AUTHZ)
                actor = Actor(
                    kind="user",
                    id=claims["sub"],
                    org_id=_text(claims, "org"),
                    rights=frozenset(claims.get("rights", ())),
                    roles=frozenset(claims.get("roles", ())),
                    name=_text(claims, "name"),
                    language=_text(claims, "lang") or "fr",
                    session_id=_text(claims, "sid"),
                )
            case "link+jwt":
                claims = await verify(token, self._access_keys, "link", "link+jwt", AUTHZ)
                actor = Actor(
                    kind="link",
                    id=claims["jti"],
                    org_id=_text(claims, "org"),
                    scope=_text(claims, "scope"),
                    object_id=_text(claims, "obj"),
                    language=_text(claims, "lang") or "fr",
                    claims={str(name): str(value) for name, value in claims.get("claims", {}).items()},
                )
            case "unit+jwt":
                claims = await verify(token, self._unit_keys, self._unit, "unit+jwt")
                if claims["iss"] not in self._callers or not header["kid"].startswith(claims["iss"] + "."):
                    raise TokenRefused
                actor = Actor(
                    kind="unit",
                    id=claims["iss"],
                    org_id=_text(claims, "org"),
                    roles=frozenset(claims.get("roles", ())),
                    name=_text(claims, "name"),
                    language=_text(claims, "lang") or "fr",
                    claims={"for": claims["sub"]},
                )
            case _:
                raise TokenRefused
        if len(self._verified) > 10_000:
            self._verified.clear()
        believed = min(float(claims["exp"]) + LEEWAY_SECONDS, time.time() + TOKEN_BELIEVED_SECONDS)
        self._verified[token] = believed, float(claims["iat"]), actor
        return float(claims["iat"]), actor

    def _refuse_revoked(self, actor: Actor, issued: float) -> None:
        covers = self._revocations.covers
        if actor.kind == "user" and (
            covers("session", actor.session_id, issued)
            or covers("member", member_of(actor.id, actor.org_id), issued)
        ):
            raise TokenRefused
        if actor.kind == "link" and covers("link", actor.id, issued):
            raise TokenRefused
        self._refuse_suspended(actor, issued)

    def _refuse_suspended(self, actor: Actor, issued: float) -> None:
        if actor.kind != "unit" and self._revocations.covers("organization", actor.org_id, issued):
            raise OrganizationIsSuspended


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str):
        raise TokenRefused
    return value


class UnitKey:
    """A unit's own private key: signs the short-lived tokens with which it asks others."""

    LIFE_SECONDS = 60

    def __init__(self, unit: str, key: OKPKey) -> None:
        self.unit = unit
        self._key = key
        self._kid = f"{unit}.{key.thumbprint()[:12]}"
        self._signed: dict[tuple[str, str, str, str], tuple[float, str]] = {}

    def public(self) -> dict[str, Any]:
        return {**self._key.as_dict(private=False), "kid": self._kid, "alg": ALGORITHM, "use": "sig"}

    def token(self, target: str, actor: Actor, org_id: str) -> str:
        """A token of 60 seconds for one target, for the organization acted for."""
        moment = time.time()
        key = (target, org_id, actor.id, actor.language)
        cached = self._signed.get(key)
        if cached and cached[0] > moment + 20:
            return cached[1]
        claims = {
            "iss": self.unit,
            "aud": target,
            "sub": actor.id or self.unit,
            "org": org_id,
            "roles": sorted(actor.roles),
            "name": actor.name,
            "lang": actor.language,
            "jti": f"{self.unit}.{int(moment * 1000)}",
            "iat": int(moment),
            "exp": int(moment) + self.LIFE_SECONDS,
        }
        header = {"alg": ALGORITHM, "kid": self._kid, "typ": "unit+jwt"}
        token = jws.serialize_compact(header, json.dumps(claims), self._key, algorithms=[ALGORITHM])
        if len(self._signed) > 1_000:
            self._signed.clear()
        self._signed[key] = (moment + self.LIFE_SECONDS, token)
        return token
