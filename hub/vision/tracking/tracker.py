"""Tracking: detections of successive looks tied into one track per person.

Two-stage association after ByteTrack (Zhang et al., ECCV 2022): sure detections first, then doubtful ones for the
tracks still without, so that a half-hidden person is kept. Boxes are grown before they are compared (Yang et al.,
C-BIoU, WACV 2023), the more the longer a track was unseen, since between two looks a walker can leave his own box.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

from hub.vision.boxes import Box, covered, overlap
from hub.vision.detection.detections import Detections
from hub.vision.tracking.colours import Colours
from hub.vision.tracking.matching import alike_in_height, closeness, turned_back, unlike
from hub.vision.tracking.track import Track

Indices = list[int]
"""Of detections."""


class _Found(NamedTuple):
    """What one look found; ``moving`` says of each detection whether something moves in its box."""

    boxes: list[Box]
    scores: list[float]
    moving: list[bool]
    colours: Colours | None


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
        rules = self._settings
        boxes = [Box(*box) for box in detections.boxes.tolist()]
        found = _Found(boxes, detections.scores.tolist(), moving.tolist(), colours)
        self._flown = {}
        for track in self._tracks:
            drift = (drifts or {}).get(track.number)
            if drift is not None:
                left, top, width, height = track.box
                self._flown[track.number] = Box(left + drift[0], top + drift[1], width, height)
            track.advance(at_s, drift if drift is not None and track.looks_seen <= rules.no_speed_looks else None)
        sure = [index for index, score in enumerate(found.scores) if score >= rules.sure_score]
        followed = [track for track in self._tracks if not self._is_hidden(track, at_s)]
        proven = [track for track in followed if track.looks_seen > 1]
        young = [track for track in followed if track.looks_seen == 1]
        seen, sure = self._associate(proven, found, sure, at_s, rules.least_overlap)
        matched, sure = self._associate(young, found, sure, at_s, rules.least_overlap)
        seen += matched
        seen += self._continue_by_doubtful(seen, found, at_s)
        again, sure = self._find_again(found, sure, at_s)
        seen += again
        for track, index in seen:
            track.see(found.boxes[index], found.scores[index], at_s)
        self._learn_colours(seen, found)
        newcomers = [
            index
            for index in sure
            if found.scores[index] >= rules.new_track_score
            and (found.moving[index] or found.scores[index] >= rules.still_person_score)
        ]
        seen += self._begin(found, newcomers, [index for _, index in seen], at_s)
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

    def _find_again(self, found: _Found, candidates: Indices, at_s: float) -> tuple[list[tuple[Track, int]], Indices]:
        """Who was hidden and now is where he can have walked to, in the same colours; and the candidates left over."""
        rules = self._settings
        again: list[tuple[Track, int]] = []
        hidden = [track for track in self._tracks if self._is_hidden(track, at_s)]
        for track in sorted(hidden, key=lambda each: -each.last_seen_s):
            best, most_alike = -1, rules.least_alike_again
            for index in candidates:
                alike = self._alike_again(track, found, index, at_s)
                if alike >= most_alike and (best < 0 or alike > most_alike):
                    best, most_alike = index, alike
            if best >= 0:
                again.append((track, best))
                candidates = [index for index in candidates if index != best]
        return again, candidates

    def _alike_again(self, track: Track, found: _Found, index: int, at_s: float) -> float:
        """How alike in colour a hidden one is to a detection; 0 where he cannot have walked to, or of other height."""
        if found.colours is None or track.colours is None:
            return 0.0
        rules = self._settings
        left, top, width, height = track.last_box
        box = found.boxes[index]
        away = math.hypot(box.left + 0.5 * box.width - (left + width / 2), box.top + box.height - (top + height))
        if away > rules.walks_heights_per_s * height * (at_s - track.last_seen_s):
            return 0.0
        if not alike_in_height(track.last_box, box, rules.least_height_ratio):
            return 0.0
        return float(found.colours[index] @ track.colours)

    def _continue_by_doubtful(
        self, seen: list[tuple[Track, int]], found: _Found, at_s: float
    ) -> list[tuple[Track, int]]:
        rules = self._settings
        doubtful = [
            index for index, score in enumerate(found.scores) if rules.doubtful_score <= score < rules.sure_score
        ]
        if doubtful and seen:
            used = np.array([found.boxes[index] for _, index in seen])
            shared = overlap(np.array([found.boxes[index] for index in doubtful]), used).max(axis=1)
            doubtful = [index for index, most in zip(doubtful, shared, strict=True) if most < rules.same_box_overlap]
        if not doubtful:
            return []
        taken = {track.number for track, _ in seen}
        recent = [
            track
            for track in self._tracks
            if track.number not in taken and at_s - track.last_seen_s < rules.doubtful_within_s
        ]
        least = rules.least_overlap_doubtful
        walking = [track for track in recent if track.walks]
        moving = [index for index in doubtful if found.moving[index]]
        continued, _ = self._associate(walking, found, moving, at_s, least)
        used_now = {index for _, index in continued}
        resting = [track for track in recent if not track.walks]
        more, _ = self._associate(resting, found, [index for index in doubtful if index not in used_now], at_s, least)
        return continued + more

    def _begin(self, found: _Found, newcomers: Indices, used: Indices, at_s: float) -> list[tuple[Track, int]]:
        begun = []
        others = np.array([found.boxes[index] for index in used])
        for index in newcomers:
            box = found.boxes[index]
            if used and overlap(np.array([box]), others).max() > self._settings.same_person_overlap:
                continue
            track = Track(self._next_number, box, found.scores[index], at_s)
            self._next_number += 1
            if found.colours is not None:
                track.colours = found.colours[index]
            self._tracks.append(track)
            begun.append((track, index))
        return begun

    def _associate(
        self, tracks: list[Track], found: _Found, candidates: Indices, at_s: float, least: float
    ) -> tuple[list[tuple[Track, int]], Indices]:
        """The best pairs of tracks and candidates, and the candidates left over."""
        if not tracks or not candidates:
            return [], candidates
        worth = np.array([self._worths(track, found, candidates, at_s, least) for track in tracks])
        rows, columns = linear_sum_assignment(-worth)
        pairs = [
            (tracks[row], candidates[column])
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if worth[row, column] > 0
        ]
        used = {index for _, index in pairs}
        return pairs, [index for index in candidates if index not in used]

    def _worths(self, track: Track, found: _Found, candidates: Indices, at_s: float, least: float) -> list[float]:
        """How likely each candidate continues the track, as a logarithm; 0 where it cannot."""
        rules = self._settings
        growth = min(rules.grow_per_s * (at_s - track.last_seen_s), 0.5)
        here, flown, inward = track.box, self._flown.get(track.number), track.leaving(self._size_px[0])
        worths = [0.0] * len(candidates)
        for column, index in enumerate(candidates):
            box = found.boxes[index]
            close = closeness(here, box, growth)
            if flown is not None:
                close = max(close, closeness(flown, box, growth))
            if close < least or close * alike_in_height(here, box, rules.least_height_ratio) < least:
                continue
            if turned_back(here, box, inward):
                continue  # he left; this is another, who enters
            likely = rules.least_likely - 0.5 * track.motion.surprise(box)
            if found.colours is not None:
                likely -= rules.colour_weight * unlike(track.colours, found.colours[index])
            worths[column] = max(likely, 0.0)
        return worths

    def _learn_colours(self, seen: list[tuple[Track, int]], found: _Found) -> None:
        if found.colours is None or not seen:
            return
        rate = self._settings.learn_colours
        boxes = np.array([found.boxes[index] for _, index in seen])
        hidden = covered(boxes, boxes)
        np.fill_diagonal(hidden, 0.0)
        for (track, index), by_others in zip(seen, hidden.max(axis=1).tolist(), strict=True):
            if track.colours is None:
                track.colours = found.colours[index]
            elif by_others < 0.3:
                mixed = (1 - rate) * track.colours + rate * found.colours[index]
                track.colours = mixed / max(math.sqrt(mixed @ mixed), 1e-6)
