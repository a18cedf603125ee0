"""What a shipper does: each button and form says its command, each refusal stands where it is read."""

import re
import zipfile
from io import BytesIO
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace
from tests.portals.industry import make
from tests.portals.industry.make import view
from tests.portals.industry.town import Town, partner, signed_in

from rt.contracts.authz import EditOrganization, FindPartners, GetOrganization, OrganizationsPage
from rt.contracts.core_orders import (
    AcceptProof,
    BulkCancel,
    BulkResult,
    BulkTender,
    BulkView,
    CancelOrder,
    CellReason,
    ConfirmOrder,
    CreateOrder,
    EditOrder,
    EstimateClaim,
    FindOrders,
    GetImport,
    GetImportTemplate,
    GetOrder,
    ImportChoice,
    ImportNote,
    ImportQuestion,
    ImportRow,
    ImportView,
    LetterRead,
    OrdersPage,
    OrderState,
    ReadField,
    ReadLetter,
    RemapImport,
    ReopenOrder,
    TenderOrder,
    UploadImport,
    WithdrawTender,
)
from rt.contracts.core_orders import DocumentView as PaperView
from rt.contracts.ecpmr import DocumentView, GetDocument, GetPdf
from rt.contracts.planning import AddDock, EditDock, FindSlots, GetDock, MarkArrived, OpeningHours, SlotsPage
from rt.contracts.tracking_ia import FindEtas
from rt.kernel.core.clock import held
from rt.kernel.core.errors import AskRefused, Invalid, Unavailable
from rt.kernel.model.messages import Download
from rt.pages.docks import clock, minute_of, week_of
from rt.portals.industry import concerns
from rt.portals.industry.pages.orders import VIEWS


class MentionMissing(Invalid):
    fr = "Mention manquante : {what}."
    en = "Mention missing: {what}."


def missing(*fields: str) -> AskRefused:
    """What the service answers to an order without these mentions."""
    together = Invalid.together([MentionMissing(field=f, what=f) for f in fields])
    return AskRefused(together.problem())


def places(**changed: str) -> dict[str, str]:
    """The first step of a new order as a browser posts it."""
    typed = {}
    for n, kind, name in ((0, "pickup", "Fromagerie de Bourg"), (1, "delivery", "Magasin")):
        typed |= {
            f"stops.{n}.kind": kind,
            f"stops.{n}.site.name": name,
            f"stops.{n}.site.address.street": "12 rue des Crêts" if n == 0 else "2 rue Neuve",
            f"stops.{n}.site.address.postal_code": "01000" if n == 0 else "38000",
            f"stops.{n}.site.address.city": "Bourg-en-Bresse" if n == 0 else "Grenoble",
            f"stops.{n}.site.address.country": "FR",
            f"stops.{n}.from_at": f"2026-11-2{4 + n}T08:00",
            f"stops.{n}.until_at": f"2026-11-2{4 + n}T12:00",
        }
    return typed | changed


async def test_the_first_step_already_writes_a_draft() -> None:
    town = Town()
    town.answers[CreateOrder] = make.order("draft")
    client, proof = await signed_in(town)
    answer = await client.post("/orders/new/places", data=places() | proof)
    assert answer.headers["location"] == "/orders/ord_1/write/goods"
    said = town.heard(CreateOrder)
    assert [stop.site.name for stop in said.stops] == ["Fromagerie de Bourg", "Magasin"]
    assert said.stops[0].from_at.isoformat() == "2026-11-24T07:00:00+00:00"
    assert proof["_key"] in town.keys


async def test_a_place_without_name_is_asked_for_beside_its_field() -> None:
    town = Town()
    client, proof = await signed_in(town)
    page = await client.post("/orders/new/places", data=places(**{"stops.1.site.name": " "}) | proof)
    assert page.status_code == 422
    assert 'id="f-stops-1-site-name-fault"' in page.text
    assert 'value="Fromagerie de Bourg"' in page.text
    assert not any(isinstance(message, CreateOrder) for message in town.said)


