"""What a consignment note allows, when, and by whom."""

import base64
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from PIL import Image, ImageDraw
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
    ReservesNoted,
    TakeoverSigned,
)
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Invalid
from rt.services.ecpmr.domain import codes, moments, refusals, signatures
from rt.services.ecpmr.domain.mentions import mentions
from rt.services.ecpmr.domain.precision import advice
from rt.services.ecpmr.domain.records import Photo
from rt.trade.places import Address, Site

EVENING = MORNING + timedelta(hours=8)


def take_over(note, *given, who=DRIVER, at=MORNING, **more):
    return note.sign("takeover", note.content_hash, at, given or [signature("sender")], who, **more)


def deliver(note, *given, who=DRIVER, **more):
    return note.sign("delivery", note.content_hash, EVENING, given or [signature("consignee")], who, **more)


def emitted(note, kind):
    return [event for event in note.emitted if isinstance(event, kind)]


def test_a_new_note_tells_that_it_was_issued():
    note = make.note()
    assert note.state == "new"
    assert emitted(note, DocumentIssued) == [
        DocumentIssued(document_id="cmr_1", order_id="ord_1", number="LV-2026-000001", kind="national")
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
    with pytest.raises(moments.HappenedTooEarly):
        note.record_time("delivery", "departed", MORNING)


def test_takeover_brings_the_goods_into_transport():
    note = make.note()
    take_over(note, signature("sender"), signature("carrier"))
    assert (note.state, note.taken_over_at, note.to_sign) == ("in_transport", MORNING, [])
    (fact,) = emitted(note, TakeoverSigned)
    assert (fact.by_name, fact.signed_at, fact.reserves) == ("Lucie Faure", MORNING, 0)


def test_a_countersignature_may_come_later_and_tells_nothing_twice():
    note = make.note()
    take_over(note, signature("carrier"))
    assert note.to_sign == ["sender"]
    take_over(note, signature("sender"), who=CLERK)
    assert note.to_sign == []
    assert len(emitted(note, TakeoverSigned)) == 1


def test_the_goods_are_the_carrier_s_only_when_its_side_has_acted():
    note = make.note()
    take_over(note, signature("sender"), who=CLERK)
    assert (note.state, note.taken_over_at, note.to_sign) == ("loading", None, ["carrier"])
    assert emitted(note, TakeoverSigned) == []
    assert note.faults() == []
    take_over(note, signature("carrier"))
    assert (note.state, note.to_sign) == ("in_transport", [])
    assert [fact.by_name for fact in emitted(note, TakeoverSigned)] == ["Karim Haddad"]
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
    (fact,) = emitted(note, DeliverySigned)
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
    note.invite(make.invitation(link_id="lnk_9", party="carrier", org_id=make.CARRIER))
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
    with held(MORNING):
        note.amend(before, make.consignment(other_particulars="Bâche ouverte"), "Ajout", CLERK)
    assert (note.in_force, note.content_hash, note.to_sign) == (1, before, ["sender", "carrier"])
    proposed = note.hash_of(2)
    note.sign("amendment", proposed, EVENING, [signature("sender")], CLERK)
    assert (note.in_force, note.to_sign) == (1, ["carrier"])
    note.sign("amendment", proposed, EVENING, [signature("carrier")], DRIVER)
    assert (note.in_force, note.content_hash, note.to_sign) == (2, proposed, [])
    heard = [(event.to_sign, event.content_hash) for event in emitted(note, DocumentAmended)]
    assert heard == [(["sender", "carrier"], before), ([], proposed)]
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
    (reserve,) = note.view("").reserves_made
    assert (reserve.by_party, reserve.text) == ("consignee", text)
    assert reserve.warnings[0].fr
    assert reserve.warnings[0].en


def test_a_precise_reserve_has_no_warning():
    assert advice("3 cartons écrasés sur la palette 2", MORNING.date()).warnings == []
    assert [w.code for w in advice("Carton abîmé au coin", MORNING.date()).warnings] == ["no_fact"]


def with_code(note, at=MORNING, **invited):
    with held(at):
        if not note.invitations:
            note.invite(make.invitation(**invited))
        note.request_code("lnk_1")
    return emitted(note, CodeRequested)[-1].code


def sign_by_link(note, code, at=MORNING):
    with held(at):
        return note.sign(
            "delivery", note.content_hash, at, [signature("consignee")], RECEIVER_BY_LINK, code=code
        )


def test_signing_by_link_needs_the_code():
    note = make.taken_over()
    code = with_code(note)
    with pytest.raises(codes.CodeNeeded):
        sign_by_link(note, "")
    assert sign_by_link(note, code) is None
    (signed,) = [s for s in note.view("").signatures if s.step == "delivery"]
    assert all(criterion.met for criterion in signed.criteria)


def test_a_code_is_kept_as_a_hash_and_works_once():
    note = make.taken_over()
    code = with_code(note)
    assert len(code) == 6
    assert code not in json.dumps([c.digest + c.salt for c in note.codes])
    with held(MORNING):
        link = note.invitation("lnk_1")
        assert note.try_code(link, code) is None
        with pytest.raises(codes.CodeUsed) as refused:
            note.try_code(link, code)
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
    later = MORNING + timedelta(minutes=2)
    second = with_code(note, later)
    if first != second:
        assert sign_by_link(note, first, later) is not None
    assert sign_by_link(note, second, later) is None


def test_a_link_that_was_not_sent_gets_no_code():
    with pytest.raises(refusals.LinkNotSent):
        make.note().request_code("lnk_1")


def test_the_checklist_says_when_strokes_were_collected_by_another():
    note = make.delivered()
    views = {(s.step, s.party): s for s in note.view("").signatures}
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
    assert note.view("").signatures[0].drift_s == -3 * 3600


def png(size=(300, 120), colour=(20, 33, 61, 255), paper=(0, 0, 0, 0), draw=None):
    """A signature as a device exports it: by default a line of ink on nothing."""
    picture = Image.new("RGBA", size, paper)
    width, height = size
    zigzag = [(width * x / 10, height * (0.3 if x % 2 else 0.7)) for x in range(1, 10)]
    pen = ImageDraw.Draw(picture)
    if draw is None:
        pen.line(zigzag, fill=colour, width=max(2, width // 100))
    else:
        draw(pen)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
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
    views = {view.party: view for view in note.view("").signatures}
    assert (views["sender"].method, views["carrier"].method) == ("typed", "glass")
    assert not views["sender"].criteria[0].met


def test_a_line_as_the_phone_draws_it_is_a_signature():
    ink = "M10.5 20.1L30 40L31.2 41.7M60 60L60 60"
    assert signatures.checked(signature("sender", image=ink), "signature").image == ink


@pytest.mark.parametrize(
    "image",
    [
        "M10 10L10 10",
        "M10 10L12 11L10 10L11 12",
        "M10 10L10 10M300 10L300 10",
        "M10 10C10 10 10 10 10 10",
        png(draw=lambda pen: None),
        png(paper=(255, 255, 255, 255), draw=lambda pen: None),
        png(paper=(0, 0, 0, 255), draw=lambda pen: None),
        png(paper=(0, 0, 0, 90), draw=lambda pen: None),
        png(colour=(250, 250, 250, 255)),
        png(colour=(0, 0, 0, 12)),
        png(draw=lambda pen: pen.point([(150, 60)], fill="black")),
        png(draw=lambda pen: pen.ellipse([150, 60, 154, 64], fill="black")),
        png(draw=lambda pen: pen.rectangle([1, 1, 298, 118], fill="black")),
        png((1, 1), draw=lambda pen: pen.point([(0, 0)], fill="black")),
    ],
    ids=lambda image: image if image.startswith("M") else f"png of {len(image)}",
)
def test_a_signature_without_strokes_is_refused_in_both_languages(image):
    with pytest.raises(signatures.SignatureBlank) as refused:
        signatures.checked(signature("sender", image=image), "countersignature")
    assert refused.value.field == "countersignature.image"
    assert "Aucun tracé" in refused.value.says("fr")
    assert "No strokes" in refused.value.says("en")


@pytest.mark.parametrize(
    "image",
    [
        "M10 10L30 10",
        png(),
        png(colour=(90, 130, 220, 255)),
        png(paper=(225, 220, 210, 255)),
        png(paper=(255, 255, 255, 255), draw=lambda pen: pen.line([(20, 60), (60, 61)], "black", 2)),
        png((2000, 900), draw=lambda pen: pen.line([(100, 800), (400, 500)], "navy", 5)),
    ],
    ids=["dash", "line", "light ink", "grey paper", "short line", "corner of a large pad"],
)
def test_a_thin_or_light_signature_is_taken(image):
    assert signatures.checked(signature("sender", image=image), "signature").image


def test_an_oversized_signature_is_refused():
    with pytest.raises(signatures.SignatureTooLarge):
        signatures.checked(signature("sender", image=signatures.PNG_PREFIX + "A" * 270_000), "signature")
    with pytest.raises(signatures.SignatureTooLarge):
        signatures.checked(signature("sender", image="M0 0" + " L1 1" * 20_000), "signature")


COORDINATE = st.integers(-2000, 2000) | st.floats(-2000, 2000).map(lambda x: round(x, 2))


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=40))
def test_every_line_that_goes_somewhere_is_accepted(points):
    points = [*points, (points[0][0] + 9, points[0][1])]
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
    text = str(note.public_view(note.content_hash))
    for person in ("Karim", "Lucie", "Morel", "Pixel", "Quai expéditions"):
        assert person not in text
    assert note.public_view(note.content_hash).asked == "in_force"
    assert note.public_view("1" * 64).asked == "unknown"


def test_a_paper_of_an_earlier_version_is_recognized():
    note = make.note()
    first = note.content_hash
    note.amend(first, make.consignment(instructions="Autre"), "x", CLERK)
    assert note.public_view(first).asked == "replaced"


def signed_at(note, step, at, *given, **more):
    with held(more.pop("received", at)):
        return note.sign(step, note.content_hash, at, list(given), DRIVER, **more)


BOTH = (signature("sender"), signature("carrier"))
WRONG = "2004-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (MORNING - timedelta(days=8000), moments.HappenedTooEarly),
        (MORNING - timedelta(hours=2, minutes=11), moments.HappenedTooEarly),
        (MORNING - timedelta(hours=2, minutes=9), None),
        (MORNING + timedelta(minutes=9), None),
        (MORNING + timedelta(minutes=11), moments.HappenedInTheFuture),
        (MORNING + timedelta(days=400), moments.HappenedInTheFuture),
    ],
)
def test_a_takeover_is_signed_between_its_version_and_now(at, refusal):
    """Nobody signs a version before it was written, two hours ago here; ten minutes are a clock's drift."""
    note = make.note()
    if refusal is None:
        signed_at(note, "takeover", at, *BOTH, received=MORNING)
        assert note.taken_over_at == at
        return
    with pytest.raises(refusal) as refused:
        signed_at(note, "takeover", at, *BOTH, received=MORNING)
    assert refused.value.field == "happened_at"
    assert (note.state, note.acts) == ("new", [])


