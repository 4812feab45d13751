"""Room on the disk that the hub holds for its own start: on a disk that is full, what it holds is what it starts with.

SQLite needs 32 KiB beside the database to open it at all; the rest takes what must be stored until somebody makes room.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

import structlog

_log = structlog.get_logger()
RESERVE_BYTES = 8 * 1024 * 1024
"""Some twenty alerts to 130 radios with their answers."""
NEEDED_BYTES = RESERVE_BYTES // 2
"""With less than this free the hub starts with its reserve."""
PLENTY_BYTES = 4 * RESERVE_BYTES
"""With so much free the reserve is taken again; not with less, or it would itself fill the disk."""
LOOK_EVERY_S = 60.0


class Reserve:
    """A file of RESERVE_BYTES in the hub's folder, which holds nothing."""

    def __init__(self, folder: Path) -> None:
        """``folder`` exists."""
        self._folder = folder
        self._file = folder / "reserve"

    def give_up_if_needed(self) -> None:
        """Before anything is opened: make room on a disk that has none."""
        if self._free_bytes() < NEEDED_BYTES and self._file.exists():
            self._file.unlink()
            _log.error("disk.full", folder=str(self._folder), reserve_bytes=RESERVE_BYTES)

    async def run(self) -> None:
        """Take the reserve where there is none and room for it, until cancelled; not while the hub starts."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.to_thread(self.take)

    def take(self) -> None:
        """Take it, where there is none and room for it."""
        if self._is_held() or self._free_bytes() < PLENTY_BYTES:
            return
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        except OSError as error:  # others were quicker
            _log.warning("disk.reserve_not_taken", error=error.strerror)
            self._file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def _is_held(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return self._file.stat().st_size >= RESERVE_BYTES
        return False

    def _free_bytes(self) -> int:
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize
