"""Which orders a carrier lists: saved views, columns, what comes next in each state."""

from rt.pages.orders import Act, Bulk, Orders, View
from rt.ui.catalogues import marked

WRITE = "core_orders.write"
ORDERS = Orders(
    views=(
        View("to_answer", marked("À répondre"), ("tendered",)),
        View("to_plan", marked("À planifier"), ("assigned",)),
        View("planned", marked("Planifiées"), ("planned",)),
        View("running", marked("En cours"), ("loading", "in_transit")),
        View("delivered", marked("Livrées"), ("delivered", "pod_ok")),
        View("incident", marked("Incidents"), incident=True),
        View("draft", marked("Brouillons"), ("draft",)),
        View("to_give", marked("À confier"), ("confirmed",), ours=True),
        View("legs", marked("Nos trajets"), ours=True, legs=True),
        View("ours", marked("Nos commandes"), ours=True),
        View("all", marked("Toutes")),
    ),
    columns=(
        *("reference", "state", "flags", "pickup", "pickup_at", "delivery", "delivery_at"),
        *("client", "pallets", "weight_kg", "crew", "price", "deadline"),
    ),
    steps={
        "AcceptTender": (marked("Répondre"), "{order}"),
        "draft": (marked("Vérifier"), "{order}"),
        "CarryOrder": (marked("Qui la transporte ?"), "{order}"),
        "WithdrawTender": (marked("Voir l'offre"), "{order}#tenders"),
        "assigned PlanOrder": (marked("Planifier"), "/planning/orders/{order_id}"),
        "planned PlanOrder": (marked("Réserver un quai"), "{order}/slots/pickup"),
    },
    due={
        "draft": ("pickup_from",),
        "confirmed": ("pickup_from",),
        "tendered": ("tender_deadline",),
        "assigned": ("pickup_from",),
        "planned": ("pickup_until",),
        "loading": ("pickup_until",),
        "in_transit": ("delivery_until",),
    },
    placeholder=marked("Référence, ville, client, immatriculation"),
    empty=marked("Les commandes que vous acceptez apparaissent ici."),
    acts=(
        Act(path="/imports", label=marked("Importer"), icon="upload", needs=WRITE),
        Act(
            path="/orders/new/places",
            label=marked("Nouvelle commande"),
            icon="plus",
            kind="primary",
            needs=WRITE,
        ),
    ),
    bulk=Bulk(
        path="/orders/group", needs=WRITE, verbs=(("group", marked("Regrouper sur un camion"), "layers"),)
    ),
)
PAGES = ORDERS.pages()
