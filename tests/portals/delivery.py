"""An order that a carrier brings to a consignee: the world of the recipient's portal and of the driver's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.portals import world

from rt.contracts.core_orders import AssignCarrier, ConfirmOrder, CreateOrder, OrderView, Stop
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

FEURS = Site(
    name="Laiterie du Forez, quai 3",
    address=Address(street="12 route de Lyon", postal_code="42110", city="Feurs"),
    contact=Contact(name="Zoé Marchand", phone="+33 4 77 00 00 00"),
    latitude=45.74,
    longitude=4.22,
    instructions="Casque obligatoire",
)
LYON = Site(
    name="Plateforme Lyon",
    address=Address(street="20 bd Joliot-Curie", postal_code="69200", city="Vénissieux"),
    contact=Contact(name="Réception", phone="+33 4 72 00 00 00"),
    latitude=45.697,
    longitude=4.887,
)
STROKES = "M10 40L50 40L80 90L120 38"


class World(world.World):
    """A shipper, partner of the carrier and of the consignee, and its order."""

    shipper: world.Organization
    carrier: world.Organization
    consignee: world.Organization
    order_id = ""

    async def meet(self) -> None:
        self.shipper = await self.organization("Laiterie du Forez", "shipper")
        self.carrier = await self.organization("Transports Mabille", "carrier")
        self.consignee = await self.organization("Rungis Froid", "recipient")
        for other in (self.carrier, self.consignee):
            await self.partners(self.shipper, other)

    async def ordered(
        self, loads_at: datetime, arrives_at: datetime, what: Sequence[str] = ("Pots de yaourt",), **more: Any
    ) -> None:
        """The order, to be loaded within four hours and delivered within six."""
        hours = timedelta(hours=1)
        stops = [
            Stop(kind="pickup", site=FEURS, from_at=loads_at, until_at=loads_at + 4 * hours),
            Stop(kind="delivery", site=LYON, from_at=arrives_at, until_at=arrives_at + 6 * hours),
        ]
        goods = [
            Goods(
                description=one,
                quantity=12,
                package_code="PX",
                pallets=12,
                weight_kg=6000.0,
                length_cm=120,
                width_cm=80,
                height_cm=160,
            )
            for one in what
        ]
        asked = CreateOrder(
            reference="CMD-7741",
            stops=stops,
            goods=goods,
            consignee_id=self.consignee.id,
            consignee_name=self.consignee.name,
            consignee_email=self.consignee.email,
            **more,
        )
        self.order_id = (await self.ask(self.shipper, asked)).order_id

    async def assigned(self) -> None:
        """The order is firm, and the carrier's."""
        firm: OrderView = await self.say(self.shipper, ConfirmOrder(order_id=self.order_id))
        message = AssignCarrier(
            order_id=self.order_id, version=firm.version, carrier_id=self.carrier.id, agreed_cents=48_517
        )
        await self.say(self.shipper, message)
