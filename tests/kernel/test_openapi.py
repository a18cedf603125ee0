"""What the description of a unit says of its dictionaries: which keys they may have."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from rt.kernel.model.bounds import formed
from rt.kernel.model.messages import OPEN, Command, View
from rt.kernel.service.service import Unit, serve
from rt.kernel.web.openapi import openapi


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


Shape = Literal["round", "square"]
Label = Annotated[str, Meta(min_length=1, max_length=9, pattern="^[a-z]+$")]
NAMED = {"enum": ["round", "square"]}


class BoxView(View):
    """What is in a box."""

    by_shape: dict[Shape, int]


class SortMarbles(Command[BoxView], route="/api/palettes/marbles", needs=OPEN, keyed=False):
    """Put marbles into boxes."""

    by_text: dict[str, int]
    by_label: dict[Label, int]
    by_form: dict[Annotated[str, formed("^[a-z]+$", "", "")], int]
    by_shape: dict[Shape, int]
    by_colour: dict[Colour, int]
    perhaps: dict[Shape, int] | None
    bounded: Annotated[dict[Shape, int], Meta(max_length=2)]
    boxes: list[dict[Shape, int]]
    nested: dict[str, dict[Shape, int]]
    either: BoxView | None


async def nothing(message: SortMarbles) -> BoxView:
    raise NotImplementedError


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return openapi(Unit(name="palette", serves=[serve(SortMarbles, nothing)]), "/api/palettes")


@pytest.fixture(scope="module")
def fields(described: dict[str, Any]) -> dict[str, Any]:
    body = described["paths"]["/api/palettes/marbles"]["post"]["requestBody"]
    shown: dict[str, Any] = body["content"]["application/json"]["schema"]["properties"]
    return shown


def test_keys_of_a_dictionary_are_described(fields: dict[str, Any]) -> None:
    assert "propertyNames" not in fields["by_text"]
    assert fields["by_label"]["propertyNames"] == {"minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$"}
    assert fields["by_form"]["propertyNames"] == {"pattern": "^[a-z]+$"}
    assert fields["by_shape"]["propertyNames"] == NAMED
    assert fields["by_colour"]["propertyNames"] == {"enum": ["blue", "red"]}


def test_keys_are_described_wherever_the_dictionary_is(
    described: dict[str, Any], fields: dict[str, Any]
) -> None:
    perhaps = next(one for one in fields["perhaps"]["anyOf"] if one.get("type") == "object")
    assert perhaps["propertyNames"] == NAMED
    assert fields["bounded"]["propertyNames"] == NAMED
    assert fields["boxes"]["items"]["propertyNames"] == NAMED
    assert fields["nested"]["additionalProperties"]["propertyNames"] == NAMED
    box = described["components"]["schemas"]["BoxView"]["properties"]
    assert box["by_shape"]["propertyNames"] == NAMED
