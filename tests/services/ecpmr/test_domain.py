"""What a consignment note allows, when, and by whom."""

import base64
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.services.ecpmr import make
from tests.services.ecpmr.make import CLERK, DRIVER, MORNING, RECEIVER, RECEIVER_BY_LINK, signature

from rt.contracts.ecpmr import (
    CodeRequested,
    DeliverySigned,
    DocumentAmended,
    DocumentIssued,
    PalletExchange,
    PartyBox,
    ReserveGiven,
    TakeoverSigned,
)
from rt.kernel.clock import held
from rt.kernel.errors import Invalid
from rt.services.ecpmr.domain import codes, refusals, shown, signatures
from rt.services.ecpmr.domain.mentions import mentions
from rt.services.ecpmr.domain.precision import advice
from rt.services.ecpmr.domain.records import Photo
from rt.trade.places import Address, Site

EVENING = MORNING + timedelta(hours=8)


def take_over(note, *given, who=DRIVER, **more):
    return note.sign("takeover", note.content_hash, MORNING, given or [signature("sender")], who, **more)


def deliver(note, *given, who=DRIVER, **more):
    return note.sign("delivery", note.content_hash, EVENING, given or [signature("consignee")], who, **more)


def told(note, kind):
    return [event for event in note.telling if isinstance(event, kind)]


def test_a_new_note_tells_that_it_was_issued():
    note = make.note()
    assert note.state == "new"
    assert told(note, DocumentIssued) == [
        DocumentIssued(document_id="cmr_1", order_id="ord_1", number="LV-2026-000001")
    ]
    assert note.to_sign == ["sender", "carrier"]


def test_a_note_between_two_countries_is_a_cmr():
    abroad = Site(
        name="Lager Süd",
        address=Address(street="Am Tor 1", postal_code="70435", city="Stuttgart", country="DE"),
    )
    assert make.note(make.consignment(delivery=abroad)).kind == "cmr"
    assert make.note().kind == "national"


def test_a_note_to_an_overseas_departement_leaves_no_country():
    there = Site(name="Dépôt", address=Address(postal_code="97400", city="Saint-Denis", country="RE"))
    assert make.note(make.consignment(delivery=there)).kind == "national"


def test_the_first_arrival_at_pickup_begins_the_loading():
    note = make.note()
    note.record_time("pickup", "arrived", MORNING)
    assert note.state == "loading"
    with pytest.raises(refusals.TimeAlreadyRecorded):
        note.record_time("pickup", "arrived", EVENING)


def test_a_truck_does_not_leave_before_it_arrived():
    note = make.note()
    note.record_time("delivery", "arrived", EVENING)
    assert note.state == "new"
    with pytest.raises(refusals.DepartureBeforeArrival):
        note.record_time("delivery", "departed", MORNING)


def test_takeover_brings_the_goods_into_transport():
    note = make.note()
    take_over(note, signature("sender"), signature("carrier"))
    assert (note.state, note.taken_over_at, note.to_sign) == ("in_transport", MORNING, [])
    (fact,) = told(note, TakeoverSigned)
    assert (fact.by_name, fact.signed_at, fact.reserves) == ("Lucie Faure", MORNING, 0)


def test_a_countersignature_may_come_later_and_tells_nothing_twice():
    note = make.note()
    take_over(note, signature("carrier"))
    assert note.to_sign == ["sender"]
    take_over(note, signature("sender"), who=CLERK)
    assert note.to_sign == []
    assert len(told(note, TakeoverSigned)) == 1


def test_the_goods_are_the_carrier_s_only_when_its_side_has_acted():
    note = make.note()
    take_over(note, signature("sender"), who=CLERK)
    assert (note.state, note.taken_over_at, note.to_sign) == ("loading", None, ["carrier"])
    assert told(note, TakeoverSigned) == []
    assert note.faults() == []
    take_over(note, signature("carrier"))
    assert (note.state, note.to_sign) == ("in_transport", [])
    assert [fact.by_name for fact in told(note, TakeoverSigned)] == ["Karim Haddad"]
    assert note.faults() == []


