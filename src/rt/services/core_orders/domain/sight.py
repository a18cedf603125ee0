"""Who sees what of an order: one table, role by field; what a role must not see is None."""

from typing import TypeVar

from msgspec import structs

from rt.kernel.model.messages import View
from rt.services.core_orders.domain.states import DEAL, EVERYONE, SHIPPER
from rt.trade.goods import Goods
from rt.trade.roles import PartnerRole

V = TypeVar("V", bound=View)

HIDDEN: dict[str, frozenset[PartnerRole]] = {
    "sell_cents": EVERYONE - SHIPPER,
    "buy_cents": EVERYONE - SHIPPER,
    "tenders": EVERYONE - SHIPPER,
    "history": EVERYONE - SHIPPER,
    "agreed_cents": EVERYONE - DEAL,
    "invoiced_cents": EVERYONE - DEAL,
    "invoice_number": EVERYONE - DEAL,
    "currency": EVERYONE - DEAL,
    "tender": EVERYONE - DEAL,
    "tender_id": EVERYONE - DEAL,
    "tender_stranger": EVERYONE - DEAL,
    "tender_deadline": EVERYONE - DEAL,
    "tender_price_cents": EVERYONE - DEAL,
    "incoterm": EVERYONE - frozenset({"shipper", "consignee"}),
    "consignee_email": frozenset({"driver", "sub_carrier"}),
}
"""Fields of OrderView and OrderRow that some roles must not see; every other field is for every role."""
GOODS_VALUE: frozenset[PartnerRole] = DEAL
"""Who sees the declared value of the goods: it caps the carrier's liability and tempts thieves."""


def hide(view: V, role: PartnerRole) -> V:
    """The view without the fields that this role must not see."""
    hidden = {field: None for field in view.__struct_fields__ if role in HIDDEN.get(field, ())}
    return structs.replace(view, **hidden)


def goods_shown(goods: list[Goods], role: PartnerRole) -> list[Goods]:
    if role in GOODS_VALUE:
        return goods
    return [structs.replace(line, value_cents=None) for line in goods]