async def test_a_known_place_fills_its_stop_and_keeps_what_was_typed() -> None:
    town = Town()
    client, proof = await signed_in(town)
    pressed = {"known": "0:fromagerie de bourg|01000|bourg en bresse|FR"}
    known = pressed | {"stops.0.site.name": "", "stops.1.site.name": "Typé"}
    page = await client.post("/orders/new/places", data=places(**known) | proof)
    assert page.status_code == 200
    assert 'value="+33 4 74 00 00 00"' in page.text
    assert 'value="Typé"' in page.text
    assert not any(isinstance(message, CreateOrder) for message in town.said)


async def test_an_edit_keeps_what_its_form_does_not_show_unless_the_address_moved() -> None:
    town = Town()
    town.answers |= {GetOrder: make.order("draft"), EditOrder: make.order("draft")}
    client, proof = await signed_in(town)
    await client.post("/orders/ord_1/write/places", data=places() | proof | {"_version": "3"})
    first, last = town.heard(EditOrder).stops
    assert (first.lines, first.site.latitude) == ([0], make.BOURG.latitude)
    assert last.site.latitude is None
    assert town.versions[-1] == 3


async def test_an_empty_goods_line_is_no_line() -> None:
    town = Town()
    town.answers |= {GetOrder: make.order("draft"), EditOrder: make.order("draft")}
    client, proof = await signed_in(town)
    typed = {
        "goods.0.description": "Comté",
        "goods.0.weight_kg": "1 200,5",
        "goods.1.quantity": "1",
        "goods.1.package_code": "PX",
        "goods.1.pallets": "0",
    }
    await client.post("/orders/ord_1/write/goods", data=typed | proof)
    assert [(line.description, line.weight_kg) for line in town.heard(EditOrder).goods] == [("Comté", 1200.5)]


async def test_what_an_edit_leaves_empty_is_emptied_and_a_consignee_out_of_sight_stays() -> None:
    town = Town()
    order = make.order("draft", consignee_id="org_gone", requirements=["adr"], equipment="semi_box")
    town.answers |= {GetOrder: order, EditOrder: order}
    client, proof = await signed_in(town)
    page = (await client.get("/orders/ord_1/write/places")).text
    assert '<option value="org_gone" selected>Distri Rhône</option>' in page
    typed = {"consignee_id": "org_gone", "consignee_name": "Distri", "consignee_email": ""}
    await client.post("/orders/ord_1/write/places", data=places() | typed | proof)
    said = town.heard(EditOrder)
    assert (said.consignee_id, said.consignee_name, said.consignee_email) == ("org_gone", "Distri", None)
    assert said.goods is UNSET
    await client.post("/orders/ord_1/write/goods", data={"equipment": ""} | proof)
    said = town.heard(EditOrder)
    assert (said.goods, said.requirements, said.equipment) == ([], [], None)
    assert said.stops is UNSET


async def test_missing_mentions_stand_beside_their_fields_and_can_be_written_there() -> None:
    town = Town()
    town.answers |= {
        GetOrder: make.order("draft", ("ConfirmOrder",)),
        ConfirmOrder: missing("stops.1.site.contact.phone", "goods", "consignee_name"),
    }
    client, proof = await signed_in(town)
    page = await client.post("/orders/ord_1/confirm", data=proof)
    assert page.status_code == 422
    for field in ("stops-1-site-contact-phone", "goods-0-description", "consignee_name"):
        assert f'id="f-{field}-fault"' in page.text
    town.answers |= {EditOrder: make.order("draft"), ConfirmOrder: make.order()}
    parts = {"parts": "stops", "_version": "3", "stops.1.site.contact.phone": "+33 4 76 00 00 00"}
    done = await client.post("/orders/ord_1/complete", data=places(**parts) | proof)
    assert done.headers["location"] == "/orders/ord_1/tender"
    assert town.heard(EditOrder).stops[1].site.contact.phone == "+33 4 76 00 00 00"


