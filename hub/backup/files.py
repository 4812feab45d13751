"""Copies files that others may append to, replace or delete meanwhile; what is copied is hashed as it is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.backup.records import FileRecord
from hub.storage.files import sync_folder

PIECE_BYTES = 1 << 20
MOST_PASSES = 20
"""Over a folder in which files are renamed while they are copied: each pass needs a rename of its own to be followed by
another, and rooms rename some files an hour."""


class NeverStill(OSError):
    """Files went faster than they could be copied."""


@dataclass(frozen=True)
class _As:
    """How the original was when it was copied."""

    bytes: int
    changed_ns: int


class Copier:
    """Fills one folder; ``records`` says what is in it."""

    def __init__(self, target: Path, told: Callable[[int], None] = lambda written_bytes: None) -> None:
        self._target = target
        self._told = told
        self._records: dict[str, FileRecord] = {}

    @property
    def records(self) -> tuple[FileRecord, ...]:
        """What was copied, by name."""
        return tuple(self._records[name] for name in sorted(self._records))

    def copy_all(self, source: Path, names: Callable[[], Iterable[str]], below: str = "") -> None:
        """Copy the files that ``names`` lists of ``source``, to ``below``, until none of them went meanwhile.

        A file that went was deleted for its age, or is found under another name by the next listing; then what was
        copied and is listed no more is dropped, and what has changed is copied anew. Raises OSError.
        """
        copied: dict[str, _As] = {}
        for _ in range(MOST_PASSES):
            listed, went = list(names()), False
            for name in copied.keys() - set(listed):
                del copied[name]
                del self._records[below + name]
                (self._target / (below + name)).unlink()
            for name in listed:
                try:
                    found = (source / name).stat()
                    now = _As(found.st_size, found.st_mtime_ns)
                    if copied.get(name) != now:
                        self._records[below + name] = self._copy(source / name, below + name)
                        copied[name] = now
                except FileNotFoundError:
                    went = True
            if not went:
                return
        raise NeverStill(f"files of {source} went faster than they could be copied")

    def take(self, name: str) -> None:
        """What another has written there belongs to it too. Raises OSError."""
        with (self._target / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._records[name] = FileRecord(name, file.tell(), digest)

    def _copy(self, source: Path, name: str) -> FileRecord:
        """As long as it is when this begins: what is appended meanwhile belongs to what came after the backup."""
        with source.open("rb") as reading:
            left, target, digest = os.fstat(reading.fileno()).st_size, self._target / name, hashlib.sha256()
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with target.open("wb") as written:
                while left > 0 and (piece := reading.read(min(left, PIECE_BYTES))):
                    written.write(piece)
                    digest.update(piece)
                    left -= len(piece)
                    self._told(len(piece))
                return FileRecord(name, written.tell(), digest.hexdigest())


def sync_below(folder: Path) -> None:
    """Have every file and folder below ``folder``, and itself, on disk. Raises OSError."""
    for path, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(path) / name, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(path))


def free_bytes(folder: Path) -> int:
    """What may still be written there. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
