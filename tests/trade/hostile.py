"""PDFs that run, fetch or carry something, each by another way; what they would do is called EVIL."""

import base64
import binascii
import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

EVIL = "EVIL"
SCRIPT = f"app.alert('{EVIL}')"


def quiet(pages: int = 1) -> Pdf:
    """A document of one page with a line of text and a picture."""
    pdf = Pdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[number].obj
        picture = pdf.make_stream(
            zlib.compress(bytes([0, 128, 128]) * 4),
            Type=Name.XObject, Subtype=Name.Image, Width=2, Height=2,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.FlateDecode,
        )  # fmt: skip
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        fonts = Dictionary(A=pdf.make_indirect(font))
        page.Resources = Dictionary(Font=fonts, XObject=Dictionary(AA=picture))
        shown = b"BT /A 12 Tf 72 700 Td (CMR 4711) Tj ET q 100 0 0 100 72 500 cm /AA Do Q"
        page.Contents = pdf.make_stream(shown)
    return pdf


def saved(pdf: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def script(pdf: Pdf) -> Dictionary:
    return pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String(SCRIPT)))


def action(pdf: Pdf, kind: str, **more: object) -> Dictionary:
    return pdf.make_indirect(Dictionary(S=Name("/" + kind), F=String(f"{EVIL}.exe"), **more))


def note(pdf: Pdf, **what: object) -> None:
    """An annotation on the first page."""
    one = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([0, 0, 595, 842]), **what))
    pdf.pages[0].obj.Annots = Array([*pdf.pages[0].obj.get("/Annots", []), one])


def file_of(pdf: Pdf, content: bytes = EVIL.encode()) -> Dictionary:
    inside = pdf.make_stream(content, Type=Name.EmbeddedFile)
    return Dictionary(Type=Name.Filespec, F=String(f"{EVIL}.exe"), EF=Dictionary(F=inside))


def on_opening(pdf: Pdf) -> None:
    pdf.Root.OpenAction = script(pdf)


def on_opening_a_page(pdf: Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=script(pdf), C=action(pdf, "Launch"))


def before_printing(pdf: Pdf) -> None:
    pdf.Root.AA = Dictionary(WP=script(pdf), DP=script(pdf))


def by_name(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script(pdf)])))


def script_in_a_stream(pdf: Pdf) -> None:
    text = pdf.make_stream(SCRIPT.encode())
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=text)


def one_after_the_other(pdf: Pdf) -> None:
    harmless = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), Next=Array([script(pdf)]))
    pdf.Root.OpenAction = harmless


def by_a_link(pdf: Pdf) -> None:
    note(pdf, Subtype=Name.Link, A=action(pdf, "Launch"))
    note(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String(f"https://{EVIL}.example")))
    note(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String(f"javascript:{SCRIPT}")))
    note(pdf, Subtype=Name.Link, A=action(pdf, "GoToR"), PA=Dictionary(S=Name.URI, URI=String(EVIL)))


def by_a_field(pdf: Pdf) -> None:
    drawn = pdf.make_stream(b"BT ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    drawn.AA = Dictionary(E=script(pdf))
    note(
        pdf,
        Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("Martin"),
        AA=Dictionary(K=script(pdf), F=script(pdf)), A=action(pdf, "SubmitForm"), AP=Dictionary(N=drawn),
    )  # fmt: skip
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots, CO=pdf.pages[0].obj.Annots)


def by_a_form_in_xml(pdf: Pdf) -> None:
    form = f"<xdp><script contentType='application/x-javascript'>{SCRIPT}</script></xdp>".encode()
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=Array([String("t"), pdf.make_stream(form)]))
    pdf.Root.NeedsRendering = True


def attached(pdf: Pdf) -> None:
    names = Array([String(f"{EVIL}.exe"), pdf.make_indirect(file_of(pdf))])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))
    pdf.Root.AF = Array([file_of(pdf)])
    pdf.Root.Collection = Dictionary(Type=Name.Collection, D=String(EVIL))
    pdf.pages[0].obj.AF = Array([file_of(pdf)])


