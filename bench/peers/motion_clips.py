"""Clips with the truth of who is where, for comparing ways to find motion: grey pictures of 480x360 with boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box
from hub.vision.evaluation.motchallenge import labels, pictures
from simulators.community import truth as community
from simulators.community.build import film_path

WIDTH_PX, HEIGHT_PX = 480, 360
PACE_HZ = 5.0
"""As often as the product looks; a clip of fewer pictures a second is taken whole."""
MOVES_PER_S = 0.15
"""Of a person's own height: who goes that far in a second moves, who goes less stands."""
_OVER_S = 0.5
"""Before and after, for the speed."""
_LEAST_HEIGHT_PX = 24
_LEAST_VISIBLE = 0.5

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Person:
    """A person in one picture. ``counts`` is who moves, is large enough and can be seen: he shall be found."""

    box: Box
    counts: bool

    def moved(self, right_px: float, down_px: float) -> Person:
        """The same, elsewhere in the picture."""
        left, top, width, height = self.box
        return Person(Box(left + right_px, top + down_px, width, height), self.counts)


@dataclass(frozen=True)
class Clip:
    """Pictures (each 360 x 480) with their times and the people in them."""

    name: str
    pictures: tuple[Grey, ...]
    at_s: tuple[float, ...]
    people: tuple[tuple[Person, ...], ...]

    def between(self, from_s: float, to_s: float) -> Clip:
        """A part of it, that begins at second 0."""
        first, last = np.searchsorted(self.at_s, (from_s, to_s))
        began_s = self.at_s[first]
        times = tuple(at_s - began_s for at_s in self.at_s[first:last])
        return Clip(self.name, self.pictures[first:last], times, self.people[first:last])


@dataclass(frozen=True)
class _Seen:
    who: str
    box: Box
    visible: float


def labelled_clip(sequence: Path, pace_hz: float = PACE_HZ) -> Clip:
    """A sequence in MOTChallenge's layout, squeezed to the size. Raises SequenceError, OSError."""
    where = pictures(sequence)
    frames = list(_greys_of(where))
    rate_hz = _rate_hz(sequence, where)
    height, width = frames[0].shape
    right, down = WIDTH_PX / width, HEIGHT_PX / height
    seen: list[list[_Seen]] = [[] for _ in frames]
    for number, persons in labels(sequence).items():
        for identity, (left, top, wide, high) in persons:
            if number <= len(frames):
                box = Box(left * right, top * down, wide * right, high * down)
                seen[number - 1].append(_Seen(str(identity), box, 1.0))
    step = max(1, round(rate_hz / pace_hz))
    size = (WIDTH_PX, HEIGHT_PX)
    greys = [np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8) for frame in frames]
    return _clip(sequence.name, greys, rate_hz, seen, step)


def simulated_clip(folder: Path, camera_id: str, from_s: float, to_s: float, pace_hz: float = PACE_HZ) -> Clip:
    """A part of a simulated camera's film: its left 480 pixels; clock and number flicker in it."""
    told = community.load(folder)
    rate_hz = told.scene.frame_rate_hz
    frames: list[Grey] = []
    for number, frame in enumerate(_greys_of(film_path(folder, camera_id))):
        if number >= to_s * rate_hz:
            break
        if number >= from_s * rate_hz:
            frames.append(frame[:HEIGHT_PX, :WIDTH_PX].copy())
    seen = [
        [_cut(one) for one in told.boxes_at(camera_id, from_s + number / rate_hz) if one.box.left < WIDTH_PX]
        for number in range(len(frames))
    ]
    return _clip(f"{camera_id} {from_s:g}-{to_s:g} s", frames, rate_hz, seen, max(1, round(rate_hz / pace_hz)))


def _cut(one: community.Seen) -> _Seen:
    left, top, width, height = one.box
    inside = min(left + width, WIDTH_PX) - left
    return _Seen(one.person_id, Box(left, top, inside, height), one.visibility * inside / max(width, 1))


def _clip(name: str, frames: list[Grey], rate_hz: float, seen: list[list[_Seen]], step: int) -> Clip:
    chosen = range(0, len(frames), step)
    people = tuple(tuple(_persons(seen, number, rate_hz)) for number in chosen)
    return Clip(name, tuple(frames[n] for n in chosen), tuple(n / rate_hz for n in chosen), people)


def _persons(seen: list[list[_Seen]], number: int, rate_hz: float) -> Iterator[Person]:
    reach = max(1, round(_OVER_S * rate_hz))
    first, last = max(0, number - reach), min(len(seen) - 1, number + reach)
    before, after = ({one.who: one.box for one in seen[at]} for at in (first, last))
    for one in seen[number]:
        begin, end = before.get(one.who, one.box), after.get(one.who, one.box)
        apart_s = ((last if one.who in after else number) - (first if one.who in before else number)) / rate_hz
        way = np.hypot(end.left + end.width / 2 - begin.left - begin.width / 2, end.top - begin.top)
        moves = apart_s > 0 and way / apart_s >= MOVES_PER_S * one.box.height
        yield Person(one.box, moves and one.box.height >= _LEAST_HEIGHT_PX and one.visible >= _LEAST_VISIBLE)


def _greys_of(where: Path) -> Iterator[Grey]:
    if where.is_dir():
        for path in sorted(where.iterdir()):
            yield np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        return
    with av.open(str(where)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def _rate_hz(sequence: Path, where: Path) -> float:
    ini = sequence / "seqinfo.ini"
    for line in ini.read_text(encoding="utf-8").splitlines() if ini.is_file() else ():
        if line.lower().startswith("framerate="):
            return float(line.split("=")[1])
    if where.is_dir():
        return PACE_HZ
    with av.open(str(where)) as container:
        return float(container.streams.video[0].average_rate or PACE_HZ)
