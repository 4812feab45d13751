"""A vision worker: a process that looks at the cameras it is given and says what it sees.

Run as ``python -m hub.vision.worker --store DIR``. The hub's own has its credential from the environment
(QIANSHAO_CREDENTIAL), or as a spare one (``--spare``), loaded and waiting, from standard input; it ends when the hub
does. On another machine it is enrolled in DIR (``python -m devices.enrol``), and on its own.
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
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from devices.enrol.renewal import live
from devices.link import Credential, CredentialError, Link, LinkTiming
from devices.protocol import messages
from devices.protocol.clock import Clock, SystemClock
from devices.protocol.lessons import LessonMessage
from devices.protocol.messages import Message, Stamp
from devices.protocol.seal import SealError
from devices.protocol.shown_looks import ShowLooks, ShownLook
from devices.protocol.sightings import (
    WORKER_SIGN_S,
    Assign,
    CameraAssignment,
    CameraState,
    Sighting,
    SightingMessage,
    WorkerStatus,
)
from devices.protocol.topics import Down, TopicError, Up
from hub.arenas import bound_arenas
from hub.footage.sources.frames import Patience
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.choice import AUTO as BUILT_IN_DESCRIPTOR
from hub.vision.description.choice import open_describers
from hub.vision.description.describer import Describer
from hub.vision.description.descriptor_file import DescriptorError
from hub.vision.description.lesson import MEASURE, Lesson, packed
from hub.vision.detection.choice import AUTO, open_detector
from hub.vision.detection.detections import Detector, DetectorError
from hub.vision.detection.onnx_detector import OnnxDetector
from hub.vision.duty import Duty, find_duty, wait_for_duty
from hub.vision.rest import Rest
from hub.vision.scheduler import LookScheduler
from hub.vision.shown import LookShower
from hub.vision.standstill import STOOD_STILL, Standstill, waited_s

_log = logging.getLogger(__name__)

NICENESS = 10
LONGEST_RECONNECT_S = 1.0
"""Of the hub's own: they are few, beside the broker, and nobody else is given their cameras meanwhile."""
STATE_TURN_S = 0.25
PARENT_TURN_S = 1.0
LET_GO_AFTER_S = 2.0
"""A worker on another machine without a line for so long lets its cameras go: others have them by now."""
STATE_INTERVAL_S = 5.0
BUSY_SHARE = 0.85
"""The share of a core that looking at live cameras may take, decoding aside; what does not fit in is shed."""
MOST_UNCONFIRMED = 500
"""With more sightings on the way, recordings wait."""
LOOKING_STILL_AFTER_S = 10.0
"""No turn of the looking thread lasts so long: at the end of a crowded stream all who are in view are described in one,
which is a second or two. What it only waits for a processor is not counted."""
_STOP_WITHIN_S = 2.0
_WARM_ROWS = 320


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
        weight: float | None = None,
        beat: Callable[[], None] | None = None,
        looking_still_after_s: float = LOOKING_STILL_AFTER_S,
    ) -> None:
        """``weight`` (WorkerStatus) is for one on another machine; None where the hub knows its process, which is
        told by ``beat`` that the event loop goes on."""
        self._link = link
        self._detector = detector
        self._describer = describer
        self._clock = clock
        self._patience = patience
        self._weight = weight
        self._beat = beat
        self._looking_still_after_s = looking_still_after_s
        self._signed_us = 0
        self._connected_us = 0
        self._scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
        self._cameras: dict[str, AssignedCamera] = {}
        self._told: dict[str, tuple[CameraState, int]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._shower = LookShower(clock, self._show_soon)
        self._turns = 0
        """Of the looking thread: even between two turns, odd within one."""
        self._looking = threading.Thread(target=self._look_on, name="looking", daemon=True)
        link.on(Down.ASSIGN, self._hear_assign)
        link.on(Down.SHOW_LOOKS, lambda payload: self._shower.ask(messages.decode(payload, ShowLooks).camera_ids))
        link.on_connection_change = lambda _connected: self._told.clear()

    async def run(self) -> None:
        """Work until cancelled; then every camera's persons get their last word."""
        self._loop = asyncio.get_running_loop()
        self._looking.start()
        line = asyncio.create_task(self._link.run())
        watching = asyncio.create_task(self._watch_looking())
        beating = asyncio.create_task(self._beat_on())
        try:
            while not line.done():
                self._tell_states()
                if self._weight is not None:
                    self._live_apart(self._weight)
                await asyncio.sleep(STATE_TURN_S)
            line.result()
        finally:
            watching.cancel()
            await asyncio.to_thread(self._stop_cameras)
            await asyncio.sleep(0)  # the last sightings, handed over by the looking thread, go out
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
            beating.cancel()

    async def _beat_on(self) -> None:
        """To the last: an orderly end takes longer than a worker may be silent."""
        while self._beat is not None:
            self._beat()
            await asyncio.sleep(STATE_TURN_S)

    async def _watch_looking(self) -> None:
        """End the process when the looking thread stands still: nothing else makes it go on."""
        loop = asyncio.get_running_loop()
        still = Standstill(self._looking_still_after_s, partial(waited_s, os.getpid()), loop.time())
        turns = self._turns
        while not still.stands_still(loop.time()):
            await asyncio.sleep(STATE_TURN_S)
            if turns != self._turns or turns % 2 == 0:
                turns = self._turns
                still.moved(loop.time())
        _log.critical("the looking thread stands still: this process ends, for another to take its place")
        os._exit(STOOD_STILL)  # an orderly end would wait for it

    def _live_apart(self, weight: float) -> None:
        """Give the hub, on another machine, a sign of life; without a line to it, let the cameras go."""
        now_us = self._clock.monotonic_us()
        if self._link.connected:
            self._connected_us = now_us
            if now_us - self._signed_us >= WORKER_SIGN_S * 1e6:
                count = self._link.birth_count
                status = WorkerStatus(stamp=self._link.stamp(), birth_count=count, weight=weight)
                self._link.publish(Up.STATUS, status)
                self._signed_us = now_us
        elif self._cameras and now_us - self._connected_us > LET_GO_AFTER_S * 1e6:
            _log.warning("no line to the hub: %d cameras are let go", len(self._cameras))
            self._take_on({})

    def _stop_cameras(self) -> None:
        deadline_s = time.monotonic() + _STOP_WITHIN_S
        for camera in self._cameras.values():
            camera.stop()
        for camera in self._cameras.values():
            camera.join(max(0.0, deadline_s - time.monotonic()))
        self._scheduler.close()
        self._looking.join(_STOP_WITHIN_S)

    def _hear_assign(self, payload: bytes) -> None:
        self._take_on({camera.camera_id: camera for camera in messages.decode(payload, Assign).cameras})

    def _take_on(self, wanted: dict[str, CameraAssignment]) -> None:
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
            teach=self._teach_soon,
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
        rest = Rest(BUSY_SHARE)
        while True:
            waits_since_s = time.monotonic()
            turn = self._scheduler.take()
            if turn is None:
                return
            rest.waited(time.monotonic() - waits_since_s)
            camera, work = turn
            began_s = time.thread_time()
            self._turns += 1
            try:
                said = camera.take(work, self._detector)
            except Exception:
                _log.exception("camera %s: a look failed and is left out", camera.assignment.camera_id)
                continue
            finally:
                self._turns += 1
            for sighting in said:
                assert self._loop is not None
                self._loop.call_soon_threadsafe(self._send, sighting)
            if not camera.assignment.recording:
                time.sleep(rest.after(time.thread_time() - began_s))

    def _show_soon(self, build: Callable[[Stamp], ShownLook]) -> None:
        """Send a look, from whichever thread; without a line nobody misses it."""

        def show() -> None:
            if self._link.connected:
                self._link.publish(Up.SHOWN_LOOK, build(self._link.stamp()))

        assert self._loop is not None
        self._loop.call_soon_threadsafe(show)

    def _teach_soon(self, lesson: Lesson) -> None:
        """Send a lesson from the looking thread; without a line nobody misses it."""

        def send() -> None:
            if self._link.connected:
                message = LessonMessage(
                    stamp=self._link.stamp(),
                    camera_id=lesson.camera_id,
                    started_at_us=lesson.started_at_us,
                    ended_at_us=lesson.ended_at_us,
                    measure=MEASURE,
                    views=packed(lesson.views),
                )
                self._link.publish(Up.LESSON, message)

        assert self._loop is not None
        self._loop.call_soon_threadsafe(send)

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


async def work(run: Callable[[], Coroutine[None, None, None]], *, is_child: bool) -> None:
    """Run until SIGTERM, SIGINT or, as a child, the parent's end."""
    parent = os.getppid()
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_end.set)
    running = asyncio.create_task(run())
    while not running.done() and not asked_to_end.is_set() and (os.getppid() == parent or not is_child):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARENT_TURN_S):
                await asked_to_end.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _give_way(*, is_apart: bool) -> None:
    """Beside the hub, run while it and the broker leave the processor: whoever wakes there takes it (sched(7))."""
    os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS))
    if sys.platform == "linux" and not is_apart:
        with contextlib.suppress(PermissionError):  # in a container that forbids it niceness remains
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _beat() -> None:
    with contextlib.suppress(BrokenPipeError):  # the hub ended, and so does this process
        os.write(sys.stdout.fileno(), b".")


