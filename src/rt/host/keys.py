"""The units' own keys: each signs with its private one, all read the public ones."""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from joserfc.jwk import OKPKey

from rt.host.topology import PORTALS, UNITS
from rt.kernel.access.identity import UnitKey
from rt.kernel.storage.sealing import Seals, sealing_key


class UnitKeys:
    """Key files in a folder, one private file per unit and one set of public keys; made when missing.

    A process that serves one unit needs the private file of that unit alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sealing_keys: dict[str, OKPKey] = {}

    def ensure(self) -> None:
        """Make what is missing; several starters end up with the same keys."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = [row.package for row in UNITS] + [f"portal_{row.package}" for row in PORTALS]
        for name in names:
            self._once(f"{name}.jwk", _new_key)
        public = {"keys": [one for name in names for one in (self.of(name).public(), self._sealing(name))]}
        partial = self._folder / f".public.{os.getpid()}"
        partial.write_bytes(msgspec.json.encode(public))
        partial.replace(self._folder / "public.jwks")

    def of(self, unit: str) -> UnitKey:
        """The signing key of a unit (or `portal_…`)."""
        return UnitKey(unit, self._signing(unit))

    def secret_of(self, unit: str) -> bytes:
        """A secret that only this unit knows, for addresses and cookies that it signs itself."""
        return hashlib.sha256(b"rt secret" + (self._folder / f"{unit}.jwk").read_bytes()).digest()

    def seals_of(self, unit: str) -> Seals:
        """How a unit seals what it tells another, and opens what is sent to it."""
        return Seals(unit, sealing_key(self._signing(unit)), self._sealing_key_of)

    def jwt_secret(self) -> str:
        """The secret of authz where the environment gives none (development)."""
        self._once("jwt_secret", lambda: secrets.token_urlsafe(48).encode())
        return (self._folder / "jwt_secret").read_text()

    async def public(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode((self._folder / "public.jwks").read_bytes())
        return found

    def _signing(self, unit: str) -> OKPKey:
        return OKPKey.import_key(msgspec.json.decode((self._folder / f"{unit}.jwk").read_bytes()))

    def _sealing(self, unit: str) -> dict[str, Any]:
        """The public key with which others seal for a unit."""
        key = sealing_key(self._signing(unit)).as_dict(private=False)
        return {**key, "kid": f"{unit}.sealing", "use": "enc"}

    def _sealing_key_of(self, unit: str) -> OKPKey:
        if unit not in self._sealing_keys:
            known = msgspec.json.decode((self._folder / "public.jwks").read_bytes())["keys"]
            found = [key for key in known if key["kid"] == f"{unit}.sealing"]
            self._sealing_keys[unit] = OKPKey.import_key(found[0])
        return self._sealing_keys[unit]

    def _once(self, name: str, make: Callable[[], bytes]) -> None:
        path = self._folder / name
        if path.exists():
            return
        partial = self._folder / f".{name}.{os.getpid()}"
        partial.touch(mode=0o600)
        partial.write_bytes(make())
        try:
            os.link(partial, path)  # the first starter wins, whole or not at all
        except FileExistsError:
            pass
        finally:
            partial.unlink()


def _new_key() -> bytes:
    return msgspec.json.encode(OKPKey.generate_key("Ed25519").as_dict(private=True))
