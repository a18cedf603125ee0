"""Sheets as people make them."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook

from rt.contracts.core_orders import ImportField
from rt.kernel.core.clock import today
from rt.services.core_orders.domain.conventions import Ways
from rt.services.core_orders.domain.reading import Judged, read_sheet
from rt.services.core_orders.domain.rows import Made, make
from rt.services.core_orders.domain.sheet.cells import Cell

HEAD = (
    "Référence;Ville d'enlèvement;CP enlèvement;Date d'enlèvement;Ville de livraison;CP livraison;"
    "Marchandise;Poids;Palettes"
)
ENGLISH = "Ref;Pickup city;Pickup postcode;Pickup date;Delivery city;Delivery postcode;Goods;Weight;Pallets"


def csv(*lines: str, head: str = HEAD, encoding: str = "utf-8", separator: str = ";") -> bytes:
    return "\r\n".join([head, *lines]).replace(";", separator).encode(encoding)


def line(reference: str = "R-1", weight: str = "1 250,5", day: str = "15/01/2027", **more: str) -> str:
    pallets = more.get("pallets", "4")
    return f"{reference};Lyon;69007;{day};Bourg-en-Bresse;1000;Robinetterie;{weight};{pallets}"


def xlsx(*lines: list[Any], shape: Callable[[Workbook], object] | None = None) -> bytes:
    """A workbook of these lines; `shape` changes it before it is saved."""
    book = Workbook()
    for cells in lines:
        book.active.append(cells)
    if shape:
        shape(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with what a pattern finds in one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                text, count = re.subn(old.encode(), new.encode(), text)
                assert count
            archive.writestr(name, text)
    return out.getvalue()


def judged(content: bytes, **answers: str) -> Judged:
    return read_sheet(
        content, {}, {name.replace("__", ":"): said for name, said in answers.items()}, "", today()
    )


def made(**said: str | Cell) -> Made:
    """A row of these cells, complete otherwise; its headings are the fields in capitals."""
    complete: dict[str, str | Cell] = {
        "pickup_city": "Lyon", "delivery_city": "Metz", "description": "Vis", "weight_kg": "5",
    }  # fmt: skip
    cells: dict[ImportField, tuple[str, Cell]] = {
        field: (field.upper(), cell if isinstance(cell, Cell) else Cell(cell))
        for field, cell in (complete | said).items()
    }
    return make(cells, Ways(today()))