async def test_an_offer_goes_to_the_chosen_carrier_and_can_be_undone() -> None:
    town = Town()
    town.answers |= {TenderOrder: make.order("tendered", tender=make.tender()), WithdrawTender: make.order()}
    client, proof = await signed_in(town)
    typed = {"carrier_id": "org_carrier", "price_cents": "480,50", "deadline": "2026-11-23T12:00"}
    await client.post("/orders/ord_1/tender", data=typed | proof)
    assert town.heard(TenderOrder).price_cents == 48_050
    page = await client.get("/orders/ord_1")
    assert "Proposée à Transports Delmas" in page.text
    assert 'action="/orders/ord_1/tenders/tender_id_1/withdraw"' in page.text


async def test_the_undo_of_an_accepted_proof_gives_its_reason_itself() -> None:
    town = Town()
    town.answers |= {AcceptProof: make.order("pod_ok"), ReopenOrder: make.order("delivered")}
    client, proof = await signed_in(town)
    named = {"document_id": "doc_1", "content_hash": make.HASH}
    answer = await client.post("/orders/ord_1/accept-proof", data=proof | named | {"back": "/?kind=proof"})
    assert answer.headers["location"] == "/?kind=proof"
    said = town.heard(AcceptProof)
    assert (said.document_id, said.content_hash) == ("doc_1", make.HASH)
    await client.post("/orders/ord_1/reopen", data=proof)
    assert town.heard(ReopenOrder).reason


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/logout"])
async def test_a_button_leads_back_to_known_pages_alone(back: str) -> None:
    town = Town()
    town.answers[AcceptProof] = make.order("pod_ok")
    client, proof = await signed_in(town)
    named = {"document_id": "doc_1", "content_hash": make.HASH, "back": back}
    answer = await client.post("/orders/ord_1/accept-proof", data=proof | named)
    assert answer.headers["location"] == "/orders/ord_1"


async def test_each_order_of_many_has_its_own_result() -> None:
    town = Town()
    town.answers[ConfirmOrder] = lambda message: (
        missing("goods") if message.order_id == "ord_2" else make.order()
    )
    client, proof = await signed_in(town)
    page = await client.post("/orders/bulk", data={"verb": "confirm", "order_id": ["ord_1", "ord_2"]} | proof)
    told = page.text.split("<tbody>")[1].split("</tr>")
    assert town.heard(FindOrders).order_ids == ["ord_1", "ord_2"]
    assert 'value="ord_2" checked' in told[0]
    assert "Mention manquante : goods." in told[0]
    assert 'formaction="/orders/ord_2/confirm"' in told[0]
    assert "badge ok" in told[1]
    assert "checked" not in told[1]
    assert len({key for key in town.keys if key.startswith(proof["_key"])}) == 2


@pytest.mark.parametrize("verb", ["confirm", "tender", "cancel"])
async def test_what_is_not_shown_to_the_reader_or_too_much_at_once_is_not_begun(verb: str) -> None:
    town = Town()
    town.answers[FindOrders] = OrdersPage(items=[], next="")
    client, proof = await signed_in(town)
    for ids, said in (([f"ord_{n}" for n in range(201)], "au plus"), (["ord_theirs"] * 3, "à vous")):
        answer = await client.post("/orders/bulk", data={"verb": verb, "order_id": ids} | proof)
        assert answer.headers["location"] == "/orders"
        assert said in (await client.get("/orders")).text
    assert not [
        message for message in town.said if isinstance(message, (ConfirmOrder, BulkTender, BulkCancel))
    ]


