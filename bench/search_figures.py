"""What is asked of ``qianshao bench search``, and what it answers: figures, and goals that are met or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from bench.figures import percentile
from bench.voice_figures import Goal


class Question(StrEnum):
    """What is asked over and over, each time with other cameras, times, clothes and people."""

    A = "a"
    """A photo, 12 cameras, 2 hours."""
    B = "b"
    """Described by both garments and height, all cameras, 24 hours."""
    C = "c"
    """The same over 30 days."""
    D = "d"
    """A photo over 30 days."""
    E = "e"
    """Described and a photo over 30 days."""


GOAL_P95_MS = {Question.A: 2.0, Question.B: 10.0, Question.C: 300.0, Question.D: 1500.0, Question.E: 1500.0}
GOAL_BYTES = 100.0
GOAL_PER_S = 2000
GOAL_TIMES_SLOWER = 2.0
"""p95 while sightings are taken in, beside p95 without."""
ROUNDS = {Question.A: 400, Question.B: 200, Question.C: 60, Question.D: 30, Question.E: 30}


@dataclass(frozen=True)
class Plan:
    """What is measured, and in which folder the month lies or is made."""

    sightings: int
    folder: Path
    taking_in_s: float


class Cold(msgspec.Struct, frozen=True):
    """One asking after the file system was asked to forget the files. It need not: ``read_mb`` came from the disk."""

    ms: float
    read_mb: float


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each asking of each question.

    ``warm_read_mb``: what came from the disk in all askings of a question after all files had been read.
    ``first``: the first asking after the start, whose pages are in no process's map yet. ``reading_ms``: what reading
    the compared bytes of every row alone would take, at ``reading_gb_per_s`` (search_floor.py). ``given_up_ms``: how
    long a question over all rows went on after nobody waited for it any more.
    """

    warm: Mapping[Question, Sequence[float]]
    warm_read_mb: Mapping[Question, float]
    beside: Mapping[Question, Sequence[float]]
    first: Mapping[Question, float]
    cold: Mapping[Question, Cold]
    taken_in_per_s: float
    is_exact: bool
    bytes_per_sighting: float
    open_s: float
    memory_mb: float
    mapped_mb: float
    reading_gb_per_s: float
    reading_ms: Mapping[Question, float]
    given_up_ms: Sequence[float]


class Report(msgspec.Struct, frozen=True):
    """``figures``: a_p50_ms to e_p99_ms, the same with ``_beside`` of while sightings are taken in, and the others."""

    sightings: int
    figures: dict[str, float]
    cold: dict[str, Cold]
    exact: bool
    goals: dict[str, Goal]

    def flat(self) -> dict[str, object]:
        """All figures side by side, as they are printed."""
        told = msgspec.structs.asdict(self)
        del told["figures"]
        return {**self.figures, **told}


def report(plan: Plan, measured: Measured) -> Report:
    """The percentiles, and each goal."""
    figures: dict[str, float] = {}
    for ending, all_ms in (("", measured.warm), ("_beside", measured.beside)):
        for question, ms in all_ms.items():
            for share in (50, 95, 99):
                figures[f"{question}_p{share}{ending}_ms"] = round(percentile(ms, share), 3)
    figures |= {f"{question}_read_mb": round(mb, 1) for question, mb in measured.warm_read_mb.items()}
    figures |= {f"{question}_first_ms": round(ms, 3) for question, ms in measured.first.items()}
    figures |= {
        "bytes_per_sighting": round(measured.bytes_per_sighting, 2),
        "open_s": round(measured.open_s, 2),
        "memory_mb": round(measured.memory_mb, 1),
        "mapped_mb": round(measured.mapped_mb, 1),
        "taken_in_per_s": round(measured.taken_in_per_s, 1),
        "reading_gb_per_s": round(measured.reading_gb_per_s, 2),
    }
    for question, alone_ms in measured.reading_ms.items():
        figures[f"{question}_reading_ms"] = round(alone_ms, 3)
        figures[f"{question}_times_reading"] = round(figures[f"{question}_p50_ms"] / alone_ms, 2)
    if measured.given_up_ms:
        figures["given_up_p95_ms"] = round(percentile(measured.given_up_ms, 95), 3)
    goals = {f"{question}_p95_ms": _goal(figures[f"{question}_p95_ms"], most) for question, most in GOAL_P95_MS.items()}
    for question in measured.beside:
        slower = figures[f"{question}_p95_beside_ms"] / figures[f"{question}_p95_ms"]
        goals[f"{question}_times_slower_beside"] = _goal(round(slower, 2), GOAL_TIMES_SLOWER)
    goals["bytes_per_sighting"] = _goal(figures["bytes_per_sighting"], GOAL_BYTES)
    cold = {str(question): one for question, one in measured.cold.items()}
    return Report(plan.sightings, figures, cold, measured.is_exact, goals)


def _goal(measured: float, at_most: float) -> Goal:
    return Goal(measured, at_most, measured <= at_most)
