"""The demonstration's world: organizations, people, fleets, real French places, what happens to orders."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import msgspec

from rt.contracts.core_orders import OrderState
from rt.kernel.core.clock import now
from rt.ops.actors import OPEN_SESAME, Caller, Refused, Stage
from rt.pages.demonstration import Demonstration, Person
from rt.trade.zones import PARIS

RUN = "world-1"
MARK = "D26-"
"""How the references of its orders begin."""
SIGNED_PAPER = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a4944415478da63f8"
    "0f00010101001cb08c990000000049454e44ae426082"
)
"""A white PNG of one pixel: what stands for the scan of a signed paper."""
STROKES = "M10 60 Q40 10 70 60 Q100 110 130 60 M150 30 L190 70"
"""A signature as the phone draws it."""
ADMIN_EMAIL = "admin@rt-technologie.example"


Words = tuple[str, str]
"""The same in French and in English."""


class Firm(msgspec.Struct, frozen=True):
    """An organization of the demonstration, the person who opens its account, and what they may try."""

    kind: str
    name: str
    domain: str
    person: str
    city: str
    tries: Words = ("", "")

    @property
    def siret(self) -> str:
        """Invented, but with digits that check: nobody's own."""
        siren = _with_luhn(f"9990{sum(self.name.encode()) % 10_000:04d}")
        return _with_luhn(f"{siren}0001")

    @property
    def email(self) -> str:
        return f"{self.person.split()[0].lower()}@{self.domain}.example"


class Town(msgspec.Struct, frozen=True):
    """A real place: name of the site, street, postal code, town, WGS 84 coordinates (GeoNames)."""

    site: str
    street: str
    postal_code: str
    city: str
    latitude: float
    longitude: float

    def as_site(self, contact: str = "", phone: str = "") -> dict[str, Any]:
        return {
            "name": self.site,
            "address": {"street": self.street, "postal_code": self.postal_code, "city": self.city},
            "contact": {"name": contact, "phone": phone},
            "latitude": self.latitude,
            "longitude": self.longitude,
        }


PORTAL_OF = {
    "shipper": "industry",
    "carrier": "transporter",
    "driver": "driver",
    "recipient": "recipient",
    "platform_admin": "backoffice",
    "forwarder": "forwarder",
    "logistician": "logistician",
    "supplier": "supplier",
}
"""Where somebody of a kind works: the portal's package."""

