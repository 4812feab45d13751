"""Files beside the database: names that no file system takes amiss, bytes that are on disk."""

from __future__ import annotations

import os
from pathlib import Path

_MOST_NAME_BYTES = 80
"""Of one name, so that three fit into the 255 bytes of a file's name."""


def safe(name: str) -> str:
    """``name`` with nothing that a file system, a shell or ``_`` as a separator could take amiss; Chinese stays."""
    kept = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in name).strip("-.")
    return kept.encode()[:_MOST_NAME_BYTES].decode(errors="ignore").strip("-.") or "-"


def write_all(descriptor: int, data: bytes) -> None:
    """Write the whole of ``data`` and have it on disk. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fdatasync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
