"""Rows of a sheet: every cell one reading or a question, headings in three languages, nothing guessed."""

import contextlib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.core_orders.sheets import ENGLISH, HEAD, csv, judged, line, made, xlsx

from rt.kernel.core.clock import today
from rt.services.core_orders.domain import columns, headings, moments
from rt.services.core_orders.domain.reader import CellWrong, email
from rt.services.core_orders.domain.reading import Judged
from rt.services.core_orders.domain.sheet.cells import Cell

DAY = today() + timedelta(days=40)
SOON = f"{DAY:%Y-%m-%d}"


def goods(read: Judged) -> list[float | None]:
    """The weight of each row, None where it was refused."""
    return [one.asked.goods[0].weight_kg if one.asked else None for one in read.rows]


def english(*rows: str) -> bytes:
    return csv(*rows, head=ENGLISH, separator="|")


def row(weight: str = "5", day: str = SOON, **more: str) -> str:
    code, city = more.get("code", "57000"), more.get("city", "Metz")
    return f"R;Lyon;69007;{day};{city};{code};Vis;{weight};4"


# Headings


def test_headings_are_known_in_three_languages_with_or_without_accents_and_units() -> None:
    known = {
        "N° commande": "reference",
        "Poids brut (kg)": "weight_kg",
        "Poids (t)": "weight_kg",
        "Poids en tonnes": "weight_kg",
        "poids kg": "weight_kg",
        "Weight (lbs)": "weight_kg",
        "Bruttogewicht [kg]": "weight_kg",
        "VILLE DE LIVRAISON": "delivery_city",
        "Ville livraison *": "delivery_city",
        "Date d’enlevement": "pickup_from",
        "Date d'enlèvement (jj/mm/aaaa)": "pickup_from",
        "Delivery City": "delivery_city",
        "weight_kg": "weight_kg",
        "Ladeort": "pickup_city",
        "PLZ Entladung": "delivery_postal_code",
        "Empfänger Land": "delivery_country",
        "Loading town": "pickup_city",
        "PLZ Ladeort": "pickup_postal_code",
        "Zip code delivery": "delivery_postal_code",
        "Livraison – Code postal": "delivery_postal_code",
        "Chiffre d'affaires": None,
        "Prix (TTC)": None,
        "Poids (volumétrique)": None,
        "Date de la facture": None,
        "Enlèvement livraison ville": None,
    }
    for heading, field in known.items():
        assert columns.matched([heading], {})[0].field == field, heading


def test_no_heading_means_two_fields_and_a_field_is_filled_by_one_column() -> None:
    said = {(columns.folded(h), f) for f, hs in headings.HEADINGS.items() for h in hs.split("|")}
    assert len({key for key, _ in said}) == len(said)
    assert [one.field for one in columns.matched(["Poids", "Weight"], {})] == ["weight_kg", None]


@pytest.mark.parametrize(
    ("heading", "weight"),
    [
        ("Poids (t)", 1200),
        ("Poids en tonnes", 1200),
        ("Poids kg", 1.2),
        ("Poids", 1.2),
        ("Weight (lbs)", 0.544310844),
    ],
)
def test_a_unit_in_the_heading_holds_for_the_column_and_one_in_the_cell_for_the_cell(
    heading: str, weight: float
) -> None:
    read = judged(csv(line(weight="1,2"), line("R-2", weight="500 kg"), head=HEAD.replace("Poids", heading)))
    assert goods(read) == [pytest.approx(weight), 500]


def test_an_unknown_unit_is_refused_by_its_name() -> None:
    reasons = made(weight_kg="12 stone").reasons
    assert [(one.field, "stone" in one.fr) for one in reasons] == [("weight_kg", True)]


def test_two_columns_of_one_field_are_asked_about_unless_they_agree() -> None:
    head = f"{HEAD};Weight"
    read = judged(csv(line(weight="5") + ";7", head=head))
    (asked,) = read.questions
    assert (asked.question, [one.value for one in asked.choices]) == ("column:weight_kg", ["Poids", "Weight"])
    assert goods(read) == [None]
    assert goods(judged(csv(line(weight="5") + ";7", head=head), column__weight_kg="Weight")) == [7]
    assert goods(judged(csv(line(weight="5") + ";5", head=head))) == [5]
    assert goods(judged(csv(line(weight="") + ";7", head=head))) == [7]


