"""Attacks on tokens, against the running service and the kernel's verification (A-1 to A-12)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import OKPKey
from tests.conftest import TestPlatform
from tests.services.authz import make

from rt.kernel.core.clock import held, now
from rt.services.authz.actions.signing import Signing
from rt.services.authz.domain.vault import Vault
from rt.services.authz.store import AuthzStore

Forge = Callable[[str, "Keys"], str]


class Keys:
    """What an attacker has: a token of their own, the public keys, and keys they made."""

    def __init__(self, jwks: dict[str, Any]) -> None:
        self.jwks = jwks
        self.public = OKPKey.import_key(jwks["keys"][0])
        self.kid = str(jwks["keys"][0]["kid"])
        self.own = OKPKey.generate_key("Ed25519")


def b64(value: bytes | str) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, claims, signature = token.split(".")
    return *(json.loads(base64.urlsafe_b64decode(one + "==")) for one in (header, claims)), signature


def head(token: str, **changed: Any) -> str:
    """The same token with another header: the signature no longer fits, nothing of the header may count."""
    header, _, _ = parts(token)
    return ".".join([b64(json.dumps({**header, **changed})), *token.split(".")[1:]])


def unsigned(alg: Any, signature: str = "") -> Forge:
    def forge(token: str, keys: Keys) -> str:
        header, claims, _ = parts(token)
        return f"{b64(json.dumps({**header, 'alg': alg}))}.{b64(json.dumps(claims))}.{signature}"

    return forge


def symmetric(form: str) -> Forge:
    """Signed with the public key as if it were a shared secret."""

    def forge(token: str, keys: Keys) -> str:
        secrets = {
            "pem": keys.public.as_pem(private=False),
            "der": keys.public.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "raw": keys.public.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw),
            "jwk": json.dumps(keys.jwks["keys"][0]).encode(),
        }
        header, claims, _ = parts(token)
        signed = f"{b64(json.dumps({**header, 'alg': 'HS256'}))}.{b64(json.dumps(claims))}"
        return f"{signed}.{b64(hmac.new(secrets[form], signed.encode(), hashlib.sha256).digest())}"

    return forge


def own_key(**header: Any) -> Forge:
    """Signed with the attacker's own key, which the header offers."""

    def forge(token: str, keys: Keys) -> str:
        before, claims, _ = parts(token)
        offered = {
            name: keys.own.as_dict(private=False) if value == "own" else value
            for name, value in header.items()
        }
        content = f"{b64(json.dumps({**before, **offered}))}.{b64(json.dumps(claims))}"
        signature = keys.own.private_key.sign(content.encode())
        return f"{content}.{b64(signature)}"

    return forge


FORGED: dict[str, Forge] = {
    **{f"a1_alg_{alg}": unsigned(alg) for alg in ("none", "None", "NONE", "nOnE", "", None, 1, ["none"])},
    "a1_empty_signature": lambda token, keys: token.rpartition(".")[0] + ".",
    "a1_no_signature": lambda token, keys: token.rpartition(".")[0],
    "a1_no_dots": lambda token, keys: token.replace(".", ""),
    "a1_four_segments": lambda token, keys: token + ".x",
    "a1_json_serialization": lambda token, keys: json.dumps(
        {"payload": token.split(".")[1], "signature": ""}
    ),
    **{f"a2_hs256_{form}": symmetric(form) for form in ("pem", "der", "raw", "jwk")},
    **{
        f"a3_kid_{name}": lambda token, keys, kid=kid: head(token, kid=kid)
        for name, kid in {
            "unknown": "nobody",
            "path": "../../../../dev/null",
            "sql": "' UNION SELECT 'x",
            "url": "http://127.0.0.1:1/key",
            "long": "k" * 10_000,
            "nul": "a\x00b",
            "list": ["sgk"],
            "object": {"$ne": ""},
            "none": None,
        }.items()
    },
    "a3_own_key_under_a_known_kid": own_key(),
    "a4_jwk": own_key(jwk="own"),
    "a4_jku": own_key(jku="http://127.0.0.1:1/jwks.json"),
    "a4_x5u": own_key(x5u="http://127.0.0.1:1/cert.pem"),
    "a4_x5c": own_key(x5c=["MIIB"]),
    "a5_crit": lambda token, keys: head(token, crit=["exp"]),
    "a5_b64": lambda token, keys: head(token, b64=False, crit=["b64"]),
    "a5_zip": lambda token, keys: head(token, zip="DEF"),
    "a5_padded": lambda token, keys: token + "=",
    "a5_standard_alphabet": lambda token, keys: token.replace("-", "+").replace("_", "/") + "/",
    "a5_inner_blank": lambda token, keys: token[:50] + " " + token[50:],
    "a5_trailing_bits": lambda token, keys: token[:-1] + chr(ord(token[-1]) + 1),
    "a5_flipped_claim": lambda token, keys: ".".join(
        [
            token.split(".")[0],
            b64(json.dumps({**parts(token)[1], "org": "org_operator"})),
            token.split(".")[2],
        ]
    ),
    "a8_over_eight_kilobytes": lambda token, keys: token + "A" * 9_000,
}


