"""One camera given to a worker: a thread that keeps its stream open, and the state that is told of it."""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.protocol.clock import Clock
from devices.protocol.messages import Stamp
from devices.protocol.sightings import LOOK_DELAYS_MS, CameraAssignment, CameraCondition, CameraState, Sighting, Stage
from hub.footage.errors import Refused, SourceError, Stalled
from hub.footage.sources.address import is_relay
from hub.footage.sources.frame import Frame
from hub.footage.sources.frames import Patience, Stream, is_live, open_live, open_recording
from hub.vision.activity import Activity
from hub.vision.description.describer import Describer
from hub.vision.description.lesson import Teach
from hub.vision.detection.detections import Detector
from hub.vision.masking import Masks
from hub.vision.motion import Motion
from hub.vision.picture_condition import PictureWatch
from hub.vision.pipeline import Look, Moves, Pipeline
from hub.vision.scheduler import LookScheduler
from hub.vision.shown import LookShower
from hub.vision.stages import StageTimes

_log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
LONGEST_RELAY_RETRY_S = 2.0
"""The relay is on this machine, and the recorder the one that is patient with the camera."""
STEADY_AFTER_S = 10.0
"""A stream that came for so long is tried again at once when it breaks off."""
MOST_LOOKS_PER_S = 25.0
_TURN_S = 0.5
"""How often a waiting thread sees whether it shall stop."""


@dataclass(frozen=True)
class Work:
    """A look to take, or (None) the end of this pipeline's stream."""

    pipeline: Pipeline
    look: Look | None


@dataclass
class Counters:
    """Since the worker started."""

    frames_decoded: int = 0
    frames_looked_at: int = 0
    frames_shed: int = 0
    detections: int = 0
    sightings: int = 0
    tracks: int = 0
    look_delays: list[int] = field(default_factory=lambda: [0] * (len(LOOK_DELAYS_MS) + 1))


