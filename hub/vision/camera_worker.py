"""The cameras of a worker, its looking thread, and its line to the hub."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from devices.link import Link
from devices.protocol import messages
from devices.protocol.clock import Clock
from devices.protocol.lessons import LessonMessage
from devices.protocol.messages import Message, Stamp
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
from devices.protocol.topics import Down, Up
from hub.footage.sources.frames import Patience
from hub.vision.camera import AssignedCamera
from hub.vision.description.describer import Describer
from hub.vision.description.lesson import MEASURE, Lesson, packed
from hub.vision.detection.detections import Detector
from hub.vision.looking_thread import STILL_AFTER_S, LookingThread
from hub.vision.shown import LookShower

_log = logging.getLogger(__name__)

STATE_TURN_S = 0.25
LET_GO_AFTER_S = 2.0
"""A worker on another machine without a line for so long lets its cameras go: others have them by now."""
STATE_INTERVAL_S = 5.0
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
        weight: float | None = None,
        beat: Callable[[], None] | None = None,
        looking_still_after_s: float = STILL_AFTER_S,
    ) -> None:
        """``weight`` (WorkerStatus) is for one on another machine; None where the hub knows its process, which is
        told by ``beat`` that the event loop goes on."""
        self._link = link
        self._describer = describer
        self._clock = clock
        self._patience = patience
        self._weight = weight
        self._beat = beat
        self._signed_us = 0
        self._connected_us = 0
        self._cameras: dict[str, AssignedCamera] = {}
        self._told: dict[str, tuple[CameraState, int]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._shower = LookShower(clock, self._show_soon)
        self._looking = LookingThread(detector, self._send_soon, looking_still_after_s)
        link.on(Down.ASSIGN, self._hear_assign)
        link.on(Down.SHOW_LOOKS, lambda payload: self._shower.ask(messages.decode(payload, ShowLooks).camera_ids))
        link.on_connection_change = lambda _connected: self._told.clear()

    async def run(self) -> None:
        """Work until cancelled; then every camera's persons get their last word."""
        self._loop = asyncio.get_running_loop()
        self._looking.start()
        line = asyncio.create_task(self._link.run())
        watching = asyncio.create_task(self._looking.watch())
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
        self._looking.stop(_STOP_WITHIN_S)

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
            self._looking.scheduler,
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

    def _send_soon(self, sighting: Sighting) -> None:
        """Send from the looking thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._send, sighting)

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
