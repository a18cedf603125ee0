"""The map's roads are served to everybody, pressed, for a day."""

from tests.pages.shop import Town, browser, shop

from rt.trade import roads_map


async def test_a_tile_is_served_to_who_has_not_signed_in() -> None:
    async with browser(shop(Town())) as anybody:
        answer = await anybody.get("/static/roads/near_4_45", headers={"accept-encoding": "gzip"})
        plain = await anybody.get("/static/roads/near_4_45", headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.content == plain.content == roads_map.tile("near_4_45")
    assert "content-encoding" not in plain.headers


async def test_what_is_no_tile_is_not_found() -> None:
    async with browser(shop(Town())) as anybody:
        assert (await anybody.get("/static/roads/far_4_45")).status_code == 404
