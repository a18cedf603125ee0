"""Letters read as orders: what a corpus of them says, what has two readings, what does harm, whose client."""

import contextlib
import io
import time
from email.message import EmailMessage

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.core_orders.letters.aside import ASIDE
from tests.services.core_orders.letters.score import TODAY, score
from tests.services.core_orders.letters.tuning import TUNING
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE
from tests.services.core_orders.test_api import assigned

from rt.contracts.core_orders.letters import LETTER_SIGNS
from rt.kernel.core.errors import Invalid, WrongMediaType
from rt.services.core_orders.domain.letter import packed, read
from rt.services.core_orders.domain.letter.plain import LetterTooLong

ORDINARY = TUNING[0].text
SURE = 99
"""Percent of the fields called high that must be right."""


def fields(text: str, order: int = 1) -> dict[str, tuple[str, str]]:
    return {one.field: (one.value, one.confidence) for one in read(text, TODAY, order).fields}


def pdf(*texts: str, **saved: object) -> bytes:
    with pikepdf.Pdf.new() as made:
        font = made.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        for text in texts:
            page = made.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            drawn = " ".join(f"({line}) Tj T*" for line in text.split("\n"))
            page.Contents = made.make_stream(f"BT /F1 11 Tf 14 TL 50 800 Td {drawn} ET".encode("latin-1"))
        out = io.BytesIO()
        made.save(out, **saved)
        return out.getvalue()


@pytest.mark.parametrize("samples", [TUNING, ASIDE], ids=["tuning", "aside"])
def test_what_is_called_high_is_right(samples):
    found = score(samples)
    print(found.said())
    assert found.high > 100
    assert found.high_right * 100 >= SURE * found.high, "\n".join(found.faults)


def test_most_fields_of_letters_that_no_rule_was_tuned_on_are_right():
    found = score(ASIDE)
    assert found.share(found.right) >= 75, found.said() + "\n" + "\n".join(found.faults)


@pytest.mark.parametrize("sample", [*TUNING, *ASIDE], ids=range(len(TUNING) + len(ASIDE)))
def test_every_place_in_the_text_holds_what_the_field_was_read_from(sample):
    reading = read(sample.text, TODAY)
    assert len(reading.orders) == sample.orders
    for one in reading.fields:
        assert 0 <= one.start < one.end <= len(reading.text), one
        if one.field.endswith(("city", "street", "phone", "email", "purchase_order")):
            assert one.value == reading.text[one.start : one.end]


def test_a_day_or_a_figure_with_two_readings_says_both_and_is_never_high():
    said = read("Pick up 05/04/2027 Lyon 69007\nDelivery Paris 75012 06/04/2027\nGoods 1.250 kg", TODAY)
    by_field = {one.field: one for one in said.fields}
    day, weight = by_field["stops.0.from_at"], by_field["goods.0.weight_kg"]
    assert (day.confidence, weight.confidence) == ("guess", "guess")
    assert day.value.startswith("2027-04-0")
    assert day.others == ["2027-05-03T22:00:00+00:00"]
    assert (weight.value, weight.others) == ("1250", ["1.25"])


def test_the_day_of_the_week_decides_between_two_readings():
    said = fields("Pick up Monday 05/04/2027 Lyon 69007 at 10 am\nDelivery Paris 75012")
    assert said["stops.0.from_at"] == ("2027-04-05T08:00:00+00:00", "high")


def test_several_orders_are_said_and_read_one_by_one():
    text = next(sample.text for sample in TUNING if sample.orders == 2)
    first, second = fields(text), fields(text, 2)
    assert first["stops.1.site.address.city"][0] == "Metz"
    assert second["stops.1.site.address.city"][0] == "Reims"
    assert (first["goods.0.pallets"][0], second["goods.0.pallets"][0]) == ("4", "7")


def test_quotes_signatures_and_headers_are_left_out_of_the_order():
    reading = read(f"{ORDINARY}\n-----Message d'origine-----\nEnlèvement 59000 Lille 40 palettes", TODAY)
    kinds = {one.why: reading.text[one.start : one.end] for one in reading.left_out}
    assert "jean.martin" in kinds["signature"]
    assert "Lille" in kinds["quoted"]
    assert not any(one.value in ("59000", "40", "04 72 11 22 33") for one in reading.fields)


def test_what_is_denied_is_not_wished_for():
    text = "Chargement 69007 Lyon\nLivraison 75012 Paris\nSans hayon, pas d'ADR. Bâche : non. Grue : oui"
    assert [one.value for one in read(text, TODAY).fields if one.field == "requirements"] == ["crane"]