# Figures


@pytest.mark.parametrize("weight", ["1,250", "1.250", "12,500 kg"])
@pytest.mark.parametrize("make", [csv, english])
def test_a_figure_with_two_readings_is_asked_about_and_answered_once_for_the_column(
    make, weight: str
) -> None:
    content = make(row(weight), row("24,000"))
    read = judged(content)
    assert goods(read) == [None, None]
    assert {one.field for each in read.rows for one in each.reasons} == {"weight_kg"}
    assert all("deux lectures" in one.fr for each in read.rows for one in each.reasons)
    (asked,) = read.questions
    assert (asked.question, asked.rows, {one.value for one in asked.choices}) == (
        "decimal:weight_kg",
        2,
        {",", "."},
    )
    plain = weight.removesuffix(" kg")
    by_comma = judged(content, decimal__weight_kg=",")
    assert goods(by_comma)[0] == float(plain.replace(".", "").replace(",", "."))
    assert goods(by_comma)[1] == 24
    by_point = judged(content, decimal__weight_kg=".")
    assert goods(by_point)[0] == float(plain.replace(",", ""))
    assert goods(by_point)[1] == 24_000
    assert [one.answer for one in by_point.questions] == ["."]


@pytest.mark.parametrize(
    ("other", "weight"),
    [("12,5", 1.25), ("1.234,5", 1.25), ("12.5", 1250), ("1,250.5", 1250), ("1,250,000", 1250)],
)
def test_the_column_or_the_file_shows_how_its_figures_are_written(other: str, weight: float) -> None:
    content = english(row("1,250"), row(other))
    assert goods(judged(content))[0] == weight
    assert judged(content).questions == []
    elsewhere = english(row("1,250") + ";x", f"R;Lyon;69007;{SOON};Metz;57000;Vis;5;4;{other}")
    with_price = elsewhere.replace(b"Pallets", b"Pallets|Price", 1).replace(b"|x", b"|")
    if other != "1,250,000":
        assert goods(judged(with_price))[0] == weight


def test_a_column_that_contradicts_itself_is_asked_about() -> None:
    read = judged(english(row("1,250"), row("12,5"), row("12.5")))
    assert goods(read) == [None, 12.5, 12.5]
    assert len(read.questions) == 1


def test_a_figure_of_a_workbook_has_one_reading() -> None:
    assert goods(
        judged(xlsx(HEAD.split(";"), [*row().split(";")[:7], 1.25, 4], [*row().split(";")[:7], 1250, 4]))
    ) == [1.25, 1250]


@settings(deadline=None)
@given(st.decimals(0, 20_000, places=3), st.sampled_from([",", "."]), st.booleans())
def test_no_weight_is_ever_taken_for_another(weight: Decimal, mark: str, grouped: bool) -> None:
    """However it is written: what comes out is what was meant, or a question."""
    other = "." if mark == "," else ","
    text = f"{weight:{',' if grouped else ''}.3f}".replace(",", "_").replace(".", mark).replace("_", other)
    (found,) = goods(judged(english(row(text))))
    assert found in (None, float(weight))


@pytest.mark.parametrize(
    ("text", "weight"),
    [("1 250", 1250), ("1\u00a0250,5", 1250.5), ("1\u202f250", 1250), ("1'250", 1250), ("1 250 kg", 1250),
     ("1,2 t", 1200),
     ("½", 0.5), ("12,5", 12.5), ("0,250", 0.25)],
)  # fmt: skip
def test_figures_are_read_as_people_write_them(text: str, weight: float) -> None:
    asked = made(weight_kg=text).asked
    assert asked is not None
    assert asked.goods[0].weight_kg == weight


def test_a_count_has_only_whole_readings() -> None:
    asked = made(quantity="1,250").asked
    assert asked is not None
    assert asked.goods[0].quantity == 1250
    assert made(quantity="1,000").asked is None
    assert "deux lectures" in made(quantity="1,000").reasons[0].fr