def _runner(
    duty: Duty, detector: OnnxDetector, describer: Describer, given: argparse.Namespace
) -> Callable[[], Coroutine[None, None, None]]:
    """What the process does on its duty. Raises TopicError, SealError, OSError."""
    clock = SystemClock()

    def make(credential: Credential) -> Worker:
        software = f"qianshao-worker {detector.name}"[:64]
        timing = None if duty.is_enrolled else LinkTiming(longest_reconnect_s=LONGEST_RECONNECT_S)
        link = Link(credential, clock=clock, software=software, store_dir=duty.store, timing=timing)
        weight, beat = given.weight if duty.is_enrolled else None, _beat if given.beat else None
        return Worker(
            *(link, detector, describer),
            clock=clock,
            weight=weight,
            beat=beat,
            looking_still_after_s=given.turn_within,
        )

    first = make(duty.credential)
    if not duty.is_enrolled or duty.store is None:
        return first.run

    async def run(held: Credential) -> None:
        await (first if held is duty.credential else make(held)).run()

    return partial(live, duty.store, duty.credential, clock, run)


def main() -> int:
    """Exit code 0 after an orderly end, 2 when the worker cannot start (the reason goes to standard error)."""
    parser = argparse.ArgumentParser(prog="hub.vision.worker", description=__doc__)
    parser.add_argument("--store", type=Path, help="its credential where it is enrolled; unconfirmed sightings")
    parser.add_argument("--detector", default=AUTO, help="auto, float32, int8 or a detector's file (docs/vision.md)")
    descriptor = "auto, or a descriptor's file (docs/vision.md)"
    parser.add_argument("--descriptor", default=BUILT_IN_DESCRIPTOR, help=descriptor)
    parser.add_argument("--weight", type=float, default=1.0, help="as how many of the hub's own it has cameras")
    parser.add_argument("--spare", action="store_true", help="wait, loaded, for a credential on standard input")
    parser.add_argument("--beat", action="store_true", help="say on standard output that it goes on, 4 times a second")
    within = "seconds; a look that takes longer stands still, and the process ends (%(default)s)"
    parser.add_argument("--turn-within", type=float, default=LOOKING_STILL_AFTER_S, help=within)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    cv2.setNumThreads(1)
    bound_arenas()
    if not 0.1 <= given.weight <= 64:
        parser.exit(2, "--weight is 0.1 to 64\n")
    try:
        duty = None if given.spare else find_duty(given.store)
        detector, (describer,) = open_detector(given.detector), open_describers([given.descriptor])
        _give_way(is_apart=duty is not None and duty.is_enrolled)
        _log.info("looking with %s", detector.name)
        if given.spare:
            detector.detect(np.zeros((_WARM_ROWS, _WARM_ROWS, 3), np.uint8))
            duty = wait_for_duty(sys.stdin.buffer, _beat if given.beat else lambda: None, STATE_TURN_S)
        if duty is None:
            return 0
        run = _runner(duty, detector, describer, given)
    except (CredentialError, TopicError, SealError, DetectorError, DescriptorError, OSError) as error:
        parser.exit(2, f"the vision worker cannot start: {error}\n")
    asyncio.run(work(run, is_child=not duty.is_enrolled))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
