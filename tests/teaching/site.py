"""A made-up site: people in three cameras' colours, so that what is right is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.lesson import Lesson
from hub.vision.description.stripe_numbers import SIZE

CAMERAS = ("C01", "C02", "C03")
HALF_HOUR_US = 1_800_000_000


def lessons(people: int, seed: int = 1) -> list[Lesson]:
    """Each person passes all cameras once, beside two others; light differs more than people do.

    Person ``n``'s lessons are 3 n to 3 n + 2.
    """
    rng = np.random.default_rng(seed)
    site = np.random.default_rng(0)  # the same for each seed: who people are and how cameras differ
    looks = site.normal(size=(20, SIZE)).astype(np.float32)
    lights = site.normal(size=(12, SIZE)).astype(np.float32)
    found = []
    for person in range(people):
        look = 2.0 * rng.normal(size=20) @ looks / 20
        for place, camera in enumerate(CAMERAS):
            light = 3.0 * rng.normal(size=12) @ lights / 20
            views = [_whole(look + light + 0.3 * rng.normal(size=SIZE)) for _ in range(3)]
            started_us = (person // 60) * HALF_HOUR_US + (person % 60) // 3 * 20_000_000 + place * 5_000_000
            found.append(Lesson(camera, started_us, started_us + 4_000_000, np.stack(views)))
    return found


def _whole(numbers: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(100 + 12 * numbers, 0, 255), np.uint8)