def test_nothing_is_delivered_before_it_was_taken_over():
    note = make.taken_over()
    with pytest.raises(moments.HappenedTooEarly) as refused:
        signed_at(note, "delivery", MORNING - timedelta(minutes=30), signature("consignee"), received=EVENING)
    assert "précède la prise en charge (14/09/2026 09:30)" in refused.value.says("fr")
    assert "before the takeover" in refused.value.says("en")


def test_times_of_a_stop_follow_each_other():
    note = make.note()
    with held(EVENING):
        with pytest.raises(moments.HappenedTooEarly):
            note.record_time("pickup", "arrived", MORNING - timedelta(days=2))
        note.record_time("pickup", "arrived", MORNING)
        with pytest.raises(moments.HappenedTooEarly, match="truck's arrival"):
            take_over(note, *BOTH, at=MORNING - timedelta(minutes=20))
        take_over(note, *BOTH, at=MORNING + timedelta(minutes=30))
        with pytest.raises(moments.HappenedTooEarly):
            note.record_time("delivery", "arrived", MORNING)
        with pytest.raises(moments.HappenedInTheFuture):
            note.record_time("delivery", "arrived", EVENING + timedelta(hours=1))
        note.record_time("delivery", "arrived", EVENING - timedelta(hours=1))
        deliver(note)
    late = make.taken_over()
    with held(EVENING), pytest.raises(moments.HappenedTooLate):
        late.record_time("pickup", "arrived", MORNING + timedelta(hours=1))


