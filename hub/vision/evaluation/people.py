"""How well sightings measure people: height, child or adult, speed, heading, movement, companions, clothes, against the
truth of a simulated community whose films go through the whole pipeline as recordings.

Errors are told beside what was not measured and why: what is left out silently would look like accuracy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS, Calibration, Sighting
from hub.footage.sources.frames import open_recording
from hub.vision.description.describer import Describer
from hub.vision.description.ground import foot_is_seen, head_is_seen
from hub.vision.description.height import WHOLE_SHARE
from hub.vision.description.lesson import Teach
from hub.vision.detection.detections import Detector
from hub.vision.evaluation.walks import TrueWays
from hub.vision.pipeline import Pipeline
from simulators.community.build import film_path
from simulators.community.truth import Box, Truth, load

USUAL_LOOKS_PER_S = 5.0
_SAME_OVERLAP = 0.4
_MOSTLY = 0.5
"""A sighting is of whom most of its boxes overlap."""
_CHILD_M = 1.42
_LIKELY = 0.5

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """Of ``measured`` sightings: mean, median and 90th percentile of the error's size, and the mean error."""

    measured: int
    mean: float
    median: float
    p90: float
    bias: float


@dataclass(frozen=True)
class HeightReport:
    """In metres; ``within_bar`` is the share with an error up to the one stated (68 % were right), up to twice (95 %).

    ``without`` counts sightings without a height by why.
    """

    error_m: Errors
    within_bar: float
    within_two_bars: float
    without: dict[str, int]


@dataclass(frozen=True)
class Judged:
    """Of so many sightings this was said of so many, and right for this share of them."""

    sightings: int
    said: int
    right: float


@dataclass(frozen=True)
class Pairs:
    """Who went along: pairs that truly did, pairs told, and how many of these are true."""

    true: int
    told: int
    right: int


@dataclass(frozen=True)
class PeopleReport:
    """All of it; ``nobody`` are sightings that are of no person of the truth."""

    sightings: int
    nobody: int
    height: HeightReport
    child: Judged
    children: Judged
    movement: Judged
    speed_mps: Errors
    heading_deg: Errors
    companions: Pairs
    backpacks_on_nobody: Judged
    upper: Judged
    lower: Judged


@dataclass(frozen=True)
class Known:
    """A sighting, the camera's calibration and who it is of."""

    sighting: Sighting
    calibration: Calibration
    person_id: str

    @property
    def from_s(self) -> float:
        """Scenario time at which it begins."""
        return self.sighting.started_at_us / 1e6

    @property
    def until_s(self) -> float:
        """Scenario time at which it ends."""
        return self.sighting.ended_at_us / 1e6


class _Camera(msgspec.Struct, frozen=True):
    camera_id: str
    calibration: Calibration


class _Community(msgspec.Struct, frozen=True):
    cameras: list[_Camera]


def evaluate_people(folder: Path, detector: Detector, describer: Describer) -> PeopleReport:
    """Run every film of a simulated community. Raises TruthError, SourceError, OSError, msgspec.MsgspecError."""
    truth = load(folder)
    community = msgspec.json.decode((folder / "community.json").read_bytes(), type=_Community)
    known: list[Known] = []
    seen = 0
    for camera in community.cameras:
        for sighting in film_sightings(folder, camera.camera_id, camera.calibration, detector, describer):
            seen += 1
            person_id = who(truth, sighting)
            if person_id is not None:
                known.append(Known(sighting, camera.calibration, person_id))
    return report(truth, known, nobody=seen - len(known))


def report(truth: Truth, known: list[Known], nobody: int) -> PeopleReport:
    """The figures of sightings whose persons are known."""
    ways = TrueWays(truth)
    heights = [(one, truth.people[one.person_id].height_m) for one in known]
    children = [(one, true) for one, true in heights if true < _CHILD_M]
    speeds, headings, moved = [], [], []
    for one in known:
        said, (east, north) = one.sighting, ways.velocity(one)
        if said.speed_mps is not None:
            speeds.append(said.speed_mps - math.hypot(east, north))
        if said.heading_deg is not None:
            away = said.heading_deg - math.degrees(math.atan2(east, north))
            headings.append((away + 180) % 360 - 180)
        if said.movement is not None:
            moved.append(said.movement is ways.movement(one))
    backpacks = [one.sighting.bags[0] < _LIKELY for one in known if one.sighting.bags]
    return PeopleReport(
        sightings=len(known) + nobody,
        nobody=nobody,
        height=_height_report(heights),
        child=_child(heights),
        children=_child(children),
        movement=_judged(len(known), moved),
        speed_mps=_errors(speeds),
        heading_deg=_errors(headings),
        companions=_companions(ways, known),
        backpacks_on_nobody=_judged(len(known), backpacks),
        upper=_clothing([(one.sighting.upper, truth.people[one.person_id].upper) for one in known]),
        lower=_clothing([(one.sighting.lower, truth.people[one.person_id].lower) for one in known]),
    )


