"""The ways to find motion that are compared, and what each shows of a clip: cost, who was found, what moved wrongly."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.peers.motion_clips import HEIGHT_PX, WIDTH_PX, Clip, Grey, Person
from hub.vision.motion import SMALL_HEIGHT_PX, MotionDetector

FOUND_FROM = 0.1
"""Of a person's box that moves."""
_GROWN = 0.1
"""A box grown by so much of its size on each side is the person's: labels are not exact, and people have shadows."""
_SHADOW = 127
_STEADY_S = 1.0
_SETTLED_FOUND = 0.8
_SETTLED_WRONG = 0.02
_SETTLED_INSIDE = 0.8
_ROUNDS = 300


class Way(Protocol):
    """Finds motion in one clip."""

    def observe(self, grey: Grey, at_s: float) -> tuple[Grey, bool]:
        """The mask (255 moves; of any size) and whether it says that it is settled."""
        ...


class Ours:
    def __init__(self) -> None:
        self._detector = MotionDetector()

    def observe(self, grey: Grey, at_s: float) -> tuple[Grey, bool]:
        motion = self._detector.observe(grey, at_s)
        return motion.mask, motion.settled


class Peer:
    """One of OpenCV's, on the whole picture, or on one of the hub's height."""

    def __init__(self, subtractor: cv2.BackgroundSubtractor, small: bool) -> None:
        self._subtractor = subtractor
        self._small = small
        self._mask = np.zeros((0, 0), np.uint8)

    def observe(self, grey: Grey, at_s: float) -> tuple[Grey, bool]:
        if self._small:
            size = (WIDTH_PX * SMALL_HEIGHT_PX // HEIGHT_PX, SMALL_HEIGHT_PX)
            grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        shown = self._subtractor.apply(grey)
        _, moving = cv2.threshold(shown, _SHADOW, 255, cv2.THRESH_BINARY)
        return np.asarray(cv2.medianBlur(moving, 3 if self._small else 5), np.uint8), True


WAYS: dict[str, Callable[[], Way]] = {
    "ours": Ours,
    "mog2": lambda: Peer(cv2.createBackgroundSubtractorMOG2(), small=False),
    "knn": lambda: Peer(cv2.createBackgroundSubtractorKNN(), small=False),
    "mog2_small": lambda: Peer(cv2.createBackgroundSubtractorMOG2(), small=True),
    "knn_small": lambda: Peer(cv2.createBackgroundSubtractorKNN(), small=True),
}


@dataclass(frozen=True)
class Shown:
    """What one picture showed: persons to be found, and found; what moves in and out of boxes, of the picture."""

    at_s: float
    wanted: int
    hits: int
    inside: float
    outside: float
    settled: bool
    nobody: bool
    cpu_ms: float

    @property
    def wrong(self) -> float:
        return self.outside


@dataclass(frozen=True)
class Watched:
    """What a way showed of a clip."""

    shown: tuple[Shown, ...]

    def after(self, at_s: float) -> Watched:
        return replace(self, shown=tuple(one for one in self.shown if one.at_s >= at_s - 1e-6))

    @property
    def cpu_ms(self) -> float:
        return statistics.median(one.cpu_ms for one in self.shown)

    @property
    def cpu_p95_ms(self) -> float:
        return float(np.percentile([one.cpu_ms for one in self.shown], 95))

    @property
    def wanted(self) -> int:
        return sum(one.wanted for one in self.shown)

    @property
    def hits(self) -> int:
        return sum(one.hits for one in self.shown)

    @property
    def found(self) -> float | None:
        """The share of moving persons that were found, over all pictures."""
        return self.hits / self.wanted if self.wanted else None

    @property
    def inside(self) -> float | None:
        """The share of all moving area that is in somebody's box."""
        inside, outside = sum(one.inside for one in self.shown), sum(one.outside for one in self.shown)
        return inside / (inside + outside) if inside + outside else None

    @property
    def wrong(self) -> list[float]:
        return [one.wrong for one in self.shown]

    @property
    def woken(self) -> list[bool]:
        """Of the pictures in which nobody is: whether anything moved."""
        return [one.outside > 0 for one in self.shown if one.nobody]

    @property
    def told_settled_s(self) -> float | None:
        """When the way first said that it is settled."""
        return next((round(one.at_s, 2) for one in self.shown if one.settled), None)

    def told_settled_again_s(self, from_s: float) -> float:
        """How long after that second it said for the last time that it is not settled; 0 where it always was."""
        unsettled = [one.at_s for one in self.shown if one.at_s >= from_s and not one.settled]
        return round(max(unsettled, default=from_s) - from_s, 2)

    @property
    def settled_after_s(self) -> float | None:
        """From when on, for a second, most who move are found and little else moves but shadows; None for never."""
        for first in self.shown:
            near = Watched(tuple(one for one in self.shown if first.at_s <= one.at_s <= first.at_s + _STEADY_S))
            found = near.found
            enough = found is None or found >= _SETTLED_FOUND
            little = statistics.mean(near.wrong) <= _SETTLED_WRONG or (near.inside or 0.0) >= _SETTLED_INSIDE
            if enough and little and first.settled:
                return round(first.at_s, 2)
        return None

    def calm_after_s(self, most_wrong: float) -> float | None:
        """From when on no more than that moves wrongly in the mean of a second; None for never."""
        for first in self.shown:
            near = [one.wrong for one in self.shown if first.at_s <= one.at_s <= first.at_s + _STEADY_S]
            if statistics.mean(near) <= most_wrong:
                return round(first.at_s, 2)
        return None


def watch(name: str, clip: Clip) -> Watched:
    """Show a clip to a new one of that name."""
    way = WAYS[name]()
    shown = []
    for picture, at_s, people in zip(clip.pictures, clip.at_s, clip.people, strict=True):
        began_ns = time.thread_time_ns()
        mask, settled = way.observe(picture, at_s)
        spent_ns = time.thread_time_ns() - began_ns
        shown.append(_shown(mask, settled, at_s, people, spent_ns / 1e6))
    return Watched(tuple(shown))


def _shown(mask: Grey, settled: bool, at_s: float, people: tuple[Person, ...], cpu_ms: float) -> Shown:
    height, width = mask.shape
    right, down = width / WIDTH_PX, height / HEIGHT_PX
    elsewhere = mask.copy()
    wanted = hits = 0
    for person in people:
        left, top, wide, high = person.box
        part = _part(mask, left * right, top * down, (left + wide) * right, (top + high) * down)
        if person.counts:
            wanted += 1
            hits += cv2.countNonZero(part) >= FOUND_FROM * part.size if part.size else 0
        more_x, more_y = wide * _GROWN + 1 / right, high * _GROWN + 1 / down
        edges = ((left - more_x) * right, (top - more_y) * down)
        _part(elsewhere, *edges, (left + wide + more_x) * right, (top + high + more_y) * down)[:] = 0
    outside, every = cv2.countNonZero(elsewhere), cv2.countNonZero(mask)
    return Shown(at_s, wanted, hits, (every - outside) / mask.size, outside / mask.size, settled, not people, cpu_ms)


def _part(mask: Grey, left: float, top: float, right: float, bottom: float) -> NDArray[np.uint8]:
    return mask[max(round(top), 0) : max(round(bottom), 0), max(round(left), 0) : max(round(right), 0)]


def floor_ms() -> dict[str, float]:
    """What cannot be saved: one reading of the picture, and its making small."""
    picture = np.random.default_rng(1).integers(0, 255, (HEIGHT_PX, WIDTH_PX), dtype=np.uint8)
    size = (WIDTH_PX * SMALL_HEIGHT_PX // HEIGHT_PX, SMALL_HEIGHT_PX)
    return {
        "read": _median_ms(lambda: cv2.sumElems(picture)),
        "resize": _median_ms(lambda: cv2.resize(picture, size, interpolation=cv2.INTER_AREA)),
    }


def _median_ms(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(_ROUNDS):
        began_ns = time.thread_time_ns()
        act()
        spent.append(time.thread_time_ns() - began_ns)
    return round(statistics.median(spent) / 1e6, 4)
