"""Bars of a Gantt chart: where they lie, what they are called, and which of them the keyboard reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from rt.ui.formats import span
from rt.ui.gantt import bars

DAWN = datetime(2026, 6, 2, 4, tzinfo=UTC)
DUSK = DAWN + timedelta(hours=10)


def bar(begins, ends, **more):
    given = {"label": "", "tone": "", "href": ""} | more
    return {"start": DAWN + timedelta(hours=begins), "end": DAWN + timedelta(hours=ends), **given}


def test_a_bar_lies_where_its_hours_are_and_is_called_by_them():
    drawn = bars(DAWN, DUSK)([bar(2, 5, label="Dijon")])
    assert '<svg x="20.00%" width="30.00%" class="bar-note"' in drawn
    assert f"<title>Dijon, {span(DAWN + timedelta(hours=2), DAWN + timedelta(hours=5))}</title>" in drawn


@pytest.mark.parametrize(
    ("begins", "ends", "place"), [(-3, 1, (0, 10)), (8, 14, (80, 20)), (-1, 12, (0, 100))]
)
def test_what_reaches_beyond_the_chart_is_cut_at_its_edge(begins, ends, place):
    x, width = place
    assert f'x="{x:.2f}%" width="{width:.2f}%"' in bars(DAWN, DUSK)([bar(begins, ends)])


@pytest.mark.parametrize(("begins", "ends"), [(-3, 0), (10, 12), (4, 4)])
def test_what_lies_outside_is_not_drawn(begins, ends):
    assert bars(DAWN, DUSK)([bar(begins, ends)]) == ""


def test_names_are_escaped_wherever_they_stand():
    drawn = bars(DAWN, DUSK)([bar(1, 2, label="<1>", name='"Quai" <b>', href='/t?"')])
    for broken in ("<b>", "<1>", '"Quai"', '/t?""'):
        assert broken not in drawn


def test_the_keyboard_reaches_a_tour_once():
    whole = bar(1, 9, name="Karim, 2 arrêts", href="/tours/1", whole=True)
    stops = [bar(n, n + 1, label=str(n), name=f"{n}. Lyon", href="/tours/1") for n in (1, 2)]
    drawn = bars(DAWN, DUSK)([whole, *stops])
    assert (drawn.count("<a "), drawn.count('tabindex="-1"')) == (3, 2)
    assert drawn.index('tabindex="-1"') > drawn.index("Karim")
