"""How well each of M tracks is continued by each of N boxes that were found, all pairs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes
from hub.vision.tracking.colours import Colours
from hub.vision.tracking.track import Track

Pairs = NDArray[np.float64]
"""M x N."""

_SAME_COLOURS = 0.1
"""How far apart the colours of one person are at two looks (median .09 and .06 on the labelled clips)."""
_TURNING_BACK = 0.25
"""Who walks out of the picture and is then this share of his width further in did not turn: somebody else enters."""


def closeness(tracks: Sequence[Track], flown: Mapping[int, Box], found: Boxes, growth: NDArray[np.float64]) -> Pairs:
    """Intersection over union, 0 to 1, of both boxes grown by the track's share of their size (M) on every side.

    Where a track's box was seen to go (``flown``, by number), the better of there and where it should be.
    """
    here = _boxes(tracks)
    close = _overlap_grown(here, found, growth)
    if flown:
        there = np.array([flown.get(track.number, track.box) for track in tracks])
        close = np.maximum(close, _overlap_grown(there, found, growth))
    return close


def alike_in_height(tracks: Sequence[Track], found: Boxes, least_ratio: float) -> Pairs:
    """The lower by the higher, 0 to 1; 0 below ``least_ratio``."""
    ratio = found[None, :, 3] / _boxes(tracks)[:, 3, None]
    alike = np.minimum(ratio, 1 / ratio)
    return np.where(alike < least_ratio, 0.0, alike)


def turned_back(tracks: Sequence[Track], found: Boxes, width_px: float) -> NDArray[np.bool_]:
    """Whether one who walks out of a picture so wide would have to come back to be in that box."""
    boxes = _boxes(tracks)
    inward = np.array([track.leaving(width_px) for track in tracks])
    away = (found[:, 0] + found[:, 2] / 2)[None] - (boxes[:, 0] + boxes[:, 2] / 2)[:, None]
    return np.asarray(inward[:, None] * away > _TURNING_BACK * boxes[:, 2, None])


def unlike(tracks: Sequence[Track], found: Colours) -> Pairs:
    """How far apart in colour: 0 as a person is from himself, at most 3; 0 of a track whose colours are not known."""
    apart = np.zeros((len(tracks), len(found)))
    known = [row for row, track in enumerate(tracks) if track.colours is not None]
    if known:
        apart[known] = 1 - np.array([tracks[row].colours for row in known]) @ found.T
    return np.asarray(np.clip((apart - _SAME_COLOURS) / _SAME_COLOURS, 0.0, 3.0))


def _boxes(tracks: Sequence[Track]) -> Boxes:
    return np.array([track.box for track in tracks])


def _overlap_grown(first: Boxes, second: Boxes, growth: NDArray[np.float64]) -> Pairs:
    more = growth[:, None, None]
    low = np.maximum(
        first[:, None, :2] - more * first[:, None, 2:],
        second[None, :, :2] - more * second[None, :, 2:],
    )
    high = np.minimum(
        first[:, None, :2] + (1 + more) * first[:, None, 2:],
        second[None, :, :2] + (1 + more) * second[None, :, 2:],
    )
    both = np.maximum(high - low, 0.0).prod(axis=2)
    each = (first[:, 2] * first[:, 3])[:, None] + (second[:, 2] * second[:, 3])[None]
    return np.asarray(both / np.maximum(each * (1 + 2 * growth[:, None]) ** 2 - both, 1e-9))
