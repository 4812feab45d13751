"""Any detector of a usual head finds its persons where they are in the picture, and a wrong file says what is wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hub.vision.detection.choice import open_detector
from hub.vision.detection.detections import DetectorError
from hub.vision.detection.onnx_detector import OnnxDetector
from tests.vision.detection.tiny_network import CHANNEL_MEANS, Sides, write

Answers = dict[str, NDArray[np.float32] | str]
WIDE = np.zeros((64, 128, 3), np.uint8)
"""Twice as wide as a tiny network's input: at half its size, 16 px of it empty above and below."""
PERSON = (16.0, 24.0, 32.0, 48.0)
"""Corners on the 64 x 64 canvas; in WIDE that is left 32, top 16, 32 wide, 48 high."""
IN_WIDE = (32.0, 16.0, 32.0, 48.0)


def rows(*each: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array([each], np.float32)


def cells(where: int, row: tuple[float, ...], count: int = 84) -> NDArray[np.float32]:
    """One row among cells that show nothing; 84 cells are those of 64 x 64 at strides 8, 16, 32."""
    out = np.zeros((1, count, len(row)), np.float32)
    out[0, where] = row
    return out


def nanodet_answers() -> Answers:
    """In the middle of cell (3, 4) of stride 8, point (28, 36): 12, 12, 4 and 12 px to the sides, as strides."""
    answers: Answers = {f"scores{stride}": np.zeros((1, count, 2), np.float32) for stride, count in SIZES}
    scores, distances = np.zeros((1, 64, 2), np.float32), np.zeros((1, 64, 32), np.float32)
    scores[0, 4 * 8 + 3, 0] = 0.9
    for side, strides in enumerate((1.5, 1.5, 0.5, 1.5)):
        bins = np.full(8, -50, np.float32)
        bins[[int(strides), int(strides) + 1]] = 0  # half and half: the mean lies between
        distances[0, 4 * 8 + 3, side * 8 : side * 8 + 8] = bins
    answers["scores8"] = scores
    answers |= {f"distances{stride}": np.zeros((1, count, 32), np.float32) for stride, count in SIZES}
    return answers | {"distances8": distances}


SIZES = ((8, 64), (16, 16), (32, 4))
CENTRE = (24.0, 36.0, 16.0, 24.0)
SHARES = tuple(value / 64 for value in CENTRE)
CORNER_SHARES = tuple(value / 64 for value in PERSON)
HEADS: dict[str, tuple[str, Answers, dict[str, object]]] = {
    "nanodet": ("nanodet", nanodet_answers(), {}),
    "yolov5": ("yolov5", {"output": cells(5, (*CENTRE, 0.95, 0.9, 0.1))}, {}),
    "yolov8": ("yolov8", {"output0": cells(5, (*CENTRE, 0.9, 0.1)).transpose(0, 2, 1).copy()}, {}),
    "yolov10": ("yolov10", {"output0": rows((*PERSON, 0.9, 0), (0, 0, 60, 60, 0.8, 1))}, {}),
    "yolox": (
        "yolox",  # cell (3, 4) of stride 8: its corner is (24, 32)
        {"output": cells(4 * 8 + 3, (0.0, 0.5, float(np.log(2)), float(np.log(3)), 0.95, 0.9, 0.1))},
        {},
    ),
    "ssd of all classes": (
        "ssd",
        {"scores": rows((0.1, 0.9), (0.9, 0.05)), "boxes": rows(CORNER_SHARES, (0, 0, 1, 1))},
        {"outputs": ["boxes", "scores"], "person_class": 1},
    ),
    "ssd as TensorFlow thins it out": (
        "ssd",
        {
            "detection_boxes": rows(tuple(CORNER_SHARES[at] for at in (1, 0, 3, 2)), (0, 0, 0.9, 0.9)),
            "detection_scores": np.array([[0.9, 0.8]], np.float32),
            "detection_classes": np.array([[1, 3]], np.float32),
            "num_detections": np.array([2], np.float32),
        },
        {
            "outputs": ["detection_boxes", "detection_scores", "detection_classes"],
            "boxes": "top-left-bottom-right",
            "person_class": 1,
        },
    ),
    "ssd as Caffe thins it out": (
        "ssd",
        {"out": np.array([[[(0, 15, 0.9, *CORNER_SHARES), (0, 2, 0.9, 0, 0, 1, 1)]]], np.float32)},
        {"person_class": 15},
    ),
    "rt-detr in one": ("rt-detr", {"output0": rows((*SHARES, 0.9, 0.05), (0.5, 0.5, 1, 1, 0.02, 0.9))}, {}),
    "rt-detr unsquashed": (
        "rt-detr",
        {"logits": rows((2.2, -3), (-4, 2)), "pred_boxes": rows(SHARES, (0.5, 0.5, 1, 1))},
        {},
    ),
    "rt-detr thinned out": (
        "rt-detr",
        {
            "labels": np.array([[0, 1]], np.float32),
            "boxes": rows(PERSON, (0, 0, 64, 64)),
            "scores": np.array([[0.9, 0.8]], np.float32),
        },
        {},
    ),
}


def described(folder: Path, head: str, answers: Answers, *, sides: Sides = (1, 3, 64, 64), **more: object) -> Path:
    write(folder / "tiny.onnx", answers, {"images": (np.float32, sides)})
    file = folder / "tiny.json"
    file.write_text(json.dumps({"onnx": "tiny.onnx", "head": head} | more))
    return file


def opened(folder: Path, head: str, answers: Answers, **more: object) -> OnnxDetector:
    return open_detector(str(described(folder, head, answers, **more)))  # type: ignore[arg-type]


@pytest.mark.parametrize("which", HEADS)
def test_every_head_finds_the_person_where_he_is(tmp_path: Path, which: str) -> None:
    head, answers, more = HEADS[which]
    found = opened(tmp_path, head, answers, **more).detect(WIDE)
    np.testing.assert_allclose(found.boxes, [IN_WIDE], atol=0.1)
    assert found.scores.tolist() == pytest.approx([0.9], abs=0.05)


@pytest.mark.parametrize(
    ("sides", "more", "enough_px"),
    [
        ((1, 3, "h", "w"), {"input_px": [64, 64], "enough_height_px": 20}, 40.0),
        ((1, 3, "h", "w"), {"input_px": [64, 64]}, math.inf),
        ((1, 3, 64, 64), {"enough_height_px": 20}, math.inf),
    ],
)
def test_persons_are_shown_smaller_only_where_it_was_measured_and_saves_something(
    tmp_path: Path, sides: Sides, more: dict[str, object], enough_px: float
) -> None:
    file = described(tmp_path, "yolov10", {"output0": rows((*PERSON, 0.9, 0))}, sides=sides, **more)
    assert open_detector(str(file)).enough_height_px((WIDE.shape[1], WIDE.shape[0])) == enough_px


def test_rt_detr_that_asks_for_the_size_gets_it(tmp_path: Path) -> None:
    _, answers, _ = HEADS["rt-detr thinned out"]
    inputs = {"images": (np.float32, (1, 3, 64, 64)), "orig_target_sizes": (np.int64, (1, 2))}
    write(tmp_path / "tiny.onnx", answers, inputs)
    (tmp_path / "tiny.json").write_text('{"onnx": "tiny.onnx", "head": "rt-detr"}')
    assert len(open_detector(str(tmp_path / "tiny.json")).detect(WIDE)) == 1


def test_picture_that_is_stretched_comes_back_stretched(tmp_path: Path) -> None:
    found = opened(tmp_path, "yolov10", {"output0": rows((*PERSON, 0.9, 0))}, fit="stretch").detect(WIDE)
    np.testing.assert_allclose(found.boxes, [[32, 24, 32, 24]])


def test_person_found_twice_is_told_once_and_two_who_overlap_less_are_two(tmp_path: Path) -> None:
    twice = cells(5, (*CENTRE, 1, 0.9))
    twice[0, 6] = (25, 36, 16, 24, 1, 0.8)
    twice[0, 7] = (34, 36, 16, 24, 1, 0.7)
    found = opened(tmp_path, "yolov5", {"output": twice}).detect(WIDE)
    assert found.scores.tolist() == pytest.approx([0.9, 0.7])


def test_things_are_told_by_their_class(tmp_path: Path) -> None:
    answers: Answers = {"output0": rows((*PERSON, 0.9, 0), (*PERSON, 0.5, 7), (0, 16, 8, 24, 0.6, 9))}
    things = opened(tmp_path, "yolov10", answers).things(WIDE, [9, 7])
    assert things.classes.tolist() == [9, 7]
    assert things.scores.tolist() == pytest.approx([0.6, 0.5])
    assert things.boxes[1].tolist() == pytest.approx(IN_WIDE)


@pytest.mark.parametrize(("rgb", "place"), [(True, 0), (False, 2)])
def test_red_goes_in_where_the_network_has_it(tmp_path: Path, rgb: bool, place: int) -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[:, :, 2] = 204
    answers: Answers = {"boxes": rows(PERSON), "scores": CHANNEL_MEANS}
    found = opened(tmp_path, "ssd", answers, rgb=rgb, person_class=place).detect(red)
    assert found.scores.tolist() == pytest.approx([0.8], abs=1e-4)


def test_mean_and_deviation_are_taken_off_each_channel(tmp_path: Path) -> None:
    grey = np.full((64, 64, 3), 120, np.uint8)
    answers: Answers = {"boxes": rows(PERSON), "scores": CHANNEL_MEANS}
    more = {"mean": [100, 110, 118], "divide_by": [100, 20, 4], "person_class": 1, "outputs": ["boxes", "scores"]}
    assert opened(tmp_path, "ssd", answers, **more).detect(grey).scores.tolist() == pytest.approx([0.5])


def test_network_of_bytes_with_channels_last_gets_them(tmp_path: Path) -> None:
    write(tmp_path / "tiny.onnx", HEADS["ssd of all classes"][1], {"image": (np.uint8, (1, "h", "w", 3))})
    more = {"input_px": [64, 64], "outputs": ["boxes", "scores"], "person_class": 1}
    (tmp_path / "tiny.json").write_text(json.dumps({"onnx": "tiny.onnx", "head": "ssd"} | more))
    found = open_detector(str(tmp_path / "tiny.json")).detect(WIDE)
    assert found.boxes[0, 0] == pytest.approx(32)


YOLO: Answers = {"output": cells(5, (*CENTRE, 1, 0.9))}


ONLY_96X32: Answers = {"output": np.zeros((1, 12 * 4 + 6 * 2 + 3 * 1, 7), np.float32)}
"""Takes no part of a single cell."""


@pytest.mark.parametrize(
    ("answers", "more", "said"),
    [
        (YOLO, {"head": "yolo99"}, r"tiny\.json is not as docs/vision\.md has it: .*yolo99"),
        (YOLO, {"confidence": 0.5}, r"unknown field `confidence`"),
        (YOLO, {"divide_by": 0}, r"divide_by must be above 0"),
        (YOLO, {"onnx": "other.onnx"}, r"other\.onnx, which .*tiny\.json names, is not there"),
        (YOLO, {"input_px": [640, 640]}, r"takes 64x64, not 640x640"),
        (YOLO, {"sides": (1, 3, "h", "w")}, r"leaves the size of its input open"),
        (YOLO, {"sides": (1, 1, 64, 64)}, r"does not take one picture .* images tensor\(float\) \[1, 1, 64, 64\]"),
        (YOLO, {"sides": (8, 3, 64, 64)}, r"one at a time"),
        (YOLO, {"outputs": ["boxes"]}, r"no output boxes; there are: output"),
        (YOLO, {"person_class": 5}, r"person_class .*\(1, 84, 6\)"),
        (YOLO, {"head": "nanodet"}, r"does not answer as the head nanodet does.* output \(1, 84, 6\)"),
        (YOLO, {"head": "yolox", "strides_px": [8]}, r"64 cells are expected .* not 84"),
        (HEADS["yolox"][1], {"head": "yolox", "sides": (1, 3, "h", "w"), "input_px": [64, 64]}, r"96x32: .* cell_px"),
        (ONLY_96X32, {"head": "yolox", "sides": (1, 3, "h", "w"), "input_px": [96, 32]}, r"32x32: .* cell_px"),
        (YOLO, {"head": "yolov10", "outputs": []}, None),
        (YOLO, {"head": "ssd"}, r"boxes, scores and classes are expected"),
        ({"output": np.zeros((1, 3, 8, 8), np.float32)}, {}, r"not an output of shape \(1, 3, 8, 8\)"),
    ],
)
def test_file_that_does_not_fit_says_what_is_wrong(
    tmp_path: Path, answers: Answers, more: dict[str, object], said: str | None
) -> None:
    more = {"head": "yolov5"} | more
    sides = more.pop("sides", (1, 3, 64, 64))
    file = described(tmp_path, answers=answers, sides=sides, **more)  # type: ignore[arg-type]
    if said is None:
        open_detector(str(file))  # six numbers a row may be either
        return
    with pytest.raises(DetectorError, match=said) as refused:
        open_detector(str(file))
    assert any("一" <= letter <= "鿿" for letter in refused.value.message)


@pytest.mark.parametrize(
    ("content", "said"), [("not json", "is not as docs"), ("x" * 20_000, "too large"), (None, "cannot be read")]
)
def test_what_is_no_description_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "detector.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DetectorError, match=said):
        open_detector(str(file))


def test_onnx_file_that_is_broken_is_named(tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(b"not a network")
    (tmp_path / "tiny.json").write_text('{"onnx": "tiny.onnx", "head": "yolov8"}')
    with pytest.raises(DetectorError, match=r"tiny\.onnx cannot be loaded"):
        open_detector(str(tmp_path / "tiny.json"))
