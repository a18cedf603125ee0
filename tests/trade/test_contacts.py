"""One address is an address, one line with something visible is a name: no list, no second line."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from rt.contracts.authz import InviteUser
from rt.kernel.core.errors import Malformed
from rt.kernel.model.bounds import refuse_unfit
from rt.trade.contacts import is_address


@pytest.mark.parametrize(
    "text",
    ["a@x.fr", "jean-paul.o'neil+quai@transports-müller.example", "stock_12@a.b.c.example", "é@exemple.fr"],
)
def test_an_address_is_one(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@x",
        "@x.fr",
        "a@",
        "a@x.fr; b@x.fr",
        "a@x.fr;b@x.fr",
        "a@x.fr,b@x.fr",
        "a@x.fr b@x.fr",
        " a@x.fr",
        "a@x.fr ",
        "a@x.fr\n",
        "a@x.fr\r\nBcc: b@x.fr",
        "a\n@x.fr",
        "Jean <a@x.fr>",
        "a@b@x.fr",
        "a@x.fr\u2028",
        "a@x\u200b.fr",
        "a@x.fr\x7f",
        "a" * 65 + "@x.fr",
        "a@" + "x" * 260 + ".fr",
    ],
)
def test_what_is_more_or_less_than_one_address_is_none(text: str) -> None:
    assert not is_address(text)


@given(st.text(max_size=30), st.sampled_from(["\r", "\n", "\t", " ", ",", ";", "<", ">", "\x00"]))
def test_nothing_that_parts_a_header_is_in_an_address(text: str, parting: str) -> None:
    middle = len(text) // 2
    assert not is_address(f"{text[:middle]}{parting}{text[middle:]}@exemple.fr")


@given(st.emails())
def test_whatever_a_mail_server_would_take_unquoted_is_taken(text: str) -> None:
    if text.isascii() and '"' not in text and "[" not in text:
        validate_email(text, check_deliverability=False, test_environment=True, allow_domain_literal=True)
        assert is_address(text)


@pytest.mark.parametrize("name", ["Léa Martin", "O'Brien & Söhne", " 東京 ", "a"])
def test_a_name_on_one_line_is_a_name(name: str) -> None:
    refuse_unfit(InviteUser(email="a@b.example", name=name, role="viewer"))


@pytest.mark.parametrize(
    "name", ["P\r\nBcc: z@b.example", "P\nFacture", " ", "\u200b\u200b", "a\u2028b", "a\tb"]
)
def test_a_second_line_or_nothing_visible_is_no_name(name: str) -> None:
    with pytest.raises(Malformed) as refused:
        refuse_unfit(InviteUser(email="a@b.example", name=name, role="viewer"))
    assert refused.value.field == "name"
