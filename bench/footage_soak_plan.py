"""What goes wrong in a soak, and when: the same for the same seed; and in which times pictures may be lost for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.footage_proof import Window
from simulators.cameras.faults import Fault

EVERY_S = (6.0, 18.0)
LASTING_S = (2.0, 12.0)
DISK_EVERY = 12
"""Every so manieth fault is a full disk instead, for all cameras."""
CALM_FIRST_S = 20.0
CALM_LAST_S = 45.0
"""Longer than any recovery: a wrong password is tried again after 30 s."""
FAULTS = (
    Fault.CUT,
    Fault.GARBAGE,
    Fault.FRAMING,
    Fault.TRUNCATED,
    Fault.RESOLUTION,
    Fault.TIME_BACK,
    Fault.TIME_AHEAD,
    Fault.STALL,
    Fault.SLOW,
    Fault.PASSWORD,
)
_BEFORE_US = 1_000_000
"""What a camera has sent and the recorder has not read is lost when the connection is dropped."""
_AFTER_S = {
    Fault.CUT: 0.0,
    Fault.PASSWORD: 0.0,
    Fault.SLOW: 0.0,
    Fault.STALL: 0.0,
    Fault.GARBAGE: 20.0,
    Fault.FRAMING: 20.0,
    Fault.TRUNCATED: 20.0,
}
"""Until a connection that lost its place is told from a good one, given up (8 s of silence) and opened anew. Resolution
and time stamps may cost nothing."""
DISK_BEFORE_US = 2_000_000
"""A fragment of a second, and what it takes to have it on disk: as much as a power cut costs."""
DISK_AFTER_S = 15.0


@dataclass(frozen=True)
class Planned:
    """``fault`` None: the disk is full. Times in seconds from the soak's beginning."""

    at_s: float
    lasting_s: float
    fault: Fault | None
    camera_id: str | None

    @property
    def name(self) -> str:
        return self.fault.value if self.fault else "full_disk"


@dataclass(frozen=True)
class Happened:
    """One that was, by the wall clock."""

    planned: Planned
    began_us: int
    ended_us: int

    def window(self, camera_id: str) -> Window | None:
        """In which pictures of that camera may be lost for it; None where none may."""
        planned = self.planned
        if planned.fault is None:
            return Window(self.began_us - DISK_BEFORE_US, self.ended_us + round(DISK_AFTER_S * 1e6))
        if planned.camera_id != camera_id or planned.fault not in _AFTER_S:
            return None
        return Window(self.began_us - _BEFORE_US, self.ended_us + round(_AFTER_S[planned.fault] * 1e6))


def plan(seed: int, seconds: float, camera_ids: Sequence[str]) -> list[Planned]:
    """In order of time; each camera has one fault at a time."""
    rng = random.Random(seed)
    found: list[Planned] = []
    busy_until_s = dict.fromkeys(camera_ids, 0.0)
    at_s = CALM_FIRST_S
    while at_s < seconds - CALM_LAST_S:
        lasting_s = min(rng.uniform(*LASTING_S), seconds - CALM_LAST_S - at_s)
        free = [camera_id for camera_id in camera_ids if busy_until_s[camera_id] <= at_s]
        if len(found) % DISK_EVERY == DISK_EVERY - 1:
            found.append(Planned(at_s, lasting_s, None, None))
        elif free:
            camera_id = rng.choice(free)
            fault = FAULTS[len(found) % len(FAULTS)] if len(found) < len(FAULTS) else rng.choice(FAULTS)
            busy_until_s[camera_id] = at_s + lasting_s + 1
            found.append(Planned(at_s, lasting_s, fault, camera_id))
        at_s += rng.uniform(*EVERY_S)
    return found
