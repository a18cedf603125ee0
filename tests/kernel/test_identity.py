"""What is accepted as a token, and what never is (A-1 to A-8, A-14)."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from rt.host.keys import UnitKeys
from rt.kernel.access.identity import ANONYMOUS, Actor, Identity, Keyring, Revocations, TokenRefused, verify
from rt.kernel.core.errors import Refusal

KEY = OKPKey.generate_key("Ed25519")


def claims(**changes: Any) -> dict[str, Any]:
    moment = int(time.time())
    usual = {
        "iss": "authz",
        "aud": "rt",
        "sub": "usr_1",
        "org": "org_a",
        "jti": "1",
        "iat": moment,
        "exp": moment + 60,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(header: dict[str, Any] | None = None, key: Any = KEY, **changes: Any) -> str:
    usual = {"alg": "Ed25519", "kid": "k1", "typ": "at+jwt"}
    return jws.serialize_compact(
        usual | (header or {}), json.dumps(claims(**changes)), key, algorithms=["Ed25519", "HS256"]
    )


@pytest.fixture
def keys() -> Keyring:
    async def fetch() -> dict[str, Any]:
        return {"keys": [{**KEY.as_dict(private=False), "kid": "k1"}]}

    return Keyring(fetch)


async def test_a_good_token_is_read(keys: Keyring) -> None:
    assert (await verify(token(), keys, "rt", "at+jwt"))["sub"] == "usr_1"


def segments(*parts: Any) -> str:
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join(encoded)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
async def test_a1_no_algorithm_is_no_token(keys: Keyring, alg: str) -> None:
    header = {"alg": alg, "kid": "k1", "typ": "at+jwt"}
    for forged in (
        segments(header, claims()) + ".",
        segments(header, claims()),
        segments(header, claims()) + ".AA",
    ):
        with pytest.raises(TokenRefused):
            await verify(forged, keys, "rt", "at+jwt")


async def test_a2_the_public_key_is_not_a_shared_secret(keys: Keyring) -> None:
    public = KEY.as_dict(private=False)
    raw = base64.urlsafe_b64decode(str(public["x"]) + "=")
    pem = KEY.as_pem(private=False)
    for secret in (raw, pem, KEY.as_der(private=False), json.dumps(public).encode()):
        signed = segments({"alg": "HS256", "kid": "k1", "typ": "at+jwt"}, claims())
        mark = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        forged = signed + "." + base64.urlsafe_b64encode(mark).rstrip(b"=").decode()
        with pytest.raises(TokenRefused):
            await verify(forged, keys, "rt", "at+jwt")


@pytest.mark.parametrize(
    "kid", ["other", "../../dev/null", "' OR 1=1 --", "https://evil.example/k", "k" * 10_000, "k1\x00"]
)
async def test_a3_a_strange_kid_finds_no_key(keys: Keyring, kid: str) -> None:
    with pytest.raises(TokenRefused):
        await verify(token({"kid": kid}), keys, "rt", "at+jwt")


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c", "crit", "b64", "zip"])
async def test_a4_a5_headers_that_would_bring_their_own_key_are_refused(keys: Keyring, name: str) -> None:
    header = {"alg": "Ed25519", "kid": "k1", "typ": "at+jwt", name: "https://evil.example"}
    signed = token()
    forged = segments(header) + "." + ".".join(signed.split(".")[1:])
    with pytest.raises(TokenRefused):
        await verify(forged, keys, "rt", "at+jwt")


async def test_a5_one_token_has_one_spelling(keys: Keyring) -> None:
    good = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(good[-1]) ^ 1]
    repeated = '{"alg":"Ed25519","kid":"k1","typ":"at+jwt","alg":"none"}'
    head = base64.urlsafe_b64encode(repeated.encode()).rstrip(b"=").decode()
    for forged in (
        good[:-1] + last,
        good + "=",
        good + ".",
        " " + good,
        head + "." + ".".join(good.split(".")[1:]),
    ):
        with pytest.raises(TokenRefused):
            await verify(forged, keys, "rt", "at+jwt")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 60},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"exp": None},
        {"aud": None},
        {"iss": None},
        {"sub": None},
        {"jti": None},
        {"aud": "link"},
        {"aud": ["rt"]},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iss": "palette"},
    ],
)
async def test_a6_a7_claims_that_do_not_hold(keys: Keyring, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        await verify(token(**changes), keys, "rt", "at+jwt", "authz")


@pytest.mark.parametrize("typ", ["JWT", "link+jwt", "unit+jwt", "AT+JWT", ""])
async def test_a7_a_token_of_another_kind(keys: Keyring, typ: str) -> None:
    with pytest.raises(TokenRefused):
        await verify(token({"typ": typ}), keys, "rt", "at+jwt")


async def test_a8_a_huge_token_is_not_even_read(keys: Keyring) -> None:
    with pytest.raises(TokenRefused):
        await verify(token(name="x" * 9000), keys, "rt", "at+jwt")


async def test_flipped_bits_never_verify(keys: Keyring) -> None:
    good = token()
    for position in range(0, len(good), 3):
        other = "A" if good[position] != "A" else "B"
        forged = good[:position] + other + good[position + 1 :]
        with pytest.raises(TokenRefused):
            await verify(forged, keys, "rt", "at+jwt")


def identity(tmp_path: Path, unit: str, callers: set[str]) -> Identity:
    platform = UnitKeys(tmp_path)
    platform.ensure()

    async def nobody(key: str, address: str) -> Actor:
        raise TokenRefused

    async def none() -> dict[str, Any]:
        return {"keys": []}

    return Identity(unit, Keyring(none), Keyring(platform.public), frozenset(callers), nobody, Revocations())


async def test_a14_a_unit_is_let_in_where_it_may_ask_and_nowhere_else(tmp_path: Path) -> None:
    palette = identity(tmp_path, "palette", {"core_orders"})
    platform = UnitKeys(tmp_path)
    asker = Actor(kind="user", id="usr_1", roles=frozenset({"driver"}))
    good = platform.of("core_orders").token("palette", asker, "org_a")
    actor = await palette.actor(f"Bearer {good}", "127.0.0.1")
    assert (actor.kind, actor.id, actor.org_id, actor.roles) == ("unit", "core_orders", "org_a", {"driver"})
    other_target = platform.of("core_orders").token("ecpmr", asker, "org_a")
    other_caller = platform.of("training").token("palette", asker, "org_a")
    portal = platform.of("portal_industry").token("palette", asker, "org_a")
    for refused in (other_target, other_caller, portal):
        with pytest.raises(TokenRefused):
            await palette.actor(f"Bearer {refused}", "127.0.0.1")


async def test_without_a_header_nobody_asks_and_other_schemes_are_refused(tmp_path: Path) -> None:
    palette = identity(tmp_path, "palette", set())
    assert await palette.actor("", "127.0.0.1") is ANONYMOUS
    for header in ("Basic dXNlcjpwdw==", "Bearer", "Bearer ", "Token x"):
        with pytest.raises(Refusal):
            await palette.actor(header, "127.0.0.1")
