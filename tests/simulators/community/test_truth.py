"""Reading the truth and scoring by it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from simulators.community.truth import FILE, Box, BoxRun, CameraTruth, SceneTruth, Truth, TruthError, iou, load


def _scene(runs: list[BoxRun]) -> SceneTruth:
    camera = CameraTruth("C01", "V001", 640, 360, runs)
    return SceneTruth("f", 10, 100, "16:20:00", "K01", [], [], [camera])


def _standing(person_id: str, left: int, frames: int, visible: int = 100, height: int = 80) -> BoxRun:
    return BoxRun(person_id, 10, [(left, 100, 40, height, visible)] * frames)


def test_boxes_are_there_while_the_person_is() -> None:
    truth = Truth(_scene([_standing("K01", 200, 20)]))
    assert [seen.person_id for seen in truth.boxes_at("C01", 1.0)] == ["K01"]
    assert truth.boxes_at("C01", 0.9) == []
    assert truth.boxes_at("C01", 3.0) == []


def test_times_beyond_the_end_wrap_round_as_the_streams_do() -> None:
    truth = Truth(_scene([_standing("K01", 200, 20)]))
    assert truth.boxes_at("C01", 31.0) == truth.boxes_at("C01", 1.0)


def test_a_box_matches_whom_it_overlaps_most() -> None:
    truth = Truth(_scene([_standing("K01", 200, 20), _standing("A01", 220, 20)]))
    match = truth.match("C01", Box(218, 100, 40, 80), 1.5)
    assert match is not None
    assert match.person_id == "A01"
    assert match.iou == pytest.approx(38 / 42)


def test_a_box_is_matched_within_the_tolerance_in_time() -> None:
    truth = Truth(_scene([_standing("K01", 200, 20)]))
    assert truth.match("C01", Box(200, 100, 40, 80), 0.8, tolerance_s=0.1) is None
    assert truth.match("C01", Box(200, 100, 40, 80), 0.8, tolerance_s=0.2) is not None


def test_a_box_beside_everybody_matches_nobody() -> None:
    truth = Truth(_scene([_standing("K01", 200, 20)]))
    assert truth.match("C01", Box(300, 100, 40, 80), 1.5) is None


@pytest.mark.parametrize(
    ("run", "passed"),
    [
        (_standing("K01", 200, 15), ["C01"]),
        (_standing("K01", 200, 14), []),
        (_standing("K01", 200, 40, visible=49), []),
        (_standing("K01", 200, 40, height=59), []),
    ],
    ids=["long enough", "too short", "hidden", "too small"],
)
def test_a_camera_is_passed_by_whom_it_sees_well_for_1_5_s(run: BoxRun, passed: list[str]) -> None:
    assert Truth(_scene([run])).cameras_passed("K01") == passed


def test_overlap_is_that_of_the_two_boxes() -> None:
    assert iou(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert iou(Box(0, 0, 10, 10), Box(10, 0, 10, 10)) == 0


def test_truth_survives_its_file(tmp_path: Path) -> None:
    scene = _scene([_standing("K01", 200, 20)])
    (tmp_path / "truth").mkdir()
    (tmp_path / FILE).write_bytes(msgspec.json.encode(scene))
    assert load(tmp_path).scene == scene


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"frames": "many"}'])
def test_unreadable_truth_names_its_file(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "truth").mkdir()
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(TruthError, match=r"scene\.json"):
        load(tmp_path)
