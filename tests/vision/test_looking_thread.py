"""The looking thread keeps to its share of a core, whatever becomes of a look."""

from __future__ import annotations

import pytest

from devices.protocol.clock import SystemClock
from devices.protocol.sightings import CameraAssignment, Sighting
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.describer import Describer
from hub.vision.detection.choice import open_detector
from hub.vision.looking_thread import LookingThread
from hub.vision.pipeline import Pipeline
from hub.vision.rest import Rest


class BrokenCamera(AssignedCamera):
    """A camera no look at which succeeds."""

    def take(self, *_: object) -> list[Sighting]:
        raise ArithmeticError("a detector that gives nonsense")


def test_looks_that_fail_owe_their_rest_as_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    owed: list[float] = []

    class Noted(Rest):
        def after(self, busy_s: float) -> float:
            owed.append(busy_s)
            return super().after(busy_s)

    monkeypatch.setattr("hub.vision.looking_thread.Rest", Noted)
    looking = LookingThread(open_detector(), lambda _sighting: None, 10.0)
    assignment = CameraAssignment(camera_id="gate", url="rtsp://127.0.0.1:9/")
    for _ in range(3):
        camera = BrokenCamera(assignment, looking.scheduler, Describer(), clock=SystemClock())
        looking.scheduler.offer(camera, Work(Pipeline("gate", Describer(), looks_per_s=5.0), None))
    looking.start()
    looking.stop(20.0)
    assert len(owed) == 3
    assert min(owed) > 0