# Days and hours


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)


YEAR = DAY.year if DAY.month == 1 else DAY.year + 1


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("15/01/{y}", (14, 23, 0), (15, 22, 59)), ("15/01/{y} 8h30", (15, 7, 30), None), ("15.1.{y} 8h",
        (15, 7, 0), None),
        ("{y}-01-15T08:30:00", (15, 7, 30), None), ("{y}-01-15T08:30:00Z", (15, 8, 30), None),
        ("{y}-01-15T08:30:00-05:00", (15, 13, 30), None), ("15 janvier {y} de 8h à 12h", (15, 7, 0),
        (15, 11, 0)),
        ("Jan 15, {y} 8:30 AM", (15, 7, 30), None), ("15. Januar {y} 8 Uhr", (15, 7, 0), None), ("{y}0115",
        (14, 23, 0), (15, 22, 59)),
        ("15/01/{y} 8h-12h", (15, 7, 0), (15, 11, 0)), ("15/01/{y} 08:30-12:00", (15, 7, 30), (15, 11, 0)),
        ("15/01/{y} 22h-6h", (15, 21, 0), (16, 5, 0)), ("15/01/{y} 24h", (15, 22, 59), None),
        ("lundi 15/01/{y} 8h", (15, 7, 0), None),
    ],
)  # fmt: skip
def test_days_and_hours_are_read_as_people_write_them(text: str, start: tuple, end: tuple | None) -> None:
    asked = made(pickup_from=text.format(y=YEAR)).asked
    assert asked is not None
    assert asked.stops[0].from_at == at(YEAR, 1, *start)
    assert asked.stops[0].until_at == (at(YEAR, 1, *end) if end else None)


@pytest.mark.parametrize(
    "text", ["8h-12h", "8-12h", "08:00-12:00", "de 8h à 12h", "8 AM - 12 PM", "8h à midi"]
)
def test_hours_may_have_a_column_of_their_own(text: str) -> None:
    day = f"15/01/{YEAR}"
    for cells in (
        {"pickup_from": day, "pickup_hours": text},
        {"pickup_until": day, "pickup_hours": text},
        {"pickup_from": f"{day} 8h", "pickup_until": "12h"},
    ):
        asked = made(**cells).asked
        assert asked is not None
        assert (asked.stops[0].from_at, asked.stops[0].until_at) == (at(YEAR, 1, 15, 7), at(YEAR, 1, 15, 11))


@pytest.mark.parametrize(
    ("text", "word"),
    [(f"31/02/{YEAR}", "n'existe pas"), ("demain", "date"), ("15/01", "année"), ("46037", "tableur"),
     ("15/01/2004", "trop loin"),
     ("15/01/2222", "trop loin"), (f"15/01/{YEAR} 25h", "heure"), ("8h", "sans date"),
     (f"15/01/{YEAR} 8h 12h 15h", "date")],
)  # fmt: skip
def test_what_is_no_day_that_a_trip_can_be_on_is_refused(text: str, word: str) -> None:
    reasons = made(pickup_from=text).reasons
    assert [one.field for one in reasons] == ["pickup_from"]
    assert word in reasons[0].fr


CHANGE = next(
    d for n in range(366) if (d := today() + timedelta(days=n)).month == 3 and d.day > 24 and d.weekday() == 6
)
"""The next Sunday on which clocks in France go from two to three."""


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"pickup_from": f"{CHANGE:%d/%m/%Y} 02:30"}, "pickup_from"),
        ({"pickup_from": Cell("", "moment", datetime(CHANGE.year, 3, CHANGE.day, 2, 30))}, "pickup_from"),
        ({"delivery_until": f"{CHANGE:%d/%m/%Y} 2h"}, "delivery_until"),
        ({"pickup_from": f"{CHANGE:%d/%m/%Y} 0h-2h45"}, "pickup_from"),
        ({"pickup_from": f"{CHANGE:%d/%m/%Y}", "pickup_hours": "2h30-8h"}, "pickup_hours"),
        ({"delivery_from": f"{CHANGE:%d/%m/%Y} 1h", "delivery_until": "02:30"}, "delivery_until"),
    ],
)  # fmt: skip
def test_an_hour_that_the_clocks_skip_is_refused_by_its_cell(cells: dict, field: str) -> None:
    reasons = made(**cells).reasons
    assert [one.field for one in reasons] == [field]
    assert "n'existe pas" in reasons[0].fr
    assert "forward" in reasons[0].en


