"""Puts a body and its shadow into a picture: shaded tapered capsules with soft edges, farthest part first."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from simulators.community.arrays import Floats, Image
from simulators.community.body import Cover, Poses
from simulators.community.outline import Outlines
from simulators.community.viewpoint import Viewpoint

_Grey = npt.NDArray[np.float32]

SUN = np.array([0.45, 0.30, 0.84])
"""Direction to the light (east, north, up): a bright overcast afternoon."""

_SHADOW_DEPTH = 0.34

FOLDS_PX = 640


@dataclass(frozen=True)
class Dress:
    """Colours by Cover (5, 3) blue-green-red 0..255, and the cloth's folds (`folds`)."""

    colours: _Grey
    folds: _Grey


def folds(rng: np.random.Generator) -> _Grey:
    """Smooth random light and dark for cloth: a square picture of factors near 1, larger than any body part."""
    size = (FOLDS_PX, FOLDS_PX)
    coarse = cv2.resize(rng.normal(0, 1, (100, 80)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.normal(0, 1, (220, 220)).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 + 0.05 * coarse + 0.035 * fine, dtype=np.float32)


class Painter:
    """Draws one camera's people."""

    def __init__(self, viewpoint: Viewpoint) -> None:
        self._viewpoint = viewpoint
        toward = viewpoint.axes() @ (SUN / np.linalg.norm(SUN))
        self._light = np.array([toward[0], toward[1], -toward[2]], dtype=np.float32)
        self._light /= np.float32(np.linalg.norm(self._light))

    def shadows(self, poses: Poses) -> Floats:
        """Where the capsules' shadows fall on the ground: (F, parts, 2, 2) pixels."""
        length = poses.ends[..., 2:3] / SUN[2]
        ground = poses.ends - length * SUN
        ground[..., 2] = 0
        return np.asarray(self._viewpoint.project(ground)[..., :2])

    def shade(self, picture: Image, shadow: Floats, radii: Floats) -> None:
        """Darken the ground under one body: ``shadow`` (parts, 2, 2) pixels, ``radii`` (parts, 2) pixels."""
        pad = 4
        low = np.floor((shadow - radii[..., None]).min(axis=(0, 1))).astype(int) - pad
        high = np.ceil((shadow + radii[..., None]).max(axis=(0, 1))).astype(int) + pad
        left, top = max(0, int(low[0])), max(0, int(low[1]))
        right, bottom = min(picture.shape[1], int(high[0])), min(picture.shape[0], int(high[1]))
        if right - left < 2 or bottom - top < 2:
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        for (start, end), (first, last) in zip(shadow, radii, strict=True):
            width = max(1, round(float(first + last) * 0.8))
            begin = (round(float(start[0]) - left), round(float(start[1]) - top))
            finish = (round(float(end[0]) - left), round(float(end[1]) - top))
            cv2.line(mask, begin, finish, 255, width)
        mask = cv2.blur(mask, (7, 5))
        factor = 255 - (mask * _SHADOW_DEPTH).astype(np.uint8)
        patch = picture[top:bottom, left:right]
        cv2.multiply(patch, cv2.merge([factor, factor, factor]), dst=patch, scale=1 / 255)

    def draw(self, picture: Image, outlines: Outlines, frame: int, dress: Dress) -> None:
        """Draw one body as it is in ``frame``."""
        rows, columns = picture.shape[:2]
        box = outlines.boxes[frame]
        left, top = max(0, int(box[0]) - 2), max(0, int(box[1]) - 2)
        right, bottom = min(columns, int(box[2]) + 3), min(rows, int(box[3]) + 3)
        if right - left < 2 or bottom - top < 2:
            return
        patch: _Grey = picture[top:bottom, left:right].astype(np.float32)
        corner_x, corner_y = int(box[0]), int(box[1])
        for index in outlines.order[frame]:
            ends = outlines.ends[frame, index]
            radii = outlines.radii[frame, index]
            self._capsule(
                patch, ends - (left, top), radii, dress, outlines.covers[index], (left - corner_x, top - corner_y)
            )
        picture[top:bottom, left:right] = cv2.GaussianBlur(patch, (3, 3), 0.6).astype(np.uint8)

    def _capsule(
        self, patch: _Grey, ends: Floats, radii: Floats, dress: Dress, cover: int, offset: tuple[int, int]
    ) -> None:
        (ax, ay), (bx, by) = ends
        ra, rb = float(radii[0]), float(radii[1])
        x0, x1 = max(0, int(min(ax - ra, bx - rb)) - 1), min(patch.shape[1], int(max(ax + ra, bx + rb)) + 2)
        y0, y1 = max(0, int(min(ay - ra, by - rb)) - 1), min(patch.shape[0], int(max(ay + ra, by + rb)) + 2)
        if x1 <= x0 or y1 <= y0:
            return
        x = np.arange(x0, x1, dtype=np.float32)[None, :] - np.float32(ax)
        y = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(ay)
        dx, dy = np.float32(bx - ax), np.float32(by - ay)
        length = max(float(dx * dx + dy * dy), 1e-3)
        along = np.clip((x * dx + y * dy) / np.float32(length), 0, 1)
        radius = ra + (rb - ra) * along
        nx = (x - along * dx) / radius
        ny = (y - along * dy) / radius
        distance = nx * nx + ny * ny
        alpha = np.clip((1 - np.sqrt(distance)) * radius + 0.5, 0, 1)
        nz = np.sqrt(np.maximum(1 - distance, 0))
        light = self._light
        shade = 0.62 + 0.46 * np.maximum(nx * light[0] + ny * light[1] + nz * light[2], 0)
        if cover >= Cover.UPPER:
            row, column = (y0 + offset[1]) % 256, (x0 + offset[0]) % 256
            shade *= dress.folds[row : row + y1 - y0, column : column + x1 - x0]
        region = patch[y0:y1, x0:x1]
        region += (shade[..., None] * dress.colours[cover] - region) * alpha[..., None]
        np.clip(region, 0, 255, out=region)
