"""Whether a process, or a part of one, stands still; and not only waits for a processor, or is already dying."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

STOOD_STILL = 70
"""The exit code of a worker whose looking thread stood still (EX_SOFTWARE of sysexits(3))."""
MOST_EXCUSED = 20.0
"""Silent for so many times its limit, something stands still however busy the machine is."""
_ENDING = 0x4 | 0x200 | 0x400
"""PF_EXITING, PF_DUMPCORE, PF_SIGNALED of a task's flags (include/linux/sched.h)."""
_KILLED = 1 << (signal.SIGKILL - 1)


class Standstill:
    """Watches something that should move: silence counts, but for the time for which it waited for a processor.

    A worker has what others leave of the processor (SCHED_IDLE): on a busy machine it is silent for seconds, and
    another in its place would be no better off.
    """

    def __init__(self, after_s: float, waited_s: Callable[[], Mapping[int, float]], now_s: float) -> None:
        """``waited_s``, by thread, is asked only when half of ``after_s`` has passed in silence."""
        self._after_s = after_s
        self._waited_s = waited_s
        self.moved(now_s)

    def moved(self, now_s: float) -> None:
        """It moved."""
        self._moved_s = now_s
        self._waited_before_s: Mapping[int, float] | None = None

    def stands_still(self, now_s: float) -> bool:
        """Whether it does; to be asked several times in ``after_s``."""
        silent_s = now_s - self._moved_s
        if silent_s < self._after_s / 2:
            return False
        waited_s = self._waited_s()
        if self._waited_before_s is None:
            self._waited_before_s = waited_s
            self._moved_s = now_s - self._after_s / 2  # whoever asks so late was perhaps the one who stood still
            return False
        before_s = self._waited_before_s
        # of the one that waited longest: many that wait a little each hold up nobody for the sum of it
        excused_s = max((each_s - before_s.get(thread, 0.0) for thread, each_s in waited_s.items()), default=0.0)
        return silent_s - excused_s >= self._after_s or silent_s >= self._after_s * MOST_EXCUSED


def waited_s(pid: int) -> dict[int, float]:
    """How long each thread of a process has waited for a processor, by its number; none where the system tells none."""
    waited: dict[int, float] = {}
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, IndexError):  # the thread ended meanwhile
            waited[int(file.parent.name)] = int(file.read_text().split()[1]) / 1e9
    return waited


def is_dying(pid: int) -> bool:
    """Whether it was killed or has crashed and only has not ended yet (proc(5), ``stat``: state, flags, signal).

    To end takes processor time: at SCHED_IDLE, with 30 threads, seconds on a busy machine. Until then its parent is
    told of no end, and the broker sees no line break.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return dying_by(stat)


def dying_by(stat: str) -> bool:
    """The same by the line of ``/proc/PID/stat``."""
    fields = stat.rpartition(")")[2].split()
    return fields[0] in "ZX" or bool(int(fields[6]) & _ENDING) or bool(int(fields[28]) & _KILLED)