def test_an_hour_with_its_offset_is_never_skipped() -> None:
    asked = made(pickup_from=f"{CHANGE:%Y-%m-%d}T02:30:00+01:00").asked
    assert asked is not None
    assert asked.stops[0].from_at == at(CHANGE.year, 3, CHANGE.day, 1, 30)


def test_a_night_in_which_clocks_change_ends_at_the_hour_that_was_written() -> None:
    """22h to 6h: seven hours in March."""
    asked = made(pickup_from=f"{CHANGE - timedelta(days=1):%d/%m/%Y} 22h-6h").asked
    assert asked is not None
    assert asked.stops[0].from_at == at(CHANGE.year, 3, CHANGE.day - 1, 21)
    assert asked.stops[0].until_at == at(CHANGE.year, 3, CHANGE.day, 4)


def both() -> str:
    """A day whose two readings can both be planned."""
    return f"05/04/{today().year + 1}"


def pickups(read: Judged) -> list[date | None]:
    stops = [one.asked.stops[0].until_at if one.asked else None for one in read.rows]
    return [stop.date() if stop else None for stop in stops]


def test_a_day_with_two_readings_is_asked_about_under_english_headings_and_answered_once() -> None:
    read = judged(english(row(day=both())))
    assert pickups(read) == [None]
    (asked,) = read.questions
    assert asked.question == "date:pickup_from"
    year = today().year + 1
    assert pickups(judged(english(row(day=both())), date__pickup_from="day_first")) == [date(year, 4, 5)]
    assert pickups(judged(english(row(day=both())), date__pickup_from="month_first")) == [date(year, 5, 4)]


def test_other_days_of_the_file_or_french_headings_show_which_it_is() -> None:
    year = today().year + 1
    assert pickups(judged(english(row(day=both()), row(day=f"25/04/{year}"))))[0] == date(year, 4, 5)
    assert pickups(judged(english(row(day=both()), row(day=f"04/25/{year}"))))[0] == date(year, 5, 4)
    assert pickups(judged(csv(row(day=both()))))[0] == date(year, 4, 5)


def test_dates_of_a_workbook_have_one_reading_and_a_bare_count_of_days_is_refused() -> None:
    cells = row().split(";")
    as_date = xlsx(ENGLISH.split(";"), [*cells[:3], datetime.combine(DAY, time()), *cells[4:]])
    assert pickups(judged(as_date)) == [DAY]
    (bad,) = judged(xlsx(ENGLISH.split(";"), [*cells[:3], 46_500, *cells[4:]])).rows
    assert [(one.field, "tableur" in one.fr) for one in bad.reasons] == [("pickup_from", True)]


@settings(deadline=None)
@given(
    st.dates(date(2001, 1, 1), date(2098, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]),
)
def test_any_day_written_in_any_usual_way_has_it_among_its_readings(day: date, shape: str) -> None:
    assert moments.spoken(f"{day:{shape}}").day_first == day


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_a_reason(text: str) -> None:
    with contextlib.suppress(moments.MomentUnreadable):
        assert moments.spoken(text).clock is not None


# Places


