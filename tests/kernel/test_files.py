"""Files are kept and read back alike in a folder and in S3; their addresses are signed, each in its way."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import httpx
import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.server import ThreadedMotoServer

from rt.kernel.core.errors import NotFound
from rt.kernel.core.settings import Settings
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.files import Cdn, Files

BUCKETS = {"documents_bucket": "rt-prod-documents", "images_bucket": "rt-prod-images"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """S3 as moto plays it, with the two buckets."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("AWS_ENDPOINT_URL", address),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "tests"),
            ("AWS_SECRET_ACCESS_KEY", "tests"),
        ):
            patch.setenv(name, value)
        client = boto3.client("s3", region_name="eu-west-3")
        for bucket in BUCKETS.values():
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        yield address
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "s3":
        request.getfixturevalue("s3")
        return Files(Settings(home=tmp_path, **BUCKETS), b"secret")
    return Files(Settings(home=tmp_path), b"secret")


async def test_what_is_put_is_got_again_and_gone_when_removed(files: Files) -> None:
    with acting_for("org_a"):
        key = await files.put("documents", b"%PDF-1.7", "application/pdf")
    assert re.fullmatch(r"documents/org_a/fil_\w+\.pdf", key)
    assert await files.get(key) == b"%PDF-1.7"
    assert await files.keys("documents", "org_a") == [key]
    assert await files.keys("documents", "org_b") == []
    await files.remove(key)
    await files.remove(key)
    with pytest.raises(NotFound):
        await files.get(key)


async def test_an_address_of_s3_is_signed(s3: str, tmp_path: Path) -> None:
    files = Files(Settings(home=tmp_path, **BUCKETS), b"secret")
    with acting_for("org_a"):
        key = await files.put("images", b"picture", "image/png")
    url = files.signed_url("/api/orders", key, 60)
    async with httpx.AsyncClient() as client:
        assert (await client.get(url)).content == b"picture"
    assert "X-Amz-Signature" in url


def test_an_address_of_the_cdn_is_the_one_that_aws_own_library_signs(tmp_path: Path) -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    library = CloudFrontSigner("K1", lambda policy: private.sign(policy, padding.PKCS1v15(), hashes.SHA256()))
    expires = int(time.time()) + 900
    url = "https://cdn-docs.rt-technologie.com/org_a/fil_1.pdf"
    wanted = library.generate_presigned_url(url, date_less_than=datetime.fromtimestamp(expires, UTC))
    assert Cdn("K1", pem).sign(url, expires) == f"{wanted}&Hash-Algorithm=SHA256"
    settings = Settings(
        home=tmp_path, cdn_docs_url="https://cdn-docs.example", cdn_key_id="K1", cdn_private_key=pem
    )
    given = Files(settings, b"secret").signed_url("/api/orders", "documents/org_a/fil_1.pdf")
    assert given.startswith("https://cdn-docs.example/org_a/fil_1.pdf?Expires=")
    assert Files(settings, b"secret").signed_url("/api/orders", "images/org_a/fil_1.png").startswith("/api/")


async def test_a_browser_saves_what_s3_hands_out(s3: str, tmp_path: Path) -> None:
    files = Files(Settings(home=tmp_path, **BUCKETS), b"secret")
    with acting_for("org_a"):
        key = await files.put("documents", b"%PDF-1.7", "application/pdf")
    async with httpx.AsyncClient() as client:
        answer = await client.get(files.signed_url("/api/orders", key))
    assert answer.content == b"%PDF-1.7"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/pdf"
