"""What is asked of ``qianshao bench vision``, and what it answers: figures, and goals that are met or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.figures import medians
from bench.vision_part import Cost
from bench.voice_figures import Goal
from devices.protocol.sightings import Stage

GOAL_CAMERAS = {"quiet": 40.0, "normal": 20.0, "crowded": 4.0}
"""On one core."""
GOAL_MOTION_MS = 0.6
GOAL_LEFT_SHARE = 0.01
"""Of the looks of the live proof: shed, or late."""


@dataclass(frozen=True)
class Plan:
    """What is measured. Without ``videos`` the films of the simulated street; ``live_seconds`` 0: nothing live."""

    videos: Path | None
    runs: int
    live_seconds: float


class AtLeast(msgspec.Struct, frozen=True):
    """A goal that is the better the more it is."""

    measured: float
    at_least: float
    is_met: bool


class Live(msgspec.Struct, frozen=True):
    """So many cameras of one kind before one worker on one core; shares are of the looks that were wanted or taken."""

    kind: str
    cameras: int
    seconds: float
    cpu_percent: float
    cpu_ms_per_s: float
    looks_per_s: float
    shed_share: float
    late_share: float
    memory_mb: float


class Report(msgspec.Struct, frozen=True):
    """``videos`` are medians of the runs, by the file's name; ``live_failed``, by kind, why it has no ``live``."""

    looks_per_s: float
    runs: int
    videos: dict[str, dict[str, float]]
    memory_mb_per_camera: float
    live: tuple[Live, ...]
    live_failed: dict[str, str]
    goals: dict[str, Goal | AtLeast]


def figures(cost: Cost, looks_per_s: float) -> dict[str, float]:
    """One run's. The milliseconds of a stage are of one call, and of decoding of one picture.

    ``times_bare_decoding``: beside a program that decodes the whole video and does nothing else. The pipeline leaves
    out looks that would show nothing new; ``cameras_per_core_all_looked_at``: with none left out.
    """
    per_call = {
        f"{stage.value}_ms": cost.spent_ms[stage] / max(cost.calls[stage], 1)
        for stage in Stage
        if stage != Stage.DECODE
    }
    cpu_ms_per_s = cost.cpu_ms / cost.video_s
    calls_per_s = cost.calls[Stage.DETECT] / cost.video_s
    left_ms_per_s = max(looks_per_s - calls_per_s, 0.0) * (per_call["detect_ms"] + per_call["track_ms"])
    return {
        "width_px": cost.width_px,
        "height_px": cost.height_px,
        "pictures_per_s": cost.pictures / cost.video_s,
        "kbit_per_s": cost.kbit_per_s,
        "decoded_per_s": cost.decoded / cost.video_s,
        "decode_ms": cost.spent_ms[Stage.DECODE] / max(cost.decoded, 1),
        **per_call,
        "detector_calls_per_s": calls_per_s,
        "looks_per_s": cost.looks / cost.video_s,
        "persons_per_look": cost.detections / max(cost.looks, 1),
        "sightings": cost.sightings,
        "cpu_ms_per_s": cpu_ms_per_s,
        "times_bare_decoding": cost.cpu_ms / cost.decoded_ms,
        "cameras_per_core": 1000 / cpu_ms_per_s,
        "cameras_per_core_all_looked_at": 1000 / (cpu_ms_per_s + left_ms_per_s),
    }


def report(
    plan: Plan,
    looks_per_s: float,
    costs: Mapping[str, Sequence[Cost]],
    memory_mb_per_camera: float,
    live: Sequence[Live],
    live_failed: Mapping[str, str],
) -> Report:
    """The medians of the runs, and each goal that can be judged by these videos."""
    videos = {name: medians([figures(cost, looks_per_s) for cost in runs]) for name, runs in costs.items()}
    goals: dict[str, Goal | AtLeast] = {}
    for name, least in GOAL_CAMERAS.items():
        if name in videos:
            measured = videos[name]["cameras_per_core"]
            goals[f"cameras_per_core.{name}"] = AtLeast(measured, least, measured >= least)
    motion_ms = max(video["motion_ms"] for video in videos.values())
    goals["motion_ms"] = Goal(motion_ms, GOAL_MOTION_MS, motion_ms <= GOAL_MOTION_MS)
    for one in live:
        for name, share in (("shed_share", one.shed_share), ("late_share", one.late_share)):
            goals[f"{name}.{one.kind}"] = Goal(share, GOAL_LEFT_SHARE, share <= GOAL_LEFT_SHARE)
    memory_mb = round(memory_mb_per_camera, 2)
    return Report(looks_per_s, plan.runs, videos, memory_mb, tuple(live), dict(live_failed), goals)
