"""What Schemathesis may report of the services without being right, each with its reason; nothing else.

The command loads it (`SCHEMATHESIS_HOOKS`) and asks it about each failure.
"""

import re
from typing import Any

import schemathesis

FIELD = re.compile(r"{\w+}")
RULES_OF_FORM = "malformed"
"""The one code for a rule of form: what has it must be said in the document, or the document is wrong."""


def _code(response: Any) -> str:
    try:
        return str(response.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""


def _a_rule_of_the_trade(failure: Any, response: Any) -> bool:
    """A well-formed request may break a rule that JSON Schema cannot say, with a code of its own.

    Two fields contradict each other, a day is too far from today, a partner is known to nobody.
    """
    return type(failure).__name__ == "RejectedPositiveData" and _code(response) not in ("", RULES_OF_FORM)


def _no_http(failure: Any, response: Any) -> bool:
    """Control characters in a header are no HTTP (RFC 9110, 5.5): there is no request to answer."""
    return response.status_code == 400 and response.content == b"Invalid HTTP request received."


def _a_format(failure: Any, response: Any) -> bool:
    """JSON Schema's `format` says what is meant and refuses nothing: an empty text passes for a date."""
    return type(failure).__name__ == "RejectedPositiveData" and "RFC 3339" in response.text


def _an_address_of_two(failure: Any, case: Any) -> bool:
    """A fixed path is that of a field too: `/flags/mine` may be the flag "mine" of `/flags/{name}`.

    `Allow` names the methods of the address (RFC 9110, 10.2.1); the document has them at two templates.
    """
    if type(failure).__name__ != "AllowHeaderMismatch" or failure.missing_methods:
        return False
    address = FIELD.sub("x", case.path)
    others = {
        method.upper()
        for template, methods in case.operation.schema.raw_schema["paths"].items()
        if template != case.path and re.fullmatch(FIELD.sub("[^/]+", template), address)
        for method in methods
    }
    return set(failure.undocumented_methods) <= others


ACCEPTED = (_a_rule_of_the_trade, _no_http, _a_format)


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    accepted = any(reason(failure, response) for reason in ACCEPTED)
    return not (accepted or _an_address_of_two(failure, case))


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """1.0 is an integer to JSON Schema and to no client of ours: JSON written by a program says 1."""
    return _whole(body)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return value
