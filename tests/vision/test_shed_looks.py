"""How many looks were due and left out is known by camera and time, on whichever machine they were taken."""

from __future__ import annotations

import time
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest

from devices.protocol.messages import Stamp
from devices.protocol.sightings import CameraCondition, CameraState
from hub.footage.segments.names import day_of
from hub.vision.shed_looks import STEP_US, STEPS_A_DAY, ShedLooks

S = 1_000_000
DAY_US = STEPS_A_DAY * STEP_US
NOON_US = 19_000 * DAY_US + DAY_US // 2


def state(at_s: float, looked_at: int, shed: int, camera_id: str = "C01", boot_id: int = 1) -> CameraState:
    """A worker's word so long after noon."""
    sequence = round(at_s) + 30 * 86_400
    stamp = Stamp(boot_id=boot_id, sequence=sequence, monotonic_us=0, wall_us=NOON_US + round(at_s * S))
    condition = CameraCondition.ONLINE
    return CameraState(
        stamp=stamp, camera_id=camera_id, condition=condition, frames_looked_at=looked_at, frames_shed=shed
    )


def steps(looks: ShedLooks, since_s: float = 0, until_s: float = 3600, camera_id: str = "C01") -> list[list[int]]:
    """Due and left out in each step that had any, of the time after noon."""
    found = [
        one.counts[0] for one in looks.between([camera_id], NOON_US + round(since_s * S), NOON_US + round(until_s * S))
    ]
    return [step for step in np.concatenate(found).tolist() if step[0]] if found else []


@pytest.fixture
def looks(tmp_path: Path) -> ShedLooks:
    return ShedLooks(tmp_path / "shed_looks")


def test_what_was_counted_between_two_words_is_of_the_time_between(looks: ShedLooks) -> None:
    for at_s, looked_at, shed in ((590, 100, 10), (610, 120, 20), (1190, 200, 20), (1800, 1200, 520)):
        looks.hear(state(at_s, looked_at, shed))
    assert steps(looks) == [[15, 5], [15 + 80 + 24, 5 + 8], [1500 - 24, 500 - 8]]


def test_of_the_first_word_nobody_knows_when_that_was_counted(looks: ShedLooks) -> None:
    looks.hear(state(0, 5000, 1000))
    assert steps(looks) == []


@pytest.mark.parametrize(("boot_id", "looked_at", "shed"), [(2, 300, 30), (1, 50, 30), (1, 120, 5)])
def test_all_that_a_worker_counted_that_began_anew_is_of_just_now(
    looks: ShedLooks, boot_id: int, looked_at: int, shed: int
) -> None:
    looks.hear(state(0, 100, 10))
    looks.hear(state(2000, looked_at, shed, boot_id=boot_id))
    assert steps(looks, 0, 1800) == []
    assert steps(looks, 1900, 2100) == [[looked_at + shed, shed]]


def test_a_word_that_comes_late_or_twice_is_not_taken_for_a_new_beginning(looks: ShedLooks) -> None:
    for at_s, looked_at in ((0, 1000), (20, 1100), (10, 1050), (20, 1100), (30, 1150)):
        looks.hear(state(at_s, looked_at, 0))
    assert steps(looks) == [[150, 0]]


def test_what_a_worker_counted_without_a_line_is_of_the_last_hour_at_most(looks: ShedLooks) -> None:
    looks.hear(state(-20_000, 0, 0))
    looks.hear(state(3600, 600, 600))
    assert steps(looks, -20_000, 0) == []
    assert steps(looks, 0, 3600) == [[200, 100]] * 6


def test_all_is_known_after_a_restart_and_goes_on_adding_up(looks: ShedLooks, tmp_path: Path) -> None:
    for at_s in (0, 100, 200):
        looks.hear(state(at_s, at_s, at_s))
        looks.hear(state(at_s, 3 * at_s, 0, "C02"))
        looks.flush()
    again = ShedLooks(tmp_path / "shed_looks")
    assert steps(again) == [[400, 200]]
    assert steps(again, camera_id="C02") == [[600, 0]]
    assert steps(again, camera_id="C03") == []
    again.hear(state(300, 0, 0, boot_id=2))
    again.hear(state(310, 7, 3, boot_id=2))
    assert steps(again) == [[410, 203]], "what waits for the disk counts"
    again.flush()
    assert steps(ShedLooks(tmp_path / "shed_looks")) == [[410, 203]]


def test_a_row_that_a_kill_cut_short_is_written_anew_and_spoils_no_other(looks: ShedLooks, tmp_path: Path) -> None:
    for camera_id in ("C01", "C02"):
        looks.hear(state(0, 0, 0, camera_id))
        looks.hear(state(10, 70, 30, camera_id))
        looks.flush()
    (file,) = (tmp_path / "shed_looks").iterdir()
    file.write_bytes(file.read_bytes()[:-300])
    assert steps(looks) == [[100, 30]]
    assert steps(looks, camera_id="C02") == []
    looks.hear(state(20, 80, 30, "C02"))
    looks.flush()
    assert (steps(looks), steps(looks, camera_id="C02")) == ([[100, 30]], [[10, 0]])


def test_a_disk_that_keeps_nothing_stops_nobody(looks: ShedLooks, tmp_path: Path) -> None:
    (tmp_path / "shed_looks").write_bytes(b"")
    looks.hear(state(0, 0, 0))
    looks.hear(state(10, 70, 30))
    looks.flush()
    looks.hear(state(20, 80, 30))


def test_days_are_forgotten_when_all_of_them_is_too_old(looks: ShedLooks, tmp_path: Path) -> None:
    looks.hear(state(-60, 0, 0))
    for day in range(4):
        looks.hear(state(day * 86_400, (day + 1) * 10, 0))
        looks.flush()
    midnight_us = NOON_US + DAY_US // 2
    assert looks.forget_before(midnight_us + DAY_US - 1) == 1
    assert len(list((tmp_path / "shed_looks").iterdir())) == 3
    assert steps(looks, -86_400, 40_000) == []


def test_a_month_of_831_cameras_is_small_and_read_in_less_than_a_tenth_of_a_second(
    looks: ShedLooks, tmp_path: Path
) -> None:
    ids = [f"C{number:04}" for number in range(831)]
    for number, camera_id in enumerate(ids):
        looks.hear(state(0, 0, 0, camera_id))
        looks.hear(state(600, 100, number, camera_id))
    looks.flush()
    (first,) = (tmp_path / "shed_looks").iterdir()
    for day in range(1, 30):
        copyfile(first, first.with_name(day_of(NOON_US + day * DAY_US)))
    assert sum(file.stat().st_size for file in first.parent.iterdir()) < 17_000_000
    began_s = time.thread_time()
    found = list(looks.between(ids, NOON_US - DAY_US, NOON_US + 31 * DAY_US))
    assert time.thread_time() - began_s < 0.1
    assert [int(one.counts[-1].sum()) for one in found] == [100 + 830 + 830] * 30
