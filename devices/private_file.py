"""Writes a secret into a file: whole or not at all, and for the file's owner alone."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

_FOR_ITS_OWNER = 0o600


def write_private(file: Path, content: bytes) -> None:
    """Replace ``file`` in one step; from its first byte on nobody but its owner can read it (0600).

    It is on disk when this returns, the bytes before the name: a kill or a power cut leaves the former file or this
    one, never half of one, and what is written after this is not there without it. The folder must be there, and each
    file have one writer at a time; what a killed one left beside it (``.NAME.new``) is removed. Raises OSError.
    """
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)  # not written over: it could be open to others
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_ITS_OWNER), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def keep_private(file: Path, content: bytes) -> None:
    """Have ``file`` hold this, for its owner alone; one that does already is left alone, also by a full disk."""
    with contextlib.suppress(FileNotFoundError):
        if is_private(file) and file.read_bytes() == content:
            return
    write_private(file, content)


def is_private(file: Path) -> bool:
    """Whether it is there and nobody but its owner can read or write it. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(file.stat().st_mode) == _FOR_ITS_OWNER
    return False