async def test_a_bulk_cancel_asks_for_its_reason_first() -> None:
    town = Town()
    town.answers[BulkCancel] = BulkView(results=[BulkResult(order_id="ord_1", ok=True)])
    client, proof = await signed_in(town)
    chosen: dict[str, Any] = {"verb": "cancel", "order_id": ["ord_1"]} | proof
    asked = await client.post("/orders/bulk", data=chosen)
    assert asked.status_code == 200
    assert 'name="reason"' in asked.text
    assert (await client.post("/orders/bulk", data=chosen | {"sure": "yes"})).status_code == 422
    assert 'name="version-ord_1" value="3"' in asked.text
    sure = {"sure": "yes", "reason": "Client fermé", "version-ord_1": "2"}
    done = await client.post("/orders/bulk", data=chosen | sure)
    assert '<div class="outcome"><span class="badge ok">' in done.text
    assert [(one.order_id, one.version) for one in town.heard(BulkCancel).orders] == [("ord_1", 2)]


async def test_a_cancellation_is_about_the_order_as_its_page_showed_it() -> None:
    town = Town()
    town.answers[CancelOrder] = make.order("cancelled")
    client, proof = await signed_in(town)
    page = await client.get("/orders/ord_1/cancel")
    assert 'name="_version" value="3"' in page.text
    await client.post("/orders/ord_1/cancel", data=proof | {"_version": "2", "reason": "Client fermé"})
    assert town.heard(CancelOrder).version == 2


async def test_an_order_is_attributed_to_partners_and_guests_alone() -> None:
    town = Town()
    town.answers[FindPartners] = lambda message: OrganizationsPage(
        items=[partner("carrier", id=f"org_{s}", standing=s) for s in ("partner", "guest", "asked")]
        if message.kind == "carrier"
        else []
    )
    client, _proof = await signed_in(town)
    given = (await client.get("/orders/ord_1/assign")).text
    offered = (await client.get("/orders/ord_1/tender")).text
    assert [f'value="org_{s}"' in given for s in ("partner", "guest", "asked")] == [True, True, False]
    assert 'value="org_asked"' in offered


def lost(*missing: str) -> Any:
    """The PDFs of a service that has none of some notes."""

    def answer(message: GetPdf) -> Any:
        if message.document_id in missing:
            return Unavailable()
        return Download(content=b"%PDF", media_type="application/pdf", filename=f"{message.document_id}.pdf")

    return answer


async def test_a_pdf_that_fails_once_is_in_the_archive_all_the_same() -> None:
    town = Town()
    failed: set[str] = set()

    def once(message: GetPdf) -> Any:
        if message.document_id == "cmr_2" and not failed:
            failed.add("cmr_2")
            return Unavailable()
        return lost()(message)

    town.answers[GetPdf] = once
    client, _proof = await signed_in(town)
    answer = await client.get("/documents.zip?id=cmr_1&id=cmr_2&id=cmr_3")
    assert answer.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(BytesIO(answer.content)).namelist()
    assert names == [f"{name[-6:]}-{name}.pdf" for name in ("cmr_1", "cmr_2", "cmr_3")]


async def test_what_is_missing_in_an_archive_is_told_before_it_is_downloaded() -> None:
    town = Town()
    town.answers[GetPdf] = lost("cmr_2")
    client, _proof = await signed_in(town)
    told = await client.get("/documents.zip?id=cmr_1&id=cmr_2")
    assert told.headers["content-type"].startswith("text/html")
    assert "1 PDF n&#39;a pas pu être fait" in told.text
    assert "rest=yes" in told.text
    rest = await client.get("/documents.zip?id=cmr_1&id=cmr_2&rest=yes")
    assert zipfile.ZipFile(BytesIO(rest.content)).namelist() == ["cmr_1-cmr_1.pdf"]
    town.answers[GetPdf] = lost("cmr_1", "cmr_2")
    nothing = await client.get("/documents.zip?id=cmr_1&id=cmr_2&rest=yes")
    assert nothing.headers["content-type"].startswith("text/html")
    assert not re.search(r'href="[^"]*rest=yes', nothing.text)


async def test_a_sheet_goes_up_with_its_name_and_a_refused_one_says_why() -> None:
    town = Town()
    town.answers[UploadImport] = AskRefused(Invalid().problem())
    client, proof = await signed_in(town)
    files = {"file": ("semaine.csv", b"ref;poids", "text/csv")}
    page = await client.post("/imports", data=proof, files=files)
    assert 'role="alert"' in page.text
    assert town.heard(UploadImport).filename == "semaine.csv"
    assert (await client.post("/imports", data=proof)).text.count('role="alert"') == 1


