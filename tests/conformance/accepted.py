"""What Schemathesis may report of the services without being right, each with its reason; nothing else.

The command loads it (`SCHEMATHESIS_HOOKS`) and asks it about each failure.
"""

from typing import Any

import schemathesis

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


ACCEPTED = (_a_rule_of_the_trade, _no_http, _a_format)


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    return not any(accepted(failure, response) for accepted in ACCEPTED)


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
