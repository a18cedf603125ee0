"""A PDF is built anew of what is seen on its pages: whatever it would run, fetch or carry stays behind."""

import io
import zipfile
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from tests.trade import hostile
from tests.trade.hostile import EVIL, FORMS, WAYS, in_object_streams, quiet, saved

from rt.kernel.core import offload
from rt.kernel.core.errors import Refusal
from rt.kernel.core.offload import TooMuchToCompute
from rt.trade.papers import clean
from rt.trade.pdf import (
    ACTIONS,
    DROPPED,
    PdfBroken,
    PdfEncrypted,
    PdfTooHeavy,
    rewritten,
)


def unpacked(content: bytes) -> bytes:
    """Everything that a file says, with its streams and objects unpacked."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        return saved(
            pdf,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )


def assert_quiet(content: bytes) -> None:
    assert EVIL.encode() not in content
    assert EVIL.encode() not in unpacked(content)
    with Pdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert set(pdf.Root.keys()) <= {"/Type", "/Pages", "/Version", "/OCProperties", "/OutputIntents"}
        assert "/Info" not in pdf.trailer
        for page in pdf.pages:
            assert "/Annots" not in page.obj
        for thing in pdf.objects:
            if isinstance(thing, Dictionary) and thing.get("/Type") in (Name.Action, Name.Filespec):
                raise AssertionError(thing)
            if isinstance(thing, Dictionary | pikepdf.Stream):
                assert str(thing.get("/S", "")) not in ACTIONS
                assert not {"/JS", "/JavaScript", "/XFA", "/EF", "/OpenAction"} & set(thing.keys())


def assert_shown(content: bytes) -> None:
    """What was seen is still there: the text, its font and the picture."""
    said = unpacked(content)
    assert b"(CMR 4711) Tj" in said
    with Pdf.open(io.BytesIO(content)) as pdf:
        resources = pdf.pages[0].obj.Resources
        assert resources.Font.A.BaseFont == "/Helvetica"
        assert resources.XObject.AA.read_bytes() == bytes([0, 128, 128]) * 4


def test_the_corpus_is_hostile() -> None:
    for name, way in WAYS.items():
        assert EVIL.encode() in unpacked(FORMS["packed"](way)), name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_that_runs_fetches_or_carries_survives(way: str, form: str) -> None:
    kept = rewritten(FORMS[form](WAYS[way]))
    assert_quiet(kept)
    assert_shown(kept)


@pytest.mark.parametrize("form", FORMS)
def test_all_of_it_at_once_does_not_survive_either(form: str) -> None:
    def everything(pdf: Pdf) -> None:
        for way in WAYS.values():
            way(pdf)

    kept = rewritten(FORMS[form](everything))
    assert_quiet(kept)
    assert_shown(kept)


@pytest.mark.parametrize(
    "filters",
    [
        ("FlateDecode",),
        ("ASCIIHexDecode",),
        ("ASCII85Decode",),
        ("RunLengthDecode",),
        ("ASCIIHexDecode", "FlateDecode"),
        ("ASCII85Decode", "FlateDecode"),
        ("FlateDecode", "ASCII85Decode", "RunLengthDecode", "ASCIIHexDecode"),
    ],
)
def test_objects_packed_in_whatever_way_are_seen_through(filters: tuple[str, ...]) -> None:
    sent = in_object_streams(*filters)
    assert EVIL.encode() in unpacked(sent)
    assert_quiet(rewritten(sent))


def test_an_invoice_keeps_its_data_and_nothing_else_that_was_attached() -> None:
    pdf = quiet()
    hostile.attached(pdf)
    data = b"<?xml version='1.0'?><rsm:CrossIndustryInvoice xmlns:rsm='urn:x'>42</rsm:CrossIndustryInvoice>"
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "EVIL">]><x>&a;</x>'
    for name, content in (("factur-x.xml", data), ("bomb.xml", bomb), ("broken.xml", b"<EVIL")):
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)
    kept = rewritten(saved(pdf), invoice=True)
    with Pdf.open(io.BytesIO(kept)) as read:
        assert list(read.attachments) == ["factur-x.xml"]
        assert read.attachments["factur-x.xml"].get_file().read_bytes() == data
        assert len(read.Root.AF) == 1
    assert EVIL.encode() not in unpacked(kept)
    assert_quiet(rewritten(saved(pdf)))


def test_what_was_filled_in_stays_to_be_seen() -> None:
    pdf = quiet()
    drawn = pdf.make_stream(
        b"BT /F 10 Tf (Lu par Martin) Tj ET",
        Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 99, 20]),
        Resources=Dictionary(Font=Dictionary(F=pdf.pages[0].obj.Resources.Font.A)),
    )  # fmt: skip
    hostile.note(
        pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("Martin"), AP=Dictionary(N=drawn)
    )
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots)
    kept = rewritten(saved(pdf))
    assert b"(Lu par Martin) Tj" in unpacked(kept)
    assert_quiet(kept)


def test_layers_and_pages_stay_as_they_were() -> None:
    pdf = quiet(pages=3)
    hostile.beside_layers(pdf)
    pdf.pages[1].obj.Rotate = 90
    pdf.pages[2].obj.CropBox = Array([10, 10, 100, 100])
    with Pdf.open(io.BytesIO(rewritten(saved(pdf)))) as kept:
        assert len(kept.pages) == 3
        assert kept.pages[1].obj.Rotate == 90
        assert list(kept.pages[2].obj.CropBox) == [10, 10, 100, 100]
        layer = kept.pages[0].obj.Resources.Properties.A
        assert layer.objgen == kept.Root.OCProperties.OCGs[0].objgen


@pytest.mark.parametrize(("user", "owner"), [("secret", "secret"), ("", "secret")])
def test_a_protected_pdf_is_refused_by_name(user: str, owner: str) -> None:
    sent = saved(quiet(), encryption=pikepdf.Encryption(user=user, owner=owner))
    with pytest.raises(PdfEncrypted) as refused:
        rewritten(sent)
    assert refused.value.field == "content"


UNREADABLE = {
    "cut off": saved(quiet())[:-200],
    "cut in the middle": saved(quiet())[:400],
    "its end alone": b"%PDF-1.7\n%%EOF\n",
    "no pages": saved(Pdf.new()),
    "random": b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n",
    "deep": b"%PDF-1.7\n1 0 obj" + b"[" * 100_000 + b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    "of itself": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n",
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_pdf_is_refused_by_name(what: str) -> None:
    with pytest.raises((PdfBroken, PdfTooHeavy)) as refused:
        rewritten(UNREADABLE[what])
    assert refused.value.field == "content"


def heap(of: bytes, *filters: str) -> bytes:
    """A page whose content unpacks to a heap."""
    pdf = quiet()
    for name in filters:
        of = hostile.PACKING[name](of)
    pdf.pages[0].obj.Contents = pdf.make_stream(
        of, Filter=Array([Name("/" + name) for name in reversed(filters)])
    )
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def wide() -> bytes:
    pdf = quiet()
    picture = pdf.pages[0].obj.Resources.XObject.AA
    picture.Width = picture.Height = 1_000_000
    return saved(pdf)


@pytest.mark.parametrize(
    "make",
    [
        lambda: heap(bytes(300_000_000), "FlateDecode"),
        lambda: heap(bytes(400_000_000), "FlateDecode", "FlateDecode"),
        lambda: saved(quiet(pages=501)),
        wide,
    ],
    ids=["unpacks", "unpacks twice", "pages", "pixels"],
)
async def test_a_heap_is_refused_within_bounds(make: Callable[[], bytes]) -> None:
    sent = make()
    assert len(sent) < 10_000_000
    with pytest.raises(Refusal) as refused:
        await offload.run(clean, sent, "application/pdf", field="content")
    assert isinstance(refused.value, PdfTooHeavy | PdfBroken | TooMuchToCompute)
    assert refused.value.field == "content"


def test_it_is_no_other_file_at_the_same_time() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("evil.html", f"<script>{EVIL}</script>")
    behind = saved(quiet()) + archive.getvalue() + b"%%EOF"
    before = b"<script>EVIL</script>\n" + saved(quiet())
    inside = quiet()
    inside.pages[0].obj.Resources.XObject.Zip = inside.make_stream(
        archive.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1
    )
    for sent in (behind, before, saved(inside, compress_streams=False)):
        kept = clean(sent, "application/pdf").content
        assert kept.startswith(b"%PDF-")
        assert not zipfile.is_zipfile(io.BytesIO(kept))
        assert b"<script>" not in kept


def test_the_hash_of_what_was_sent_is_kept_and_a_repeat_gives_the_same_bytes() -> None:
    sent = saved(quiet())
    first, second = clean(sent, ""), clean(sent, "")
    assert first == second
    assert len(first.original_sha256) == 64


def test_no_key_that_is_dropped_is_one_that_pages_keep() -> None:
    from rt.trade.pdf import PAGE_KEEPS, RESOURCES_KEEP

    assert not DROPPED & (PAGE_KEEPS | RESOURCES_KEEP)
