"""Packing: the parts of a picture that are to be looked at, side by side on one canvas for one call of the network.

Shelf packing: parts in rows, the tallest first, on the narrowest-area canvas of those tried. It never takes more pixels
than the whole picture would: then the whole picture is the canvas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes, covered
from hub.vision.detection.detections import Region

GAP_PX = 8
"""Between two parts, so that nobody is seen across the seam."""
_CUT_WITHIN_PX = 1.5
"""Of the canvas: who is found so near a part's edge is cut by it."""
_SAME_PERSON_COVER = 0.6
"""What a region's edge cut off is dropped when another region shows this share of it."""


@dataclass(frozen=True)
class Part:
    """A part of the picture (corners in its pixels) and the place it takes on the canvas (in the canvas's)."""

    left: int
    top: int
    right: int
    bottom: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Canvas:
    """What the network is given: its size, and which parts of the picture stand where on it."""

    width: int
    height: int
    parts: tuple[Part, ...]

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def paint(self, picture: NDArray[np.uint8], empty: int) -> NDArray[np.uint8]:
        """The canvas (height x width x 3) with the picture's parts scaled into it, ``empty`` everywhere else."""
        canvas = np.full((self.height, self.width, 3), empty, np.uint8)
        for part in self.parts:
            source = picture[part.top : part.bottom, part.left : part.right]
            way = cv2.INTER_AREA if 2 * part.height < source.shape[0] else cv2.INTER_LINEAR
            target = canvas[part.y : part.y + part.height, part.x : part.x + part.width]
            cv2.resize(source, (part.width, part.height), dst=target, interpolation=way)
        return canvas

    def back(self, corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Corners (N x 4) in the canvas as corners in the picture, each within the part its middle stands in.

        Also which part that is (N); -1 where it is in none.
        """
        found = np.full(len(corners), -1, np.int64)
        out = np.zeros_like(corners)
        middle_x, middle_y = (corners[:, 0] + corners[:, 2]) / 2, (corners[:, 1] + corners[:, 3]) / 2
        for number, part in enumerate(self.parts):
            inside = (middle_x >= part.x) & (middle_x < part.x + part.width)
            inside &= (middle_y >= part.y) & (middle_y < part.y + part.height)
            zoom = ((part.right - part.left) / part.width, (part.bottom - part.top) / part.height)
            moved = (corners[inside] - (part.x, part.y) * 2) * (zoom * 2) + (part.left, part.top) * 2
            limits = np.array((part.left, part.top, part.right, part.bottom), np.float64)
            out[inside] = np.clip(moved, np.tile(limits[:2], 2), np.tile(limits[2:], 2))
            found[inside] = number
        return out, found

    def cut_off(self, boxes: Boxes, parts: NDArray[np.int64], picture: tuple[int, int]) -> NDArray[np.bool_]:
        """Which boxes are what a part's edge left of somebody whom another part shows (``picture``: width, height)."""
        if len(self.parts) < 2 or not len(boxes):
            return np.zeros(len(boxes), bool)
        edges = np.array([(part.left, part.top, part.right, part.bottom) for part in self.parts], float)[parts]
        corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        inner = edges != np.array((0, 0, *picture), float)
        zoom = np.array([(part.bottom - part.top) / part.height for part in self.parts])[parts]
        cut = (inner & (np.abs(corners - edges) <= _CUT_WITHIN_PX * zoom[:, None])).any(axis=1)
        elsewhere = parts[:, None] != parts[None, :]
        larger = (boxes[:, 2] * boxes[:, 3])[None, :] > (boxes[:, 2] * boxes[:, 3])[:, None]
        shown = (covered(boxes, boxes) >= _SAME_PERSON_COVER) & elsewhere & larger
        return np.asarray(cut & shown.any(axis=1))


def whole(size: tuple[int, int], scale: tuple[float, float], fixed: tuple[int, int] | None, cell: int) -> Canvas:
    """The whole picture of ``size`` (width, height) in the middle of a canvas: ``fixed``, or whole cells around it."""
    width, height = (max(1, round(side * by)) for side, by in zip(size, scale, strict=True))
    canvas = fixed or (_whole_cells(width, cell), _whole_cells(height, cell))
    x, y = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    return Canvas(*canvas, (Part(0, 0, *size, x, y, width, height),))


def pack(size: tuple[int, int], regions: Sequence[Region], scale: tuple[float, float], cell: int) -> Canvas | None:
    """The regions of a picture of ``size`` on a small canvas of whole cells; None where the whole costs no more.

    ``scale`` is the whole picture's, across and down.
    """
    corners = [_corners(region.box, size) for region in regions]
    sides = [
        (
            max(1, round((right - left) * scale[0] * region.scale)),
            max(1, round((bottom - top) * scale[1] * region.scale)),
        )
        for (left, top, right, bottom), region in zip(corners, regions, strict=True)
    ]
    limit = whole(size, scale, None, cell)
    order = sorted(range(len(sides)), key=lambda index: -sides[index][1])
    widest = _whole_cells(max(width for width, _ in sides), cell)
    tries = [_shelves(sides, order, width) for width in range(widest, max(limit.width, widest) + 1, cell)]
    areas = [_whole_cells(used[0], cell) * _whole_cells(used[1], cell) for _, used in tries]
    best = min(range(len(tries)), key=areas.__getitem__)
    if areas[best] >= limit.pixels:
        return None
    places, used = tries[best]
    width, height = _whole_cells(used[0], cell), _whole_cells(used[1], cell)
    shift = ((width - used[0]) // 2, (height - used[1]) // 2)
    parts = (
        Part(*corner, place[0] + shift[0], place[1] + shift[1], *side)
        for corner, place, side in zip(corners, places, sides, strict=True)
    )
    return Canvas(width, height, tuple(parts))


def _shelves(
    sides: list[tuple[int, int]], order: list[int], width: int
) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Where each part stands on a canvas so wide, row by row, and the width and height that are used."""
    places = [(0, 0)] * len(sides)
    x = y = shelf = right = 0
    for index in order:
        part_width, part_height = sides[index]
        if x and x + part_width > width:
            x, y = 0, y + shelf + GAP_PX
            shelf = 0
        places[index] = (x, y)
        shelf = max(shelf, part_height)
        right = max(right, x + part_width)
        x += part_width + GAP_PX
    return places, (right, y + shelf)


def _whole_cells(side_px: int, cell: int) -> int:
    return -(-side_px // cell) * cell


def _corners(region: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part to look at, at least a pixel, within the picture."""
    width, height = size
    inside = region.clipped(width, height)
    left, top = min(int(inside.left), width - 1), min(int(inside.top), height - 1)
    right = min(max(math.ceil(inside.left + inside.width), left + 1), width)
    bottom = min(max(math.ceil(inside.top + inside.height), top + 1), height)
    return left, top, right, bottom
