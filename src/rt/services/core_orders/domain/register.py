"""An operation of the register of transports given to others for hire: numbered, kept, put right in sight."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from rt.contracts.core_orders import CharterClient, CharterCorrection, CharterView, RegisterYear
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.services.core_orders.domain.order import Order
from rt.trade.goods import Goods
from rt.trade.places import Site

MOST_TEXT = 500


class Client(msgspec.Struct, kw_only=True):
    """For whom goods were given on, of which order, and what all of it is sold for."""

    reference: str
    client_name: str
    sold_cents: int | None

    def view(self) -> CharterClient:
        return CharterClient(
            reference=self.reference, client_name=self.client_name, sold_cents=self.sold_cents
        )


class Charter(Entity, kw_only=True):
    """A transport given to a carrier for hire.

    Its number follows the one before within its year and is never given again, whatever becomes of it.
    """

    year: RegisterYear
    number: int
    given_at: datetime
    order_id: str
    reference: str
    clients: list[Client]
    sender: Personal
    pickup: Personal
    consignee: Personal
    delivery: Personal
    goods: str
    packages: int
    weight_kg: float
    carrier_id: str
    carrier_name: str
    price_cents: int | None
    currency: str
    ended: bool = False
    corrections: list[CharterCorrection] = msgspec.field(default_factory=list)

    def correct(self, order: Order, at: datetime) -> None:
        """Take over what the order is by now; what it was stays beside it."""
        if self.ended or order.carrier_id != self.carrier_id:
            return
        fresh, agreed = mentions(order), order.agreed_cents
        self._put_right(at, "price", _amount(self.price_cents, self.currency), _amount(agreed, self.currency))
        self._put_right(at, "goods", _load(self.goods, self.weight_kg), _load(fresh.goods, fresh.weight_kg))
        self._put_right(
            at, "places", f"{self.pickup} → {self.delivery}", f"{fresh.pickup} → {fresh.delivery}"
        )
        self.price_cents, self.pickup, self.delivery = agreed, fresh.pickup, fresh.delivery
        self.goods, self.packages, self.weight_kg = fresh.goods, fresh.packages, fresh.weight_kg

    def end(self, what: Literal["released", "cancelled"], reason: str, at: datetime) -> None:
        """The carrier has it no more: the operation stays, struck out in sight."""
        if not self.ended:
            self.ended = True
            self.corrections = [*self.corrections, CharterCorrection(at=at, what=what, after=reason)]

    def view(self, order: Order | None, siret: str, vat: str) -> CharterView:
        """With what the order has become since, while that carrier has it."""
        reached = {one.state: one.at for one in order.milestones()} if order and not self.ended else {}
        notes = [one for one in order.documents if one.ecpmr_document_id] if order and not self.ended else []
        return CharterView(
            number=self.number,
            given_at=self.given_at,
            order_id=self.order_id,
            reference=self.reference,
            clients=[one.view() for one in self.clients],
            sender=self.sender,
            pickup=self.pickup,
            consignee=self.consignee,
            delivery=self.delivery,
            goods=self.goods,
            packages=self.packages,
            weight_kg=self.weight_kg,
            carrier_name=self.carrier_name,
            carrier_siret=siret,
            carrier_vat=vat,
            price_cents=self.price_cents,
            currency=self.currency,
            loading_at=reached.get("loading"),
            left_at=reached.get("in_transit"),
            delivered_at=reached.get("delivered"),
            note=notes[-1].filename.removesuffix(".pdf") if notes else "",
            corrections=self.corrections,
        )

    def _put_right(
        self, at: datetime, what: Literal["price", "goods", "places"], before: str, after: str
    ) -> None:
        if before != after:
            correction = CharterCorrection(at=at, what=what, before=before, after=after)
            self.corrections = [*self.corrections, correction]


def is_charter(order: Order) -> bool:
    """Whether it is given for hire: it is a leg of another's order, or run for a client.

    What an organization has carried for itself is a shipper's order, and in no register.
    """
    own = order.client == order.org_id and not order.parents
    return order.carrier_id not in (None, order.org_id) and not own


def charter_of(
    order: Order, parents: Sequence[Order], *, id: str, year: int, number: int, at: datetime
) -> Charter:
    """The operation that begins when a carrier has the order."""
    clients = [_client(parent, order.org_id) for parent in parents] or [
        Client(reference=order.reference, client_name=order.client_name, sold_cents=order.sell_cents)
    ]
    return Charter(
        id=id,
        year=year,
        number=number,
        given_at=at,
        order_id=order.id,
        reference=order.reference,
        clients=clients,
        carrier_id=order.carrier_id or "",
        carrier_name=order.carrier_name,
        price_cents=order.agreed_cents,
        currency=order.currency,
        sender=order.pickup.site.name,
        consignee=order.consignee_name or order.delivery.site.name,
        **mentions(order)._asdict(),
    )


def _client(parent: Order, holder: str) -> Client:
    """Who gave the holder this order, at what price: the client of its own, the owner of another's."""
    if parent.org_id == holder:
        return Client(
            reference=parent.reference, client_name=parent.client_name, sold_cents=parent.sell_cents
        )
    return Client(reference=parent.reference, client_name=parent.owner_name, sold_cents=parent.agreed_cents)


class Mentions(NamedTuple):
    """What the order says of places and goods."""

    pickup: str
    delivery: str
    goods: str
    packages: int
    weight_kg: float


def mentions(order: Order) -> Mentions:
    """The first place of loading, the last of unloading, and all of the goods."""
    return Mentions(
        pickup=_place(order.pickup.site),
        delivery=_place(order.delivery.site),
        goods=", ".join(_line(line) for line in order.goods)[:MOST_TEXT],
        packages=sum(line.quantity for line in order.goods),
        weight_kg=order.weight_kg,
    )


def _line(line: Goods) -> str:
    un = f" (UN {line.un_number})" if line.un_number else ""
    return f"{line.quantity} × {line.description}{un}"


def _place(site: Site) -> str:
    address = site.address
    town = " ".join(filter(None, (address.postal_code, address.city)))
    country = address.country if address.country != "FR" else ""
    return ", ".join(filter(None, (site.name, address.street, town, country)))


def _amount(cents: int | None, currency: str) -> str:
    return "" if cents is None else f"{cents / 100:.2f} {currency}"


def _load(goods: str, weight_kg: float) -> str:
    return f"{goods}, {weight_kg:g} kg"
