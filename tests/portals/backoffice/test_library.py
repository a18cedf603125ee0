"""The API reference says of each operation what its unit's own description says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.portals.backoffice.town import Town, signed_in

from rt.contracts.palette import RedeemVoucher
from rt.portals.backoffice.changes import MOST_LINES, changed, flat
from rt.portals.backoffice.library import public_path, read, units

PLAIN = st.one_of(st.integers(), st.text(max_size=20), st.booleans(), st.none())
VALUES = st.recursive(PLAIN, lambda inner: st.dictionaries(st.text("abc", min_size=1), inner), max_leaves=8)
BODIES = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), VALUES, max_size=5)


@pytest.mark.parametrize(
    ("unit", "path"),
    [
        ("palette", "/api/palettes"),
        ("authz", "/auth"),
        ("admin_gateway", "/admin"),
        ("planning", "/api/planning"),
    ],
)
def test_a_unit_is_found_where_its_words_say(unit: str, path: str) -> None:
    assert unit in units()
    assert public_path(unit) == path


async def test_an_operation_is_shown_to_its_last_field() -> None:
    client, _token = await signed_in(Town())
    page = (await client.get("/reference/palette")).text.replace("<wbr>", "")
    section = page.split('id="RedeemVoucher"')[1].split("</section>")[0]
    for told in (RedeemVoucher.shape.route, "palette.write", "quantity", "≥ 1", "Idempotency-Key", "409"):
        assert told in section
    assert f'href="#schema-{RedeemVoucher.shape.answer.__name__}"' in section
    assert f'id="schema-{RedeemVoucher.shape.answer.__name__}"' in page


async def test_a_search_leaves_only_what_holds_every_piece() -> None:
    client, _token = await signed_in(Town())
    page = (await client.get("/reference", params={"q": "post redeem"})).text.replace("<wbr>", "")
    assert RedeemVoucher.shape.route in page
    assert "/api/palettes/balances" not in page


async def test_a_unit_that_does_not_answer_is_left_out() -> None:
    client, _token = await signed_in(Town())
    assert (await client.get("/reference/authz")).status_code == 404


async def test_the_descriptions_are_fetched_once() -> None:
    there = Town()
    client, _token = await signed_in(there)
    for _visit in range(3):
        await client.get("/reference")
    asked = [type(said).__module__ for said in there.said if type(said).__name__ == "GetSpecification"]
    assert asked.count("rt.contracts.palette") == 1


def test_a_bare_document_is_an_empty_chapter() -> None:
    assert read("x", "/api/x", {}).operations == []


@given(BODIES)
def test_nothing_changed_shows_nothing(body: dict[str, object]) -> None:
    assert changed(body, body) == []


@given(BODIES, BODIES)
def test_every_difference_is_shown_with_both_sides(
    before: dict[str, object], after: dict[str, object]
) -> None:
    old, new = flat(before), flat(after)
    shown = {line.name: (line.before, line.after) for line in changed(before, after)}
    differing = {n for n in old.keys() | new.keys() if n and old.get(n, "") != new.get(n, "")}
    assert shown == {n: (old.get(n, ""), new.get(n, "")) for n in differing}


def test_of_a_long_list_the_places_that_changed_are_shown_and_what_is_left_out_is_counted() -> None:
    before = {"lines": {"from": 251, "of": 300, "items": ["a", {"text": "b"}]}}
    after = {"lines": {"from": 251, "of": 301, "items": ["a", {"text": "c"}], "left_out": 7}}
    assert [(line.name, line.before, line.after) for line in changed(before, after)] == [
        ("lines.#", "300", "301"),
        ("lines.252.text", "b", "c"),
        ("lines.253…", "", "+ 7"),
    ]


def test_a_change_of_more_fields_than_a_page_holds_says_how_many_more() -> None:
    after = {f"field_{nth}": nth for nth in range(MOST_LINES + 12)}
    lines = changed({}, after)
    assert (len(lines), lines[-1].after) == (MOST_LINES + 1, "+ 12")
