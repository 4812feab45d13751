"""Where people are in a clip, and since when that is not known."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from devices.protocol.sightings import COLOURS, BoxAt, Sighting
from hub.footage.exports.people import NOT_HEARD_US, STILL_THERE_US, People, not_looked_at_s, people_in
from hub.footage.exports.tracks import Box, Course, Track, TrackPoint
from hub.footage.motion_log import STEP_US, UNKNOWN, Shares

AT_US = 1_795_363_200_000_000
KNOWN = Shares(AT_US - AT_US % STEP_US, bytes(10))


def seen(sighting_id: str, from_s: float, until_s: float, *, ended: bool = True) -> Sighting:
    """Somebody who walks to the right, 10 pixels a second of 100."""
    steps = range(round((until_s - from_s) * 5) + 1)
    path = tuple(BoxAt(step * 200, step * 2.0, 20.0, 10.0, 40.0) for step in steps)
    return Sighting(
        sighting_id=sighting_id,
        camera_id="C01",
        started_at_us=AT_US + round(from_s * 1e6),
        ended_at_us=AT_US + round(until_s * 1e6),
        ended=ended,
        frame_width_px=100,
        frame_height_px=100,
        path=path,
        score=0.9,
        picture_jpeg=b"",
        picture_box=path[0],
        upper=(0.0,) * len(COLOURS),
        lower=(0.0,) * len(COLOURS),
        describer="test-1",
        descriptor=b"",
    )


def found_in(seen: Sequence[Sighting], sought: Sequence[str], known: Shares, from_us: int, until_us: int) -> People:
    """Who is in a clip of long ago of which nothing was forgotten."""
    return people_in(seen, sought, known, from_us, until_us, forgotten=(), now_us=AT_US + 86_400_000_000)


def course(*points: tuple[float, float]) -> Course:
    """A box 10 wide and 40 high, of so many seconds and pixels from the left."""
    found = tuple(TrackPoint(round(at_s * 1e6), left / 100, 0.2, left / 100 + 0.1, 0.6) for at_s, left in points)
    return Course(Track(sighting_id="s", points=found), 100, 100)


def test_between_two_looks_a_box_lies_between_and_covers_the_way() -> None:
    way = course((0, 0), (1, 20), (2, 40))
    assert way.seen_at(500_000) == Box(10, 20, 20, 60)
    around = way.may_be_at(500_000)
    assert around is not None
    assert around.left == pytest.approx(0 - 6)
    assert around.right == pytest.approx(30 + 6)
    assert (around.top, around.bottom) == pytest.approx((14, 66))


def test_a_person_may_be_there_a_second_before_the_first_look_and_after_the_last() -> None:
    way = course((10, 50), (11, 60))
    assert way.seen_at(9_500_000) is None
    before, after = way.may_be_at(9_000_000), way.may_be_at(12_000_000)
    assert before is not None
    assert after is not None
    assert before.left <= 40 - 6
    assert after.right >= 80 + 6
    assert way.may_be_at(8_900_000) is None
    assert way.may_be_at(12_100_000) is None


def test_a_path_of_a_single_look_is_known_too() -> None:
    way = course((10, 50))
    assert way.may_be_at(10_500_000) == Box(44, 14, 66, 66)


def test_coarse_paths_of_long_stays_cover_the_way_between_their_looks() -> None:
    around = course((0, 0), (4, 80)).may_be_at(2_000_000)
    assert around is not None
    assert around.left <= 0
    assert around.right >= 90


def test_who_is_sought_is_told_from_all_others() -> None:
    found = found_in([seen("a", 0, 5), seen("b", 1, 5)], ["b"], KNOWN, AT_US, AT_US + 4_000_000)
    assert [track.sighting_id for track in found.others] == ["a"]
    assert [track.sighting_id for track in found.sought] == ["b"]
    assert (found.blind, found.still_in_view) == ((), 0)


def test_of_a_path_that_matters_is_kept_alone() -> None:
    (track,) = found_in([seen("a", -30, 30)], [], KNOWN, AT_US, AT_US + 1_000_000).others
    assert len(track.points) <= 18
    assert track.points[0].at_us <= AT_US - 1_000_000
    assert track.points[-1].at_us >= AT_US + 2_000_000


def test_somebody_who_left_long_before_is_not_in_the_clip() -> None:
    assert found_in([seen("a", -9, -2)], [], KNOWN, AT_US, AT_US + 1_000_000).others == ()


def test_who_is_still_in_view_may_be_anywhere_from_the_last_look_on() -> None:
    until_us = AT_US + 20_000_000
    inside = found_in([seen("a", 0, 1, ended=False)], [], KNOWN, AT_US, until_us)
    assert (inside.blind, inside.still_in_view) == (((AT_US + 1_000_000, until_us),), 1)
    before = found_in([seen("a", -60, -50, ended=False), seen("b", 0, 9, ended=False)], [], KNOWN, AT_US, until_us)
    assert (before.blind, before.still_in_view) == (((AT_US, until_us),), 2)
    long_ago = seen("a", -9, -8, ended=False)
    long_ago = msgspec.structs.replace(long_ago, ended_at_us=AT_US - STILL_THERE_US)
    assert found_in([long_ago], [], KNOWN, AT_US, until_us).blind == ()


def test_who_is_sought_and_still_in_view_hides_nothing() -> None:
    found = found_in([seen("a", 0, 1, ended=False)], ["a"], KNOWN, AT_US, AT_US + 20_000_000)
    assert (found.blind, found.still_in_view) == ((), 0)


def test_time_that_nobody_looked_is_counted() -> None:
    known = Shares(0, bytes([0, UNKNOWN, 200, UNKNOWN]))
    assert not_looked_at_s(known, 5_000_000, 35_000_000) == 15.0
    assert not_looked_at_s(known, 0, 10_000_000) == 0.0


def test_where_sightings_were_deleted_for_their_age_somebody_may_be_anywhere() -> None:
    until_us = AT_US + 20_000_000
    gone = (AT_US - 3_600_000_000, AT_US + 5_000_000 - STILL_THERE_US)
    found = people_in([], [], KNOWN, AT_US, until_us, forgotten=[gone], now_us=AT_US + 86_400_000_000)
    assert (found.blind, found.blind_s) == (((AT_US, AT_US + 5_000_000),), 5.0)


def test_what_workers_have_not_told_of_the_last_minutes_is_not_taken_for_nobody() -> None:
    since_us = AT_US - AT_US % STEP_US
    known, until_us = Shares(since_us, bytes([0, UNKNOWN, 0, UNKNOWN])), since_us + 4 * STEP_US
    for now_us, blind in (
        (until_us, ((since_us + STEP_US, since_us + 2 * STEP_US), (since_us + 3 * STEP_US, until_us))),
        (since_us + 2 * STEP_US + NOT_HEARD_US, ((since_us + 3 * STEP_US, until_us),)),
        (until_us + NOT_HEARD_US, ()),
    ):
        assert people_in([], [], known, since_us, until_us, forgotten=(), now_us=now_us).blind == blind