SHIPPERS = (
    Firm(
        "shipper",
        "Laiterie des Monts",
        "laiterie-monts",
        "Camille Perrin",
        "Bourg-en-Bresse",
        (
            "Confiez une commande sans transporteur, puis regardez le quai du jour et les camions en route.",
            "Give an order to a carrier, then look at the day's dock and the lorries on the road.",
        ),
    ),
    Firm(
        "shipper",
        "Ateliers Verrier",
        "ateliers-verrier",
        "Hugo Lambert",
        "Strasbourg",
        (
            "Voyez les livraisons encore sans preuve, puis créez une commande à partir d'une ancienne.",
            "See which deliveries still lack a proof, then make a new order from an old one.",
        ),
    ),
)
CARRIERS = (
    Firm(
        "carrier",
        "Transports Delmas",
        "transports-delmas",
        "Karim Haddad",
        "Lyon",
        (
            "Ouvrez le planning du jour : des tournées roulent, d'autres commandes attendent un camion.",
            "Open today's planning: tours are under way, and other orders wait for a lorry.",
        ),
    ),
    Firm(
        "carrier",
        "Norroute",
        "norroute",
        "Sophie Lemaire",
        "Lille",
        (
            "Acceptez ou refusez une offre avant son échéance.",
            "Accept or refuse an offer before its deadline.",
        ),
    ),
    Firm(
        "carrier",
        "Atlantique Fret",
        "atlantique-fret",
        "Erwan Le Gall",
        "Nantes",
        (
            "Cherchez une commande et lisez son histoire, de l'offre à la livraison.",
            "Find an order and read its story, from the offer to the delivery.",
        ),
    ),
    Firm(
        "carrier",
        "Garonne Express",
        "garonne-express",
        "Nadia Fabre",
        "Toulouse",
        (
            "Ajoutez un véhicule et un conducteur : la flotte est encore vide.",
            "Add a vehicle and a driver: the fleet is still empty.",
        ),
    ),
    Firm(
        "carrier",
        "Rhin Trans",
        "rhin-trans",
        "Marc Schmitt",
        "Strasbourg",
        (
            "Invitez un collègue, puis regardez vos partenaires.",
            "Invite a colleague, then look at your partners.",
        ),
    ),
)
OTHERS = (
    Firm("forwarder", "Commission Océane", "commission-oceane", "Anne Rivière", "Le Havre"),
    Firm("logistician", "Entrepôts de la Dombes", "entrepots-dombes", "Yves Morin", "Villars-les-Dombes"),
    Firm("supplier", "Cartons de la Vallée", "cartons-vallee", "Inès Robert", "Annonay"),
    Firm(
        "recipient",
        "Distri Rhône",
        "distri-rhone",
        "Julie Blanc",
        "Vénissieux",
        (
            "Regardez ce qui arrive aujourd'hui, heure par heure, puis les palettes à rendre.",
            "See what arrives today, hour by hour, then the pallets to give back.",
        ),
    ),
    Firm(
        "recipient",
        "Marché Gare de Marseille",
        "marche-gare",
        "Paul Arnaud",
        "Marseille",
        (
            "Suivez un camion attendu au marché et l'heure à laquelle il devrait être là.",
            "Follow a lorry expected at the market and when it should be there.",
        ),
    ),
)
GUEST = {"name": "Artisan Morel", "kind": "carrier", "email": "contact@artisan-morel.example"}
DRIVERS = ("Lucie Martin", "Thomas Girard")
DRIVER_TRIES: tuple[Words, ...] = (
    (
        "Livrez le prochain client de la tournée : palettes, réserves, signature.",
        "Deliver to the next customer of the tour: pallets, reserves, signature.",
    ),
    (
        "Coupez le réseau et chargez quand même : tout part au retour.",
        "Cut the network and load all the same: everything is sent once it is back.",
    ),
)
ADMIN_TRIES: Words = (
    "Cherchez une commande par sa référence, par exemple D26-0030, et lisez son histoire.",
    "Find an order by its reference, D26-0030 for one, and read its story.",
)

PICKUPS = (
    Town("Fromagerie de Bourg", "12 rue des Crêts", "01000", "Bourg-en-Bresse", 46.2052, 5.2255),
    Town("Dépôt de Mâcon", "4 quai des Marans", "71000", "Mâcon", 46.3069, 4.8287),
    Town("Cave d'affinage", "8 route de Lyon", "01600", "Trévoux", 45.9409, 4.7714),
)
DELIVERIES = (
    Town(
        "Plateforme Distri Rhône", "20 boulevard Irène Joliot-Curie", "69200", "Vénissieux", 45.6970, 4.8870
    ),
    Town("Entrepôt de Saint-Priest", "3 rue du Dauphiné", "69800", "Saint-Priest", 45.6965, 4.9439),
    Town("Halle de Grenoble", "1 rue du Marché", "38000", "Grenoble", 45.1715, 5.7224),
    Town("Magasin de Valence", "15 avenue de Provence", "26000", "Valence", 44.9256, 4.9093),
    Town("Quai de Saint-Étienne", "7 rue de la Montat", "42000", "Saint-Étienne", 45.4339, 4.3900),
    Town("Entrepôt de Chambéry", "22 avenue du Covet", "73000", "Chambéry", 45.5646, 5.9178),
    Town("Plateforme d'Annecy", "5 avenue des Trois-Fontaines", "74000", "Annecy", 45.9080, 6.1257),
    Town("Marché Gare", "18 avenue du Marché National", "13014", "Marseille", 43.3450, 5.3800),
    Town(
        "Entrepôt de Villefranche",
        "60 rue de l'Industrie",
        "69400",
        "Villefranche-sur-Saône",
        45.9865,
        4.7276,
    ),
    Town("Magasin de Dijon", "9 rue de Cracovie", "21000", "Dijon", 47.3492, 5.0640),
)


