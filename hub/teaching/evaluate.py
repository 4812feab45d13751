"""``qianshao evaluate teaching``: how well people are found again before and after the descriptor was taught on site.

Simulated: taught by the films of one community, judged by its last minutes, scored on another community's people.
Real: market1501's crops. 25 people drawn by lot (DEVELOPMENT_LOT) are those on whom the constants of learning.py were
chosen; the other 25 are scored. A tracker's knowledge alone is told of a crop: which track it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.registry.importing import read_community
from hub.sightings.evaluate import Crop, Retrieved, retrieve
from hub.teaching.child import HELD_OUT, held_out
from hub.teaching.judging import Verdict, compare
from hub.teaching.learning import Learned, learn, read
from hub.teaching.tracks import Tracks, tracks_of
from hub.vision.description.describer import Appearance, Describer
from hub.vision.description.learning.drawn_people import read_drawn
from hub.vision.description.lesson import Lesson, whole
from hub.vision.detection.detections import Detector
from hub.vision.evaluation.crops import Crop as CropOfTrack
from hub.vision.evaluation.crops import crops_of
from hub.vision.evaluation.people import film_sightings, who
from simulators.community.truth import load

DEVELOPMENT_LOT = 77
LOTS = 8
_ONE_TRACK_FRAMES = 500
"""Crops of one person on one camera, less than 20 s apart, are one track."""
_FRAMES_PER_S = 25
_SEQUENCE_S = 7_200
"""Market-1501's sequences are dated one after another: how long they were apart is not told."""


@dataclass(frozen=True)
class Change:
    """The same queries against the same gallery, by the shipped projection and by the taught one."""

    before: Retrieved
    after: Retrieved


@dataclass(frozen=True)
class TaughtBy:
    """What the projection was learned from."""

    hours_of_video: float
    cameras: int
    tracks: int
    views: int


@dataclass(frozen=True)
class SimulatedPart:
    """``verdict``: of the product's own judge, which is told no truth."""

    taught_by: TaughtBy
    verdict: Verdict
    same_community: Change
    """The held-out tracks of the community that taught, found among them."""
    other_community: Change


@dataclass(frozen=True)
class RealPart:
    """``others``: 25 people scored among all crops, taught by tracks of the 25 others; ``others_alone``: among their
    own crops. ``themselves``: the same 25 among all crops, taught by their own tracks, without a name across cameras.
    ``all``: everybody, taught by everybody's tracks. ``lots``: LOTS halves by lot, each taught by the other half, mean;
    in these the people on whom constants were chosen are among the scored."""

    taught_by: TaughtBy
    others: Change
    others_alone: Change
    themselves: Change
    all: Change
    lots: Change


@dataclass(frozen=True)
class TeachingReport:
    """Either part; None where it was not asked for."""

    simulated: SimulatedPart | None
    real: RealPart | None


@dataclass(frozen=True, eq=False)
class Known:
    """Tracks with whose each is, and how long the cameras were looked at."""

    tracks: Tracks
    person: NDArray[np.intp]
    hours: float

    def part(self, chosen: NDArray[np.bool_], share_of_time: float) -> Known:
        return Known(self.tracks.part(chosen), self.person[chosen], self.hours * share_of_time)

    def taught_by(self) -> TaughtBy:
        cameras = len(np.unique(self.tracks.camera))
        return TaughtBy(round(self.hours, 3), cameras, len(self.tracks), len(self.tracks.views))

    def scored(self) -> _Scored:
        tracks = self.tracks
        return _Scored(tracks.means(tracks.views.astype(np.float64) / 255), self.person, tracks.camera)


@dataclass(frozen=True, eq=False)
class _Scored:
    """Stripes of pictures, or means over tracks (N x SIZE), whose they are and on which camera."""

    stripes: NDArray[np.float64]
    person: NDArray[np.intp]
    camera: NDArray[np.intp]

    def part(self, chosen: NDArray[np.bool_]) -> _Scored:
        return _Scored(self.stripes[chosen], self.person[chosen], self.camera[chosen])


def evaluate_teaching(
    taught: Path | None, scored: Path | None, crops: Path | None, detector: Detector, describer: Describer
) -> TeachingReport:
    """``taught`` and ``scored``: folders of communities with films. Raises ValueError, OSError, TruthError."""
    simulated = None
    if taught is not None and scored is not None:
        simulated = _simulated(watched(taught, detector, describer), watched(scored, detector, describer))
    return TeachingReport(simulated, None if crops is None else _real(crops, describer))


def _simulated(site: Known, other: Known) -> SimulatedPart:
    late = held_out(site.tracks)
    teachers = site.part(~late, 1 - HELD_OUT)
    judges = site.part(late, HELD_OUT)
    learned, verdict = taught_by(site.tracks)
    return SimulatedPart(
        taught_by=teachers.taught_by(),
        verdict=verdict,
        same_community=_change(judges.scored(), learned),
        other_community=_change(other.scored(), learned),
    )


