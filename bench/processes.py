"""What a process took of the machine, from /proc (proc(5))."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor seconds of all its threads, without those of its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def children_cpu_s(pid: int) -> float:
    """Processor seconds of the processes that it started and that live."""
    started = (file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    return sum(cpu_s(int(child)) for children in started for child in children)


def memory_mb(pid: int) -> float:
    """Resident memory in units of 1,000,000 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024 / 1e6


def descendants(pid: int, module: str) -> list[int]:
    """The processes that it, or one that it started, runs ``python -m module`` in; without those that end meanwhile."""
    found = []
    for child in children(pid):
        if module in read(child, "cmdline").split("\0"):
            found.append(child)
        found += descendants(child, module)
    return found


def children(pid: int) -> list[int]:
    """The processes that it started and that live; none when it has ended."""
    try:
        tasks = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [int(child) for task in tasks for child in read(pid, f"task/{task}/children").split()]


def read(pid: int, file: str) -> str:
    """What /proc says of a process; nothing when it, or that thread of it, has ended."""
    try:
        return Path(f"/proc/{pid}/{file}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
