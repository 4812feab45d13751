"""The number format is the processor's best, and int8 finds whom float32 finds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hub.vision.boxes import overlap
from hub.vision.detection.choice import open_detector
from hub.vision.detection.nanodet import NanoDet, NumberFormat, Thing, best_number_format
from tests.vision.drawn import Walker, scene
from tests.vision.shared_footage import FOOTAGE, needs_footage


@pytest.mark.parametrize(
    ("said", "best"),
    [
        ("model name\t: x\nflags\t\t: fpu avx2 avx512_vnni\n", NumberFormat.INT8),
        ("flags : avx2 avx_vnni fma\n", NumberFormat.INT8),
        ("Features\t: fp asimd asimddp\n", NumberFormat.INT8),
        ("flags\t\t: fpu avx2 fma\n", NumberFormat.FLOAT32),
        ("flags\t\t: fpu avx512f\nbugs\t\t: avx_vnni\n", NumberFormat.FLOAT32),
        ("", NumberFormat.FLOAT32),
    ],
)
def test_bytes_are_used_where_the_processor_multiplies_them_at_once(
    tmp_path: Path, said: str, best: NumberFormat
) -> None:
    (tmp_path / "cpuinfo").write_text(said)
    assert best_number_format(tmp_path / "cpuinfo") is best


def test_machine_that_does_not_tell_its_processor_looks_in_float(tmp_path: Path) -> None:
    assert best_number_format(tmp_path / "absent") is NumberFormat.FLOAT32


@pytest.mark.parametrize("choice", ["float32", "int8"])
def test_number_format_can_be_forced(choice: str) -> None:
    assert open_detector(choice).name == f"nanodet {choice}"


needs_bytes = pytest.mark.skipif(
    best_number_format() is not NumberFormat.INT8,
    reason="this processor lacks VNNI: int8 is not exact on it, and not chosen",
)


@pytest.fixture(scope="module")
def formats() -> tuple[NanoDet, NanoDet]:
    return NanoDet(NumberFormat.FLOAT32), NanoDet(NumberFormat.INT8)


@needs_bytes
def test_int8_finds_drawn_walkers_where_float_finds_them(formats: tuple[NanoDet, NanoDet]) -> None:
    picture = scene([Walker(150, 420, 0, 150), Walker(420, 380, 0, 120)], 0.5)
    exact, quick = (detector.detect(picture) for detector in formats)
    assert overlap(exact.boxes[exact.scores > 0.45], quick.boxes[quick.scores > 0.45]).max(axis=1).min() > 0.85


@needs_bytes
@needs_footage
def test_int8_finds_real_walkers_where_float_finds_them(formats: tuple[NanoDet, NanoDet]) -> None:
    picture = np.asarray(cv2.imread(str(FOOTAGE / "pets09-s2l1" / "img1" / "000290.jpg")), np.uint8)
    exact, quick = (detector.detect(picture) for detector in formats)
    assert overlap(exact.boxes[exact.scores > 0.5], quick.boxes[quick.scores > 0.4]).max(axis=1).min() > 0.85


def test_empty_crop_holds_no_bag(formats: tuple[NanoDet, NanoDet]) -> None:
    for detector in formats:
        crop = np.full((128, 64, 3), 120, np.uint8)
        assert len(detector.things(crop, [Thing.BACKPACK, Thing.SUITCASE], 0.3).scores) == 0
