"""Reads the words back out of a PDF made by typst: enough to compare paper with data."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
BLOCK = re.compile(rb"\nBT\b(.*?)\nET(?=\n)", re.DOTALL)
PLAIN = rb"(?:\\.|[^\\()])*"
LITERAL = (
    rb"\(" + PLAIN + rb"(?:\(" + PLAIN + rb"(?:\(" + PLAIN + rb"\)" + PLAIN + rb")*\)" + PLAIN + rb")*\)"
)
"""Parentheses that pair stand unescaped in a PDF string; two levels are as deep as glyph numbers go here."""
SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|/ActualText(?:" + LITERAL + rb"|<[0-9A-Fa-f]*>)|" + LITERAL, re.DOTALL
)
"""A font, what a glyph at a broken line stands for (read from the glyph itself), or glyphs."""
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text(pdf: bytes) -> str:
    """The text of all pages; each piece of one style is a line."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if b"/Type/Page/" in body.replace(b"/Type/Pages", b"")]
    return "\n".join(_page(body, objects) for body in pages)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type/Page/", pdf))


def _page(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name: _characters(objects, int(number))
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", objects[_reference(page, b"Resources")])
    }
    blocks = BLOCK.findall(_content(objects[_reference(page, b"Contents")]))
    return "\n".join(_words(block, fonts) for block in blocks)


def _words(block: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    words = ""
    for shown in SHOWN.finditer(block):
        if shown[1]:
            font = fonts[shown[1]]
        elif not shown[0].startswith(b"/"):
            glyphs = _unescaped(shown[0][1:-1])
            words += "".join(font[int.from_bytes(glyphs[i : i + 2])] for i in range(0, len(glyphs), 2))
    return words


def _reference(body: bytes, name: bytes) -> int:
    return int(re.search(rb"/%s (\d+) 0 R" % name, body)[1])


def _characters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    cmap = _content(objects[_reference(objects[font], b"ToUnicode")])
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", cmap.partition(b"beginbfchar")[2])
    return {int(glyph, 16): bytes.fromhex(code.decode()).decode("utf-16-be") for glyph, code in pairs}


def _content(body: bytes) -> bytes:
    start = body.index(b"stream") + len(b"stream\n")
    stream = body[start : start + int(re.search(rb"/Length (\d+)", body)[1])]
    return zlib.decompress(stream) if b"FlateDecode" in body.partition(b"stream")[0] else stream


def _unescaped(literal: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        return bytes([int(escaped, 8)]) if escaped.isdigit() else ESCAPES.get(escaped, escaped)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, literal, flags=re.DOTALL)