def attached_to_a_note(pdf: Pdf) -> None:
    note(pdf, Subtype=Name.FileAttachment, FS=file_of(pdf))


def attached_to_a_picture(pdf: Pdf) -> None:
    picture = pdf.pages[0].obj.Resources.XObject.AA
    picture.AF = Array([file_of(pdf)])
    picture.Metadata = pdf.make_stream(EVIL.encode(), Type=Name.Metadata, Subtype=Name.XML)
    picture.OPI = Dictionary(F=String(EVIL))
    picture.Alternates = Array([Dictionary(Image=pdf.make_stream(EVIL.encode()))])


def a_picture_that_lies_elsewhere(pdf: Pdf) -> None:
    elsewhere = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    elsewhere.F = Dictionary(FS=Name.URL, F=String(f"https://{EVIL}.example/x"))
    elsewhere.FFilter = Name.FlateDecode
    pdf.pages[0].obj.Resources.XObject.F = elsewhere


def a_page_of_another_file(pdf: Pdf) -> None:
    form = pdf.make_stream(b"BT ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    form.Ref = Dictionary(F=file_of(pdf), Page=0)
    form.PieceInfo = Dictionary(X=Dictionary(Private=String(EVIL)))
    pdf.pages[0].obj.Resources.XObject.Ref = form


def postscript(pdf: Pdf) -> None:
    made = pdf.make_stream(EVIL.encode(), Type=Name.XObject, Subtype=Name.PS)
    pdf.pages[0].obj.Resources.XObject.PS = made


def behind_a_glyph(pdf: Pdf) -> None:
    """In a font whose glyphs are drawn by streams: their names may be those of actions."""
    glyph = pdf.make_stream(b"0 0 1 1 re f", AA=Dictionary(O=script(pdf)))
    glyphs = Dictionary(AA=glyph, JS=glyph)
    pdf.pages[0].obj.Resources.Font.JS = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, CharProcs=glyphs, FontBBox=Array([0, 0, 9, 9]),
        FontMatrix=Array([1, 0, 0, 1, 0, 0]), Encoding=Dictionary(Differences=Array([65, Name.AA])),
        FirstChar=65, LastChar=65, Widths=Array([1]), AA=Dictionary(O=script(pdf)),
        Resources=Dictionary(JavaScript=script(pdf), XObject=Dictionary(A=script(pdf))),
    )  # fmt: skip


def beside_layers(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Plan"), AA=Dictionary(O=script(pdf))))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(Order=Array([layer]), A=script(pdf), AS=Array([script(pdf)]))
    )
    pdf.pages[0].obj.Resources.Properties = Dictionary(A=layer)


def films_sounds_and_bodies(pdf: Pdf) -> None:
    note(pdf, Subtype=Name.RichMedia, RichMediaContent=Dictionary(Assets=file_of(pdf)))
    note(pdf, Subtype=Name.Screen, A=Dictionary(S=Name.Rendition, JS=String(SCRIPT), R=file_of(pdf)))
    note(pdf, Subtype=Name.Movie, Movie=file_of(pdf), A=True)
    note(pdf, Subtype=Name.Sound, Sound=pdf.make_stream(EVIL.encode()))
    note(pdf, Subtype=Name("/3D"), **{"3DD": pdf.make_stream(EVIL.encode(), OnInstantiate=script(pdf))})


def in_a_bookmark(pdf: Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("x"), A=script(pdf)))
    pdf.Root.Outlines = Dictionary(First=item, Last=item, Count=1)