async def test_a_pasted_mail_shows_its_doubts_first_and_its_price_as_what_we_pay() -> None:
    town = Town()
    text = "Enlèvement 01/02 ou 02/01, 480 €"
    spans = {"stops.0.from_at": (11, 16), "price_cents": (26, 31)}
    values = {"stops.0.from_at": "2027-02-01T07:00:00+00:00", "price_cents": "48000"}
    read = [
        ReadField(
            field=name, value=value, confidence="guess", fr="deux lectures", en="two readings", start=a, end=b
        )
        for (name, value), (a, b) in zip(values.items(), spans.values(), strict=True)
    ]
    town.answers[ReadLetter] = LetterRead(
        text=text, language="fr", orders=[], order=1, left_out=[], fields=read, lacks=[]
    )
    client, proof = await signed_in(town)
    page = (await client.post("/letters", data=proof | {"text": text})).text
    assert town.heard(ReadLetter).content == text.encode()
    doubts = page[page.index('id="doubts"') :].partition("</section>")[0]
    assert 'name="stops.0.from_at"' in doubts
    assert re.search(r'value="480.00"[^>]*name="buy_cents"', doubts)
    assert "Douteux : deux lectures" in doubts
    assert "01/02<sup>?</sup>" in page


async def test_a_question_of_a_sheet_is_answered_by_one_press() -> None:
    town = Town()
    question = ImportQuestion(
        question="decimal:weight_kg",
        column="Poids",
        field="weight_kg",
        fr="« 1,250 » a deux lectures.",
        en="“1,250” has two readings.",
        examples=["1,250"],
        choices=[
            ImportChoice(value=",", fr="1,25 (la virgule)", en="1.25 (the comma)"),
            ImportChoice(value=".", fr="1 250 (le point)", en="1,250 (the point)"),
        ],
        rows=2,
    )
    reason = CellReason(
        column="Pays de livraison", field="delivery_country", value="", fr="le pays manque", en="-"
    )
    row = ImportRow(number=5, verdict="bad", reference="", reasons=[reason])
    sheet = view(ImportView, import_id="imp_1", state="previewed", page="Mai", pages=["Mai", "Juin"])
    note = ImportNote(fr="Feuille lue : « Mai ».", en="-")
    sheet = replace(sheet, questions=[question], notes=[note], rows=[row], rows_total=1, bad=1)
    town.answers |= {GetImport: sheet, RemapImport: sheet}
    client, proof = await signed_in(town)
    page = (await client.get("/imports/imp_1")).text
    assert "Feuille lue : « Mai »." in page
    assert "Pays de livraison" in page
    assert 'name="answer.decimal:weight_kg" value="."' in page
    await client.post("/imports/imp_1/mapping", data=proof | {"answer.decimal:weight_kg": "."})
    message = town.heard(RemapImport)
    assert (message.answers, message.mapping, message.page) == ({"decimal:weight_kg": "."}, {}, "")
    await client.post("/imports/imp_1/mapping", data=proof | {"page": "Juin"})
    assert [message.page for message in town.said if isinstance(message, RemapImport)][-1] == "Juin"


@pytest.mark.parametrize(("path", "form"), [("template.csv", "csv"), ("template.xlsx", "xlsx")])
async def test_the_template_is_offered_for_excel_and_as_csv(path: str, form: str) -> None:
    town = Town()
    town.answers[GetImportTemplate] = Download(content=b"x", media_type="text/csv", filename="modele.csv")
    client, _proof = await signed_in(town)
    assert f"/imports/{path}" in (await client.get("/imports")).text
    assert (await client.get(f"/imports/{path}")).status_code == 200
    assert town.heard(GetImportTemplate).format == form


