"""What may be kept as a paper: an image that is drawn anew, or a PDF that does nothing by itself."""

import io
import re
import zipfile
import zlib
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from rt.kernel.errors import Invalid, WrongMediaType

PIXEL_LIMIT = 25_000_000
"""Pixels of one image; 17 KB can claim 144 million (S-17)."""
IMAGE_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
JPEG_QUALITY = 88
INFLATED_LIMIT = 20_000_000
"""Bytes of all unpacked streams of a PDF that are looked at."""
STREAMS_LIMIT = 20_000
"""Streams of one PDF that are looked at."""
PIECE = 65_536
ACTIVE_NAMES = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|SubmitForm|ImportData|GoToE)\b")
"""PDF names that make a reader run or fetch something (ISO 32000-1, 12.6)."""
EMBEDDED = re.compile(rb"/EmbeddedFiles?\b")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n")


class PixelBomb(Invalid):
    fr = "L'image a {megapixels} millions de pixels ; 25 au plus."
    en = "The image has {megapixels} million pixels; 25 at most."


class ImageBroken(Invalid):
    fr = "L'image est illisible."
    en = "The image cannot be read."


class PdfActive(Invalid):
    fr = "Le PDF contient du code ou des fichiers joints ({found}) ; exportez-le sans."
    en = "The PDF contains code or attached files ({found}); export it without."


class PdfBroken(Invalid):
    fr = "Le PDF est tronqué, suivi d'autre chose, ou se déplie en trop d'octets."
    en = "The PDF is cut off, followed by something else, or unpacks to too many bytes."


class Paper(NamedTuple):
    """Bytes that are safe to keep, and what they are."""

    content: bytes
    media_type: str


def clean(content: bytes, declared: str, attachments: bool = False) -> Paper:
    """The paper as it may be kept, or a refusal; what it is declared to be must be what it is.

    `attachments` allows files within a PDF: a Factur-X invoice carries its data so.
    """
    paper = _pdf(content, attachments) if content.startswith(b"%PDF-") else _image(content)
    original = "application/pdf" if paper.media_type == "application/pdf" else _format(content)
    if declared not in ("", "application/octet-stream", original):
        raise WrongMediaType(media_type=declared)
    return paper


def _format(content: bytes) -> str:
    with Image.open(io.BytesIO(content), formats=list(IMAGE_FORMATS)) as image:
        return IMAGE_FORMATS[str(image.format)]


def _image(content: bytes) -> Paper:
    """The picture drawn anew: neither place of taking nor anything behind the last pixel is kept."""
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGE_FORMATS)) as image:
            pixels = image.width * image.height
            if pixels > PIXEL_LIMIT:
                raise PixelBomb(field="content", megapixels=pixels // 1_000_000)
            kind = "PNG" if image.format == "PNG" else "JPEG"
            upright = ImageOps.exif_transpose(image)
            return Paper(_drawn(upright, kind), IMAGE_FORMATS[kind])
    except Image.DecompressionBombError as error:
        raise PixelBomb(field="content", megapixels="> 178") from error
    except UnidentifiedImageError as error:
        raise WrongMediaType(media_type="?") from error
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise ImageBroken(field="content") from error


def _drawn(image: Image.Image, kind: str) -> bytes:
    mode = "RGBA" if kind == "PNG" and "A" in image.getbands() else "RGB"
    bare = Image.new(mode, image.size)
    bare.paste(image.convert(mode))
    out = io.BytesIO()
    bare.save(out, kind, quality=JPEG_QUALITY, optimize=kind == "JPEG")
    return out.getvalue()


def _pdf(content: bytes, attachments: bool) -> Paper:
    end = content.rfind(b"%%EOF")
    if end < 0 or content[end + 5 :].strip(b"\r\n\t \x00") or zipfile.is_zipfile(io.BytesIO(content)):
        raise PdfBroken(field="content")
    for part in (content, *_inflated(content)):
        plain = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)
        active = ACTIVE_NAMES.search(plain) or (None if attachments else EMBEDDED.search(plain))
        if active:
            raise PdfActive(field="content", found=active[0].decode())
    return Paper(content, "application/pdf")


def _inflated(content: bytes) -> list[bytes]:
    """The streams of the PDF unpacked, as far as they are packed by Flate: objects hide in them too."""
    left = INFLATED_LIMIT
    parts: list[bytes] = []
    for n, start in enumerate(STREAM.finditer(content)):
        part = _unpacked(content, start.end(), left)
        left -= len(part)
        if left <= 0 or n >= STREAMS_LIMIT:
            raise PdfBroken(field="content")
        if b"/" in part:
            parts.append(part)
    return parts


def _unpacked(content: bytes, start: int, limit: int) -> bytes:
    """What one stream unpacks to; read by pieces, since its end is where the packing says, not the text."""
    unpacker = zlib.decompressobj()
    part = b""
    try:
        while start < len(content) and not unpacker.eof and len(part) < limit:
            packed = unpacker.unconsumed_tail + content[start : start + PIECE]
            part += unpacker.decompress(packed, limit - len(part))
            start += PIECE
    except zlib.error:
        return part
    return part