def people() -> list[Person]:
    """Everybody who has an account of the demonstration."""
    admin = ("Administration", ADMIN_EMAIL, "", "platform_admin", ADMIN_TRIES)
    firms = [(f.person, f.email, f.name, f.kind, f.tries) for f in (*SHIPPERS, *CARRIERS, *OTHERS)]
    home = CARRIERS[0]
    drivers = [
        (name, driver_email(home, name), home.name, "driver", tries)
        for name, tries in zip(DRIVERS, DRIVER_TRIES, strict=True)
    ]
    return [
        Person(
            name=name,
            email=email,
            organization=organization,
            role=role,
            portal=PORTAL_OF[role],
            fr=tries[0],
            en=tries[1],
        )
        for name, email, organization, role, tries in (admin, *firms, *drivers)
    ]


def demonstration(port: int) -> Demonstration:
    """The people as the front page at that port lets them in."""
    origins = [f"http://{host}:{port}" for host in ("localhost", "127.0.0.1")]
    return Demonstration(people=people(), password=OPEN_SESAME, origins=origins)


def account_lines() -> list[str]:
    """The demonstration's accounts, one line each, for whoever wants to look around."""
    lines = [f"{one.email:<42} {one.organization or one.name} ({one.role})" for one in people()]
    return [f"password of all: {OPEN_SESAME}", *lines]


def driver_email(carrier: Firm, name: str) -> str:
    return f"{name.split()[0].lower()}.chauffeur@{carrier.domain}.example"


def working_day(from_day: date, direction: int) -> date:
    """The nearest Monday to Friday after (1) or before (-1) a day."""
    day = from_day + timedelta(days=direction)
    while day.weekday() > 4:
        day += timedelta(days=direction)
    return day


def at(day: date, hour: int, minute: int = 0) -> str:
    """A time in Paris as RFC 3339 in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC).isoformat()


def open_firm(stage: Stage, firm: Firm) -> Caller:
    organization = {"name": firm.name, "kind": firm.kind, "siret": firm.siret}
    return stage.register(organization, firm.email, firm.person)


def befriend(*callers: Caller) -> None:
    """Make these organizations partners of each other: each asks the others, which is to accept."""
    for one in callers:
        for other in callers:
            if one.organization != other.organization:
                one.post(f"/auth/partners/{other.organization}/ask")


def _with_luhn(digits: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return digits + str(-sum(number // 10 + number % 10 for number in doubled) % 10)


USUAL_SHIFT = (6 * 60, 19 * 60)
"""From minute to minute of the day: as long as the law lets one be on duty (Regulation 561/2006, art. 8)."""


def every_day(since: int, until: int) -> list[dict[str, int]]:
    """The same hours on each day of the week: fresh food is made, carried and sold on Sundays too."""
    return [{"weekday": day, "from_minute": since, "until_minute": until} for day in range(7)]


def open_dock(caller: Caller, name: str, site: Town) -> None:
    """A dock of the caller's own for fresh goods, open day and night; one that is there already stays."""
    docks = caller.get("/api/planning/docks")["items"]
    if any(one["organization_id"] == caller.organization for one in docks):
        return
    body = {"name": name, "site": site.as_site(), "hours": every_day(0, 1440), "lead_hours": 0}
    caller.post("/api/planning/docks", {**body, "accepts": ["dry", "temperature"]})


