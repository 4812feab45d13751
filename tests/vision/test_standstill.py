"""What stands still, and what only waits for a processor or is dying."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.vision.standstill import MOST_EXCUSED, Standstill, dying_by, is_dying, waited_s

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is read is Linux's /proc")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_silence_counts_but_for_the_time_in_which_the_processor_was_waited_for() -> None:
    waited = [100.0]
    still = Standstill(2.0, lambda: {1: waited[0]}, 0.0)
    assert not still.stands_still(1.0)
    assert not still.stands_still(1.9)
    waited[0] += 3.0
    assert not still.stands_still(4.0), "3 s of it are excused"
    assert still.stands_still(5.0)
    still.moved(5.0)
    assert not still.stands_still(6.0)
    assert not still.stands_still(6.9)
    assert still.stands_still(7.0)


def test_who_asks_late_counts_no_more_than_half_the_limit_before() -> None:
    still = Standstill(2.0, dict, 0.0)
    assert not still.stands_still(60.0), "it was perhaps he who stood still"
    assert not still.stands_still(60.9)
    assert still.stands_still(61.0)


def test_however_busy_the_machine_is_silence_is_not_excused_for_ever() -> None:
    waited = iter(range(1000, 100_000, 1000))
    still = Standstill(2.0, lambda: {1: float(next(waited))}, 0.0)
    assert not still.stands_still(1.0)
    assert not still.stands_still(2.0 * MOST_EXCUSED - 0.1)
    assert still.stands_still(2.0 * MOST_EXCUSED)


def test_threads_that_ended_take_their_waiting_with_them_and_it_is_not_counted_as_silence() -> None:
    waited = iter(({1: 9.0, 2: 1.0}, {2: 1.0}))
    still = Standstill(2.0, lambda: next(waited), 0.0)
    assert not still.stands_still(1.0)
    assert not still.stands_still(1.9)


def test_many_threads_that_wait_a_little_each_excuse_no_more_than_one_of_them() -> None:
    """As a dozen light camera threads beside other work: together they wait longer than the silence lasts."""
    waited = [0.0]
    still = Standstill(2.0, lambda: dict.fromkeys(range(12), waited[0]), 0.0)
    assert not still.stands_still(1.0)
    waited[0] = 0.5
    assert not still.stands_still(2.4)
    assert still.stands_still(2.5)


def test_process_that_shares_its_processor_has_waited_for_it() -> None:
    """Two threads of C, which hold no lock of Python, on one processor."""
    code = "import hashlib, os, sys, threading; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "work = lambda: hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)\n"
    code += "for _ in range(2): threading.Thread(target=work, daemon=True).start()\n"
    code += "sys.stdin.read(); os._exit(0)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        deadline_s = time.monotonic() + 20.0
        while sum(waited_s(process.pid).values()) < 0.2 and time.monotonic() < deadline_s:
            threading.Event().wait(0.02)
        assert sum(waited_s(process.pid).values()) >= 0.2
        process.stdin.close()


def test_stopped_process_waits_for_no_processor_and_is_not_dying(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED | os.WNOWAIT)
    before_s = waited_s(sleeper.pid)
    assert not is_dying(sleeper.pid)
    assert waited_s(sleeper.pid) == before_s


def test_killed_process_is_dying_from_the_signal_on(sleeper: subprocess.Popen[bytes]) -> None:
    assert not is_dying(sleeper.pid)
    sleeper.kill()
    assert is_dying(sleeper.pid), "at once, whether it has ended or not"
    sleeper.wait()
    assert not is_dying(sleeper.pid), "and its number may be another's"


@pytest.mark.parametrize(("flag", "says_dying"), [(0x4, True), (0x200, True), (0x400, True), (0x40, False)])
def test_process_that_exits_dumps_core_or_took_a_deadly_signal_is_dying(flag: int, says_dying: bool) -> None:
    """PF_EXITING, PF_DUMPCORE, PF_SIGNALED of include/linux/sched.h, and PF_FORKNOEXEC, which says nothing of it."""
    name, end, rest = Path("/proc/self/stat").read_text().rpartition(")")
    fields = rest.split()
    fields[6] = str((int(fields[6]) & ~0x604) | flag)
    assert dying_by(f"{name}{end} {' '.join(fields)}\n") is says_dying
