"""Each person keeps one track; what is no person gets none."""

from __future__ import annotations

import numpy as np

from hub.vision.boxes import Box
from hub.vision.detection.detections import NOBODY, Detections
from hub.vision.tracking.kalman import BoxMotion
from hub.vision.tracking.tracker import Tracker


def _found(*rows: tuple[float, float, float, float, float]) -> Detections:
    """Detections from (left, top, width, height, score)."""
    table = np.array(rows, float).reshape(-1, 5)
    return Detections(table[:, :4], table[:, 4])


def _look(tracker: Tracker, found: Detections, at_s: float, moving: bool = True) -> list[int]:
    """The track number of each detection that was followed, by detection."""
    result = tracker.look(found, np.full(len(found), moving), at_s)
    return [track.number for track, _ in sorted(result.seen, key=lambda pair: pair[1])]


def test_walker_keeps_one_track_at_two_looks_a_second() -> None:
    tracker = Tracker()
    numbers = [_look(tracker, _found((100 + 35 * n, 100, 40, 100, 0.8)), n * 0.5) for n in range(10)]
    assert numbers == [[1]] * 10


def test_two_who_cross_keep_their_tracks() -> None:
    tracker = Tracker()
    for n in range(15):
        left, right = (100 + 20 * n, 100, 40, 100, 0.8), (380 - 20 * n, 104, 40, 100, 0.75)
        rows = [left] if n == 7 else [left, right]  # in the middle the nearer one hides the other
        numbers = _look(tracker, _found(*rows), n * 0.2)
    assert numbers == [1, 2]


def test_hidden_person_is_found_again_within_two_seconds() -> None:
    tracker = Tracker()
    for n in range(6):
        _look(tracker, _found((100 + 12 * n, 100, 40, 100, 0.8)), n * 0.2)
    for n in range(6, 14):
        _look(tracker, NOBODY, n * 0.2)
    assert _look(tracker, _found((100 + 12 * 14, 100, 40, 100, 0.8)), 2.8) == [1]  # 1.8 s after the last sight


def test_half_hidden_person_is_followed_by_doubtful_boxes() -> None:
    tracker = Tracker()
    for n in range(4):
        _look(tracker, _found((100 + 8 * n, 100, 40, 100, 0.8)), n * 0.2)
    assert _look(tracker, _found((132, 100, 40, 100, 0.3)), 0.8) == [1]


def test_doubtful_box_alone_begins_no_track() -> None:
    assert _look(Tracker(), _found((100, 100, 40, 100, 0.35)), 0.0) == []


def test_statue_in_which_nothing_moves_begins_no_track() -> None:
    assert _look(Tracker(), _found((100, 100, 40, 100, 0.55)), 0.0, moving=False) == []


def test_person_who_surely_is_one_is_followed_standing_still() -> None:
    assert _look(Tracker(), _found((100, 100, 40, 100, 0.8)), 0.0, moving=False) == [1]


def test_second_box_on_the_same_person_begins_no_track() -> None:
    tracker = Tracker()
    _look(tracker, _found((100, 100, 40, 100, 0.8)), 0.0)
    _look(tracker, _found((100, 100, 40, 100, 0.8), (106, 104, 42, 98, 0.6)), 0.2)
    assert len(tracker.tracks) == 1


def test_track_ends_once_after_its_person_left() -> None:
    tracker = Tracker()
    for n in range(5):
        _look(tracker, _found((100, 100, 40, 100, 0.8)), n * 0.2)
    ended = [tracker.look(NOBODY, np.zeros(0, bool), at_s).ended for at_s in (1.0, 2.0, 3.0, 4.0, 5.0)]
    assert [len(each) for each in ended] == [0, 0, 1, 0, 0]


def test_person_who_walks_on_unseen_is_expected_further_on() -> None:
    motion = BoxMotion(Box(100, 100, 40, 100))
    for n in range(1, 10):
        motion.advance(0.2)
        motion.correct(Box(100 + 16 * n, 100, 40, 100), 0.8)
    motion.advance(0.4)
    assert abs(motion.box.left - (100 + 16 * 11)) < 8


def test_doubtful_box_moves_the_estimate_less() -> None:
    sure, doubtful = BoxMotion(Box(100, 100, 40, 100)), BoxMotion(Box(100, 100, 40, 100))
    for motion, score in ((sure, 0.9), (doubtful, 0.2)):
        motion.advance(0.2)
        motion.correct(Box(130, 100, 40, 100), score)
    assert sure.box.left > doubtful.box.left


