"""What may be kept as a paper: an image that is drawn anew, or a PDF that is built anew."""

import contextlib
import hashlib
import io
import zlib
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from rt.kernel.core.errors import Invalid, WrongMediaType
from rt.trade.pdf import rewritten

PIXEL_LIMIT = 25_000_000
"""Pixels of one image; 17 KB can claim 144 million (S-17)."""
IMAGE_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
JPEG_QUALITY = 88
PDF = b"%PDF-"
PDF_BEGINS_WITHIN = 1_024
"""Bytes that readers pass over (ISO 32000-1, annex H, note 13)."""


class PixelBomb(Invalid):
    fr = "L'image a {megapixels} millions de pixels ; 25 au plus."
    en = "The image has {megapixels} million pixels; 25 at most."


class ImageBroken(Invalid):
    fr = "L'image est illisible."
    en = "The image cannot be read."


class Paper(NamedTuple):
    """Bytes that are safe to keep, what they are, and the hash of what was sent (SHA-256)."""

    content: bytes
    media_type: str
    original_sha256: str


def clean(content: bytes, declared: str, invoice: bool = False) -> Paper:
    """The paper as it may be kept, or a refusal; what it is declared to be must be what it is.

    An `invoice` may carry its data in its PDF (Factur-X). Pure and slow: to be computed beside.
    """
    pdf = PDF in content[:PDF_BEGINS_WITHIN]
    original = "application/pdf" if pdf else _format(content)
    if declared not in ("", "application/octet-stream", original):
        raise WrongMediaType(media_type=declared)
    kept, media_type = (rewritten(content, invoice), original) if pdf else _image(content)
    return Paper(kept, media_type, hashlib.sha256(content).hexdigest())


def _format(content: bytes) -> str:
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGE_FORMATS)) as image:
            return IMAGE_FORMATS[str(image.format)]
    except Image.DecompressionBombError as error:
        raise PixelBomb(field="content", megapixels="> 178") from error
    except UnidentifiedImageError as error:
        raise WrongMediaType(media_type="?") from error
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise ImageBroken(field="content") from error


def _image(content: bytes) -> tuple[bytes, str]:
    """The picture drawn anew: neither place of taking nor anything behind the last pixel is kept."""
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGE_FORMATS)) as image:
            pixels = image.width * image.height
            if pixels > PIXEL_LIMIT:
                raise PixelBomb(field="content", megapixels=pixels // 1_000_000)
            kind = "PNG" if image.format == "PNG" else "JPEG"
            with contextlib.suppress(SyntaxError, ValueError, TypeError, KeyError):  # of EXIF that is none
                ImageOps.exif_transpose(image, in_place=True)
            return _drawn(image, kind), IMAGE_FORMATS[kind]
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise ImageBroken(field="content") from error


def _drawn(image: Image.Image, kind: str) -> bytes:
    mode = "RGBA" if kind == "PNG" and "A" in image.getbands() else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    image.info = {}
    out = io.BytesIO()
    image.save(out, kind, quality=JPEG_QUALITY, optimize=kind == "JPEG")
    return out.getvalue()
