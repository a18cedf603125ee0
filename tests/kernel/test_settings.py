"""What production refuses to start with (A-13, G-10)."""

import pytest

from rt.kernel.core.settings import SettingRefused, read

GOOD = {
    "RT_ENV": "production",
    "JWT_SECRET": "k3" * 20,
    "MONGODB_URI": "mongodb+srv://atlas",
    "MONGODB_KEYS_URI": "mongodb+srv://keys",
    "CORS_ALLOW_ORIGIN": "https://industry.rt-technologie.com, https://transporter.rt-technologie.com",
}


def test_a_good_production_starts() -> None:
    assert read(GOOD).cors_allow_origin[1] == "https://transporter.rt-technologie.com"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"JWT_SECRET": ""}, "JWT_SECRET"),
        ({"JWT_SECRET": "changeme"}, "JWT_SECRET"),
        ({"JWT_SECRET": "x" * 31}, "JWT_SECRET"),
        ({"SECURITY_ENFORCE": "false"}, "SECURITY_ENFORCE"),
        ({"MONGODB_URI": ""}, "MONGODB_URI"),
        ({"MONGODB_KEYS_URI": ""}, "MONGODB_KEYS_URI"),
        ({"MONGODB_KEYS_URI": "mongodb+srv://atlas"}, "MONGODB_KEYS_URI"),
        ({"AWS_REGION": "eu-west-2"}, "AWS_REGION"),
        ({"AWS_SES_REGION": "us-east-1"}, "AWS_SES_REGION"),
        ({"CORS_ALLOW_ORIGIN": "http://industry.rt-technologie.com"}, "CORS_ALLOW_ORIGIN"),
        ({"RT_ENV": "prod"}, "RT_ENV"),
    ],
)
def test_a_weak_setting_is_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingRefused, match=named):
        read(GOOD | change)


def test_development_starts_with_nothing() -> None:
    assert not read({}).production
