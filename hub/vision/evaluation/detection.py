"""Evaluation: how well the whole pipeline finds and follows persons, against published labels.

The boxes are those of the sightings' paths, as the product makes them: motion gate, detector and tracker at the usual
number of looks a second. In labelled frames between two looks the path is interpolated in a straight line, as everybody
who draws a path does; a path with a gap longer than a track survives is not bridged.
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

from devices.protocol.sightings import BoxAt, Sighting
from hub.footage.sources.frames import open_recording
from hub.vision.boxes import Box, overlap
from hub.vision.description.describer import Describer
from hub.vision.detection.detections import Detector
from hub.vision.detection.nanodet import NanoDet
from hub.vision.evaluation import motchallenge
from hub.vision.evaluation.motchallenge import Labelled
from hub.vision.pipeline import Pipeline

MATCH_OVERLAP = 0.5
USUAL_LOOKS_PER_S = 5.0
_LONGEST_GAP_MS = 2000


@dataclass(frozen=True)
class DetectionReport:
    """Detection at IoU 0.5 and tracking (motmetrics' CLEAR MOT and identity measures), 0 to 1; MOTA may be below 0."""

    precision: float
    recall: float
    average_precision: float
    mota: float
    idf1: float
    id_switches: int
    ms_per_frame: float
    frames: int
    detector_calls: int
    looks_per_s: float


class Found(NamedTuple):
    """One box of a sighting in one frame."""

    identity: int
    box: Box
    score: float


def evaluate_detection(
    sequence: Path,
    *,
    looks_per_s: float = USUAL_LOOKS_PER_S,
    detector: Detector | None = None,
    describer: Describer | None = None,
) -> DetectionReport:
    """Run a MOTChallenge sequence through the pipeline and score it. Raises SequenceError, SourceError."""
    detector, describer = detector or NanoDet(), describer or Describer()
    truth = motchallenge.labels(sequence)
    stream = open_recording(str(motchallenge.pictures(sequence)), started_at_us=0, looks_per_s=looks_per_s)
    pipeline = Pipeline("evaluated", describer, looks_per_s=looks_per_s)
    rate_hz = stream.frames_per_s or 25.0
    sightings: list[Sighting] = []
    calls, frame_number = 0, 0
    began_s = time.perf_counter()
    for frame in stream.frames():
        frame_number = round(frame.media_us / 1e6 * rate_hz) + 1
        look = pipeline.consider(frame)
        if look is not None:
            sightings += pipeline.look(look, detector)
            calls += 1
    sightings += pipeline.finish()
    took_s = time.perf_counter() - began_s
    stream.close()
    found = _by_frame([sighting for sighting in sightings if sighting.ended], rate_hz)
    frames = range(1, max(frame_number, max(truth)) + 1)
    precision, recall, mota, idf1, switches = _follow_scores(truth, found, frames)
    return DetectionReport(
        precision=precision,
        recall=recall,
        average_precision=average_precision(truth, found),
        mota=mota,
        idf1=idf1,
        id_switches=switches,
        ms_per_frame=took_s * 1000 / max(frame_number, 1),
        frames=frame_number,
        detector_calls=calls,
        looks_per_s=looks_per_s,
    )


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


def _follow_scores(
    truth: dict[int, list[Labelled]], found: dict[int, list[Found]], frames: range
) -> tuple[float, float, float, float, int]:
    """Precision, recall, MOTA, IDF1 and identity switches by motmetrics."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # motmetrics warns of pandas' future, which its own releases see to
        import motmetrics

        log = motmetrics.MOTAccumulator()  # type: ignore[no-untyped-call]
        for number in frames:
            persons, seen = truth.get(number, []), found.get(number, [])
            distance = 1 - _overlaps([each.box for each in persons], [each.box for each in seen])
            distance[distance > 1 - MATCH_OVERLAP] = np.nan
            log.update(  # type: ignore[no-untyped-call]
                [each.identity for each in persons], [each.identity for each in seen], distance, frameid=number
            )
        names = ["precision", "recall", "mota", "idf1", "num_switches"]
        scorer = motmetrics.metrics.create()  # type: ignore[no-untyped-call]
        row = scorer.compute(log, metrics=names, name="sequence").iloc[0]
    precision, recall, mota, idf1, switches = (float(row[name]) for name in names)
    return precision, recall, mota, idf1, int(switches)


def _overlaps(rows: Sequence[Box], columns: Sequence[Box]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return overlap(np.array(rows, float).reshape(-1, 4), np.array(columns, float).reshape(-1, 4))
