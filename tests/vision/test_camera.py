"""One camera's thread."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from devices.protocol.clock import SystemClock
from devices.protocol.messages import Stamp
from devices.protocol.sightings import CameraAssignment, CameraCondition, PictureCondition
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.describer import Describer
from hub.vision.scheduler import LookScheduler
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import until
from tests.vision.drawn import Walker, film, street

STAMP = Stamp(boot_id=1, sequence=1, monotonic_us=0, wall_us=0)


def test_recording_that_cannot_be_read_is_not_tried_again(tmp_path: Path) -> None:
    scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
    assignment = CameraAssignment(camera_id="letter", url=str(tmp_path / "letter.mp4"), recording=True, started_at_us=0)
    camera = AssignedCamera(assignment, scheduler, Describer(), clock=SystemClock())
    camera.start()
    camera.join(10.0)
    assert "camera letter" not in [thread.name for thread in threading.enumerate()]
    assert camera.state(STAMP).condition is CameraCondition.UNREADABLE


async def test_live_camera_that_looks_elsewhere_than_where_it_was_calibrated_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PICTURE_TOLD_AFTER_S", 0.3), ("EVERY_S", 0.1), ("FIT_EVERY_S", 0.1)):
        monkeypatch.setattr(f"hub.vision.picture_condition.{name}", value)
    tape = read_tape(film(tmp_path / "gate.mp4", [Walker(40, 430, 130, 150)], seconds=3))
    view, elsewhere = street(), np.roll(street(), 60, axis=1)
    cv2.imwrite(str(tmp_path / "view.jpg"), view)
    cv2.imwrite(str(tmp_path / "elsewhere.jpg"), elsewhere)
    scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
    async with CameraServer({"gate": tape}, SystemClock(), random.Random(1)) as server:
        cameras = [
            AssignedCamera(
                CameraAssignment(camera_id=name, url=server.url("gate"), view_file=str(tmp_path / f"{name}.jpg")),
                scheduler,
                Describer(),
                clock=SystemClock(),
            )
            for name in ("view", "elsewhere")
        ]
        for camera in cameras:
            camera.start()
        await until(lambda: cameras[1].state(STAMP).picture is PictureCondition.MOVED, "moved")
        await until(lambda: cameras[0].state(STAMP).watched_ms > 1500, "the other is watched as long")
        assert cameras[0].state(STAMP).picture is PictureCondition.CLEAR
        assert cameras[0].state(STAMP).moving_ms > 0
        for camera in cameras:
            camera.stop()
        scheduler.close()