def equip(
    stage: Stage, dispatcher: Caller, carrier: Firm, depot: Town, shift: tuple[int, int] = USUAL_SHIFT
) -> list[Caller]:
    """Two drivers with their phones, on this shift every day, and two refrigerated vehicles.

    What is there already stays, but for the shift.
    """
    drivers = []
    known = {one["name"]: one for one in dispatcher.get("/api/planning/drivers")["items"]}
    plates = {one["plate"] for one in dispatcher.get("/api/planning/vehicles")["items"]}
    for number, name in enumerate(DRIVERS):
        person = stage.invite(dispatcher, driver_email(carrier, name), name, "driver")
        drivers.append(person)
        if name not in known:
            body = {"name": name, "phone": f"+3360000000{number}", "user_id": person.user}
            known[name] = dispatcher.post("/api/planning/drivers", {**body, "hours": every_day(*shift)})
        if known[name]["hours"] != every_day(*shift):
            read = {"if-match": f'"{known[name]["version"]}"'}
            path = f"/api/planning/drivers/{known[name]['driver_id']}"
            dispatcher.answer("PATCH", path, json={"hours": every_day(*shift)}, headers=read, key=str(read))
        plate = f"{'ABCDE'[CARRIERS.index(carrier)]}{'RS'[number]}-{417 + number}-RT"
        if plate not in plates:
            dispatcher.post(
                "/api/planning/vehicles",
                {
                    "plate": plate,
                    "kind": "tractor_trailer" if number == 0 else "rigid",
                    "capacity_kg": 24_000 if number == 0 else 9_000,
                    "capacity_pallets": 33 if number == 0 else 18,
                    "capacity_loading_metres": 13.6 if number == 0 else 7.4,
                    "gross_weight_t": 40 if number == 0 else 19,
                    "depot": depot.as_site(),
                    "equipment": ["temperature", "tail_lift"] if number else ["temperature"],
                    "usual_driver_id": known[name]["driver_id"],
                },
            )
    return drivers


def order_body(
    number: int, pickup: Town, delivery: Town, day: date, consignee: Mapping[str, Any]
) -> dict[str, Any]:
    """A plausible order; sizes vary with its number."""
    pallets = 2 + number % 7
    return {
        "reference": f"{MARK}{number:04d}",
        "references": {"purchase_order": f"PO-{7000 + number}"},
        "stops": [
            {
                "kind": "pickup",
                "site": pickup.as_site("Quai expédition", "+33474000001"),
                "from_at": at(day, 6),
                "until_at": at(day, 12),
            },
            {
                "kind": "delivery",
                "site": delivery.as_site("Réception", "+33472000002"),
                "from_at": at(day, 8),
                "until_at": at(day, 18),
            },
        ],
        "goods": [
            {
                "description": "Fromages affinés sous film" if number % 2 else "Verre plat sur chevalets",
                "quantity": pallets,
                "package_code": "PX",
                "pallets": pallets,
                "weight_kg": float(pallets * 420),
                "length_cm": 120,
                "width_cm": 80,
                "height_cm": 160,
            }
        ],
        **consignee,
    }


def set_windows(
    body: Mapping[str, Any], moment: datetime, pickup: tuple[float, float], delivery: tuple[float, float]
) -> None:
    """Give an order's stops their windows, in hours from a moment."""
    for stop, hours in zip(body["stops"], (pickup, delivery), strict=True):
        stop["from_at"] = (moment + timedelta(hours=hours[0])).isoformat()
        stop["until_at"] = (moment + timedelta(hours=hours[1])).isoformat()


STEPS = (
    "confirm",
    "tender",
    "accept",
    "plan",
    "loading",
    "in_transit",
    "delivered",
    "proof",
    "invoice",
    "close",
)
STATES = get_args(OrderState)[1:-1]
"""Of an order after each step; before the first it is a draft."""


def walk(
    order: Mapping[str, Any],
    until: str,
    shipper: Caller,
    carrier: Caller,
    number: int,
    answer_within: timedelta = timedelta(days=2),
) -> None:
    """What is still to be done of an order, from the state in which it was read up to and with that step."""
    if order["state"] == "cancelled":
        return
    done = STATES.index(order["state"]) + 1 if order["state"] in STATES else 0
    for step in STEPS[done : STEPS.index(until) + 1]:
        _step(step, f"/api/orders/{order['order_id']}", shipper, carrier, number, answer_within)


