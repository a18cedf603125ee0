"""The page about growth says what the measurements of today give."""

from benchmarks.growth import BEGIN, END, PAGE, table


def test_the_table_of_growth_is_computed_from_the_benchmarks() -> None:
    """Bring it up to date: python -m benchmarks.growth --write"""
    assert PAGE.read_text().partition(BEGIN)[2].partition(END)[0] == table()
