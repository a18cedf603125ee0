"""Rules of messages: what a template may hold, when it is tried again, who may be muted."""

import inspect
import pkgutil
import typing
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from types import UnionType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.notifications import make
from tests.services.notifications.make import AT

from rt.contracts.core_orders import OrderSummary
from rt.contracts.notifications import MessageReplayed
from rt.services.notifications.domain import templates as package
from rt.services.notifications.domain.address import TokenUnknown, Unsubscriber
from rt.services.notifications.domain.masking import masked_address, masked_text
from rt.services.notifications.domain.message import LONGEST_WAIT, NotReplayable, wait_after
from rt.services.notifications.domain.portals import Portals
from rt.services.notifications.domain.preference import SUBJECTS, TopicMandatory, chosen, concerns, wanted
from rt.services.notifications.domain.templates import accounts
from rt.services.notifications.domain.templates.layout import Template, one_line, write
from rt.services.notifications.domain.webhook import concerned, published, shown

EVIL = "<script>alert(\"x\")</script> & 'co'"
MODULES = sorted(
    f"{package.__name__}.{one.name}" for one in pkgutil.iter_modules(package.__path__) if not one.ispkg
)


def templates() -> list[type[Any]]:
    """Every kind of template that has a topic."""
    return [
        kind
        for module in map(import_module, MODULES)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Template) and kind.__module__ == module.__name__ and hasattr(kind, "topic")
    ]


def filled(kind: type[Any], text: str) -> Any:
    """A template of this kind with this text in every field that takes one."""
    values: dict[str, Any] = {}
    for name, hint in typing.get_type_hints(kind).items():
        if name in ("topic", "version", "secret"):
            continue
        if hint is OrderSummary:
            values[name] = make.order(reference=text, shipper_name=text, carrier_name=text)
        elif hint is str:
            values[name] = text
        elif hint is int:
            values[name] = 3
        elif hint is bool:
            values[name] = True
        elif hint is date:
            values[name] = AT.date()
        elif hint is datetime or isinstance(hint, UnionType):
            values[name] = AT
        elif typing.get_origin(hint) is Sequence:
            values[name] = list(typing.get_args(typing.get_args(hint)[0]))
        else:
            values[name] = typing.get_args(hint)[0]
    return kind(**values)