def test_box_is_rather_his_whose_place_is_known_than_anybodys_who_may_be_near() -> None:
    known, hidden = BoxMotion(Box(100, 100, 40, 100)), BoxMotion(Box(100, 100, 40, 100))
    known.advance(0.2)
    hidden.advance(1.5)
    found = Box(120, 100, 40, 100)
    assert known.surprise(found) < hidden.surprise(found)


def test_one_who_enters_where_another_left_is_somebody_else() -> None:
    tracker = Tracker()
    still = np.array([True])
    for n in range(8):  # leaves by the left edge
        left = max(130 - 20 * n, 0)
        tracker.look(_found((left, 100, min(170 - 20 * n, 640) - left, 110, 0.8)), still, n * 0.2, (640, 480))
    numbers = []
    for n in range(8, 14):  # another enters there
        result = tracker.look(_found((0, 95, min(15 + 20 * (n - 8), 40), 108, 0.8)), still, n * 0.2, (640, 480))
        numbers += [track.number for track, _ in result.seen]
    assert numbers[-1] == 2


RED, GREEN = (np.eye(2, dtype=np.float32)[which][None] for which in (0, 1))


def _walk_until_hidden(tracker: Tracker, left: float) -> None:
    still = np.array([True])
    for n in range(6):
        tracker.look(_found((left + 12 * n, 200, 40, 100, 0.8)), still, n * 0.4, (640, 480), colours=RED)
    for n in range(6, 15):
        tracker.look(NOBODY, np.zeros(0, bool), n * 0.4, (640, 480))


def test_person_behind_a_pillar_for_four_seconds_is_known_again() -> None:
    tracker = Tracker()
    _walk_until_hidden(tracker, 200)
    result = tracker.look(_found((330, 200, 40, 100, 0.8)), np.array([True]), 6.0, (640, 480), colours=RED)
    assert [track.number for track, _ in result.seen] == [1]


def test_another_in_other_colours_is_not_the_one_who_was_hidden() -> None:
    tracker = Tracker()
    _walk_until_hidden(tracker, 200)
    result = tracker.look(_found((330, 200, 40, 100, 0.8)), np.array([True]), 6.0, (640, 480), colours=GREEN)
    assert [track.number for track, _ in result.seen] == [2]


def test_who_left_by_the_edge_has_ended_after_two_seconds() -> None:
    tracker = Tracker()
    _walk_until_hidden(tracker, 545)
    assert tracker.tracks == ()


def test_two_who_cross_unseen_are_told_by_their_colours() -> None:
    tracker = Tracker()
    still, both = np.array([True, True]), np.concatenate([RED, GREEN])
    for n in range(5):
        rows = (200 + 10 * n, 200, 40, 100, 0.8), (320 - 10 * n, 202, 40, 100, 0.8)
        tracker.look(_found(*rows), still, n * 0.4, (640, 480), colours=both)
    result = tracker.look(
        _found((268, 200, 40, 100, 0.8), (252, 202, 40, 100, 0.8)), still, 2.8, (640, 480), colours=both
    )
    assert {index: track.number for track, index in result.seen} == {0: 1, 1: 2}


def test_one_of_two_thirds_the_height_in_the_same_place_is_somebody_else() -> None:
    tracker = Tracker()
    for n in range(3):
        _look(tracker, _found((100, 100, 40, 100, 0.8)), n * 0.2)
    assert _look(tracker, _found((100, 117, 40, 66, 0.8)), 1.6) == [2], "though his place is unsure after 1.2 s"


def test_one_of_two_thirds_the_height_is_not_the_one_who_was_hidden() -> None:
    tracker = Tracker()
    _walk_until_hidden(tracker, 200)
    result = tracker.look(_found((330, 234, 27, 66, 0.8)), np.array([True]), 6.0, (640, 480), colours=RED)
    assert [track.number for track, _ in result.seen] == [2]


def test_one_in_only_rather_like_colours_is_not_the_one_who_was_hidden() -> None:
    tracker = Tracker()
    _walk_until_hidden(tracker, 200)
    rather = np.array([[0.93, np.sqrt(1 - 0.93**2)]], np.float32)
    result = tracker.look(_found((330, 200, 40, 100, 0.8)), np.array([True]), 6.0, (640, 480), colours=rather)
    assert [track.number for track, _ in result.seen] == [2]