def test_nobody_signs_the_same_step_twice():
    note = make.taken_over()
    with pytest.raises(refusals.AlreadySigned, match="Lucie Faure"):
        take_over(note, signature("sender"))


def test_a_delivery_needs_a_takeover():
    with pytest.raises(refusals.NotTakenOver):
        deliver(make.note())


def test_delivery_tells_reserves_and_pallets():
    note = make.taken_over()
    deliver(
        note,
        reserves=[
            ReserveGiven(line=1, text="2 cartons écrasés", photo_ids=["photo-0001"], damaged_quantity=2)
        ],
        pallets=[PalletExchange(delivered=20, returned=18, broken=1)],
    )
    assert (note.state, note.delivered_at) == ("delivered", EVENING)
    (fact,) = told(note, DeliverySigned)
    assert (fact.shipper_id, fact.carrier_id, fact.site_name) == (
        make.SHIPPER,
        make.CARRIER,
        "Rungis Froid, porte 12",
    )
    assert [(r.line, r.text, r.photos) for r in fact.reserves] == [(1, "2 cartons écrasés", 1)]
    assert fact.pallets == [PalletExchange(delivered=20, returned=18, broken=1)]
    assert note.to_sign == ["carrier"]


def test_the_consignee_signs_first_at_delivery():
    with pytest.raises(refusals.ConsigneeSignsFirst):
        deliver(make.taken_over(), signature("carrier"))


@pytest.mark.parametrize(("step", "party"), [("takeover", "consignee"), ("delivery", "sender")])
def test_only_the_right_role_signs_a_step(step, party):
    note = make.taken_over() if step == "delivery" else make.note()
    with pytest.raises(refusals.WrongParty):
        note.sign(step, note.content_hash, MORNING, [signature(party)], DRIVER)


@pytest.mark.parametrize(
    ("who", "party", "allowed"),
    [
        (DRIVER, "sender", True),  # strokes collected on the driver's phone
        (CLERK, "sender", True),
        (CLERK, "carrier", False),
        (RECEIVER, "sender", False),
        (RECEIVER, "carrier", False),
    ],
)
def test_each_signs_for_itself_and_the_driver_collects(who, party, allowed):
    note = make.note()
    if allowed:
        take_over(note, signature(party), who=who)
        assert note.state == ("in_transport" if who is DRIVER else "loading")
    else:
        with pytest.raises(signatures.MayNotSign):
            take_over(note, signature(party), who=who)


def test_a_link_of_the_carrier_collects_nobody_s_strokes():
    note = make.taken_over()
    with pytest.raises(signatures.MayNotSign):
        deliver(note, who=make.Who(kind="link", id="lnk_9", org_id=make.CARRIER))


def test_a_photo_is_kept_once_and_only_so_many():
    note = make.note()

    def photo(number):
        return Photo(
            photo_id=f"photo-{number:04}",
            stop="pickup",
            file_key=f"images/org/p{number}.jpg",
            sha256="0" * 64,
            width=1,
            height=1,
            happened_at=None,
            received_at=MORNING,
        )

    for number in [*range(60), 59]:
        note.add_photo(photo(number))
    assert len(note.photos) == 60
    with pytest.raises(refusals.TooManyPhotos):
        note.add_photo(photo(60))


def test_the_logistician_hands_over_for_the_sender():
    note = make.note(logistician_id="org_store", seen_by=[make.SHIPPER, "org_store"])
    take_over(note, who=make.Who(kind="user", id="usr_store", org_id="org_store"))
    assert (note.state, note.to_sign) == ("loading", ["carrier"])


def test_a_cancelled_note_is_not_signed():
    note = make.note()
    note.cancel()
    with pytest.raises(refusals.NoteCancelled):
        take_over(note)


def test_goods_on_the_road_keep_their_note():
    note = make.taken_over()
    note.cancel()
    assert not note.cancelled