def taught_by(tracks: Tracks) -> tuple[Learned, Verdict]:
    """What a site learns and what its judge says of it, as in the product (child.py)."""
    late = held_out(tracks)
    learned = learn(tracks.part(~late), read_drawn())
    return learned, compare(read(), learned, tracks.part(late))


def watched(folder: Path, detector: Detector, describer: Describer) -> Known:
    """A simulated community's films through vision. Raises TruthError, SourceError, OSError, msgspec.MsgspecError."""
    truth = load(folder)
    number = {person_id: place for place, person_id in enumerate(sorted(truth.people))}
    lessons: list[Lesson] = []
    people: list[int] = []
    cameras = read_community((folder / "community.json").read_bytes()).cameras
    for camera in cameras:
        seen = film_sightings(
            folder, camera.camera_id, camera.calibration, detector, describer, lambda lesson: lessons.append(lesson)
        )
        for sighting in seen:
            person_id = who(truth, sighting)
            people.append(number[person_id] if person_id else -1 - len(people))
    return Known(tracks_of(lessons), np.array(people, np.intp), truth.duration_s * len(cameras) / 3600)


def _real(folder: Path, describer: Describer) -> RealPart:
    crops = crops_of(folder)
    stripes = [describer.measure(crop.view).stripes for crop in crops]
    identity = np.array([int(crop.identity) for crop in crops], np.intp)
    camera = np.array([crop.camera for crop in crops], np.intp)
    alone = _Scored(np.stack(stripes).astype(np.float64), identity, camera)
    tracked = _tracked(crops, stripes)
    everybody = np.unique(identity)
    development = _half(everybody, np.random.default_rng(DEVELOPMENT_LOT))
    apart = ~np.isin(identity, development)
    drawn = read_drawn()

    def taught(by: NDArray[np.intp]) -> Learned:
        return learn(tracked.tracks.part(np.isin(tracked.person, by)), drawn)

    by_others = taught(development)
    lot = np.random.default_rng(1)
    halves = [_half(everybody, lot) for _ in range(LOTS)]
    lots = [_change(alone, taught(half), ~np.isin(identity, half)) for half in halves]
    return RealPart(
        taught_by=tracked.part(np.isin(tracked.person, development), 1.0).taught_by(),
        others=_change(alone, by_others, apart),
        others_alone=_change(alone.part(apart), by_others),
        themselves=_change(alone, taught(everybody[~np.isin(everybody, development)]), apart),
        all=_change(alone, taught(everybody)),
        lots=Change(_mean([one.before for one in lots]), _mean([one.after for one in lots])),
    )


def _tracked(crops: Sequence[CropOfTrack], stripes: Sequence[NDArray[np.float32]]) -> Known:
    """The crops as a tracker has them: one person on one camera, each less than 20 s after the one before."""
    runs: list[list[int]] = []
    for number in sorted(range(len(crops)), key=lambda one: (crops[one].track, crops[one].frame)):
        crop, before = crops[number], crops[runs[-1][-1]] if runs else None
        if before and before.track == crop.track and crop.frame - before.frame <= _ONE_TRACK_FRAMES:
            runs[-1].append(number)
        else:
            runs.append([number])
    lessons = [
        Lesson(f"c{first.camera}", _dated(first), _dated(last), whole([stripes[number] for number in run]))
        for run in runs
        for first, last in [(crops[run[0]], crops[run[-1]])]
    ]
    return Known(tracks_of(lessons), np.array([int(crops[run[0]].identity) for run in runs], np.intp), 0.0)


def _dated(crop: CropOfTrack) -> int:
    return (crop.sequence * _SEQUENCE_S + crop.frame // _FRAMES_PER_S) * 1_000_000


def _half(people: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    return np.asarray(rng.permutation(people)[: len(people) // 2])


def _mean(found: list[Retrieved]) -> Retrieved:
    columns = ([getattr(one, name) for one in found] for name in ("rank1", "rank5", "map"))
    return Retrieved(sum(one.queries for one in found), *(round(float(np.mean(column)), 4) for column in columns))


def _change(scored: _Scored, learned: Learned, asked: NDArray[np.bool_] | None = None) -> Change:
    """``asked``: whose turn as a query it is; everybody's by default."""
    before, after = (_retrieved(scored, projection, asked) for projection in (read(), learned))
    return Change(before, after)


def _retrieved(scored: _Scored, projection: Learned, asked: NDArray[np.bool_] | None) -> Retrieved:
    gallery = [
        Crop(person, f"c{camera}", Appearance((), (), (), descriptor, "taught"))
        for person, camera, descriptor in zip(
            scored.person.tolist(), scored.camera.tolist(), projection.of(scored.stripes), strict=True
        )
    ]
    queries = gallery if asked is None else [crop for crop, is_asked in zip(gallery, asked, strict=True) if is_asked]
    return retrieve(queries, gallery)