def test_what_the_law_still_wants_is_named():
    lacks = {one.field for one in read("Chargement 69007 Lyon le 14/12/2026, 4 palettes 900 kg", TODAY).lacks}
    assert {"stops.0.site.address.street", "stops.1.site.address.city", "stops.1.from_at"} <= lacks
    assert not {"stops.0.site.address.city", "goods.0.weight_kg"} & lacks


HOSTILE = [
    "9" * 39_000,
    "1 " * 19_000,
    "a" * 39_000,
    "Lyon " * 7_000,
    "69007 Lyon " * 3_000,
    "Chargement : " * 2_500,
    "12/12/2026 " * 3_000,
    "A > B / C -> " * 2_500,
    ";" * 39_000,
    "\t".join(["Poids"] * 5_000),
    "<div>" * 7_000,
    "<p " * 9_000 + ">",
    "\n" * 39_000,
    "> " * 19_000,
    "De : a@b.fr\nObjet : x\n" * 1_500,
    "0" + " 1" * 19_000,
    "a@" * 19_000,
    "." * 39_000,
    "x" + "." * 20_000 + "@" + "a." * 9_000,
    "de la " * 6_000,
    "\u202e\u200b69007\u200b Lyon\u202c" * 2_000,
    "réf " * 9_000,
    "10 palettes de " * 2_500,
    "8h-" * 12_000,
    "Cordialement\n" * 2_900,
    "1. Enlèvement livraison\n" * 1_600,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_a_bounded_time(text):
    began = time.process_time()
    read(text[:LETTER_SIGNS], TODAY)
    assert time.process_time() - began < 4


PIECES = st.sampled_from(
    [
        *(
            "Chargement",
            "Livraison :",
            "69007 Lyon",
            "12/13/2026",
            "05/04",
            "8h-12h",
            "24 pal",
            "1.250 kg",
            "\n",
        ),
        *(
            "De : a@b.fr",
            "Objet : x",
            "> ",
            "Cordialement",
            "<p>",
            "|",
            "\t",
            ";",
            "UN 1263",
            "-18°C",
            "€ 480",
        ),
        *(
            "Ville",
            "CP",
            "Poids",
            "lundi",
            "D-70565 Stuttgart",
            "99/99/9999",
            "80x120",
            "31/02/2026",
            "29/02",
        ),
    ]
)


@settings(max_examples=150)
@given(
    st.one_of(
        st.text(max_size=400), st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=40).map(" ".join)
    )
)
def test_any_text_is_read_without_a_fault(text):
    reading = read(text, TODAY)
    for one in reading.fields:
        assert 0 <= one.start <= one.end <= len(reading.text)
    assert all(0 <= one.start <= one.end <= len(reading.text) for one in (*reading.orders, *reading.left_out))


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    for begin in (b"", b"%PDF-1.7\n", b"From: a@b.fr\nMIME-Version: 1.0\n"):
        with contextlib.suppress(Invalid, WrongMediaType):
            packed(begin + content, "", TODAY, 1)


def test_a_text_beyond_the_limit_is_refused():
    with pytest.raises(LetterTooLong):
        read("mot " * 11_000, TODAY)


async def ask(client, content: bytes, media_type: str = "text/plain", **query: object):
    return await client.post(
        "/api/orders/letters", params=query, content=content, headers={"content-type": media_type}
    )


async def test_a_mail_names_its_client_by_its_sender_and_nothing_is_kept(web):
    mail = EmailMessage()
    mail["From"], mail["Subject"] = f"Jean <contact@{CLIENT}.example>", "Transport"
    mail["Message-ID"] = "<1@x>"
    mail.set_content("voir HTML")
    mail.set_content(ORDINARY)
    answer = await ask(web(), mail.as_bytes(), "message/rfc822")
    assert answer.status_code == 200, answer.text
    said = {one["field"]: one for one in answer.json()["fields"]}
    assert (said["client_id"]["value"], said["client_id"]["confidence"]) == (CLIENT, "high")
    assert said["stops.0.site.address.postal_code"]["value"] == "69007"
    assert (await web().get("/api/orders")).json()["items"] == []