@pytest.fixture
async def token(authz: TestPlatform) -> str:
    return str((await make.admin(authz)).tokens["access_token"])


async def status(platform: TestPlatform, token: str) -> int:
    async with platform.web(
        "authz", authorization=f"Bearer {token}".encode("latin-1", "replace").decode("latin-1")
    ) as web:
        return (await web.get("/auth/me")).status_code


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused(authz: TestPlatform, token: str, name: str) -> None:
    """A-1 to A-5."""
    async with authz.web("authz") as web:
        keys = Keys((await web.get("/auth/.well-known/jwks.json")).json())
    assert await status(authz, token) == 200
    forged = FORGED[name](token, keys)
    assert forged != token
    assert await status(authz, forged) == 401


async def signed(
    platform: TestPlatform, typ: str = "at+jwt", drop: str = "", raw: str = "", **changed: Any
) -> str:
    """A token with the service's own signature and other content: what a bug in signing would make."""
    signing = Signing(AuthzStore(platform.database("authz")), Vault(platform.settings.jwt_secret))
    moment = int(time.time())
    claims: dict[str, Any] = {
        **{"iss": "authz", "aud": "rt", "sub": "usr_x", "org": "org_x", "sid": "ses_x", "jti": "tok_x"},
        **{"iat": moment, "exp": moment + 60, "rights": ["authz.read"], "roles": ["viewer"]},
        **changed,
    }
    claims.pop(drop, None)
    if not raw:
        return await signing.sign(typ, claims)
    signer = await signing._signer()
    header = {"alg": "Ed25519", "kid": signer.kid, "typ": typ}
    return jws.serialize_compact(header, raw % json.dumps(claims)[1:-1], signer._pair, algorithms=["Ed25519"])


async def read(platform: TestPlatform, token: str) -> int:
    async with make.bearing(platform, token) as web:
        return (await web.get("/auth/users")).status_code


async def test_a6_a_fresh_token_of_the_service_is_taken(authz: TestPlatform) -> None:
    assert await read(authz, await signed(authz)) == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time.time()) - 7},
        {"exp": "2999-01-01"},
        {"exp": True},
        {"exp": None},
        {"nbf": int(time.time()) + 86_400},
        {"iat": int(time.time()) + 86_400},
        {"iat": [1]},
        *({"drop": name} for name in ("exp", "aud", "iss", "sub", "jti", "iat")),
    ],
)
async def test_a6_times_and_names_are_all_demanded(authz: TestPlatform, changed: dict[str, Any]) -> None:
    assert await read(authz, await signed(authz, **changed)) == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "link"},
        {"aud": "core_orders"},
        {"aud": ["rt", "other"]},
        {"typ": "JWT"},
        {"typ": "refresh+jwt"},
        {"typ": "mfa+jwt"},
        {"typ": "unit+jwt"},
        {"typ": "link+jwt"},
        {"typ": "AT+JWT"},
    ],
    ids=str,
)
async def test_a7_another_audience_or_type_is_refused(authz: TestPlatform, changed: dict[str, Any]) -> None:
    assert await read(authz, await signed(authz, **changed)) == 401


async def test_a7_refresh_token_and_challenge_are_no_access_tokens(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    assert await read(authz, admin.tokens["refresh_token"]) == 401


@pytest.mark.parametrize(
    "raw", ['{%s, "org": "org_operator"}', '{"org": "org_operator", %s}', "[%s]", '"%s"', "{%s", "{%s}x"]
)
async def test_a5_repeated_names_and_broken_json_are_refused(authz: TestPlatform, raw: str) -> None:
    token = await signed(authz, raw=raw)
    assert await read(authz, token) == 401


async def test_a12_rotation_loses_nobody_and_a_compromised_key_loses_all(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    chief = await make.operator(authz)
    rotated = await chief.post("/auth/keys/rotate", json={})
    assert len(rotated.json()["keys"]) == 2
    assert await read(authz, admin.tokens["access_token"]) == 200
    after = (await make.login(authz, admin.email)).json()["access_token"]
    assert await read(authz, after) == 200
    removed = await chief.post("/auth/keys/rotate", json={"compromised": True})
    assert len(removed.json()["keys"]) == 1
    fresh = (await make.login(authz, admin.email)).json()["access_token"]
    header, _, _ = parts(fresh)
    assert header["kid"] == removed.json()["keys"][0]["kid"]


async def test_a12_the_clock_brings_a_new_key_every_month(authz: TestPlatform) -> None:
    async with authz.web("authz") as web:
        before = (await web.get("/auth/.well-known/jwks.json")).json()["keys"]
        with held(now() + timedelta(days=31)):
            await authz.tick()
            after = (await web.get("/auth/.well-known/jwks.json")).json()["keys"]
    assert len(before) == 1
    assert len(after) == 2
    assert before[0] in after
    assert all("d" not in key for key in after)
