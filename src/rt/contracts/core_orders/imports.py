"""The messages that bring orders in from a spreadsheet."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import Command, Download, MediaType, Query, View
from rt.trade.references import ImportId, OrganizationId

IMPORT_LIMIT = 5_000_000
"""Bytes of one sheet (5 MB)."""
COLUMNS_LIMIT = 100

SheetFormat = Literal["csv", "xlsx"]
Cell = Annotated[str, Meta(max_length=2_000)]

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
    "pickup_hours",
    "delivery_name",
    "delivery_street",
    "delivery_postal_code",
    "delivery_city",
    "delivery_country",
    "delivery_contact",
    "delivery_phone",
    "delivery_from",
    "delivery_until",
    "delivery_hours",
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


class ImportNote(View):
    """Something about the whole sheet that its sender should know: the page read, what was left aside."""

    fr: str
    en: str


class ImportChoice(View):
    """One of the answers to a question."""

    value: str
    fr: str
    en: str


class ImportQuestion(View):
    """What cannot be read in one way only; until it is answered the rows it concerns are bad.

    `question` names it in RemapImport; `rows` is how many rows it concerns, `examples` are cells of them;
    `answer` is the choice made, "" while it is open.
    """

    question: str
    column: str
    field: str
    fr: str
    en: str
    examples: list[str]
    choices: list[ImportChoice]
    rows: int
    answer: str = ""


class ImportView(View):
    """A sheet, its columns, the verdict on each row (the first 500 shown) and the totals.

    `page` is the page of a workbook that was read, `pages` are all that are not hidden; `headings_line` is
    the line of the sheet where its headings were found.
    """

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
    page: str = ""
    pages: list[str] = []
    headings_line: int = 1
    notes: list[ImportNote] = []
    questions: list[ImportQuestion] = []
    created_orders: int = 0
    updated_orders: int = 0


class UploadImport(
    Command[ImportView],
    route="/api/orders/imports",
    needs="core_orders.write",
    closed_to=("driver",),
    status=201,
    upload=IMPORT_LIMIT,
):
    """Read a CSV or XLSX sheet and say what each row would become; nothing is created yet."""

    filename: Annotated[str, Meta(max_length=120)] = ""
    content: bytes = b""
    media_type: MediaType = ""


class RemapImport(
    Command[ImportView],
    route="/api/orders/imports/{import_id}/mapping",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Name the field of columns, answer questions, or choose another page of the workbook.

    Columns once named are remembered for the organization's next sheets; answers hold for this sheet alone.
    """

    import_id: ImportId
    mapping: Annotated[dict[Cell, ImportField | None], Meta(max_length=COLUMNS_LIMIT)] = {}
    answers: Annotated[dict[Cell, Annotated[str, Meta(max_length=40)]], Meta(max_length=COLUMNS_LIMIT)] = {}
    page: Annotated[str, Meta(max_length=31)] = ""


class CommitImport(
    Command[ImportView],
    route="/api/orders/imports/{import_id}/commit",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Take the good rows in; a known reference is updated or left alone, as chosen. Repeats are harmless.

    `client_id`: for whom all these orders are run, new ones and updated ones; a sheet has no column for it.
    """

    import_id: ImportId
    same_reference: Literal["update", "skip"] = "skip"
    client_id: OrganizationId | None = None


class GetImport(
    Query[ImportView],
    route="/api/orders/imports/{import_id}",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """The sheet and its verdicts as they stand."""

    import_id: ImportId


class GetImportRejects(
    Query[Download],
    route="/api/orders/imports/{import_id}/rejects",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """The bad rows with the reasons in a last column, to be mended and sent again: CSV, or XLSX."""

    import_id: ImportId
    format: SheetFormat = "csv"


class GetImportTemplate(
    Query[Download], route="/api/orders/imports/template", needs="core_orders.read", closed_to=("driver",)
):
    """A sheet with the French column names and one example row: CSV (semicolons, UTF-8), or XLSX."""

    format: SheetFormat = "csv"
