"""An account at an AWS made of Python, in this process."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws


@pytest.fixture(scope="session")
def reader() -> boto3.Session:
    """A session that has read what each service understands: a new one reads megabytes of it anew."""
    return boto3.Session()


@pytest.fixture
def account(reader: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account of nobody's, with nothing in it, not even Amazon's thousand images: nobody asks for them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", reader)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        yield
