"""One clock for all cameras."""

from __future__ import annotations

import pytest

from devices.protocol.clock import ManualClock
from simulators.cameras.scenario import Cursor, ScenarioClock, next_key
from simulators.cameras.tape import Tape

ROUND_US = 2_000_000


@pytest.mark.parametrize(
    ("elapsed_us", "cursor"),
    [
        (-5, Cursor(0, 0)),
        (0, Cursor(0, 0)),
        (1, Cursor(0, 10)),
        (1_000_000, Cursor(0, 10)),
        (1_000_001, Cursor(1, 0)),
        (2 * ROUND_US + 500_000, Cursor(2, 10)),
    ],
)
def test_a_client_begins_at_the_next_key_picture(tape: Tape, elapsed_us: int, cursor: Cursor) -> None:
    assert next_key(tape, elapsed_us, ROUND_US) == cursor


def test_due_times_grow_from_round_to_round(tape: Tape) -> None:
    cursor, due = Cursor(0, 18), []
    for _ in range(4):
        due.append(cursor.due_us(tape, ROUND_US))
        cursor = cursor.next(tape)
    assert due == [1_800_000, 1_900_000, 2_000_000, 2_100_000]


def test_setting_the_machines_clock_does_not_move_the_scene() -> None:
    clock = ManualClock()
    scenario = ScenarioClock(clock, clock.wall_us() - 3_000_000, ROUND_US)
    clock.jump_wall(3600)
    clock.advance(1)
    assert scenario.elapsed_us() == 4_000_000
