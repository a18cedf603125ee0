"""The platform on one page: every unit and portal, its port, its public path or subdomain, whom it asks."""

from pathlib import Path
from typing import Literal

import msgspec

EDGE_PORT = 8080
DOMAIN = "rt-technologie.com"
SUPPORT_URL = f"https://support.{DOMAIN}"

ROOT = Path(__file__).parents[1]

Kind = Literal["core", "trade", "integration"]
EVERYBODY = "*"


class HealthCheck(msgspec.Struct, frozen=True):
    """How a load balancer asks a unit whether it is well (times in seconds, thresholds in answers)."""

    path: str = "/health"
    interval: int = 30
    timeout: int = 5
    healthy: int = 2
    unhealthy: int = 3


HEALTH_CHECK = HealthCheck()
AUTHZ = "authz"
HOUSE = "house"
DATABASES = ("MONGODB_URI", "MONGODB_KEYS_URI")
"""The secret variables of every unit: where the data is, and where the keys of what is personal in it are."""
ORDERS = "core_orders"
CARRIAGE = (AUTHZ, ORDERS, "ecpmr", "palette", "planning", "tracking_ia")
"""What every portal of those who send, carry or receive asks."""
OFFICE = (*CARRIAGE, "notifications")
"""What those ask whose visitors choose what they are told about."""


class UnitRow(msgspec.Struct, frozen=True):
    """A service: `asks` are the packages of the services it puts questions to; it may subscribe to events of
    all.

    `needs` are the systems outside the platform; `secrets` the secret variables that it is given beside the
    address of its database (rt.kernel.core.settings.SECRETS). `memory_mb` caps its process in production: all
    of them together leave a t3.medium (4 GB) room for its system.
    """

    name: str
    port: int
    path: str
    kind: Kind
    purpose: str
    asks: tuple[str, ...]
    needs: tuple[str, ...] = ("MongoDB",)
    memory_mb: int = 176
    secrets: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def url_variable(self) -> str:
        """The variable that says where the unit is, when it is not on this machine."""
        return f"{self.package.upper()}_URL"

    @property
    def built(self) -> bool:
        """Whether the service exists; one that does not says so at its /health instead of being played."""
        return (ROOT / "services" / self.package / "app.py").exists()


class PortalRow(msgspec.Struct, frozen=True):
    """A portal: pages for one audience, at a subdomain in production and at a port in development.

    `asks` are the packages of the services that its own pages ask; it may ask any.
    """

    name: str
    package: str
    port: int
    subdomain: str
    audience: str
    asks: tuple[str, ...] = ()

    @property
    def project(self) -> str:
        """Its project at Vercel."""
        return self.name.replace("/", "-")

    @property
    def built(self) -> bool:
        return (ROOT / "portals" / self.package / "app.py").exists()

    @property
    def host(self) -> str:
        return f"{self.subdomain}.{DOMAIN}"


