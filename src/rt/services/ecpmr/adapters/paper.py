"""The note on paper: an A4 PDF/A set by typst, with a QR code that leads to its verification."""

import asyncio
import base64
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import segno
import typst
from PIL import Image

from rt.contracts.ecpmr import Language
from rt.kernel.core.telemetry import log
from rt.services.ecpmr.adapters import glyphs
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.printing import sheet
from rt.services.ecpmr.domain.signatures import PNG_PREFIX, bounds

FORM = (Path(__file__).parent / "note.typ").read_bytes()
LOADING = (Path(__file__).parent / "loading.typ").read_bytes()
PHOTOS_SHOWN = 12
THUMBNAIL = (360, 270)
VERBATIM = ("language", "verification_url", "hash", "head")
"""What is made here of plain letters, and is an address or compared letter by letter."""
ARCHIVED: Literal["a-2a"] = "a-2a"
"""PDF/A-2a: kept for years, and read aloud by screen readers."""


async def pdf(note: Note, language: Language, verification_url: str, photos: Mapping[str, bytes]) -> bytes:
    """The paper of a note, set in a thread; `photos` are the pictures to show, by id."""
    return await asyncio.to_thread(document, note, language, verification_url, photos)


def document(note: Note, language: Language, verification_url: str, photos: Mapping[str, bytes]) -> bytes:
    """The PDF, set where it is asked for; the same note gives the same bytes whenever it is printed.

    The setter is a program of its own, with faults of its own for rare writings: a note that it cannot set is
    set in the letters of western Europe. A signed note always has a paper.
    """
    try:
        return _set(note, language, verification_url, photos, glyphs.printable)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # a panic of the setter is no Exception
        log.warning("note_set_plainly", document_id=note.id, error=f"{type(fault).__name__}: {fault}"[:300])
        return _set(note, language, verification_url, photos, glyphs.plain)


def _set(
    note: Note,
    language: Language,
    verification_url: str,
    photos: Mapping[str, bytes],
    spell: Callable[[str], str],
) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ecpmr-") as folder:
        room = Path(folder)
        raw = sheet(note, language, verification_url)
        printed = {
            name: value if name in VERBATIM else glyphs.printed(value, spell) for name, value in raw.items()
        }
        _write_signatures(note, printed, room)
        printed["photos"] = [_write_photo(name, photos[name], room) for name in list(photos)[:PHOTOS_SHOWN]]
        segno.make(verification_url, error="m").save(str(room / "qr.svg"), border=0, dark="#14213d")
        return _compiled(FORM, printed, room, note.changed_at)


async def loading_pdf(sheet: Mapping[str, Any], made_at: datetime) -> bytes:
    """The paper of a loading list, set in a thread."""
    return await asyncio.to_thread(_set_loading, sheet, made_at)


def _set_loading(sheet: Mapping[str, Any], made_at: datetime) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ecpmr-") as folder:
        printed = {name: one if name in VERBATIM else glyphs.printed(one) for name, one in sheet.items()}
        return _compiled(LOADING, printed, Path(folder), made_at)


def _compiled(form: bytes, printed: dict[str, Any], room: Path, made_at: datetime) -> bytes:
    (room / "data.json").write_text(json.dumps(printed))
    (room / "form.typ").write_bytes(form)
    return typst.compile(
        room / "form.typ",
        root=room,
        format="pdf",
        timestamp=made_at.replace(microsecond=0),
        pdf_standards=ARCHIVED,
        font_paths=[glyphs.FONTS],
        ignore_system_fonts=True,
    )


def _write_signatures(note: Note, printed: dict[str, Any], room: Path) -> None:
    images = {
        f"signature-{position}-{number}": signature.image
        for position, act in enumerate(note.acts)
        for number, signature in enumerate(act.signatures)
        if signature.image
    }
    for signed in printed["signed"].values():
        image = images.get(signed["image"], "")
        if image.startswith(PNG_PREFIX):
            signed["ending"] = ".png"
            (room / f"{signed['image']}.png").write_bytes(base64.b64decode(image.removeprefix(PNG_PREFIX)))
        elif image:
            signed["ending"] = ".svg"
            (room / f"{signed['image']}.svg").write_text(_svg(image))


def _svg(strokes: str) -> str:
    left, top, width, height = bounds(strokes)
    pen = max(width, height) / 70
    box = f"{left - pen} {top - pen} {width + 2 * pen} {height + 2 * pen}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}">'
        f'<path d="{strokes}" fill="none" stroke="#14213d" stroke-width="{pen}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _write_photo(photo_id: str, content: bytes, room: Path) -> dict[str, str]:
    name = f"photo-{photo_id}.jpg"
    with Image.open(io.BytesIO(content)) as opened:
        opened.thumbnail(THUMBNAIL)
        opened.convert("RGB").save(room / name, "JPEG", quality=80)
    return {"file": name, "id": glyphs.printable(photo_id)}
