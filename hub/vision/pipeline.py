"""The pipeline of one camera: frames in, sightings out.

Two halves, so that many cameras can share one detector: ``consider`` runs where frames are decoded and says which are
worth a look; ``look`` runs where the detector is. Each half may be called from one thread at a time.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Calibration, Sighting, Stage
from hub.footage.sources.frame import Frame
from hub.vision.boxes import Box, covered
from hub.vision.description.describer import Describer
from hub.vision.description.last_word import LastWord
from hub.vision.description.lesson import Lesson, Teach, whole
from hub.vision.detection.detections import Detections, Detector
from hub.vision.gate import LookGate
from hub.vision.looking import CALLS_PER_S, LookPlan, Sought
from hub.vision.motion import Motion, MotionDetector
from hub.vision.stages import StageTimes
from hub.vision.tracking.colours import colours
from hub.vision.tracking.drift import Small, drifts
from hub.vision.tracking.followed import Followed
from hub.vision.tracking.track import Track
from hub.vision.tracking.tracker import Tracker

_log = logging.getLogger(__name__)

LONGEST_SIGHTING_S = 600.0
"""A person in view for longer becomes a further sighting, so that none grows without end."""
SPARSE_LOOKS_S = 0.55
"""When looks are so far apart, where a person went is looked up in the small pictures. Sooner, his speed tells it
better: among people who overlap, optical flow takes one for another (measured on real footage)."""
NO_SPEED_YET_S = 0.15
"""The same for a person seen once, whose speed is not known; in this time a walker leaves his own box."""
MOST_WAY = 16
"""Small pictures kept between looks; a look that comes later than the oldest goes by speed alone."""
_MOVING_SHARE = 0.05
"""A box with less motion in it stands still."""


@dataclass(frozen=True)
class Look:
    """A frame worth a look, with what moves in it."""

    frame: Frame
    motion: Motion
    way: tuple[Small, ...]
    """The small pictures up to this frame's, oldest first, as far as they are kept."""

    @property
    def at_s(self) -> float:
        return self.frame.media_us / 1e6


@dataclass(frozen=True)
class Moves:
    """A grey picture and what moves in it."""

    grey: NDArray[np.uint8]
    motion: Motion


@dataclass(frozen=True)
class ShownTrack:
    """One person followed: the track's number, the box in pixels, and whether the detector found him in this look."""

    number: int
    box: Box
    seen_now: bool


@dataclass(frozen=True)
class LookShown:
    """What a look did, for whoever wants to see why somebody is seen or missed; wall time as the recording's."""

    wall_us: int
    regions: tuple[Box, ...]
    """Where was looked; empty for the whole picture in full scale."""
    detections: Detections
    tracks: tuple[ShownTrack, ...]


