"""Colours are scored by track on labelled crops, by constants learned from other people."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hub.vision.description.view import View
from hub.vision.evaluation.colours import evaluate_colours
from hub.vision.evaluation.crops import Crop, lightness_gains
from tests.vision.shared_footage import FOOTAGE, needs_footage

CROPS = FOOTAGE / "market1501-subset"


@needs_footage
def test_most_clothes_of_a_third_of_the_people_are_named_as_labelled(tmp_path: Path) -> None:
    files = sorted((CROPS / "crops").glob("*.jpg"))
    identities = sorted({file.name[:4] for file in files})[::3]
    for file in files:
        if file.name[:4] in identities and file.name[-5] in "123":
            (tmp_path / file.name).symlink_to(file)
    report = evaluate_colours(tmp_path, CROPS / "attributes.json", deals=1)
    assert report.upper.shipped_tracks >= 0.75
    assert report.lower.shipped_tracks >= 0.6
    assert sum(each.tracks for each in report.upper.sureness) == report.upper.tracks
    assert 0 < report.upper.held_out_tracks <= 1
    assert report.upper.live.in_order == report.upper.held_out_tracks
    assert report.upper.live.least <= report.upper.live.median <= report.upper.live.most


def test_a_track_is_named_by_the_light_of_those_before_it_alone() -> None:
    view = View(np.zeros((128, 64, 3), np.uint8), (0, 0, 64, 128), False, 1.0)
    seen = ((1, 300, 30.0), (1, 100, 30.0), (1, 200, None), (2, 1, 30.0))
    crops = [Crop(str(number), camera, 1, frame, view) for number, (camera, frame, _) in enumerate(seen)]
    live, known = lightness_gains(crops, [skin for _, _, skin in seen])
    assert live[1] == live[3] == 1.0 < live[0] == live[2] == known[3] < known[0]
    assert known[0] == known[1] == known[2]
