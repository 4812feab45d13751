"""What the soak of vision asks of the memory, and of the loss of a worker."""

from __future__ import annotations

import subprocess
import sys
from math import nan

import pytest

from bench import processes
from bench.vision_soak_judging import MOST_GROWTH_MB_PER_H, Loss, Lost, is_flat


@pytest.mark.parametrize(
    ("hub", "workers", "flat"),
    [
        (-3.0, 1.9, True),
        (1.0, 2.0, True),
        (1.1, 0.0, False),
        (0.0, 2.1, False),
        (nan, 0.0, False),
        (0.0, nan, False),
    ],
)
def test_memory_that_grows_or_was_not_measured_misses_the_goal(hub: float, workers: float, flat: bool) -> None:
    """As shares of the goal, for two workers together."""
    assert is_flat(hub * MOST_GROWTH_MB_PER_H, workers * MOST_GROWTH_MB_PER_H, 2) is flat


@pytest.mark.parametrize(
    ("how", "noticed_s", "replaced_s", "met"),
    [
        (Loss.KILLED, 0.3, 2.0, True),
        (Loss.KILLED, 0.3, 2.1, False),
        (Loss.HUNG, 1.9, 2.6, True),
        (Loss.HUNG, 2.1, 2.6, False),
        (Loss.REMOTE_CUT, 0.1, 4.1, False),
    ],
)
def test_loss_of_a_worker_is_to_be_noticed_and_made_good_in_time(
    how: Loss, noticed_s: float, replaced_s: float, met: bool
) -> None:
    assert Lost(60.0, how, 4, noticed_s, replaced_s, None).is_met is met


def test_process_that_ended_while_it_was_counted_is_gone_and_ends_no_soak() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert [processes.read(ended.pid, file) for file in ("stat", "comm", "cmdline")] == ["", "", ""]
    assert processes.children(ended.pid) == processes.descendants(ended.pid, "hub.vision.worker") == []
