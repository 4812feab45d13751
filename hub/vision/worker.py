"""A vision worker: a process that looks at the cameras it is given and says what it sees.

Run as ``python -m hub.vision.worker --store DIR``; its credential, as JSON, comes in the environment as
QIANSHAO_CREDENTIAL, since command lines are public. It ends when its parent does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from devices.link import Credential, CredentialError, Link
from devices.protocol import messages
from devices.protocol.clock import Clock, SystemClock
from devices.protocol.messages import Message, Stamp
from devices.protocol.seal import SealError
from devices.protocol.shown_looks import ShowLooks, ShownLook
from devices.protocol.sightings import Assign, CameraAssignment, CameraState, Sighting, SightingMessage
from devices.protocol.topics import Down, TopicError, Up
from hub.footage.sources.frames import Patience
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.describer import Describer
from hub.vision.detection.detections import Detector, DetectorError
from hub.vision.detection.detector import MODEL, PersonDetector
from hub.vision.scheduler import LookScheduler
from hub.vision.shown import LookShower

_log = logging.getLogger(__name__)

NICENESS = 10
STATE_TURN_S = 1.0
STATE_INTERVAL_S = 5.0
BUSY_SHARE = 0.6
"""The share of a core that looking at live cameras may take, decoding aside; what does not fit in is shed."""
MOST_UNCONFIRMED = 500
"""With more sightings on the way, recordings wait."""
_STOP_WITHIN_S = 2.0


class Worker:
    """Cameras, one looking thread, and the line to the hub."""

    def __init__(
        self,
        link: Link,
        detector: Detector,
        describer: Describer,
        *,
        clock: Clock,
        patience: Patience | None = None,
    ) -> None:
        self._link = link
        self._detector = detector
        self._describer = describer
        self._clock = clock
        self._patience = patience
        self._scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
        self._cameras: dict[str, AssignedCamera] = {}
        self._told: dict[str, tuple[CameraState, int]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._shower = LookShower(clock, self._show_soon)
        self._looking = threading.Thread(target=self._look_on, name="looking", daemon=True)
        link.on(Down.ASSIGN, self._hear_assign)
        link.on(Down.SHOW_LOOKS, lambda payload: self._shower.ask(messages.decode(payload, ShowLooks).camera_ids))
        link.on_connection_change = lambda _connected: self._told.clear()

    async def run(self) -> None:
        """Work until cancelled; then every camera's persons get their last word."""
        self._loop = asyncio.get_running_loop()
        self._looking.start()
        line = asyncio.create_task(self._link.run())
        try:
            while not line.done():
                self._tell_states()
                await asyncio.sleep(STATE_TURN_S)
            line.result()
        finally:
            await asyncio.to_thread(self._stop_cameras)
            await asyncio.sleep(0)  # the last sightings, handed over by the looking thread, go out
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)

    def _stop_cameras(self) -> None:
        deadline_s = time.monotonic() + _STOP_WITHIN_S
        for camera in self._cameras.values():
            camera.stop()
        for camera in self._cameras.values():
            camera.join(max(0.0, deadline_s - time.monotonic()))
        self._scheduler.close()
        self._looking.join(_STOP_WITHIN_S)

    def _hear_assign(self, payload: bytes) -> None:
        wanted = {camera.camera_id: camera for camera in messages.decode(payload, Assign).cameras}
        for camera_id, camera in list(self._cameras.items()):
            if wanted.get(camera_id) != camera.assignment:
                camera.stop()
                del self._cameras[camera_id]
                self._told.pop(camera_id, None)
        for camera_id, assignment in wanted.items():
            if camera_id not in self._cameras:
                self._cameras[camera_id] = self._begin(assignment)
        self._tell_states()

    def _begin(self, assignment: CameraAssignment) -> AssignedCamera:
        camera = AssignedCamera(
            assignment,
            self._scheduler,
            self._describer,
            clock=self._clock,
            patience=self._patience,
            may_go_on=lambda: self._link.unconfirmed < MOST_UNCONFIRMED,
            shower=self._shower,
        )
        camera.start()
        return camera

    def _tell_states(self) -> None:
        """Say how cameras stand: at once when something turned, otherwise every STATE_INTERVAL_S."""
        now_us = self._clock.monotonic_us()
        for camera_id, camera in self._cameras.items():
            before, told_us = self._told.get(camera_id, (None, 0))
            state = camera.state(self._link.stamp())
            turned = before is None or _told(before) != _told(state)
            due = turned or now_us - told_us >= STATE_INTERVAL_S * 1e6
            if due and self._link.connected and self._link.publish(Up.CAMERA_STATE, state):
                self._told[camera_id] = (state, now_us)

    def _look_on(self) -> None:
        """The looking thread: each camera's turn, until the scheduler is closed."""
        while (turn := self._scheduler.take()) is not None:
            camera, work = turn
            began_s = time.thread_time()
            try:
                said = camera.take(work, self._detector)
            except Exception:
                _log.exception("camera %s: a look failed and is left out", camera.assignment.camera_id)
                continue
            for sighting in said:
                assert self._loop is not None
                self._loop.call_soon_threadsafe(self._send, sighting)
            if not camera.assignment.recording:
                time.sleep((time.thread_time() - began_s) * (1 / BUSY_SHARE - 1))

    def _show_soon(self, build: Callable[[Stamp], ShownLook]) -> None:
        """Send a look, from whichever thread; without a line nobody misses it."""

        def show() -> None:
            if self._link.connected:
                self._link.publish(Up.SHOWN_LOOK, build(self._link.stamp()))

        assert self._loop is not None
        self._loop.call_soon_threadsafe(show)

    def _send(self, sighting: Sighting) -> None:
        def build(stamp: Stamp, message_id: str) -> Message:
            return SightingMessage(stamp=stamp, message_id=message_id, sighting=sighting)

        try:
            self._link.send_reliably(Up.SIGHTING, build)
        except ValueError as error:
            _log.error("sighting %s of camera %s: %s", sighting.sighting_id, sighting.camera_id, error)


def _told(state: CameraState) -> tuple[object, ...]:
    """What is said at once when it turns."""
    return state.condition, state.detail, state.progress, state.picture


async def work(worker: Worker) -> None:
    """Run until SIGTERM, SIGINT or the parent's end."""
    parent = os.getppid()
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_end.set)
    running = asyncio.create_task(worker.run())
    while not running.done() and not asked_to_end.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STATE_TURN_S):
                await asked_to_end.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _give_way() -> None:
    """Run while hub and broker leave the processor: whoever wakes there takes it from a look at once (sched(7))."""
    os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS))
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # in a container that forbids it niceness remains
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def main() -> int:
    """Exit code 0 after an orderly end, 2 when the worker cannot start (the reason goes to standard error)."""
    parser = argparse.ArgumentParser(prog="hub.vision.worker", description=__doc__)
    parser.add_argument("--store", type=Path, help="where unconfirmed sightings are kept")
    parser.add_argument("--model", type=Path, default=MODEL, help="the person detector's ONNX file")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    _give_way()
    cv2.setNumThreads(1)
    clock = SystemClock()
    try:
        credential = Credential.from_environment()
        link = Link(credential, clock=clock, software="qianshao-worker", store_dir=given.store)
        worker = Worker(link, PersonDetector(given.model), Describer(), clock=clock)
    except (CredentialError, TopicError, SealError, DetectorError, OSError) as error:
        parser.exit(2, f"the vision worker cannot start: {error}\n")
    asyncio.run(work(worker))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
