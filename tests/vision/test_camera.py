"""One camera's thread."""

from __future__ import annotations

import threading
from pathlib import Path

from devices.protocol.clock import SystemClock
from devices.protocol.messages import Stamp
from devices.protocol.sightings import CameraAssignment, CameraCondition
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.describer import Describer
from hub.vision.scheduler import LookScheduler

STAMP = Stamp(boot_id=1, sequence=1, monotonic_us=0, wall_us=0)


def test_recording_that_cannot_be_read_is_not_tried_again(tmp_path: Path) -> None:
    scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
    assignment = CameraAssignment(camera_id="letter", url=str(tmp_path / "letter.mp4"), recording=True, started_at_us=0)
    camera = AssignedCamera(assignment, scheduler, Describer(), clock=SystemClock())
    camera.start()
    camera.join(10.0)
    assert "camera letter" not in [thread.name for thread in threading.enumerate()]
    assert camera.state(STAMP).condition is CameraCondition.UNREADABLE
