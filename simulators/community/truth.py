"""The truth of a generated community: who was where when, in which box on which camera; read to score searches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

FILE = "truth/scene.json"

PASS_VISIBILITY = 0.5
PASS_HEIGHT_PX = 60
PASS_SECONDS = 1.5
"""Somebody truly passed a camera when, in frames that add up to 1.5 s, at least half of the box is visible and it is at
least 60 pixels high."""


class PersonTruth(msgspec.Struct, frozen=True):
    """``kind`` is missing_child, child or adult; ``upper`` and ``lower`` are colour names of devices.protocol."""

    person_id: str
    kind: str
    height_m: float
    upper: str
    lower: str
    speed_m_s: float


class WalkTruth(msgspec.Struct, frozen=True):
    """Latitude and longitude every ``step_s`` from scenario position 0."""

    person_id: str
    step_s: float
    places: list[tuple[float, float]]


class BoxRun(msgspec.Struct, frozen=True):
    """Boxes in successive frames: left, top, width, height (pixels, inside the picture), visibility in percent."""

    person_id: str
    first_frame: int
    boxes: list[tuple[int, int, int, int, int]]


class CameraTruth(msgspec.Struct, frozen=True):
    camera_id: str
    venue_id: str
    width_px: int
    height_px: int
    runs: list[BoxRun]


class SceneTruth(msgspec.Struct, frozen=True):
    """The whole file. ``starts_at`` is the time of day drawn at scenario position 0."""

    fingerprint: str
    frame_rate_hz: int
    frames: int
    starts_at: str
    missing_child_id: str
    people: list[PersonTruth]
    walks: list[WalkTruth]
    cameras: list[CameraTruth]


class Box(NamedTuple):
    """Pixels of the stream's picture."""

    left: float
    top: float
    width: float
    height: float


class Seen(NamedTuple):
    """One person in one frame; ``visibility`` is the share of the box not hidden by others or the picture's edge."""

    person_id: str
    box: Box
    visibility: float


class Match(NamedTuple):
    person_id: str
    iou: float


@dataclass(frozen=True)
class Pass:
    """One unbroken appearance: scenario times, best visibility, greatest height in pixels, seconds of good view."""

    camera_id: str
    from_s: float
    to_s: float
    best_visibility: float
    height_px: int
    good_view_s: float


class TruthError(ValueError):
    """There is no readable truth in the folder; says which file and why."""


def iou(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    high = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    both = max(wide, 0.0) * max(high, 0.0)
    either = one.width * one.height + other.width * other.height - both
    return both / either if either > 0 else 0.0


class Truth:
    """Answers about one scene. Scenario times beyond the scene's end wrap round, as the streams do."""

    def __init__(self, scene: SceneTruth) -> None:
        self.scene = scene
        self.duration_s = scene.frames / scene.frame_rate_hz
        self.people = {person.person_id: person for person in scene.people}
        self.missing_child_id = scene.missing_child_id
        self._frames: dict[str, dict[int, list[Seen]]] = {}
        for camera in scene.cameras:
            frames: dict[int, list[Seen]] = defaultdict(list)
            for run in camera.runs:
                for offset, (left, top, width, height, percent) in enumerate(run.boxes):
                    seen = Seen(run.person_id, Box(left, top, width, height), percent / 100)
                    frames[run.first_frame + offset].append(seen)
            self._frames[camera.camera_id] = dict(frames)

    @property
    def camera_ids(self) -> list[str]:
        return list(self._frames)

    def frame_at(self, scenario_s: float) -> int:
        """The frame shown at a scenario position."""
        return int(scenario_s * self.scene.frame_rate_hz + 1e-6) % self.scene.frames

    def boxes_at(self, camera_id: str, scenario_s: float) -> list[Seen]:
        """Everybody in the camera's picture at that time. Raises KeyError for a camera that the scene has not."""
        return self._frames[camera_id].get(self.frame_at(scenario_s), [])

    def match(self, camera_id: str, box: Box, scenario_s: float, tolerance_s: float = 0.3) -> Match | None:
        """Who best fits a box within the tolerance before or after that time; None when nobody overlaps it."""
        reach = round(tolerance_s * self.scene.frame_rate_hz)
        best: Match | None = None
        for step in range(-reach, reach + 1):
            for seen in self.boxes_at(camera_id, scenario_s + step / self.scene.frame_rate_hz):
                overlap = iou(box, seen.box)
                if overlap > 0 and (best is None or overlap > best.iou):
                    best = Match(seen.person_id, overlap)
        return best

    def passes(self, person_id: str) -> list[Pass]:
        """Every appearance of a person on any camera, in order of time."""
        rate = self.scene.frame_rate_hz
        found = [
            Pass(
                camera_id=camera.camera_id,
                from_s=run.first_frame / rate,
                to_s=(run.first_frame + len(run.boxes) - 1) / rate,
                best_visibility=max(box[4] for box in run.boxes) / 100,
                height_px=max(box[3] for box in run.boxes),
                good_view_s=sum(_is_good_view(box) for box in run.boxes) / rate,
            )
            for camera in self.scene.cameras
            for run in camera.runs
            if run.person_id == person_id
        ]
        return sorted(found, key=lambda one: (one.from_s, one.camera_id))

    def cameras_passed(self, person_id: str) -> list[str]:
        """The cameras that the person truly passed in view (PASS_SECONDS and its fellows), in order of time."""
        good: dict[str, float] = {}
        for one in self.passes(person_id):
            good[one.camera_id] = good.get(one.camera_id, 0.0) + one.good_view_s
        return [camera_id for camera_id, seconds in good.items() if seconds >= PASS_SECONDS]


def _is_good_view(box: tuple[int, int, int, int, int]) -> bool:
    return box[4] >= 100 * PASS_VISIBILITY and box[3] >= PASS_HEIGHT_PX


def load(folder: Path) -> Truth:
    """The truth of the community generated into ``folder``. Raises TruthError."""
    path = folder / FILE
    try:
        return Truth(msgspec.json.decode(path.read_bytes(), type=SceneTruth))
    except (OSError, msgspec.MsgspecError) as error:
        raise TruthError(f"no truth can be read from {path}: {error}") from error