async def test_a_pdf_is_read_and_one_that_is_locked_too_long_or_a_picture_is_refused(web):
    text = "Chargement : ACME\n69007 Lyon\nLivraison : Brico\n42000 Saint-Etienne\n12 palettes 4 250 kg"
    answer = await ask(web(), pdf(text), "application/pdf")
    assert answer.status_code == 200, answer.text
    said = {one["field"]: one["value"] for one in answer.json()["fields"]}
    assert (said["stops.1.site.address.postal_code"], said["goods.0.pallets"]) == ("42000", "12")
    locked = pdf(text, encryption=pikepdf.Encryption(owner="a", user="b"))
    codes = [
        (await ask(web(), content)).json()["errors"][0]["code"]
        for content in (locked, pdf(*[text] * 11), pdf(""), b"", b"PK\x03\x04rest", b"%PDF-1.7 cut")
    ]
    assert codes == [
        "pdf_encrypted",
        "letter_too_many_pages",
        "letter_without_text",
        "letter_without_text",
        "letter_not_text",
        "pdf_broken",
    ]


async def attach(client, path: str, content: bytes, media_type: str, kind: str = "letter"):
    return await client.post(
        path,
        params={"kind": kind, "filename": "commande"},
        content=content,
        headers={"content-type": media_type},
    )


async def test_the_letter_that_asked_for_an_order_is_its_owners_alone(web):
    """It says what the client pays: neither carrier nor consignee reads it, nor brings one."""
    order_id = await assigned(web())
    path = f"/api/orders/{order_id}/documents"
    sent = [(ORDINARY.encode(), "text/plain"), (pdf("480 EUR"), "application/pdf")]
    for content, media_type in sent:
        answer = await attach(web(), path, content, media_type)
        assert answer.status_code == 201, answer.text
        kept = answer.json()["document_id"]
        read_back = await web().get(f"{path}/{kept}")
        assert read_back.headers["content-disposition"].startswith("attachment")
        for org in (CARRIER, CONSIGNEE):
            theirs = web(org)
            assert kept not in (await theirs.get(path)).text
            assert (await theirs.get(f"{path}/{kept}")).status_code == 404
            assert (await theirs.get(f"{path}/{kept}/url")).status_code == 404
    assert (await attach(web(CARRIER), path, b"x 1", "text/plain")).status_code == 403
    assert (await attach(web(), path, b"MZ\x00\x00", "text/plain")).status_code == 422
    assert (await attach(web(), path, b"x 1", "text/plain", kind="other")).status_code == 415


def test_a_side_is_not_sure_where_two_places_stand_behind_one_word():
    """A word that no rule knows may stand between them."""
    said = fields("Chargement 69100 Villeurbanne puis remise au client 13002 Marseille, 2 palettes")
    sides = {said[f"stops.{n}.site.address.city"][0]: said[f"stops.{n}.kind"] for n in (0, 1)}
    assert sides == {"Villeurbanne": ("pickup", "guess"), "Marseille": ("delivery", "guess")}


def test_a_place_behind_the_word_makes_it_a_stop_whatever_leads_it_in():
    said = fields("Ramasse chez ABC 69100 Villeurbanne pour livraison vendredi 04/12 matin 13002 Marseille")
    assert said["stops.1.site.address.city"] == ("Marseille", "high")
    assert said["stops.1.kind"] == ("delivery", "high")


TRIP = "Chargement 69007 Lyon le 30/11/2026 8h\nLivraison 75012 Paris le 15/12/2026 8h\n"
WRONG_IF_SURE = [
    ("Camion 24 t demandé, 33 palettes", "goods.0.weight_kg", "24000"),
    ("Tracteur 44T, 33 pal", "goods.0.weight_kg", "44000"),
    ("max 25 t", "goods.0.weight_kg", "25000"),
    ("2 camions de 24 t, 66 pal", "goods.0.weight_kg", "24000"),
    ("Fracht 1.150 €, zzgl. Maut 200 €", "price_cents", "20000"),
    ("Tarif à convenir, péage 80 €", "price_cents", "8000"),
    ("20 palettes de 600 kg", "goods.0.weight_kg", "600"),
    ("24 palettes x 650 kg", "goods.0.weight_kg", "650"),
    ("2x12 palettes (2 x 6 t)", "goods.0.weight_kg", "6000"),
    ("30 palettes de 10 cartons", "goods.0.quantity", "10"),
    ("entre 10 et 12 t", "goods.0.weight_kg", "12000"),
    ("10 à 12 palettes", "goods.0.pallets", "12"),
    ("13,60 x 2,48 m plancher", "loading_metres", "2.48"),
    ("Pas d'UN 1202 à bord", "goods.0.un_number", "1202"),
    ("Prix : 700 € TTC", "price_cents", "70000"),
    ("Prix max 900 EUR", "price_cents", "90000"),
    ("Commande 4500 12 34 56", "references.purchase_order", "4500"),
    ("Réf 0123456789", "stops.1.site.contact.phone", "0123456789"),
    ("IBAN FR76 3000 4000 0500 0012 3456 789", "stops.1.site.contact.phone", "0500 0012 3456"),
    ("Merci d'annuler ce transport : 12 palettes", "goods.0.pallets", "12"),
    ("Annule et remplace : 12 palettes", "goods.0.pallets", "12"),
    *(
        (text, "requirements", code)
        for text, code in (
            ("Pas besoin d'hayon", "tail_lift"),
            ("Hayon pas nécessaire", "tail_lift"),
            ("Hayon non", "tail_lift"),
            ("Le hayon n'est pas utile", "tail_lift"),
            ("Éviter bâché", "tarpaulin"),
            ("Camion frigo interdit", "temperature"),
            ("ADR exclu", "adr"),
            ("Kran vor Ort", "crane"),
            ("Chariot élévateur sur place", "forklift"),
        )
    ),
]