@pytest.mark.parametrize(
    ("country", "code", "city", "kept"),
    [
        ("BE", "1000", "Bruxelles", ("BE", "1000")), ("Belgique", "1000", "Bruxelles", ("BE", "1000")),
        ("", "B-1000", "Bruxelles", ("BE", "1000")), ("L", "L-1234", "Luxembourg", ("LU", "1234")),
        ("", "F-69000", "Lyon", ("FR", "69000")), ("", "CH 1201", "Genève", ("CH", "1201")), ("NL", "1234ab",
        "Amsterdam", ("NL", "1234 AB")),
        ("UK", "SW1A1AA", "London", ("GB", "SW1A 1AA")), ("PT", "1000-205", "Lisboa", ("PT", "1000-205")),
        ("", "1000", "Bourg-en-Bresse", ("FR", "01000")), ("FR", "1000", "Bourg", ("FR", "01000")), ("D",
        "1067", "Dresden", ("DE", "01067")),
        ("ES", "8001", "Barcelona", ("ES", "08001")), ("Danemark", "2100", "København", ("DK", "2100")),
        ("La Réunion", "97400", "Saint-Denis", ("RE", "97400")), ("", "97400", "Saint-Denis", ("FR",
        "97400")),
        ("", "69439 CEDEX 03", "Lyon", ("FR", "69439")), ("", "", "Lyon", ("FR", "")), ("", "69007",
        "Zone inconnue", ("FR", "69007")),
    ],
)  # fmt: skip
def test_a_postal_code_is_kept_as_its_country_has_it(
    country: str, code: str, city: str, kept: tuple[str, str]
) -> None:
    read = made(delivery_country=country, delivery_postal_code=code, delivery_city=city)
    assert read.asked is not None, read.reasons
    address = read.asked.stops[1].site.address
    assert (address.country, address.postal_code) == kept


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"delivery_postal_code": "1000", "delivery_city": "Bruxelles"}, "delivery_country"),
        ({"delivery_postal_code": "1000", "delivery_city": "Nulle Part"}, "delivery_country"),
        ({"delivery_postal_code": "10115", "delivery_city": "Berlin"}, "delivery_country"),
        ({"delivery_postal_code": "", "delivery_city": "Bruxelles"}, "delivery_country"),
        ({"delivery_postal_code": "1234 AB", "delivery_city": "Amsterdam"}, "delivery_country"),
        ({"delivery_postal_code": "B-1000", "delivery_country": "FR"}, "delivery_postal_code"),
        ({"delivery_postal_code": "690070"}, "delivery_postal_code"),
        ({"delivery_postal_code": "Lyon", "delivery_country": "FR"}, "delivery_postal_code"),
        ({"delivery_country": "Atlantide"}, "delivery_country"), ({"delivery_country": "Congo"},
        "delivery_country"),
        ({"delivery_country": "ZZ"}, "delivery_country"),
    ],
)  # fmt: skip
def test_a_country_that_is_not_said_or_not_known_is_never_guessed(cells: dict, field: str) -> None:
    read = made(**cells)
    assert read.asked is None
    assert {one.field for one in read.reasons} == {field}


def test_the_country_of_places_without_one_is_asked_once_and_so_is_an_unknown_spelling() -> None:
    content = csv(
        row(city="Bruxelles", code="1000"), row(city="Liège", code="4000"), row(city="Lyon", code="69007")
    )
    read = judged(content)
    assert [one.asked is not None for one in read.rows] == [False, False, True]
    (asked,) = read.questions
    assert (asked.question, asked.rows, asked.choices[0].value) == ("country:delivery", 2, "BE")
    answered = judged(content, country__delivery="BE")
    codes = [one.asked.stops[1].site.address.country for one in answered.rows if one.asked]
    assert codes[:2] == ["BE", "BE"]
    spelled = csv(row() + ";Belgicke kralovstvi", head=HEAD + ";Pays livraison")
    (asked,) = judged(spelled).questions
    assert asked.question == "country_is:Belgicke kralovstvi"


# Other cells


@pytest.mark.parametrize(
    "text",
    [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#NOM?",
        "#DIV/0!",
        "#NAME?",
        "#NUL!",
        "#WERT!",
        "#N/D",
        "#¡VALOR!",
        "######",
        "Err:502",
        "#n/a",
    ],
)
@pytest.mark.parametrize("field", ["description", "weight_kg", "delivery_city", "reference", "instructions"])
def test_a_cell_that_was_not_computed_is_refused_whatever_it_fills(text: str, field: str) -> None:
    reasons = made(**{field: text}).reasons
    assert [(one.field, one.value) for one in reasons] == [(field, text)]
    assert "calculer" in reasons[0].fr