UNITS = (
    UnitRow("admin-gateway", 3008, "/admin", "core", "Administration, health, audit, flags", (EVERYBODY,)),
    UnitRow(
        "authz",
        3007,
        "/auth",
        "core",
        "People, organizations, sessions, rights",
        (),
        ("MongoDB", "Mailgun"),
        secrets=("JWT_SECRET", "ADMIN_PASSWORD"),
    ),
    UnitRow(
        "core-orders",
        3001,
        "/api/orders",
        "core",
        "Transport orders, their states and tenders",
        (AUTHZ, "ecpmr", "tracking_ia"),
        ("MongoDB", "S3"),
        352,
        ("CDN_PRIVATE_KEY",),
    ),
    UnitRow(
        "notifications",
        3002,
        "/api/notifications",
        "trade",
        "Mail, SMS, push and webhooks",
        (AUTHZ, ORDERS),
        ("MongoDB", "Mailgun", "AWS SES"),
        secrets=(
            "MAILGUN_API_KEY",
            "MAILGUN_WEBHOOK_SIGNING_KEY",
            "SMS_API_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ),
    ),
    UnitRow(
        "planning",
        3004,
        "/api/planning",
        "trade",
        "Fleet, tours and dock slots of carriers",
        (AUTHZ, ORDERS),
        memory_mb=384,
    ),
    UnitRow("tms-sync", 3003, "/api/tms", "trade", "Exchange with customers' TMS, EDIFACT", (AUTHZ, ORDERS)),
    UnitRow(
        "ecpmr",
        3009,
        "/api/ecpmr",
        "trade",
        "Electronic consignment notes (e-CMR)",
        (AUTHZ, ORDERS),
        ("MongoDB", "S3"),
        352,
    ),
    UnitRow(
        "vigilance",
        3006,
        "/api/vigilance",
        "trade",
        "Carriers' papers and VAT numbers",
        (AUTHZ,),
        ("MongoDB", "VIES"),
    ),
    UnitRow(
        "palette",
        3011,
        "/api/palettes",
        "trade",
        "Pallet accounts, vouchers and statements",
        (AUTHZ, ORDERS),
        ("MongoDB", "S3"),
    ),
    UnitRow(
        "affret-ia",
        3005,
        "/api/affret",
        "trade",
        "Finds the carrier for an order",
        (AUTHZ, ORDERS, "pricing_grids", "vigilance"),
        ("MongoDB", "OpenRouter"),
        224,
    ),
    UnitRow("training", 3012, "/api/training", "trade", "Courses, quizzes and certificates", (AUTHZ,)),
    UnitRow("storage-market", 3013, "/api/storage", "trade", "Warehouse space, offered and asked", (AUTHZ,)),
    UnitRow("pricing-grids", 3014, "/api/pricing", "integration", "Price grids and fuel surcharge", (AUTHZ,)),
    UnitRow(
        "tracking-ia",
        3015,
        "/api/tracking",
        "integration",
        "Positions, arrivals and expected times",
        (AUTHZ, ORDERS, "planning"),
        memory_mb=224,
    ),
    UnitRow("bourse", 3016, "/api/bourse", "integration", "Freight exchange", (AUTHZ, ORDERS, "vigilance")),
    UnitRow(
        "wms-sync",
        3017,
        "/api/wms",
        "integration",
        "Exchange with warehouses, EPCIS",
        (AUTHZ, ORDERS, "palette"),
    ),
    UnitRow(
        "erp-sync",
        3018,
        "/api/erp",
        "integration",
        "Exchange with customers' ERP and invoices",
        (AUTHZ, ORDERS, "pricing_grids"),
    ),
)

PORTALS = (
    PortalRow("web-industry", "industry", 3010, "industry", "Shippers", OFFICE),
    PortalRow("web-transporter", "transporter", 3100, "transporter", "Carriers", OFFICE),
    PortalRow("web-logistician", "logistician", 3106, "logistician", "Warehouse operators"),
    PortalRow("web-forwarder", "forwarder", 3101, "forwarder", "Forwarders"),
    PortalRow("web-supplier", "supplier", 3102, "supplier", "Suppliers"),
    PortalRow("web-recipient", "recipient", 3103, "recipient", "Recipients", OFFICE),
    PortalRow(
        "backoffice-admin",
        "backoffice",
        3104,
        "admin",
        "The platform's own people",
        ("admin_gateway", AUTHZ, "notifications"),
    ),
    PortalRow("mobile-driver/pwa", "driver", 3105, "driver", "Drivers, on the phone", CARRIAGE),
    PortalRow("kiosk", "kiosk", 3107, "kiosk", "Drivers at the gate, on a tablet"),
)


def may_ask(asker: str, asked: str) -> bool:
    """Whether a unit or portal (by package) puts questions to a service; portals ask all."""
    if any(portal.package == asker for portal in PORTALS):
        return True
    return any(row.package == asker and (EVERYBODY in row.asks or asked in row.asks) for row in UNITS)


def secrets_of(process: str) -> tuple[str, ...]:
    """The secret variables of a unit (by package) beside the addresses of its databases; none for others."""
    return next((row.secrets for row in UNITS if row.package == process), ())


def secret_boxes() -> dict[str, tuple[str, ...]]:
    """The boxes in which production keeps secrets, with the variables that each is for.

    What all units need stands once; a unit that needs more has a box of its own, which wins.
    """
    own = {row.package: row.secrets for row in UNITS if row.secrets}
    return {HOUSE: DATABASES, **own, "watch": ("RT_WATCH_EMAIL", "RT_WATCH_PASSWORD")}


def secret_files() -> dict[str, tuple[str, ...]]:
    """What is run on a machine, with the boxes from which its own file of secrets is made, and no others."""
    units = {row.package: (HOUSE, row.package) if row.secrets else (HOUSE,) for row in UNITS}
    return {**units, "migrate": (HOUSE,), "watch": ("watch",)}


def as_json() -> bytes:
    """The whole topology for Terraform, the machines and the workflows (`rt topology --json`)."""
    services = [
        msgspec.to_builtins(row)
        | {"package": row.package, "url_variable": row.url_variable, "built": row.built}
        for row in UNITS
    ]
    portals = [
        msgspec.to_builtins(row) | {"project": row.project, "host": row.host, "built": row.built}
        for row in PORTALS
    ]
    platform = {"domain": DOMAIN, "support_url": SUPPORT_URL, "edge_port": EDGE_PORT}
    check = msgspec.to_builtins(HEALTH_CHECK)
    secrets = {"secret_boxes": secret_boxes(), "secret_files": secret_files()}
    whole = platform | {"health_check": check, "services": services, "portals": portals} | secrets
    return msgspec.json.format(msgspec.json.encode(whole)) + b"\n"