async def test_a_form_of_nobody_changes_nothing() -> None:
    town = Town()
    client, _proof = await signed_in(town)
    answer = await client.post("/orders/ord_1/accept-proof", data={"_csrf": "guessed"})
    assert answer.status_code == 403
    assert not any(isinstance(message, AcceptProof) for message in town.said)


async def test_dock_hours_are_said_over_midnight_too_and_hours_without_length_are_not() -> None:
    town = Town()
    town.answers |= {AddDock: make.dock(), EditDock: make.dock()}
    client, proof = await signed_in(town)
    typed = {"name": "Quai 2", "site.name": "Dépôt", "site.address.country": "FR", "accepts": "dry"}
    typed |= {"hours-0-am_from": "08:00", "hours-0-am_until": "12:00"}
    wrong = await client.post("/docks/places/new", data=typed | {"hours-0-am_until": "08:00"} | proof)
    assert "une fin différente du début" in wrong.text
    assert not any(isinstance(message, AddDock) for message in town.said)
    night = {"hours-4-am_from": "22:00", "hours-4-am_until": "06:00"}
    await client.post("/docks/places/new", data=typed | night | proof)
    hours = town.heard(AddDock).hours
    assert [(h.weekday, h.from_minute, h.until_minute) for h in hours] == [(0, 480, 720), (4, 1320, 360)]


async def test_a_dock_with_three_lines_a_day_and_a_night_is_kept_as_it_was() -> None:
    times = ((0, 360, 480), (0, 540, 720), (0, 1320, 240))
    week = [OpeningHours(weekday=d, from_minute=a, until_minute=b) for d, a, b in times]
    town = Town()
    town.answers |= {GetDock: make.dock(hours=week), EditDock: make.dock()}
    client, proof = await signed_in(town)
    page = await client.get("/docks/places/dck_1")
    fields = dict(re.findall(r'name="(hours-[^"]+)" value="([^"]*)"', page.text))
    assert fields["hours-0-more_until"] == "04:00"
    typed = {"name": "Quai 1", "site.name": "Dépôt", "site.address.country": "FR", "accepts": "dry"}
    await client.post("/docks/places/dck_1", data=typed | fields | proof)
    assert sorted(town.heard(EditDock).hours, key=lambda h: h.from_minute) == week


async def test_an_awaited_truck_is_marked_arrived_where_it_is_seen() -> None:
    town = Town()
    town.answers |= {FindSlots: SlotsPage(items=[make.slot()]), MarkArrived: make.slot("arrived")}
    client, proof = await signed_in(town)
    with held(make.AT):
        page = await client.get("/docks?day=2026-11-23")
    assert 'action="/docks/slots/slo_1/no-show?day=2026-11-23"' in page.text
    await client.post("/docks/slots/slo_1/arrive?day=2026-11-23", data=proof)
    assert town.heard(MarkArrived).slot_id == "slo_1"


async def test_a_delivery_that_nobody_signed_is_not_offered_for_acceptance() -> None:
    town = Town()
    bare = make.order("delivered", ("AcceptProof",), proof=None)
    town.answers |= {GetOrder: bare, GetDocument: view(DocumentView, delivered_at=None)}
    town.answers[FindOrders] = lambda message: OrdersPage(
        items=[make.row("delivered", proof=None)] if message.state == "delivered" else [], next=""
    )
    client, _proof = await signed_in(town)
    for path in ("/", "/orders/ord_1", "/orders/ord_1/cmr/cmr_1", "/documents/batch?id=cmr_1"):
        assert "accept-proof" not in (await client.get(path)).text, path
    assert "Livrée, mais rien ne le prouve encore" in (await client.get("/orders/ord_1")).text
    assert "rien de signé encore" in (await client.get("/")).text


