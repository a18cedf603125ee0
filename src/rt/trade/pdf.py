"""A PDF as it may be kept: parsed, and built anew of what is seen on its pages and of nothing else.

What a reader would run or fetch has many hiding places (ISO 32000-1, 12.6): objects packed in streams, names
written in hex, forms in XML. So nothing is looked for. Pages are taken over with their contents, fonts and
images into a new file; forms and notes are drawn into the page as they show; whatever else there was stays
behind: actions, scripts, links, attachments, 3D, bookmarks, metadata, a signature over the old bytes.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

import pikepdf
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from pikepdf import Array, Dictionary, Name, Pdf, StreamDecodeLevel

from rt.kernel.core.errors import Invalid

MOST_PAGES = 500
MOST_OBJECTS = 100_000
INFLATED_LIMIT = 100_000_000
"""Bytes of all streams together, unpacked: the largest honest scans have some 30 million."""
PIXEL_LIMIT = 400_000_000
"""Of one image: an A0 plan at 300 dots an inch has 140 million."""
KEPT_LIMIT = 20_000_000
END_WITHIN = 1_024
"""Bytes from the end in which %%EOF stands (ISO 32000-1, annex H, note 18)."""
INVOICE_DATA_LIMIT = 5_000_000
BESIDE = ("/OCProperties", "/OutputIntents")
"""What the catalogue says of how pages look: layers, and the colours that they were made for."""
UNREADABLE = (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)
"""What meets who takes a thing for what the standard says it is."""
PAGE_KEEPS = {
    "/Type",
    "/MediaBox",
    "/CropBox",
    "/BleedBox",
    "/TrimBox",
    "/ArtBox",
    "/Rotate",
    "/UserUnit",
    "/Resources",
    "/Contents",
    "/Group",
}
RESOURCES_KEEP = {
    "/Font",
    "/XObject",
    "/ExtGState",
    "/ColorSpace",
    "/Pattern",
    "/Shading",
    "/Properties",
    "/ProcSet",
}
NAMED = {*(RESOURCES_KEEP - {"/ProcSet"}), "/CharProcs", "/Colorants"}
"""Dictionaries whose keys are names that somebody chose: /A may be a font there."""
DROPPED = {
    *("/A", "/AA", "/Next", "/OpenAction", "/JS", "/JavaScript", "/URI", "/Dest", "/Dests"),
    *("/AF", "/EF", "/RF", "/EmbeddedFiles", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/Alternates"),
    *("/XFA", "/AcroForm", "/RichMediaContent", "/RichMediaSettings", "/PieceInfo", "/Metadata", "/Annots"),
    *("/StructParent", "/StructParents", "/Parent", "/P", "/AS", "/LastModified", "/Measure", "/PtData"),
}
ACTIONS = {
    *(
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/ResetForm",
        "/URI",
        "/GoTo",
        "/GoToR",
        "/GoToE",
    ),
    *("/Hide", "/Named", "/Rendition", "/Movie", "/Sound", "/Trans", "/GoTo3DView", "/RichMediaExecute"),
    *("/SetOCGState", "/Thread"),
}
"""Keys that nothing that is drawn needs; the pages were left behind with most of what they lead to."""
DRAWN = {"/Form", "/Image"}
PICTURE_PACKING = {"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/DCT", "/CCF"}


class PdfEncrypted(Invalid):
    fr = "Le PDF est protégé par un mot de passe ou contre la modification ; exportez-le sans protection."
    en = "The PDF is protected by a password or against changes; export it without protection."


class PdfBroken(Invalid):
    fr = "Le PDF est tronqué ou illisible."
    en = "The PDF is cut off or cannot be read."


class PdfTooHeavy(Invalid):
    fr = "Le PDF a trop de pages ({pages} au plus), d'objets ou d'octets une fois déplié."
    en = "The PDF has too many pages ({pages} at most), objects or bytes once unpacked."

    def __init__(self) -> None:
        super().__init__("content", pages=MOST_PAGES)


class Attached(NamedTuple):
    """The data of an electronic invoice (Factur-X, EN 16931), which travel in its PDF."""

    filename: str
    content: bytes


def rewritten(content: bytes, invoice: bool = False) -> bytes:
    """The PDF built anew; PdfEncrypted, PdfBroken, PdfTooHeavy. An `invoice` keeps its data if it is XML."""
    if b"%%EOF" not in content[-END_WITHIN:]:
        raise PdfBroken(field="content")
    pikepdf.settings.set_qpdf_limits(flate_max_memory=INFLATED_LIMIT, run_length_max_memory=INFLATED_LIMIT)
    try:
        with Pdf.open(io.BytesIO(content)) as source, Pdf.new() as kept:
            return _built(source, kept, invoice)
    except pikepdf.PasswordError as error:
        raise PdfEncrypted(field="content") from error
    except UNREADABLE as error:
        raise PdfBroken(field="content") from error


def _built(source: Pdf, kept: Pdf, invoice: bool) -> bytes:
    if source.is_encrypted:
        raise PdfEncrypted(field="content")
    if not 1 <= len(source.pages) <= MOST_PAGES:
        raise PdfTooHeavy if len(source.pages) else PdfBroken(field="content")
    attached = list(_invoice_data(source)) if invoice else []
    if "/AcroForm" in source.Root:
        source.generate_appearance_streams()
    source.flatten_annotations("all")
    for page in source.pages:
        _keep(page.obj, PAGE_KEEPS)
        kept.pages.append(page)
    for name in BESIDE:
        if name in source.Root:
            kept.Root[name] = kept.copy_foreign(source.make_indirect(source.Root[name]))
    _scrub(kept)
    for one in attached:
        kept.attachments[one.filename] = pikepdf.AttachedFileSpec(
            kept, one.content, filename=one.filename, mime_type="text/xml", relationship=Name.Data
        )
    if attached:
        kept.Root.AF = Array([kept.attachments[one.filename].obj for one in attached])
    return _saved(kept)


def _saved(kept: Pdf) -> bytes:
    """As bytes: every stream packed anew, so that none holds another file as it is."""
    out = io.BytesIO()
    kept.save(
        out,
        compress_streams=True,
        recompress_flate=True,
        stream_decode_level=StreamDecodeLevel.generalized,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
    )
    if len(out.getvalue()) > KEPT_LIMIT:
        raise PdfTooHeavy
    if zipfile.is_zipfile(out):
        raise PdfBroken(field="content")
    return out.getvalue()


def _scrub(kept: Pdf) -> None:
    """Take out of everything that the pages lead to what no page needs in order to be drawn."""
    weight = 0
    seen: set[tuple[tuple[int, int], bool]] = set()
    waiting = [one for page in kept.pages for one in _below(page.obj, False) if one[0] != page.obj.Parent]
    waiting += [(kept.Root[name], False) for name in BESIDE if name in kept.Root]
    while waiting:
        thing, named = waiting.pop()
        if thing.is_indirect:
            if (thing.objgen, named) in seen:
                continue
            seen.add((thing.objgen, named))
            if len(seen) > MOST_OBJECTS:
                raise PdfTooHeavy
        if isinstance(thing, pikepdf.Stream):
            weight += _weight(thing)
            if weight > INFLATED_LIMIT:
                raise PdfTooHeavy
        if not named and isinstance(thing, Dictionary | pikepdf.Stream):
            _drop(thing)
        waiting += _below(thing, named)


def _below(thing: pikepdf.Object, named: bool) -> list[tuple[pikepdf.Object, bool]]:
    """What a thing leads to, each with whether its keys are names that somebody chose."""
    if isinstance(thing, Array):
        return [(one, False) for one in thing if isinstance(one, pikepdf.Object)]
    if not isinstance(thing, Dictionary | pikepdf.Stream):
        return []
    held = [(name, one) for name, one in thing.items() if isinstance(one, pikepdf.Object)]
    return [(one, not named and name in NAMED) for name, one in held]


def _drop(thing: pikepdf.Object) -> None:
    """Of a dictionary with keys of the standard: what is not drawn."""
    for name in list(thing.keys()):
        elsewhere = name == "/F" and (isinstance(thing, pikepdf.Stream) or "/Type" in thing)
        if name in DROPPED or elsewhere or (name == "/S" and str(thing[name]) in ACTIONS):
            del thing[name]
    if isinstance(thing.get("/Resources"), Dictionary):
        _keep(thing["/Resources"], RESOURCES_KEEP)
    drawn = thing.get("/XObject")
    if isinstance(drawn, Dictionary):
        for name in list(drawn.keys()):
            if not isinstance(drawn[name], pikepdf.Stream) or str(drawn[name].get("/Subtype")) not in DRAWN:
                del drawn[name]


def _keep(thing: pikepdf.Object, names: set[str]) -> None:
    for name in list(thing.keys()):
        if name not in names:
            del thing[name]


def _weight(stream: pikepdf.Stream) -> int:
    """Bytes of a stream once unpacked, as far as it is not a picture's own packing."""
    if int(stream.get("/Width", 1)) * int(stream.get("/Height", 1)) > PIXEL_LIMIT:
        raise PdfTooHeavy
    packing = stream.get("/Filter", Array())
    if PICTURE_PACKING & {str(one) for one in (packing if isinstance(packing, Array) else [packing])}:
        return len(stream.read_raw_bytes())
    return len(stream.read_bytes(StreamDecodeLevel.generalized))


def _invoice_data(source: Pdf) -> Iterator[Attached]:
    for name, attached in source.attachments.items():
        data = attached.get_file().read_bytes()
        if not name.lower().endswith(".xml") or len(data) > INVOICE_DATA_LIMIT:
            continue
        try:
            fromstring(data)
        except (ParseError, DefusedXmlException, ValueError):
            continue
        yield Attached(name[-80:], data)
