"""Where a portal sends its visitors: to an address inside it, whoever named it."""

import re
from urllib.parse import quote

DROPPED = re.compile(r"[\x00-\x1f\x7f]")
"""What browsers leave out of an address, so that /, tab, / is // to them (WHATWG URL, 4.4)."""
LONGEST = 2_000
KEPT = ":/%#?=@[]!$&'()*+,;"


def inside(path: str, otherwise: str) -> str:
    """The path as a header may carry it; `otherwise` when a browser could be led elsewhere by it.

    Two slashes begin the name of another host, and browsers take a backslash for a slash.
    """
    led_astray = DROPPED.search(path) or "\\" in path or path.startswith("//") or not path.startswith("/")
    return otherwise if led_astray or len(path) > LONGEST else quote(path, safe=KEPT, errors="replace")