def test_the_signer_of_an_old_version_is_told_what_changed():
    note = make.note()
    seen = note.content_hash
    note.amend(seen, make.consignment(instructions="Sonner deux fois"), "Accès", CLERK)
    with pytest.raises(refusals.ContentChanged) as refused:
        note.sign("takeover", seen, MORNING, [signature("sender")], DRIVER)
    assert refused.value.values["changed"] == ["instructions"]
    assert "5 Instructions de l'expéditeur" in refused.value.says("fr")
    assert refused.value.values["content_hash"] == note.content_hash
    assert note.state == "new"


def test_a_hash_of_no_version_is_refused():
    note = make.note()
    with pytest.raises(refusals.ContentUnknown):
        note.sign("takeover", "0" * 64, MORNING, [signature("sender")], DRIVER)


def test_before_any_signature_a_new_version_stands_at_once():
    note = make.note()
    note.amend(note.content_hash, make.consignment(trailer_plate="AB-123-CD"), "Semi changée", DRIVER)
    assert (note.in_force, note.consignment.trailer_plate, note.proposal) == (2, "AB-123-CD", None)


def test_after_a_signature_a_new_version_waits_for_all_who_signed():
    note = make.taken_over()
    before = note.content_hash
    note.amend(before, make.consignment(other_particulars="Bâche ouverte"), "Ajout", CLERK)
    assert (note.in_force, note.content_hash, note.to_sign) == (1, before, ["sender", "carrier"])
    proposed = note.hash_of(2)
    note.sign("amendment", proposed, EVENING, [signature("sender")], CLERK)
    assert (note.in_force, note.to_sign) == (1, ["carrier"])
    note.sign("amendment", proposed, EVENING, [signature("carrier")], DRIVER)
    assert (note.in_force, note.content_hash, note.to_sign) == (2, proposed, [])
    assert [event.to_sign for event in told(note, DocumentAmended)] == [["sender", "carrier"]]
    assert note.faults() == []


def test_delivery_is_signed_on_the_version_in_force_while_another_is_proposed():
    note = make.taken_over()
    note.amend(note.content_hash, make.consignment(other_particulars="Bâche"), "Ajout", CLERK)
    deliver(note)
    assert note.state == "delivered"
    assert note.to_sign == ["sender", "carrier", "consignee"]


def test_signed_boxes_do_not_follow_the_order_any_more():
    note = make.taken_over()
    note.revise(make.consignment(vehicle_plate="ZZ-999-ZZ"))
    assert len(note.versions) == 1
    fresh = make.note()
    fresh.revise(make.consignment(vehicle_plate="ZZ-999-ZZ"))
    assert fresh.consignment.vehicle_plate == "ZZ-999-ZZ"


def test_the_consignee_does_not_amend():
    note = make.note()
    with pytest.raises(refusals.MayNotAmend):
        note.amend(note.content_hash, make.consignment(instructions="x"), "x", RECEIVER)


def test_a_version_without_a_change_or_with_a_repeated_line_is_refused():
    note = make.note()
    with pytest.raises(refusals.NothingChanged):
        note.amend(note.content_hash, make.consignment(), "rien", CLERK)
    twice = make.consignment(goods=[make.GoodsLine(line=1, goods=make.goods())] * 2)
    with pytest.raises(refusals.LinesRepeated):
        note.amend(note.content_hash, twice, "lignes", CLERK)


def test_reserves_name_a_line_that_is_carried_and_no_more_than_that():
    note = make.taken_over()
    with pytest.raises(Invalid) as refused:
        deliver(
            note,
            reserves=[
                ReserveGiven(line=9, text="3 cassés"),
                ReserveGiven(line=2, text="x", missing_quantity=5),
            ],
        )
    assert [part.field for part in refused.value.parts] == ["reserves.0.line", "reserves.1.missing_quantity"]
    assert note.state == "in_transport"


@pytest.mark.parametrize(
    "text", ["Sous réserve de déballage", "sous réserves de contrôle", "SOUS TOUTES RESERVES"]
)
def test_a_vague_reserve_is_kept_with_a_warning(text):
    note = make.taken_over()
    deliver(note, reserves=[ReserveGiven(text=text)])
    (reserve,) = shown.whole(note, "").reserves_made
    assert (reserve.by_party, reserve.text) == ("consignee", text)
    assert reserve.warnings[0].fr
    assert reserve.warnings[0].en


