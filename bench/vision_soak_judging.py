"""What a soak of vision found, and whether it meets its goals (bench/vision_soak.py)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np

from bench.footage_proof import Proof, prove, recorded_pictures, sent_pictures
from bench.footage_soak_plan import Happened
from simulators.cameras.sent import SentReport

REPLACED_WITHIN_S = 2.0
"""From a kill of a worker on the hub's machine until all of its cameras are looked at again."""
NOTICED_WITHIN_S = 2.0
"""Until nobody counts on a worker any more, however it was lost: nobody looks at its cameras, says the hub."""
TAKEN_OVER_WITHIN_S = 4.0
"""From any other loss: noticed, and the others have connected to the cameras."""
MOST_GROWTH_MB_PER_H = 20.0
"""Of the hub, and of each worker: 10 MB in 30 minutes. Shorter soaks measure mostly what fills once (caches)."""
WARM_AFTER_S = 600.0
"""A worker with twelve cameras grows by a tenth in its first ten minutes, and hardly afterwards."""
_LEFT_OUT = 0.2
_MARGIN_US = 60_000_000
_COUNT = re.compile(r'^(qianshao_\w+?)(?:_total)?(?:\{camera="([^"]+)"\})? ([0-9.e+]+)$', re.MULTILINE)
Counts = Mapping[tuple[str, str], float]
"""The hub's counts by name (without ``qianshao_`` and ``_total``) and camera."""


class Loss(StrEnum):
    """How a worker was lost: on the hub's machine, or as on another."""

    KILLED = "killed"
    HUNG = "hung"
    REMOTE_KILLED = "remote killed"
    REMOTE_HUNG = "remote hung"
    REMOTE_CUT = "remote cut"
    """Its line was reset, and could not be made again."""
    REMOTE_SILENT = "remote silent"
    """Nothing came through its line, which stood."""


class Lost(msgspec.Struct, frozen=True):
    """One loss of a worker: seconds until the hub said so, and until all of its ``cameras`` were looked at again."""

    at_s: float
    how: Loss
    cameras: int
    noticed_s: float
    replaced_s: float
    spare_s: float | None
    """How long ago the spare was started; None while there was none. It needs a while to be loaded."""

    @property
    def is_met(self) -> bool:
        most_s = REPLACED_WITHIN_S if self.how is Loss.KILLED else TAKEN_OVER_WITHIN_S
        return self.noticed_s <= NOTICED_WITHIN_S and self.replaced_s <= most_s


class Last(msgspec.Struct, frozen=True):
    """What a camera had in the last 10 s: pictures decoded, looked at, shed; ``condition`` at their end."""

    camera_id: str
    decoded: float
    looked_at: float
    shed: float
    condition: str

    @property
    def is_stuck(self) -> bool:
        return not self.decoded or not self.looked_at


@dataclass(frozen=True)
class Sample:
    """Memory at one moment."""

    at_s: float
    hub_mb: float
    workers_mb: float
    spare_mb: float


@dataclass(frozen=True)
class Asked:
    """What soak was asked for."""

    minutes: float
    cameras: int
    seed: int
    workers: int
    remote: bool


@dataclass(frozen=True)
class Found:
    """All that a soak found."""

    happened: Sequence[Happened]
    losses: Sequence[Lost]
    broker_kills: int
    samples: Sequence[Sample]
    not_seen: Sequence[Last]
    counts: Counts
    proved: Mapping[str, Proof]


class Report(msgspec.Struct, frozen=True):
    """``stuck``: cameras of which nothing was decoded or looked at in the last 10 s; slopes in MB an hour."""

    asked: Asked
    faults: dict[str, int]
    losses: list[Lost]
    slowest_s: dict[str, float]
    broker_kills: int
    stuck: list[Last]
    shed: float
    looked_at: float
    standstills: float
    pictures_sent: int
    pictures_missing: int
    pictures_altered: int
    recorder_missing: float
    recorder_restarts: float
    hub_slope_mb_per_h: float
    worker_slope_mb_per_h: float
    hub_mb: float
    worker_mb: float
    spare_mb: float
    goals: dict[str, bool]


