"""Writes a secret into a file: whole or not at all, and for the file's owner alone."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(file: Path, content: bytes) -> None:
    """Replace ``file`` in one step; from its first byte on nobody but its owner can read it (0600).

    It is on disk when this returns, the bytes before the name: a kill or a power cut leaves the former file or this
    one, never half of one, and what is written after this is not there without it. The folder must be there, and each
    file have one writer at a time; what a killed one left beside it (``.NAME.new``) is removed. Raises OSError.
    """
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)  # not written over: it could be open to others
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
