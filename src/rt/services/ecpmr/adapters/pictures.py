"""Photos of goods made safe to keep: decoded within bounds, turned upright, written anew without EXIF."""

import hashlib
import io

from PIL import Image, ImageOps

from rt.kernel.core import offload
from rt.kernel.core.errors import Invalid, WrongMediaType

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_LIMIT = 25_000_000
KEPT_SIZE = (2048, 2048)
QUALITY = 85


class PhotoUnreadable(Invalid):
    fr = "Cette photo n'est pas lisible. Reprenez-la."
    en = "This photo cannot be read. Take it again."


class PhotoTooManyPixels(Invalid):
    fr = "Cette photo dépasse {limit_megapixels} mégapixels."
    en = "This photo is over {limit_megapixels} megapixels."


class Picture:
    """A photo as it is kept: JPEG, at most 2048 pixels a side."""

    def __init__(self, content: bytes, width: int, height: int) -> None:
        self.content = content
        self.width = width
        self.height = height
        self.sha256 = hashlib.sha256(content).hexdigest()


async def cleaned(content: bytes, media_type: str) -> Picture:
    """The photo written anew; WrongMediaType, PhotoUnreadable, PhotoTooManyPixels or TooMuchToCompute."""
    if not media_type.startswith("image/"):
        raise WrongMediaType(media_type=media_type or "-")
    return await offload.run(_clean, content, field="content")


def _clean(content: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS_LIMIT:
                raise PhotoTooManyPixels("content", limit_megapixels=PIXELS_LIMIT // 1_000_000)
            opened.draft("RGB", KEPT_SIZE)
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoUnreadable("content") from error
    picture.thumbnail(KEPT_SIZE)
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return Picture(kept.getvalue(), picture.width, picture.height)
