"""Hits of one person put together, for the list: by likeness of descriptors and heights, and by possible walking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hub.sightings.path.anchors import height_weight, units
from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.ground import CameraGround
from hub.sightings.path.pace import Pace, possible
from hub.sightings.path.weighing import Weighing

SURE = 2.0
"""Log likelihood ratio from which on two are put together: a wrong group is worse than two of one person."""


def group(
    glimpses: Sequence[Glimpse], ground: CameraGround, pace: Pace, weighing: Weighing
) -> tuple[tuple[Glimpse, ...], ...]:
    """Groups of one person each, in the order of their first glimpse; who is alone is a group of one.

    Each, in the order given (best first), joins the group whose mean it is most like and with all of which he can have
    walked. Glimpses of cameras without a place can have walked with none. O(N²), or a little more.
    """
    count = len(glimpses)
    apart = ~_may_be_one(glimpses, ground, pace)
    vectors = units(glimpses, weighing.describer)
    heights = np.array([np.nan if glimpse.height_m is None else glimpse.height_m for glimpse in glimpses])
    weights = np.where(np.isnan(heights), 0.0, [height_weight(glimpse) for glimpse in glimpses])
    member = np.zeros((0, count), np.bool_)
    for number in range(count):
        likeness = np.where(
            (member @ apart[number]), -np.inf, _likeness(number, member, vectors, heights, weights, weighing)
        )
        if len(likeness) and likeness.max() >= SURE:
            member[int(likeness.argmax()), number] = True
        else:
            member = np.vstack([member, np.arange(count) == number])
    return tuple(tuple(glimpses[number] for number in np.flatnonzero(row).tolist()) for row in member)


def _likeness(
    number: int,
    member: NDArray[np.bool_],
    vectors: NDArray[np.float64],
    heights: NDArray[np.float64],
    weights: NDArray[np.float64],
    weighing: Weighing,
) -> NDArray[np.float64]:
    """What likeness to each group weighs, (groups,)."""
    sums = member @ vectors
    lengths = np.linalg.norm(sums, axis=1)
    known = (lengths > 0) & bool(vectors[number].any())
    looks = np.where(known, weighing.same_looks.at(sums @ vectors[number] / np.maximum(lengths, 1e-9)), 0.0)
    total = member @ weights
    mean = (member @ np.where(weights > 0, heights * weights, 0.0)) / np.maximum(total, 1e-9)
    both = (total > 0) & (weights[number] > 0)
    error = np.sqrt(1 / np.maximum(total, 1e-9) + 1 / max(weights[number], 1e-9))
    off = np.where(both, -np.abs(np.nan_to_num(heights[number]) - mean) / error, 0.0)
    return np.asarray(looks + np.where(both, weighing.same_height.at(off), 0.0))


def _may_be_one(glimpses: Sequence[Glimpse], ground: CameraGround, pace: Pace) -> NDArray[np.bool_]:
    placed = np.array([glimpse.camera_id in ground.number for glimpse in glimpses], np.bool_)
    camera = np.array([ground.number.get(glimpse.camera_id, 0) for glimpse in glimpses], np.intp)
    zero = glimpses[0].started_s if glimpses else 0.0
    started = np.array([glimpse.started_s - zero for glimpse in glimpses], np.float32)
    ended = np.array([glimpse.ended_s - zero for glimpse in glimpses], np.float32)
    clear = np.maximum(started[:, None] - ended, (started[:, None] - ended).T)
    at = np.ix_(camera, camera)
    if not len(glimpses) or not len(ground.posts):
        return np.zeros((len(glimpses), len(glimpses)), np.bool_)
    extent = (ground.extent_m[camera][:, None] + ground.extent_m[camera]).astype(np.float32)
    may_be = possible(clear, ground.walk_m[at].astype(np.float32), extent, camera[:, None] == camera, pace)
    return may_be & placed & placed[:, None]
