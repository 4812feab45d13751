"""How well bags and head wear are told on labelled crops: a track is what a camera saw of an identity in a sequence."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.bags import OFFSET, SLOPE, FindsThings, backpack_evidence
from hub.vision.description.head_wear import head_wear_of
from hub.vision.description.view import View

_NAME = re.compile(r"(-?\d+)_(c\d+s\d+)")
_YES = 2
_FOLDS = 5
_ROUNDS = 40
_RIDGE = 0.01
_LEAST_LIKELY = (0.3, 0.5, 0.6, 0.7)
"""Of these the console says the last in words."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """At a likelihood of ``from_likelihood`` and more: of the tracks told, the share that is right (precision), and the
    share of those who have it that is told (recall)."""

    from_likelihood: float
    tracks: int
    precision: float
    recall: float


@dataclass(frozen=True)
class Calibrated:
    """Tracks whose likelihood lies around ``likelihood`` (their mean), and the share of them that has it."""

    likelihood: float
    tracks: int
    share: float


@dataclass(frozen=True)
class HeadWearReport:
    """Tracks whose label says that the head is covered, tracks told so, and how many of these are right."""

    covered: int
    told: int
    right: int


@dataclass(frozen=True)
class AttributeReport:
    """A backpack by track, and head wear.

    ``average_precision`` and ``area_under_roc`` need no constant that was learned here. ``told`` and
    ``calibration`` are of curves fitted to the other four fifths of the identities, ``told_as_shipped`` of the
    product's, which was fitted to all. ``chance`` is the share of tracks that have one.
    """

    tracks: int
    not_judged: int
    chance: float
    average_precision: float
    area_under_roc: float
    told: tuple[Told, ...]
    calibration: tuple[Calibrated, ...]
    told_as_shipped: tuple[Told, ...]
    ms_per_track: float
    head_wear: HeadWearReport


def evaluate_attributes(crops_dir: Path, attributes: Path, finder: FindsThings) -> AttributeReport:
    """``attributes`` is JSON: identity to Market-1501's attributes (2 means yes). Raises ValueError, OSError."""
    labels = json.loads(attributes.read_text())
    tracks = _tracks(crops_dir)
    unlabelled = {identity for identity, _ in tracks} - labels.keys()
    if unlabelled:
        raise ValueError(f"{attributes} has no labels of {', '.join(sorted(unlabelled)[:5])}")
    began_s = thread_time()
    evidence = [backpack_evidence(views, finder) for _, views in tracks]
    took_ms = (thread_time() - began_s) * 1000
    judged = [number for number, found in enumerate(evidence) if found is not None]
    values = np.array([evidence[number] for number in judged], float)
    identities = np.array([tracks[number][0] for number in judged])
    truth = np.array([labels[identity]["backpack"] == _YES for identity in identities])
    if not truth.any() or truth.all():
        raise ValueError(f"all or none of the identities in {crops_dir} have a backpack")
    held_out = _held_out(values, truth, identities)
    return AttributeReport(
        tracks=len(tracks),
        not_judged=len(tracks) - len(judged),
        chance=round(float(truth.mean()), 4),
        average_precision=round(_average_precision(values, truth), 4),
        area_under_roc=round(_area_under_roc(values, truth), 4),
        told=_told(held_out, truth),
        calibration=_calibration(held_out, truth),
        told_as_shipped=_told(_likely(values, OFFSET, SLOPE), truth),
        ms_per_track=round(took_ms / len(tracks), 1),
        head_wear=_head_wear([(labels[identity]["hat"] == _YES, views) for identity, views in tracks]),
    )


def _tracks(folder: Path) -> list[tuple[str, list[View]]]:
    """Identity and views of each track, in order of name."""
    tracks: dict[tuple[str, str], list[View]] = {}
    for path in sorted(folder.glob("*.jpg")):
        match = _NAME.match(path.name)
        picture = cv2.imread(str(path))
        if match is None or picture is None:
            raise ValueError(f"{path} is no crop named as Market-1501 names them (0001_c1s1_000151_01.jpg)")
        view = View(np.asarray(picture, np.uint8), (0, 0, picture.shape[1], picture.shape[0]), False, 1.0)
        tracks.setdefault((match[1], match[2]), []).append(view)
    if not tracks:
        raise ValueError(f"{folder} holds no .jpg")
    return [(identity, views) for (identity, _), views in tracks.items()]


def _head_wear(tracks: list[tuple[bool, list[View]]]) -> HeadWearReport:
    told = [covered for covered, views in tracks if head_wear_of(views) is not None]
    return HeadWearReport(covered=sum(covered for covered, _ in tracks), told=len(told), right=sum(told))


def _held_out(values: Numbers, truth: NDArray[np.bool_], identities: NDArray[np.str_]) -> Numbers:
    """Each track's likelihood by a curve fitted without its fold of identities; folds go by the order of names."""
    fold = np.unique(identities, return_inverse=True)[1] % _FOLDS
    likely = np.zeros(len(values))
    for number in range(_FOLDS):
        there = fold == number
        likely[there] = _likely(values[there], *_fitted(values[~there], truth[~there]))
    return likely


def _fitted(values: Numbers, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Offset and slope of the logistic curve, by Newton's method."""
    rows = np.stack([np.ones(len(values)), values], axis=1)
    weights = np.zeros(2)
    for _ in range(_ROUNDS):
        likely = _likely(values, *weights)
        curvature = (rows * (likely * (1 - likely))[:, None]).T @ rows + _RIDGE * np.eye(2)
        weights -= np.linalg.solve(curvature, rows.T @ (likely - truth))
    return float(weights[0]), float(weights[1])


def _likely(values: Numbers, offset: float, slope: float) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(offset + slope * values, -50, 50))))


def _told(likely: Numbers, truth: NDArray[np.bool_]) -> tuple[Told, ...]:
    rows = []
    for least in _LEAST_LIKELY:
        said = likely >= least
        right = float(truth[said].mean()) if said.any() else math.nan
        rows.append(Told(least, int(said.sum()), round(right, 3), round(float(said[truth].mean()), 3)))
    return tuple(rows)


def _calibration(likely: Numbers, truth: NDArray[np.bool_]) -> tuple[Calibrated, ...]:
    """Five classes of as many tracks each."""
    parts = np.array_split(np.argsort(likely), 5)
    return tuple(
        Calibrated(round(float(likely[part].mean()), 3), len(part), round(float(truth[part].mean()), 3))
        for part in parts
    )  # fmt: skip


def _average_precision(values: Numbers, truth: NDArray[np.bool_]) -> float:
    hits = truth[np.argsort(-values, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _area_under_roc(values: Numbers, truth: NDArray[np.bool_]) -> float:
    """The chance that one who has it stands before one who has not; ties count half."""
    ahead = values[truth][:, None] - values[~truth][None, :]
    return float((ahead > 0).mean() + 0.5 * (ahead == 0).mean())