def in_what_is_said_of_it(pdf: Pdf) -> None:
    pdf.docinfo["/Title"] = f"<script>{SCRIPT}</script>"
    pdf.Root.Metadata = pdf.make_stream(EVIL.encode(), Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.URI = Dictionary(Base=String(f"https://{EVIL}.example"))
    pdf.Root.Lang = String(EVIL)
    pdf.trailer[Name("/Extra")] = script(pdf)


def in_structure(pdf: Pdf) -> None:
    element = pdf.make_indirect(Dictionary(S=Name.P, A=script(pdf), AF=Array([file_of(pdf)])))
    pdf.Root.StructTreeRoot = Dictionary(K=element, IDTree=Dictionary(Names=Array([String("x"), element])))
    pdf.pages[0].obj.StructParents = 0


WAYS: dict[str, Callable[[Pdf], None]] = {
    made.__name__: made
    for made in (
        on_opening,
        on_opening_a_page,
        before_printing,
        by_name,
        script_in_a_stream,
        one_after_the_other,
        by_a_link,
        by_a_field,
        by_a_form_in_xml,
        attached,
        attached_to_a_note,
        attached_to_a_picture,
        a_picture_that_lies_elsewhere,
        a_page_of_another_file,
        postscript,
        behind_a_glyph,
        beside_layers,
        films_sounds_and_bodies,
        in_a_bookmark,
        in_what_is_said_of_it,
        in_structure,
    )
}


def plain(way: Callable[[Pdf], None]) -> bytes:
    pdf = quiet()
    way(pdf)
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def packed(way: Callable[[Pdf], None]) -> bytes:
    """Its objects in Flate streams, as every modern writer does."""
    pdf = quiet()
    way(pdf)
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def hexed(way: Callable[[Pdf], None]) -> bytes:
    """Its names written with #: /J#61vaScript."""
    content = plain(way)
    for name in (b"JavaScript", b"OpenAction", b"Launch", b"EmbeddedFiles", b"XFA", b"AA", b"JS"):
        content = content.replace(b"/" + name + b" ", b"/" + b"".join(b"#%02x" % one for one in name) + b" ")
    return content


def updated(way: Callable[[Pdf], None]) -> bytes:
    """A quiet file with a whole other one behind it: readers believe the last."""
    return saved(quiet()) + b"\n" + plain(way)


FORMS: dict[str, Callable[[Callable[[Pdf], None]], bytes]] = {
    "plain": plain,
    "packed": packed,
    "hexed": hexed,
    "updated": updated,
}

PACKING: dict[str, Callable[[bytes], bytes]] = {
    "FlateDecode": zlib.compress,
    "ASCIIHexDecode": lambda content: binascii.hexlify(content) + b">",
    "ASCII85Decode": lambda content: base64.a85encode(content) + b"~>",
    "RunLengthDecode": lambda content: (
        b"".join(
            bytes([len(part) - 1]) + part
            for part in (content[n : n + 100] for n in range(0, len(content), 100))
        )
        + b"\x80"
    ),
}


def in_object_streams(*filters: str) -> bytes:
    """Catalogue and script in an object stream behind these filters, written by hand (ISO 32000-1, 7.5.7)."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R/AcroForm<</XFA(EVIL)>>>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/AA<</O 4 0 R>>>>",
        4: f"<</S/JavaScript/JS({SCRIPT})>>".encode(),
    }
    offsets, body = [], b""
    for number, content in objects.items():
        offsets.append(b"%d %d" % (number, len(body)))
        body += content + b"\n"
    head = b" ".join(offsets) + b"\n"
    stream = head + body
    for name in reversed(filters):
        stream = PACKING[name](stream)
    names = "".join(f"/{name}" for name in filters).encode()
    said = b"%%PDF-1.7\n"[1:]
    at_objects = len(said)
    said += b"5 0 obj<</Type/ObjStm/N 4/First %d/Filter[%s]" % (len(head), names)
    said += b"/Length %d>>stream\n" % len(stream) + stream + b"\nendstream endobj\n"
    at_table = len(said)
    rows = [(0, 0, 255), *((2, 5, n) for n in range(4)), (1, at_objects, 0), (1, at_table, 0)]
    table = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([n]) for kind, place, n in rows)
    said += b"6 0 obj<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return said + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % at_table