def test_a_shipper_may_sign_before_the_truck_comes():
    note = make.note()
    with held(EVENING):
        note.record_time("pickup", "arrived", MORNING + timedelta(hours=2))
        take_over(note, signature("sender"), who=CLERK)
    assert note.state == "loading"


def test_a_phone_days_late_keeps_its_own_times():
    note = make.note()
    later = MORNING + timedelta(days=6)
    said = MORNING.isoformat()
    signed_at(note, "takeover", MORNING, *BOTH, device_time=said, received=later)
    view = note.view("").signatures[0]
    assert (note.taken_over_at, view.received_at, view.device_time) == (MORNING, later, "")


@pytest.mark.parametrize(
    "said", [WRONG, "2031-05-05T10:00:00Z", "+275760-09-13T00:00:00.000Z", "1970-01-01T00:00:00"]
)
def test_a_phone_with_a_wrong_clock_loses_no_signature(said):
    """Who signed has gone: the act is dated by its receipt and says what the clock said, sealed with it."""
    note = make.taken_over()
    at = MORNING.replace(year=2031 if said.startswith("2031") else 2004)
    signed_at(note, "delivery", at, signature("consignee"), device_time=said, received=EVENING)
    assert (note.state, note.delivered_at) == ("delivered", EVENING)
    (view,) = [one for one in note.view("").signatures if one.step == "delivery"]
    assert (view.happened_at, view.device_time) == (EVENING, said)
    assert note.faults() == []
    act = note.acts[-1]
    note.acts[-1] = structs.replace(act, device_time="")
    assert note.faults() == ["act[1].device_time"]


