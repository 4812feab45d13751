"""What a worker on another machine could not see is told with a search, also after the hub was started again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from devices.link import Link
from devices.protocol.clock import SystemClock
from devices.protocol.sightings import PictureCondition
from devices.protocol.topics import DeviceKind
from hub.app import Hub
from hub.registry.records import Camera
from hub.tasks import end_tasks
from hub.vision.camera_worker import Worker
from hub.vision.description.describer import Describer
from hub.vision.detection.choice import AUTO, open_detector
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import until
from tests.hub import open_console, open_hub
from tests.vision.drawn import Walker, film, film_of

QUERY = {"description": {"upper": ["red"]}}


@asynccontextmanager
async def worker_at(hub: Hub, folder: Path) -> AsyncIterator[None]:
    """A worker on another machine, but for its process."""
    clock = SystemClock()
    link = Link(await hub.enrolment.issue(DeviceKind.WORKER, "east"), clock=clock, software="worker", store_dir=folder)
    worker = Worker(
        *(link, open_detector(AUTO), Describer()), clock=clock, weight=1.0, beat=None, looking_still_after_s=60.0
    )
    working = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        await end_tasks(working)


async def coverage(officer: httpx.AsyncClient) -> dict[str, Any]:
    opened = await officer.post("/api/cases", json={"title": "六岁女孩走失", "purpose": "寻找走失儿童"})
    found = await officer.post(f"/api/cases/{opened.json()['case_id']}/search", json=QUERY)
    answer: dict[str, Any] = found.json()["coverage"]
    return answer


async def test_a_covered_camera_and_one_for_which_there_was_no_time_are_told_with_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.vision.workers.is_anywhere", lambda _camera: True)  # the cameras are played here
    monkeypatch.setattr("hub.vision.picture_condition.PICTURE_TOLD_AFTER_S", 0.3)
    monkeypatch.setattr("hub.vision.picture_condition.EVERY_S", 0.1)
    monkeypatch.setattr("hub.vision.camera_worker.STATE_INTERVAL_S", 0.2)
    monkeypatch.setattr("hub.vision.looking_thread.BUSY_SHARE", 0.04)  # a machine that is much too slow
    tapes = {
        "gate": read_tape(film(tmp_path / "gate.mp4", [Walker(40, 430, 130, 150)], seconds=4)),
        "yard": read_tape(film_of(tmp_path / "yard.mp4", [covered()] * 40)),
    }
    async with CameraServer(tapes, SystemClock(), random.Random(1)) as cameras:
        async with open_hub(tmp_path / "hub") as hub, worker_at(hub, tmp_path / "east"):
            for camera_id, stream in (("C01", "gate"), ("C02", "yard")):
                await hub.vision.put_camera(Camera(camera_id=camera_id, name="门口", url=cameras.url(stream)))
            await until(lambda: hub.vision.view("C02").picture is PictureCondition.COVERED, "covered", 20.0)
            await until(lambda: hub.vision.view("C01").frames_shed > 11, "no time for it", 20.0)
            async with open_console(hub) as officer:
                then = await coverage(officer)
        async with open_hub(tmp_path / "hub") as hub, open_console(hub) as officer:
            later = await coverage(officer)
    for told in (then, later):
        assert [(one["camera_id"], one["picture"]) for one in told["cameras_unclear"]] == [("C02", "covered")]
        assert [one["camera_id"] for one in told["cameras_shed"]] == ["C01"]
        assert told["cameras_shed"][0]["share"] > 0.5
        assert 0.3 < told["looks_shed_share"] <= told["cameras_shed"][0]["share"]
    assert [then["cameras_unclear"][0]["is_now"], later["cameras_unclear"][0]["is_now"]] == [True, False]
    assert {one["camera_id"] for one in later["cameras_off_line"]} == {"C01", "C02"}


def covered() -> NDArray[np.uint8]:
    """A hand before the lens."""
    return np.full((480, 640, 3), 118, np.uint8)
