"""What searches look through: each kind of thing as its unit finds it, and the page that shows it."""

from urllib.parse import quote

from rt.contracts.authz import FindPartners
from rt.contracts.core_orders import FindOrders
from rt.contracts.ecpmr import FindDocuments
from rt.contracts.palette import FindVouchers
from rt.contracts.planning import FindDocks, FindDrivers, FindSlots, FindVehicles
from rt.pages.search import EACH, Hit, Source, source, told
from rt.ui.catalogues import marked, named
from rt.ui.formats import moment
from rt.ui.pages import filled


def orders(href: str = "/orders/{order_id}") -> Source:
    """By references, purchase order, names, places and the plate."""
    return source(
        marked("Commandes"),
        "package",
        "core_orders.read",
        lambda q: FindOrders(q=q, limit=EACH),
        lambda one: Hit(
            label=one.reference,
            detail=told(
                named("state", one.state),
                one.references.purchase_order,
                f"{one.pickup_city or one.pickup_name} → {one.delivery_city or one.delivery_name}",
                one.vehicle_plate,
            ),
            href=filled(href, one),
        ),
    )


def notes(href: str) -> Source:
    """Consignment notes, by number, names, places and plates."""
    return source(
        marked("Lettres de voiture"),
        "file-check",
        "ecpmr.read",
        lambda q: FindDocuments(q=q, limit=EACH),
        lambda one: Hit(
            label=one.number,
            detail=told(named("state", one.state), one.sender_name, one.consignee_name),
            href=filled(href, one),
        ),
    )


def slots(href: str) -> Source:
    """Appointments at docks, by reference, carrier and plate."""
    return source(
        marked("Rendez-vous au quai"),
        "clock",
        "planning.read",
        lambda q: FindSlots(q=q, limit=EACH),
        lambda one: Hit(
            label=told(one.reference or one.site_name, one.dock_name),
            detail=told(moment(one.starts_at), one.carrier_name, one.vehicle_plate),
            href=filled(href, one),
        ),
    )


def docks(href: str) -> Source:
    """Docks, by their name, site and town."""
    return source(
        marked("Sites et quais"),
        "warehouse",
        "planning.read",
        lambda q: FindDocks(q=q, limit=EACH),
        lambda one: Hit(
            label=one.name, detail=told(one.site.name, one.site.address.city), href=filled(href, one)
        ),
    )


def vehicles(href: str = "/fleet/{vehicle_id}") -> Source:
    """By plate."""
    return source(
        marked("Véhicules"),
        "truck",
        "planning.read",
        lambda q: FindVehicles(q=q, limit=EACH),
        lambda one: Hit(label=one.plate, detail=named("choice", one.kind), href=filled(href, one)),
    )


def drivers(href: str = "/drivers/{driver_id}") -> Source:
    """By name."""
    return source(
        marked("Conducteurs"),
        "id-card",
        "planning.read",
        lambda q: FindDrivers(q=q, limit=EACH),
        lambda one: Hit(label=one.name, detail=one.phone, href=filled(href, one)),
    )


def vouchers(path: str = "/pallets/vouchers") -> Source:
    """Pallet vouchers, by what is printed on them."""
    return source(
        marked("Bons palettes"),
        "layers",
        "palette.read",
        lambda q: FindVouchers(number=q[:40], limit=EACH),
        lambda one: Hit(label=one.number, detail=one.site_name, href=f"{path}?q={quote(one.number)}"),
    )


def partners(path: str = "/partners") -> Source:
    """By name, in the list of partners."""
    return source(
        marked("Partenaires"),
        "handshake",
        "authz.read",
        lambda q: FindPartners(q=q, limit=EACH),
        lambda one: Hit(
            label=one.name,
            detail=told(named("choice", one.kind), one.email),
            href=f"{path}?q={quote(one.name)}",
        ),
    )
