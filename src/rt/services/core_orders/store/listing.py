"""How orders are listed: by what they are sorted, by what filtered, and who sees them so."""

from rt.kernel.listing import Filter, Listing, Sort
from rt.services.core_orders.domain.line import OrderLine

ORDERS = Listing(
    OrderLine,
    sorts={
        "newest": "-created_at",
        "pickup": "pickup_at",
        "delivery": "delivery_at",
        "reference": "reference",
        "client": "shipper_name",
        "carrier": "carrier_name",
        "price": Sort("agreed_cents", owners="deal_of"),
        "state": "state,-created_at",
    },
    filters={
        "order_ids": "id",
        "incident": Filter("incident_for", first=True, owners=True),
        "plate": Filter("plate", first=True, when={"plate": {"$gt": ""}}),
        "carrier_id": Filter("carrier_id", first=True, when={"carrier_id": {"$gt": ""}}),
        "shipper_id": Filter("org_id", first=True),
        "state": Filter("state", first=True),
        "pickup": "pickup_at",
        "delivery": "delivery_at",
        "reference": "reference",
    },
)
"""How orders are listed. Newest first, by one state, carrier, client, plate or incident, one index has them;
sorted otherwise, or by several, the server takes the index that finds the first ones soonest."""
