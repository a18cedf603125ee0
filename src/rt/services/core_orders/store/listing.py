"""How orders are listed: by what they are sorted, by what filtered, and who sees them so."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rt.contracts.core_orders import OrderFilters
from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.listing import Conditions, Filter, Listing, Sort
from rt.services.core_orders.domain.line import OrderLine
from rt.trade.plates import plain_plate
from rt.trade.zones import PARIS

ORDERS = Listing(
    OrderLine,
    sorts={
        "newest": "-created_at",
        "pickup": "pickup_at",
        "delivery": "delivery_at",
        "reference": "reference",
        "client": "owner_name",
        "carrier": "carrier_name",
        "price": Sort("agreed_cents", owners="deal_of"),
        "state": "state,-created_at",
    },
    filters={
        "order_ids": "id",
        "incident": Filter("incident_for", first=True, owners=True),
        "plate": Filter("plate", first=True, when={"plate": {"$gt": ""}}),
        "carrier_id": Filter("carrier_id", first=True, when={"carrier_id": {"$gt": ""}}),
        "legs": Filter("is_leg", first=True, when={"is_leg": True}),
        "owner_id": Filter("org_id", first=True),
        "client_id": Filter("client_id", first=True, when={"client_id": {"$gt": ""}}),
        "state": "state",
        "pickup": "pickup_at",
        "delivery": "delivery_at",
        "reference": "reference",
    },
    group="state",
)
"""How orders are listed. In any sort, whatever the states, one index has them, and newest first those of one
carrier, client, plate or incident; sorted otherwise, or by several, the server takes the index that finds the
first ones soonest."""


def asked_for(asked: OrderFilters) -> Conditions:
    """What was asked for, by the names of the listing's filters."""
    states = [state for state in asked.state.split(",") if state]
    incident = {True: current_org(), False: {"$ne": current_org()}, None: None}[asked.incident]
    named = {
        "order_ids": {"$in": asked.order_ids} if asked.order_ids else None,
        "state": {"$in": states} if len(states) > 1 else "".join(states),
        "carrier_id": asked.carrier_id,
        "owner_id": _owner(asked),
        "legs": asked.legs,
        "client_id": asked.client_id,
        "plate": plain_plate(asked.plate) or asked.plate,  # of signs alone: no vehicle's
        "incident": incident,
        "pickup": _between(asked.pickup_since, asked.pickup_until),
        "delivery": _between(asked.delivery_since, asked.delivery_until),
    }
    return {name: value for name, value in named.items() if value}


def _owner(asked: OrderFilters) -> Any:
    """Whose orders: by client and legs only one's own, for those of others are theirs alone to know."""
    owner = asked.owner_id or asked.shipper_id
    if not (asked.client_id or asked.legs):
        return owner
    return current_org() if owner in ("", current_org()) else {"$in": []}


def _between(first: date | None, last: date | None) -> dict[str, datetime]:
    """From the beginning of one day to the end of another."""
    since = {"$gte": _midnight(first)} if first else {}
    return since | ({"$lt": _midnight(last + timedelta(days=1))} if last else {})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS).astimezone(UTC)
