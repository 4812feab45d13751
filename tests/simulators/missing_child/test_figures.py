"""Many seeds' figures: medians of what happened, and in how many it did."""

from __future__ import annotations

import msgspec

from simulators.missing_child.figures import Run, series_of

FOUND = Run(
    seed=1,
    without_search=False,
    cameras_off_line=(),
    found=True,
    first_hit_s=0.2,
    first_right_hit_s=0.2,
    first_confirmed_s=4.0,
    first_venue_alerted_s=0.1,
    seen_s=30.0,
    known_s=4.0,
    found_s=60.0,
    verified_s=75.0,
    venues_alerted=20,
    alerts_shown=20,
    venues_that_could_see=4,
    wrong_reports=1,
    false_alarms=0.05,
    hits_looked_at=10,
    hits_right=4,
    wrong_confirmed=0,
    cameras_passed=3,
    cameras_with_hit=3,
    looks_shed_share=0.0,
    walked_m=70.0,
    seconds=150.0,
)
NOT_FOUND = msgspec.structs.replace(
    FOUND, found=False, seen_s=None, found_s=None, verified_s=None, first_hit_s=0.4, wrong_reports=0, false_alarms=0.0
)


def test_medians_are_of_those_where_it_happened() -> None:
    series = series_of([FOUND, NOT_FOUND], failed=1)
    assert (series.runs, series.failed, series.found, series.found_share) == (2, 1, 1, 0.5)
    assert series.medians["found_s"] == 60.0
    assert series.medians["first_hit_s"] == 0.3
    assert series.happened["found_s"] == 1
    assert series.happened["first_hit_s"] == 2
    assert series.false_alarms_mean == 0.025


def test_no_run_at_all_is_no_number() -> None:
    series = series_of([], failed=2)
    assert (series.runs, series.failed, series.found_share) == (0, 2, 0.0)
    assert set(series.medians.values()) == {None}
