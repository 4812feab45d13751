"""The process that works in a hub's folder, found without touching its lock: no hub that starts is held up."""

from __future__ import annotations

import os
from pathlib import Path

from hub.settings import Settings

LOCKS = Path("/proc/locks")
"""proc_locks(5): number, FLOCK, ADVISORY, WRITE, pid, major:minor:inode (the first two in hexadecimal), from, to."""


def hub_pid(settings: Settings) -> int | None:
    """Who holds the folder's lock (hub/serve.py); None where nobody does."""
    try:
        lock = (settings.data_dir / "lock").stat()
    except OSError:
        return None
    file = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}:{lock.st_ino}"
    for line in LOCKS.read_text().splitlines():
        _, kind, *rest = line.split()
        if kind == "FLOCK" and rest[3] == file and rest[1] == "WRITE":
            return int(rest[2])
    return None
