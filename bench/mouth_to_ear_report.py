"""What is asked of ``qianshao bench mouth-to-ear``, and what it answers: figures, and goals that are met or not."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from bench.mouth_to_ear_figures import Heard, Sentence
from bench.voice_figures import BrokerKind, Goal
from devices.protocol.voice import FRAME_MS

GOAL_MS = 150.0
DEVICES_ALLOWANCE_MS = 15.0
"""For what stand-ins do not have: a converter with its driver on each side, some 5 ms, and what lies in a USB line."""
ALIKE = 0.35
"""Half seconds of other words are 0.2 like what was spoken (the median), of the same words 0.7. One below this was not
found: where its correlation peaked says nothing of its delay."""


@dataclass(frozen=True)
class Plan:
    """What is measured: so many sentences in each run, each in a burst of its own."""

    sentences: int
    runs: int
    broker: BrokerKind


@dataclass
class Measured:
    """What the runs gather."""

    sentences: list[Sentence] = field(default_factory=list)
    missed_blocks: int = 0
    """Blocks of 20 ms that the radio's loudspeaker did not get in time: the radio's process was held up."""
    answers: list[tuple[float, float]] = field(default_factory=list)
    """Delay in milliseconds and likeness of each segment that the radio spoke and the page let out."""


class Report(msgspec.Struct, frozen=True):
    """Over all segments of half a second of all sentences of all runs; delays are of those that were found."""

    runs: int
    sentences: int
    segments: int
    unlike_segments: int
    """Of them, those less than ALIKE like what was spoken: not found, and in no delay."""
    broker: BrokerKind
    mouth_to_ear_p50_ms: float
    mouth_to_ear_max_ms: float
    first_segment_p50_ms: float
    """Of the sentences' first half seconds."""
    devices_allowance_ms: float
    """Not in the delays; the goals leave room for it."""
    stages_p50_ms: dict[str, float]
    """Where the delay arises."""
    likeness_p50: float
    """Of whole sentences at one delay: a frame made up or left out in the middle of one makes it smaller."""
    likeness_least: float
    segment_likeness_p50: float
    segment_likeness_least: float
    lost_packets: int
    missed_blocks: int
    radio_to_console_p50_ms: float
    """The other way, from a radio's microphone to what the page lets out."""
    radio_to_console_max_ms: float
    radio_to_console_unlike_segments: int
    radio_to_console_likeness_p50: float
    goals: dict[str, Goal]


def report(plan: Plan, measured: Measured) -> Report:
    """The figures, and each goal."""
    sentences = measured.sentences
    heard = [segment for one in sentences for segment in one.segments]
    found = [one for one in heard if _is_alike(one)]
    firsts = [one.segments[0] for one in sentences if _is_alike(one.segments[0])]
    delays_ms = [one.delay_ms for one in found]
    answers_ms = [delay_ms for delay_ms, likeness in measured.answers if likeness >= ALIKE]
    unlike, p50_ms, most_ms = len(heard) - len(found), _median(delays_ms), _most(delays_ms)
    lost = sum(one.lost for one in sentences)
    limits = {
        "mouth_to_ear_p50_ms": (p50_ms, GOAL_MS - DEVICES_ALLOWANCE_MS),
        "mouth_to_ear_max_ms": (most_ms, GOAL_MS - DEVICES_ALLOWANCE_MS),
        "unlike_segments": (unlike, 0),
        "lost_packets": (lost, 0),
    }
    return Report(
        runs=plan.runs,
        sentences=len(sentences),
        segments=len(heard),
        unlike_segments=unlike,
        broker=plan.broker,
        mouth_to_ear_p50_ms=p50_ms,
        mouth_to_ear_max_ms=most_ms,
        first_segment_p50_ms=_median([one.delay_ms for one in firsts]),
        devices_allowance_ms=DEVICES_ALLOWANCE_MS,
        stages_p50_ms={
            "microphone_and_coder": _median([one.captured_ms for one in found]),
            "hub_and_broker": _median([one.carried_ms for one in found]),
            "jitter_buffer": _median([one.held_ms for one in found]),
            "loudspeaker": float(FRAME_MS),
        },
        likeness_p50=round(statistics.median(one.likeness for one in sentences), 3),
        likeness_least=round(min(one.likeness for one in sentences), 3),
        segment_likeness_p50=_median([one.likeness for one in heard], 3),
        segment_likeness_least=round(min(one.likeness for one in heard), 3),
        lost_packets=lost,
        missed_blocks=measured.missed_blocks,
        radio_to_console_p50_ms=_median(answers_ms),
        radio_to_console_max_ms=_most(answers_ms),
        radio_to_console_unlike_segments=len(measured.answers) - len(answers_ms),
        radio_to_console_likeness_p50=_median([likeness for _, likeness in measured.answers], 3),
        goals={name: Goal(figure, most, figure <= most) for name, (figure, most) in limits.items()},
    )


def _is_alike(segment: Heard) -> bool:
    return segment.likeness >= ALIKE


def _median(values: Sequence[float], digits: int = 1) -> float:
    """NaN of none, which meets no goal."""
    return round(float(np.nanmedian(values)), digits) if values else math.nan


def _most(values: Sequence[float]) -> float:
    return round(max(values), 1) if values else math.nan
