"""A path told late is nearer to the truth than its single looks."""

from __future__ import annotations

import numpy as np
import pytest

from hub.vision.boxes import Box
from hub.vision.tracking.smoothing import Seen, smoothed


def _walk(looks: int, jitter_px: float = 0.0) -> list[Seen]:
    chance = np.random.default_rng(1)
    off = chance.normal(0, jitter_px, (looks, 2))
    return [Seen(0.4 * n, Box(100 + 32 * n + off[n, 0], 100 + off[n, 1], 40, 100), 0.8, 0.0) for n in range(looks)]


def _errors(boxes: list[Box]) -> float:
    return float(np.mean([abs(box.left - (100 + 32 * n)) for n, box in enumerate(boxes)]))


def test_jitter_of_the_detector_is_smoothed_away() -> None:
    seen = _walk(20, jitter_px=6.0)
    assert _errors(smoothed(seen).boxes) < 0.75 * _errors([each.box for each in seen])


def test_look_at_a_covered_person_counts_for_less() -> None:
    seen = _walk(9)
    wrong = Box(seen[4].box.left + 30, 100, 40, 100)
    clear, hidden = (
        smoothed([*seen[:4], seen[4]._replace(box=wrong, covered=share), *seen[5:]]).boxes[4].left
        for share in (0.0, 0.9)
    )
    assert abs(hidden - seen[4].box.left) < abs(clear - seen[4].box.left)


def test_path_goes_on_before_the_first_look_and_after_the_last() -> None:
    path = smoothed(_walk(12))
    assert path.before(0.2).left == pytest.approx(84, abs=3)
    assert path.after(0.2).left == pytest.approx(100 + 32 * 11 + 16, abs=3)


def test_one_look_is_its_own_path() -> None:
    seen = _walk(1)
    assert smoothed(seen).boxes == [seen[0].box]
