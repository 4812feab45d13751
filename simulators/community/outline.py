"""A body's capsules as one camera sees them: flat tapered capsules in pixels, nearest last, and their boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.community.arrays import Floats, Ints
from simulators.community.body import Figure, Poses
from simulators.community.viewpoint import Viewpoint


@dataclass(frozen=True)
class Outlines:
    """A body over F frames in one camera's picture.

    ``ends`` (F, parts, 2, 2) and ``radii`` (F, parts, 2) pixels; ``order`` (F, parts) farthest part first; ``boxes``
    (F, 4) left, top, right, bottom, not cut at the picture's edge; ``depth_m`` (F,); ``covers`` (parts,).
    """

    ends: Floats
    radii: Floats
    order: Ints
    boxes: Floats
    depth_m: Floats
    covers: tuple[int, ...]


def outline(viewpoint: Viewpoint, figure: Figure, poses: Poses) -> Outlines:
    """Project poses. An elliptic part's half-width is that of its silhouette at the angle at which it is seen."""
    seen = viewpoint.project(poses.ends)
    right = viewpoint.axes()[0]
    across = np.abs(poses.left @ right)[:, None, None]
    broad = np.array([(part.across_start, part.across_end) for part in poses.parts])[None]
    deep = np.array([(part.along_start, part.along_end) for part in poses.parts])[None]
    half = np.sqrt((broad * across) ** 2 + deep**2 * (1 - across**2)) * figure.height_m
    depth = np.maximum(seen[..., 2], 0.3)
    radii = half * viewpoint.focal_px / depth
    low = (seen[..., :2] - radii[..., None]).min(axis=(1, 2))
    high = (seen[..., :2] + radii[..., None]).max(axis=(1, 2))
    middle = seen[..., 2].mean(axis=2)
    return Outlines(
        ends=seen[..., :2],
        radii=radii,
        order=np.argsort(-middle, axis=1),
        boxes=np.concatenate([low, high], axis=1),
        depth_m=middle.mean(axis=1),
        covers=tuple(int(part.cover) for part in poses.parts),
    )
