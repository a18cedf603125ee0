"""Under what name a document is saved or shown: Content-Disposition, written and read (RFC 6266)."""

import re
import unicodedata
from urllib.parse import quote, unquote

from rt.kernel.model.messages import Download

LONGEST = 120
UNNAMED = "document"
FORBIDDEN = frozenset('/\\:*?"<>|')
"""What no file system has in a name, or takes for a way to another folder."""
PLAIN = re.compile(r'filename="([^"]*)"')
WHOLE = re.compile(r"filename\*=UTF-8''([^;\s]*)", re.IGNORECASE)


def disposition(file: Download) -> str:
    """The header with a name that any program takes and, where that says less, the whole name in UTF-8."""
    name = _clean(file.filename)
    plain = _ascii(name)
    how = "inline" if file.inline else "attachment"
    said = f'{how}; filename="{plain}"'
    return said if plain == name else f"{said}; filename*=UTF-8''{quote(name, safe='')}"


def filename(header: str) -> str:
    """The name that such a header says, the whole one if it is there."""
    if whole := WHOLE.search(header):
        return unquote(whole[1])
    plain = PLAIN.search(header)
    return plain[1] if plain else ""


def _clean(name: str) -> str:
    """The name without ways, invisible characters and those that turn the order of writing round."""
    kept = "".join("_" if c in FORBIDDEN else c for c in name if not unicodedata.category(c).startswith("C"))
    return unicodedata.normalize("NFC", kept)[:LONGEST].strip(". ") or UNNAMED


def _ascii(name: str) -> str:
    bare = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in bare) or UNNAMED
