"""Tracking: detections of successive looks tied into one track per person.

Two-stage association after ByteTrack (Zhang et al., ECCV 2022): sure detections first, then doubtful ones for the
tracks still without, so that a half-hidden person is kept. Boxes are grown before they are compared (Yang et al.,
C-BIoU, WACV 2023), the more the longer a track was unseen, since between two looks a walker can leave his own box.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

from hub.vision.boxes import Box, covered, overlap
from hub.vision.detection.detections import Detections
from hub.vision.tracking.colours import Colours
from hub.vision.tracking.kalman import surprises
from hub.vision.tracking.matching import alike_in_height, closeness, turned_back, unlike
from hub.vision.tracking.track import Track

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class TrackerSettings:
    """Scores are the detector's, 0 to 1; ``least_overlap`` is of grown boxes."""

    sure_score: float = 0.4
    doubtful_score: float = 0.25
    new_track_score: float = 0.4
    still_person_score: float = 0.65
    least_overlap: float = 0.1
    least_height_ratio: float = 0.7
    least_overlap_doubtful: float = 0.35
    same_person_overlap: float = 0.42
    same_box_overlap: float = 0.6
    doubtful_within_s: float = 1.0
    hidden_after_s: float = 2.0
    lost_after_s: float = 5.0
    least_alike_again: float = 0.95
    walks_heights_per_s: float = 1.2
    unproven_lost_after_s: float = 0.7
    grow_per_s: float = 0.4
    least_likely: float = 10.0
    colour_weight: float = 1.3
    learn_colours: float = 0.3
    no_speed_looks: int = 1


@dataclass(frozen=True)
class LookResult:
    """What one look changed: tracks seen now with the detection's index, and tracks that ended."""

    seen: tuple[tuple[Track, int], ...]
    ended: tuple[Track, ...]


