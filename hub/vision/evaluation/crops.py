"""Labelled crops in the order in which their cameras took them, and what each camera knew of its light by then."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.camera_light import CameraLight
from hub.vision.description.describer import mean_skin_lightness
from hub.vision.description.view import View

_NAME = re.compile(r"(-?\d+)_c(\d+)s(\d+)_(\d+)")
_FRAMES_PER_S = 25.0


@dataclass(frozen=True, eq=False)
class Crop:
    """A crop as Market-1501 names it; a track is what one camera saw of one identity in one sequence."""

    identity: str
    camera: int
    sequence: int
    frame: int
    view: View

    @property
    def track(self) -> tuple[int, int, str]:
        return self.camera, self.sequence, self.identity


def crops_of(folder: Path) -> list[Crop]:
    """By name. Raises ValueError for another name than Market-1501's, or when there is none."""
    crops = []
    for path in sorted(folder.glob("*.jpg")):
        match = _NAME.match(path.name)
        picture = cv2.imread(str(path))
        if match is None or picture is None:
            raise ValueError(f"{path} is no crop named as Market-1501 names them (0001_c1s1_000151_01.jpg)")
        view = View(np.asarray(picture, np.uint8), (0, 0, picture.shape[1], picture.shape[0]), False, 1.0)
        crops.append(Crop(match[1], int(match[2]), int(match[3]), int(match[4]), view))
    if not crops:
        raise ValueError(f"{folder} holds no .jpg")
    return crops


def lightness_gains(crops: Sequence[Crop], skin: Sequence[float | None]) -> tuple[NDArray[np.float64], ...]:
    """The camera's gain for each crop: by the tracks that ended before its own, and by all of the camera's.

    ``skin``: the skin's L* in each crop, None where too little is seen.

    A camera's sequences follow one another without a pause: how long they were apart is not told.
    """
    live, known = np.ones(len(crops)), np.ones(len(crops))
    tracks: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for number, crop in enumerate(crops):
        tracks[crop.track].append(number)
    last = {track: max(crops[number].frame for number in mine) for track, mine in tracks.items()}
    for camera in sorted({crop.camera for crop in crops}):
        light = CameraLight()
        in_order = sorted((track for track in tracks if track[0] == camera), key=lambda track: (track[1], last[track]))
        sequence, began, ended = in_order[0][1], 0, 0
        for track in in_order:
            if track[1] != sequence:
                sequence, began = track[1], ended
            ended = began + last[track]
            live[tracks[track]] = light.lightness_gain
            shown = mean_skin_lightness(skin[number] for number in tracks[track])
            if shown is not None:
                light.learn(shown, ended / _FRAMES_PER_S)
        for track in in_order:
            known[tracks[track]] = light.lightness_gain
    return live, known
