"""Emissions in words: each figure of the arithmetic is there, in both languages."""

from datetime import date

from rt.contracts.core_orders import EmissionsView
from rt.pages.emissions import Carbon, of_order, of_tour
from rt.trade.emissions import Emissions, Load, Stretch, estimate, of_share, together
from rt.trade.emissions import of_tour as tour_of
from rt.ui.formats import speaking

DAY = date(2026, 11, 29)
TOUR = tour_of(500, [Load("ord_1", 4_000, 120), Load("ord_2", 8_000, 90)], "rigid_19", DAY, basis="net")


def said(emissions: Emissions | None, due: bool = False, language: str = "fr") -> Carbon | None:
    lacking = "" if emissions else "weight"
    with speaking(language):
        return of_order(EmissionsView(order_id="ord_1", emissions=emissions, lacking=lacking, due=due))


def words(carbon: Carbon | None) -> str:
    assert carbon
    return "\n".join([carbon.figure, carbon.kind, *carbon.how]).replace("\u202f", " ").replace("\u00a0", " ")


def test_an_estimate_says_its_product_and_where_each_factor_comes_from():
    found = words(said(estimate(4_000, Stretch(120, "road", "net"), "artic_40", DAY), due=True))
    assert found.startswith("41,6 kg CO2e\nestimation, sans tournée\n")
    assert "4 000 kg × 120 km × 86,7 g CO2e/t.km = 41,6 kg CO2e" in found
    assert "0,342 l/km × 3,17 kg CO2e/l, pour 12,5 t de charge usuelle" in found
    assert "Dont 33 kg CO2e à l'échappement" in found
    assert "art. L. 1431-3" in found


def test_a_share_says_what_the_tour_emits_by_tonne_kilometre_and_not_how_far_it_goes():
    found = words(said(of_share(TOUR, "ord_1")))
    assert found.startswith("171 kg CO2e\npart de la tournée\n")
    assert "4 000 kg × 120 km × 356,6 g CO2e/t.km = 171 kg CO2e" in found
    assert "500" not in found
    assert "L. 1431-3" not in found


def test_a_crossing_is_named_and_a_factor_that_nobody_read_is_said_to_be_so():
    way = Stretch(180, "road", "net", [("calais_dover", 45.0)])
    found = words(said(estimate(10_000, way, "artic_40", DAY)))
    assert "Traversée Calais–Douvres : 45 km × 36,3 g CO2e/t.km = 16,3 kg CO2e · facteur à vérifier" in found


def test_where_no_road_leads_the_distance_is_said_to_be_the_crows_and_legs_are_a_sum():
    crow = estimate(1_000, Stretch(100, "great_circle", "great circle"), "artic_40", DAY)
    assert "à vol d'oiseau" in words(said(crow))
    assert "somme des étapes" in words(said(together({"ord_2": crow, "ord_3": crow})))


def test_what_is_not_known_is_not_shown():
    assert said(None) is None


def test_a_tour_says_its_whole_and_each_part():
    with speaking("fr"):
        found = words(of_tour(TOUR, {"ord_1": "CMD-1"}))
    assert "500 km, trajets à vide compris, × 0,27 l/km × 3,17 kg CO2e/l" in found
    assert "= 428 kg CO2e" in found
    assert "CMD-1 : 4 000 kg × 120 km, soit 480 de 1 200 t.km = 171 kg CO2e" in found
    assert "ord_2" in found


def test_english_is_complete():
    found = words(said(of_share(TOUR, "ord_1"), due=True, language="en"))
    assert "share of the tour" in found
    assert "19 t rigid, groupage" in found
    assert "To be told to the client" in found
