"""Which tracks of two cameras are probably one person: each the other's most alike there, within half an hour.

No label is needed, and mistakes cost little: whom it takes for one another by mistake is dressed alike, and how two
cameras show the same clothes is what is to be learned (the idea of cross-camera neighbours: Yu et al., ICCV 2017, and
mutual neighbours as positives: Lin et al., AAAI 2019).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.teaching.tracks import Numbers, Tracks

WINDOW_US = 1_800_000_000
"""Tracks are looked for in one another's half hour: a judgement of how long somebody walks about a community."""


def mutual(tracks: Tracks, descriptors: Numbers) -> NDArray[np.intp]:
    """P x 2 track numbers; ``descriptors``: T x K of length 1."""
    window = tracks.started_us // WINDOW_US
    found: list[NDArray[np.intp]] = [np.zeros((0, 2), np.intp)]
    for one in np.unique(window):
        here = np.flatnonzero(window == one)
        by_camera = [here[tracks.camera[here] == camera] for camera in np.unique(tracks.camera[here])]
        for number, mine in enumerate(by_camera):
            for theirs in by_camera[number + 1 :]:
                alike = descriptors[mine] @ descriptors[theirs].T
                best, back = alike.argmax(axis=1), alike.argmax(axis=0)
                agreed = np.flatnonzero(back[best] == np.arange(len(mine)))
                found.append(np.stack([mine[agreed], theirs[best[agreed]]], axis=1))
    return np.concatenate(found)


def unit(rows: Numbers) -> Numbers:
    """Rows made length 1."""
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12))
