"""The words that bring orders in from a spreadsheet."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.messages import Command, Download, Query, View
from rt.trade.references import ImportId

IMPORT_LIMIT = 5_000_000
"""Bytes of one sheet (5 MB)."""

ImportField = Literal[
    "reference",
    "purchase_order",
    "delivery_note",
    "booking",
    "pickup_name",
    "pickup_street",
    "pickup_postal_code",
    "pickup_city",
    "pickup_country",
    "pickup_contact",
    "pickup_phone",
    "pickup_from",
    "pickup_until",
    "delivery_name",
    "delivery_street",
    "delivery_postal_code",
    "delivery_city",
    "delivery_country",
    "delivery_contact",
    "delivery_phone",
    "delivery_from",
    "delivery_until",
    "consignee_email",
    "description",
    "quantity",
    "package_code",
    "weight_kg",
    "volume_m3",
    "pallets",
    "length_cm",
    "width_cm",
    "height_cm",
    "requirements",
    "incoterm",
    "instructions",
    "buy_price",
    "sell_price",
]


class ColumnMatch(View):
    """A column of the sheet and the field it fills (None: it is left aside)."""

    column: str
    field: ImportField | None


class CellReason(View):
    """Why a cell cannot be taken, or what it warns of."""

    column: str
    field: str
    value: str
    fr: str
    en: str


class ImportRow(View):
    """What becomes of one row; `number` is its line in the sheet."""

    number: int
    verdict: Literal["new", "update", "duplicate", "bad"]
    reference: str
    reasons: list[CellReason]
    order_id: str | None = None


class ImportView(View):
    """A sheet, its columns, the verdict on each row (the first 500 shown) and the totals."""

    import_id: str
    filename: str
    state: Literal["previewed", "committing", "committed"]
    created_at: datetime
    columns: list[ColumnMatch]
    rows: list[ImportRow]
    rows_total: int
    new: int
    update: int
    duplicate: int
    bad: int
    created_orders: int = 0
    updated_orders: int = 0


class UploadImport(
    Command[ImportView],
    route="/api/orders/imports",
    needs="core_orders.write",
    status=201,
    upload=IMPORT_LIMIT,
):
    """Read a CSV or XLSX sheet and say what each row would become; nothing is created yet."""

    filename: Annotated[str, Meta(max_length=120)] = ""
    content: bytes = b""
    media_type: str = ""


class RemapImport(
    Command[ImportView], route="/api/orders/imports/{import_id}/mapping", needs="core_orders.write"
):
    """Name the field of columns that were not recognized; remembered for the organization's next sheets."""

    import_id: ImportId
    mapping: dict[str, ImportField | None]


class CommitImport(
    Command[ImportView], route="/api/orders/imports/{import_id}/commit", needs="core_orders.write"
):
    """Take the good rows in; a known reference is updated or left alone, as chosen. Repeats are harmless."""

    import_id: ImportId
    same_reference: Literal["update", "skip"] = "skip"


class GetImport(Query[ImportView], route="/api/orders/imports/{import_id}", needs="core_orders.read"):
    """The sheet and its verdicts as they stand."""

    import_id: ImportId


class GetImportRejects(
    Query[Download], route="/api/orders/imports/{import_id}/rejects", needs="core_orders.read"
):
    """The bad rows as a CSV file with the reasons in a last column, to be mended and sent again."""

    import_id: ImportId


class GetImportTemplate(Query[Download], route="/api/orders/imports/template", needs="core_orders.read"):
    """An empty sheet (CSV, semicolons, UTF-8) with the French column names and one example row."""
