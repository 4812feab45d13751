"""From frames to sightings: one a person, told early and at the end, with path, pictures and clothing."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from devices.protocol.sightings import COLOURS, Calibration, Sighting
from hub.footage.sources.frame import Frame, PlainPixels
from hub.vision.boxes import Box, overlap
from hub.vision.description.describer import Describer
from hub.vision.detection.nanodet import NanoDet
from hub.vision.pipeline import Pipeline
from hub.vision.tracking.followed import MOST_PATH_BOXES, Followed
from hub.vision.tracking.track import Track
from tests.vision.drawn import BLUE, RED, Walker, scene, street

STARTED_US = 1_767_225_600_000_000
BACKGROUND = street()
GREEN = (60, 150, 60)


@pytest.fixture(scope="module")
def detector() -> NanoDet:
    return NanoDet()


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer()


def _run(
    pipeline: Pipeline,
    detector: NanoDet,
    walkers: Sequence[Walker],
    seconds: float,
    step_s: float = 0.2,
    look_every_s: float = 0.0,
) -> list[Sighting]:
    """Everything said of a scene, in order; who walks out of the picture is gone.

    ``look_every_s`` sheds looks as a busy machine does.
    """
    said: list[Sighting] = []
    looked_s = -1e9
    for at_s in np.arange(0, seconds, step_s):
        media_us = round(at_s * 1e6)
        frame = Frame(media_us, STARTED_US + media_us, PlainPixels(scene(walkers, at_s, BACKGROUND)))
        look = pipeline.consider(frame)
        if look is not None and at_s - looked_s >= look_every_s - 1e-6:
            looked_s = float(at_s)
            said += pipeline.look(look, detector)
    return said


@pytest.fixture(scope="module")
def passing(detector: NanoDet, describer: Describer) -> list[Sighting]:
    """A man in red and blue walks through in 7 seconds; 5 more pass."""
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    return _run(pipeline, detector, [Walker(-50, 430, 100, 150, RED, BLUE)], 12)


def test_person_is_told_twice_in_view_and_once_at_the_end(passing: list[Sighting]) -> None:
    assert [sighting.ended for sighting in passing] == [False, False, True]
    assert len({sighting.sighting_id for sighting in passing}) == 1


def test_first_word_comes_with_the_second_or_third_look_and_the_next_two_seconds_on(passing: list[Sighting]) -> None:
    first, second, _ = passing
    assert 2 <= sum(at.offset_ms > 0 for at in first.path) <= 3
    assert first.ended_at_us - first.started_at_us <= 0.8e6
    assert 2.0e6 <= second.ended_at_us - second.started_at_us <= 2.5e6


def test_times_are_those_of_the_stream(passing: list[Sighting]) -> None:
    final = passing[-1]
    assert STARTED_US <= final.started_at_us <= STARTED_US + 1_500_000
    assert STARTED_US + 5_500_000 <= final.ended_at_us <= STARTED_US + 7_500_000
    assert final.path[0].offset_ms == 0
    assert final.path[-1].offset_ms * 1000 == final.ended_at_us - final.started_at_us


def test_path_follows_the_person(passing: list[Sighting]) -> None:
    walker, final = Walker(-50, 430, 100, 150), passing[-1]
    begun_s = (final.started_at_us - STARTED_US) / 1e6
    close = []
    for at in final.path:
        true = walker.box(begun_s + at.offset_ms / 1000).clipped(640, 480)
        seen = Box(at.left, at.top, at.width, at.height)
        close.append(float(overlap(np.array([true]), np.array([seen]))[0, 0]))
    assert np.median(close) > 0.7


def test_picture_shows_the_person_with_a_margin(passing: list[Sighting]) -> None:
    final = passing[-1]
    picture = cv2.imdecode(np.frombuffer(final.picture_jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[0] > final.picture_box.height * 1.3
    assert picture[..., 2].max() > 150  # his red top
    assert 0 < final.picture_box.left < 640 - final.picture_box.width


def test_clothing_is_described(passing: list[Sighting]) -> None:
    final = passing[-1]
    assert COLOURS[int(np.argmax(final.upper))] == "red"
    assert COLOURS[int(np.argmax(final.lower))] == "blue"
    assert final.descriptor


def test_two_people_are_two_sightings(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    walkers = [Walker(100, 440, 60, 150), Walker(560, 400, -60, 160, GREEN)]
    _run(pipeline, detector, walkers, 3)
    final = pipeline.finish()
    assert len({sighting.sighting_id for sighting in final}) == 2
    assert all(sighting.ended for sighting in final)


def test_look_shows_its_regions_detections_and_tracks(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    assert pipeline.shown is None
    _run(pipeline, detector, [Walker(100, 440, 60, 150)], 0.8)
    shown = pipeline.shown
    assert shown is not None
    assert shown.wall_us == STARTED_US + 600_000
    assert [(track.number, track.seen_now) for track in shown.tracks] == [(1, True)]
    assert len(shown.detections) >= 1
    region = shown.regions[0]  # the first look is at the whole picture, the next at whom it found
    assert region.left < 136 < region.left + region.width < 640


def test_broken_stream_gives_the_last_word_on_who_was_in_view(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    early = _run(pipeline, detector, [Walker(100, 440, 60, 150)], 2)
    assert [(s.sighting_id, s.ended) for s in pipeline.finish()] == [(early[0].sighting_id, True)]
    assert pipeline.finish() == []


def test_glimpse_of_one_look_is_no_sighting(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    _run(pipeline, detector, [Walker(300, 440, 60, 150)], 0.2)
    assert pipeline.finish() == []


def test_walkers_looked_at_once_a_second_keep_their_sightings(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    walkers = [Walker(-50, 430, 100, 150, RED, BLUE), Walker(690, 455, -110, 160, GREEN, BLUE)]
    said = _run(pipeline, detector, walkers, 9, look_every_s=1.0) + pipeline.finish()
    ended = [sighting for sighting in said if sighting.ended]
    assert len(ended) == 2
    assert all(sighting.ended_at_us - sighting.started_at_us >= 3_000_000 for sighting in ended)
    assert {COLOURS[int(np.argmax(sighting.upper))] for sighting in ended} == {"red", "green"}


def test_person_who_stops_stays_one_sighting(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    said = _run(pipeline, detector, [Walker(300, 440, 0, 150)], 20, step_s=0.5)
    said += pipeline.finish()
    assert [sighting.ended for sighting in said] == [False, False, True]
    assert said[-1].ended_at_us - said[-1].started_at_us > 18_000_000


def test_long_stay_becomes_several_sightings(detector: NanoDet, describer: Describer) -> None:
    pipeline = Pipeline("C01", describer, looks_per_s=5, longest_sighting_s=4.0)
    said = _run(pipeline, detector, [Walker(300, 440, 0, 150)], 7, step_s=0.5)
    said += pipeline.finish()
    first, second = (sighting for sighting in said if sighting.ended)
    assert first.sighting_id != second.sighting_id
    assert 0 < second.started_at_us - first.ended_at_us <= 1_000_000


def test_long_path_is_told_more_coarsely_and_whole() -> None:
    track = Track(1, Box(300, 290, 63, 150), 0.8, 0.0)
    followed = Followed("C01", track, STARTED_US, 0.0, 0.0)
    for number in range(2000):
        track.see(Box(300, 290, 63, 150), 0.8, float(number))
        followed.see(BACKGROUND, track.box, 0.8, 0.0, float(number))
    sighting = followed.sighting(Describer(), None, (640, 480), ended=True)
    assert sighting is not None
    offsets_s = [at.offset_ms / 1000 for at in sighting.path]
    assert MOST_PATH_BOXES / 2 <= len(offsets_s) <= MOST_PATH_BOXES
    assert offsets_s[0] == 0
    assert offsets_s[-1] > 1990
    assert set(np.diff(offsets_s)) == {4.0}


def test_same_recording_gives_the_same_sightings_again(detector: NanoDet, describer: Describer) -> None:
    def run() -> list[str]:
        pipeline = Pipeline("C01", describer, looks_per_s=5)
        _run(pipeline, detector, [Walker(100, 440, 60, 150)], 2)
        return [sighting.sighting_id for sighting in pipeline.finish()]

    assert run() == run()


def test_height_is_told_where_the_camera_is_calibrated(detector: NanoDet, describer: Describer) -> None:
    level = Calibration(
        width_px=640, height_px=480, focal_px=600, center_x_px=320, center_y_px=290,
        camera_height_m=1.7, tilt_deg=0, heading_deg=0, latitude=25.1, longitude=105.47,
    )  # fmt: skip
    pipeline = Pipeline("C01", describer, looks_per_s=5, calibration=level)
    # eyes level with the horizon: a man 1.7 m tall ends at the horizon (row 290) wherever he stands
    _run(pipeline, detector, [Walker(100, 440, 60, 150)], 3)
    final = pipeline.finish()[0]
    assert final.height_m == pytest.approx(1.7, abs=0.12)
    assert final.height_error_m is not None
    assert final.child is not None
    assert final.child < 0.3