def judge(asked: Asked, found: Found) -> Report:
    """Everything in figures, with the goals."""
    missing = sum(proof.missing for proof in found.proved.values())
    restarts = found.counts["footage_recorder_restarts", ""]
    hub_slope = slope([(one.at_s, one.hub_mb) for one in found.samples[int(len(found.samples) * _LEFT_OUT) :]])
    worker_slope = slope(_after_the_last(found.losses, found.samples))
    last = found.samples[-1]
    kinds = tuple(Loss) if asked.remote else (Loss.KILLED, Loss.HUNG)
    return Report(
        asked=asked,
        faults=dict(Counter(each.planned.name for each in found.happened)),
        losses=list(found.losses),
        slowest_s={
            kind: max((one.replaced_s for one in found.losses if one.how is kind), default=0.0) for kind in kinds
        },
        broker_kills=found.broker_kills,
        stuck=list(found.not_seen),
        shed=_total(found.counts, "camera_shed_frames"),
        looked_at=_total(found.counts, "camera_looked_at_frames"),
        standstills=found.counts["vision_worker_standstills", ""],
        pictures_sent=sum(proof.sent for proof in found.proved.values()),
        pictures_missing=missing,
        pictures_altered=sum(proof.altered for proof in found.proved.values()),
        recorder_missing=found.counts["footage_missing_pictures", ""],
        recorder_restarts=restarts,
        hub_slope_mb_per_h=round(hub_slope, 2),
        worker_slope_mb_per_h=round(worker_slope, 2),
        hub_mb=round(last.hub_mb, 1),
        worker_mb=round(last.workers_mb / asked.workers, 1),
        spare_mb=round(last.spare_mb, 1),
        goals={
            "replaced": all(one.is_met for one in found.losses) and {one.how for one in found.losses} >= set(kinds),
            "none_stuck": not found.not_seen,
            "recorded": not missing and not restarts,
            "memory_flat": is_flat(hub_slope, worker_slope, asked.workers),
        },
    )


def _total(counts: Counts, wanted: str) -> float:
    return sum(value for (name, _), value in counts.items() if name == wanted)


def _after_the_last(losses: Iterable[Lost], samples: Iterable[Sample]) -> list[tuple[float, float]]:
    """The workers' memory once the last was replaced and had its cameras for WARM_AFTER_S."""
    from_s = max((one.at_s for one in losses), default=0.0) + WARM_AFTER_S
    return [(one.at_s, one.workers_mb) for one in samples if one.at_s > from_s]


def is_flat(hub_mb_per_h: float, workers_mb_per_h: float, workers: int) -> bool:
    """Whether the memory stays within its goal; not where a slope could not be measured (NaN)."""
    return hub_mb_per_h <= MOST_GROWTH_MB_PER_H and workers_mb_per_h / workers <= MOST_GROWTH_MB_PER_H


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """MB an hour of (seconds, MB); NaN where there are too few."""
    if len(samples) < 3:
        return float("nan")
    at_s, memory_mb = np.array(samples).T
    return float(np.polyfit(at_s, memory_mb, 1)[0]) * 3600


def read_counts(text: str) -> dict[tuple[str, str], float]:
    """From what /metrics says."""
    return {(name.removeprefix("qianshao_"), camera): float(value) for name, camera, value in _COUNT.findall(text)}


def stuck(before: Counts, after: Counts, conditions: Mapping[str, str]) -> list[Last]:
    """Cameras of which nothing was decoded or looked at between the two."""

    def grew(name: str, camera_id: str) -> float:
        return after.get((name, camera_id), 0.0) - before.get((name, camera_id), 0.0)

    last = [
        Last(
            camera_id,
            grew("camera_decoded_frames", camera_id),
            grew("camera_looked_at_frames", camera_id),
            grew("camera_shed_frames", camera_id),
            condition,
        )
        for camera_id, condition in sorted(conditions.items())
    ]
    return [one for one in last if one.is_stuck]


def proofs(
    footage_dir: Path, sent: SentReport, happened: Sequence[Happened], began_us: int, now_us: int
) -> dict[str, Proof]:
    """Of each camera's main stream. Raises OSError."""
    found = {}
    for camera_id in sorted(one for one in sent.streams if "/" not in one):
        windows = [window for one in happened if (window := one.window(camera_id))]
        recorded = recorded_pictures(footage_dir, camera_id, began_us - _MARGIN_US, now_us + _MARGIN_US)
        found[camera_id] = prove(sent_pictures(sent, camera_id), recorded, windows)
    return found