class AssignedCamera:
    """Reads one camera in a thread of its own; ``take`` is called by the worker's looking thread."""

    def __init__(
        self,
        assignment: CameraAssignment,
        scheduler: LookScheduler[AssignedCamera, Work],
        describer: Describer,
        *,
        clock: Clock,
        patience: Patience | None = None,
        may_go_on: Callable[[], bool] = lambda: True,
        shower: LookShower | None = None,
        teach: Teach | None = None,
    ) -> None:
        """``may_go_on`` holds a recording back while its sightings cannot be delivered; ``teach``: as Pipeline's."""
        self.assignment = assignment
        self.counters = Counters()
        self._scheduler = scheduler
        self._describer = describer.for_another_camera()
        self._clock = clock
        self._patience = patience or Patience()
        self._may_go_on = may_go_on
        self._shower = shower
        self._teach = teach
        self._condition = CameraCondition.CONNECTING
        self._detail = ""
        self._progress: float | None = None
        self._last_frame_us = 0
        self._times = StageTimes()
        self._newest_track = 0
        self._masks = Masks(assignment.masks)
        self._activity = Activity()
        self._picture = PictureWatch()
        self._stop = threading.Event()
        self._taken = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera {assignment.camera_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it does within the patience for one read."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout_s)

    def state(self, stamp: Stamp) -> CameraState:
        """How the camera stands now."""
        condition, detail = self._condition, self._detail
        silent_s = (self._clock.monotonic_us() - self._last_frame_us) / 1e6
        if condition is CameraCondition.ONLINE and not self._is_recording and silent_s > self._patience.stall_s:
            condition = CameraCondition.STALLED
            detail = _both(f"no picture for {silent_s:.0f} s", f"已 {silent_s:.0f} 秒没有画面")
        return CameraState(
            stamp=stamp,
            camera_id=self.assignment.camera_id,
            condition=condition,
            detail=detail,
            progress=self._progress,
            frames_decoded=self.counters.frames_decoded,
            frames_looked_at=self.counters.frames_looked_at,
            frames_shed=self.counters.frames_shed,
            detections=self.counters.detections,
            sightings=self.counters.sightings,
            tracks=self.counters.tracks,
            detector_calls=self._times.calls(Stage.DETECT),
            stages_ms=tuple(round(self._times.spent_ms(stage)) for stage in Stage),
            look_delays=tuple(self.counters.look_delays),
            picture=self._picture.condition,
            watched_ms=self._activity.watched_ms,
            moving_ms=self._activity.moving_ms,
        )

    def take(self, work: Work, detector: Detector) -> list[Sighting]:
        """Do one piece of this camera's work; what is newly known."""
        if work.look is None:
            try:
                said = work.pipeline.finish()
            finally:
                self._ended.set()
                self._newest_track = 0
        else:
            found_before, looks_before = work.pipeline.detections, work.pipeline.looks
            try:
                said = work.pipeline.look(work.look, detector)
            finally:
                self._taken.set()
            self._show(work.look.frame, work.look.motion, work.pipeline)
            looked = work.pipeline.looks > looks_before
            self.counters.frames_looked_at += looked
            if looked and not self._is_recording:
                late_ms = (self._clock.wall_us() - work.look.frame.wall_us) / 1000
                self.counters.look_delays[bisect_left(LOOK_DELAYS_MS, late_ms)] += 1
            self._count_tracks(work.pipeline)
            self.counters.detections += work.pipeline.detections - found_before
        self.counters.sightings += sum(sighting.ended for sighting in said)
        return said

    def _count_tracks(self, pipeline: Pipeline) -> None:
        """Tracks are numbered as they begin, in each pipeline anew."""
        numbers = [track.number for track in pipeline.shown.tracks] if pipeline.shown is not None else []
        self.counters.tracks += sum(number > self._newest_track for number in numbers)
        self._newest_track = max([self._newest_track, *numbers])

    @property
    def _is_recording(self) -> bool:
        return self.assignment.recording or not is_live(self.assignment.url)

    def _run(self) -> None:
        looks_per_s = self.assignment.looks_per_s
        if not 0 < looks_per_s <= MOST_LOOKS_PER_S:
            english = f"{looks_per_s:g} looks a second: above 0 and at most {MOST_LOOKS_PER_S:g} can be had"
            chinese = f"每秒看 {looks_per_s:g} 次：必须大于 0，最多 {MOST_LOOKS_PER_S:g} 次"
            self._set(CameraCondition.UNREADABLE, _both(english, chinese))
            return
        self._picture = PictureWatch(self._view())
        retry_s = FIRST_RETRY_S
        while not self._stop.is_set():
            began_us = self._clock.monotonic_us()
            try:
                self._read_once()
                if self._is_recording and not self._stop.is_set():
                    self._progress = 1.0
                    self._set(CameraCondition.FINISHED, "")
                    return
                english = "the camera ended the stream; connecting again"
                self._set(CameraCondition.CONNECTING, _both(english, "摄像头中断了视频，正在重新连接"))
            except SourceError as error:
                self._set(_condition_of(error), _both(str(error), error.chinese))
            except Exception as error:
                _log.exception("camera %s: reading failed", self.assignment.camera_id)
                english = f"reading failed ({type(error).__name__}); see the worker's log"
                self._set(CameraCondition.UNREADABLE, _both(english, "读取失败，请查看工作进程日志"))
            if self._is_recording:
                return  # again would be from its beginning, and end at the same place
            if self._clock.monotonic_us() - began_us > STEADY_AFTER_S * 1e6:
                retry_s = FIRST_RETRY_S
            self._stop.wait(retry_s)
            retry_s = min(retry_s * 2, LONGEST_RELAY_RETRY_S if is_relay(self.assignment.url) else LONGEST_RETRY_S)

    def _read_once(self) -> None:
        """Read the stream to its end, and have its pipeline finish however it ends. Raises SourceError."""
        stream = self._open()
        pipeline = Pipeline(
            self.assignment.camera_id,
            self._describer,
            looks_per_s=self.assignment.looks_per_s,
            calibration=self.assignment.calibration,
            times=self._times,
            teach=self._teach,
        )
        try:
            for shown in self._decoded(stream):
                if self._stop.is_set():
                    break
                frame = self._masks.hide(shown)
                self._last_frame_us = self._clock.monotonic_us()
                self._set(CameraCondition.ONLINE, "")
                self.counters.frames_decoded += 1
                look = pipeline.consider(frame)
                if look is not None:
                    self._hand_over(Work(pipeline, look))
                elif pipeline.moves is not None:
                    self._show(frame, pipeline.moves.motion, pipeline)
                if pipeline.moves is not None and not self._is_recording:
                    self._note(pipeline.moves)
                if self._is_recording:
                    self._progress = stream.progress
        finally:
            stream.close()
            self._finish(pipeline)

    def _show(self, frame: Frame, motion: Motion, pipeline: Pipeline) -> None:
        """What became of a picture that was due, where somebody asks."""
        if self._shower is None:
            return
        try:
            self._shower.show(self.assignment.camera_id, frame.wall_us, motion, pipeline.shown)
        except Exception:  # what was seen is worth more than its being shown
            _log.exception("camera %s: a look could not be shown", self.assignment.camera_id)

    def _decoded(self, stream: Stream) -> Iterator[Frame]:
        """Its frames, the processor time of decoding them counted. Raises SourceError."""
        frames = iter(stream.frames())
        while True:
            with self._times.of(Stage.DECODE):
                frame = next(frames, None)
            if frame is None:
                return
            yield frame

    def _note(self, moves: Moves) -> None:
        """How a live picture is, and whether something moves in it."""
        at_s = self._clock.monotonic_us() / 1e6
        self._activity.note(at_s, moves.motion.mask)
        if self._picture.due(at_s):
            self._picture.observe(moves.grey, moves.motion.grey, at_s)

    def _view(self) -> NDArray[np.uint8] | None:
        """The picture in which the camera was calibrated, as far as it may be seen; None where there is none."""
        if self.assignment.view_file is None:
            return None
        found = cv2.imread(self.assignment.view_file, cv2.IMREAD_GRAYSCALE)
        if found is None:
            _log.warning("camera %s: its calibrated view cannot be read", self.assignment.camera_id)
            return None
        return self._masks.blanked(np.asarray(found, np.uint8))

    def _open(self) -> Stream:
        wanted = self.assignment
        if not self._is_recording:
            return open_live(wanted.url, clock=self._clock, patience=self._patience, looks_per_s=wanted.looks_per_s)
        began_us = self._clock.wall_us() if wanted.started_at_us is None else wanted.started_at_us
        return open_recording(
            wanted.url, started_at_us=began_us, patience=self._patience, looks_per_s=wanted.looks_per_s
        )

    def _hand_over(self, work: Work) -> None:
        """A recording goes on when the look is taken: what it is worth to look at next does not hang on the processor,
        and the same recording gives the same sightings."""
        if not self._is_recording:
            self.counters.frames_shed += self._scheduler.offer(self, work)
            return
        self._taken.clear()
        while not self._stop.is_set():
            if not self._may_go_on():
                self._stop.wait(_TURN_S)
            elif self._scheduler.put(self, work, patience_s=_TURN_S):
                break
        while not self._stop.is_set() and not self._taken.wait(_TURN_S):
            continue

    def _finish(self, pipeline: Pipeline) -> None:
        """Have the last words said, and wait until they are."""
        self._ended.clear()
        while not self._scheduler.put(self, Work(pipeline, None), patience_s=_TURN_S):
            continue
        self._ended.wait(LONGEST_RETRY_S)

    def _set(self, condition: CameraCondition, detail: str) -> None:
        if (condition, detail) != (self._condition, self._detail):
            self._detail = detail
            self._condition = condition


def _condition_of(error: SourceError) -> CameraCondition:
    if isinstance(error, Refused):
        return CameraCondition.REFUSED
    return CameraCondition.STALLED if isinstance(error, Stalled) else CameraCondition.UNREADABLE


def _both(english: str, chinese: str) -> str:
    """The same for both readers: a state has one text."""
    return f"{chinese} ({english})"