@pytest.mark.parametrize("kind", templates(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("language", ["fr", "en", "pl"])
def test_every_letter_is_written_whole_and_escaped(kind: type[Any], language: str) -> None:
    content = write(filled(kind, EVIL), language, "https://x.example/a?b=1&c=2").rendered(language)
    assert content.subject
    assert "<script>" not in content.html
    assert 'href="https://x.example/a?b=1&amp;c=2"' in content.html
    assert content.links[0] == "https://x.example/a?b=1&c=2"
    assert f'lang="{"fr" if language == "fr" else "en"}"' in content.html
    assert "None" not in content.text


def test_every_topic_has_a_letter_and_every_letter_a_topic() -> None:
    assert sorted({kind.topic for kind in templates()}) == sorted(SUBJECTS)


def test_a_missing_field_is_no_hole_in_a_mail() -> None:
    with pytest.raises(TypeError):
        accounts.Invitation(name="Nina")  # the organization's name is missing


def test_sending_again_is_told_for_the_trail() -> None:
    message = make.message(state="dead")
    message.replay(AT)
    assert message.emitted == [MessageReplayed(message_id=message.id)]


@given(st.text(max_size=60))
def test_a_subject_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(st.integers(1, 8), st.floats(0, 1))
def test_a_wait_is_between_half_and_all_of_its_doubling(tries: int, shake: float) -> None:
    full = min(timedelta(seconds=5 * 2 ** (tries - 1)), LONGEST_WAIT)
    assert full / 2 <= wait_after(tries, shake) <= full


@given(st.permutations(["claim", "leave", "fail", "bounce", "replay"]), st.integers(0, 9))
def test_a_sent_message_is_never_sent_again_by_itself(steps: list[str], hours: int) -> None:
    message = make.message(state="sent")
    for step in steps:
        if step == "claim":
            assert message.claim(AT + timedelta(hours=hours)) is (message.state == "waiting")
        elif step == "replay" and message.state == "sent":
            with pytest.raises(NotReplayable):
                message.replay(AT)
        elif step == "leave":
            message.leave("x", "", AT, forget=False)


@given(st.sampled_from(sorted(SUBJECTS)), st.lists(st.sampled_from(["in_app", "email", "sms", "push"])))
def test_what_is_mandatory_keeps_its_channels_whatever_is_chosen(topic: str, choice: list[Any]) -> None:
    channels = wanted(topic, choice)
    row = SUBJECTS[topic]
    assert set(channels) <= set(row.possible)
    if row.mandatory:
        assert set(row.default) <= set(channels)


def test_a_mandatory_topic_cannot_be_muted() -> None:
    with pytest.raises(TopicMandatory):
        chosen("authz.security.alerted", [])


def test_a_driver_is_not_told_of_offers() -> None:
    assert not concerns("core_orders.order.tendered", ["driver"])
    assert concerns("core_orders.order.tendered", ["dispatcher"])


@given(st.emails(), st.sampled_from(sorted(SUBJECTS)))
def test_an_unsubscribe_token_says_who_and_what_and_cannot_be_made(address: str, topic: str) -> None:
    token = Unsubscriber(b"one").token(address, topic)
    assert Unsubscriber(b"one").read(token) == (address.lower(), topic)
    for bad in (token[:-1], f"x{token}", Unsubscriber(b"two").token(address, topic), "", "."):
        with pytest.raises(TokenUnknown):
            Unsubscriber(b"one").read(bad)


@pytest.mark.parametrize(
    ("public_url", "page"),
    [
        ("http://localhost:8080", "http://transporter.localhost:8080/x"),
        ("https://rt-technologie.com", "https://transporter.rt-technologie.com/x"),
        ("https://api.rt-technologie.com/", "https://transporter.rt-technologie.com/x"),
    ],
)
def test_pages_are_on_the_portal_of_the_organization(public_url: str, page: str) -> None:
    assert Portals(public_url).of_kind("carrier", "/x") == page


def test_a_token_in_a_link_cannot_leave_its_place() -> None:
    assert (
        Portals("http://localhost")
        .by_link("recipient", "a/../b?c", "/sign/1")
        .endswith("/l/a%2F..%2Fb%3Fc/sign/1")
    )


def test_addresses_and_doors_are_masked() -> None:
    assert masked_address("claire@hermes.example") == "c…@hermes.example"
    assert masked_address("+33612345678") == "…78"
    text = "http://x/l/t0k/sign/1 et 042137 pour 2026-000001"
    assert masked_text(text, secret=True) == "http://x/l/…/sign/1 et •••••• pour 2026-000001"


@pytest.mark.parametrize(
    ("reader", "client", "value"),
    [
        ("owner", "Groupe", 5),
        ("client", "Groupe", 5),
        ("shipper", "Groupe", 5),
        ("carrier", None, 5),
        ("consignee", None, None),
        ("supplier", None, None),
    ],
)
def test_a_webhook_tells_of_an_order_what_its_reader_may_see(
    reader: str, client: str | None, value: int | None
) -> None:
    parties = {
        f"{part}_id": part for part in ("owner", "client", "shipper", "supplier", "carrier", "consignee")
    }
    body = {"order": {**parties, "client_name": "Groupe", "goods": [{"value_cents": 5, "pallets": 2}]}}
    assert reader in concerned("core_orders.order.delivered", "owner", body)
    order = shown(body, (), reader)["order"]
    assert (order.get("client_name"), "client_id" in order) == (client, client is not None)
    assert order["goods"] == [{"value_cents": value, "pallets": 2}]


@pytest.mark.parametrize("topic", ["core_orders.tender.refused", "core_orders.tender.lapsed"])
def test_the_end_of_an_offer_is_told_to_whom_it_stood_between_alone(topic: str) -> None:
    body = {
        "order": {f"{part}_id": part for part in ("owner", "client", "shipper", "carrier", "consignee")},
    }
    assert concerned(topic, "owner", body) == ["owner", "carrier"]


PARTS = {f"{part}_id": part for part in ("owner", "client", "shipper", "carrier", "consignee")}


@pytest.mark.parametrize("topic", ["core_orders.change.requested", "core_orders.change.closed"])
def test_a_change_is_told_to_those_who_agree_on_it_alone(topic: str) -> None:
    body = {"order": PARTS, "asked_by": "client", "asked_of": ["owner"]}
    assert concerned(topic, "owner", body) == ["owner", "client"]


def test_a_change_of_price_is_told_to_those_between_whom_it_stands_alone() -> None:
    amended = "core_orders.order.amended"
    body = {"order": PARTS, "parts": ["price"], "between": ["carrier", "owner"]}
    assert concerned(amended, "owner", body) == ["owner", "carrier"]
    body = {**body, "parts": ["stops", "price"]}
    assert concerned(amended, "owner", body) == ["owner", "client", "shipper", "carrier", "consignee"]
    told = {reader: shown(body, (), reader)["parts"] for reader in ("owner", "carrier", "consignee")}
    assert told == {"owner": ["stops", "price"], "carrier": ["stops", "price"], "consignee": ["stops"]}


@pytest.mark.parametrize(
    ("reader", "seen"), [("owner", "c"), ("c", "c"), ("client", None), ("shipper", None), ("consignee", None)]
)
def test_a_carrier_that_is_only_asked_is_not_named_to_the_others(reader: str, seen: str | None) -> None:
    parties = {f"{part}_id": part for part in ("owner", "client", "shipper", "consignee")}
    body = {"order": {**parties, "carrier_id": "c", "carrier_name": "Rapid", "offered": True}}
    order = shown(body, (), reader)["order"]
    assert (order["carrier_id"], order["carrier_name"]) == (seen, "Rapid" if seen else "")


def test_a_leg_is_told_to_the_two_between_whom_it_is_and_names_no_other_order() -> None:
    chain = {"parents": [{"order_id": "p", "reference": "P"}], "legs": [{"carrier_name": "Rapid"}]}
    body = {"order": {**PARTS, **chain}}
    assert concerned("core_orders.order.delivered", "owner", body) == ["owner", "carrier"]
    for reader in PARTS.values():
        assert not {"parents", "legs"} & set(shown(body, (), reader)["order"])
    signed = {"order_id": "o", "leg_id": "l1", "from_leg_id": "l1", "to_leg_id": "l2", "carrier_id": "c"}
    assert shown(signed, (), "consignee") == {"order_id": "o", "carrier_id": "c"}


def test_webhooks_hear_of_what_concerns_them() -> None:
    body = {
        "order": {"shipper_id": "a", "carrier_id": "b"},
        "link_token": "t",
        "slot_link_token": "t",
        "deep": {"email": "x"},
    }
    assert concerned("core_orders.order.delivered", "a", body) == ["a", "b"]
    assert concerned("core_orders.order.tendered", "a", body) == ["a"]
    assert concerned("core_orders.incident.reported", "a", {**body, "shared": False}) == ["a"]
    told = {**body, "stops": [{"site": {"email": "x", "name": "y"}}]}
    assert shown(told, {"link_token", "slot_link_token"}, "a") == {
        "order": {"shipper_id": "a", "carrier_id": "b"},
        "deep": {},
        "stops": [{"site": {"name": "y"}}],
    }
    assert not published("ecpmr.code.requested")
    assert not published("authz.user.invited")
    assert not published("core_orders.orders.changed")