def test_a_clock_that_the_phone_itself_corrected_is_told():
    note = make.note()
    said = (MORNING - timedelta(hours=3)).isoformat()
    signed_at(note, "takeover", MORNING, *BOTH, device_time=said)
    assert (note.taken_over_at, note.acts[0].device_time) == (MORNING, said)


def test_times_of_a_wrong_clock_are_kept_too():
    note = make.taken_over()
    with held(EVENING):
        note.record_time("delivery", "arrived", MORNING.replace(year=2004), WRONG)
    (time,) = note.times
    assert (time.happened_at, time.device_time) == (EVENING, WRONG)


@pytest.mark.parametrize(
    ("moved", "field"),
    [
        ([PalletExchange(delivered=400)], "pallets.0.delivered"),
        ([PalletExchange(returned=400)], "pallets.0.returned"),
        (
            [PalletExchange(delivered=20), PalletExchange(pallet_type="CHEP", delivered=25)],
            "pallets.1.delivered",
        ),
        ([PalletExchange(delivered=24, broken=45)], "pallets.0.broken"),
    ],
)
def test_more_pallets_than_the_note_counts_are_signed_only_when_confirmed(moved, field):
    note = make.taken_over()
    with pytest.raises(refusals.PalletsBeyondNote) as refused:
        deliver(note, pallets=moved)
    assert (refused.value.field, refused.value.values["counted"]) == (field, 40)
    deliver(note, pallets=moved, pallets_confirmed=True)
    assert note.acts[-1].pallets == moved


