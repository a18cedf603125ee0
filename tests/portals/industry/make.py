"""Views as services would show them to a shipper: any view with plain values, and what a test says of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from rt.contracts.core_orders import OrderRow, OrderView, ProofView, Stop, TenderView
from rt.contracts.core_orders.summary import References
from rt.contracts.planning import DockView, OpeningHours, SlotView
from rt.contracts.tracking_ia import ArrivalsView, EtaView
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

V = TypeVar("V", bound=msgspec.Struct)
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Monday, 08:00 in France."""
DAY = date(2026, 11, 23)
ME = "org_monts"
HASH = "a" * 64
PATTERNED = {"country": "FR", "currency": "EUR", "package_code": "PX", "topic": "core_orders.order.delivered"}
BOURG = Site(
    name="Fromagerie de Bourg",
    address=Address(street="12 rue des Crêts", postal_code="01000", city="Bourg-en-Bresse"),
    contact=Contact(name="Camille Perrin", phone="+33 4 74 00 00 00"),
    latitude=46.2052,
    longitude=5.2255,
    instructions="Entrée par le quai froid",
)
LYON = Site(
    name="Plateforme Distri Rhône",
    address=Address(street="20 bd Joliot-Curie", postal_code="69200", city="Vénissieux"),
    latitude=45.697,
    longitude=4.887,
)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def view(kind: type[V], /, **said: Any) -> V:
    """A view with a plain value in each field that has none of its own."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    told = {
        field.name: value(field.type, field.name)
        for field in shape.fields
        if field.required and field.name not in said
    }
    return kind(**(told | said))


def value(kind: inspect.Type, name: str) -> Any:
    """A plain value of a type."""
    match kind:
        case inspect.StrType():
            plain = f"{name}_1" if name.endswith(("_id", "_key", "_hash")) else f"{name.replace('_', ' ')} 1"
            return PATTERNED.get(name, plain)
        case inspect.BoolType():
            return False
        case inspect.IntType() | inspect.FloatType():
            return max(1, kind.ge or 0)
        case inspect.DateTimeType():
            return AT
        case inspect.DateType():
            return DAY
        case inspect.LiteralType():
            return next(v for v in kind.values if v)
        case inspect.ListType():
            return [value(kind.item_type, name)]
        case inspect.DictType():
            return {}
        case inspect.UnionType():
            return value(next(t for t in kind.types if not isinstance(t, inspect.NoneType)), name)
        case inspect.StructType():
            return BOURG if kind.cls is Site else view(kind.cls)
    raise TypeError(f"no plain value for {kind}")


def tender(state: str = "open", **said: Any) -> TenderView:
    told = {"state": state, "carrier_name": "Transports Delmas", "price_cents": 48_500, "currency": "EUR"}
    return view(TenderView, **(told | {"deadline": AT + hours(1), "sent_at": AT - hours(2)} | said))


def order(state: str = "confirmed", may: tuple[str, ...] = (), **said: Any) -> OrderView:
    proof = view(ProofView, ecpmr_document_id="cmr_1", content_hash=HASH, signed_at=AT, reserves=0)
    told: dict[str, Any] = {
        "order_id": "ord_1",
        "version": 3,
        "proof": proof if state in ("delivered", "pod_ok", "invoiced", "closed") else None,
        "my_role": "shipper",
        "owned": True,
        "owner_id": ME,
        "reference": "D26-0011",
        "references": References(purchase_order="PO-7043"),
        "state": state,
        "may": list(may),
        "shipper_id": ME,
        "carrier_name": "" if state in ("draft", "confirmed") else "Transports Delmas",
        "consignee_name": "Distri Rhône",
        "stops": [
            Stop(kind="pickup", site=BOURG, from_at=AT + hours(1), until_at=AT + hours(3), lines=[0]),
            Stop(kind="delivery", site=LYON, from_at=AT + hours(5), until_at=AT + hours(7)),
        ],
        "pickup": BOURG,
        "delivery": LYON,
        "pickup_from": AT + hours(1),
        "pickup_until": AT + hours(3),
        "delivery_from": AT + hours(5),
        "delivery_until": AT + hours(7),
        "goods": [Goods(description="Comté en meules", quantity=18, weight_kg=11_400, pallets=18)],
        "pallets": 18,
        "plan": None,
        "incoterm": None,
        "cancel_reason": "",
        "instructions": "Deux livreurs au déchargement",
        "equipment": "",
    }
    return view(OrderView, **(told | said))


def row(state: str = "confirmed", **said: Any) -> OrderRow:
    of = order(state)
    told = {name: getattr(of, name) for name in OrderRow.__struct_fields__ if hasattr(of, name)}
    places = {"pickup_city": "Bourg-en-Bresse", "delivery_city": "Vénissieux", "incident_open": False}
    return view(OrderRow, **(told | places | said))


def etas(late: float) -> ArrivalsView:
    eta = view(
        EtaView,
        order_id="ord_1",
        kind="delivery",
        eta=AT + hours(8),
        eta_low=AT + hours(7.5),
        eta_high=AT + hours(9),
    )
    return ArrivalsView(items=[msgspec.structs.replace(eta, late_probability=late)])


def dock(**said: Any) -> DockView:
    week = [OpeningHours(weekday=n, from_minute=480, until_minute=720) for n in range(5)]
    told = {"dock_id": "dck_1", "organization_id": ME, "name": "Quai 1", "hours": week, "active": True}
    return view(DockView, **(told | {"accepts": ["dry"], "serves": []} | said))


def slot(state: str = "booked", **said: Any) -> SlotView:
    told = {
        "slot_id": "slo_1",
        "dock_id": "dck_1",
        "state": state,
        "carrier_name": "Norroute",
        "minutes_late": 0,
    }
    times = {
        "starts_at": AT - hours(0.5),
        "ends_at": AT + hours(0.5),
        "arrived_at": None,
        "order_id": "ord_9",
    }
    return view(SlotView, **(told | times | {"reference": "D26-0031"} | said))