def test_a_precise_reserve_has_no_warning():
    assert advice("3 cartons écrasés sur la palette 2", MORNING.date()).warnings == []
    assert [w.code for w in advice("Carton abîmé au coin", MORNING.date()).warnings] == ["no_fact"]


def with_code(note):
    note.contacts["consignee"] = {"email": "quai@rungis.example", "language": "en"}
    with held(MORNING):
        note.request_code("consignee")
    return told(note, CodeRequested)[-1].code


def sign_by_link(note, code, at=MORNING):
    with held(at):
        return deliver(note, who=RECEIVER_BY_LINK, code=code)


def test_signing_by_link_needs_the_code():
    note = make.taken_over()
    with pytest.raises(codes.CodeNeeded):
        sign_by_link(note, "")
    code = with_code(note)
    assert sign_by_link(note, code) is None
    (signed,) = [s for s in shown.whole(note, "").signatures if s.step == "delivery"]
    assert all(criterion.met for criterion in signed.criteria)


def test_a_code_is_kept_as_a_hash_and_works_once():
    note = make.taken_over()
    code = with_code(note)
    assert len(code) == 6
    assert code not in json.dumps([c.digest + c.salt for c in note.codes])
    with held(MORNING):
        assert note.try_code("consignee", code) is None
        with pytest.raises(codes.CodeUsed) as refused:
            note.try_code("consignee", code)
    assert "déjà servi" in refused.value.says("fr")
    assert "already used" in refused.value.says("en")


def test_five_wrong_tries_block_a_code():
    note = make.taken_over()
    code = with_code(note)
    wrong = "000000" if code != "000000" else "111111"
    lefts = [sign_by_link(note, wrong).values["left"] for _ in range(5)]
    assert lefts == [4, 3, 2, 1, 0]
    with pytest.raises(codes.CodeExhausted):
        sign_by_link(note, code)
    assert note.state == "in_transport"


def test_a_code_ends_after_ten_minutes():
    note = make.taken_over()
    code = with_code(note)
    with pytest.raises(codes.CodeExpired):
        sign_by_link(note, code, MORNING + timedelta(minutes=10, seconds=1))
    assert sign_by_link(note, code, MORNING + timedelta(minutes=10)) is None


def test_a_new_code_voids_the_one_before():
    note = make.taken_over()
    first = with_code(note)
    second = with_code(note)
    if first != second:
        assert sign_by_link(note, first) is not None
    assert sign_by_link(note, second) is None


def test_a_code_without_anyone_to_send_it_to_is_refused():
    with pytest.raises(refusals.NobodyToSendTo):
        make.note().request_code("consignee")


def test_the_checklist_says_when_strokes_were_collected_by_another():
    note = make.delivered()
    views = {(s.step, s.party): s for s in shown.whole(note, "").signatures}
    collected = {c.code: c.met for c in views["takeover", "sender"].criteria}
    own = {c.code: c.met for c in views["takeover", "carrier"].criteria}
    assert collected == {
        "unique_link": True,
        "identify": False,
        "sole_control": False,
        "tamper_evident": True,
    }
    assert all(own.values())


def test_drift_is_device_time_minus_server_time():
    note = make.note()
    with held(MORNING + timedelta(hours=3)):
        take_over(note)
    assert shown.whole(note, "").signatures[0].drift_s == -3 * 3600


def png(size=(300, 120), **options):
    kept = io.BytesIO()
    Image.new("RGBA", size, (0, 0, 0, 0)).save(kept, "PNG", **options)
    return signatures.PNG_PREFIX + base64.b64encode(kept.getvalue()).decode()


def test_a_png_signature_is_kept_small_and_without_what_was_beside_it():
    given = (
        base64.b64decode(png((3000, 1000)).removeprefix(signatures.PNG_PREFIX)) + b"<script>alert(1)</script>"
    )
    dirty = signatures.PNG_PREFIX + base64.b64encode(given).decode()
    kept = signatures.checked(signature("sender", image=dirty), "signature").image
    content = base64.b64decode(kept.removeprefix(signatures.PNG_PREFIX))
    assert b"script" not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert max(picture.width / 800, picture.height / 400) <= 1


