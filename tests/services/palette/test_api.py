"""Rights of the pallet service over the web."""

import pytest

from rt.contracts import palette as contract
from rt.kernel.model.messages import Command, Query
from rt.services.palette.app import build

WORDS = sorted(
    (
        message
        for message in vars(contract).values()
        if isinstance(message, type) and issubclass(message, (Query, Command))
    ),
    key=lambda message: message.__name__,
)


@pytest.mark.parametrize("message", WORDS, ids=lambda message: message.__name__)
async def test_every_word_needs_its_right(platform, message):
    await platform.mount(build)
    shape = message.shape
    way = shape.route
    for field in shape.path_fields:
        way = way.replace("{" + field + "}", "x")
    nobody = await platform.web("palette").request(shape.method, way)
    idle = await platform.web("palette", platform.actor(rights={"planning.admin"})).request(shape.method, way)
    assert nobody.status_code == 401
    assert (idle.status_code, idle.json()["code"]) == (403, "right_missing")


async def test_a_quantity_below_one_is_refused_with_its_field(platform):
    await platform.mount(build)
    client = platform.web("palette", platform.actor(rights={"palette.write"}))
    refused = await client.post("/api/palettes/vouchers/vou_1/redeem", json={"quantity": 0, "left": 1})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "quantity"
