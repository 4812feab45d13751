"""Where he may be now: farther each minute, not where a camera would have seen him, and first at the next cameras."""

from __future__ import annotations

import pytest

from hub.sightings.path.pace import CHILD
from hub.sightings.path.reach import Reach, reach
from tests.sightings.path.street import ALWAYS, BEGAN_S, street


def after(minutes: float, **blind: object) -> Reach:
    """Last seen at C5, in the middle of the street where another street begins."""
    return reach(street(**blind), "C5", BEGAN_S, BEGAN_S + minutes * 60, CHILD, 0.95)  # type: ignore[arg-type]


def share(found: Reach, east_from: float, east_to: float) -> float:
    return sum(
        one.probability
        for one in found.stretches
        if east_from <= min(one.begin_m[0], one.end_m[0]) and max(one.begin_m[0], one.end_m[0]) <= east_to
    )


def test_reach_grows_at_the_fastest_pace_and_is_never_left() -> None:
    assert after(1).farthest_m == pytest.approx(4.0 * 60 + 5)
    assert after(2).farthest_m == pytest.approx(4.0 * 120 + 5)
    assert all(one.walk_m <= after(1).farthest_m + 500 for one in after(1).stretches)
    assert sum(one.probability for one in after(5).stretches) == pytest.approx(1)


def test_he_is_rather_where_no_camera_would_have_seen_him() -> None:
    found = after(4)
    north = sum(one.probability for one in found.stretches if max(one.begin_m[1], one.end_m[1]) > 0)
    assert north > 0.7
    assert share(found, 0, 400) + share(found, 600, 1000) < 0.05


def test_cameras_off_line_say_nothing_about_where_he_went() -> None:
    watched, unwatched = after(4), after(4, **{f"C{n}": ALWAYS for n in range(6, 11)})
    assert share(unwatched, 600, 1000) > share(watched, 600, 1000) + 0.2


def test_next_cameras_are_those_that_no_other_guards_with_when_he_comes() -> None:
    found = {one.camera_id: one for one in after(0.2).cameras}
    assert set(found) == {"C4", "C6"}
    assert found["C4"].probability == pytest.approx(0.5)
    assert found["C4"].earliest_s == pytest.approx(BEGAN_S + 90 / 4)
    assert BEGAN_S + 60 < found["C4"].likely_s < BEGAN_S + 150


def test_a_camera_off_line_is_not_waited_at_but_the_one_behind_it_is() -> None:
    assert {one.camera_id for one in after(0.2, C6=ALWAYS).cameras} == {"C4", "C7"}


def test_the_longer_nobody_sees_him_the_later_he_is_expected() -> None:
    soon, late = (next(one for one in after(m).cameras if one.camera_id == "C4") for m in (0.5, 30))
    assert late.likely_s > soon.likely_s + 1700
    assert late.earliest_s >= BEGAN_S + 1800
