"""Who appears in a camera's picture when, and how much of each is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.community.arrays import Floats, Ints
from simulators.community.body import Poses, pose
from simulators.community.outline import Outlines, outline
from simulators.community.people import Person
from simulators.community.placement import SceneCamera

_FARTHEST_M = 45.0
_NEAREST_M = 1.2
_WALL_M = 0.35
_COARSE_PX = 4
_BODY_SHARE = 0.72
"""The middle part of a box that a walking body fills; what stands behind its outer parts is seen."""


@dataclass(frozen=True)
class Appearance:
    """One person's unbroken run of frames on one camera: ``frames`` (F,), their poses and outlines."""

    person: Person
    frames: Ints
    poses: Poses
    outlines: Outlines


def appearances(camera: SceneCamera, people: list[Person], times_s: Floats) -> list[Appearance]:
    """Everybody's runs on the camera's own stretch of street; the fronts hide what is beyond."""
    viewpoint = camera.viewpoint
    found = []
    for person in people:
        where, direction = person.stand(times_s)
        offset = where - np.array([viewpoint.east_m, viewpoint.north_m])
        across, along = offset @ np.array(camera.street.across), offset @ np.array(camera.street.along)
        near = (across > 0.1) & (across < camera.street.width_m - _WALL_M)
        near &= (along > camera.stretch[0]) & (along < camera.stretch[1])
        waist = np.concatenate([where, np.full((len(where), 1), person.figure.height_m / 2)], axis=1)
        seen = viewpoint.project(waist)
        margin = viewpoint.width_px * 0.25
        near &= (seen[:, 2] > _NEAREST_M) & (seen[:, 2] < _FARTHEST_M)
        near &= (seen[:, 0] > -margin) & (seen[:, 0] < viewpoint.width_px + margin)
        candidates = np.flatnonzero(near)
        if not len(candidates):
            continue
        times = times_s[candidates]
        poses = pose(person.figure, where[candidates], direction[candidates], person.paced_m(times), person.speed_m_s)
        outlines = outline(viewpoint, person.figure, poses)
        inside = _share_inside(outlines.boxes, viewpoint.width_px, viewpoint.height_px) > 0
        kept = np.flatnonzero(inside)
        for run in np.split(kept, np.flatnonzero(np.diff(candidates[kept]) > 1) + 1):
            if len(run):
                found.append(Appearance(person, candidates[run], _poses_at(poses, run), _outlines_at(outlines, run)))
    return found


def visibilities(found: list[Appearance], width_px: int, height_px: int, frames: int) -> list[Floats]:
    """For each appearance, (F,): the share of the box inside the picture and not behind the bodies of nearer people."""
    shares = [_share_inside(one.outlines.boxes, width_px, height_px) for one in found]
    present: list[list[tuple[float, int, int]]] = [[] for _ in range(frames)]
    for index, one in enumerate(found):
        for position, frame in enumerate(one.frames):
            present[int(frame)].append((float(one.outlines.depth_m[position]), index, position))
    for together in present:
        together.sort()
        for rank, (_, index, position) in enumerate(together):
            if rank:
                nearer = np.array([found[other].outlines.boxes[at] for _, other, at in together[:rank]])
                hidden = _share_hidden(found[index].outlines.boxes[position], nearer, width_px, height_px)
                shares[index][position] *= 1 - hidden
    return shares


def boxes_in_picture(outlines: Outlines, width_px: int, height_px: int) -> Floats:
    """(F, 4) left, top, right, bottom of what is inside the picture; a cut body's box fits the parts that are left."""
    edge = np.array([width_px, height_px], dtype=float)
    low = (outlines.ends - outlines.radii[..., None]).min(axis=2)
    high = (outlines.ends + outlines.radii[..., None]).max(axis=2)
    gone = ((high <= 0) | (low >= edge)).any(axis=-1, keepdims=True)
    left_top = np.where(gone, edge, np.clip(low, 0, edge)).min(axis=1)
    right_bottom = np.where(gone, 0, np.clip(high, 0, edge)).max(axis=1)
    return np.concatenate([left_top, np.maximum(right_bottom, left_top)], axis=1)


def _share_inside(boxes: Floats, width_px: int, height_px: int) -> Floats:
    wide = np.minimum(boxes[:, 2], width_px) - np.maximum(boxes[:, 0], 0)
    high = np.minimum(boxes[:, 3], height_px) - np.maximum(boxes[:, 1], 0)
    whole = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(np.maximum(wide, 0) * np.maximum(high, 0) / np.maximum(whole, 1e-6))


def _share_hidden(box: Floats, nearer: Floats, width_px: int, height_px: int) -> float:
    """The share of the visible part of ``box`` behind the middles of the ``nearer`` boxes, on a coarse raster."""
    left, top = max(0.0, box[0]), max(0.0, box[1])
    right, bottom = min(float(width_px), box[2]), min(float(height_px), box[3])
    middle, half = (nearer[:, 0] + nearer[:, 2]) / 2, (nearer[:, 2] - nearer[:, 0]) / 2 * _BODY_SHARE
    touching = (middle - half < right) & (middle + half > left) & (nearer[:, 1] < bottom) & (nearer[:, 3] > top)
    if not touching.any():
        return 0.0
    x = np.arange(left, right, _COARSE_PX)[None, :]
    y = np.arange(top, bottom, _COARSE_PX)[:, None]
    hidden = np.zeros((y.size, x.size), dtype=bool)
    for index in np.flatnonzero(touching):
        columns = np.abs(x - middle[index]) < half[index]
        hidden |= columns & (y > nearer[index, 1]) & (y < nearer[index, 3])
    return float(hidden.mean())


def _poses_at(poses: Poses, rows: Ints) -> Poses:
    return Poses(poses.parts, poses.ends[rows], poses.left[rows])


def _outlines_at(outlines: Outlines, rows: Ints) -> Outlines:
    return Outlines(
        ends=outlines.ends[rows],
        radii=outlines.radii[rows],
        order=outlines.order[rows],
        boxes=outlines.boxes[rows],
        depth_m=outlines.depth_m[rows],
        covers=outlines.covers,
    )
