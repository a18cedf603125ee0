"""Which deliveries a recipient lists: what was received, what is on its way, what went wrong."""

from rt.pages.order_columns import OrderColumn
from rt.pages.orders import Orders, View
from rt.ui.catalogues import marked

RECEIVED = "received"
OPEN = (marked("Ouvrir"), "{order}")

DELIVERIES = Orders(
    path="/deliveries",
    title=marked("Livraisons"),
    view=RECEIVED,
    views=(
        View(RECEIVED, marked("Reçues"), ("delivered", "pod_ok", "invoiced", "closed")),
        View("coming", marked("À venir"), ("planned", "loading", "in_transit")),
        View("incident", marked("Incidents"), incident=True),
    ),
    columns=("reference", "state", "reserves", "shipper", "delivery", "delivery_at", "pallets"),
    own={
        "reserves": OrderColumn(
            marked("Réserves"),
            lambda row: "reserves" if row.with_reserves else "",
            file=("with_reserves",),
            kind="state",
            where_any=True,
        ),
        "shipper": OrderColumn(marked("Expéditeur"), lambda row: row.shipper_name, file=("shipper_name",)),
        "delivery_at": OrderColumn(
            marked("Prévue"), lambda row: row.delivery_from, kind="moment", file=("delivery_from",)
        ),
        "pallets": OrderColumn(marked("Palettes"), lambda row: row.pallets, kind="number", file=("pallets",)),
    },
    steps=dict.fromkeys(("incident", "loading", "in_transit", "delivered"), OPEN),
    due={},
    filters=("delivery_since", "delivery_until", "owner_id", "carrier_id"),
    placeholder=marked("Référence, expéditeur, ville"),
    empty=marked("Vos livraisons signées restent ici, avec leurs documents."),
)
PAGES = DELIVERIES.pages()
