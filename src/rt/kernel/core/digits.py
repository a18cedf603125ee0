"""Whole numbers in addresses, headers and forms: plain digits, and no more of them than are meant."""

import re

LONGEST = 9
PLAIN = re.compile(r"[0-9]+")


def whole(text: str, longest: int = LONGEST) -> int | None:
    """The number, or nothing: neither ² (a digit that int() refuses) nor five thousand nines."""
    return int(text) if len(text) <= longest and PLAIN.fullmatch(text) else None
