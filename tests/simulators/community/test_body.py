"""The walking body."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.community.body import Figure, Poses, pose

CHILD = Figure(1.10, True, 1.0, False, True)
ADULT = Figure(1.72, False, 1.0, True, False)


def _walk(figure: Figure, speed_m_s: float) -> Poses:
    walked = np.arange(60) / 10 * speed_m_s
    where = np.stack([walked, np.zeros(60)], axis=1)
    return pose(figure, where, np.tile([1.0, 0.0], (60, 1)), walked, speed_m_s)


def _reach(poses: Poses, figure: Figure) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    half = np.array([(part.along_start, part.along_end) for part in poses.parts]) * figure.height_m
    return np.stack(
        [(poses.ends[..., 2] - half).min(axis=(1, 2)), (poses.ends[..., 2] + half).max(axis=(1, 2))], axis=1
    )


@pytest.mark.parametrize("figure", [CHILD, ADULT], ids=["child", "adult"])
def test_a_body_stands_on_the_ground_in_every_frame(figure: Figure) -> None:
    assert np.abs(_reach(_walk(figure, 1.3), figure)[:, 0]).max() < figure.height_m / 50


@pytest.mark.parametrize("figure", [CHILD, ADULT], ids=["child", "adult"])
def test_a_body_is_as_high_as_its_figure_says(figure: Figure) -> None:
    tall = _reach(_walk(figure, 1.3), figure)[:, 1]
    assert figure.height_m * 0.95 < tall.min()
    assert tall.max() < figure.height_m * 1.03


def test_legs_swing_as_the_body_walks() -> None:
    knees = _walk(ADULT, 1.3).ends[:, 6, 0, 0] - _walk(ADULT, 1.3).ends[:, 0, 1, 0]
    assert np.ptp(knees) > 0.2
