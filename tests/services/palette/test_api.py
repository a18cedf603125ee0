"""Rights of the pallet service over the web."""

import pytest

from rt.contracts import palette as words
from rt.kernel.messages import Command, Query
from rt.services.palette.app import build

WORDS = sorted(
    (word for word in vars(words).values() if isinstance(word, type) and issubclass(word, (Query, Command))),
    key=lambda word: word.__name__,
)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
async def test_every_word_needs_its_right(house, word):
    await house.mount(build)
    shape = word.word
    way = shape.route
    for field in shape.path_fields:
        way = way.replace("{" + field + "}", "x")
    nobody = await house.web("palette").request(shape.method, way)
    idle = await house.web("palette", house.actor(rights={"planning.admin"})).request(shape.method, way)
    assert nobody.status_code == 401
    assert (idle.status_code, idle.json()["code"]) == (403, "right_missing")


async def test_a_quantity_below_one_is_refused_with_its_field(house):
    await house.mount(build)
    client = house.web("palette", house.actor(rights={"palette.write"}))
    refused = await client.post("/api/palettes/vouchers/vou_1/redeem", json={"quantity": 0, "left": 1})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "quantity"
