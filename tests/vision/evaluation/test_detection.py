"""Detection and tracking scores: right on truth that is known, and as good as stated on real footage."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.vision.boxes import Box
from hub.vision.evaluation import motchallenge
from hub.vision.evaluation.detection import DetectionReport, Found, average_precision, evaluate_detection
from hub.vision.evaluation.motchallenge import Labelled, SequenceError
from tests.vision.drawn import Walker, film
from tests.vision.shared_footage import FOOTAGE, needs_footage

WALKERS = (Walker(80, 440, 70, 150), Walker(560, 400, -60, 130), Walker(300, 360, 25, 110))
BOX = Box(100, 100, 40, 100)


def _sequence(folder: Path, rows: list[str]) -> Path:
    (folder / "gt").mkdir()
    (folder / "gt" / "gt.txt").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def street_report(tmp_path_factory: pytest.TempPathFactory) -> DetectionReport:
    folder = tmp_path_factory.mktemp("street")
    film(folder / "street.mp4", WALKERS, seconds=4)
    rows = [
        f"{number + 1},{identity},{box.left},{box.top},{box.width},{box.height},1,-1,-1,-1"
        for number in range(40)
        for identity, walker in enumerate(WALKERS)
        for box in [walker.box(number / 10)]
    ]
    return evaluate_detection(_sequence(folder, rows), alone=True)


def test_drawn_walkers_are_found_and_followed(street_report: DetectionReport) -> None:
    assert street_report.product.precision > 0.9
    assert street_report.product.recall > 0.85
    assert street_report.product.average_precision > 0.85
    assert street_report.product.idf1 > 0.85
    assert street_report.product.mota > 0.8


def test_looks_are_those_of_the_product(street_report: DetectionReport) -> None:
    assert street_report.frames == 40
    assert 8 <= street_report.detector_calls <= 21
    assert street_report.ms_per_frame > 0


def test_runs_from_several_starts_are_told_with_their_mean(tmp_path: Path) -> None:
    film(tmp_path / "street.mp4", WALKERS, seconds=1)
    rows = [
        f"{number + 1},0,{box.left},{box.top},{box.width},{box.height},1,-1,-1,-1"
        for number in range(10)
        for box in [WALKERS[0].box(number / 10)]
    ]
    report = evaluate_detection(_sequence(tmp_path, rows), starts=2)
    assert report.over_starts is not None and report.over_starts.starts == 2
    told = report.over_starts.looks_share
    assert told.least < told.mean < told.most  # the second run has a picture less to look at
    assert report.looks_share in (told.least, told.most)


def test_detector_alone_is_scored_in_the_same_run(street_report: DetectionReport) -> None:
    alone = street_report.baseline_alone
    assert alone is not None
    assert alone.average_precision > 0.8
    assert street_report.whole_pictures < street_report.detector_calls < street_report.frames
    assert street_report.looks_share == pytest.approx(street_report.whole_pictures / 40)


def test_every_miss_has_a_reason(street_report: DetectionReport) -> None:
    missed = street_report.missed
    reasons = missed.loose + missed.covered + missed.edge + missed.small + missed.faint + missed.other
    assert missed.labels == 120
    assert missed.missed == reasons
    false = street_report.false_hits
    assert false.false == false.twice + false.loose + false.nobody_labelled


def test_average_precision_of_perfect_boxes_is_one() -> None:
    truth = {1: [Labelled(1, BOX)], 2: [Labelled(1, BOX)]}
    found = {1: [Found(7, BOX, 0.9)], 2: [Found(7, BOX, 0.8)]}
    assert average_precision(truth, found) == pytest.approx(1.0)


def test_average_precision_counts_a_second_box_on_a_person_as_false() -> None:
    truth = {1: [Labelled(1, BOX)], 2: [Labelled(1, BOX)]}
    found = {1: [Found(7, BOX, 0.9), Found(8, BOX, 0.8)], 2: [Found(7, BOX, 0.7)]}
    assert average_precision(truth, found) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_average_precision_of_nothing_found_is_zero() -> None:
    assert average_precision({1: [Labelled(1, BOX)]}, {}) == 0.0


def test_ignored_rows_and_other_classes_are_not_labels(tmp_path: Path) -> None:
    rows = ["1,1,10,10,20,50,1,1,1.0", "1,2,10,10,20,50,0,1,1.0", "1,3,10,10,20,50,1,3,1.0", "", "2,1,10,10,20,50"]
    labels = motchallenge.labels(_sequence(tmp_path, rows))
    assert {number: [each.identity for each in persons] for number, persons in labels.items()} == {1: [1], 2: [1]}


def test_senseless_label_is_named_by_line(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match=r"gt\.txt line 2 is not frame,id"):
        motchallenge.labels(_sequence(tmp_path, ["1,1,10,10,20,50", "one,two"]))


def test_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match=r"neither gt/gt\.txt nor gt\.txt"):
        motchallenge.labels(tmp_path)


def test_labels_of_nobody_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="labels nobody"):
        motchallenge.labels(_sequence(tmp_path, [""]))


def test_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="neither img1/ nor exactly one video, but 0"):
        motchallenge.pictures(tmp_path)


def test_video_that_seqinfo_names_is_taken(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nvideo=b.mp4\n", encoding="utf-8")
    assert motchallenge.pictures(tmp_path).name == "b.mp4"


def test_video_that_is_named_and_missing_is_said(tmp_path: Path) -> None:
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nvideo=b.mp4\n", encoding="utf-8")
    with pytest.raises(SequenceError, match=r"names video=b\.mp4, which is not in"):
        motchallenge.pictures(tmp_path)


def test_seqinfo_that_makes_no_sense_is_said(tmp_path: Path) -> None:
    (tmp_path / "seqinfo.ini").write_text("imDir=img1\n", encoding="utf-8")
    with pytest.raises(SequenceError, match=r"seqinfo\.ini cannot be read"):
        motchallenge.pictures(tmp_path)


@needs_footage
@pytest.mark.parametrize(
    ("name", "average_precision", "idf1"), [("pets09-s2l1", 0.82, 0.60), ("tud-campus", 0.50, 0.60)]
)
def test_real_walkers_are_found_and_followed(name: str, average_precision: float, idf1: float) -> None:
    report = evaluate_detection(FOOTAGE / name)
    assert report.product.average_precision >= average_precision
    assert report.product.idf1 >= idf1
