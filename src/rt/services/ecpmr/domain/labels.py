"""The words printed on a consignment note, in French and English."""

from rt.contracts.ecpmr import Language

WORDS: dict[str, tuple[str, str]] = {
    "colon": (" : ", ": "),
    "national": ("Lettre de voiture nationale", "National consignment note"),
    "cmr": ("Lettre de voiture internationale CMR", "International consignment note CMR"),
    "number": ("N°", "No."),
    "reference": ("Référence", "Reference"),
    "new": ("Établie", "Issued"),
    "loading": ("En chargement", "Loading"),
    "in_transport": ("En transport", "In transport"),
    "delivered": ("Livrée", "Delivered"),
    "cancelled": ("Annulée", "Cancelled"),
    "verify": ("Vérifier ce document", "Verify this note"),
    "version": ("Version {number} en vigueur", "Version {number} in force"),
    "hash": ("Empreinte SHA-256 de la version", "SHA-256 hash of the version"),
    "head": ("Empreinte de la chaîne", "Hash of the chain"),
    "planned": ("Prévu", "Planned"),
    "arrived": ("Arrivée", "Arrival"),
    "departed": ("Départ", "Departure"),
    "hours": ("Horaires", "Opening hours"),
    "vehicle": ("Véhicule", "Vehicle"),
    "trailer": ("Remorque", "Trailer"),
    "driver": ("Conducteur", "Driver"),
    "line": ("Ligne", "Line"),
    "total": ("Total", "Total"),
    "sender": ("Expéditeur", "Sender"),
    "carrier": ("Transporteur", "Carrier"),
    "consignee": ("Destinataire", "Consignee"),
    "carriage": ("Prix de transport", "Carriage charges"),
    "supplementary": ("Frais accessoires", "Supplementary charges"),
    "customs": ("Droits de douane", "Customs duties"),
    "other": ("Autres frais", "Other charges"),
    "takeover": ("Prise en charge", "Takeover"),
    "handover": ("Remise au transporteur suivant", "Handover to the next carrier"),
    "successor": ("Transporteur suivant", "Next carrier"),
    "taken_at": ("Reprise", "Taken over"),
    "expected": ("prévu", "expected"),
    "delivery": ("Livraison", "Delivery"),
    "amendment": ("Avenant", "Amendment"),
    "reserves": ("Réserves du destinataire à la livraison", "Consignee's reservations on delivery"),
    "no_reserves": ("Sans réserve", "No reservations"),
    "whole": ("Tout l'envoi", "Whole consignment"),
    "missing": ("manquant(s)", "missing"),
    "damaged": ("avarié(s)", "damaged"),
    "photos": ("Photos", "Photos"),
    "photos_there": ("{there} reçues sur {named}", "{there} received of {named}"),
    "pallets": ("Supports de charge échangés", "Load carriers exchanged"),
    "pallet_type": ("Type", "Type"),
    "handed_over": ("Remis", "Delivered"),
    "returned": ("Rendus", "Returned"),
    "refused": ("Refusés", "Refused"),
    "broken": ("Cassés", "Broken"),
    "signatures": ("Signatures", "Signatures"),
    "signer": ("Signataire", "Signer"),
    "method": ("Moyen", "Method"),
    "glass": ("sur écran", "on screen"),
    "typed": ("nom saisi", "name typed"),
    "link_code": ("lien et code", "link and code"),
    "own_account": ("compte de cette partie", "account of this party"),
    "collected": ("recueillie sur l'appareil d'un tiers", "collected on another's device"),
    "link_asked": ("à la demande de : {who}, {name}", "at the request of: {who}, {name}"),
    "address_own": ("adresse donnée par cette partie", "address given by this party"),
    "address_order": ("adresse donnée par l'expéditeur", "address given by the sender"),
    "address_other": (
        "adresse saisie par le demandeur, non confirmée",
        "address typed by the requester, not confirmed",
    ),
    "wrong_clock": ("heure de l'appareil incohérente", "device clock inconsistent"),
    "qr": ("QR entre téléphones", "QR between phones"),
    "signed_at": ("Signé le (appareil)", "Signed at (device)"),
    "received_at": ("Reçu le (serveur)", "Received at (server)"),
    "criteria": (
        "Lien univoque · identité · contrôle exclusif · intégrité",
        "Unique link · identity · sole control · integrity",
    ),
    "unsigned": ("Non signée", "Not signed"),
    "incomplete": ("Mentions obligatoires manquantes", "Mandatory particulars missing"),
    "proposal": (
        "Une version {number} est proposée et attend des signatures.",
        "A version {number} is proposed and waits for signatures.",
    ),
    "times": ("Heures de Paris", "Times of Paris"),
    "page": ("Page", "Page"),
    "tampered": ("ATTENTION : document altéré", "WARNING: note altered"),
    "cmr_law": (
        "Ce transport est soumis, nonobstant toute clause contraire, à la Convention relative au contrat "
        "de transport international de marchandises par route (CMR), Genève 1956, et à son protocole "
        "e-CMR de 2008.",
        "This carriage is subject, notwithstanding any clause to the contrary, to the Convention on the "
        "Contract for the International Carriage of Goods by Road (CMR), Geneva 1956, and its e-CMR "
        "protocol of 2008.",
    ),
    "national_law": (
        "Arrêté du 9 novembre 1999 relatif aux documents de transport ; contrats types du code des "
        "transports.",
        "French order of 9 November 1999 on transport documents; standard contracts of the transport code.",
    ),
}


