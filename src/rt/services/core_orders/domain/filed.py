"""The file of a held order: its legs, what they cost, what is left of the price, what is still to give on."""

from collections.abc import Sequence

from msgspec import structs

from rt.contracts.core_orders import FileView, LegView, LooseView
from rt.services.core_orders.domain.order import Order
from rt.trade.money import shared_out


def file_of(order: Order, holder: str, legs: Sequence[Order]) -> FileView:
    """The order as its holder keeps it, with its legs as they stand."""
    own = [_leg(order, holder, leg) for leg in legs]
    costs = [one.cost_cents for one in own if one.state != "cancelled" and not one.own]
    loose, sold = _loose(order), order.sell_cents if holder == order.org_id else order.agreed_cents
    cost = None if None in costs else sum(one for one in costs if one is not None)
    known = sold is not None and cost is not None and not loose
    return FileView(
        order_id=order.id,
        version=order.version,
        reference=order.reference,
        state=order.state,
        currency=order.currency,
        sold_cents=sold,
        cost_cents=cost,
        margin_cents=(sold or 0) - (cost or 0) if known else None,
        whole=not loose,
        legs=own,
        loose=[one for one in loose if one.quantity > 0],
        awaited=[structs.replace(one, quantity=-one.quantity) for one in loose if one.quantity < 0],
    )


def _leg(order: Order, holder: str, leg: Order) -> LegView:
    portions = [one for load in leg.parents if load.order_id == order.id for one in load.portions]
    known = next(one for one in order.legs if one.order_id == leg.id)
    return LegView(
        order_id=leg.id,
        version=leg.version,
        reference=leg.reference,
        state=leg.state,
        carrier_id=leg.offer.carrier_id if leg.offer else leg.carrier_id,
        carrier_name=leg.offer.carrier_name if leg.offer else leg.carrier_name,
        pickup_name=known.pickup.name,
        pickup_city=known.pickup.address.city,
        delivery_name=known.delivery.name,
        delivery_city=known.delivery.address.city,
        pickup_from=leg.pickup.from_at or leg.pickup.until_at,
        delivery_until=leg.delivery.until_at or leg.delivery.from_at,
        quantity=sum(one.quantity for one in portions or known.portions),
        pallets=sum(one.pallets for one in portions or known.portions),
        weight_kg=sum(one.grams for one in portions or known.portions) / 1000,
        shared_with=[one.reference for one in leg.parents if one.order_id != order.id],
        cost_cents=_share(order, leg),
        cost_agreed=leg.agreed_cents is not None,
        price_cents=_price(leg),
        carried_kg=sum(load.grams for load in leg.parents) / 1000,
        own=leg.carrier_id == holder,
    )


def _price(leg: Order) -> int | None:
    """What the leg costs: agreed, offered, or meant."""
    if leg.agreed_cents is not None:
        return leg.agreed_cents
    return leg.offer.price_cents if leg.offer else leg.buy_cents


def _share(order: Order, leg: Order) -> int | None:
    """This order's part of what the leg costs."""
    price = _price(leg)
    if price is None:
        return None
    shares = shared_out(price, [load.grams for load in leg.parents])
    return next((s for s, load in zip(shares, leg.parents, strict=True) if load.order_id == order.id), 0)


def _loose(order: Order) -> list[LooseView]:
    names = order.place_names()
    return [
        LooseView(
            place=names[place].name,
            city=names[place].address.city,
            line=line,
            description=order.goods[line].description,
            quantity=stock.quantity,
            pallets=abs(stock.pallets),
            weight_kg=abs(stock.grams) / 1000,
            site=names[place],
        )
        for place, lines in order.loose_places().items()
        for line, stock in lines.items()
    ]
