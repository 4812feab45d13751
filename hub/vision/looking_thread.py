"""The looking thread of a worker: each camera's turn, its rests, and whether it stands still."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial

from devices.protocol.sightings import Sighting
from hub.vision.camera import AssignedCamera, Work
from hub.vision.detection.detections import Detector
from hub.vision.rest import Rest
from hub.vision.scheduler import LookScheduler
from hub.vision.standstill import STOOD_STILL, Standstill, waited_s

_log = logging.getLogger(__name__)

BUSY_SHARE = 0.85
"""The share of a core that looking at live cameras may take, decoding aside; what does not fit in is shed."""
STILL_AFTER_S = 10.0
"""No turn of the looking thread lasts so long: at the end of a crowded stream all who are in view are described in one,
which is a second or two. What it only waits for a processor is not counted."""
_WATCH_TURN_S = 0.25


class LookingThread:
    """Takes what cameras put into ``scheduler`` to the detector."""

    def __init__(self, detector: Detector, say: Callable[[Sighting], None], still_after_s: float) -> None:
        """``say`` is told, in the thread, what is newly known."""
        self.scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
        self._detector = detector
        self._say = say
        self._still_after_s = still_after_s
        self._turns = 0
        """Even between two turns, odd within one."""
        self._thread = threading.Thread(target=self._look_on, name="looking", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """End after what waits, and wait for that."""
        self.scheduler.close()
        self._thread.join(within_s)

    async def watch(self) -> None:
        """End the process when the thread stands still: nothing else makes it go on."""
        loop = asyncio.get_running_loop()
        still = Standstill(self._still_after_s, partial(waited_s, os.getpid()), loop.time())
        turns = self._turns
        while not still.stands_still(loop.time()):
            await asyncio.sleep(_WATCH_TURN_S)
            if turns != self._turns or turns % 2 == 0:
                turns = self._turns
                still.moved(loop.time())
        _log.critical("the looking thread stands still: this process ends, for another to take its place")
        os._exit(STOOD_STILL)  # an orderly end would wait for it

    def _look_on(self) -> None:
        """Until the scheduler is closed."""
        rest = Rest(BUSY_SHARE)
        while True:
            waits_since_s = time.monotonic()
            turn = self.scheduler.take()
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
                said = []
            finally:
                self._turns += 1
            for sighting in said:
                self._say(sighting)
            if not camera.assignment.recording:
                time.sleep(rest.after(time.thread_time() - began_s))