@pytest.mark.parametrize(("on_note", "usual"), [(0, 33), (1, 3), (4, 6), (20, 22), (33, 36), (66, 72)])
def test_a_tenth_more_pallets_is_usual(on_note, usual):
    one = make.consignment(goods=[make.GoodsLine(line=1, goods=make.goods(pallets=on_note))])
    note = make.taken_over(opened=one)
    with pytest.raises(refusals.PalletsBeyondNote):
        deliver(note, pallets=[PalletExchange(delivered=usual + 1)])
    deliver(note, pallets=[PalletExchange(delivered=usual)])


def test_who_countersigns_names_the_reserves_that_were_noted():
    """The hash of a version says nothing of what was noted at this step since."""
    note = make.note()
    take_over(note, signature("carrier"), reserves=[ReserveGiven(text="2 cartons ouverts")])
    with pytest.raises(refusals.ReservesUnseen) as refused:
        take_over(note, signature("sender"), who=CLERK)
    seen = refused.value.values["countersigns"]
    assert seen == note.view("").takeover_hash
    take_over(note, signature("sender"), who=CLERK, countersigns=seen)
    assert note.acts[-1].countersigns == seen
    assert note.faults() == []


def test_reserves_of_whoever_signs_later_are_told_too():
    note = make.taken_over()
    deliver(note)
    deliver(note, signature("carrier"), reserves=[ReserveGiven(text="2 cartons ouverts")])
    assert [len(event.reserves) for event in emitted(note, DeliverySigned)] == [0]
    assert [(event.step, event.reserves) for event in emitted(note, ReservesNoted)] == [("delivery", 1)]


def test_who_signs_after_a_plain_signature_has_nothing_more_to_name():
    note = make.note()
    take_over(note, signature("carrier"))
    take_over(note, signature("sender"), who=CLERK)
    assert note.to_sign == []


def test_reserves_at_takeover_are_the_carrier_s_words():
    """CMR art. 8: nobody else's words stand in its box."""
    note = make.note()
    with pytest.raises(refusals.ReservesNotTheirs):
        take_over(note, signature("sender"), who=CLERK, reserves=[ReserveGiven(text="rien à signaler")])


def test_a_proposal_is_not_written_over_unread():
    note = make.taken_over()
    first = note.content_hash
    note.amend(first, make.consignment(other_particulars="Bâche"), "Ajout", CLERK)
    with pytest.raises(refusals.ContentChanged):
        note.amend(first, make.consignment(other_particulars="Hayon"), "Ajout", DRIVER)
    note.amend(note.hash_of(2), make.consignment(other_particulars="Hayon"), "Ajout", DRIVER)
    assert len(note.versions) == 3


def test_one_account_is_one_person():
    """Who is sender, carrier and consignee at once signs for one of them, and collects for the others."""
    alone = {"carrier_id": make.SHIPPER, "consignee_id": make.SHIPPER}
    note = make.note(**alone)
    take_over(note, *BOTH, who=CLERK)
    assert [note.acts[0].way_of(party) for party in ("sender", "carrier")] == ["collected", "own_account"]
    deliver(note, who=make.Who(kind="user", id="usr_driver", org_id=make.SHIPPER, drives=True))
    assert note.acts[1].way_of("consignee") == "collected"
    by_key = make.note()
    take_over(by_key, signature("carrier"), who=make.Who(kind="key", id="key_1", org_id=make.CARRIER))
    assert by_key.acts[0].way_of("carrier") == "collected"
