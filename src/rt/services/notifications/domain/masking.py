"""What a message shows to those it is not for: no address, no code, no token."""

import re

ONE_TIME = re.compile(r"(?<![\w-])\d{6}(?![\w-])")
CAPABILITY = re.compile(r"(/(?:l|invitations|password/reset|unsubscribe|follow)/)[^/?#\s\"<]+")
SHOWN_DIGITS = 2


def masked_address(to: str) -> str:
    """“c…@hermes.example”, “…42”: enough to recognise, not enough to write to."""
    name, at, domain = to.partition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    digits = to.lstrip("+")
    return f"…{to[-SHOWN_DIGITS:]}" if digits.isdecimal() else to


def masked_text(text: str, secret: bool) -> str:
    """The words without what would open a door."""
    masked = CAPABILITY.sub(r"\1…", text)
    return ONE_TIME.sub("••••••", masked) if secret else masked
