"""How many orders a carrier's dispatcher sees at once, measured in a real browser."""

from tests.portals import screen
from tests.portals.transporter.world import World
from tests.portals.world import Browser


async def test_a_long_list_of_orders_fits_every_screen(world: World, carrier: Browser) -> None:
    order = await world.assigned()
    await world.offered()
    await world.copied("core_orders", "orders", order.order_id, "reference", 58)
    numbered = {"$concat": ["CMD-25", {"$substrCP": ["$_id", len(order.order_id) - 4, 4]}]}
    await world.stored("core_orders", "orders").update_many(
        {"reference": {"$regex": "^ord_"}}, [{"$set": {"reference": numbered}}]
    )
    async with screen.looking(carrier.web) as page:
        await screen.read_as_a_list(page, f"{carrier.web.base_url}/orders", "transporter")
