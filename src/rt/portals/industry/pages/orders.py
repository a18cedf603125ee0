"""Which orders a shipper lists: saved views, columns, what comes next in each state."""

from rt.pages.orders import Act, Bulk, Orders, View
from rt.ui.catalogues import marked

WRITE = "core_orders.write"
VIEWS = (
    View("all", marked("Toutes")),
    View("draft", marked("Brouillons"), ("draft",)),
    View("to_tender", marked("À confier"), ("confirmed",)),
    View("waiting", marked("Réponse attendue"), ("tendered",)),
    View("to_come", marked("À enlever"), ("assigned", "planned")),
    View("running", marked("En route"), ("loading", "in_transit")),
    View("to_prove", marked("Preuve à accepter"), ("delivered",)),
    View("incident", marked("Incidents"), incident=True),
    View("done", marked("Terminées"), ("pod_ok", "invoiced", "closed", "cancelled")),
)
ORDERS = Orders(
    views=VIEWS,
    columns=(
        *("reference", "state", "flags", "pickup", "pickup_at", "delivered_to", "delivery_at"),
        *("carrier", "pallets", "weight_kg", "vehicle", "price", "deadline"),
    ),
    steps={
        "draft": (marked("Vérifier"), "{order}"),
        "confirmed": (marked("Proposer"), "{order}/tender"),
        "tendered": (marked("Voir l'offre"), "{order}#tenders"),
    },
    due={
        "draft": ("pickup_from",),
        "confirmed": ("pickup_from",),
        "tendered": ("tender_deadline",),
        "assigned": ("pickup_until", "pickup_from"),
        "planned": ("pickup_until", "pickup_from"),
        "loading": ("delivery_until",),
        "in_transit": ("delivery_until",),
    },
    placeholder=marked("Référence, bon de livraison, ville, client, transporteur"),
    empty=marked("Partez d'un modèle, importez un tableau ou saisissez-en une en trois étapes."),
    acts=(
        Act(path="/imports", label=marked("Importer"), icon="upload", needs=WRITE),
        Act(path="/orders/new", label=marked("Nouvelle commande"), icon="plus", kind="primary", needs=WRITE),
    ),
    bulk=Bulk(
        path="/orders/bulk",
        needs=WRITE,
        verbs=(
            ("confirm", marked("Confirmer"), "check-check"),
            ("tender", marked("Proposer…"), "send"),
            ("cancel", marked("Annuler…"), "ban"),
        ),
    ),
)
PAGES = ORDERS.pages()
