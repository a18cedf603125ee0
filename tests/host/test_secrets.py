"""Each unit holds what it needs and no other's secrets; what authz sealed, authz alone opens."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.conftest import TestPlatform
from tests.services.authz import make

from rt.host.keys import UnitKeys
from rt.host.topology import UNITS, UnitRow, secrets_of
from rt.kernel.core.settings import SECRETS, SettingRefused, read
from rt.services.authz.app import build as authz
from rt.services.authz.domain.vault import SealBroken, Vault

OTHERS = [row.package for row in UNITS if row.package != "authz"]
STRONG = {
    "RT_ENV": "production",
    "MONGODB_URI": "mongodb://x/",
    "MONGODB_KEYS_URI": "mongodb://keys/",
    "JWT_SECRET": "k3J9-zQ7w_Xv1Lr8Tn5Yb2Hs6Dm4Pc0Ge",
    "MAILGUN_API_KEY": "key-1",
}

Sealed = dict[str, str]
"""What authz wrote, by the purpose that opens it."""


@pytest.fixture
async def sealed(platform: TestPlatform) -> Sealed:
    """A signing key and an authenticator's secret, as they lie in the database."""
    await platform.mount(authz)
    admin = await make.admin(platform)
    assert (await admin.web.post("/auth/totp", json={"password": make.PASSWORD})).status_code == 200
    database = platform.database("authz")
    key = await database["authz.signing_keys"].find_one({})
    person = await database["authz.people"].find_one({"email": admin.email})
    assert key is not None
    assert person is not None
    return {"signing keys": key["sealed_secret"], "second factors": person["factor"]["sealed_secret"]}


async def test_authz_opens_what_it_sealed(platform: TestPlatform, sealed: Sealed) -> None:
    vault = Vault(platform.context("authz").settings.jwt_secret)
    assert all(vault.open(purpose, text) for purpose, text in sealed.items())


async def test_with_all_that_the_other_units_hold_what_authz_sealed_does_not_open(
    platform: TestPlatform, sealed: Sealed, unit_keys: UnitKeys
) -> None:
    held = {""}
    for package in OTHERS:
        context = platform.context(package)
        held |= {str(getattr(context.settings, name)) for name in context.settings.__struct_fields__}
        held |= {context.secret.decode("latin-1"), context.secret.hex()}
        key = (unit_keys._folder / f"{package}.jwk").read_text()
        held |= {key, *map(str, msgspec.json.decode(key).values())}
    for purpose, text in sealed.items():
        for root in held:
            with pytest.raises(SealBroken):
                Vault(root).open(purpose, text)


@pytest.mark.parametrize("row", UNITS, ids=lambda row: row.name)
async def test_a_unit_is_given_the_secrets_of_its_row_and_no_others(
    platform: TestPlatform, row: UnitRow
) -> None:
    package = row.package
    held = dict.fromkeys(SECRETS.values(), "held") | {"cdn_private_key": pem()}
    platform.settings = msgspec.structs.replace(platform.settings, **held)
    given = platform.context(package).settings
    assert {name for name, field in SECRETS.items() if getattr(given, field)} == set(secrets_of(package))


def pem() -> str:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def test_each_unit_has_a_secret_of_its_own(platform: TestPlatform) -> None:
    assert len({platform.context(row.package).secret for row in UNITS}) == len(UNITS)


def test_a_process_forgets_what_it_was_given_and_does_not_need() -> None:
    settings = read(STRONG, needs=("MONGODB_URI", "MAILGUN_API_KEY"))
    assert (settings.jwt_secret, settings.mailgun_api_key) == ("", "key-1")


def test_a_process_starts_without_what_it_does_not_need_and_not_without_what_it_does() -> None:
    given = {name: value for name, value in STRONG.items() if name != "JWT_SECRET"}
    assert read(given, needs=("MONGODB_URI",)).mongodb_uri
    with pytest.raises(SettingRefused, match="JWT_SECRET"):
        read(given, needs=("MONGODB_URI", *secrets_of("authz")))
