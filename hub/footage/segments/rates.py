"""What each camera records in a day, measured from its segments of the last days."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.footage.segments.forecast import Recorded
from hub.footage.segments.listing import cameras_in, days_in, list_day
from hub.footage.segments.names import DAY_US, camera_folder, day_of, day_start_us
from hub.footage.segments.retention import Rules

MEASURED_DAYS = 3
_LEAST_US = 600_000_000
"""Of recording; what is measured over less says nothing of a day."""


@dataclass(frozen=True)
class Measured:
    """One camera in the last days: what it wrote, since when, and how long it was recorded in that time."""

    bytes: int
    since_us: int
    recorded_us: int

    @property
    def bit_rate(self) -> float:
        """While it is recorded, in bit/s."""
        return self.bytes * 8e6 / max(self.recorded_us, 1)


def measure(camera: Path, now_us: int) -> Measured | None:
    """From one camera's folder; None where it recorded nothing. Raises OSError."""
    since_us = now_us - MEASURED_DAYS * DAY_US
    began_us: int | None = None
    size = recorded_us = 0
    for number in range(MEASURED_DAYS + 1):
        for segment in list_day(camera / day_of(since_us + number * DAY_US)).segments:
            if segment.start_us < since_us:
                continue
            began_us = segment.start_us if began_us is None else began_us
            try:
                size += segment.path.stat().st_size
            except FileNotFoundError:  # closed under another name, or deleted, a moment ago
                continue
            recorded_us += (now_us if segment.end_us is None else segment.end_us) - segment.start_us
    return None if began_us is None else Measured(size, began_us, recorded_us)


def recorded(footage_dir: Path, now_us: int, rules: Rules) -> list[Recorded]:
    """Every camera that recorded in the last days, breaks in the recording included. Raises OSError."""
    found = []
    for camera_id in cameras_in(footage_dir):
        measured = measure(camera_folder(footage_dir, camera_id), now_us)
        if measured is not None:
            per_day = measured.bytes * DAY_US / max(now_us - measured.since_us, _LEAST_US)
            there = _days_there(camera_folder(footage_dir, camera_id), now_us)
            found.append(Recorded(per_day, there, rules.days_for(camera_id)))
    return found


def _days_there(camera: Path, now_us: int) -> float:
    days = days_in(camera)
    first_us = day_start_us(days[0]) if days else None
    return 0.0 if first_us is None else max(now_us - first_us, 0) / DAY_US
