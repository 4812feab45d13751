"""Evaluation: how well the whole pipeline finds and follows persons, against published labels and the detector alone.

The boxes are those of the sightings' paths, as the product makes them: motion, plan of looks, detector and tracker. In
labelled frames between two looks the path is interpolated in a straight line, as everybody who draws a path does; a
path with a gap longer than a track survives is not bridged. Beside it, in the same run, the same detector alone: every
frame looked at whole, its boxes as they come for the average precision, and tied together by the same tracker with
neither optical flow, colours, re-appearance nor a path told late for the rest.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import BoxAt, Sighting, Stage
from hub.footage.sources.frames import open_recording
from hub.vision.boxes import Box, overlap
from hub.vision.description.describer import Describer
from hub.vision.detection.detections import Detections, Detector, Region
from hub.vision.detection.nanodet import NanoDet
from hub.vision.evaluation import motchallenge
from hub.vision.evaluation.misses import MATCH_OVERLAP, FalseHits, FrameLabels, Missed, faint, misses
from hub.vision.evaluation.motchallenge import Labelled
from hub.vision.looking import CALLS_PER_S
from hub.vision.pipeline import Pipeline
from hub.vision.tracking.followed import surely_person
from hub.vision.tracking.tracker import Tracker

USUAL_LOOKS_PER_S = 5.0
_LONGEST_GAP_MS = 5000


@dataclass(frozen=True)
class Scores:
    """Detection at IoU 0.5 and tracking (motmetrics' CLEAR MOT and identity measures), 0 to 1; MOTA may be below 0."""

    precision: float
    recall: float
    average_precision: float
    mota: float
    idf1: float
    id_switches: int


@dataclass(frozen=True)
class Spread:
    """Of several runs."""

    mean: float
    least: float
    most: float


@dataclass(frozen=True)
class OverStarts:
    """The product's scores over ``starts`` runs, which leave out 0, 1, 2 … pictures at the front.

    Which pictures are due changes with that, and by it alone every figure: one run says little.
    """

    starts: int
    average_precision: Spread
    idf1: Spread
    looks_share: Spread


@dataclass(frozen=True)
class DetectionReport:
    """One sequence: the product's scores, what it asked of the detector, and what it missed and why.

    ``whole_pictures`` are the calls, each counted by the pixels the network was given, as a share of what a whole
    picture takes in full scale; ``looks_share`` is that for each frame of the sequence, where the detector alone has 1.
    ``track_ms`` is the processor time of tracking for each picture that was due.
    """

    product: Scores
    frames: int
    looks_per_s: float
    detector_calls: int
    whole_pictures: float
    looks_share: float
    ms_per_frame: float
    track_ms: float
    missed: Missed
    false_hits: FalseHits
    baseline_alone: Scores | None = None
    over_starts: OverStarts | None = None
    average_precision_above_alone: bool | None = None
    idf1_above_alone: bool | None = None


class Found(NamedTuple):
    """One box of a sighting in one frame."""

    identity: int
    box: Box
    score: float


class CountedDetector:
    """A detector whose calls are counted."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.calls = 0
        self.whole_pictures = 0.0

    def enough_height_px(self, size_px: tuple[int, int]) -> float:
        """As ``Detector`` has it."""
        return self._detector.enough_height_px(size_px)

    def detect(self, picture: NDArray[np.uint8], regions: Sequence[Region] | None = None) -> Detections:
        """As ``Detector`` has it."""
        found = self._detector.detect(picture, regions)
        self.calls += 1
        self.whole_pictures += found.canvas_share
        return found


def evaluate_detection(
    sequence: Path,
    *,
    looks_per_s: float = USUAL_LOOKS_PER_S,
    share: float | None = None,
    starts: int = 1,
    alone: bool = False,
    detector: Detector | None = None,
    describer: Describer | None = None,
) -> DetectionReport:
    """Run a MOTChallenge sequence through the pipeline and score it. Raises SequenceError, SourceError.

    ``share`` is what the detector may be asked, in whole pictures for each frame of the sequence; None leaves it as the
    product has it. With more ``starts`` than one it is run so often, for ``over_starts``; the rest of the report is of
    the first run. ``alone`` has the detector look at every frame too, for ``baseline_alone`` and for who is faint.
    """
    detector, describer = detector or NanoDet(), describer or Describer()
    truth = motchallenge.labels(sequence)
    file = str(motchallenge.pictures(sequence))
    runs = [
        _run(file, truth, left_out, looks_per_s, share, detector, describer.for_another_camera())
        for left_out in range(starts)
    ]
    first = runs[0]
    hardly_seen, baseline = _every_frame(file, truth, detector, first.rate_hz, first.frames) if alone else ({}, None)
    labels = {
        number: FrameLabels([each.box for each in persons], hardly_seen.get(number, np.zeros(len(persons), bool)))
        for number, persons in truth.items()
    }
    boxes = {number: [each.box for each in persons] for number, persons in first.found.items()}
    missed, false_hits = misses(labels, boxes, first.size_px)
    over = OverStarts(
        starts,
        _spread([run.scores.average_precision for run in runs]),
        _spread([run.scores.idf1 for run in runs]),
        _spread([run.looks_share for run in runs]),
    )
    return DetectionReport(
        product=first.scores,
        frames=len(first.frames),
        looks_per_s=looks_per_s,
        detector_calls=first.detector.calls,
        whole_pictures=first.detector.whole_pictures,
        looks_share=first.looks_share,
        ms_per_frame=first.took_s * 1000 / len(first.frames),
        track_ms=first.track_ms,
        missed=missed,
        false_hits=false_hits,
        baseline_alone=baseline,
        over_starts=over if starts > 1 else None,
        average_precision_above_alone=None
        if baseline is None
        else over.average_precision.mean > baseline.average_precision,
        idf1_above_alone=None if baseline is None else over.idf1.mean > baseline.idf1,
    )


@dataclass(frozen=True)
class _Run:
    frames: range
    rate_hz: float
    size_px: tuple[int, int]
    found: dict[int, list[Found]]
    scores: Scores
    detector: CountedDetector
    took_s: float
    track_ms: float

    @property
    def looks_share(self) -> float:
        return self.detector.whole_pictures / len(self.frames)


def _run(
    file: str,
    truth: dict[int, list[Labelled]],
    left_out: int,
    looks_per_s: float,
    share: float | None,
    detector: Detector,
    describer: Describer,
) -> _Run:
    """The sequence without its first ``left_out`` pictures, through the pipeline."""
    counted = CountedDetector(detector)
    stream = open_recording(file, started_at_us=0)
    rate_hz = stream.frames_per_s or 25.0
    calls_per_s = CALLS_PER_S if share is None else share * rate_hz
    pipeline = Pipeline("evaluated", describer, looks_per_s=looks_per_s, calls_per_s=calls_per_s)
    sightings: list[Sighting] = []
    due, frame_number, size_px = 0, 0, (1, 1)
    began_s = time.perf_counter()
    for frame in stream.frames():
        frame_number = round(frame.media_us / 1e6 * rate_hz) + 1
        if frame_number <= left_out:
            continue
        look = pipeline.consider(frame)
        if pipeline.moves is not None:
            due += 1
            size_px = (pipeline.moves.grey.shape[1], pipeline.moves.grey.shape[0])
        if look is not None:
            sightings += pipeline.look(look, counted)
    sightings += pipeline.finish()
    took_s = time.perf_counter() - began_s
    stream.close()
    found = _by_frame([sighting for sighting in sightings if sighting.ended], rate_hz)
    frames = range(left_out + 1, max(frame_number, max(truth)) + 1)
    labelled = {number: persons for number, persons in truth.items() if number > left_out}
    scores = _scores(labelled, found, found, frames)
    track_ms = pipeline.times.spent_ms(Stage.TRACK) / max(due, 1)
    return _Run(frames, rate_hz, size_px, found, scores, counted, took_s, track_ms)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(float(np.mean(values)), min(values), max(values))


def _every_frame(
    file: str, truth: dict[int, list[Labelled]], detector: Detector, rate_hz: float, frames: range
) -> tuple[dict[int, NDArray[np.bool_]], Scores]:
    """Which labelled boxes are faint, by frame; and the scores of the detector alone."""
    stream = open_recording(file, started_at_us=0)
    hardly_seen: dict[int, NDArray[np.bool_]] = {}
    raw: dict[int, list[Found]] = {}
    followed: dict[int, list[tuple[int, Box, float]]] = {}
    tracker = Tracker()
    for frame in stream.frames():
        number = round(frame.media_us / 1e6 * rate_hz) + 1
        hardly_seen[number] = faint(frame.pixels.grey(), [each.box for each in truth.get(number, ())])
        picture = frame.pixels.bgr()
        found = detector.detect(picture)
        raw[number] = [Found(0, Box(*box), float(score)) for box, score in zip(found.boxes, found.scores, strict=True)]
        size_px = (picture.shape[1], picture.shape[0])
        seen = tracker.look(found, np.ones(len(found), bool), frame.media_us / 1e6, size_px).seen
        for track, index in seen:
            row = (number, track.box.clipped(*size_px), float(found.scores[index]))
            followed.setdefault(track.number, []).append(row)
    stream.close()
    tracks: dict[int, list[Found]] = {}
    for identity, rows in followed.items():
        score = float(np.mean([score for _, _, score in rows]))
        if surely_person(len(rows), score):
            for number, box, _ in rows:
                tracks.setdefault(number, []).append(Found(identity, box, score))
    return hardly_seen, _scores(truth, tracks, raw, frames)


def average_precision(truth: dict[int, list[Labelled]], found: dict[int, list[Found]]) -> float:
    """Area below the precision envelope over recall, every point (PASCAL VOC 2010 and later)."""
    rows: list[tuple[float, bool]] = []
    for number, persons in found.items():
        free = list(range(len(truth.get(number, ()))))
        overlaps = _overlaps([each.box for each in truth.get(number, ())], [each.box for each in persons])
        for column in sorted(range(len(persons)), key=lambda index: -persons[index].score):
            best = max(free, key=lambda row: overlaps[row, column], default=None)
            hit = best is not None and overlaps[best, column] >= MATCH_OVERLAP
            if hit and best is not None:
                free.remove(best)
            rows.append((persons[column].score, hit))
    rows.sort(key=lambda row: -row[0])
    hits = np.cumsum([hit for _, hit in rows])
    recall = hits / max(sum(len(persons) for persons in truth.values()), 1)
    precision = hits / np.arange(1, len(rows) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * envelope))


def _by_frame(sightings: Sequence[Sighting], rate_hz: float) -> dict[int, list[Found]]:
    """Each sighting's boxes by frame number, from 1; between two looks in a straight line."""
    by_frame: dict[int, list[Found]] = {}
    for identity, sighting in enumerate(sightings):
        start_ms = sighting.started_at_us / 1000
        last: dict[int, Box] = {}
        for before, after in pairwise((*sighting.path, sighting.path[-1])):
            first, end = (round((start_ms + at.offset_ms) / 1000 * rate_hz) + 1 for at in (before, after))
            last[first] = _box(before, after, 0.0)
            if after.offset_ms - before.offset_ms <= _LONGEST_GAP_MS:
                for number in range(first + 1, end):
                    last[number] = _box(before, after, (number - first) / (end - first))
        for number, box in last.items():
            by_frame.setdefault(number, []).append(Found(identity, box, sighting.score))
    return by_frame


def _box(before: BoxAt, after: BoxAt, share: float) -> Box:
    return Box(
        before.left + (after.left - before.left) * share,
        before.top + (after.top - before.top) * share,
        before.width + (after.width - before.width) * share,
        before.height + (after.height - before.height) * share,
    )


def _scores(
    truth: dict[int, list[Labelled]], tracks: dict[int, list[Found]], ranked: dict[int, list[Found]], frames: range
) -> Scores:
    """CLEAR MOT and identity measures of ``tracks`` by motmetrics; average precision of ``ranked``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # motmetrics warns of pandas' future, which its own releases see to
        import motmetrics

        log = motmetrics.MOTAccumulator()  # type: ignore[no-untyped-call]
        for number in frames:
            persons, seen = truth.get(number, []), tracks.get(number, [])
            distance = 1 - _overlaps([each.box for each in persons], [each.box for each in seen])
            distance[distance > 1 - MATCH_OVERLAP] = np.nan
            log.update(  # type: ignore[no-untyped-call]
                [each.identity for each in persons], [each.identity for each in seen], distance, frameid=number
            )
        names = ["precision", "recall", "mota", "idf1", "num_switches"]
        scorer = motmetrics.metrics.create()  # type: ignore[no-untyped-call]
        row = scorer.compute(log, metrics=names, name="sequence").iloc[0]
    precision, recall, mota, idf1, switches = (float(row[name]) for name in names)
    return Scores(precision, recall, average_precision(truth, ranked), mota, idf1, int(switches))


def _overlaps(rows: Sequence[Box], columns: Sequence[Box]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return overlap(np.array(rows, float).reshape(-1, 4), np.array(columns, float).reshape(-1, 4))