def _step(
    step: str, path: str, shipper: Caller, carrier: Caller, number: int, answer_within: timedelta
) -> None:
    match step:
        case "tender":
            body = {
                "carrier_id": carrier.organization,
                "price_cents": 32_000 + 900 * number,
                "deadline": (now() + answer_within).isoformat(),
            }
            shipper.post(f"{path}/tender", body)
        case "confirm":
            shipper.post(f"{path}/confirm")
        case "accept":
            offered = carrier.get(path)["tender"]
            carrier.post(f"{path}/tender/accept", {"tender_id": offered["tender_id"]})
        case "plan":
            carrier.post(
                f"{path}/plan", {"vehicle_plate": f"AR-{500 + number}-RT", "driver_name": DRIVERS[0]}
            )
        case "loading" | "in_transit" | "delivered":
            carrier.post(f"{path}/progress", {"reached": step})
        case "proof":
            scan = {"kind": "pod", "filename": "emarge.png"}
            carrier.put_file(f"{path}/documents", SIGNED_PAPER, "image/png", **scan)
            proof = shipper.get(path)["proof"]
            read = {name: proof[name] for name in ("document_id", "content_hash")}
            shipper.post(f"{path}/accept-proof", read)
        case "invoice":
            body = {"invoice_number": f"F26-{number:04d}", "invoiced_cents": 32_000 + 900 * number}
            as_read(shipper, path, "invoiced", body)
        case "close":
            shipper.post(f"{path}/close")


def as_read(shipper: Caller, path: str, word: str, said: Mapping[str, Any]) -> None:
    """Say it of the order as it stands: what other units tell of it may come in between, a few times."""
    for last in (False, False, False, True):
        try:
            shipper.post(f"{path}/{word}", {"version": shipper.get(path)["version"], **said})
            return
        except Refused as changed:
            if last or changed.problem.get("code") != "order_changed":
                raise


def signature(party: str, name: str) -> dict[str, Any]:
    return {"party": party, "name": name, "image": STROKES, "device": "téléphone du chauffeur"}


def signing(note: Mapping[str, Any], party: str, name: str) -> dict[str, Any]:
    """Signed now: no version is signed before it was written, and a demonstration writes them as it goes."""
    return {
        "content_hash": note["content_hash"],
        "happened_at": now().isoformat(),
        "signature": signature(party, name),
    }


def taken_over(note: Mapping[str, Any], driver: str) -> dict[str, Any]:
    """Loaded: the sender signs on the driver's phone, and the driver beside."""
    return {
        **signing(note, "sender", "Quai expédition"),
        "countersignature": signature("carrier", driver),
    }


def track(stops: Sequence[Mapping[str, Any]], until: datetime) -> list[dict[str, Any]]:
    """A tour driven: a fix a minute along straight legs, standing at each stop as long as planned."""
    points: list[dict[str, Any]] = []
    previous: tuple[float, float, datetime] | None = None
    for stop in stops:
        here = stop["site"]["latitude"], stop["site"]["longitude"]
        arrives, leaves = (datetime.fromisoformat(stop[name]) for name in ("arrives_at", "leaves_at"))
        if previous is not None:
            minutes = max(1, int((arrives - previous[2]).total_seconds() // 60))
            for minute in range(1, minutes):
                share = minute / minutes
                points.append(
                    _point(
                        previous[2] + timedelta(minutes=minute),
                        previous[0] + (here[0] - previous[0]) * share,
                        previous[1] + (here[1] - previous[1]) * share,
                    )
                )
        moment = arrives
        while moment <= leaves:
            points.append(_point(moment, *here))
            moment += timedelta(minutes=1)
        previous = (*here, leaves)
    return [point for point in points if datetime.fromisoformat(point["at"]) <= until]


def _point(moment: datetime, latitude: float, longitude: float) -> dict[str, Any]:
    return {"at": moment.isoformat(), "latitude": latitude, "longitude": longitude, "accuracy_m": 8.0}