@pytest.mark.parametrize(
    "image",
    [
        "M10 10",
        "M10 10 L20",
        "M10 10 Z",
        "M10 10 M20 20",
        "L10 10 L20 20",
        "M10 10 L20 20 <script>",
        'M0 0 L1 1" onload="x',
        "url(#a)",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,!!!!",
        "data:image/svg+xml;base64,AAAA",
        png((4000, 4000)),
    ],
)
def test_what_is_no_signature_is_refused(image):
    with pytest.raises(signatures.SignatureUnreadable):
        signatures.checked(signature("sender", image=image), "signature")


def test_who_cannot_draw_signs_by_name_and_it_is_not_passed_off_as_strokes():
    note = make.note()
    take_over(note, signature("sender", image=""), signature("carrier"))
    views = {view.party: view for view in shown.whole(note, "").signatures}
    assert (views["sender"].method, views["carrier"].method) == ("typed", "glass")
    assert not views["sender"].criteria[0].met


def test_a_line_as_the_phone_draws_it_is_a_signature():
    ink = "M10.5 20.1L30 40L31.2 41.7M60 60L60 60"
    assert signatures.checked(signature("sender", image=ink), "signature").image == ink


def test_an_oversized_signature_is_refused():
    with pytest.raises(signatures.SignatureTooLarge):
        signatures.checked(signature("sender", image=signatures.PNG_PREFIX + "A" * 270_000), "signature")
    with pytest.raises(signatures.SignatureTooLarge):
        signatures.checked(signature("sender", image="M0 0" + " L1 1" * 20_000), "signature")


COORDINATE = st.integers(-2000, 2000) | st.floats(-2000, 2000).map(lambda x: round(x, 2))


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=40))
def test_every_drawn_line_is_accepted(points):
    path = "M" + " L".join(f"{x:g} {y:g}" if abs(x) >= 1 or x == 0 else f"{x:.2f} {y:.2f}" for x, y in points)
    assert signatures.checked(signature("sender", image=path), "signature").image == path


def test_the_eight_mentions_are_those_of_the_text(shared_data):
    rules = json.loads((shared_data / "rules_fr" / "lettre_de_voiture.json").read_text())
    found = mentions(make.consignment(), MORNING, None, None)
    assert len(found) == len(rules["mandatory"]) == 8
    assert all(mention.present for mention in found)


def test_a_foreign_carrier_inside_france_adds_plate_and_unloading_date():
    foreign = PartyBox(
        name="Trans Iberia",
        vat="ESB12345678",
        address=Address(street="Calle 1", postal_code="08001", city="Barcelona", country="ES"),
    )
    found = mentions(make.consignment(carrier=foreign, vehicle_plate=""), MORNING, None, EVENING)
    assert len(found) == 10
    assert [m.code for m in found if not m.present] == ["vehicle_plate"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"carrier": PartyBox(name="Sans adresse", siren="330703844")}, "carrier"),
        ({"pickup": Site(name="Quai", address=Address(city="Feurs"))}, "pickup_address"),
        ({"delivery": Site(name="Porte", address=Address())}, "delivery_address"),
        ({"pickup_at": None}, "taken_over_on"),
    ],
)
def test_a_missing_mention_is_named(change, code):
    found = mentions(make.consignment(**change), MORNING, None, None)
    assert [mention.code for mention in found if not mention.present] == [code]


def test_the_public_sees_no_person():
    note = make.delivered()
    text = str(shown.verified(note, note.content_hash))
    for person in ("Karim", "Lucie", "Morel", "Pixel", "Quai expéditions"):
        assert person not in text
    assert shown.verified(note, note.content_hash).asked == "in_force"
    assert shown.verified(note, "1" * 64).asked == "unknown"


def test_a_paper_of_an_earlier_version_is_recognized():
    note = make.note()
    first = note.content_hash
    note.amend(first, make.consignment(instructions="Autre"), "x", CLERK)
    assert shown.verified(note, first).asked == "replaced"
