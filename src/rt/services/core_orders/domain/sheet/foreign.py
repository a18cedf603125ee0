"""Files that are sent as sheets and are none: each told by its first bytes, with what to do instead."""

import io
import zipfile

from rt.services.core_orders.domain.sheet.cells import SheetOfAnotherKind

SAVE_FR = "Ouvrez-le dans votre tableur et enregistrez-le au format XLSX ou CSV."
SAVE_EN = "Open it in your spreadsheet program and save it as XLSX or CSV."
PAPER_FR = "Envoyez le tableau d'où il vient, au format XLSX ou CSV."
PAPER_EN = "Send the sheet that it was made from, as XLSX or CSV."
FOREIGN = (
    (b"%PDF", "un PDF", "a PDF", PAPER_FR, PAPER_EN),
    (b"\x89PNG", "une image", "a picture", PAPER_FR, PAPER_EN),
    (b"\xff\xd8\xff", "une image", "a picture", PAPER_FR, PAPER_EN),
    (b"GIF8", "une image", "a picture", PAPER_FR, PAPER_EN),
    (b"{\\rtf", "un texte mis en forme (RTF)", "a formatted text (RTF)", PAPER_FR, PAPER_EN),
    (b"\x1f\x8b", "une archive compressée (gzip)", "a compressed archive (gzip)",
     "Décompressez-la d'abord.", "Unpack it first."),
    (b"7z\xbc\xaf", "une archive compressée (7z)", "a compressed archive (7z)",
     "Décompressez-la d'abord.", "Unpack it first."),
    (b"Rar!", "une archive compressée (RAR)", "a compressed archive (RAR)",
     "Décompressez-la d'abord.", "Unpack it first."),
)  # fmt: skip
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Compound File Binary: Excel 97 to 2003, and any protected workbook."""
PROTECTED = "EncryptedPackage".encode("utf-16-le")
PACKED = {
    "xl/workbook.bin": (
        "un classeur Excel binaire (.xlsb)",
        "a binary Excel workbook (.xlsb)",
        SAVE_FR,
        SAVE_EN,
    ),
    "word/document.xml": ("un document Word", "a Word document", PAPER_FR, PAPER_EN),
    "ppt/presentation.xml": ("une présentation", "a presentation", PAPER_FR, PAPER_EN),
    "Index/Document.iwa": (
        "un document Numbers ou Pages d'Apple",
        "an Apple Numbers or Pages document",
        SAVE_FR,
        SAVE_EN,
    ),
}
"""What a ZIP archive is by a file that it holds."""
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"


def refuse_foreign(content: bytes) -> None:
    """Refuse what is known to be something else; what is neither known nor a sheet is left to its reader."""
    for mark, *said in FOREIGN:
        if content.lstrip().startswith(mark):
            raise _other(*said)
    if content.startswith(COMPOUND):
        if PROTECTED in content:
            raise _other(
                "un classeur protégé par un mot de passe",
                "a workbook protected by a password",
                "Enregistrez-le sans mot de passe.",
                "Save it without its password.",
            )
        raise _other("un ancien classeur Excel (.xls)", "an old Excel workbook (.xls)", SAVE_FR, SAVE_EN)
    beginning = content[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<?xml", b"<workbook")):
        raise _other(
            "une page web ou XML, malgré son nom",
            "a web page or XML, whatever its name",
            SAVE_FR,
            SAVE_EN,
        )


def refuse_packed(archive: zipfile.ZipFile) -> None:
    """Refuse a ZIP archive that is no XLSX workbook."""
    names = set(archive.namelist())
    for name, kind in PACKED.items():
        if name in names:
            raise _other(*kind)
    said = archive.open("mimetype").read(len(OPEN_DOCUMENT)) if "mimetype" in names else b""
    if said == OPEN_DOCUMENT:
        raise _other("un classeur OpenDocument (.ods)", "an OpenDocument sheet (.ods)", SAVE_FR, SAVE_EN)
    if not any(name.startswith(("xl/", "_rels/")) for name in names):
        raise _other(
            "une archive ZIP",
            "a ZIP archive",
            "Envoyez les tableaux qu'elle contient.",
            "Send the sheets it holds.",
        )


def zipped(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def _other(what_fr: str, what_en: str, remedy_fr: str, remedy_en: str) -> SheetOfAnotherKind:
    return SheetOfAnotherKind(
        field="content", what_fr=what_fr, what_en=what_en, remedy_fr=remedy_fr, remedy_en=remedy_en
    )