def film_sightings(
    folder: Path,
    camera_id: str,
    calibration: Calibration | None,
    detector: Detector,
    describer: Describer,
    teach: Teach | None = None,
) -> Iterator[Sighting]:
    """The last words on everybody in a camera's film, dated from 0; ``teach`` is given their lessons, in that order."""
    film = str(film_path(folder, camera_id))
    stream = open_recording(film, started_at_us=0, looks_per_s=USUAL_LOOKS_PER_S)
    pipeline = Pipeline(
        camera_id, describer.for_another_camera(), looks_per_s=USUAL_LOOKS_PER_S, calibration=calibration, teach=teach
    )
    try:
        for frame in stream.frames():
            look = pipeline.consider(frame)
            if look is not None:
                yield from (said for said in pipeline.look(look, detector) if said.ended)
        yield from pipeline.finish()
    finally:
        stream.close()


def who(truth: Truth, sighting: Sighting) -> str | None:
    """Whom most of the path's boxes are of, of a sighting dated from 0; None: of nobody."""
    votes: Counter[str] = Counter()
    for box in sighting.path:
        at_s = (sighting.started_at_us / 1000 + box.offset_ms) / 1000
        match = truth.match(sighting.camera_id, Box(box.left, box.top, box.width, box.height), at_s, 0.0)
        if match is not None and match.iou >= _SAME_OVERLAP:
            votes[match.person_id] += 1
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= _MOSTLY * len(sighting.path) else None


def _height_report(heights: list[tuple[Known, float]]) -> HeightReport:
    errors, bars, without = [], [], Counter[str]()
    for one, true in heights:
        said = one.sighting
        if said.height_m is None or said.height_error_m is None:
            without[_why_none(said)] += 1
        else:
            errors.append(said.height_m - true)
            bars.append(said.height_error_m)
    sizes, stated = np.abs(np.array(errors)), np.array(bars)
    return HeightReport(
        error_m=_errors(errors),
        within_bar=_share(sizes <= stated),
        within_two_bars=_share(sizes <= 2 * stated),
        without=dict(without),
    )


def _why_none(said: Sighting) -> str:
    feet = [box for box in said.path if foot_is_seen(box, said.frame_height_px)]
    if not feet:
        return "feet_never_in_picture"
    heads = [box for box in said.path if head_is_seen(box, said.frame_width_px)]
    whole = sum(foot_is_seen(box, said.frame_height_px) for box in heads)
    if not whole:
        return "never_whole_in_picture"
    if whole < WHOLE_SHARE * len(heads):
        return "feet_seldom_in_picture"
    return "covered_by_others_or_too_far"


def _child(heights: list[tuple[Known, float]]) -> Judged:
    said = [(one.sighting.child, true) for one, true in heights if one.sighting.child is not None]
    return _judged(len(heights), [(likely > _LIKELY) == (true < _CHILD_M) for likely, true in said])


def _clothing(garments: list[tuple[tuple[float, ...], str]]) -> Judged:
    """Whether the strongest of all eleven colours is the one the person was drawn in."""
    said = [COLOURS[max(range(len(weights)), key=weights.__getitem__)] == true for weights, true in garments if weights]
    return _judged(len(garments), said)


def _companions(ways: TrueWays, known: list[Known]) -> Pairs:
    """Pairs of sightings on one camera; either may have told of the other."""
    told = {
        frozenset((one.sighting.sighting_id, other)) for one in known for other in one.sighting.companions
    }  # fmt: skip
    true = {
        frozenset((one.sighting.sighting_id, other.sighting.sighting_id))
        for number, one in enumerate(known)
        for other in known[number + 1 :]
        if one.sighting.camera_id == other.sighting.camera_id and ways.along(one, other)
    }
    return Pairs(true=len(true), told=len(told), right=len(true & told))


def _errors(values: list[float]) -> Errors:
    found = np.array(values, float)
    if not len(found):
        return Errors(0, math.nan, math.nan, math.nan, math.nan)
    sizes = np.abs(found)
    figures = (sizes.mean(), np.median(sizes), np.quantile(sizes, 0.9), found.mean())
    return Errors(len(found), *(round(float(figure), 4) for figure in figures))


def _judged(sightings: int, right: list[bool]) -> Judged:
    return Judged(sightings, len(right), _share(np.array(right, bool)))


def _share(right: NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 4) if len(right) else math.nan