class Pipeline:
    """One camera's, from its connection to the end of the stream."""

    def __init__(
        self,
        camera_id: str,
        describer: Describer,
        *,
        looks_per_s: float,
        calls_per_s: float = CALLS_PER_S,
        calibration: Calibration | None = None,
        longest_sighting_s: float = LONGEST_SIGHTING_S,
        times: StageTimes | None = None,
        teach: Teach | None = None,
    ) -> None:
        """``calls_per_s`` is what may be asked of the detector, in whole pictures.

        ``times`` counts the processor time of the stages. ``teach`` is given everybody's lesson, just before his last
        word.
        """
        self._teach = teach
        self.times = times or StageTimes()
        self._longest_sighting_s = longest_sighting_s
        self._camera_id = camera_id
        self._describer = describer
        self._calibration = calibration
        self._motion = MotionDetector()
        self._gate = LookGate(looks_per_s)
        self._plan = LookPlan(calls_per_s)
        self._way: deque[Small] = deque(maxlen=MOST_WAY)
        self._considered_s = self._looked_s = float("-inf")
        self._tracker = Tracker()
        self._followed: dict[int, Followed] = {}
        self._last_word = LastWord()
        self._frame_size_px = (0, 0)
        self.looks = 0
        """Looks that asked the detector."""
        self.detections = 0
        self.moves: Moves | None = None
        """What the frame that was considered last showed; None where it was not one of those that are due."""
        self.shown: LookShown | None = None
        """What the last look did; None before the first."""

    def consider(self, frame: Frame) -> Look | None:
        """The look that a decoded frame is worth, if any. Frames come in order of media time."""
        at_s = self._considered_s = frame.media_us / 1e6
        self.moves = None
        if not self._gate.due(at_s):
            return None
        grey = frame.pixels.grey()
        with self.times.of(Stage.MOTION):
            motion = self._motion.observe(grey, at_s)
        self.moves = Moves(grey, motion)
        self._way.append(Small(at_s, motion.grey, motion.small_per_px))
        wanted = self._plan.affords(at_s) and self._gate.wants(motion, len(self._tracker.tracks), at_s)
        return Look(frame, motion, tuple(self._way)) if wanted else None

    def look(self, look: Look, detector: Detector) -> list[Sighting]:
        """Find and follow persons in it; what is newly known of sightings."""
        picture = look.frame.pixels.bgr()
        self._last_word.looked_with(detector)
        self._frame_size_px = (picture.shape[1], picture.shape[0])
        with self.times.of(Stage.TRACK):
            enough_height_px = detector.enough_height_px(self._frame_size_px)
            regions = self._plan.regions(
                look.motion, self._sought(look.at_s), self._frame_size_px, enough_height_px, look.at_s
            )
        if regions == ():
            return []
        with self.times.of(Stage.DETECT):
            everything = detector.detect(picture, regions)
        self._plan.pay(everything.canvas_share, look.at_s)
        with self.times.of(Stage.TRACK):
            usable = everything.scores >= self._tracker.least_score
            found = Detections(everything.boxes[usable], everything.scores[usable])
            moving = look.motion.share_in(found.boxes) >= _MOVING_SHARE
            if not look.motion.settled:
                moving |= True
            drift, clothes = self._drifts(look), colours(picture, found.boxes)
            result = self._tracker.look(found, moving, look.at_s, self._frame_size_px, drift, clothes)
        self.looks += 1
        self.detections += len(result.seen)
        self._gate.tell(len(result.seen))
        self._take_in(look, result.seen, found, picture)
        self._looked_s = look.at_s
        now = {track.number for track, _ in result.seen}
        tracks = tuple(ShownTrack(track.number, track.box, track.number in now) for track in self._tracker.tracks)
        self.shown = LookShown(look.frame.wall_us, tuple(region.box for region in regions or ()), everything, tracks)
        said: list[Sighting | None] = []
        for track in result.ended:  # those who leave later are still beside those who are told first
            gone = self._followed.pop(track.number, None)
            if gone is not None:  # else all was told after LONGEST_SIGHTING_S, and he was not seen since
                said.append(self._say(gone, ended=True))
        for track, _ in result.seen:
            followed = self._followed[track.number]
            if look.at_s - followed.started_s > self._longest_sighting_s:
                said.append(self._say(self._followed.pop(track.number), ended=True))
            elif followed.due_for_word:
                said.append(self._say(followed, ended=False))
        return [sighting for sighting in said if sighting is not None]

    def finish(self) -> list[Sighting]:
        """The stream ended or broke off: every person's last word."""
        self._tracker.end_all()
        said = [self._say(followed, ended=True) for followed in self._followed.values()]
        self._followed.clear()
        return [sighting for sighting in said if sighting is not None]

    def _sought(self, at_s: float) -> Sought:
        """Who is in view."""
        tracks = self._tracker.in_view(at_s)
        boxes = np.array([track.expected(at_s) for track in tracks], float).reshape(-1, 4)
        return Sought(boxes, np.array([track.box.height for track in tracks], float))

    def _drifts(self, look: Look) -> dict[int, tuple[float, float]]:
        """How far each followed person went since the last look, by track number, where that can be told."""
        gap_s = look.at_s - self._looked_s
        tracks = [t for t in self._tracker.tracks if gap_s >= (NO_SPEED_YET_S if t.looks_seen == 1 else SPARSE_LOOKS_S)]
        way = [small for small in look.way if small.at_s >= self._looked_s]
        if not way or way[0].at_s > self._looked_s:
            return {}  # the last look is longer ago than pictures are kept
        found = drifts([track.box for track in tracks], way)
        return {track.number: went for track, went in zip(tracks, found, strict=True) if went is not None}

    def _take_in(
        self, look: Look, seen: tuple[tuple[Track, int], ...], found: Detections, picture: NDArray[np.uint8]
    ) -> None:
        boxes = np.array([track.box for track, _ in seen]).reshape(-1, 4)
        feet = boxes[:, 1] + boxes[:, 3]
        nearer = feet[None, :] > feet[:, None]  # a person whose feet are lower in the picture stands in front
        hidden = np.where(nearer, covered(boxes, boxes), 0.0)
        for row, (track, index) in enumerate(seen):
            followed = self._followed.get(track.number)
            if followed is None:
                gap_s = max(look.at_s - self._looked_s, 0.0) if self._looked_s > float("-inf") else 0.0
                followed = Followed(self._camera_id, track, look.frame.wall_us, look.at_s, gap_s)
                self._followed[track.number] = followed
            share = min(float(hidden[row].sum()), 1.0)
            followed.see(picture, Box(*found.boxes[index]), float(found.scores[index]), share, look.at_s)

    def _say(self, followed: Followed, *, ended: bool) -> Sighting | None:
        """One person's word; None where nothing can be said. A word that fails takes nobody else's with it."""
        if not followed.confident and not followed.words:
            return None
        try:
            return self._word(followed, ended=ended)
        except Exception:
            _log.exception("camera %s: what was seen of a person is left out", self._camera_id)
            return None

    def _word(self, followed: Followed, *, ended: bool) -> Sighting | None:
        if ended:
            followed.end(self._considered_s)
        with self.times.of(Stage.DESCRIBE):
            sighting = followed.sighting(self._describer, self._calibration, self._frame_size_px, ended)
            if sighting is not None and ended:
                way, *others = (one.way(self._calibration, self._frame_size_px) for one in self._beside(followed))
                sighting = self._last_word.of(sighting, way, others, followed.views)
                if self._teach is not None:
                    views = whole([self._describer.measure(view).stripes for view in followed.views])
                    self._teach(Lesson(self._camera_id, sighting.started_at_us, sighting.ended_at_us, views))
        if sighting is not None:
            followed.words += 1
        return sighting

    def _beside(self, followed: Followed) -> list[Followed]:
        """The person, then all others in view."""
        return [followed, *(one for one in self._followed.values() if one is not followed and one.confident)]
