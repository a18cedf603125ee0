"""The search of a dump is not blind: it finds a text in every form in which somebody could read it."""

import base64
from urllib.parse import quote

import bson
import pytest
from tests.journeys.dump import readable

TOKEN = "kZ3-Qé7 wM2_xT9"
FORMS = {
    "in a document": bson.encode({"a": {"b": [f"before {TOKEN} behind"]}}),
    "in UTF-16": f"x{TOKEN}y".encode("utf-16"),
    "in an address": f"https://a.example/?q={quote(TOKEN)}&b".encode(),
    **{f"in base64, {n} bytes in": base64.b64encode(b"x" * n + TOKEN.encode() + b"yz") for n in range(5)},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_text_is_found(form: str) -> None:
    assert readable(TOKEN, FORMS[form])
    assert not readable("kZ3-Qé7 wM2_aT9", FORMS[form])


def test_a_code_is_found_as_a_word_and_not_in_longer_numbers() -> None:
    assert readable("471108", b"code: 471108.\n")
    assert not readable("471108", b"14711089 0.471108 a471108")
