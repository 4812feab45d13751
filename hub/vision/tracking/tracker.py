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

from hub.vision.boxes import Box, Boxes, covered, grown, overlap
from hub.vision.detection.detections import Detections
from hub.vision.tracking.colours import Colours
from hub.vision.tracking.kalman import BoxMotion

Indices = NDArray[np.intp]
_EDGE_PX = 4.0
_NEAR_EDGE = 0.5
"""In widths of the person."""
_SAME_COLOURS = 0.1
"""How far apart the colours of one person are at two looks (median .09 and .06 on the labelled clips)."""
_TURNING_BACK = 0.25
"""Who walks out of the picture and is then this share of his width further in did not turn: somebody else enters."""


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
    least_alike_again: float = 0.85
    walks_heights_per_s: float = 1.2
    unproven_lost_after_s: float = 0.7
    grow_per_s: float = 0.4
    least_likely: float = 10.0
    colour_weight: float = 1.3
    learn_colours: float = 0.3
    no_speed_looks: int = 1


class Track:
    """One person followed over looks. Times are media seconds; boxes are pixels."""

    def __init__(self, number: int, box: Box, score: float, at_s: float) -> None:
        self.number = number
        self.first_seen_s = at_s
        self.last_seen_s = at_s
        self.looks_seen = 1
        self.score_sum = score
        self.colours: Colours | None = None
        self.last_box = box
        self._motion = BoxMotion(box)
        self._moved_to_s = at_s

    @property
    def box(self) -> Box:
        """Where the person is, or is thought to be while unseen."""
        return self._motion.box

    def expected(self, at_s: float) -> Box:
        """Where the person should be at ``at_s``, which is not before the last look."""
        return self._motion.expected(max(at_s - self._moved_to_s, 0.0))

    def surprise(self, found: Boxes) -> NDArray[np.float64]:
        """Squared distances of boxes from where the person should be now, in standard deviations."""
        return self._motion.surprise(found)

    @property
    def mean_score(self) -> float:
        return self.score_sum / self.looks_seen

    @property
    def walks(self) -> bool:
        """Whether the person moves by more than a fifth of his height in a second."""
        right, down = self._motion.speed_px_s
        return float(np.hypot(right, down)) > 0.2 * self.box.height

    def near_edge(self, size_px: tuple[float, float]) -> bool:
        """Whether the person was seen last, or should be now, near the picture's edge."""
        for left, top, width, height in (self.last_box, self.box):
            near = _NEAR_EDGE * width
            if (
                left <= near
                or top <= _EDGE_PX
                or left + width >= size_px[0] - near
                or top + height >= size_px[1] - _EDGE_PX
            ):
                return True
        return False

    def leaving(self, width_px: float) -> int:
        """Which way is inward for one who walks out of the picture: 1 at its left edge, -1 at its right, else 0."""
        if not self.walks:
            return 0
        right, _ = self._motion.speed_px_s
        if right < 0 and self.box.left <= _EDGE_PX:
            return 1
        return -1 if right > 0 and self.box.left + self.box.width >= width_px - _EDGE_PX else 0

    def advance(self, at_s: float, drift: tuple[float, float] | None = None) -> None:
        """Let time pass, in which the box was seen to go by ``drift`` (pixels, right and down)."""
        if at_s > self._moved_to_s:
            before = self.box
            self._motion.advance(at_s - self._moved_to_s)
            self._moved_to_s = at_s
            if drift is not None:
                self._motion.drift(before, *drift)

    def see(self, box: Box, score: float, at_s: float) -> None:
        """The person was found in ``box``."""
        self._motion.correct(box, score)
        self.last_box = box
        self.last_seen_s = at_s
        self.looks_seen += 1
        self.score_sum += score


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
        found = detections.boxes[candidates]
        closeness = np.stack([self._closeness(track, found, at_s) for track in tracks])
        closeness[closeness < least] = 0.0
        rules = self._settings
        likely = rules.least_likely - 0.5 * np.stack([track.surprise(found) for track in tracks])
        likely -= rules.colour_weight * self._unlike(tracks, candidates)
        closeness = np.where(closeness > 0, np.maximum(likely, 0.0), 0.0)
        rows, columns = linear_sum_assignment(-closeness)
        pairs = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if closeness[r, c] > 0]
        left = np.delete(candidates, [c for _, c in pairs])
        return [(tracks[r], int(candidates[c])) for r, c in pairs], left

    def _unlike(self, tracks: list[Track], candidates: Indices) -> NDArray[np.float64]:
        """How far apart tracks and candidates are in colour: 0 as a person is from himself, at most 3."""
        apart = np.zeros((len(tracks), len(candidates)))
        if self._colours is not None:
            for row, track in enumerate(tracks):
                if track.colours is not None:
                    apart[row] = 1 - self._colours[candidates] @ track.colours
        return np.clip((apart - _SAME_COLOURS) / _SAME_COLOURS, 0.0, 3.0)

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

    def _closeness(self, track: Track, found: Boxes, at_s: float) -> NDArray[np.float64]:
        """How well each found box continues a track, 0 to 1: overlap of grown boxes, less for a differing height."""
        rules = self._settings
        share = min(rules.grow_per_s * (at_s - track.last_seen_s), 0.5)
        here = np.array([track.box])
        close = overlap(grown(here, share), grown(found, share))[0]
        flown = self._flown.get(track.number)
        if flown is not None:
            there = np.array([flown])
            close = np.maximum(close, overlap(grown(there, share), grown(found, share))[0])
        ratio = found[:, 3] / here[0, 3]
        alike = np.minimum(ratio, 1 / ratio)
        alike[alike < rules.least_height_ratio] = 0.0
        inward = track.leaving(self._size_px[0])
        back_px = inward * (found[:, 0] + found[:, 2] / 2 - track.box.left - track.box.width / 2)
        alike[back_px > _TURNING_BACK * track.box.width] = 0.0  # he left; this is another, who enters
        return np.asarray(close * alike)
