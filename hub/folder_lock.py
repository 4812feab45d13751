"""The hub's folder belongs to one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path


class FolderTaken(RuntimeError):
    """The hub's folder cannot be used, or another hub uses it; says which folder."""


@contextlib.contextmanager
def locked(data_dir: Path) -> Generator[None]:
    """The folder is this process's alone; the lock goes with the process. Raises FolderTaken.

    Whatever is written meanwhile nobody else of this machine may read, also in a folder that was there before.
    """
    before = os.umask(0o077)
    try:
        with _lock(data_dir):
            yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def _lock(data_dir: Path) -> Generator[None]:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (data_dir / "lock").open("w")
    except OSError as error:
        raise FolderTaken(f"the folder {data_dir} cannot be used ({error.strerror}): choose --data-dir") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderTaken(f"another hub uses the folder {data_dir}: end it, or choose --data-dir") from None
        yield
