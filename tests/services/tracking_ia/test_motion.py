"""Driving told from walking: on tracks made here, and on the real ones of GOAL."""

import random

from benchmarks.stops import by_speed, tracks
from hypothesis import given
from hypothesis import strategies as st
from tests.services.tracking_ia import make

from rt.services.tracking_ia.domain.fences import segments
from rt.services.tracking_ia.domain.motion import driven_fixes, driving

METRE = 1 / 111_195


def walk_and_drive():
    """Five minutes at 9 m/s, five on foot around the van, five at 9 m/s, a fix every five seconds."""
    chance = random.Random(1)
    north, fixes = 45.0, []
    for nth in range(180):
        on_foot = 60 <= nth < 120
        north += (chance.uniform(-6, 6) if on_foot else 45) * METRE
        fixes.append(make.fix(nth / 12, (north, 4.8)))
    return fixes


def test_walking_around_the_van_is_a_stop_of_the_tour():
    cut = segments(walk_and_drive())
    assert [one.stop for one in cut] == [False, True, False]
    assert abs(cut[1].duration.total_seconds() - 300) <= 30


def test_a_van_on_the_road_is_driven_throughout():
    fixes = [make.fix(nth / 12, (45 + 60 * nth * METRE, 4.8)) for nth in range(50)]
    assert all(driven_fixes(fixes))


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), min_size=1, max_size=40))
def test_every_fix_gets_an_answer(places):
    assert len(driving([5.0 * nth for nth in range(len(places))], places)) == len(places)


def test_t_08_it_beats_the_plain_speed_rule_on_tracks_not_learned_from(shared_data):
    scored = tracks(shared_data / "goal" / "trajectories.zip")[1::2]
    right = {
        name: sum(
            said == driven
            for track in scored
            for said, driven in zip(answer(track), track.driven, strict=True)
        )
        for name, answer in (
            ("speed", by_speed),
            ("rt", lambda track: driving(track.times_s, track.places_m)),
        )
    }
    points = sum(len(track.driven) for track in scored)
    assert right["rt"] / points >= 0.915
    assert right["rt"] > right["speed"]
