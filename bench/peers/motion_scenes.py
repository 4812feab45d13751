"""Hard scenes for finding motion, laid over the pictures of a clip from one second on: light, weather, lamps, shake."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.peers.motion_clips import HEIGHT_PX, WIDTH_PX, Clip, Grey

BEGINS_S = 8.0
"""When the scene turns hard; until then the background can be learned."""
_ROWS = np.arange(HEIGHT_PX)[:, None]
_COLUMNS = np.arange(WIDTH_PX)[None, :]
_STREAKS = 250
_SHAKE_PX = 3.0
_BUMP_PX = (14.0, -9.0)
_INFRARED_S = 0.6
"""How long a camera shows next to nothing while its filter moves."""

Random = np.random.Generator
Change = Callable[[Grey, float, Random], NDArray[np.generic]]
"""Makes a grey picture hard, so many seconds after the scene turned so."""


@dataclass(frozen=True)
class HardScene:
    """``seed`` makes the same scene each time."""

    name: str
    change: Change
    moved_px: tuple[float, float] = (0.0, 0.0)
    """How far people, too, are elsewhere in the picture."""
    lasts_s: float = 0.0
    """How long the change itself takes; settling counts from its end."""

    def over(self, clip: Clip, seed: int) -> Clip:
        """The clip with this laid over it."""
        random = np.random.default_rng(seed)
        pictures = tuple(
            picture if at_s < BEGINS_S else _whole(self.change(picture, at_s - BEGINS_S, random))
            for picture, at_s in zip(clip.pictures, clip.at_s, strict=True)
        )
        people = tuple(
            tuple(each.moved(*self.moved_px) for each in present) if at_s >= BEGINS_S else present
            for present, at_s in zip(clip.people, clip.at_s, strict=True)
        )
        return replace(clip, name=f"{clip.name}, {self.name}", pictures=pictures, people=people)


def _whole(picture: NDArray[np.generic]) -> Grey:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _as_it_is(picture: Grey, _after_s: float, _random: Random) -> Grey:
    return picture


def _light_on(picture: Grey, _after_s: float, _random: Random) -> NDArray[np.generic]:
    return picture * 1.35 + 12.0


def _lamp_at_one_side(picture: Grey, _after_s: float, _random: Random) -> NDArray[np.generic]:
    return picture * (1 + 0.6 / (1 + np.exp((_COLUMNS - WIDTH_PX * 0.55) / 25)))


def _dusk(picture: Grey, after_s: float, _random: Random) -> NDArray[np.generic]:
    return picture * max(1 - after_s / 40, 0.5)


def _cloud(picture: Grey, after_s: float, _random: Random) -> NDArray[np.generic]:
    """Its shadow's edge crosses the picture in four seconds."""
    edge = (after_s / 4) * (WIDTH_PX + 160) - 80
    return picture * (1 - 0.4 / (1 + np.exp((_COLUMNS - edge) / 40)))


def _rain(picture: Grey, _after_s: float, random: Random) -> NDArray[np.generic]:
    streaks = np.zeros(picture.shape, np.uint8)
    for left, top, long in zip(
        random.integers(0, WIDTH_PX, _STREAKS),
        random.integers(-20, HEIGHT_PX, _STREAKS),
        random.integers(10, 30, _STREAKS),
        strict=True,
    ):
        end = (int(left + long * 0.15), int(top + long))
        cv2.line(streaks, (int(left), int(top)), end, int(random.integers(35, 90)), 1, cv2.LINE_AA)
    return picture.astype(np.int16) + streaks


def _lamps_at_50_hz(picture: Grey, _after_s: float, random: Random) -> NDArray[np.generic]:
    """Bands of a rolling shutter, elsewhere in each picture."""
    return picture * (1 + 0.09 * np.sin(2 * math.pi * (_ROWS / 130 + random.random())))


def _screen(picture: Grey, _after_s: float, random: Random) -> NDArray[np.generic]:
    """A television, of another brightness in each picture."""
    shown = picture.astype(np.float64)
    shown[60:110, 350:430] = random.integers(40, 220) + random.normal(0, 4, (50, 80))
    return shown


def _clock(picture: Grey, after_s: float, _random: Random) -> NDArray[np.generic]:
    """Digits written into the picture, that change each second."""
    shown = picture.copy()
    whole = 58 + int(after_s)
    text = f"2026-11-22 16:{20 + whole // 60:02d}:{whole % 60:02d}"
    cv2.putText(shown, text, (230, 345), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 250, 2, cv2.LINE_AA)
    return shown


def _wind_on_the_mast(picture: Grey, after_s: float, random: Random) -> NDArray[np.generic]:
    right = _SHAKE_PX * math.sin(2 * math.pi * 1.3 * after_s) + random.normal(0, 0.6)
    down = 0.5 * _SHAKE_PX * math.sin(2 * math.pi * 1.7 * after_s + 1) + random.normal(0, 0.4)
    return _shifted(picture, right, down)


def _knocked(picture: Grey, _after_s: float, _random: Random) -> NDArray[np.generic]:
    return _shifted(picture, *_BUMP_PX)


def _night(picture: Grey, after_s: float, random: Random) -> NDArray[np.generic]:
    """The filter moves, then infrared light: other tones, brightest in the middle, more noise."""
    if after_s < _INFRARED_S:
        return picture * 0.1
    middle = np.hypot((_COLUMNS - WIDTH_PX / 2) / WIDTH_PX, (_ROWS - HEIGHT_PX / 2) / HEIGHT_PX)
    return 255 * (picture / 255.0) ** 0.6 * (0.95 - 0.6 * middle) + random.normal(0, 5, picture.shape)


def _shifted(picture: Grey, right: float, down: float) -> Grey:
    moved = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return np.asarray(
        cv2.warpAffine(picture, moved, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


SCENES = (
    HardScene("as it is", _as_it_is),
    HardScene("light switched on", _light_on),
    HardScene("lamp at one side", _lamp_at_one_side),
    HardScene("dusk", _dusk),
    HardScene("cloud", _cloud, lasts_s=4.5),
    HardScene("rain", _rain),
    HardScene("lamps at 50 Hz", _lamps_at_50_hz),
    HardScene("screen", _screen),
    HardScene("clock", _clock),
    HardScene("shake", _wind_on_the_mast),
    HardScene("knocked", _knocked, moved_px=_BUMP_PX),
    HardScene("day to night", _night, lasts_s=_INFRARED_S),
)
