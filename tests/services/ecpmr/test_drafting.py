"""The first boxes of a note, filled from whatever the order knows."""

from datetime import timedelta

import pytest
from msgspec import structs
from tests.services.ecpmr import make

from rt.contracts.ecpmr import PartyBox
from rt.kernel.core.clock import held
from rt.services.ecpmr.app import verification_page
from rt.services.ecpmr.domain.drafting import carried_over, draft, parties_of
from rt.trade.places import Address, Site


def drafted(known=None, **changes):
    with held(make.MORNING):
        return draft(make.planned(**changes), known or {})


def test_an_order_without_lines_is_one_line_of_all_its_weight():
    (line,) = drafted(goods=[], pallets=7, weight_kg=3200.0).goods
    assert (line.line, line.goods.quantity, line.goods.weight_kg) == (1, 7, 3200.0)


def test_a_consignee_without_a_name_is_the_place_of_delivery():
    assert drafted(consignee_id=None, consignee_name="").consignee.name == "Rungis Froid, porte 12"


def test_the_sender_s_address_is_not_that_of_a_warehouse():
    assert drafted(logistician_id="org_store").sender.address == Address()
    assert drafted().sender.address.city == "Feurs"


def test_what_is_known_of_a_party_comes_before_what_the_order_says():
    card = PartyBox(name="Mabille SA", siren="330703844", address=Address(street="4 rue", city="Montbrison"))
    assert drafted({make.CARRIER: card}).carrier == card


def test_site_instructions_stand_with_the_sender_s():
    gate = Site(name="Porte 12", address=Address(city="Rungis"), instructions="Sonner")
    assert drafted(delivery=gate, instructions="Gilet").instructions == "Gilet\nPorte 12 : Sonner"


def test_what_nobody_sees_does_not_come_from_the_order_onto_the_note():
    assert drafted(instructions="Gilet\x07 \u202eobligatoire").instructions == "Gilet   obligatoire"


def test_every_party_sees_the_note_once():
    assert parties_of(make.order(consignee_id=make.SHIPPER)) == [make.SHIPPER, make.CARRIER]


def test_the_verification_page_is_beside_the_public_address():
    assert verification_page("http://localhost:8080") == "http://recipient.localhost:8080/v"
    assert verification_page("https://api.rt-technologie.com") == "https://recipient.rt-technologie.com/v"


@pytest.mark.parametrize(("later", "kept"), [(timedelta(0), True), (timedelta(hours=3), False)])
def test_a_changed_order_keeps_the_times_of_its_tour_while_they_suit_it(later, kept):
    planned = structs.replace(
        make.planned(),
        planned_pickup_at=make.MORNING + timedelta(hours=1),
        planned_delivery_at=make.MORNING + timedelta(hours=9),
    )
    boxes = draft(planned, {})
    windows = {"pickup_from": make.MORNING + later, "pickup_until": make.MORNING + timedelta(hours=5)}
    after = carried_over(boxes, make.order(delivery=make.LYON, **windows), ["stops"])
    assert after.pickup_at == (boxes.pickup_at if kept else windows["pickup_from"])
    assert (after.delivery_at, after.delivery) == (boxes.delivery_at, make.LYON)
