"""Rendered films: what they show is what the truth says, and the real detector sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from hub.vision.detection.nanodet import NanoDet
from simulators.community.arrays import Image
from simulators.community.build import film_path
from simulators.community.clockface import read_frame_number
from simulators.community.truth import Box, Seen, iou, load
from tests.simulators.community.conftest import SMALL


def _pictures(folder: Path, camera_id: str) -> Iterator[Image]:
    with av.open(str(film_path(folder, camera_id))) as container:
        for picture in container.decode(video=0):
            yield picture.to_ndarray(format="bgr24").astype(np.uint8)


def _whole(seen: list[Seen]) -> list[Seen]:
    return [one for one in seen if one.visibility > 0.75 and one.box.height >= 55]


def test_the_strip_in_every_picture_tells_its_number(small_folder: Path) -> None:
    numbers = [read_frame_number(picture) for picture in _pictures(small_folder, "C01")]
    assert numbers == list(range(SMALL.frames))


def test_a_picture_without_a_strip_has_no_number() -> None:
    assert read_frame_number(np.full((360, 640, 3), 128, np.uint8)) is None
    assert read_frame_number(np.zeros((8, 8, 3), np.uint8)) is None


def test_key_pictures_come_every_second_and_nothing_is_reordered(small_folder: Path) -> None:
    with av.open(str(film_path(small_folder, "C01"))) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        assert [packet.pts for packet in packets] == [packet.dts for packet in packets]
        assert [index for index, packet in enumerate(packets) if packet.is_keyframe][:4] == [0, 10, 20, 30]
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_the_missing_child_is_red_above_and_blue_below_where_the_truth_says(small_folder: Path) -> None:
    truth = load(small_folder)
    camera_id = truth.cameras_passed(truth.missing_child_id)[0]
    looked = 0
    for number, picture in enumerate(_pictures(small_folder, camera_id)):
        for seen in truth.boxes_at(camera_id, number / 10):
            if seen.person_id == truth.missing_child_id and seen.visibility > 0.98:
                looked += 1
                red, _ = _red_and_blue(picture, seen.box, 0.25, 0.45)
                _, blue = _red_and_blue(picture, seen.box, 0.55, 0.85)
                assert red > 0.15, number
                assert blue > 0.1, number
    assert looked >= 10


def _red_and_blue(picture: Image, box: Box, above: float, below: float) -> tuple[float, float]:
    """The shares of clearly red and clearly blue pixels in the middle of a box between two heights."""
    rows = slice(int(box.top + above * box.height), int(box.top + below * box.height))
    columns = slice(int(box.left + 0.25 * box.width), int(box.left + 0.75 * box.width))
    blue, _, red = picture[rows, columns].astype(int).reshape(-1, 3).T
    return float((red > blue + 60).mean()), float((blue > red + 40).mean())


def test_the_real_detector_finds_nine_in_ten_and_hardly_anything_else(small_folder: Path) -> None:
    truth, detector = load(small_folder), NanoDet()
    found = there = false = 0
    for camera_id in truth.camera_ids:
        for number, picture in enumerate(_pictures(small_folder, camera_id)):
            if number % 4:
                continue
            people = truth.boxes_at(camera_id, number / 10)
            detections = detector.detect(picture)
            boxes = [Box(*box) for box, score in zip(detections.boxes, detections.scores, strict=True) if score >= 0.45]
            for seen in _whole(people):
                there += 1
                found += any(iou(seen.box, box) > 0.5 for box in boxes)
            false += sum(all(iou(seen.box, box) < 0.3 for seen in people) for box in boxes)
    assert there >= 60
    assert found / there >= 0.9, f"{found} of {there}"
    assert false <= 0.05 * there
