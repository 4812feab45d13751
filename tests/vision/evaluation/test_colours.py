"""Colours are scored by track on labelled crops, by constants learned from other people."""

from __future__ import annotations

from pathlib import Path

from hub.vision.evaluation.colours import evaluate_colours
from tests.vision.shared_footage import FOOTAGE, needs_footage

CROPS = FOOTAGE / "market1501-subset"


@needs_footage
def test_most_clothes_of_a_third_of_the_people_are_named_as_labelled(tmp_path: Path) -> None:
    files = sorted((CROPS / "crops").glob("*.jpg"))
    identities = sorted({file.name[:4] for file in files})[::3]
    for file in files:
        if file.name[:4] in identities and file.name[-5] in "123":
            (tmp_path / file.name).symlink_to(file)
    report = evaluate_colours(tmp_path, CROPS / "attributes.json")
    assert report.upper.shipped_tracks >= 0.75
    assert report.lower.shipped_tracks >= 0.6
    assert sum(each.tracks for each in report.upper.sureness) == report.upper.tracks
    assert 0 < report.upper.held_out_tracks <= 1