@pytest.mark.parametrize("cell", [Cell("1,23E+12"), Cell("04/03/2027", "moment", datetime(2027, 3, 4))])
@pytest.mark.parametrize("field", ["reference", "purchase_order", "pickup_phone"])
def test_a_text_that_the_spreadsheet_made_something_else_of_is_refused(cell: Cell, field: str) -> None:
    reasons = made(**{field: cell}).reasons
    assert [(one.field, "tableur" in one.fr) for one in reasons] == [(field, True)]


@pytest.mark.parametrize("text", ["#12", "Quai #3", "n°5", "N/A-200", "#A5"])
def test_a_sharp_sign_alone_is_no_error(text: str) -> None:
    assert made(description=text).reasons == []


def test_a_formula_without_a_stored_result_is_refused_with_what_to_do() -> None:
    reasons = made(description=Cell("=", "uncomputed")).reasons
    assert [(one.field, "enregistrez" in one.fr) for one in reasons] == [("description", True)]


@pytest.mark.parametrize(
    "text",
    [
        "a@x.example; b@x.example",
        "a@x.example, b@x.example",
        "a@x.example b@x.example",
        "a@x.example/b@x.example",
        "a@x.example\nb@x.example",
    ],
)
def test_several_addresses_in_one_cell_are_refused_by_the_cell(text: str) -> None:
    reasons = made(consignee_email=text).reasons
    assert [(one.field, one.column) for one in reasons] == [("consignee_email", "CONSIGNEE_EMAIL")]
    assert "plusieurs" in reasons[0].fr


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a@x.example", "a@x.example"),
        ("mailto:a@x.example", "a@x.example"),
        ("Jean Dupont <a@x.example>", "a@x.example"),
    ],
)
def test_one_address_is_kept(text: str, address: str) -> None:
    assert email(text) == address


@pytest.mark.parametrize(
    "text",
    ["a@", "@x.example", "a@@x.example", "a@x", "appeler Jean", "a@x.example appeler avant", "a b@x.example"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(CellWrong):
        email(text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("weight_kg", "lourd"), ("weight_kg", "-5"), ("weight_kg", ""), ("quantity", "1,5"), ("quantity",
        "0"),
        ("requirements", "tapis rouge"), ("incoterm", "ABC"), ("buy_price", "-3"), ("package_code",
        "palette"),
        ("delivery_city", ""), ("reference", "x" * 41), ("buy_price", "480 $"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_named_with_its_value_and_the_reason_in_both_languages(
    field: str, text: str
) -> None:
    read = made(**{field: text})
    assert read.asked is None
    assert [(why.field, why.column) for why in read.reasons] == [(field, field.upper())]
    assert read.reasons[0].fr != read.reasons[0].en


def test_a_row_wider_than_its_headings_is_refused_whole() -> None:
    (bad,) = judged(b"Ref,Pickup city,Delivery city,Goods,Weight\nA,Lyon,Metz,Vis,1,250\n").rows
    assert bad.asked is None
    assert "séparateur" in bad.reasons[-1].fr


def test_hidden_rows_wait_for_an_answer() -> None:
    def hide(book) -> None:
        book.active.row_dimensions[3].hidden = True

    cells = row().split(";")
    content = xlsx(HEAD.split(";"), cells, ["R-2", *cells[1:]], shape=hide)
    assert [one.asked is not None for one in judged(content).rows] == [True, False]
    assert [one.question for one in judged(content).questions] == ["hidden_rows"]
    assert [one.asked is not None for one in judged(content, hidden_rows="yes").rows] == [True, True]
    assert len(judged(content, hidden_rows="no").rows) == 1


def test_which_page_was_read_and_what_was_left_aside_is_said() -> None:
    def shape(book) -> None:
        book.create_sheet("Tarifs")
        hidden = book.create_sheet("Archive")
        hidden.sheet_state = "hidden"
        book.active.title = "Commandes"
        book.active.column_dimensions["H"].hidden = True

    notes = [one.fr for one in judged(xlsx(HEAD.split(";"), row().split(";"), shape=shape)).notes]
    assert "« Commandes »" in notes[0]
    assert "Tarifs" in notes[0]
    assert "Archive" in notes[0]
    assert "Poids" in notes[1]
