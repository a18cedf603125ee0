"""The paper says what the data says, in both languages, with signatures, photos and a code to verify it."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.services.ecpmr import legs, make, pdf_text

from rt.contracts.ecpmr import Charges, GoodsLine, PalletExchange, PartyBox, ReserveGiven
from rt.kernel.core.clock import held
from rt.services.ecpmr.adapters import glyphs, paper
from rt.services.ecpmr.domain import texts
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.printing import sheet
from rt.trade.places import Address, Contact, Site

URL = "http://recipient.localhost:8080/v/verify-me"
UNPRINTED = {"language", "words", "boxes", "charges", "tampered", "delivered", "image", "photos"}
"""Names, switches and labels that stand on the form only where they are needed."""


def full_note(**changes: Any) -> Note:
    note = make.note(
        make.consignment(
            special_agreements="Livraison sur rendez-vous, quai 12.",
            charges=Charges(carriage="sender", customs="consignee"),
            other_particulars="Contrôle à cœur au déchargement.",
            cash_on_delivery_cents=125_050,
            opening_hours="06:00-14:00",
            successive_carriers=[PartyBox(name="Relais Express")],
            **changes,
        )
    )
    note.record_time("pickup", "arrived", make.MORNING - timedelta(minutes=20))
    note.sign(
        "takeover",
        note.content_hash,
        make.MORNING,
        [make.signature("sender", quality="cheffe de quai"), make.signature("carrier")],
        make.DRIVER,
        reserves=[ReserveGiven(line=2, text="1 palette mal filmée", damaged_quantity=1)],
        pallets=[PalletExchange(delivered=24, returned=20)],
    )
    note.sign(
        "delivery",
        note.content_hash,
        make.MORNING + timedelta(hours=8),
        [make.signature("consignee")],
        make.DRIVER,
        reserves=[
            ReserveGiven(line=1, text="2 cartons écrasés", damaged_quantity=2, photo_ids=["photo-0001"])
        ],
        pallets=[PalletExchange(delivered=24, returned=22, broken=1, quality="B")],
    )
    return note


def photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(kept, "JPEG")
    return kept.getvalue()


def values(printed: Any) -> Iterator[str]:
    """Every value of a sheet that has to be readable on the paper."""
    if isinstance(printed, dict):
        for name, value in printed.items():
            if name not in UNPRINTED:
                yield from values(value)
    elif isinstance(printed, list):
        for value in printed:
            yield from values(value)
    elif isinstance(printed, str) and printed:
        yield printed


def squeezed(text: str) -> str:
    """Without what line breaks do to text: spaces, and the places where a long word may be broken."""
    return "".join(text.replace(glyphs.BREAK, "").split())


async def read(note: Note, language: Any, photos: dict[str, bytes] | None = None) -> str:
    return squeezed(pdf_text.text(await paper.pdf(note, language, URL, photos or {})))


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_everything_in_the_data_is_on_the_paper(language):
    note = full_note()
    text = await read(note, language, {"photo-0001": photo()})
    missing = [value for value in values(sheet(note, language, URL)) if squeezed(value) not in text]
    assert missing == []
    assert "photo-0001" in text
    assert note.content_hash in text
    assert note.hash_chain[-1].hash in text


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_twenty_four_boxes_are_numbered_and_named(language):
    note = full_note()
    text = await read(note, language)
    for box in sheet(note, language, URL)["boxes"].values():
        assert squeezed(box["no"] + box["title"]) in text


async def test_an_english_paper_has_english_words_and_figures():
    text = await read(full_note(), "en")
    assert squeezed("National consignment note") in text
    assert "1,250.50EUR" in text
    assert "Lettredevoiture" not in text


async def test_an_international_note_is_subject_to_the_cmr():
    abroad = Address(street="Am Tor 1", postal_code="70435", city="Stuttgart", country="DE")
    text = await read(full_note(delivery=Site(name="Lager Süd", address=abroad)), "fr")
    assert squeezed("Lettre de voiture internationale CMR") in text
    assert squeezed("Convention relative au contrat de transport international") in text


async def test_hazard_and_temperatures_stand_beside_the_goods():
    cold = make.goods(un_number="1993", temperature_min_c=2.0, temperature_max_c=4.0)
    text = await read(make.note(make.consignment(goods=[GoodsLine(line=1, goods=cold)])), "fr")
    assert squeezed("Pots de yaourt (UN 1993, +2 °C … +4 °C)") in text


async def test_a_photo_that_a_reserve_names_and_that_never_came_is_not_counted():
    assert squeezed("2 cartons écrasés (Photos : 0 reçues sur 1)") in await read(full_note(), "fr")


async def test_a_full_note_fits_on_one_page_and_a_long_one_on_two():
    short = await paper.pdf(full_note(), "fr", URL, {"photo-0001": photo()})
    many = [GoodsLine(line=n, goods=make.goods(description=f"Référence {n}")) for n in range(1, 26)]
    long = await paper.pdf(full_note(goods=many), "fr", URL, {"photo-0001": photo()})
    assert (pdf_text.pages(short), pdf_text.pages(long)) == (1, 2)


async def test_the_same_note_gives_the_same_bytes():
    note = full_note()
    assert await paper.pdf(note, "fr", URL, {}) == await paper.pdf(note, "fr", URL, {})


async def test_an_altered_note_says_so_on_its_paper():
    note = full_note()
    note.acts.pop()
    assert squeezed("ATTENTION : document altéré") in await read(note, "fr")


async def test_missing_mentions_stand_at_the_head():
    text = await read(make.note(make.consignment(carrier=PartyBox(name="Inconnu"))), "fr")
    assert squeezed("Mentions obligatoires manquantes : nom, adresse et SIREN") in text


async def test_an_unsigned_note_says_so():
    assert (await read(make.note(), "fr")).count(squeezed("Non signée")) == 3


MARKUP = "#let a = $x$ *b* _c_ @d `e` \\f <g> [h] // i /* j */ ~k 'l' \"m\" #panic() = n\n- o\n+ p"
TYPED = st.text(st.characters(codec="latin-1", exclude_categories=["C", "Z"]), min_size=1, max_size=60)
ANYTHING = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("👍👩🏽\u200d🚒مرحبا中文שלוםПриветΓειά\u0301\u20dd\ufe0f\u202e\ue000\u0007\ufffe€□"),
    min_size=1,
    max_size=60,
)


def written(words: str) -> Note:
    """A delivered note on which every text is these words."""
    address = Address(street=words, postal_code=words[:12], city=words)
    contact = Contact(name=words, phone=words[:40], email=words)
    party = PartyBox(name=words, address=address, siren=words[:14], vat=words[:20], contact=contact)
    site = Site(name=words, address=address, contact=contact)
    boxes = make.consignment(
        **dict.fromkeys(("sender", "consignee", "carrier"), party),
        **dict.fromkeys(("pickup", "delivery"), site),
        **dict.fromkeys(("instructions", "special_agreements", "other_particulars"), words),
        **dict.fromkeys(("opening_hours", "driver_name", "established_at"), words),
        reference=words[:60],
        **dict.fromkeys(("vehicle_plate", "trailer_plate"), words[:20]),
        successive_carriers=[party],
        documents=[words],
        goods=[GoodsLine(line=1, marks=words, goods=make.goods(description=words))],
    )
    note = make.note(texts.visible(boxes))
    seen = texts.UNSEEN.sub(" ", words) or "x"
    for step, party_of in (("takeover", "sender"), ("delivery", "consignee")):
        note.sign(
            step,
            note.content_hash,
            make.MORNING,
            [make.signature(party_of, name=seen, quality=seen), make.signature("carrier", name=seen)],
            make.DRIVER,
            reserves=[ReserveGiven(text=seen, line=1), ReserveGiven(text=seen)],
            pallets=[PalletExchange(pallet_type=seen[:12], quality=seen[:12])],
        )
    return note


@given(TYPED)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_typed_is_printed_as_typed(words):
    """Nothing that a user types is markup for the printer."""
    note = make.note(make.consignment(special_agreements=words))
    pdf = paper.document(note, "fr", URL, {})
    assert squeezed(words) in squeezed(pdf_text.text(pdf))


@given(ANYTHING)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_note_of_any_writing_has_a_paper(words):
    assert paper.document(written(words), "fr", URL, {}).startswith(b"%PDF")


def test_a_fault_of_the_setter_costs_no_paper(monkeypatch):
    """It has been seen to panic over rare writings."""
    real, tried = paper.typst.compile, []

    class Panic(BaseException):
        pass

    def compile_once(source, **options):
        tried.append(json.loads((source.parent / "data.json").read_text())["instructions"])
        if len(tried) == 1:
            raise Panic
        return real(source, **options)

    monkeypatch.setattr(paper.typst, "compile", compile_once)
    note = make.note(make.consignment(instructions="Привет, écrasé"))
    assert paper.document(note, "fr", URL, {}).startswith(b"%PDF")
    assert tried == ["Привет, écrasé", "□□□□□□, écrasé"]


def test_markup_is_printed_in_every_field_as_it_was_typed():
    text = squeezed(pdf_text.text(paper.document(written(MARKUP), "fr", URL, {})))
    assert text.count(squeezed(MARKUP)) >= 20


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1 carton ouvert, le reste OK 👍", "1 carton ouvert, le reste OK □"),
        ("deux pompiers 👩🏽\u200d🚒👩🏽\u200d🚒", "deux pompiers □□"),
        ("中文", "□□"),
        ("e\u0301crase\u0301", "écrasé"),
        ("مرحبا שלום Привет Γειά", "مرحبا שלום Привет Γειά"),
        ("bon \u202ecassé\u202c", "bon cassé"),
        ("\ue000\ufffe", "□□"),
        ("\u200b\ufeff", "□"),
        ("م🏽", "م"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u2028b\tc\nd", "a b c\nd"),
        ("x" * 30, glyphs.BREAK.join("x" * 30)),
    ],
)
def test_what_no_font_has_is_one_visible_mark(typed, shown):
    assert glyphs.printable(typed) == shown


def test_texts_at_their_limits_stay_on_the_sheet():
    """Words without a space are broken, long lists go on over the next pages."""
    reserves = [ReserveGiven(text="R" * 500) for _ in range(100)]
    note = make.note(make.consignment(special_agreements="W" * 1000, documents=["D" * 120] * 30))
    both = [make.signature("sender", name="N" * 120, quality="Q" * 120), make.signature("carrier")]
    note.sign("takeover", note.content_hash, make.MORNING, both, make.DRIVER, reserves=reserves)
    received = make.signature("consignee", name="N" * 120, quality="Q" * 120)
    note.sign("delivery", note.content_hash, make.MORNING, [received], make.DRIVER, reserves=reserves)
    pdf = paper.document(note, "fr", URL, {})
    assert pdf_text.pages(pdf) > 10
    assert pdf_text.text(pdf).count("R") >= 200 * 500


@pytest.mark.parametrize("language", ["fr", "en"])
def test_successive_carriers_stand_on_the_paper_with_their_receipts_and_reservations(language):
    with held(make.MORNING + timedelta(hours=12)):
        note = legs.travelling()
        legs.sign(note, "takeover", "sender", "carrier", who=legs.driver(0))
        reserve = ReserveGiven(text="3 cartons éventrés", line=1, damaged_quantity=3)
        legs.sign(
            note,
            "handover",
            "successor",
            "carrier",
            who=legs.driver(1),
            hours=2,
            leg_id="leg_1",
            reserves=[reserve],
        )
    printed = sheet(note, language, URL)
    first, second, third = printed["successive"]
    assert [one[0] for one in (first, second, third)] == [f"Sous-traitant {n}" for n in range(3)]
    assert "Nadia Roux" in second[1]
    assert "Plateforme Givors" in second[1]
    assert second[2][0]["text"] == "3 cartons éventrés"
    assert third[1].endswith("prévu" if language == "fr" else "expected")
    text = pdf_text.text(paper.document(note, language, URL, {}))
    for said in ("Sous-traitant 1", "3 cartons éventrés", "14/09/2026 11:30"):
        assert said in text
