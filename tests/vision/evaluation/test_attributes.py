"""Backpacks scored by track, with curves that were fitted to other identities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hub.vision.detection.detections import Things
from hub.vision.evaluation.attributes import evaluate_attributes

IDENTITIES = 20


class BrightIsBackpack:
    """Sees a backpack on every view, the surer the brighter it is."""

    def things(self, picture: NDArray[np.uint8], classes: Sequence[int], least_score: float) -> Things:
        cells = range(0, 416, 104)
        scores = np.array([picture[:, left : left + 104].mean() / 255 for left in cells])
        boxes = np.array([(left + 40.0, 60.0, 24.0, 30.0) for left in cells])
        return Things(boxes, scores, np.full(4, classes[0]))


def crops(folder: Path) -> tuple[Path, Path]:
    """Of each identity two tracks of two crops; every second has a backpack and is bright, but for one of each."""
    labels = {}
    for number in range(IDENTITIES):
        has = number % 2 == 0
        labels[f"{number:04d}"] = {"backpack": 2 if has else 1, "hat": 1}
        bright = (has if number > 1 else not has) * 60 + 40 + number
        for camera in ("c1s1", "c2s1"):
            for shot in range(2):
                picture = np.full((128, 64, 3), bright + shot, np.uint8)
                cv2.imwrite(str(folder / f"{number:04d}_{camera}_{shot:06d}_01.jpg"), picture)
    (folder / "attributes.json").write_text(json.dumps(labels))
    return folder, folder / "attributes.json"


def test_tracks_are_scored_and_curves_never_saw_the_identities_they_judge(tmp_path: Path) -> None:
    found = evaluate_attributes(*crops(tmp_path), BrightIsBackpack())
    assert (found.tracks, found.not_judged, found.chance) == (2 * IDENTITIES, 0, 0.5)
    assert found.area_under_roc == pytest.approx(0.9, abs=0.01), "one of ten stands behind all others"
    assert [told.from_likelihood for told in found.told] == [0.3, 0.5, 0.6, 0.7]
    half = found.told[1]
    assert half.precision == pytest.approx(0.9, abs=0.05) and half.recall == pytest.approx(0.9, abs=0.05)
    assert (found.head_wear.covered, found.head_wear.told) == (0, 0)


def test_labels_without_a_backpack_are_refused(tmp_path: Path) -> None:
    folder, attributes = crops(tmp_path)
    attributes.write_text(attributes.read_text().replace('"backpack": 2', '"backpack": 1'))
    with pytest.raises(ValueError, match="backpack"):
        evaluate_attributes(folder, attributes, BrightIsBackpack())
