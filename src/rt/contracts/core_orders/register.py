"""The register of transports given to others for hire: what the law wants kept, in order, and printed.

Whoever carries for hire and sub-contracts keeps it by the arrêté of 19 November 1999 on sub-contracting
(NOR EQUT9901625A, art. 3), a forwarder by the code des transports (R1432-1) and the arrêté of 11 February
1991 (NOR EQUT9100263A): each operation in chronological order, kept for the two accounting years before the
one that runs. Read on 29 November 2026 from copies of legifrance (1999 as in force in 2019) and, of 1991,
from its first articles and the summary of Union TLF (16 April 2019), which says three years: not verified
further, nor whether either has changed since.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.kernel.model.messages import Download, Personal, Query, View

RegisterYear = Annotated[int, Meta(ge=2020, le=2200)]


class CharterClient(View):
    """For whom goods were given on: the order, its client, and what all of that order is sold for."""

    reference: str
    client_name: str
    sold_cents: int | None = None


class CharterCorrection(View):
    """What was put right later: as it stood before, and since."""

    at: datetime
    what: Literal["price", "goods", "places", "released", "cancelled"]
    before: Personal = ""
    after: Personal = ""


class CharterView(View):
    """An operation of the register, as it stands; `corrections` say what it was.

    `carrier_siret` and `carrier_vat` are those of its card, empty where it has none. Times are those that the
    carrier or its tracks told; `note` is the consignment note.
    """

    number: int
    given_at: datetime
    order_id: str
    reference: str
    clients: list[CharterClient]
    sender: Personal
    pickup: Personal
    consignee: Personal
    delivery: Personal
    goods: str
    packages: int
    weight_kg: float
    carrier_name: str
    carrier_siret: str
    carrier_vat: str
    price_cents: int | None
    currency: str
    loading_at: datetime | None = None
    left_at: datetime | None = None
    delivered_at: datetime | None = None
    note: str = ""
    corrections: list[CharterCorrection] = field(default_factory=list)


class RegisterPage(View):
    """Operations of a year by number; `next` is the number to go on after, 0 at the end."""

    items: list[CharterView]
    next: int = 0


class FindCharters(
    Query[RegisterPage], route="/api/orders/register", needs="core_orders.read", closed_to=("driver",)
):
    """What the organization gave to others for hire in a year, without gaps, the earliest first."""

    year: RegisterYear
    after: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class PrintRegister(
    Query[Download], route="/api/orders/register/print", needs="core_orders.read", closed_to=("driver",)
):
    """The register of a year as a PDF to be printed, or as CSV (semicolons, UTF-8), both in French."""

    year: RegisterYear
    format: Literal["pdf", "csv"] = "pdf"
