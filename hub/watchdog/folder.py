"""One watchdog a folder, and how a hub starts and ends its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

_LOCK = "watchdog.lock"


class AlreadyWatched(RuntimeError):
    """Another watchdog watches this folder, or the folder is none; says which."""


@contextlib.contextmanager
def watched(data_dir: Path) -> Generator[None]:
    """The folder is this watchdog's; the lock, which holds its process id, goes with it. Raises AlreadyWatched."""
    try:
        lock = (data_dir / _LOCK).open("a+")
    except OSError as error:
        raise AlreadyWatched(f"the folder {data_dir} cannot be watched ({error.strerror}): choose --data-dir") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyWatched(f"another watchdog watches the folder {data_dir}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def start_beside(data_dir: Path) -> subprocess.Popen[bytes]:
    """Start a watchdog that outlives this process, however that ends; it ends at once where there is one already."""
    command = [sys.executable, "-m", "hub.watchdog", "--data-dir", str(data_dir.resolve())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def end_beside(data_dir: Path) -> None:
    """Ask the folder's watchdog to end: the hub ends in order, and nobody is to be alarmed."""
    try:
        with (data_dir / _LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:  # held, so the process id in it is the watchdog's
                os.kill(int(lock.read()), signal.SIGTERM)
    except (OSError, ValueError):
        return
