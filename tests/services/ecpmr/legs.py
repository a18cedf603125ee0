"""Legs of an order that travel under its note, and who drives them."""

from datetime import timedelta
from typing import Any

from msgspec import structs
from tests.services.ecpmr import make

from rt.contracts.core_orders import ChainChanged, LegSummary, OrderState
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Who
from rt.trade.places import Address, Site

SUBS = ("org_sub_a", "org_sub_b", "org_sub_c")
HUBS = [
    Site(name=f"Plateforme {city}", address=Address(postal_code=code, city=city, country="FR"))
    for city, code in (("Givors", "69700"), ("Auxerre", "89000"))
]
PLACES = [make.LOADING, *HUBS, make.UNLOADING]
LATER = timedelta(hours=1)


def leg(n: int, start: int, end: int, **changes: Any) -> LegSummary:
    """Leg `leg_n` between two of the places, carried by the n-th of the sub-carriers."""
    state: OrderState = "planned"
    fields: dict[str, Any] = {
        "level": 1,
        "order_id": f"leg_{n}",
        "reference": f"L{n}",
        "state": state,
        "pickup": PLACES[start],
        "delivery": PLACES[end],
        "carrier_id": SUBS[n],
        "carrier_name": f"Sous-traitant {n}",
        "vehicle_plate": f"AA-00{n}-AA",
        "driver_user_id": f"usr_drv_{n}",
    }
    return LegSummary(**{**fields, **changes})


THREE = [leg(0, 0, 1), leg(1, 1, 2), leg(2, 2, 3)]


def travelling(*legs: LegSummary) -> Note:
    """A note under which these legs travel, three of them unless they are named."""
    note = make.note()
    follow(note, *(legs or THREE))
    return note


def follow(note: Note, *legs: LegSummary) -> None:
    parties = [make.SHIPPER, make.CARRIER, make.CONSIGNEE]
    note.follow_legs(legs, parties, (make.LOADING, make.UNLOADING), {})


def driver(n: int) -> Who:
    return Who(kind="user", id=f"usr_drv_{n}", org_id=SUBS[n], drives=True)


def sign(note: Note, step: Any, *parties: str, who: Who, hours: int = 0, **more: Any) -> None:
    given = [make.signature(party) for party in parties]
    at = make.MORNING + hours * LATER
    assert note.sign(step, note.content_hash, at, given, who, **more) is None


def chain_changed(*legs: LegSummary, dropped: tuple[str, ...] = (), **changes: Any) -> ChainChanged:
    order = structs.replace(make.order(**changes), legs=list(legs))
    return ChainChanged(order=order, dropped=list(dropped))
