"""A form is its command: it reads what people type and shows what was refused beside its field."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType, field
from starlette.datastructures import FormData

from rt.kernel.core.errors import Conflict, Invalid, NotFound
from rt.kernel.model.messages import SIGNED_IN, Command, Empty
from rt.trade.goods import Goods
from rt.trade.places import Site
from rt.ui.catalogues import named
from rt.ui.fields import Unreadable, calendar_day, decimal, instant
from rt.ui.formats import ZONE, ago, money, speaking
from rt.ui.forms import Form


class Book(Command[Empty], route="/api/shop/{order_id}/book", needs=SIGNED_IN):
    order_id: str
    reference: Annotated[str, Meta(min_length=3, max_length=10, pattern="^[A-Z0-9-]+$")]
    price_cents: Annotated[int, Meta(ge=100, le=100_000)]
    pallets: Annotated[int, Meta(ge=1)] = 1
    weight_kg: float = 0
    on: date | None = None
    pickup_from: datetime | None = None
    mode: Literal["road", "rail"] = "road"
    skills: list[Literal["adr", "gdp"]] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    goods: list[Goods] = field(default_factory=list)
    delivery: Site | None = None
    urgent: bool = False


FILLED = {"reference": "CMD-1", "price_cents": "12,50"}


def form(*typed: tuple[str, str], **options: Any) -> Form:
    return Form(Book, posted=FormData([*FILLED.items(), *typed]), fixed={"order_id": "ord_1"}, **options)


def test_a_filled_form_becomes_its_command() -> None:
    made = form(
        ("pallets", "3"),
        ("weight_kg", "1 250,5"),
        ("on", "31/12/2026"),
        ("pickup_from", "2026-07-14T08:30"),
        ("mode", "rail"),
        ("skills", "adr"),
        ("skills", "gdp"),
        ("emails", "a@x.fr\r\nb@x.fr\r\n"),
        ("goods.0.description", "Verre"),
        ("goods.0.quantity", "4"),
        ("goods.2.description", "Bouchons"),
        ("delivery.name", "Quai 4"),
        ("delivery.address.city", "Lyon"),
        ("urgent", "on"),
    )
    message = made.read()
    assert made.faults == {}
    assert isinstance(message, Book)
    assert (message.order_id, message.price_cents, message.pallets, message.weight_kg) == (
        "ord_1",
        1250,
        3,
        1250.5,
    )
    assert message.on == date(2026, 12, 31)
    assert message.pickup_from == datetime(2026, 7, 14, 6, 30, tzinfo=UTC)
    assert (message.mode, message.skills, message.emails, message.urgent) == (
        "rail",
        ["adr", "gdp"],
        ["a@x.fr", "b@x.fr"],
        True,
    )
    assert [line.description for line in message.goods] == ["Verre", "Bouchons"]
    assert message.delivery is not None
    assert message.delivery.address.city == "Lyon"


def test_an_identifier_of_the_address_cannot_be_typed() -> None:
    message = form(("order_id", "ord_other")).read()
    assert isinstance(message, Book)
    assert message.order_id == "ord_1"


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("reference", "", "À remplir."),
        ("reference", "AB", "3 caractères au moins."),
        ("reference", "ABCDEFGHIJKL", "10 caractères au plus."),
        ("reference", "cmd 1", "La forme n'est pas celle attendue."),
        ("price_cents", "0,99", "1 au moins."),
        ("price_cents", "1000,01", "1\u202f000 au plus."),
        ("price_cents", "douze", "Un nombre est attendu, par exemple 12,5."),
        ("pallets", "1,5", "Un nombre entier est attendu."),
        ("on", "31/02/2026", "Une date est attendue, par exemple 31/12/2026."),
        ("mode", "boat", "Choisissez une des valeurs proposées."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(
    name: str, typed: str, sentence: str
) -> None:
    made = Form(
        Book,
        posted=FormData([*(FILLED | {name: typed}).items(), ("emails", "kept@x.fr")]),
        fixed={"order_id": "o"},
    )
    assert made.read() is None
    assert made.faults == {name: [sentence]}
    assert made.input(name).value == typed
    assert made.input("emails").value == ["kept@x.fr"]


def test_all_mistakes_are_told_at_once() -> None:
    made = Form(Book, posted=FormData([("pallets", "zero")]), fixed={"order_id": "o"})
    assert made.read() is None
    assert set(made.faults) == {"reference", "price_cents", "pallets"}


class Exhausted(Conflict):
    fr = "Il ne reste que {left} palettes."
    en = "Only {left} pallets left."


async def refusing(refusal: Exception) -> Form:
    async def say(message: Command[Any], key: str) -> Any:
        raise refusal

    made = form(say=say)
    assert await made.submit() is None
    return made


async def test_a_refusal_stands_beside_its_field_in_the_readers_language() -> None:
    assert (await refusing(Exhausted("pallets", left=2))).faults == {
        "pallets": ["Il ne reste que 2 palettes."]
    }
    with speaking("en"):
        made = await refusing(Exhausted("pallets", left=2))
        assert made.faults == {"pallets": ["Only 2 pallets left."]}


async def test_a_refusal_of_a_lines_field_finds_its_line() -> None:
    made = form(("goods.0.description", "Verre"))
    made.refused(Invalid.together([Invalid("goods[0].description"), Invalid("reference")]))
    assert set(made.faults) == {"goods.0.description", "reference"}


async def test_a_refusal_without_a_field_stands_above_the_form() -> None:
    made = await refusing(Exhausted(left=2))
    assert (made.refusal, made.faults, made.code) == ("Il ne reste que 2 palettes.", {}, "exhausted")


async def test_what_does_not_exist_is_no_mistake_of_the_form() -> None:
    with pytest.raises(NotFound):
        await refusing(NotFound())


async def test_a_form_sent_twice_says_the_same_key_and_one_drawn_again_a_new_one() -> None:
    keys: list[str] = []

    async def say(message: Command[Any], key: str) -> Any:
        keys.append(key)
        return Empty()

    for _time in range(2):
        await Form(
            Book, posted=FormData([*FILLED.items(), ("_key", "k1")]), say=say, fixed={"order_id": "o"}
        ).submit()
    assert keys == ["k1", "k1"]
    assert form().key != form().key


@pytest.mark.parametrize(
    ("carried", "given", "said"),
    [("3", 5, (3,)), ("", 5, (5,)), ("٣", 5, (5,)), ("x", 5, (5,)), ("3", None, ())],
)
async def test_a_change_is_said_about_the_version_that_its_reader_saw(
    carried: str, given: int | None, said: tuple[int, ...]
) -> None:
    versions: list[tuple[int, ...]] = []

    async def say(message: Command[Any], key: str, *version: int) -> Any:
        versions.append(version)

    made = form(("_version", carried), say=say, version=given)
    await made.submit()
    await form(say=say).submit(8)
    assert versions == [said, (8,)]


class Rename(Command[Empty], route="/api/shop/{order_id}", needs=SIGNED_IN, method="PATCH"):
    order_id: str
    name: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    note: Annotated[str, Meta(min_length=1)] | UnsetType | None = UNSET
    weight_kg: float | UnsetType | None = UNSET
    marks: list[str] | UnsetType = UNSET
    kinds: list[Literal["big", "small"]] | UnsetType = UNSET
    delivery: Site | UnsetType = UNSET
    goods: list[Goods] | UnsetType = UNSET


def renaming(*typed: tuple[str, str], only: tuple[str, ...] = ()) -> Form:
    return Form(Rename, posted=FormData(typed), fixed={"order_id": "o"}, only=only)


def test_what_a_change_leaves_empty_is_emptied_and_what_it_does_not_show_stays() -> None:
    typed = [("name", "Ours"), ("note", " "), ("weight_kg", ""), ("marks", ""), ("goods.0.description", "")]
    message = renaming(*typed, only=("name", "note", "weight_kg", "marks", "kinds", "goods")).read()
    assert message == Rename(
        order_id="o", name="Ours", note=None, weight_kg=None, marks=[], kinds=[], goods=[]
    )
    assert renaming(("name", "Ours"), only=("name", "note")).read() == Rename(order_id="o", name="Ours")


def test_what_is_chosen_now_is_among_what_is_chosen_from() -> None:
    """Else a list that is short today (a partner gone, a service that does not answer) would take it away."""
    offered = {"note": [("a", "A")]}
    made = Form(Rename, values={"note": "b"}, fixed={"order_id": "o"}, choices=offered).input("note")
    assert [(one.value, one.label) for one in made.choices] == [("", "—"), ("a", "A"), ("b", "choix actuel")]
    known = Form(Rename, values={"note": "a"}, fixed={"order_id": "o"}, choices=offered).input("note")
    assert [one.value for one in known.choices] == ["", "a"]


def test_a_change_asks_for_what_cannot_be_empty() -> None:
    made = renaming(("name", ""), ("delivery.name", ""), only=("name", "note", "delivery"))
    assert made.read() is None
    assert made.faults == {name: ["À remplir."] for name in ("name", "delivery.name")}
    needed = {one.name: one.required for one in made.inputs}
    assert (needed["name"], needed["note"], needed["delivery.name"]) == (True, False, True)
    said = {one.name: one.skippable for one in Form(Rename, fixed={"order_id": "o"}).inputs}
    assert (said["note"], said["goods.0.weight_kg"]) == (True, False)


def test_a_whole_weight_is_shown_without_decimals() -> None:
    assert Form(Rename, values={"weight_kg": 24_000.0}).input("weight_kg").value == "24000"
    assert Form(Rename, values={"weight_kg": 12.5}).input("weight_kg").value == "12.5"


def test_an_abbreviation_keeps_its_capitals() -> None:
    assert (named("choice", "CHEP"), named("choice", "half_load")) == ("CHEP", "Half load")
    assert named("choice", "forklift") != named("choice", "moffett")


def test_now_is_said_as_now() -> None:
    at = datetime(2026, 7, 14, 6, 30, tzinfo=UTC)
    assert ago(at, at) == "à l'instant"
    assert ago(at + timedelta(hours=2), at) == "dans 2 heures"
    with speaking("en"):
        assert ago(at, at) == "just now"


def test_a_form_takes_its_fields_in_the_wanted_order() -> None:
    made = Form(Book, only=("delivery.address", "reference"), fixed={"order_id": "o"})
    assert [one.name for one in made.inputs] == [
        *(f"delivery.address.{part}" for part in ("street", "postal_code", "city", "country")),
        "reference",
    ]


def test_a_country_is_chosen_by_its_name() -> None:
    one = form(("delivery.address.country", "DE")).input("delivery.address.country")
    names = {choice.value: choice.label for choice in one.choices}
    assert (one.kind, one.value, names["DE"], names["RE"]) == ("choice", "DE", "Allemagne", "La Réunion")
    with speaking("en"):
        offered = [c.label for c in form().input("delivery.address.country").choices]
    assert offered[0] == "—", "none stands there unchosen"
    assert offered.index("Åland Islands") < offered.index("Zambia")


def test_passwords_are_never_shown_again() -> None:
    class Change(Command[Empty], route="/api/shop/password", needs=SIGNED_IN):
        new_password: str

    made = Form(Change, posted=FormData([("new_password", "secret")]), values={"new_password": "secret"})
    assert made.input("new_password").value == ""


@given(st.integers(-(10**9), 10**9))
def test_a_price_shown_in_either_language_is_read_back_to_the_cent(cents: int) -> None:
    for language in ("fr", "en"):
        with speaking(language):
            assert decimal(money(cents).replace("−", "-").replace("€", "")) * 100 == cents


@pytest.mark.parametrize("text", ["480,-", "480.-", "480,--", "480,– €", "480.—"])
def test_a_round_price_may_end_with_a_dash(text: str) -> None:
    assert decimal(text) == 480
    assert decimal(f"1 {text}") == 1480
    with pytest.raises(Unreadable):
        decimal(f"{text}5")


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    try:
        assert isinstance(decimal(text), Decimal)
    except Unreadable:
        return


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))
    .map(lambda at: at.replace(second=0, microsecond=0))
    .filter(lambda at: at.replace(tzinfo=ZONE).astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) == at)
)
def test_a_moment_is_read_as_french_time(at: datetime) -> None:
    typed = instant(at.strftime("%Y-%m-%dT%H:%M"))
    assert typed == instant(at.strftime("%d/%m/%Y %H:%M"))
    assert typed.tzinfo is UTC
    assert calendar_day(at.strftime("%d/%m/%Y")) == at.date()


@pytest.mark.parametrize("text", ["28/03/2027 02:30", "2027-03-28T02:30"])
def test_a_moment_that_the_clocks_skip_is_refused_by_its_rule(text: str) -> None:
    with pytest.raises(Unreadable, match="28/03/2027 à 02:30"):
        instant(text)
    with speaking("en"), pytest.raises(Unreadable, match="at 02:30"):
        instant(text)


def test_of_an_hour_that_comes_twice_a_form_means_the_first() -> None:
    assert instant("25/10/2026 02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.dictionaries(
        st.sampled_from(["reference", "pallets", "goods.0.quantity", "on", "delivery.name", "x.y"]),
        st.text(max_size=8),
    )
)
def test_no_posted_form_breaks_reading(typed: dict[str, str]) -> None:
    made = Form(Book, posted=FormData(list(typed.items())), fixed={"order_id": "o"})
    message = made.read()
    assert (message is None) == made.wrong
    assert all(isinstance(one, msgspec.Struct) for one in made.inputs)


class Truck(msgspec.Struct):
    """What a page makes commands of."""

    plate: str
    loads: list[Goods] = field(default_factory=list)


class Convoy(msgspec.Struct):
    """Lines within lines."""

    trucks: list[Truck]


def test_lines_within_lines_are_read_and_drawn_again_with_one_more() -> None:
    typed = {
        "trucks.0.plate": "AB-1-CD",
        "trucks.1.plate": "EF-2-GH",
        "trucks.1.loads.0.description": "Verre",
        "trucks.1.loads.1.description": "Bouchons",
    }
    made = Form(Convoy, posted=FormData(typed))
    assert made.read() == Convoy(
        [Truck("AB-1-CD"), Truck("EF-2-GH", [Goods(description="Verre"), Goods(description="Bouchons")])]
    )
    longer = made.raw()
    longer["trucks"].append({"plate": "IJ-3-KL"})
    again = Form(Convoy, values=longer, rows={"trucks": 3, "trucks.1.loads": 2})
    shown = {one.name: one.value for one in again.inputs}
    assert {name: shown[name] for name in typed} == typed
    assert shown["trucks.2.plate"] == "IJ-3-KL"
