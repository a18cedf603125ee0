"""How somebody is called and written to: a name on one line, one e-mail address and never a list."""

import re
from typing import Annotated, Final

from msgspec import Meta

from rt.kernel.model.bounds import formed
from rt.kernel.model.messages import PERSONAL_LABEL

LONGEST: Final = 254
"""Characters of an address that mail servers take (RFC 5321, 4.5.3.1.3, without the angle brackets)."""
_PART = r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]"
ADDRESS: Final = rf"^{_PART}{{1,64}}@{_PART}+\.{_PART}{{2,}}$"
"""The form alone; whether a mailbox is there only its owner shows."""
FR: Final = "une seule adresse, comme nom@exemple.fr"
EN: Final = "one single address, such as name@example.com"

_LINE = r"[^\x00-\x1f\x7f\u2028\u2029]*"
_VISIBLE = r"[^\s\x00-\x1f\x7f\u200b-\u200f\u2028-\u202f\ufeff]"
NAME: Final = rf"^{_LINE}{_VISIBLE}{_LINE}$"
"""A name stands in letters and on pages: a second line in it would be read as theirs."""
ONE_LINE: Final = formed(NAME, "sur une ligne, avec un caractère visible", "one line with something visible")

EmailText = Annotated[str, PERSONAL_LABEL, formed(ADDRESS, FR, EN), Meta(min_length=3, max_length=LONGEST)]
OptionalEmail = Annotated[str, PERSONAL_LABEL, formed(rf"{ADDRESS}|^$", FR, EN), Meta(max_length=LONGEST)]


def is_address(text: str) -> bool:
    """Whether a text is one e-mail address and nothing else."""
    return len(text) <= LONGEST and re.fullmatch(ADDRESS, text) is not None
