"""Who sees what of an order: one table, role by field; what a role must not see is None."""

from typing import TypeVar

from msgspec import structs

from rt.contracts.core_orders import OrderPart
from rt.kernel.model.messages import View
from rt.services.core_orders.domain.states import DEAL, EVERYONE, OWNER, PARTIES, SALE
from rt.trade.goods import Goods
from rt.trade.roles import Roles

V = TypeVar("V", bound=View)

SEEN: dict[str, Roles] = {
    "client_id": SALE | {"shipper"},
    "client_name": SALE | {"shipper"},
    "sell_cents": SALE,
    "buy_cents": OWNER,
    "tenders": OWNER,
    "history": OWNER,
    "changes": PARTIES,
    "chain": PARTIES | {"shipper"},
    "parents": OWNER,
    "agreed_cents": DEAL,
    "invoiced_cents": DEAL,
    "invoice_number": DEAL,
    "currency": DEAL | SALE,
    "tender": DEAL,
    "tender_id": DEAL,
    "tender_stranger": DEAL,
    "tender_deadline": DEAL,
    "tender_price_cents": DEAL,
    "incoterm": SALE | {"shipper", "consignee"},
    "consignee_email": EVERYONE - {"driver", "sub_carrier"},
}
"""Fields of OrderView and OrderRow that some roles alone see; every other field is for every role."""
GOODS_VALUE: Roles = DEAL | SALE | {"shipper"}
"""Who sees the declared value of the goods: it caps the carrier's liability and tempts thieves."""


def hide(view: V, roles: Roles) -> V:
    """The view without the fields that none of these roles may see."""
    hidden = [field for field in view.__struct_fields__ if not roles & SEEN.get(field, EVERYONE)]
    return structs.replace(view, **dict.fromkeys(hidden))


def goods_shown(goods: list[Goods], roles: Roles) -> list[Goods]:
    if roles & GOODS_VALUE:
        return goods
    return [structs.replace(line, value_cents=None) for line in goods]


def part_shown(part: OrderPart, roles: Roles) -> OrderPart:
    """What a change is about, without the price of others and the value of the goods where it is hidden."""
    goods = part.goods and goods_shown(part.goods, roles)
    return hide(structs.replace(part, goods=goods), roles)