PACKAGES = {
    "PX": ("Palette", "Pallet"),
    "PK": ("Colis", "Package"),
    "CT": ("Carton", "Carton"),
    "BX": ("Caisse", "Box"),
    "CR": ("Caisse à claire-voie", "Crate"),
    "BG": ("Sac", "Bag"),
    "DR": ("Fût", "Drum"),
    "RL": ("Bobine", "Reel"),
    "BE": ("Botte", "Bundle"),
}
"""UN Recommendation 21 codes that are met every day; others are printed as their code."""


LOADING: dict[str, tuple[str, str]] = {
    "colon": (" : ", ": "),
    "title": ("Bordereau récapitulatif de chargement", "Loading list"),
    "grouped_by": ("Lot constitué par", "Grouped by"),
    "carrier": ("Transporteur", "Carrier"),
    "vehicle": ("Véhicule", "Vehicle"),
    "loaded": ("Chargé à", "Loaded at"),
    "brought": ("À destination de", "Bound for"),
    "made_on": ("Établi le", "Made out on"),
    "number": ("Lettre de voiture", "Consignment note"),
    "sender": ("Expéditeur", "Sender"),
    "consignee": ("Destinataire", "Consignee"),
    "packages": ("Colis", "Packages"),
    "weight": ("Poids brut, kg", "Gross weight, kg"),
    "signs": ("Particularités", "Particulars"),
    "dangerous": ("matières dangereuses", "dangerous goods"),
    "tempered": ("température dirigée", "temperature controlled"),
    "total": ("Total", "Total"),
    "notes": ("lettres de voiture", "consignment notes"),
    "page": ("Page", "Page"),
    "times": ("Heures de Paris", "Times of Paris"),
    "law": (
        "Chaque envoi voyage sous sa lettre de voiture, qui fait foi. Arrêté du 11 février 1991, art. 2 et "
        "3 ; arrêté du 9 novembre 1999, art. 5.",
        "Each consignment travels under its own note, which prevails. French orders of 11 February 1991, "
        "art. 2 and 3, and of 9 November 1999, art. 5.",
    ),
}


def loading_words(language: Language) -> dict[str, str]:
    return _in(LOADING, language)


def words(language: Language) -> dict[str, str]:
    return _in(WORDS, language)


def _in(pairs: dict[str, tuple[str, str]], language: Language) -> dict[str, str]:
    return {key: pair[0 if language == "fr" else 1] for key, pair in pairs.items()}