@pytest.mark.parametrize(("text", "field", "value"), WRONG_IF_SURE)
def test_what_is_a_limit_one_of_many_denied_or_taken_back_is_not_called_sure(text, field, value):
    said = read(TRIP + text, TODAY).fields
    assert (value, "high") not in [(one.value, one.confidence) for one in said if one.field == field]


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        ("entre 22h et 2h", ("2026-12-14T21:00:00+00:00", "high"), ("2026-12-15T01:00:00+00:00", "high")),
        ("pas avant 9h", ("2026-12-14T08:00:00+00:00", "high"), None),
        ("pas après 9h", None, ("2026-12-14T08:00:00+00:00", "high")),
        *(
            (words, ("2026-12-13T23:00:00+00:00", "likely"), ("2026-12-14T22:59:00+00:00", "likely"))
            for words in ("(fermé de 12h à 14h)", "sauf 10h-11h", ", 2h de chargement")
        ),
    ],
)
def test_hours_are_told_over_midnight_and_from_those_of_a_closed_gate(said, begin, end):
    found = fields(f"Chargement 69007 Lyon le 14/12/2026 {said}\nLivraison 75012 Paris")
    assert (found.get("stops.0.from_at"), found.get("stops.0.until_at")) == (begin, end)


def test_a_day_that_is_past_is_never_sure():
    found = fields("Chargement 69007 Lyon le 30/11/2025 8h\nLivraison 75012 Paris")
    assert found.get("stops.0.from_at", ("", ""))[1] != "high"


@pytest.mark.parametrize("lead", ["", "demain 8h chez VALEO ", "mardi 1/12 au ", "2 palettes "])
def test_a_street_begins_at_its_number(lead):
    found = fields(f"Chargement {lead}14 rue des Lilas 69680 Chassieu\nLivraison 75012 Paris")
    assert found["stops.0.site.address.street"] == ("14 rue des Lilas", "high")


def test_a_town_ends_before_the_day_and_hour_behind_it():
    found = fields("Départ Lyon 69 lundi 6h\nArrivée 13002 Marseille")
    assert found["stops.0.site.address.city"][0] == "Lyon"


def test_before_noon_is_meant_where_only_the_end_is_called_afternoon():
    found = fields("Pickup 69007 Lyon 14/12/2026 from 9 to 5 pm\nDelivery 75012 Paris")
    window = found["stops.0.from_at"][0], found["stops.0.until_at"][0]
    assert window == ("2026-12-14T08:00:00+00:00", "2026-12-14T16:00:00+00:00")


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        (f'"contact@{CLIENT}.example" <somebody@elsewhere.example>', "Transport"),
        (f"x.contact@{CLIENT}.example.elsewhere.example", f"contact@{CLIENT}.example"),
    ],
)
async def test_who_only_calls_himself_by_a_clients_address_is_not_surely_that_client(web, sender, subject):
    mail = f"From: {sender}\nSubject: {subject}\nMessage-ID: <1@x>\n\n{ORDINARY}"
    answer = await ask(web(), mail.encode(), "message/rfc822")
    assert answer.status_code == 200, answer.text
    assert (CLIENT, "high") not in [(one["value"], one["confidence"]) for one in answer.json()["fields"]]


@pytest.mark.parametrize(
    "mail",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
        b"From: " + b"=?utf-8?q?a?= " * 8_000 + b"\n\nx",
    ],
    ids=["parts", "header"],
)
def test_a_mail_of_endless_parts_or_headers_is_refused_before_it_is_parsed(mail):
    began = time.process_time()
    with pytest.raises(Invalid):
        packed(b"Message-ID: <1@x>\n" + mail, "message/rfc822", TODAY, 1)
    assert time.process_time() - began < 0.2