async def test_a_note_is_accepted_as_it_was_read() -> None:
    town = Town()
    kept = view(PaperView, document_id="doc_9", ecpmr_document_id="cmr_1")
    town.answers |= {
        GetOrder: make.order("delivered", ("AcceptProof",), documents=[kept]),
        GetDocument: view(DocumentView, document_id="cmr_1", delivered_at=make.AT, content_hash="b" * 64),
    }
    client, _proof = await signed_in(town)
    for path in ("/orders/ord_1/cmr/cmr_1", "/documents/batch?id=cmr_1"):
        page = (await client.get(path)).text
        assert 'name="document_id" value="doc_9"' in page
        assert f'name="content_hash" value="{"b" * 64}"' in page


async def test_the_day_shows_a_late_truck_before_an_offer_and_a_proof() -> None:
    town = Town()
    rows = [
        make.row("delivered", order_id="ord_3", reference="PREUVE"),
        make.row("tendered", order_id="ord_2", reference="OFFRE", tender_deadline=make.AT),
        make.row("in_transit", order_id="ord_1", reference="RETARD"),
    ]
    town.answers |= {
        FindOrders: lambda message: OrdersPage(
            items=[r for r in rows if r.state in message.state.split(",")], next=""
        ),
        FindEtas: make.etas(0.9),
    }
    client, _proof = await signed_in(town)
    with held(make.AT):
        page = (await client.get("/")).text
    assert page.index("RETARD") < page.index("OFFRE") < page.index("PREUVE")
    assert "retard probable à 90" in page
    assert 'action="/orders/ord_3/accept-proof"' in page


def test_an_order_stands_once_with_its_worst_trouble() -> None:
    row = make.row("in_transit", incident_open=True)
    with held(make.AT):
        found = concerns.ranked([concerns.incident(row), concerns.late(row, make.etas(0.9).items), None])
    assert [one.kind for one in found] == ["late"]


@given(st.permutations(list(concerns.KINDS)))
def test_the_most_urgent_kind_comes_first_whatever_order_it_was_found_in(kinds: list[str]) -> None:
    found = [
        concerns.Concern(kind=k, order_id=k, reference=k, way="", why="", due=None, step="") for k in kinds
    ]
    assert [one.kind for one in concerns.ranked(found)] == list(concerns.KINDS)


@given(st.integers(0, 1439))
def test_a_time_of_opening_is_read_as_it_is_written(minute: int) -> None:
    assert minute_of(clock(minute)) == minute


def test_each_state_of_an_order_has_exactly_one_saved_view() -> None:
    states = [state for view in VIEWS for state in view.states]
    assert sorted(states) == sorted(set(states))
    assert set(get_args(OrderState)) == set(states)


def test_a_week_of_hours_shows_two_halves_a_day() -> None:
    week = week_of(make.dock().hours)
    assert week[0] == ("08:00", "12:00", "", "")
    assert week[6] == ("", "", "", "")


async def test_the_card_is_changed_at_the_version_that_was_read() -> None:
    town = Town()
    town.answers[EditOrganization] = town.answers[GetOrganization]
    client, proof = await signed_in(town)
    typed = {"name": "Laiterie des Monts", "country": "FR", "_version": "4"}
    answer = await client.post("/settings/card", data=typed | proof)
    assert answer.status_code == 303
    said = next(n for n, message in enumerate(town.said) if isinstance(message, EditOrganization))
    assert town.versions[said] == 4


async def test_the_letter_of_a_claim_is_printed_from_what_was_typed() -> None:
    town = Town()
    client, proof = await signed_in(town)
    here = "/orders/ord_1/incidents/inc_1/claim"
    page = (await client.get(here)).text
    assert f'formaction="{here}/letter/en"' in page
    typed = {"loss_cents": "1 250,50", "weight_kg": "80", "packages": "2", "noted": "on"}
    letter = await client.post(f"{here}/letter/fr", data=typed | proof)
    assert "Bonjour," in letter.text
    said = town.heard(EstimateClaim)
    assert (said.loss_cents, said.weight_kg, said.packages, said.noted) == (125_050, 80, 2, True)
    wrong = await client.post(f"{here}/letter/fr", data={"weight_kg": "beaucoup"} | proof)
    assert wrong.status_code == 422
    assert "Bonjour," not in wrong.text
