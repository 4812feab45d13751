"""Makes people in a decoded picture unrecognisable, in its own planes of brightness and colour (4:2:0).

What is hidden is replaced by a few flat cells, so that nothing finer is left of it: at most CELLS over a person's
height, of which a face takes less than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.footage.exports.tracks import MARGIN, Box, Track, courses

Plane = NDArray[np.uint8]
Polygon = tuple[tuple[float, float], ...]
"""Corners in shares of the picture's width and height."""
CELLS = 6
"""Over the height of a hidden box. A head is about an eighth of a standing person (ISO 7250-1)."""
LEAST_CELL_PX = 16
HEAD = 0.25
"""Of a person's height, from the top: the head, and the shoulders under a head that is bent."""
BESIDE_HEAD = 0.2
"""Of a person's box, at either side: arms."""
_SAMPLES = 8
"""A cell's mean is taken of so many pixels each way; of all, it would take longer than decoding."""
WHOLE_PICTURE_CELLS = 24
"""Over the height of the picture where all of it is hidden: somebody who fills half of it has 12."""


class Blur(StrEnum):
    """Who is made unrecognisable."""

    OTHERS = "others"
    """Everyone whom the tracker saw, but those who are sought."""
    ALL_BUT_SOUGHT = "all_but_sought"
    """The whole picture but for those who are sought."""
    NONE = "none"


class Planes:
    """A 4:2:0 picture: brightness, and two planes of colour of half its width and height. Changed in place."""

    def __init__(self, y: Plane, u: Plane, v: Plane) -> None:
        self.y, self.u, self.v = y, u, v

    @property
    def height_px(self) -> int:
        return int(self.y.shape[0])

    @property
    def width_px(self) -> int:
        return int(self.y.shape[1])

    def all(self) -> tuple[tuple[Plane, int], ...]:
        """Each with by how much it is smaller than the picture."""
        return (self.y, 1), (self.u, 2), (self.v, 2)


class Part(tuple[int, int, int, int]):
    """Left, top, right, bottom in whole pixels within the picture, all even, so that it holds in every plane."""

    @classmethod
    def of(cls, box: Box, width_px: int, height_px: int) -> Part | None:
        """The pixels that a box touches; None where it is outside."""
        left, top = max(0, int(box.left) // 2 * 2), max(0, int(box.top) // 2 * 2)
        right, bottom = min(width_px, int(box.right + 3) // 2 * 2), min(height_px, int(box.bottom + 3) // 2 * 2)
        return cls((left, top, right, bottom)) if left < right and top < bottom else None

    @property
    def height_px(self) -> int:
        return self[3] - self[1]

    def of_plane(self, plane: Plane, smaller: int) -> Plane:
        """This part of a plane, without a copy."""
        left, top, right, bottom = self
        return plane[top // smaller : bottom // smaller, left // smaller : right // smaller]


class Blurring:
    """Hides people in the pictures of one clip, all of one size; ``hide`` is called for each."""

    def __init__(
        self,
        blur: Blur,
        others: Sequence[Track],
        sought: Sequence[Track],
        masked: Sequence[Polygon],
        blind: Sequence[tuple[int, int]],
        size_px: tuple[int, int],
    ) -> None:
        """``masked``: what is hidden whatever else is shown; ``blind``: when it is not known where everybody is, and
        all but who is sought is hidden; ``size_px``: width, height."""
        self._blur = blur
        self._blind = blind
        self._width_px, self._height_px = size_px
        self._others = courses(others, *size_px)
        self._sought = courses(sought, *size_px)
        self._masked = self._parts(_around(polygon, *size_px) for polygon in masked)

    def hide(self, picture: Planes, at_us: int) -> None:
        """Hide in the picture taken then whom this clip does not show, and last what is masked."""
        if self._blur is not Blur.NONE:
            self._hide_people(picture, at_us)
        for part in self._masked:
            _flatten(picture, part, part.height_px // CELLS)

    def _hide_people(self, picture: Planes, at_us: int) -> None:
        others = self._parts(course.may_be_at(at_us) for course in self._others)
        sought = [box for course in self._sought if (box := course.seen_at(at_us)) is not None]
        if self._blur is Blur.ALL_BUT_SOUGHT or any(begins <= at_us < ends for begins, ends in self._blind):
            around = _copies(picture, self._parts(box.enlarged(box.height * MARGIN) for box in sought))
            _flatten(picture, Part((0, 0, self._width_px, self._height_px)), self._height_px // WHOLE_PICTURE_CELLS)
            _put_back(picture, around)
        kept = _copies(picture, self._parts(sought)) if others else []
        for part in others:
            _flatten(picture, part, part.height_px // CELLS)
        _put_back(picture, kept)
        for head, cell_px in self._heads_before(sought, at_us):
            _flatten(picture, head, cell_px)

    def _heads_before(self, sought: Sequence[Box], at_us: int) -> Iterator[tuple[Part, int]]:
        """The heads of others who stand before somebody who is sought, each with how large its cells are.

        Who stands lower in the picture is nearer; what a head covers of the one who is sought is not seen anyway.
        """
        for course in self._others if sought else ():
            other = course.seen_at(at_us)
            if other is None or not any(other.overlaps(box) and other.bottom >= box.bottom for box in sought):
                continue
            beside = (other.right - other.left) * BESIDE_HEAD
            head = Part.of(
                Box(
                    other.left + beside,
                    other.top - other.height * MARGIN,
                    other.right - beside,
                    other.top + other.height * HEAD,
                ),
                self._width_px,
                self._height_px,
            )
            if head is not None:
                yield head, round(other.height) // CELLS

    def _parts(self, boxes: Iterable[Box | None]) -> list[Part]:
        found = (Part.of(box, self._width_px, self._height_px) for box in boxes if box is not None)
        return [part for part in found if part is not None]


def _around(polygon: Polygon, width_px: int, height_px: int) -> Box:
    across, down = zip(*polygon, strict=True)
    return Box(min(across) * width_px, min(down) * height_px, max(across) * width_px, max(down) * height_px)


def _flatten(picture: Planes, part: Part, cell_px: int) -> None:
    """Replace a part by the means of its cells."""
    cell_px = max(cell_px, LEAST_CELL_PX)
    for plane, smaller in picture.all():
        here = part.of_plane(plane, smaller)
        height, width = here.shape
        cells = (max(1, round(width * smaller / cell_px)), max(1, round(height * smaller / cell_px)))
        step = max(1, cell_px // smaller // _SAMPLES)
        means = cv2.resize(here[::step, ::step], cells, interpolation=cv2.INTER_AREA)
        cv2.resize(means, (width, height), dst=here, interpolation=cv2.INTER_NEAREST)


def _copies(picture: Planes, parts: Sequence[Part]) -> list[tuple[Part, list[Plane]]]:
    return [(part, [part.of_plane(plane, smaller).copy() for plane, smaller in picture.all()]) for part in parts]


def _put_back(picture: Planes, kept: Sequence[tuple[Part, Sequence[Plane]]]) -> None:
    for part, planes in kept:
        for (plane, smaller), was in zip(picture.all(), planes, strict=True):
            part.of_plane(plane, smaller)[:] = was