class Tracker:
    """Follows the persons of one camera."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._tracks: list[Track] = []
        self._next_number = 1
        self._size_px = (math.inf, math.inf)
        self._colours: Colours | None = None
        self._flown: dict[int, Box] = {}

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Those alive: in view or lost for a short while."""
        return tuple(self._tracks)

    @property
    def least_score(self) -> float:
        """Detections of less are of no use."""
        return self._settings.doubtful_score

    def in_view(self, at_s: float) -> tuple[Track, ...]:
        """Those alive without who has been hidden for a while."""
        return tuple(track for track in self._tracks if not self._is_hidden(track, at_s))

    def look(
        self,
        detections: Detections,
        moving: NDArray[np.bool_],
        at_s: float,
        size_px: tuple[float, float] = (math.inf, math.inf),
        drifts: Mapping[int, tuple[float, float]] | None = None,
        colours: Colours | None = None,
    ) -> LookResult:
        """Take in one look at media time ``at_s`` (never going back).

        ``moving`` says of each detection whether something moves in its box. What does not move and is not surely a
        person begins no track, and a walker's track is not continued by a doubtful box in which nothing moves: a sign
        or a boulder that looks a little like a person. ``size_px`` is the picture's (width, height). ``drifts`` says
        by track number how far (pixels, right and down) a track's box was seen to go since the last look.
        """
        self._size_px = size_px
        self._colours = colours
        rules = self._settings
        self._flown = {}
        for track in self._tracks:
            drift = (drifts or {}).get(track.number)
            if drift is not None:
                left, top, width, height = track.box
                self._flown[track.number] = Box(left + drift[0], top + drift[1], width, height)
            track.advance(at_s, drift if drift is not None and track.looks_seen <= rules.no_speed_looks else None)
        scores = detections.scores
        sure = np.flatnonzero(scores >= rules.sure_score)
        followed = [track for track in self._tracks if not self._is_hidden(track, at_s)]
        proven = [track for track in followed if track.looks_seen > 1]
        young = [track for track in followed if track.looks_seen == 1]
        seen, sure = self._associate(proven, detections, sure, at_s, rules.least_overlap)
        matched, sure = self._associate(young, detections, sure, at_s, rules.least_overlap)
        seen += matched
        seen += self._continue_by_doubtful(seen, detections, moving, at_s)
        again, sure = self._find_again(detections, sure, at_s)
        seen += again
        for track, index in seen:
            track.see(Box(*detections.boxes[index]), float(scores[index]), at_s)
        self._learn_colours(seen, detections)
        newcomers = sure[
            (scores[sure] >= rules.new_track_score) & (moving[sure] | (scores[sure] >= rules.still_person_score))
        ]
        seen += self._begin(detections, newcomers, [index for _, index in seen], at_s)
        ended = tuple(track for track in self._tracks if self._is_lost(track, at_s))
        self._tracks = [track for track in self._tracks if track not in ended]
        return LookResult(tuple(seen), ended)

    def end_all(self) -> tuple[Track, ...]:
        """The stream ended: every track ends."""
        ended = tuple(self._tracks)
        self._tracks = []
        return ended

    def _is_hidden(self, track: Track, at_s: float) -> bool:
        return at_s - track.last_seen_s > self._settings.hidden_after_s

    def _is_lost(self, track: Track, at_s: float) -> bool:
        """Ended: gone by the edge, or hidden for too long to be told again."""
        rules = self._settings
        limit_s = rules.lost_after_s
        if track.looks_seen <= 2:
            limit_s = rules.unproven_lost_after_s
        elif track.colours is None or track.near_edge(self._size_px):
            limit_s = rules.hidden_after_s
        return at_s - track.last_seen_s > limit_s

    def _find_again(
        self, detections: Detections, candidates: Indices, at_s: float
    ) -> tuple[list[tuple[Track, int]], Indices]:
        """Who was hidden and now is where he can have walked to, in the same colours; and the candidates left over."""
        rules = self._settings
        found: list[tuple[Track, int]] = []
        hidden = [track for track in self._tracks if self._is_hidden(track, at_s)]
        for track in sorted(hidden, key=lambda each: -each.last_seen_s):
            if self._colours is None or track.colours is None or not len(candidates):
                continue
            boxes = detections.boxes[candidates]
            reach = rules.walks_heights_per_s * track.last_box.height * (at_s - track.last_seen_s)
            feet = boxes[:, :2] + boxes[:, 2:] * (0.5, 1.0)
            left, top, width, height = track.last_box
            away = np.hypot(*(feet - (left + width / 2, top + height)).T)
            ratio = boxes[:, 3] / height
            fits = (away <= reach) & (np.minimum(ratio, 1 / ratio) >= rules.least_height_ratio)
            alike = np.where(fits, self._colours[candidates] @ track.colours, 0.0)
            best = int(alike.argmax())
            if alike[best] >= rules.least_alike_again:
                found.append((track, int(candidates[best])))
                candidates = np.delete(candidates, best)
        return found, candidates

    def _continue_by_doubtful(
        self,
        seen: list[tuple[Track, int]],
        detections: Detections,
        moving: NDArray[np.bool_],
        at_s: float,
    ) -> list[tuple[Track, int]]:
        rules = self._settings
        scores = detections.scores
        doubtful = np.flatnonzero((scores >= rules.doubtful_score) & (scores < rules.sure_score))
        taken = {track.number for track, _ in seen}
        if doubtful.size and seen:
            used = detections.boxes[[index for _, index in seen]]
            doubtful = doubtful[overlap(detections.boxes[doubtful], used).max(axis=1) < rules.same_box_overlap]
        recent = [
            track
            for track in self._tracks
            if track.number not in taken and at_s - track.last_seen_s < rules.doubtful_within_s
        ]
        least = rules.least_overlap_doubtful
        walking = [track for track in recent if track.walks]
        found, _ = self._associate(walking, detections, doubtful[moving[doubtful]], at_s, least)
        doubtful = np.setdiff1d(doubtful, [index for _, index in found])
        resting = [track for track in recent if not track.walks]
        more, _ = self._associate(resting, detections, doubtful, at_s, least)
        return found + more

    def _begin(
        self, detections: Detections, newcomers: Indices, used: list[int], at_s: float
    ) -> list[tuple[Track, int]]:
        begun = []
        for index in newcomers:
            box = detections.boxes[index]
            if used and overlap(box[None], detections.boxes[used]).max() > self._settings.same_person_overlap:
                continue
            track = Track(self._next_number, Box(*box), float(detections.scores[index]), at_s)
            self._next_number += 1
            if self._colours is not None:
                track.colours = self._colours[index]
            self._tracks.append(track)
            begun.append((track, int(index)))
        return begun

    def _associate(
        self, tracks: list[Track], detections: Detections, candidates: Indices, at_s: float, least: float
    ) -> tuple[list[tuple[Track, int]], Indices]:
        """The best pairs of tracks and candidates (indices of detections), and the candidates left over."""
        if not tracks or not len(candidates):
            return [], candidates
        rules, found = self._settings, detections.boxes[candidates]
        unseen_s = np.array([at_s - track.last_seen_s for track in tracks])
        close = closeness(tracks, self._flown, found, np.minimum(rules.grow_per_s * unseen_s, 0.5))
        close *= alike_in_height(tracks, found, rules.least_height_ratio)
        close[turned_back(tracks, found, self._size_px[0])] = 0.0  # he left; this is another, who enters
        likely = rules.least_likely - 0.5 * surprises([track.motion for track in tracks], found)
        if self._colours is not None:
            likely -= rules.colour_weight * unlike(tracks, self._colours[candidates])
        worth = np.where(close >= least, np.maximum(likely, 0.0), 0.0)
        rows, columns = linear_sum_assignment(-worth)
        pairs = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if worth[r, c] > 0]
        left = np.delete(candidates, [c for _, c in pairs])
        return [(tracks[r], int(candidates[c])) for r, c in pairs], left

    def _learn_colours(self, seen: list[tuple[Track, int]], detections: Detections) -> None:
        if self._colours is None or not seen:
            return
        rate = self._settings.learn_colours
        boxes = detections.boxes[[index for _, index in seen]]
        hidden = covered(boxes, boxes)
        np.fill_diagonal(hidden, 0.0)
        for (track, index), by_others in zip(seen, hidden.max(axis=1), strict=True):
            if track.colours is None:
                track.colours = self._colours[index]
            elif by_others < 0.3:
                mixed = (1 - rate) * track.colours + rate * self._colours[index]
                track.colours = mixed / max(float(np.linalg.norm(mixed)), 1e-6)
