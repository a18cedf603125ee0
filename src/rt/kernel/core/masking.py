"""What leaves the platform in a log tells what happened and never to whom: the mask over every value."""

import re
import traceback
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

import msgspec

PERSONAL = frozenset(
    {"email", "mail", "phone", "mobile", "name", "firstname", "lastname", "street", "address", "contact"}
    | {"plate", "iban", "bic", "ip", "password", "token", "secret", "cookie", "authorization", "signature"}
)
"""A field is masked when the last word of its name is one of these: `driver_name`, `vehiclePlates`."""
WHOLE = frozenset({"code", "body", "text", "comment", "note"})
"""Masked only under exactly this name: `status_code` says nothing of anybody."""
LAST_WORD = re.compile(r"([A-Z]?[a-z]+|[A-Z]+)\d*$")
LONGEST = 4_000
"""Characters of one value; more says no more."""
PLAIN = re.compile(r"(?:(?!rtk_)[a-z_][a-z0-9_]*+(?!\w)|[A-Za-z]{1,19}+(?!\w)|[/.-])*+")
"""Words, ids and paths of ours, most of what is logged: seen at once to hold nothing of the below."""
SPEAKING = re.compile(
    r"""
    (?<![\w.+-])[\w.+-]+(?:@|%40)[\w-]+\.[\w.-]+                                 # mail address
    | (?<![\w-])(?:\+|00)[1-9]\d?\d?(?:[ .()/-]{0,2}\d){6,12}(?![\w-])            # phone, international
    | (?<![\w-])0[1-9](?:[ .-]?\d{2}){4}(?![\w-])                                 # phone, French
    | \b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b             # IBAN
    | \b[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}\b                                         # plate: France, Italy
    | \b\d{2,4}[ -][A-Z]{1,3}[ -]\d{2}\b                                          # France before 2009
    | \b(?=[A-Z\d-]*\d)(?=[A-Z\d-]*[A-Z])[A-Z\d]{1,3}-[A-Z\d]{1,3}-[A-Z\d]{1,3}\b # Benelux, Portugal
    | \b[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ ]?\d{1,4}\b                                     # Germany
    | \b(?:\d{4}[ -]?[BCDFGHJ-NPR-TV-Z]{3}|[A-Z]{2}\d{2}[ ][A-Z]{3})\b            # Spain, United Kingdom
    | (?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)                               # IPv4
    | eyJ[\w-]+\.[\w-]+(?:\.[\w-]*){0,3} | \brtk_\w+ | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    | (?<=://)[^/\s:@]+:[^/\s@]+(?=@)                                             # user:password@
    | (?<=[Bb]earer[ ])[\w.~+/=-]+ | (?<=[Bb]asic[ ])[\w.~+/=-]+
    | (?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{20,}(?![\w-]) # random; our ids: lower case
    | (?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{30,}(?![\w-])
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
GIVEN = re.compile(r"(?i)\b([\w-]*(?:token|key|password|secret|signature|code|sig)=)[^&\s\"']+")
IPV6 = re.compile(r"(?<![\w:.])[0-9a-fA-F:][0-9a-fA-F:.]{1,44}")
QUOTED = re.compile(r"""'[^']*'|"[^"]*"|«[^»]*»|“[^”]*”|`[^`]*`""")


def mask(value: Any) -> Any:
    """The same value with whatever tells of a person, or opens a door, made unreadable."""
    if isinstance(value, str):
        if PLAIN.fullmatch(value):
            return value[:LONGEST]
        text = GIVEN.sub(r"\1***", SPEAKING.sub("***", value[:LONGEST]))
        return IPV6.sub(_masked_address, text) if text.count(":") > 1 else text
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {mask(str(key)): "***" if personal(str(key)) else mask(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mask(inner) for inner in value]
    if isinstance(value, msgspec.Struct):
        return mask(msgspec.structs.asdict(value))
    if isinstance(value, BaseException):
        return masked_message(value)
    if isinstance(value, (bytes, bytearray)):
        return "***"
    return mask(str(value))


def personal(field: str) -> bool:
    """Whether what stands under this name tells of a person, or opens a door."""
    if field.lower() in WHOLE:
        return True
    last = LAST_WORD.search(field)
    return last is not None and not PERSONAL.isdisjoint({last[1].lower(), last[1].lower().removesuffix("s")})


def _masked_address(found: re.Match[str]) -> str:
    try:
        ip_address(found[0].rstrip("."))
    except ValueError:
        return found[0]
    return "***"


def masked_message(error: BaseException) -> str:
    """An exception's kind and message; what it quotes is somebody's, as often as not a name."""
    return masked_said(type(error), str(error))


def masked_said(kind: type[BaseException], said: str) -> str:
    """The same of what an exception of a kind said."""
    message: str = mask(QUOTED.sub("***", said[:LONGEST]))
    return f"{kind.__name__}: {message}" if message else kind.__name__


def explained(error: BaseException, seen: set[int] | None = None) -> str:
    """What Python prints, causes first: the lines of our source as they are, messages masked."""
    seen = set() if seen is None else seen
    if id(error) in seen:
        return ""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [explained(before, seen), "\n"] if before is not None else []
    lines += traceback.format_tb(error.__traceback__)
    lines.append(masked_message(error))
    if isinstance(error, BaseExceptionGroup):
        lines += ["\n" + explained(inner, seen) for inner in error.exceptions]
    return "".join(lines)
