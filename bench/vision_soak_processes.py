"""The processes below a hub in the soak of vision, from /proc (proc(5))."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bench import processes

MODULE = "hub.vision.worker"


def workers(hub_pid: int) -> list[int]:
    """Workers that have a line to the broker: a spare one has no socket but its standard input."""
    return [pid for pid in processes.descendants(hub_pid, MODULE) if _has_line(pid)]


def spare_age_s(hub_pid: int) -> float | None:
    """How long ago the spare was started (proc(5): stat, starttime); None while there is none."""
    spares = [pid for pid in processes.descendants(hub_pid, MODULE) if not _has_line(pid)]
    said = processes.read(spares[-1], "stat") if spares else ""
    if not said:
        return None
    started_ticks = int(said.rpartition(")")[2].split()[19])
    return round(time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK"), 1)


def _has_line(pid: int) -> bool:
    try:
        files = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()}
        ours = {str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in (0, 1)}
        return any(file.startswith("socket:") for file in files - ours)
    except OSError:
        return False  # it ended meanwhile


def children(pid: int, name: str) -> list[int]:
    """Its child processes of this program."""
    return [child for child in processes.children(pid) if processes.read(child, "comm").strip() == name]


def memory_mb(pid: int) -> float:
    try:
        return processes.memory_mb(pid)
    except (OSError, StopIteration):
        return 0.0  # it ended meanwhile
