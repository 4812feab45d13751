"""One person in view: what is gathered of a track until it becomes a sighting."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import BoxAt, Calibration, Sighting
from hub.vision.boxes import Box
from hub.vision.description.companions import Way, way_of
from hub.vision.description.describer import Describer
from hub.vision.description.height import child_likelihood, child_without_feet, estimate_height
from hub.vision.description.movement import course_of
from hub.vision.description.view import View
from hub.vision.tracking.smoothing import Seen, smoothed
from hub.vision.tracking.track import Track
from hub.vision.tracking.views import BestViews

MOST_PATH_BOXES = 600
"""At the bound every second box of the path is dropped, so that a long stay is told more coarsely, never cut."""
_CONFIDENT_SCORE = 0.5
_SURELY_SCORE = 0.6
_SECOND_WORD_AFTER_S = 2.0
"""Who is still in view then is told of again, by more views: a watch that the first ones left in doubt decides now."""
_LONGEST_EXTENSION_S = 0.3
"""By so much at most a path is continued beyond its first and last look, to the middle of the time nobody looked."""
_MOSTLY_HIDDEN = 0.15
"""A box covered by more is no measure of a height or a way."""
_JPEG_QUALITY = 85


def surely_person(looks_seen: int, mean_score: float) -> bool:
    """Whether a track is surely a person's: three looks, or two very good ones."""
    if looks_seen >= 3:
        return mean_score >= _CONFIDENT_SCORE
    return looks_seen == 2 and mean_score >= _SURELY_SCORE


class Followed:
    """A track with its path and best views. Times are media seconds; the wall time is that of the first look."""

    def __init__(self, camera_id: str, track: Track, wall_us: int, at_s: float, gap_s: float) -> None:
        """``gap_s`` before ``at_s`` nobody had looked: in the middle of it, on average, the person came."""
        before_s = min(gap_s / 2, _LONGEST_EXTENSION_S)
        self.words = 0
        """How often he was told of."""
        self.started_s = at_s - before_s
        self._camera_id = camera_id
        self._track = track
        self._started_at_us = wall_us - round(before_s * 1e6)
        self._boxes: list[Seen] = []
        self._after_s = 0.0
        self._thin = 1
        self._seen = 0
        self._views = BestViews()
        identity = f"{camera_id}/{wall_us}/{track.number}"
        self._sighting_id = hashlib.blake2s(identity.encode(), digest_size=10).hexdigest()

    @property
    def confident(self) -> bool:
        """Whether this is surely a person."""
        return surely_person(self._track.looks_seen, self._track.mean_score)

    @property
    def due_for_word(self) -> bool:
        """Whether he is to be told of now: as soon as he is surely a person, and once more in view."""
        if self.words == 0:
            return self.confident
        return self.words == 1 and self._track.last_seen_s - self.started_s >= _SECOND_WORD_AFTER_S

    def see(self, picture: NDArray[np.uint8], found: Box, score: float, covered: float, at_s: float) -> None:
        """Take in the box in which a BGR frame showed the person, ``covered`` (share) by other persons."""
        if self._seen % self._thin == 0:
            self._boxes.append(Seen(at_s, found, score, covered))
        self._seen += 1
        if len(self._boxes) > MOST_PATH_BOXES:
            self._boxes, self._thin = self._boxes[::2], self._thin * 2
        height, width = picture.shape[:2]
        self._views.offer(picture, self._track.box.clipped(width, height), score, covered, at_s)

    def _path(self, frame_size_px: tuple[int, int]) -> list[BoxAt]:
        """Where the person was, by all that is known now: at each look, just before the first and after the last."""
        path = smoothed(self._boxes)
        before_s = self._boxes[0].at_s - self.started_s
        moments = [(seen.at_s, box) for seen, box in zip(self._boxes, path.boxes, strict=True)]
        if before_s > 0:
            moments.insert(0, (self.started_s, path.before(before_s)))
        if self._after_s > 0:
            moments.append((self._boxes[-1].at_s + self._after_s, path.after(self._after_s)))
        return [self._at(at_s, box, frame_size_px) for at_s, box in moments]

    def end(self, at_s: float) -> None:
        """The person is gone, which was noticed at ``at_s``; until the middle of that time he was there, on average."""
        last_s = self._boxes[-1].at_s
        gap_s = last_s - self._boxes[-2].at_s if len(self._boxes) > 1 else 0.0
        self._after_s = max(min(gap_s / 2, _LONGEST_EXTENSION_S, at_s - last_s), 0.0)

    def _at(self, at_s: float, box: Box, frame_size_px: tuple[int, int]) -> BoxAt:
        clipped = box.clipped(*frame_size_px)
        return BoxAt(round((at_s - self.started_s) * 1000), *(round(value, 1) for value in clipped))

    @property
    def views(self) -> list[View]:
        """The best views so far, best first."""
        return [timed.view for timed in self._views.best_first]

    def way(self, calibration: Calibration | None, frame_size_px: tuple[int, int]) -> Way:
        """The way until now, to be compared with others'."""
        seen = [self._at(each.at_s, each.box, frame_size_px) for each in self._boxes]
        return way_of(self._sighting_id, self.started_s, seen, calibration, *frame_size_px)

    def sighting(
        self, describer: Describer, calibration: Calibration | None, frame_size_px: tuple[int, int], ended: bool
    ) -> Sighting | None:
        """What can be said so far (``frame_size_px``: width, height); None when no view was good enough to show."""
        timed = self._views.best_first
        if not timed or not self._boxes:
            return None
        best = timed[0]
        appearance = describer.describe(self.views)
        if ended:
            describer.learn_light(self.views, self._track.last_seen_s)
        width, height = frame_size_px
        path = self._path(frame_size_px)
        looked = path[1:] if self._boxes[0].at_s > self.started_s else path
        uncovered = [at for at, seen in zip(looked, self._boxes, strict=False) if seen.covered < _MOSTLY_HIDDEN]
        tall = estimate_height(calibration, uncovered, width, height) if calibration else None
        child = child_likelihood(tall)
        if calibration and tall is None:
            child = child_without_feet(calibration, uncovered, width, height)
        course = course_of(path, uncovered, calibration, width, height)
        last_ms = round((self._track.last_seen_s + self._after_s - self.started_s) * 1000)
        return Sighting(
            sighting_id=self._sighting_id,
            camera_id=self._camera_id,
            started_at_us=self._started_at_us,
            ended_at_us=self._started_at_us + max(last_ms, 0) * 1000,
            ended=ended,
            frame_width_px=width,
            frame_height_px=height,
            path=tuple(path),
            score=min(max(self._track.mean_score, 0.0), 1.0),
            picture_jpeg=_jpeg(best.view.picture),
            picture_box=BoxAt(round((best.at_s - self.started_s) * 1000), *(round(v, 1) for v in best.frame_box)),
            upper=_fractions(appearance.upper),
            lower=_fractions(appearance.lower),
            upper_pattern=appearance.upper_pattern,
            describer=appearance.describer,
            descriptor=appearance.descriptor,
            stripes=appearance.stripes,
            height_m=tall.height_m if tall else None,
            height_error_m=tall.error_m if tall else None,
            child=child,
            movement=course.movement,
            heading_deg=course.heading_deg,
            speed_mps=course.speed_mps,
        )


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    done, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be coded as JPEG")
    return coded.tobytes()


def _fractions(weights: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(min(max(float(weight), 0.0), 1.0), 4) for weight in weights)
