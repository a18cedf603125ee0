"""One store for documents and images: a local folder, or S3 in production; signed addresses for both."""

import base64
import contextlib
import hashlib
import hmac
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec
import obstore
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from obstore.store import LocalStore, ObjectStore, S3Store

from rt.kernel.core.digits import whole
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.settings import Settings
from rt.kernel.core.tenancy import current_org

if TYPE_CHECKING:
    from obstore import Attributes

Kind = Literal["documents", "images"]
KINDS: tuple[Kind, ...] = ("documents", "images")
KEY = re.compile(r"^[a-z]+/[a-z0-9_]+/[a-z0-9_]+\.[a-z0-9]{1,5}$")
ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
MEDIA_TYPES = {ending: media_type for media_type, ending in ENDINGS.items()}


URL_SAFE = str.maketrans("+=/", "-_~")
"""How CloudFront writes base64 in an address."""


class Cdn:
    """Signs addresses of CloudFront with a canned policy: one file, until one moment.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html
    """

    def __init__(self, key_id: str, pem: str) -> None:
        key = serialization.load_pem_private_key(pem.encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("CDN_PRIVATE_KEY must be an RSA key")
        self._key_id = key_id
        self._key = key

    def sign(self, url: str, expires: int) -> str:
        until = {"DateLessThan": {"AWS:EpochTime": expires}}
        policy = msgspec.json.encode({"Statement": [{"Resource": url, "Condition": until}]})
        signed = self._key.sign(policy, padding.PKCS1v15(), hashes.SHA256())
        signature = base64.b64encode(signed).decode().translate(URL_SAFE)
        return (
            f"{url}?Expires={expires}&Signature={signature}&Key-Pair-Id={self._key_id}&Hash-Algorithm=SHA256"
        )


class Files:
    """Puts and gets bytes by key.

    The key carries kind, organization and identity; names given by users do not reach the store.
    """

    def __init__(self, settings: Settings, secret: bytes) -> None:
        self._secret = secret
        self._stores: dict[str, ObjectStore] = {}
        self._cdn = Cdn(settings.cdn_key_id, settings.cdn_private_key) if settings.cdn_private_key else None
        self._cdn_urls = {"documents": settings.cdn_docs_url, "images": settings.cdn_images_url}
        for kind, bucket in (("documents", settings.documents_bucket), ("images", settings.images_bucket)):
            if bucket:
                self._stores[kind] = S3Store(bucket, region=settings.aws_region)
            else:
                folder = Path(settings.home) / "files" / kind
                folder.mkdir(parents=True, exist_ok=True)
                self._stores[kind] = LocalStore(folder)

    async def put(self, kind: Kind, content: bytes, media_type: str, id: str = "") -> str:
        """Store bytes under a new key; the same id gives the same key, so that a repeat overwrites itself."""
        key = f"{kind}/{current_org()}/{id or new_id('fil')}.{ENDINGS.get(media_type, 'bin')}"
        store = self._stores[kind]
        told: Attributes | None = None
        if isinstance(store, S3Store):  # said by S3 and the CDN, where no answer of ours says it
            told = {"Content-Type": media_type, "Content-Disposition": "attachment"}
        await obstore.put_async(store, key.partition("/")[2], content, attributes=told)
        return key

    async def get(self, key: str) -> bytes:
        """The bytes of a key, or NotFound."""
        if not KEY.match(key):
            raise NotFound
        kind, _, path = key.partition("/")
        try:
            found = await obstore.get_async(self._stores[kind], path)
        except (FileNotFoundError, KeyError) as error:
            raise NotFound from error
        return bytes(await found.bytes_async())

    async def remove(self, key: str) -> None:
        kind, _, path = key.partition("/")
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._stores[kind], path)

    async def keys(self, kind: Kind, org_id: str) -> list[str]:
        """The keys of everything that an organization has in the store, in their order."""
        found = await obstore.list(self._stores[kind], prefix=f"{org_id}/").collect_async()
        return sorted(f"{kind}/{one['path']}" for one in found)

    def signed_url(self, prefix: str, key: str, seconds: int = 900) -> str:
        """An address at which the file can be read until it expires: at the CDN, at S3, or under `prefix`."""
        kind, _, path = key.partition("/")
        store = self._stores[kind]
        if self._cdn is not None and (cdn := self._cdn_urls[kind]):
            return self._cdn.sign(f"{cdn}/{quote(path)}", int(time.time()) + seconds)
        if isinstance(store, S3Store):
            return obstore.sign(store, "GET", path, timedelta(seconds=seconds))
        expires = int(time.time()) + seconds
        return f"{prefix}/files/{quote(key)}?expires={expires}&signature={self._signature(key, expires)}"

    async def open_signed(self, key: str, expires: str, signature: str) -> tuple[bytes, str]:
        """Bytes and media type for a signed address; NotFound when altered or expired."""
        until = whole(expires, longest=11)
        if until is None or until < time.time():
            raise NotFound
        if not hmac.compare_digest(signature.encode(), self._signature(key, until).encode()):
            raise NotFound
        ending = key.rpartition(".")[2]
        return await self.get(key), MEDIA_TYPES.get(ending, "application/octet-stream")

    def _signature(self, key: str, expires: int) -> str:
        return hmac.new(self._secret, f"{key}\x1f{expires}".encode(), hashlib.sha256).hexdigest()
