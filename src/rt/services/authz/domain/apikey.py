"""API keys: what a program of an organization may do, from where, until when."""

import ipaddress
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from rt.contracts.authz import ApiKeyView, KeyView
from rt.kernel.access.tokens import Revoked
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Forbidden, Invalid, Unauthorized
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import HIDDEN
from rt.services.authz.domain.vault import hash_of, same

PREFIX: Final = "rtk"
FOR_PEOPLE_ONLY: Final = frozenset(
    {"authz.write", "authz.admin", "admin_gateway.write", "admin_gateway.admin"}
)
"""A key makes no keys, people or suspensions: what it could give itself would outlive it."""
USE_NOTED_EVERY: Final = timedelta(minutes=1)


class KeyRefused(Unauthorized):
    fr = "Cette clé d'API n'est pas valable ici."
    en = "This API key is not valid here."


class KeyRightForbidden(Forbidden):
    fr = "Une clé ne peut pas porter le droit « {right} »."
    en = "A key cannot carry the right “{right}”."


class KeyRevoked(Conflict):
    fr = "Cette clé est révoquée."
    en = "This key is revoked."


class KeyExpiryPast(Invalid):
    fr = "La date de fin est déjà passée."
    en = "The end date has already passed."


class NetworkInvalid(Invalid):
    fr = "{value} n'est pas une adresse ni un réseau IP."
    en = "{value} is not an IP address or network."


class KeySecret(msgspec.Struct):
    """One of a key's secrets, hashed; `until` is set once a newer one was made."""

    hash: Annotated[str, HIDDEN]
    until: datetime | None = None


class ApiKey(Entity):
    """A key; its token is `rtk_<id>_<secret>`."""

    name: str
    rights: list[str]
    networks: list[str] = msgspec.field(default_factory=list)
    secrets: list[KeySecret] = msgspec.field(default_factory=list)
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def prefix(self) -> str:
        return f"{PREFIX}_{self.id.removeprefix('key_')}"

    def token(self, secret: str) -> str:
        return f"{self.prefix}_{secret}"

    def check(self, secret: str, ip: str, at: datetime) -> None:
        """KeyRefused unless the secret is right, and the key alive, and the address allowed."""
        given = hash_of(secret)
        known = [same(given, kept.hash) and (kept.until is None or at < kept.until) for kept in self.secrets]
        ended = self.revoked_at is not None or (self.expires_at is not None and at >= self.expires_at)
        if not any(known) or ended or not self._allows(ip):
            raise KeyRefused

    def rotate(self, secret: str, at: datetime, until: datetime) -> None:
        """A new secret beside the present one, which lives on until then; older ones end now.

        Whoever believes the key for a moment without asking asks again at once.
        """
        if self.revoked_at is not None:
            raise KeyRevoked
        present = self.secrets[-1]
        present.until = until
        self.secrets = [present, KeySecret(hash_of(secret))]
        self.emit(Revoked(subject="key", subject_id=self.id, before=at))

    def revoke(self, at: datetime) -> None:
        if self.revoked_at is None:
            self.revoked_at = at
            self.emit(Revoked(subject="key", subject_id=self.id, before=at))

    def note_use(self, at: datetime) -> None:
        self.used_at = at

    def use_is_news(self, at: datetime) -> bool:
        """Whether the last use noted is old enough to be worth a write."""
        return self.used_at is None or at - self.used_at >= USE_NOTED_EVERY

    def alive_secrets(self, at: datetime) -> int:
        return sum(1 for kept in self.secrets if kept.until is None or at < kept.until)

    def view(self) -> ApiKeyView:
        return ApiKeyView(
            key_id=self.id,
            name=self.name,
            prefix=self.prefix,
            rights=self.rights,
            networks=self.networks,
            expires_at=self.expires_at,
            used_at=self.used_at,
            created_at=self.created_at,
            revoked=self.revoked_at is not None,
            secrets=self.alive_secrets(now()),
        )

    def holder_view(self) -> KeyView:
        """Whom it stands for."""
        return KeyView(organization_id=self.org_id, rights=self.rights, key_id=self.id, name=self.name)

    def _allows(self, ip: str) -> bool:
        if not self.networks:
            return True
        try:
            seen = ipaddress.ip_address(ip)
        except ValueError:
            return False
        return any(seen in ipaddress.ip_network(network) for network in self.networks)


def check_grant(rights: list[str], own: frozenset[str]) -> list[str]:
    """The rights of a new key, in order: some of its maker's own, none of those kept for people."""
    for right in rights:
        if right in FOR_PEOPLE_ONLY or right not in own:
            raise KeyRightForbidden("rights", right=right)
    return sorted(set(rights))


def check_expiry(expires_at: datetime | None, at: datetime) -> datetime | None:
    """The end of a new key: none, or some moment to come."""
    if expires_at is not None and expires_at <= at:
        raise KeyExpiryPast("expires_at")
    return expires_at


def check_networks(networks: list[str]) -> list[str]:
    """Networks in canonical form."""
    checked = []
    for number, network in enumerate(networks):
        try:
            checked.append(str(ipaddress.ip_network(network.strip(), strict=False)))
        except ValueError:
            raise NetworkInvalid(f"networks.{number}", value=network) from None
    return checked


def split_token(token: str) -> tuple[str, str]:
    """The key's id and the secret of `rtk_<id>_<secret>`, or KeyRefused."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or not parts[1] or not parts[2]:
        raise KeyRefused
    return f"key_{parts[1]}", parts[2]
