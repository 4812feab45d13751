"""What moved before a camera, kept for the timeline of its footage."""

from __future__ import annotations

from pathlib import Path

from hub.footage.motion_log import STEP_US, UNKNOWN, MotionLog
from hub.footage.segments.names import DAY_US, MOTION, day_of

MIDNIGHT_US = 1_767_225_600_000_000
HOUR_US = 3_600_000_000


def day(folder: Path, at_us: int = MIDNIGHT_US) -> Path:
    made = folder / "C01" / day_of(at_us)
    made.mkdir(parents=True, exist_ok=True)
    return made


def hear(log: MotionLog, from_us: int, seconds: int, moving: float) -> None:
    """A worker's words each 5 s."""
    for at_s in range(0, seconds + 1, 5):
        log.hear("C01", from_us + at_s * 1_000_000, at_s * 1000, round(at_s * 1000 * moving))


def test_share_of_the_time_in_which_something_moved_is_read_back_in_steps_of_ten_seconds(tmp_path: Path) -> None:
    day(tmp_path)
    log = MotionLog(tmp_path)
    hear(log, MIDNIGHT_US + HOUR_US, 40, 0.5)
    log.flush()
    found = MotionLog(tmp_path).read("C01", MIDNIGHT_US + HOUR_US - 1, MIDNIGHT_US + HOUR_US + 3 * STEP_US)
    assert found.since_us == MIDNIGHT_US + HOUR_US - STEP_US
    assert list(found.shares) == [UNKNOWN, 100, 100, 100]


def test_what_is_not_known_is_not_stillness(tmp_path: Path) -> None:
    folder = day(tmp_path)
    log = MotionLog(tmp_path)
    hear(log, MIDNIGHT_US, 20, 0.0)
    hear(log, MIDNIGHT_US + 600_000_000, 30, 1.0)  # another worker, ten minutes later: it counts from 0
    log.flush()
    assert list((folder / MOTION).read_bytes()[:2]) == [0, 0]
    found = log.read("C01", MIDNIGHT_US, MIDNIGHT_US + 620_000_000).shares
    assert set(found[2:60]) == {UNKNOWN}
    assert list(found[60:]) == [200, 200]
    (folder / MOTION).write_bytes(b"\x00" * 3)  # cut off by a power cut
    assert list(log.read("C01", MIDNIGHT_US, MIDNIGHT_US + 50_000_000).shares) == [0, 0, 0, UNKNOWN, UNKNOWN]


def test_midnight_divides_what_moved_between_two_days(tmp_path: Path) -> None:
    first, second = day(tmp_path), day(tmp_path, MIDNIGHT_US + DAY_US)
    log = MotionLog(tmp_path)
    hear(log, MIDNIGHT_US + DAY_US - 30_000_000, 60, 1.0)
    log.flush()
    assert ((first / MOTION).stat().st_size, list((second / MOTION).read_bytes())) == (8640, [200, 200])
    found = log.read("C01", MIDNIGHT_US + DAY_US - 30_000_000, MIDNIGHT_US + DAY_US + 30_000_000)
    assert list(found.shares) == [200] * 5 + [UNKNOWN]


def test_nothing_is_kept_of_a_day_that_is_not_recorded(tmp_path: Path) -> None:
    log = MotionLog(tmp_path)
    hear(log, MIDNIGHT_US, 60, 1.0)
    log.flush()
    assert list(tmp_path.iterdir()) == []
