"""What is asked of ``qianshao bench footage``, and what it answers: figures, and goals that are met or not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from bench.figures import medians, percentile
from bench.footage_first import FirstFrames
from bench.footage_proof import Proof
from bench.voice_figures import Goal

GOAL_WRITTEN_RATIO = 1.02
GOAL_FIRST_FRAME_MS = 300.0
GOAL_SEEK_MS = 50.0
GOAL_LIVE_MS = 500.0


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    cameras: int
    seconds: float
    mbit_per_s: float
    runs: int
    live_seconds: float = 10.0
    """0: nothing is watched live."""
    month_cameras: int = 831
    """So many cameras' footage of 30 days is sought in; 0: none."""


@dataclass
class Run:
    """What one run gathers."""

    proofs: dict[str, Proof] = field(default_factory=dict)
    seconds: float = 0.0
    recorder_cpu_s: float = 0.0
    cameras_cpu_s: float = 0.0
    bytes_received: int = 0
    """Of coded pictures: their units as they came, with a start code of 4 bytes each."""
    bytes_written: int = 0
    """Of segments and indices."""
    first: FirstFrames = field(default_factory=FirstFrames)
    memory_mb: float = 0.0
    restarts: int = 0
    missing_by_recorder: int = 0
    """Pictures that the recorder itself says it gave up."""

    def figures(self, cameras: int) -> dict[str, float]:
        """The run's own figures."""
        return {
            "cpu_percent_per_camera": 100 * self.recorder_cpu_s / self.seconds / cameras,
            "recorder_cpu_percent": 100 * self.recorder_cpu_s / self.seconds,
            "simulator_cpu_percent": 100 * self.cameras_cpu_s / self.seconds,
            "written_ratio": self.bytes_written / max(self.bytes_received, 1),
            "first_frame_ms": percentile(self.first.first_ms, 50),
            "first_frame_p95_ms": percentile(self.first.first_ms, 95),
            "exact_frame_p50_ms": percentile(self.first.exact_ms, 50),
            "memory_mb": self.memory_mb,
            "missing_by_recorder": self.missing_by_recorder,
        }


@dataclass(frozen=True)
class Beside:
    """What is measured once, beside the runs; None where it was not, or could not be: ``notes`` says why."""

    seek_ms: float | None = None
    """From a moment in a month to its coded picture, p95; ``place_ms``: to its place by the index alone."""
    place_ms: float | None = None
    door_first_frame_ms: float | None = None
    door_first_frame_max_ms: float | None = None
    live_ms: float | None = None
    """p95, with what a camera takes to encode; ``live_p50_ms``: the median."""
    live_p50_ms: float | None = None
    live_pictures_per_s: float | None = None
    """That came onto the canvas, of 25."""
    notes: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """``figures`` are medians of the runs; pictures are of all runs together."""

    cameras: int
    seconds: float
    mbit_per_s: float
    runs: int
    figures: dict[str, float | None]
    pictures_sent: int
    packets_lost: int
    """Pictures that were sent whole and are not in the segments, by their content."""
    pictures_altered: int
    """Recorded, but never sent so."""
    recorder_restarts: int
    notes: tuple[str, ...]
    goals: dict[str, Goal]

    def flat(self) -> dict[str, object]:
        """All figures side by side, as they are printed."""
        told = msgspec.structs.asdict(self)
        del told["figures"]
        return {**self.figures, **told}


def report(plan: Plan, runs: Sequence[Run], beside: Beside) -> Report:
    """The medians of the runs, and each goal."""
    figures: dict[str, float | None] = {**medians([run.figures(plan.cameras) for run in runs])}
    for name, measured in dataclasses.asdict(beside).items():
        if name != "notes":
            figures[name] = None if measured is None else round(measured, 3)
    proofs = [proof for run in runs for proof in run.proofs.values()]
    lost = sum(proof.missing for proof in proofs)
    altered = sum(proof.altered for proof in proofs)
    limits = {
        "packets_lost": (float(lost), 0.0),
        "pictures_altered": (float(altered), 0.0),
        "written_ratio": (figures["written_ratio"], GOAL_WRITTEN_RATIO),
        "first_frame_ms": (figures["first_frame_ms"], GOAL_FIRST_FRAME_MS),
        "door_first_frame_ms": (figures["door_first_frame_ms"], GOAL_FIRST_FRAME_MS),
        "seek_ms": (figures["seek_ms"], GOAL_SEEK_MS),
        "live_ms": (figures["live_ms"], GOAL_LIVE_MS),
    }
    return Report(
        cameras=plan.cameras,
        seconds=plan.seconds,
        mbit_per_s=plan.mbit_per_s,
        runs=plan.runs,
        figures=figures,
        pictures_sent=sum(proof.sent for proof in proofs),
        packets_lost=lost,
        pictures_altered=altered,
        recorder_restarts=sum(run.restarts for run in runs),
        notes=beside.notes,
        goals={
            name: Goal(measured, most, measured <= most)
            for name, (measured, most) in limits.items()
            if measured is not None
        },
    )
