"""What is known of a camera's past: when it was recorded, why not at other times, movement, who was seen."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import msgspec
import numpy as np

from hub.footage.motion_log import UNKNOWN

MOST_GAPS = 1_000
"""Of one camera in one answer; beyond it the shortest are not told."""
MOST_SHARES = 2_000
_SOON_US = 20_000_000
"""A camera that stops is told of after 8 s of silence, and a tried connection."""


class GapReason(StrEnum):
    """Why there is no recording."""

    OFF_LINE = "off_line"
    """The camera gave no picture."""
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    WITHHELD = "withheld"
    """Too many cameras with masks."""
    OWNER_TERMS = "owner_terms"
    """The owner's agreement is over."""
    NOT_RECORDED = "not_recorded"
    """It is not to be recorded: by its owner's terms, or by the hub's settings."""
    DISK_FULL = "disk_full"
    DISK_FAILING = "disk_failing"
    HUB_OFF = "hub_off"
    TOO_OLD = "too_old"
    """Recordings of that time are kept no longer."""
    NOT_ENROLLED = "not_enrolled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Turn:
    """From ``at_us`` on a camera could not be recorded for this reason; None: it could. ``enrolled``: only then."""

    at_us: int
    reason: GapReason | None
    enrolled: bool = False


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A time without a recording."""

    start_ms: int
    end_ms: int
    reason: GapReason


class Motion(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the picture moved in each step: 0 to 200 (half per cent), 255 where it is not known; in base64."""

    step_ms: int
    since_ms: int
    shares: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in view."""

    sighting_id: str
    started_at_ms: int
    ended_at_ms: int


class CameraPast(msgspec.Struct, frozen=True, kw_only=True):
    """One camera between two times. ``more_sightings``: older ones than these are there too."""

    camera_id: str
    spans: tuple[tuple[int, int], ...]
    gaps: tuple[Gap, ...]
    motion: Motion
    sightings: tuple[Seen, ...]
    more_sightings: bool
    holds: tuple[tuple[int, int], ...]
    """From when to when the case holds what there is."""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a timeline's request."""

    cameras: tuple[CameraPast, ...]


def bounded(stretches: Sequence[tuple[int, int]], most_gaps: int = MOST_GAPS) -> list[tuple[int, int]]:
    """The stretches with their shortest gaps closed, so that at most ``most_gaps`` are left."""
    lengths = sorted((b[0] - a[1] for a, b in pairwise(stretches)), reverse=True)
    if len(lengths) <= most_gaps:
        return list(stretches)
    least_us = lengths[most_gaps]
    found = [stretches[0]]
    for start_us, end_us in stretches[1:]:
        if start_us - found[-1][1] <= least_us:
            found[-1] = (found[-1][0], end_us)
        else:
            found.append((start_us, end_us))
    return found


def reason_of(gap: tuple[int, int], turns: Sequence[Turn], starts_us: Sequence[int], kept_since_us: int) -> GapReason:
    """Why there is nothing in ``gap``. ``turns`` of the camera and ``starts_us`` of the hub are in order of time."""
    start_us, end_us = gap
    if end_us <= kept_since_us:
        return GapReason.TOO_OLD
    before = bisect_right(turns, start_us, key=lambda turn: turn.at_us)
    if before == 0 and turns and turns[0].enrolled and turns[0].at_us <= end_us:
        return GapReason.NOT_ENROLLED
    soon_us = min(end_us, start_us + _SOON_US)
    for turn in turns[before:]:
        if turn.at_us > soon_us:
            break
        if turn.reason is not None:
            return turn.reason
    if before and (reason := turns[before - 1].reason) is not None:
        return reason
    if any(start_us < at_us <= end_us + _SOON_US for at_us in starts_us):
        return GapReason.HUB_OFF
    return GapReason.UNKNOWN


def coarsened(shares: bytes, since_ms: int, step_ms: int, most: int = MOST_SHARES) -> Motion:
    """At most ``most`` steps, each the largest of those it stands for; what is unknown stays so."""
    values = np.frombuffer(shares, np.uint8)
    by = -(-len(values) // most) if len(values) else 1
    padded = np.full(-(-len(values) // by) * by, UNKNOWN, np.uint8)
    padded[: len(values)] = values
    groups = padded.reshape(-1, by)
    known = np.where(groups == UNKNOWN, 0, groups).max(axis=1, initial=0)
    largest = np.where((groups == UNKNOWN).all(axis=1), UNKNOWN, known).astype(np.uint8)
    return Motion(step_ms=step_ms * by, since_ms=since_ms, shares=base64.b64encode(largest.tobytes()).decode())
