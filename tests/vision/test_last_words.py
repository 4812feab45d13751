"""Nobody's word is lost for another's sake, and what was not looked at is not counted as looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from devices.protocol.clock import ManualClock
from devices.protocol.messages import Stamp
from devices.protocol.sightings import CameraAssignment, Sighting
from hub.footage.sources.frame import Frame, PlainPixels
from hub.vision.boxes import Box
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.describer import Appearance, Describer
from hub.vision.description.view import View
from hub.vision.detection.detections import Detections, Region
from hub.vision.pipeline import Look, Pipeline
from hub.vision.scheduler import LookScheduler
from hub.vision.shown import LookShower
from tests.vision.drawn import street

BACKGROUND = street(480, 360)
STAMP = Stamp(boot_id=1, sequence=1, monotonic_us=0, wall_us=0)
LEFT, RIGHT = Box(100, 150, 60, 160), Box(340, 150, 60, 160)


class Present:
    """A detector that finds whom it is told."""

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes

    def enough_height_px(self, size_px: tuple[int, int]) -> float:
        return 1e9

    def detect(self, picture: NDArray[np.uint8], regions: Sequence[Region] | None = None) -> Detections:
        return Detections(np.array(self.boxes, float).reshape(-1, 4), np.full(len(self.boxes), 0.9))


class FailsOnce(Describer):
    """A describer to whom one person's picture is too much."""

    failed = False

    def describe(self, views: Sequence[View]) -> Appearance:
        if not self.failed:
            self.failed = True
            raise ValueError("cannot convert float NaN to integer")
        return super().describe(views)


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer()


def _look(pipeline: Pipeline, *boxes: Box, at_s: float) -> Look | None:
    """What the pipeline makes of a picture of whoever stands there and moves his arms."""
    picture = BACKGROUND.copy()
    for left, top, width, height in boxes:
        aside = round(at_s * 10) % 4 * 4
        cv2.rectangle(picture, (int(left) + aside, int(top), int(width) - aside, int(height)), (20, 20, 200), -1)
    at_us = round(at_s * 1e6)
    return pipeline.consider(Frame(at_us, at_us, PlainPixels(picture)))


def test_long_stay_that_ends_unseen_takes_nobody_elses_last_word(describer: Describer) -> None:
    pipeline, both = Pipeline("C01", describer, looks_per_s=5, longest_sighting_s=3.0), Present(LEFT)
    said: list[Sighting] = []
    for number in range(60):
        # the other comes shortly before the first is told of whole, and then both leave
        told = any(one.ended for one in said)
        both.boxes = () if told else (LEFT,) if number < 10 else (LEFT, RIGHT)
        if (look := _look(pipeline, *both.boxes, at_s=number * 0.2)) is not None:
            said += pipeline.look(look, both)
    assert len({one.sighting_id for one in said if one.ended}) == 2
    assert pipeline.finish() == []


def test_person_who_cannot_be_described_takes_nobody_elses_last_word(caplog: pytest.LogCaptureFixture) -> None:
    describer, both = FailsOnce(), Present(LEFT, RIGHT)
    describer.failed = True  # not yet
    pipeline = Pipeline("C01", describer, looks_per_s=5)
    looks = [_look(pipeline, LEFT, RIGHT, at_s=at_s) for at_s in (0.0, 0.3, 0.6)]
    first = [said for look in looks if look is not None for said in pipeline.look(look, both)]
    assert [one.ended for one in first] == [False, False]
    describer.failed = False
    (last,) = pipeline.finish()
    assert last.ended
    assert "what was seen of a person is left out" in caplog.text


def _camera(describer: Describer, clock: ManualClock, shower: LookShower | None = None) -> AssignedCamera:
    assignment = CameraAssignment(camera_id="C01", url="rtsp://10.0.0.9/gate")
    scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
    return AssignedCamera(assignment, scheduler, describer, clock=clock, shower=shower)


def test_look_that_cannot_be_shown_is_told_all_the_same(describer: Describer) -> None:
    loop, clock = asyncio.new_event_loop(), ManualClock()
    loop.close()
    shower = LookShower(clock, lambda build: loop.call_soon_threadsafe(build, STAMP) and None)
    shower.ask(["C01"])
    camera, pipeline = _camera(describer, clock, shower), Pipeline("C01", describer, looks_per_s=5)
    said: list[Sighting] = []
    for number in range(20):
        if (look := _look(pipeline, LEFT, at_s=number * 0.2)) is not None:
            said += camera.take(Work(pipeline, look), Present(LEFT))
    assert [one.ended for one in said] == [False, False]


def test_picture_with_nothing_left_to_look_at_is_not_counted_as_looked_at(describer: Describer) -> None:
    camera = _camera(describer, ManualClock())
    pipeline = Pipeline("C01", describer, looks_per_s=5, calls_per_s=0.5)
    # the second is found worth a look before the first is looked at, whose cost then leaves too little for it
    looks = [_look(pipeline, at_s=at_s) for at_s in (0.0, 0.2)]
    assert None not in looks
    for look in looks:
        camera.take(Work(pipeline, look), Present())
    state = camera.state(STAMP)
    assert (state.frames_looked_at, sum(state.look_delays)) == (1, 1)
